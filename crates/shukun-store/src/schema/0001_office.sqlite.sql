-- What is written stays written, and one account never holds two roles that exclude each other.

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is only appended to'); END;

CREATE TRIGGER grants_are_not_deleted BEFORE DELETE ON grants
BEGIN SELECT RAISE(ABORT, 'a grant is taken back, not deleted'); END;

CREATE TRIGGER grants_are_taken_back_only BEFORE UPDATE ON grants
WHEN OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL OR NEW.account_id <> OLD.account_id
  OR NEW.role <> OLD.role OR NEW.region <> OLD.region OR NEW.programme IS NOT OLD.programme
  OR NEW.expires_on IS NOT OLD.expires_on
BEGIN SELECT RAISE(ABORT, 'a grant is taken back, not changed'); END;

CREATE TRIGGER grants_do_not_clash BEFORE INSERT ON grants
WHEN NEW.revoked_at IS NULL AND EXISTS (
    SELECT 1 FROM grants AS held
    JOIN clashing_roles ON clashing_roles.one_role = held.role AND clashing_roles.other_role = NEW.role
    WHERE held.account_id = NEW.account_id AND held.revoked_at IS NULL
)
BEGIN SELECT RAISE(ABORT, 'these roles exclude each other'); END;
