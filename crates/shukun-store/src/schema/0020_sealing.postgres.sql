-- What was sealed and signed stays as it is.

CREATE FUNCTION sealing_is_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was sealed and signed is only appended to'; END $$;

CREATE TRIGGER sign_keys_are_not_changed BEFORE UPDATE ON sign_keys
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER sign_keys_are_not_deleted BEFORE DELETE ON sign_keys
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER sign_keys_is_not_emptied BEFORE TRUNCATE ON sign_keys
FOR EACH STATEMENT EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER sign_key_secrets_are_not_changed BEFORE UPDATE ON sign_key_secrets
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER sign_key_secrets_are_not_deleted BEFORE DELETE ON sign_key_secrets
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER sign_key_secrets_is_not_emptied BEFORE TRUNCATE ON sign_key_secrets
FOR EACH STATEMENT EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER receipt_seals_are_not_changed BEFORE UPDATE ON receipt_seals
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER receipt_seals_are_not_deleted BEFORE DELETE ON receipt_seals
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER receipt_seals_is_not_emptied BEFORE TRUNCATE ON receipt_seals
FOR EACH STATEMENT EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER receipt_openings_are_not_changed BEFORE UPDATE ON receipt_openings
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER receipt_openings_are_not_deleted BEFORE DELETE ON receipt_openings
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER receipt_openings_is_not_emptied BEFORE TRUNCATE ON receipt_openings
FOR EACH STATEMENT EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER checkpoints_are_not_changed BEFORE UPDATE ON checkpoints
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER checkpoints_are_not_deleted BEFORE DELETE ON checkpoints
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER checkpoints_is_not_emptied BEFORE TRUNCATE ON checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER checkpoint_signatures_are_not_changed BEFORE UPDATE ON checkpoint_signatures
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER checkpoint_signatures_are_not_deleted BEFORE DELETE ON checkpoint_signatures
FOR EACH ROW EXECUTE FUNCTION sealing_is_only_appended_to();
CREATE TRIGGER checkpoint_signatures_is_not_emptied BEFORE TRUNCATE ON checkpoint_signatures
FOR EACH STATEMENT EXECUTE FUNCTION sealing_is_only_appended_to();

-- The second wall: a key lies where its body does, what opens a payment goes with its line.
DO $$
DECLARE
    walled RECORD;
BEGIN
    FOR walled IN
        SELECT * FROM (VALUES
            ('sign_key_secrets', 'region LIKE ANY ((SELECT shukun_places())::text[])'),
            ('receipt_openings', 'EXISTS (SELECT 1 FROM resolution_lines WHERE resolution_lines.line_id = receipt_openings.line_id)')
        ) AS list (name, condition)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('CREATE POLICY wall ON %I USING ((SELECT shukun_is_own()) OR %s)', walled.name, walled.condition);
    END LOOP;
END $$;
