-- What was reported of a measure stays written.

CREATE TRIGGER measure_acts_are_not_changed BEFORE UPDATE ON measure_acts
BEGIN SELECT RAISE(ABORT, 'what was reported of a measure is only appended to'); END;

CREATE TRIGGER measure_acts_are_not_deleted BEFORE DELETE ON measure_acts
BEGIN SELECT RAISE(ABORT, 'what was reported of a measure is only appended to'); END;
