-- What was done at a meeting stays written; so does a charter that a meeting may have decided by.

CREATE TRIGGER meeting_acts_are_not_changed BEFORE UPDATE ON meeting_acts
BEGIN SELECT RAISE(ABORT, 'the acts of a meeting are only appended to'); END;

CREATE TRIGGER meeting_acts_are_not_deleted BEFORE DELETE ON meeting_acts
BEGIN SELECT RAISE(ABORT, 'the acts of a meeting are only appended to'); END;

CREATE TRIGGER charters_are_not_changed BEFORE UPDATE ON charters
BEGIN SELECT RAISE(ABORT, 'a version of the charter is not rewritten'); END;

CREATE TRIGGER charters_are_not_deleted BEFORE DELETE ON charters
BEGIN SELECT RAISE(ABORT, 'a version of the charter is not rewritten'); END;
