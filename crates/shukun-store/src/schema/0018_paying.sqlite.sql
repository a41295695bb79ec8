-- What was done to a batch stays written, as do accounts, files and what was written down of paying.

CREATE TRIGGER batch_acts_are_not_changed BEFORE UPDATE ON batch_acts
BEGIN SELECT RAISE(ABORT, 'acts of a batch are only appended to'); END;
CREATE TRIGGER batch_acts_are_not_deleted BEFORE DELETE ON batch_acts
BEGIN SELECT RAISE(ABORT, 'acts of a batch are only appended to'); END;
CREATE TRIGGER payee_accounts_are_not_changed BEFORE UPDATE ON payee_accounts
BEGIN SELECT RAISE(ABORT, 'accounts of payees are only appended to'); END;
CREATE TRIGGER payee_accounts_are_not_deleted BEFORE DELETE ON payee_accounts
BEGIN SELECT RAISE(ABORT, 'accounts of payees are only appended to'); END;
CREATE TRIGGER payment_settings_are_not_changed BEFORE UPDATE ON payment_settings
BEGIN SELECT RAISE(ABORT, 'rules of paying are written anew, not changed'); END;
CREATE TRIGGER payment_settings_are_not_deleted BEFORE DELETE ON payment_settings
BEGIN SELECT RAISE(ABORT, 'rules of paying are written anew, not changed'); END;
