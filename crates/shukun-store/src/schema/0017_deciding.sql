-- Deciding: versions of the charter, who sits in the council, meetings as sealed acts that are only appended to, and a row of each
-- meeting and of each notice for lists, which follow from the acts.

CREATE TABLE charters (
    region TEXT {by_code} NOT NULL,
    version TEXT {by_code} NOT NULL,
    body TEXT NOT NULL,
    hash TEXT {by_code} NOT NULL,
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL REFERENCES accounts (account_id),
    PRIMARY KEY (region, version)
);

CREATE TABLE council_members (
    member_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    department TEXT NOT NULL,
    name TEXT NOT NULL,
    account_id TEXT REFERENCES accounts (account_id),
    valid_from TEXT {by_code} NOT NULL,
    valid_to TEXT {by_code},
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL REFERENCES accounts (account_id),
    CHECK (valid_to IS NULL OR valid_to >= valid_from)
);
CREATE INDEX council_members_region ON council_members (region, valid_from);

CREATE TABLE meetings (
    meeting_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    kind TEXT NOT NULL,
    held_on TEXT {by_code} NOT NULL,
    state TEXT NOT NULL,
    version BIGINT NOT NULL,
    line_count BIGINT NOT NULL,
    total_fen BIGINT NOT NULL,
    waiting_count BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX meetings_region ON meetings (region, held_on);

CREATE TABLE meeting_acts (
    meeting_id TEXT {by_code} NOT NULL,
    sequence BIGINT NOT NULL,
    at BIGINT NOT NULL,
    act {bytes} NOT NULL,
    PRIMARY KEY (meeting_id, sequence)
);

-- One row for each line that passed: what hangs, or is to hang, on the board where the household lives.
CREATE TABLE notices (
    line_id TEXT {by_code} NOT NULL PRIMARY KEY,
    meeting_id TEXT {by_code} NOT NULL,
    region TEXT {by_code} NOT NULL,
    case_id TEXT {by_code} NOT NULL,
    programme TEXT NOT NULL,
    amount_fen BIGINT NOT NULL,
    state TEXT NOT NULL,
    posted_from TEXT {by_code},
    posted_until TEXT {by_code},
    taken_down_on TEXT {by_code},
    online_until TEXT {by_code},
    open_objections BIGINT NOT NULL
);
CREATE INDEX notices_region ON notices (region, state);
CREATE INDEX notices_meeting ON notices (meeting_id);
