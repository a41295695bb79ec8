//! The second wall with the first one taken away: bare statements, as a role that is no superuser.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use shukun_base::{Fen, HouseholdId, Masked, PersonId};
use shukun_casework::DocumentKind;
use shukun_casework::alert::{Colour, Sighting};
use shukun_casework::authority::{Grant, Role};
use shukun_casework::{AlertId, ContentHash};

use super::*;
use crate::accounts::AccountId;
use crate::cases::testing::{Desk, TOWNS, VILLAGES, case_id, county, opening, run};
use crate::sql::Query;
use crate::testing::{at, grant, new_account, on_both, person, region, scopes};
use crate::{Person, Seen};

/// Tables without a policy, and why. Everything else of the schema has one; the list only shrinks.
const OPEN_TABLES: &[(&str, &str)] = &[
    ("migrations", "of the program"),
    ("data_keys", "wrapped keys"),
    ("clashing_roles", "of the program"),
    ("audit_head", "a number and a hash"),
    ("accounts", "read before it is known who asks; of the office, of no household"),
    ("login_failures", "read before it is known who asks"),
    ("grants", "read before it is known how far somebody may go"),
    ("sessions", "read before it is known who asks"),
    ("api_tokens", "read before it is known who asks"),
    ("linked_subjects", "read before it is known who asks"),
    ("regions", "public names of places"),
    ("county_numbers", "published times and amounts"),
    ("restoring", "of the program"),
    ("publications", "published for everybody"),
    ("publication_notes", "published for everybody"),
    ("sign_keys", "public halves of keys"),
    ("receipt_seals", "published for everybody: commitments and sums"),
    ("checkpoints", "published for everybody"),
    ("checkpoint_signatures", "published for everybody"),
];

/// Every other table, and which of its rows are the first township's, in words that know nothing of the policies. `$A` is the
/// account that asks.
const WALLED_TABLES: &[(&str, &str)] = &[
    ("cases", "region LIKE '330381001%'"),
    ("alerts", "region LIKE '330381001%'"),
    ("people", "region LIKE '330381001%'"),
    ("imports", "region LIKE '330381001%'"),
    ("import_mappings", "region LIKE '330381001%'"),
    ("screening_runs", "region LIKE '330381001%'"),
    ("schedules", "region LIKE '330381001%'"),
    ("audit", "region LIKE '330381001%'"),
    ("measures", "region LIKE '330381001%' OR region = '330381'"),
    ("measure_acts", "measure_id IN (SELECT measure_id FROM measures WHERE region IN ('330381001', '330381'))"),
    ("case_actions", "case_id IN (SELECT case_id FROM cases WHERE region LIKE '330381001%')"),
    ("case_clocks", "clock_of IN (SELECT case_id FROM cases WHERE region LIKE '330381001%')"),
    ("case_figures", "figures_of IN (SELECT case_id FROM cases WHERE region LIKE '330381001%')"),
    ("case_stays", "stay_of IN (SELECT case_id FROM cases WHERE region LIKE '330381001%')"),
    ("documents", "case_id IN (SELECT case_id FROM cases WHERE region LIKE '330381001%')"),
    ("alert_colours", "colour_of IN (SELECT alert_id FROM alerts WHERE region LIKE '330381001%')"),
    ("run_changes", "alert_id IN (SELECT alert_id FROM alerts WHERE region LIKE '330381001%')"),
    ("charters", "region LIKE '330381001%'"),
    ("council_members", "region LIKE '330381001%'"),
    ("meetings", "region LIKE '330381001%'"),
    ("meeting_acts", "meeting_id IN (SELECT meeting_id FROM meetings WHERE region LIKE '330381001%')"),
    ("notices", "region LIKE '330381001%'"),
    ("own_households", "account_id = '$A'"),
    ("saved_filters", "account_id = '$A'"),
    ("exports", "account_id = '$A'"),
    ("request_answers", "account_id = '$A'"),
    ("jobs", "created_by = '$A'"),
    ("books", "region LIKE '330381001%'"),
    ("benefit_years", "region LIKE '330381001%' OR region = '330381'"),
    ("ledger_audits", "region LIKE '330381001%' OR region = '330381'"),
    ("restrictions", "book_id = '330381001'"),
    ("book_accounts", "book_id = '330381001'"),
    ("vouchers", "book_id = '330381001'"),
    ("voucher_drafts", "book_id = '330381001'"),
    ("transfers", "book_id = '330381001'"),
    ("periods", "book_id = '330381001'"),
    ("resolutions", "book_id = '330381001'"),
    ("resolution_lines", "book_id = '330381001'"),
    ("statement_lines", "book_id = '330381001'"),
    ("statement_matches", "statement_line_id = '330381001'"),
    ("fund_units", "region LIKE '330381001%'"),
    ("donors", "region LIKE '330381001%'"),
    ("campaigns", "region LIKE '330381001%'"),
    ("campaign_asked", "campaign_id = '330381001'"),
    ("pledges", "region LIKE '330381001%'"),
    ("pledge_instalments", "pledge_id = '330381001'"),
    ("gifts", "region LIKE '330381001%'"),
    ("gift_refunds", "gift_id = '330381001'"),
    ("certificates", "book_id = '330381001'"),
    ("certificate_counters", "book_id = '330381001'"),
    ("publication_drafts", "book_id = '330381001'"),
    ("publication_sets", "book_id = '330381001'"),
    ("publication_note_drafts", "book_id = '330381001'"),
    ("disclosure_rules", "book_id = '330381001'"),
    ("disclosure_acts", "book_id = '330381001'"),
    ("sign_key_secrets", "region LIKE '330381001%'"),
    ("receipt_openings", "line_id = '330381001'"),
    ("case_aid", "aid_of IN (SELECT case_id FROM cases WHERE region LIKE '330381001%')"),
    ("payment_settings", "region IN ('330381001', '330381')"),
    ("payment_batches", "region LIKE '330381001%'"),
    ("payee_accounts", "line_id = '330381001'"),
    ("batch_acts", "batch_id = '330381001'"),
    ("payments", "batch_id = '330381001'"),
    ("bank_files", "batch_id = '330381001'"),
    ("statement_files", "book_id = '330381001'"),
    ("match_proposals", "statement_line_id = '330381001'"),
];

/// What the program does in its own name, and at how many places of the code: whoever adds one says so here.
const OWN_WORKS: &[(OwnWork, usize)] = &[
    (OwnWork::Schema, 1),
    (OwnWork::Backup, 2),
    (OwnWork::Audit, 2),
    (OwnWork::Clocks, 2),
    (OwnWork::Rows, 3),
    (OwnWork::Keys, 2),
    (OwnWork::Screening, 2),
    (OwnWork::Import, 1),
    (OwnWork::Jobs, 6),
    (OwnWork::Quota, 2),
    (OwnWork::Tidying, 3),
    (OwnWork::Leaving, 2),
    (OwnWork::Following, 1),
    (OwnWork::Meetings, 4),
    (OwnWork::Deliveries, 2),
    (OwnWork::Books, 7),
];

async fn number(on: &impl ConnectionTrait, text: &str) -> i64 {
    let row = on.query_one_raw(Statement::from_string(on.get_database_backend(), text)).await.unwrap();
    row.unwrap().try_get("", "rows").unwrap()
}

async fn count(on: &impl ConnectionTrait, table: &str, condition: &str) -> i64 {
    number(on, &format!("SELECT COUNT(*) AS rows FROM {table} WHERE {condition}")).await
}

async fn texts(on: &impl ConnectionTrait, text: &str) -> BTreeSet<String> {
    let rows = on.query_all_raw(Statement::from_string(on.get_database_backend(), text)).await.unwrap();
    rows.iter().map(|row| row.try_get("", "text").unwrap()).collect()
}

/// A superuser would see everything, and these tests nothing.
async fn holds(store: &Store) -> bool {
    match store.wall().await.unwrap() {
        Wall::None => false,
        Wall::Holds => true,
        Wall::Bypassed => panic!("the tests' role passes the wall"),
    }
}

#[test]
fn every_table_has_a_policy_or_a_reason() {
    on_both(|db| async move {
        let store = db.open().await;
        if !holds(&store).await {
            return;
        }
        let named = "SELECT relname::text AS text FROM pg_class
            WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace AND ";
        let walled = texts(&store.db, &format!("{named} relrowsecurity AND relforcerowsecurity")).await;
        let open = texts(&store.db, &format!("{named} NOT (relrowsecurity AND relforcerowsecurity)")).await;
        let names = |list: &[(&str, &str)]| list.iter().map(|(name, _)| (*name).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(open, names(OPEN_TABLES));
        assert_eq!(walled, names(WALLED_TABLES));
        let policies = texts(&store.db, "SELECT tablename::text AS text FROM pg_policies").await;
        assert_eq!(policies, walled);
    });
}

fn seen(number: u64, place: &str) -> Seen {
    let sighting = Sighting {
        on: jiff::civil::date(2026, 3, 1),
        colour: Some(Colour::Red),
        burden_fen: Fen::yuan(60_000),
        rule: "三色预警".to_owned(),
        pack: "cn-33 1".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
    };
    let (person, household) = (PersonId(number), HouseholdId(number));
    Seen { person, household, region: region(place), year: 2026, sighting }
}

/// Something of every table in more than one township and of more than one account.
async fn furnished(store: &Store) -> Vec<Scope> {
    let scopes = county(store).await;
    let desk = Desk::new();
    for (number, place) in (1_u64..).zip(VILLAGES) {
        let ctx = desk.context(&format!("open-{number}"), 0, 1);
        store.open_in_run(&scopes[0], &run(), &opening(number, place, Colour::Orange), &ctx).await.unwrap();
        let scan = format!("%PDF-1.4 {number}").into_bytes();
        store.add_document(&scopes[0], &case_id(number), DocumentKind::Other, &scan, at(2)).await.unwrap();
        store.save_people(&scopes[0], &[person(number, place)], at(2)).await.unwrap();
        store.record_run(&scopes[0], &run(), &[seen(100 + number, place)], at(2)).await.unwrap();
    }
    store.save_people(&scopes[0], &[Person { region: None, ..person(9, "330381") }], at(2)).await.unwrap();
    for scope in [&scopes[3], &scopes[5]] {
        store.declare_own_household(scope, HouseholdId(77), at(3)).await.unwrap();
        store.keep_filter(scope, "我的", "status=screened", at(3)).await.unwrap();
        store.begin_once(scope, "key", b"request", at(3)).await.unwrap();
        let id = scope.account_id().as_str();
        let own = store.own(OwnWork::Backup);
        for text in [
            format!(
                "INSERT INTO jobs (job_id, kind, region, input, state, created_by, created_at, stepped_up, tries, steps_done,
                    steps_total) VALUES ('{id}', 'export', '330381', '', 'done', '{id}', 0, FALSE, 0, 0, 0)"
            ),
            format!(
                "INSERT INTO exports (export_id, account_id, region, query, row_count, with_numbers, sha256, size_bytes,
                    made_at) VALUES ('{id}', '{id}', '330381', '', 0, FALSE, '', 0, 0)"
            ),
        ] {
            own.execute_unprepared(&text).await.unwrap();
        }
    }
    let aid = "INSERT INTO case_aid SELECT case_id, 'charity_relief', 1, 0 FROM cases";
    store.own(OwnWork::Backup).execute_unprepared(aid).await.unwrap();
    let who = scopes[0].account_id().as_str();
    for place in [TOWNS[0], TOWNS[1], "330381", "330382"] {
        for text in [
            format!(
                "INSERT INTO imports (import_id, region, state, bytes, sha256, created_by, created_at, changed_at, file_name)
                    VALUES ('{place}', '{place}', 'new', 0, '', '', 0, 0, '')"
            ),
            format!("INSERT INTO import_mappings VALUES ('{place}', 'headings', '', '', 0)"),
            format!(
                "INSERT INTO screening_runs (run_id, region, year, state, asked_by, asked_at)
                    VALUES ('{place}', '{place}', 2026, 'done', '', 0)"
            ),
            format!("INSERT INTO schedules VALUES ('screening', '{place}', 1, '', 0, NULL)"),
            format!("INSERT INTO measures VALUES ('{place}', '{place}', '', '', '', '', NULL, 'under_way', 0, '')"),
            format!("INSERT INTO measure_acts VALUES ('{place}', 1, 'progress', 0, '', '', NULL)"),
            format!("INSERT INTO books VALUES ('{place}', '', '', 'county_charity', '{place}', 1, '', '', '', 0)"),
            format!("INSERT INTO restrictions VALUES ('{place}', '{place}', NULL, '', NULL, '', '', NULL, '', 0, '', 0)"),
            format!(
                "INSERT INTO book_accounts VALUES ('{place}', 'bank:a', 'D', 1, NULL, 1, 0, 0, 0, 0),
                    ('{place}', 'unrestricted', 'C', 1, NULL, 0, 0, 1, 0, 0)"
            ),
            format!("INSERT INTO resolutions VALUES ('{place}', '{place}', NULL, '', '2026-03-01', NULL, '', 0)"),
            format!(
                "INSERT INTO resolution_lines VALUES ('{place}', '{place}', '{place}', NULL, '', '{place}', '', '{place}', '', 1,
                    'approved')"
            ),
            format!("INSERT INTO vouchers VALUES ('{place}', '{place}', '2026-03-02', '', 'a', 'b', '', 1, 0)"),
            format!(
                "INSERT INTO publication_drafts VALUES ('{place}', '{place}', '2026-03-01', '2026-03-31', '', 0, '', 'a', 0,
                    'waiting', NULL, NULL, NULL, NULL)"
            ),
            format!("INSERT INTO publications VALUES ('{place}', '{place}', '2026-02-01', '2026-02-28', '', 0, '', 0)"),
            format!("INSERT INTO publication_sets VALUES ('{place}', 0, '{place}', '')"),
            format!("INSERT INTO publication_note_drafts VALUES ('{place}', '{place}', '{place}', '', 'a', 0, 'waiting', NULL)"),
            format!("INSERT INTO disclosure_rules VALUES ('{place}', '{place}', NULL, NULL, NULL, '', '2026-03-01', 'a', 0)"),
            format!("INSERT INTO disclosure_acts VALUES ('{place}', '{place}', 'leftovers', '', 'taken', 'a', 0, NULL, NULL)"),
            format!("INSERT INTO sign_keys VALUES ('{place}', '', '{place}', '{place}', 1, 'a', 0)"),
            format!("INSERT INTO sign_key_secrets VALUES ('{place}', '{place}', '')"),
            format!(
                "INSERT INTO receipt_seals VALUES ({place}, '{place}', '{place}', '{place}', '', '', '', 1, 1, 1, 0, 0, 'a', 0)"
            ),
            format!("INSERT INTO receipt_openings VALUES ('{place}', '{place}', 0, '')"),
            format!("INSERT INTO voucher_drafts VALUES ('{place}', '{place}', '', 'a', 0, 'waiting', NULL, NULL)"),
            format!(
                "INSERT INTO transfers (book_id, sequence, transfer_id, voucher_id, position, phase, debit, credit, amount_fen,
                    code, effective, recorded_at, previous, hash) VALUES ('{place}', 1, '{place}', '{place}', 0, 0, 'bank:a',
                    'unrestricted', 1, 'gift', '2026-03-02', 0, '', '')"
            ),
            format!("INSERT INTO periods VALUES ('{place}', '2026-02', 'proposed', 0, '', '', 'a', 0, NULL, NULL)"),
            format!("INSERT INTO benefit_years VALUES ('{place}', 'p', 2026, 'x', 0, 0)"),
            format!("INSERT INTO ledger_audits VALUES ('{place}', '{place}', 0, 0, '')"),
            format!(
                "INSERT INTO statement_lines VALUES ('{place}', '{place}', 'bank:a', '{place}', 1, '2026-03-02', 1, NULL, '',
                    NULL, '', 0)"
            ),
            format!("INSERT INTO statement_matches VALUES ('{place}', '{place}', '', '', 0)"),
            format!("INSERT INTO fund_units VALUES ('{place}', '{place}', 'town', '')"),
            format!(
                "INSERT INTO donors VALUES ('{place}', '{place}', 'individual', 'alias', '', NULL, 0, NULL, NULL, NULL, 'current',
                    '')"
            ),
            format!(
                "INSERT INTO campaigns VALUES ('{place}', '{place}', '{place}', NULL, 'appeal', '', '', '2026-03-01', NULL, NULL,
                    '')"
            ),
            format!("INSERT INTO campaign_asked VALUES ('{place}', 1, '', 'asked', NULL)"),
            format!(
                "INSERT INTO pledges VALUES ('{place}', '{place}', '{place}', '{place}', NULL, 1, '2026-03-01', 'unrestricted',
                    '{place}', '')"
            ),
            format!("INSERT INTO pledge_instalments VALUES ('{place}', 1, '2026-03-01', 1)"),
            format!(
                "INSERT INTO gifts VALUES ('{place}', '{place}', '{place}', '{place}', NULL, NULL, NULL, NULL, '2026-03-01', 1,
                    'unrestricted', 'bank:a', '{place}', '', '')"
            ),
            format!("INSERT INTO gift_refunds VALUES ('{place}', '{place}', 1, '', 'a', '2026-03-01', NULL, NULL, NULL, '')"),
            format!("INSERT INTO certificates VALUES ('{place}', 2026, 1, '{place}', '2026-03-01', NULL)"),
            format!("INSERT INTO certificate_counters VALUES ('{place}', 2026, 1)"),
            format!("INSERT INTO charters VALUES ('{place}', '一', '', '', 0, '{who}')"),
            format!("INSERT INTO council_members VALUES ('{place}', '{place}', '', '', NULL, '2026-01-01', NULL, 0, '{who}')"),
            format!("INSERT INTO meetings VALUES ('{place}', '{place}', 'plenary', '2026-03-02', 'called', 1, 0, 0, 0, 0)"),
            format!("INSERT INTO meeting_acts VALUES ('{place}', 1, 0, '')"),
            format!(
                "INSERT INTO notices VALUES ('{place}', '{place}', '{place}', '{place}', '', 1, 'passed', NULL, NULL, NULL, NULL, 0)"
            ),
            format!("INSERT INTO payment_settings VALUES ('{place}', '{place}', '', '', 0)"),
            format!("INSERT INTO payee_accounts VALUES ('{place}', 1, '', '', '', '', 0)"),
            format!(
                "INSERT INTO payment_batches VALUES ('{place}', '{place}', '{place}', '', 'first', NULL, 'open', 1, 0, 0, 'a',
                    NULL, NULL, NULL, 0, 0)"
            ),
            format!("INSERT INTO batch_acts VALUES ('{place}', 1, '', '', '', '', 0, '')"),
            format!("INSERT INTO payments VALUES ('{place}', '{place}', '{place}', 1, 'bank', 'pending', NULL, NULL)"),
            format!("INSERT INTO bank_files VALUES ('{place}', 'out', '', '', '', '', 0)"),
            format!("INSERT INTO statement_files VALUES ('{place}', '', '', NULL, NULL, 0, '', 0)"),
            format!("INSERT INTO match_proposals VALUES ('{place}', '', '', 0, NULL)"),
        ] {
            store.own(OwnWork::Backup).execute_unprepared(&text).await.unwrap();
        }
    }
    scopes
}

#[test]
fn a_bare_count_is_nothing_without_a_scope_and_the_towns_own_within_one() {
    on_both(|db| async move {
        let store = db.open().await;
        if !holds(&store).await {
            return;
        }
        let scopes = furnished(&store).await;
        let (town, clerk) = (&scopes[3], &scopes[1]);
        let own = store.own(OwnWork::Backup);
        let mut wrong = Vec::new();
        for (table, of_the_town) in WALLED_TABLES {
            let of_the_town = of_the_town.replace("$A", town.account_id().as_str());
            let (all, expected) = (count(&own, table, "TRUE").await, count(&own, table, &of_the_town).await);
            let seen = count(&store.within(town, Permission::ViewCases), table, "TRUE").await;
            // On the connections that were let through a moment ago.
            let nothing = count(&store.db, table, "TRUE").await;
            let administrator = store.within(&scopes[7], Permission::ViewCases);
            let nowhere = if of_the_town.starts_with("region") {
                count(&administrator, table, "region IS NOT NULL").await
            } else {
                0
            };
            if (seen, nothing, nowhere) != (expected, 0, 0) || expected == 0 || expected == all {
                wrong.push(format!(
                    "{table}: {seen} of {expected} of {all}, without a scope {nothing}, nowhere {nowhere}"
                ));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        let county = count(&store.within(clerk, Permission::ViewCases), "cases", "TRUE").await;
        assert_eq!(county, count(&own, "cases", "TRUE").await);
        assert_eq!(count(&store.within(clerk, Permission::ViewCases), "people", "region IS NULL").await, 0);
    });
}

/// Codes of places that lie in, beside and around each other.
const PLACES: [&str; 12] = [
    "33",
    "3303",
    "330305",
    "330381",
    "330382",
    "330381001",
    "330381002",
    "330305001",
    "330381001001",
    "330381001002",
    "330381002001",
    "330305001001",
];

fn place() -> impl Strategy<Value = String> {
    prop::sample::select(PLACES.map(str::to_owned).to_vec())
}

fn grants() -> impl Strategy<Value = Vec<Grant>> {
    prop::collection::vec((prop::sample::select(Role::ALL.to_vec()), place()), 0..4)
        .prop_map(|held| held.into_iter().map(|(role, place)| grant(role, &place)).collect())
}

#[test]
fn the_wall_and_the_condition_show_the_same_rows() {
    on_both(|db| async move {
        let store = db.open().await;
        if !holds(&store).await {
            return;
        }
        let mut runner = TestRunner::new(Config { cases: 1, ..Config::default() });
        let mut draw = |of: &BoxedStrategy<Vec<Grant>>| of.new_tree(&mut runner).unwrap().current();
        let (grants, mut shown) = (grants().boxed(), 0);
        for (number, place) in PLACES.iter().enumerate() {
            let case = format!(
                "INSERT INTO cases (case_id, household_id, region, version, round, status, flags, burden_fen, returns,
                    opened_at, status_since, last_at) VALUES ('c{number}', '{number}', '{place}', 1, 1, 'detected', '', 0, 0, 0, 0, 0)"
            );
            store.own(OwnWork::Backup).execute_unprepared(&case).await.unwrap();
        }
        for _ in 0..60 {
            let scope = Scope::of_job(AccountId::new("a"), draw(&grants), jiff::civil::date(2026, 3, 2), true);
            for permission in
                [Permission::ViewCases, Permission::Reveal, Permission::Import, Permission::ReadAuditTrail]
            {
                let wall = texts(&store.within(&scope, permission), "SELECT case_id AS text FROM cases").await;
                let mut query = Query::new("SELECT case_id AS text FROM cases WHERE ");
                scope.push_area(&mut query, "region", permission);
                let rows = query.all(&store.own(OwnWork::Backup)).await.unwrap();
                let condition: BTreeSet<String> = rows.iter().map(|row| row.get("text").unwrap()).collect();
                assert_eq!(wall, condition, "{permission} under {:?}", scope.grants());
                shown += wall.len();
            }
        }
        assert!(shown > 100, "{shown} rows shown");
    });
}

#[test]
fn what_lies_outside_is_not_written() {
    on_both(|db| async move {
        let store = db.open().await;
        if !holds(&store).await {
            return;
        }
        let scopes = furnished(&store).await;
        let (town, own) = (store.within(&scopes[3], Permission::ViewCases), store.own(OwnWork::Backup));
        for refused in [
            "INSERT INTO cases SELECT 'x', '500', '330381002001', version, round, status, colour, flags, assignee, burden_fen,
                returns, outcome, sample, opened_at, status_since, last_at, years, rule FROM cases LIMIT 1",
            "UPDATE cases SET region = '330381002'",
            "UPDATE alerts SET region = '330382'",
            "UPDATE people SET region = NULL",
            "INSERT INTO case_actions VALUES ('case-0003', 99, 0, '')",
            "INSERT INTO schedules VALUES ('other', '330381', 1, '', 0, NULL)",
            "UPDATE jobs SET created_by = 'somebody'",
        ] {
            let error = town.execute_unprepared(refused).await.unwrap_err().to_string();
            assert!(error.contains("row-level security policy"), "{refused}: {error}");
        }
        let outside = "region NOT LIKE '330381001%'";
        let before = count(&own, "cases", outside).await;
        let changed = town.execute_unprepared("UPDATE cases SET returns = 7").await.unwrap().rows_affected();
        assert_eq!(changed, 2, "without a condition it reaches the town's own two");
        assert_eq!(count(&own, "cases", "returns = 7").await, 2);
        assert_eq!(town.execute_unprepared("DELETE FROM cases").await.unwrap().rows_affected(), 2);
        assert_eq!((count(&own, "cases", "TRUE").await, before), (2, 2));
        // A transaction without a pass writes nothing at all.
        let plain = store.begin_write().await.unwrap();
        assert_eq!(plain.execute_unprepared("DELETE FROM people").await.unwrap().rows_affected(), 0);
    });
}

#[test]
fn an_opening_is_closed_again_and_ends_with_its_transaction() {
    on_both(|db| async move {
        let store = db.open().await;
        if !holds(&store).await {
            return;
        }
        let scopes = furnished(&store).await;
        let tx = store.begin_within(&scopes[3]).await.unwrap();
        assert_eq!(count(&tx, "cases", "TRUE").await, 2);
        let opening = open_for(&tx, OwnWork::Leaving).await.unwrap();
        let inner = open_for(&tx, OwnWork::Following).await.unwrap();
        inner.close(&tx).await.unwrap();
        assert_eq!(count(&tx, "cases", "TRUE").await, 4, "still open for what was opened first");
        opening.close(&tx).await.unwrap();
        assert_eq!(count(&tx, "cases", "TRUE").await, 2);
        open_for(&tx, OwnWork::Leaving).await.unwrap();
        drop(tx);
        for _ in 0..40 {
            assert_eq!(count(&store.db, "cases", "TRUE").await, 0);
        }
    });
}

#[test]
fn an_alert_of_a_case_that_left_follows_it() {
    use shukun_casework::case::{Command, DismissalReason, Transfer};
    use shukun_casework::{ActorId, CaseId, Note};
    on_both(|db| async move {
        let store = db.open().await;
        let accounts = [
            new_account("hsa", &[grant(Role::Insurance, "330381")]),
            new_account("ca", &[grant(Role::CivilAffairs, "330381")]),
            new_account("ca2", &[grant(Role::CivilAffairs, "330382")]),
        ];
        let scopes = scopes(&store, &accounts).await;
        let desk = Desk::new();
        let alert: AlertId =
            store.record_run(&scopes[0], &run(), &[seen(1, VILLAGES[0])], at(0)).await.unwrap().remove(0).id;
        let id = CaseId::new("moves").unwrap();
        store.place_alert(&scopes[0], &run(), &alert, &id, &desk.context("place", 0, 1)).await.unwrap().unwrap();
        let take = |scope: &Scope| Command::Assign { to: ActorId::new(scope.account_id().as_str()).unwrap() };
        let note = Note::new("已搬到邻县").unwrap();
        let away = Command::Transfer(Transfer { to: Some(region("330382001")), note });
        let (before, after) = (&scopes[1], &scopes[2]);
        let ctx = desk.context("away", 1, 2);
        let left = store.act_on_case(before, &id, &[take(before), away], &ctx).await.unwrap();
        assert_eq!(left.region, region("330382001"));
        assert!(store.case(before, &id).await.is_err(), "it is the neighbour's now");
        assert_eq!(store.case(after, &id).await.unwrap().version, left.version);
        assert!(store.alert(after, &alert).await.is_err(), "the alert stays where it was raised");
        let why = Note::new("已由大病保险补回").unwrap();
        let close = Command::Dismiss { reason: DismissalReason::Recoverable, why };
        let ctx = desk.context("close", left.version, 3);
        store.act_on_case(after, &id, &[take(after), close], &ctx).await.unwrap();
        let state = store.alert(&scopes[0], &alert).await.unwrap().state.status();
        assert_eq!(state, shukun_casework::alert::AlertStatus::Cleared);
    });
}

#[test]
fn each_own_work_is_asked_for_where_it_is_known() {
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    count_in(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
    let expected: BTreeMap<&str, usize> = OWN_WORKS.iter().map(|(work, places)| (work.key(), *places)).collect();
    assert_eq!((found, expected.len()), (expected.clone(), OwnWork::ALL.len()));
}

/// Uses in the program itself: what follows `#[cfg(test)] mod tests`, and files of tests, are left out.
fn count_in(folder: &Path, found: &mut BTreeMap<&'static str, usize>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            // The siege of the ledger and folders of tests are tests alone.
            if name != "siege" && name != "tests" {
                count_in(&path, found);
            }
        } else if !["tests.rs", "testing.rs", "against_model.rs", "load.rs", "planted.rs", "released.rs", "wall.rs"]
            .contains(&name.as_str())
        {
            let text = std::fs::read_to_string(&path).unwrap();
            let program = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for work in OwnWork::ALL {
                let uses = program.matches(&format!("OwnWork::{work:?}")).count();
                if uses > 0 {
                    *found.entry(work.key()).or_default() += uses;
                }
            }
        }
    }
}

#[test]
fn a_place_of_a_person_is_hidden_from_the_other_town_also_by_number() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = furnished(&store).await;
        let number: Masked<String> = person(3, VILLAGES[2]).id_number;
        assert_eq!(store.find_by_number(&scopes[3], &number, at(5)).await.unwrap(), []);
        assert_eq!(store.find_by_number(&scopes[5], &number, at(5)).await.unwrap().len(), 1);
    });
}
