-- What was published is never changed: a correction is a further publication.

CREATE TRIGGER publications_are_not_changed BEFORE UPDATE ON publications
BEGIN SELECT RAISE(ABORT, 'publications are only appended to'); END;
CREATE TRIGGER publications_are_not_deleted BEFORE DELETE ON publications
BEGIN SELECT RAISE(ABORT, 'publications are only appended to'); END;
