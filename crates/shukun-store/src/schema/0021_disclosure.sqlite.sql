-- What was published, corrected, ruled or reported as done stays written.

CREATE TRIGGER publication_sets_are_not_changed BEFORE UPDATE ON publication_sets
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
CREATE TRIGGER publication_sets_are_not_deleted BEFORE DELETE ON publication_sets
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
CREATE TRIGGER publication_notes_are_not_changed BEFORE UPDATE ON publication_notes
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
CREATE TRIGGER publication_notes_are_not_deleted BEFORE DELETE ON publication_notes
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
CREATE TRIGGER disclosure_rules_are_not_changed BEFORE UPDATE ON disclosure_rules
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
CREATE TRIGGER disclosure_rules_are_not_deleted BEFORE DELETE ON disclosure_rules
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
CREATE TRIGGER disclosure_acts_are_not_changed BEFORE UPDATE ON disclosure_acts
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
CREATE TRIGGER disclosure_acts_are_not_deleted BEFORE DELETE ON disclosure_acts
BEGIN SELECT RAISE(ABORT, 'what was disclosed is only appended to'); END;
