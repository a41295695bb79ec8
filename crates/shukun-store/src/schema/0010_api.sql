-- The interface for other programs: tokens that people make for them, answers kept for a day so that a request sent twice
-- is answered once, and the accounts of a sign-in service linked to ours.

CREATE TABLE api_tokens (
    token_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    token_hash {bytes} NOT NULL UNIQUE,
    name TEXT NOT NULL,
    can_write BOOLEAN NOT NULL,
    also TEXT NOT NULL,
    grant_ids TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_tokens_account_id ON api_tokens (account_id, made_at);

CREATE TABLE request_answers (
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    request_key TEXT NOT NULL,
    request_sha256 {bytes} NOT NULL,
    begun_at BIGINT NOT NULL,
    status BIGINT,
    answer_sha256 {bytes},
    answer {bytes},
    PRIMARY KEY (account_id, request_key)
);
CREATE INDEX request_answers_begun_at ON request_answers (begun_at);

CREATE TABLE linked_subjects (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    linked_at BIGINT NOT NULL,
    linked_by TEXT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX linked_subjects_account_id ON linked_subjects (account_id);
