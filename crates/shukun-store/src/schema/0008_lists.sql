-- Lists: names of places, filters that somebody keeps, what was taken out as a file.

-- Public geography: the names that the statistics bureau's codes stand for.
CREATE TABLE regions (
    code TEXT {by_code} NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);

-- Of the alerts of a case, so that a list tells them; they follow from the actions like the rest of the row.
ALTER TABLE cases ADD COLUMN years TEXT;
ALTER TABLE cases ADD COLUMN rule TEXT;

CREATE TABLE saved_filters (
    filter_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    UNIQUE (account_id, name)
);

-- What left the house as a file. Its bytes are sealed and go once it was fetched or its time is over; the record stays.
CREATE TABLE exports (
    export_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    region TEXT {by_code} NOT NULL,
    query TEXT NOT NULL,
    row_count BIGINT NOT NULL,
    with_numbers BOOLEAN NOT NULL,
    sha256 TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    content {bytes},
    made_at BIGINT NOT NULL,
    fetched_at BIGINT
);
CREATE INDEX exports_account_id ON exports (account_id, made_at);
