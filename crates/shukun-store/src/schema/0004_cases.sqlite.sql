-- What happened stays written.

CREATE TRIGGER case_actions_are_not_changed BEFORE UPDATE ON case_actions
BEGIN SELECT RAISE(ABORT, 'the actions of a case are only appended to'); END;

CREATE TRIGGER case_actions_are_not_deleted BEFORE DELETE ON case_actions
BEGIN SELECT RAISE(ABORT, 'the actions of a case are only appended to'); END;
