-- What the fund publishes: statements drawn up by one person from a closed period, published by another, and never changed.

CREATE TABLE publication_drafts (
    draft_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    from_day TEXT {by_code} NOT NULL,
    to_day TEXT {by_code} NOT NULL,
    body TEXT NOT NULL,
    ledger_seq BIGINT NOT NULL,
    ledger_head TEXT {by_code} NOT NULL,
    made_by TEXT {by_code} NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'published', 'refused')),
    checked_by TEXT {by_code},
    checked_at BIGINT,
    CONSTRAINT publication_is_checked_by_another CHECK (checked_by IS NULL OR checked_by <> made_by)
);
CREATE INDEX publication_drafts_book ON publication_drafts (book_id, state);

-- For everybody: what stands here leads to no person.
CREATE TABLE publications (
    publication_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL,
    from_day TEXT {by_code} NOT NULL,
    to_day TEXT {by_code} NOT NULL,
    body TEXT NOT NULL,
    ledger_seq BIGINT NOT NULL,
    ledger_head TEXT {by_code} NOT NULL,
    published_at BIGINT NOT NULL,
    UNIQUE (book_id, to_day)
);
