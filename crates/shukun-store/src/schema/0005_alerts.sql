-- Alerts: one for each person and year. The alert itself is sealed (its notes are free text); the columns are for lists.

CREATE TABLE alerts (
    alert_id TEXT {by_code} NOT NULL PRIMARY KEY,
    person_id TEXT {by_code} NOT NULL,
    household_id TEXT {by_code} NOT NULL,
    region TEXT {by_code} NOT NULL,
    year BIGINT NOT NULL,
    status TEXT NOT NULL,
    colour TEXT,
    burden_fen BIGINT NOT NULL,
    rule TEXT NOT NULL,
    seen_on TEXT {by_code} NOT NULL,
    case_id TEXT {by_code},
    alert {bytes} NOT NULL,
    UNIQUE (person_id, year)
);
CREATE INDEX alerts_region ON alerts (region, status);
CREATE INDEX alerts_burden ON alerts (status, burden_fen, alert_id);
CREATE INDEX alerts_case_id ON alerts (case_id);
CREATE INDEX alerts_household_id ON alerts (household_id);
