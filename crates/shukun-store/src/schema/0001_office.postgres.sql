-- What is written stays written, and one account never holds two roles that exclude each other.

CREATE FUNCTION audit_is_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is only appended to'; END $$;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_only_appended_to();

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION audit_is_only_appended_to();

CREATE TRIGGER audit_is_not_emptied BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION audit_is_only_appended_to();

CREATE FUNCTION grants_refuse_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a grant is taken back, not deleted'; END $$;

CREATE TRIGGER grants_are_not_deleted BEFORE DELETE ON grants
FOR EACH ROW EXECUTE FUNCTION grants_refuse_deletion();

CREATE FUNCTION grants_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.revoked_at IS NOT NULL OR NEW.revoked_at IS NULL OR NEW.account_id <> OLD.account_id
      OR NEW.role <> OLD.role OR NEW.region <> OLD.region OR NEW.programme IS DISTINCT FROM OLD.programme
      OR NEW.expires_on IS DISTINCT FROM OLD.expires_on THEN
        RAISE EXCEPTION 'a grant is taken back, not changed';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER grants_are_taken_back_only BEFORE UPDATE ON grants
FOR EACH ROW EXECUTE FUNCTION grants_refuse_change();

CREATE FUNCTION grants_refuse_clash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revoked_at IS NULL AND EXISTS (
        SELECT 1 FROM grants AS held
        JOIN clashing_roles ON clashing_roles.one_role = held.role AND clashing_roles.other_role = NEW.role
        WHERE held.account_id = NEW.account_id AND held.revoked_at IS NULL
    ) THEN
        RAISE EXCEPTION 'these roles exclude each other';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER grants_do_not_clash BEFORE INSERT ON grants
FOR EACH ROW EXECUTE FUNCTION grants_refuse_clash();
