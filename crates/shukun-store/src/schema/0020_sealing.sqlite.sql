-- What was sealed and signed stays as it is.

CREATE TRIGGER sign_keys_are_not_changed BEFORE UPDATE ON sign_keys
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER sign_keys_are_not_deleted BEFORE DELETE ON sign_keys
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER sign_key_secrets_are_not_changed BEFORE UPDATE ON sign_key_secrets
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER sign_key_secrets_are_not_deleted BEFORE DELETE ON sign_key_secrets
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER receipt_seals_are_not_changed BEFORE UPDATE ON receipt_seals
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER receipt_seals_are_not_deleted BEFORE DELETE ON receipt_seals
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER receipt_openings_are_not_changed BEFORE UPDATE ON receipt_openings
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER receipt_openings_are_not_deleted BEFORE DELETE ON receipt_openings
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER checkpoints_are_not_deleted BEFORE DELETE ON checkpoints
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER checkpoint_signatures_are_not_changed BEFORE UPDATE ON checkpoint_signatures
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
CREATE TRIGGER checkpoint_signatures_are_not_deleted BEFORE DELETE ON checkpoint_signatures
BEGIN SELECT RAISE(ABORT, 'what was sealed and signed is only appended to'); END;
