-- What was done at a meeting stays written; so does a charter that a meeting may have decided by.

CREATE FUNCTION meeting_acts_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the acts of a meeting are only appended to'; END $$;

CREATE TRIGGER meeting_acts_are_not_changed BEFORE UPDATE ON meeting_acts
FOR EACH ROW EXECUTE FUNCTION meeting_acts_are_only_appended_to();

CREATE TRIGGER meeting_acts_are_not_deleted BEFORE DELETE ON meeting_acts
FOR EACH ROW EXECUTE FUNCTION meeting_acts_are_only_appended_to();

CREATE TRIGGER meeting_acts_is_not_emptied BEFORE TRUNCATE ON meeting_acts
FOR EACH STATEMENT EXECUTE FUNCTION meeting_acts_are_only_appended_to();

CREATE FUNCTION charters_are_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a version of the charter is not rewritten'; END $$;

CREATE TRIGGER charters_are_not_changed BEFORE UPDATE ON charters
FOR EACH ROW EXECUTE FUNCTION charters_are_only_added();

CREATE TRIGGER charters_are_not_deleted BEFORE DELETE ON charters
FOR EACH ROW EXECUTE FUNCTION charters_are_only_added();

CREATE TRIGGER charters_is_not_emptied BEFORE TRUNCATE ON charters
FOR EACH STATEMENT EXECUTE FUNCTION charters_are_only_added();

-- The second wall. A notice lies where the household lives: who posts it there sees that and nothing of the meeting.
DO $$
DECLARE
    walled RECORD;
    in_area TEXT := 'region LIKE ANY ((SELECT shukun_places())::text[])';
BEGIN
    FOR walled IN
        SELECT * FROM (VALUES
            ('charters', in_area),
            ('council_members', in_area),
            ('meetings', in_area),
            ('notices', in_area),
            ('meeting_acts', 'EXISTS (SELECT 1 FROM meetings WHERE meetings.meeting_id = meeting_acts.meeting_id)')
        ) AS list (name, condition)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('CREATE POLICY wall ON %I USING ((SELECT shukun_is_own()) OR %s)', walled.name, walled.condition);
    END LOOP;
END $$;
