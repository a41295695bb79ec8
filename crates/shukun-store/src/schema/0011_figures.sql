-- What figures are counted from: beside each case how far it came and how it ended, its stays in each step, the colours
-- of each alert. All of it follows from actions and alerts. And the list of measures that departments answer for.

CREATE TABLE case_figures (
    figures_of TEXT {by_code} NOT NULL PRIMARY KEY,
    reached BIGINT NOT NULL,
    opened_on TEXT {by_code} NOT NULL,
    closed_on TEXT {by_code},
    judgement TEXT,
    aid_fen BIGINT NOT NULL,
    paid_fen BIGINT NOT NULL,
    orders BIGINT NOT NULL,
    stay_step TEXT,
    stay_office TEXT,
    stay_unit TEXT,
    stay_used BIGINT,
    stay_level TEXT
);

CREATE TABLE case_stays (
    stay_of TEXT {by_code} NOT NULL,
    stay_number BIGINT NOT NULL,
    stayed_at TEXT NOT NULL,
    office TEXT NOT NULL,
    from_on TEXT {by_code} NOT NULL,
    to_on TEXT {by_code},
    used BIGINT NOT NULL,
    unit TEXT NOT NULL,
    time_limit BIGINT,
    how TEXT NOT NULL,
    PRIMARY KEY (stay_of, stay_number)
);
CREATE INDEX case_stays_from ON case_stays (from_on);
CREATE INDEX case_stays_to ON case_stays (to_on);

CREATE TABLE alert_colours (
    colour_of TEXT {by_code} NOT NULL,
    colour_number BIGINT NOT NULL,
    was TEXT,
    from_on TEXT {by_code} NOT NULL,
    until_on TEXT {by_code},
    PRIMARY KEY (colour_of, colour_number)
);

CREATE TABLE measures (
    measure_id TEXT {by_code} NOT NULL PRIMARY KEY,
    region TEXT {by_code} NOT NULL,
    words TEXT NOT NULL,
    lead_unit TEXT NOT NULL,
    responsible_units TEXT NOT NULL,
    source TEXT NOT NULL,
    due_on TEXT {by_code},
    state TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    added_by TEXT NOT NULL
);
CREATE INDEX measures_region ON measures (region);

CREATE TABLE measure_acts (
    measure_id TEXT {by_code} NOT NULL REFERENCES measures (measure_id),
    sequence BIGINT NOT NULL,
    act TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_account TEXT NOT NULL,
    note {bytes} NOT NULL,
    evidence {bytes},
    PRIMARY KEY (measure_id, sequence)
);
