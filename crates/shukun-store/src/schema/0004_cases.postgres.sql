-- What happened stays written.

CREATE FUNCTION case_actions_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the actions of a case are only appended to'; END $$;

CREATE TRIGGER case_actions_are_not_changed BEFORE UPDATE ON case_actions
FOR EACH ROW EXECUTE FUNCTION case_actions_are_only_appended_to();

CREATE TRIGGER case_actions_are_not_deleted BEFORE DELETE ON case_actions
FOR EACH ROW EXECUTE FUNCTION case_actions_are_only_appended_to();

CREATE TRIGGER case_actions_is_not_emptied BEFORE TRUNCATE ON case_actions
FOR EACH STATEMENT EXECUTE FUNCTION case_actions_are_only_appended_to();
