-- A paper is what it was when it was added.

CREATE FUNCTION documents_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'a document is added, not changed'; END $$;

CREATE TRIGGER documents_are_not_changed BEFORE UPDATE OF document_id, case_id, kind, form, sha256, size_bytes, added_by, added_at ON documents
FOR EACH ROW EXECUTE FUNCTION documents_refuse_change();
