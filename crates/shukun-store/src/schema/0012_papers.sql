-- How much somebody added lately, and the county's own times and numbers: each row holds from a day on, none is changed.

CREATE INDEX documents_added_by ON documents (added_by, added_at);
CREATE INDEX audit_account_at ON audit (account_id, act, at);

CREATE TABLE county_numbers (
    number_id TEXT {by_code} NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    basis TEXT NOT NULL,
    from_day TEXT {by_code} NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL
);
CREATE INDEX county_numbers_from_day ON county_numbers (from_day, set_at);
