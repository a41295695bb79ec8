-- Work that takes longer than a request: safe to run twice, found again after a crash.

CREATE TABLE jobs (
    job_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    region TEXT {by_code},
    once_key TEXT UNIQUE,
    input {bytes} NOT NULL,
    state TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    claim TEXT,
    heartbeat_at BIGINT,
    steps_done BIGINT NOT NULL,
    steps_total BIGINT NOT NULL,
    result {bytes},
    failure TEXT,
    finished_at BIGINT
);
CREATE INDEX jobs_state ON jobs (state, created_at);
CREATE INDEX jobs_created_by ON jobs (created_by, created_at);
