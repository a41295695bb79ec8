-- Lists without reading every case: the day a case is due stands in its row, and each order of a list has an index.

-- Like 20261231; 99999999 where there is none.
ALTER TABLE cases ADD COLUMN due_number BIGINT NOT NULL DEFAULT 99999999;
UPDATE cases SET due_number = (SELECT CAST(REPLACE(due_on, '-', '') AS BIGINT) FROM case_clocks WHERE clock_of = case_id)
    WHERE EXISTS (SELECT 1 FROM case_clocks WHERE clock_of = case_id AND due_on IS NOT NULL);

CREATE INDEX cases_due ON cases (due_number, case_id);
CREATE INDEX cases_status_due ON cases (status, due_number, case_id);
CREATE INDEX cases_longest ON cases (status_since, case_id);
CREATE INDEX cases_latest ON cases (last_at, case_id);
CREATE INDEX cases_burden ON cases (burden_fen, case_id);
CREATE INDEX alerts_largest ON alerts (burden_fen, alert_id);

-- Counts by place, status and colour, and the few that wait for a second look, are read from an index alone.
DROP INDEX cases_region;
CREATE INDEX cases_region ON cases (region, status, colour, burden_fen);
DROP INDEX alerts_region;
CREATE INDEX alerts_region ON alerts (region, status, colour, year);
CREATE INDEX cases_sample ON cases (region) WHERE sample = 'waiting';
