-- Cases: their actions, sealed and only appended to, and a projection of each for lists, which can be made again.

CREATE TABLE cases (
    case_id TEXT {by_code} NOT NULL PRIMARY KEY,
    household_id TEXT {by_code} NOT NULL,
    region TEXT {by_code} NOT NULL,
    version BIGINT NOT NULL,
    round BIGINT NOT NULL,
    status TEXT NOT NULL,
    colour TEXT,
    flags TEXT NOT NULL,
    assignee TEXT,
    burden_fen BIGINT NOT NULL,
    returns BIGINT NOT NULL,
    outcome TEXT,
    sample TEXT,
    opened_at BIGINT NOT NULL,
    status_since BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX cases_region ON cases (region, status);
CREATE INDEX cases_status_since ON cases (status, status_since, case_id);
CREATE INDEX cases_assignee ON cases (assignee, status);
CREATE INDEX cases_household_id ON cases (household_id);
-- A household has one open case; another alert comes into it.
CREATE UNIQUE INDEX cases_one_open ON cases (household_id) WHERE status <> 'closed';

CREATE TABLE case_actions (
    case_id TEXT {by_code} NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    action {bytes} NOT NULL,
    PRIMARY KEY (case_id, sequence)
);

CREATE TABLE own_households (
    account_id TEXT NOT NULL REFERENCES accounts (account_id),
    household_id TEXT {by_code} NOT NULL,
    PRIMARY KEY (account_id, household_id)
);
