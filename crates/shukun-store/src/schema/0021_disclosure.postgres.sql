-- What was published, corrected, ruled or reported as done stays written.

CREATE FUNCTION disclosure_is_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was disclosed is only appended to'; END $$;
CREATE TRIGGER publication_sets_are_not_changed BEFORE UPDATE ON publication_sets
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER publication_sets_are_not_deleted BEFORE DELETE ON publication_sets
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER publication_sets_is_not_emptied BEFORE TRUNCATE ON publication_sets
FOR EACH STATEMENT EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER publication_notes_are_not_changed BEFORE UPDATE ON publication_notes
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER publication_notes_are_not_deleted BEFORE DELETE ON publication_notes
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER publication_notes_is_not_emptied BEFORE TRUNCATE ON publication_notes
FOR EACH STATEMENT EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER disclosure_rules_are_not_changed BEFORE UPDATE ON disclosure_rules
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER disclosure_rules_are_not_deleted BEFORE DELETE ON disclosure_rules
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER disclosure_rules_is_not_emptied BEFORE TRUNCATE ON disclosure_rules
FOR EACH STATEMENT EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER disclosure_acts_are_not_changed BEFORE UPDATE ON disclosure_acts
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER disclosure_acts_are_not_deleted BEFORE DELETE ON disclosure_acts
FOR EACH ROW EXECUTE FUNCTION disclosure_is_only_appended_to();
CREATE TRIGGER disclosure_acts_is_not_emptied BEFORE TRUNCATE ON disclosure_acts
FOR EACH STATEMENT EXECUTE FUNCTION disclosure_is_only_appended_to();

-- The second wall: all of it lies where its book does, but for the notes, which everybody reads.
DO $$
DECLARE
    walled TEXT;
BEGIN
    FOREACH walled IN ARRAY ARRAY['publication_sets', 'publication_note_drafts', 'disclosure_rules', 'disclosure_acts']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled);
        EXECUTE format('CREATE POLICY wall ON %I USING ((SELECT shukun_is_own())
            OR EXISTS (SELECT 1 FROM books WHERE books.book_id = %I.book_id))', walled, walled);
    END LOOP;
END $$;
