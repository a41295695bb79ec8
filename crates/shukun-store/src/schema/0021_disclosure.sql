-- What was published is corrected by notes beside it; what has to be published by when; which payments each published figure
-- is about, so that no two of them can be subtracted.

ALTER TABLE publication_drafts ADD COLUMN reason TEXT;
ALTER TABLE publication_drafts ADD COLUMN ended_by TEXT;

-- For the fund alone: payments and their households by code.
CREATE TABLE publication_sets (
    publication_id TEXT {by_code} NOT NULL REFERENCES publications (publication_id),
    set_number BIGINT NOT NULL,
    book_id TEXT {by_code} NOT NULL,
    payments TEXT NOT NULL,
    PRIMARY KEY (publication_id, set_number)
);
CREATE INDEX publication_sets_book ON publication_sets (book_id);

CREATE TABLE publication_note_drafts (
    note_id TEXT {by_code} NOT NULL PRIMARY KEY,
    publication_id TEXT {by_code} NOT NULL REFERENCES publications (publication_id),
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    body TEXT NOT NULL,
    made_by TEXT {by_code} NOT NULL,
    made_at BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'published', 'refused')),
    checked_by TEXT {by_code},
    CONSTRAINT note_is_checked_by_another CHECK (checked_by IS NULL OR checked_by <> made_by)
);
CREATE INDEX publication_note_drafts_book ON publication_note_drafts (book_id, state);

-- For everybody, as publications are.
CREATE TABLE publication_notes (
    publication_id TEXT {by_code} NOT NULL REFERENCES publications (publication_id),
    note_number BIGINT NOT NULL,
    note_id TEXT {by_code} NOT NULL UNIQUE,
    body TEXT NOT NULL,
    published_at BIGINT NOT NULL,
    PRIMARY KEY (publication_id, note_number)
);

-- What the fund's own charter or rules say of publishing; written anew, never changed. Empty = nothing is said.
CREATE TABLE disclosure_rules (
    rules_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    large_fen BIGINT CHECK (large_fen > 0),
    every_months BIGINT CHECK (every_months IN (1, 3, 6, 12)),
    within_days BIGINT CHECK (within_days > 0),
    words TEXT NOT NULL,
    since TEXT {by_code} NOT NULL,
    set_by TEXT {by_code} NOT NULL,
    set_at BIGINT NOT NULL,
    CHECK ((every_months IS NULL) = (within_days IS NULL))
);
CREATE INDEX disclosure_rules_book ON disclosure_rules (book_id, set_at);

-- Who took a duty, and by what it was done. A duty itself follows from the calendar and the books.
CREATE TABLE disclosure_acts (
    act_id TEXT {by_code} NOT NULL PRIMARY KEY,
    book_id TEXT {by_code} NOT NULL REFERENCES books (book_id),
    duty TEXT NOT NULL,
    subject TEXT {by_code} NOT NULL,
    act TEXT NOT NULL CHECK (act IN ('taken', 'done')),
    by_account TEXT {by_code} NOT NULL,
    at BIGINT NOT NULL,
    publication_id TEXT {by_code} REFERENCES publications (publication_id),
    words TEXT,
    CHECK (act = 'taken' OR publication_id IS NOT NULL OR words IS NOT NULL)
);
CREATE INDEX disclosure_acts_book ON disclosure_acts (book_id, duty, subject);
CREATE UNIQUE INDEX disclosure_done_once ON disclosure_acts (book_id, duty, subject) WHERE act = 'done';
