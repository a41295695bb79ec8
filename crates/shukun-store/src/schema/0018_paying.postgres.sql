-- What was done to a batch stays written, as do accounts, files and what was written down of paying.

CREATE FUNCTION paying_is_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was written of paying is only appended to'; END $$;

CREATE TRIGGER batch_acts_are_not_changed BEFORE UPDATE ON batch_acts
FOR EACH ROW EXECUTE FUNCTION paying_is_only_appended_to();
CREATE TRIGGER batch_acts_are_not_deleted BEFORE DELETE ON batch_acts
FOR EACH ROW EXECUTE FUNCTION paying_is_only_appended_to();
CREATE TRIGGER payee_accounts_are_not_changed BEFORE UPDATE ON payee_accounts
FOR EACH ROW EXECUTE FUNCTION paying_is_only_appended_to();
CREATE TRIGGER payee_accounts_are_not_deleted BEFORE DELETE ON payee_accounts
FOR EACH ROW EXECUTE FUNCTION paying_is_only_appended_to();
CREATE TRIGGER payment_settings_are_not_changed BEFORE UPDATE ON payment_settings
FOR EACH ROW EXECUTE FUNCTION paying_is_only_appended_to();
CREATE TRIGGER payment_settings_are_not_deleted BEFORE DELETE ON payment_settings
FOR EACH ROW EXECUTE FUNCTION paying_is_only_appended_to();

-- The second wall: a batch lies where its book does; the rest goes with its batch, its line or its book.
DO $$
DECLARE
    walled RECORD;
    in_area TEXT := 'region LIKE ANY ((SELECT shukun_places())::text[])';
    of_batch TEXT := 'EXISTS (SELECT 1 FROM payment_batches WHERE payment_batches.batch_id = %s.batch_id)';
BEGIN
    FOR walled IN
        SELECT * FROM (VALUES
            ('payment_settings', in_area
                || ' OR EXISTS (SELECT 1 FROM unnest((SELECT shukun_places())) AS place WHERE place LIKE region || ''%'')'),
            ('payment_batches', in_area),
            ('payee_accounts', 'EXISTS (SELECT 1 FROM resolution_lines WHERE resolution_lines.line_id = payee_accounts.line_id)'),
            ('batch_acts', format(of_batch, 'batch_acts')),
            ('payments', format(of_batch, 'payments')),
            ('bank_files', format(of_batch, 'bank_files')),
            ('statement_files', 'EXISTS (SELECT 1 FROM books WHERE books.book_id = statement_files.book_id)'),
            ('match_proposals', 'EXISTS (SELECT 1 FROM statement_lines
                WHERE statement_lines.statement_line_id = match_proposals.statement_line_id)')
        ) AS list (name, condition)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('CREATE POLICY wall ON %I USING ((SELECT shukun_is_own()) OR %s)', walled.name, walled.condition);
    END LOOP;
END $$;
