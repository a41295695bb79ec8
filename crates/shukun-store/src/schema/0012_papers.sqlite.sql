-- A number that held is not rewritten.

CREATE TRIGGER county_numbers_are_not_changed BEFORE UPDATE ON county_numbers
BEGIN SELECT RAISE(ABORT, 'a number is set anew, not changed'); END;
CREATE TRIGGER county_numbers_are_not_removed BEFORE DELETE ON county_numbers
BEGIN SELECT RAISE(ABORT, 'a number is set anew, not removed'); END;
