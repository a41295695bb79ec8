-- The second wall: a row is given out where the transaction's settings say that it may be. Nothing set, nothing seen.
-- shukun.places: patterns of regions ('330381% 330305001%'), shukun.account: who asks, shukun.own: a work of the program.
-- A setting that ended with its transaction reads as an empty text, not as nothing: both must show no row.

CREATE FUNCTION shukun_places() RETURNS text[] LANGUAGE sql STABLE AS
$$ SELECT string_to_array(current_setting('shukun.places', true), ' ') $$;

CREATE FUNCTION shukun_account() RETURNS text LANGUAGE sql STABLE AS
$$ SELECT NULLIF(current_setting('shukun.account', true), '') $$;

CREATE FUNCTION shukun_is_own() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT COALESCE(current_setting('shukun.own', true), '') <> '' $$;

-- Asked for once in a statement, not once for each row: that is what the SELECT around each function is for. Forced,
-- because the program owns its tables.
DO $$
DECLARE
    walled RECORD;
    in_area TEXT := 'region LIKE ANY ((SELECT shukun_places())::text[])';
BEGIN
    FOR walled IN
        SELECT * FROM (VALUES
            -- What lies somewhere.
            ('cases', in_area),
            ('alerts', in_area),
            ('people', in_area),
            ('imports', in_area),
            ('import_mappings', in_area),
            ('screening_runs', in_area),
            ('schedules', in_area),
            -- A measure of a county is read in its towns too.
            ('measures', in_area
                || ' OR EXISTS (SELECT 1 FROM unnest((SELECT shukun_places())) AS place WHERE place LIKE region || ''%'')'),
            -- What goes with a case, an alert, a measure: whoever sees that.
            ('case_actions', 'EXISTS (SELECT 1 FROM cases WHERE cases.case_id = case_actions.case_id)'),
            ('case_clocks', 'EXISTS (SELECT 1 FROM cases WHERE cases.case_id = clock_of)'),
            ('case_figures', 'EXISTS (SELECT 1 FROM cases WHERE cases.case_id = figures_of)'),
            ('case_stays', 'EXISTS (SELECT 1 FROM cases WHERE cases.case_id = stay_of)'),
            ('documents', 'EXISTS (SELECT 1 FROM cases WHERE cases.case_id = documents.case_id)'),
            ('alert_colours', 'EXISTS (SELECT 1 FROM alerts WHERE alerts.alert_id = colour_of)'),
            ('run_changes', 'EXISTS (SELECT 1 FROM alerts WHERE alerts.alert_id = run_changes.alert_id)'),
            ('measure_acts', 'EXISTS (SELECT 1 FROM measures WHERE measures.measure_id = measure_acts.measure_id)'),
            -- What is somebody's own.
            ('own_households', 'account_id = (SELECT shukun_account())'),
            ('saved_filters', 'account_id = (SELECT shukun_account())'),
            ('exports', 'account_id = (SELECT shukun_account())'),
            ('request_answers', 'account_id = (SELECT shukun_account())'),
            ('jobs', 'created_by = (SELECT shukun_account())')
        ) AS list (name, condition)
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', walled.name);
        EXECUTE format('CREATE POLICY wall ON %I USING ((SELECT shukun_is_own()) OR %s)', walled.name, walled.condition);
    END LOOP;
END $$;

-- The trail is written by everybody and read by auditors; what concerns the whole system by whoever audits a whole county.
ALTER TABLE audit ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit FORCE ROW LEVEL SECURITY;
CREATE POLICY wall_writes ON audit FOR INSERT WITH CHECK (true);
CREATE POLICY wall_reads ON audit FOR SELECT USING (
    (SELECT shukun_is_own()) OR region LIKE ANY ((SELECT shukun_places())::text[])
    OR region IS NULL AND (SELECT EXISTS (SELECT 1 FROM unnest(shukun_places()) AS place WHERE length(place) <= 7))
);
-- Triggers refuse both; without these the rows would not be found and nobody would be told.
CREATE POLICY wall_changes ON audit FOR UPDATE USING ((SELECT shukun_is_own()));
CREATE POLICY wall_deletes ON audit FOR DELETE USING ((SELECT shukun_is_own()));
