-- Work of the office: who holds a job, imports as objects, screening runs with what they changed, schedules.

ALTER TABLE jobs ADD COLUMN stepped_up BOOLEAN NOT NULL DEFAULT FALSE;
-- The server that has it: one that starts again takes its own jobs back at once.
ALTER TABLE jobs ADD COLUMN held_by TEXT;

CREATE TABLE imports (
    import_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    state TEXT NOT NULL,
    kind TEXT,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    job_id TEXT,
    file_name {bytes} NOT NULL,
    report {bytes}
);
CREATE INDEX imports_region ON imports (region, created_at);

-- The office's own words for columns, remembered for each set of headings.
CREATE TABLE import_mappings (
    region TEXT {by_code} NOT NULL,
    headings TEXT NOT NULL,
    mapping TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at BIGINT NOT NULL,
    PRIMARY KEY (region, headings)
);

CREATE TABLE screening_runs (
    run_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    year BIGINT NOT NULL,
    state TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    finished_at BIGINT,
    report {bytes}
);
CREATE INDEX screening_runs_region ON screening_runs (region, asked_at);

-- What a run did to an alert, where it did anything.
CREATE TABLE run_changes (
    run_id TEXT {by_code} NOT NULL,
    alert_id TEXT {by_code} NOT NULL,
    change TEXT NOT NULL,
    PRIMARY KEY (run_id, alert_id)
);

CREATE TABLE schedules (
    name TEXT NOT NULL,
    region TEXT {by_code} NOT NULL,
    day_of_month BIGINT NOT NULL,
    set_by TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    last_on TEXT {by_code},
    PRIMARY KEY (name, region)
);
