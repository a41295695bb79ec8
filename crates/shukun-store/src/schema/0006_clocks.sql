-- How each open case stands against its time limits, as read on a day: made again every night and at each act.

CREATE TABLE case_clocks (
    clock_of TEXT {by_code} NOT NULL PRIMARY KEY,
    step TEXT NOT NULL,
    due_on TEXT {by_code},
    level TEXT NOT NULL,
    recert_due BOOLEAN NOT NULL,
    read_at BIGINT NOT NULL
);
CREATE INDEX case_clocks_level ON case_clocks (level, due_on);
