-- What was published is never changed: a correction is a further publication.

CREATE FUNCTION publications_are_only_appended_to() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'publications are only appended to'; END $$;
CREATE TRIGGER publications_are_not_changed BEFORE UPDATE ON publications
FOR EACH ROW EXECUTE FUNCTION publications_are_only_appended_to();
CREATE TRIGGER publications_are_not_deleted BEFORE DELETE ON publications
FOR EACH ROW EXECUTE FUNCTION publications_are_only_appended_to();
CREATE TRIGGER publications_is_not_emptied BEFORE TRUNCATE ON publications
FOR EACH STATEMENT EXECUTE FUNCTION publications_are_only_appended_to();

-- The second wall: a draft lies where its book does.
ALTER TABLE publication_drafts ENABLE ROW LEVEL SECURITY;
ALTER TABLE publication_drafts FORCE ROW LEVEL SECURITY;
CREATE POLICY wall ON publication_drafts USING ((SELECT shukun_is_own())
    OR EXISTS (SELECT 1 FROM books WHERE books.book_id = publication_drafts.book_id));
