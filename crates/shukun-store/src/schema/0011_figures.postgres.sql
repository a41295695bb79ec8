-- What was reported of a measure stays written.

CREATE FUNCTION measure_acts_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'what was reported of a measure is only appended to'; END $$;

CREATE TRIGGER measure_acts_are_not_changed BEFORE UPDATE ON measure_acts
FOR EACH ROW EXECUTE FUNCTION measure_acts_are_only_appended_to();

CREATE TRIGGER measure_acts_are_not_deleted BEFORE DELETE ON measure_acts
FOR EACH ROW EXECUTE FUNCTION measure_acts_are_only_appended_to();

CREATE TRIGGER measure_acts_is_not_emptied BEFORE TRUNCATE ON measure_acts
FOR EACH STATEMENT EXECUTE FUNCTION measure_acts_are_only_appended_to();
