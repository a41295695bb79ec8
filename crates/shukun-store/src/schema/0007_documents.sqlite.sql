-- A paper is what it was when it was added.

CREATE TRIGGER documents_are_not_changed BEFORE UPDATE OF document_id, case_id, kind, form, sha256, size_bytes, added_by, added_at ON documents
BEGIN SELECT RAISE(ABORT, 'a document is added, not changed'); END;
