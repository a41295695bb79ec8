-- The office: keys over fields, accounts, grants, sessions, the audit trail.
-- Moments are milliseconds since 1970 UTC, days are text (2026-03-02), ids are 32 hexadecimal digits.

CREATE TABLE data_keys (
    table_name TEXT NOT NULL,
    version BIGINT NOT NULL,
    suite TEXT NOT NULL,
    master_version BIGINT NOT NULL,
    wrapped {bytes} NOT NULL,
    PRIMARY KEY (table_name, version)
);

CREATE TABLE accounts (
    account_id TEXT NOT NULL PRIMARY KEY,
    login TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    office TEXT NOT NULL,
    region TEXT {by_code} NOT NULL,
    password_hash TEXT NOT NULL,
    must_change_password BOOLEAN NOT NULL,
    totp_secret {bytes},
    totp_pending {bytes},
    totp_last_step BIGINT,
    closed_at BIGINT,
    grants_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    created_by TEXT NOT NULL
);

CREATE TABLE login_failures (
    login_index {bytes} NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
CREATE INDEX login_failures_last_at ON login_failures (last_at);

CREATE TABLE clashing_roles (
    one_role TEXT NOT NULL,
    other_role TEXT NOT NULL,
    PRIMARY KEY (one_role, other_role)
);

CREATE TABLE grants (
    grant_id TEXT NOT NULL PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    role TEXT NOT NULL,
    region TEXT {by_code} NOT NULL,
    programme TEXT,
    expires_on TEXT {by_code},
    granted_at BIGINT NOT NULL,
    granted_by TEXT NOT NULL,
    revoked_at BIGINT,
    revoked_by TEXT
);
CREATE INDEX grants_account_id ON grants (account_id);

CREATE TABLE sessions (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES accounts (account_id),
    token_hash {bytes} NOT NULL UNIQUE,
    opened_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    stepped_up_at BIGINT
);

CREATE TABLE audit_head (
    only_row BIGINT NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL,
    hash {bytes}
);
INSERT INTO audit_head (only_row, number, hash) VALUES (1, 0, NULL);

CREATE TABLE audit (
    number BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    account_id TEXT NOT NULL,
    act TEXT NOT NULL,
    object_kind TEXT NOT NULL,
    object_id TEXT NOT NULL,
    region TEXT {by_code},
    fields TEXT NOT NULL,
    reason {bytes},
    previous {bytes} NOT NULL,
    hash {bytes} NOT NULL
);
CREATE INDEX audit_object ON audit (object_kind, object_id, number);
CREATE INDEX audit_account ON audit (account_id, number);
