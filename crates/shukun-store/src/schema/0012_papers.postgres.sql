-- A number that held is not rewritten.

CREATE FUNCTION county_numbers_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a number is set anew, not changed'; END $$;

CREATE TRIGGER county_numbers_are_not_changed BEFORE UPDATE ON county_numbers
FOR EACH ROW EXECUTE FUNCTION county_numbers_refuse_change();

CREATE TRIGGER county_numbers_are_not_removed BEFORE DELETE ON county_numbers
FOR EACH ROW EXECUTE FUNCTION county_numbers_refuse_change();
