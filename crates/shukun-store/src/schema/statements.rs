//! Every statement of the crate is prepared on both engines, whether or not another test runs it.

use sea_orm::{ConnectionTrait as _, DbBackend};
use shukun_base::{Fen, HouseholdId, PersonId};
use shukun_casework::alert::{AlertStatus, Colour};
use shukun_casework::authority::{Permission, Role};
use shukun_casework::case::{Flag, Status, Step};
use shukun_casework::outcome::OutcomeCode;
use shukun_casework::timers::Level;

use crate::accounts::{AccountId, accounts_query, names_query};
use crate::alerts::{alert_counts_query, alerts_query};
use crate::audit::{Act, AuditFilter, Object, audit_query};
use crate::cases::{counts_query, duplicates_query, list_query, lists_query};
use crate::figures::{colour_counts_query, colours_query, figures_query, office_tasks_query, tasks_query};
use crate::fund::giving::{
    aid_query, alerts_alone_query, campaigns_query, donors_query, ended_query, gift_sums_query, gifts_query,
    pledges_query, raised_query, undetermined_query, units_query,
};
use crate::fund::kept;
use crate::fund::ledger::check::audits_query;
use crate::fund::ledger::draft::drafts_query;
use crate::fund::ledger::post::{holds_query, insert_query, lines_query};
use crate::fund::ledger::read::{book_accounts_query, books_query, transfers_query};
use crate::fund::paying::{batches_query, paid_lines_query, with_case_query};
use crate::imports::imports_query;
use crate::jobs::{JobId, jobs_query};
use crate::measures::measures_query;
use crate::people::{By, people_query};
use crate::regions::{names_of_regions_query, regions_query};
use crate::runs::{AlertChange, runs_query};
use crate::sql::{Query, Sql};
use crate::testing::{TestDb, at, grant, new_account, on_both, region, scopes};
use crate::workers::{Reach, workers_query};
use crate::{
    AlertCursor, AlertFilter, Assignee, CaseCursor, CaseFilter, CaseOrder, ColourFilter, CountBy, DonorFilter,
    GiftFilter, Narrowed, PlaceSize, Scope, Store, Sway, TaskCursor, TaskFilter, TaskKind, today_in_china,
};
use shukun_casework::RunId;
use shukun_fund::ledger::AccountCode;
use shukun_fund::{BookId, VoucherId};
use shukun_fund::{CampaignId, DonorId, GiftId, PledgeId};

const FIXED: &[(&str, &[(&str, Sql)])] = &[
    ("schema", super::ALL),
    ("key_file", crate::sealed::KEY_FILE_STATEMENTS),
    ("keyring", crate::sealed::KEYRING_STATEMENTS),
    ("audit", crate::audit::ALL),
    ("grants", crate::grants::ALL),
    ("accounts", crate::accounts::ALL),
    ("sessions", crate::sessions::ALL),
    ("sign_in", crate::sign_in::ALL),
    ("people", crate::people::ALL),
    ("alerts", crate::alerts::KEEP_STATEMENTS),
    ("documents", crate::documents::ALL),
    ("exports", crate::exports::ALL),
    ("county_numbers", crate::county_numbers::ALL),
    ("jobs", crate::jobs::ALL),
    ("imports", crate::imports::ALL),
    ("runs", crate::runs::ALL),
    ("regions", crate::regions::ALL),
    ("saved_filters", crate::saved_filters::ALL),
    ("cases: act", crate::cases::ACT_STATEMENTS),
    ("cases: clock", crate::cases::CLOCK_STATEMENTS),
    ("figures: keep", crate::figures::KEEP_STATEMENTS),
    ("measures", crate::measures::ALL),
    ("cases: row", crate::cases::ROW_STATEMENTS),
    ("backup", crate::backup::ALL),
    ("api_tokens", crate::api_tokens::ALL),
    ("answers", crate::answers::ALL),
    ("subjects", crate::subjects::ALL),
    ("copy", crate::copy::ALL),
    ("wall", crate::wall::ALL),
    ("ledger", crate::fund::ledger::ALL),
    ("ledger: check", crate::fund::ledger::check::ALL),
    ("ledger: draft", crate::fund::ledger::draft::ALL),
    ("ledger: expire", crate::fund::ledger::expire::ALL),
    ("ledger: open files", crate::fund::ledger::open_files::ALL),
    ("ledger: period", crate::fund::ledger::period::ALL),
    ("ledger: post", crate::fund::ledger::post::ALL),
    ("ledger: read", crate::fund::ledger::read::ALL),
    ("ledger: why", crate::fund::ledger::why::ALL),
    ("publishing", crate::fund::publishing::ALL),
    ("publishing: figures", crate::fund::publishing::figures::ALL),
    ("publishing: households", crate::fund::publishing::households::ALL),
    ("publishing: notes", crate::fund::publishing::notes::ALL),
    ("publishing: duties", crate::fund::publishing::duties::ALL),
    ("sealing: audit", crate::fund::sealing::AUDIT_STATEMENTS),
    ("sealing: keys", crate::fund::sealing::KEY_STATEMENTS),
    ("sealing: seal", crate::fund::sealing::SEAL_STATEMENTS),
    ("sealing: shown", crate::fund::sealing::SHOWN_STATEMENTS),
    ("sealing: sign", crate::fund::sealing::SIGN_STATEMENTS),
    ("sealing: slip", crate::fund::sealing::SLIP_STATEMENTS),
    ("giving: books", crate::fund::giving::BOOKS_STATEMENTS),
    ("giving: campaigns", crate::fund::giving::CAMPAIGNS_STATEMENTS),
    ("giving: certificates", crate::fund::giving::CERTIFICATES_STATEMENTS),
    ("giving: donors", crate::fund::giving::DONORS_STATEMENTS),
    ("giving: gifts", crate::fund::giving::GIFTS_STATEMENTS),
    ("giving: outlook", crate::fund::giving::OUTLOOK_STATEMENTS),
    ("giving: pledges", crate::fund::giving::PLEDGES_STATEMENTS),
    ("giving: refunds", crate::fund::giving::REFUNDS_STATEMENTS),
    ("giving: trail", crate::fund::giving::TRAIL_STATEMENTS),
    ("deciding: act", crate::fund::deciding::ACT_STATEMENTS),
    ("deciding: book", crate::fund::deciding::BOOK_STATEMENTS),
    ("deciding: charters", crate::fund::deciding::CHARTER_STATEMENTS),
    ("deciding: members", crate::fund::deciding::MEMBER_STATEMENTS),
    ("deciding: online", crate::fund::deciding::ONLINE_STATEMENTS),
    ("paying: act", crate::fund::paying::ACT_STATEMENTS),
    ("paying: audit", crate::fund::paying::AUDIT_STATEMENTS),
    ("paying: case", crate::fund::paying::CASE_STATEMENTS),
    ("paying: deliveries", crate::fund::paying::DELIVERY_STATEMENTS),
    ("paying: files", crate::fund::paying::FILE_STATEMENTS),
    ("paying: lapse", crate::fund::paying::LAPSE_STATEMENTS),
    ("paying: lines", crate::fund::paying::LINE_STATEMENTS),
    ("paying: list", crate::fund::paying::LIST_STATEMENTS),
    ("paying: money", crate::fund::paying::MONEY_STATEMENTS),
    ("paying: payees", crate::fund::paying::PAYEE_STATEMENTS),
    ("paying: settings", crate::fund::paying::SETTING_STATEMENTS),
    ("paying: statements", crate::fund::paying::BANK_STATEMENTS),
];

/// What the backup asks of SQLite alone.
const ONLY_ON_SQLITE: &[&str] = &["VACUUM_INTO", "TABLES", "COLUMNS"];

/// What the second wall asks of PostgreSQL alone.
const ONLY_ON_POSTGRES: &[&str] = &["LET_THROUGH", "OPEN_FOR", "IS_OPEN_FOR", "PASSES"];

/// Lists with every filter there is, put together as they are when all are used.
fn put_together(scope: &Scope) -> Vec<String> {
    let filter = AuditFilter {
        account_id: Some(String::new()),
        objects: vec![Object::new("account", ""), Object::new("account", "1")],
        act: Some(Act::SetUp),
        before: Some(1),
    };
    let mut queries = vec![
        audit_query(scope, &filter),
        accounts_query(scope, Permission::ReadAuditTrail),
        names_query(&[AccountId::new("1"), AccountId::new("2")]),
        jobs_query(scope, Some(&JobId::new("1"))),
        imports_query(scope, Some("1")),
        crate::fund::paying::deliveries_query(scope),
        batches_query(scope, &[shukun_fund::paying::BatchState::Open]),
        paid_lines_query(&[&shukun_fund::LineId::new("1").unwrap()]),
        with_case_query(&[&shukun_fund::LineId::new("1").unwrap()]),
        runs_query(scope, RunId::new("run-1").as_ref()),
        names_of_regions_query(&[region("330381"), region("330381001")]),
        regions_query(scope, Permission::ReadAuditTrail),
        duplicates_query(scope, Permission::ReadAuditTrail),
        workers_query(scope, Permission::Verify, &region("330381001"), Reach::Over),
        workers_query(scope, Permission::Verify, &region("330381001"), Reach::Within),
        people_query(scope, Permission::ReadAuditTrail, &By::Households(&[HouseholdId(1)])),
        people_query(scope, Permission::ReadAuditTrail, &By::Number(vec![1])),
        people_query(scope, Permission::ReadAuditTrail, &By::Ids(&[PersonId(1), PersonId(2)])),
    ];
    let from = CaseCursor::parse("1.a");
    for order in [CaseOrder::Longest, CaseOrder::Latest, CaseOrder::Burden, CaseOrder::Due, CaseOrder::Number] {
        for engine in [DbBackend::Sqlite, DbBackend::Postgres] {
            queries.push(list_query(engine, (scope, &every_filter()), order, from.as_ref(), 50));
        }
    }
    let of_alerts = AlertFilter {
        statuses: vec![AlertStatus::Raised],
        colours: vec![Colour::Red, Colour::Orange],
        region: Some(region("330381")),
        year: Some(2026),
        household: Some(HouseholdId(1)),
        run: RunId::new("run-1").map(|run| (run, Some(AlertChange::New))),
    };
    for engine in [DbBackend::Sqlite, DbBackend::Postgres] {
        queries.push(alerts_query(engine, (scope, &of_alerts), AlertCursor::parse("1.a").as_ref(), 50));
    }
    queries.push(alert_counts_query(scope, &of_alerts));
    for by in CountBy::ALL {
        queries.push(counts_query(scope, &every_filter(), by));
    }
    queries.push(lists_query(scope, &[every_filter(), CaseFilter::default()]));
    queries.extend(figures(scope));
    queries.extend(ledger(scope));
    queries.extend(kept_tables());
    queries.extend(giving(scope));
    queries.iter().map(|query| query.text().to_owned()).collect()
}

fn every_filter() -> CaseFilter {
    CaseFilter {
        statuses: vec![Status::Detected, Status::Closed],
        colours: vec![Colour::Red],
        flags: vec![Flag::Urgent, Flag::Moved],
        region: Some(region("330381")),
        assignee: Some(Assignee::Is(AccountId::new("1"))),
        households: Some(vec![HouseholdId(1), HouseholdId(2)]),
        outcomes: vec![OutcomeCode::Moved],
        sample_waits: true,
        levels: vec![Level::Breached, Level::Supervision],
        recert_due: true,
        since_before: Some(at(0)),
        steps: vec![Step::Screening],
        year: Some(2026),
        burden_from: Some(Fen(1)),
        burden_to: Some(Fen(2)),
        number: Some("a%".to_owned()),
        allowed: Some(Permission::ReadAuditTrail),
        narrowed: Narrowed {
            reached: Some(Status::Verified),
            vague_below: Some(PlaceSize::Village),
            is_open: true,
            office: Some(Role::Village),
            step_levels: vec![Level::Breached],
            used_box: Some(2),
            rule: Some(String::new()),
            by_hand: true,
            sway: Some(Sway::Wrong),
            opened_in: Some(String::new()),
            closed_in: Some(String::new()),
            is_determined: true,
            is_paid: true,
            is_supervised: true,
        },
    }
}

/// The books.
fn giving(scope: &Scope) -> Vec<Query> {
    let donors = DonorFilter { donors: None, after: DonorId::new("d") };
    let named = DonorFilter { donors: Some(vec![DonorId::new("d").unwrap()]), after: None };
    let gifts = GiftFilter {
        gift_id: GiftId::new("g"),
        donor: DonorId::new("d"),
        campaign: CampaignId::new("c"),
        after: GiftId::new("g"),
    };
    vec![
        donors_query(scope, &donors),
        donors_query(scope, &named),
        gift_sums_query(scope, &gifts),
        units_query(scope),
        campaigns_query(scope, CampaignId::new("c").as_ref()),
        gifts_query(scope, &gifts),
        pledges_query(scope, DonorId::new("d").as_ref(), PledgeId::new("p").as_ref()),
        aid_query(scope),
        raised_query(scope),
        undetermined_query(scope),
        alerts_alone_query(scope),
        ended_query(scope),
    ]
}

fn ledger(scope: &Scope) -> Vec<Query> {
    let (book, code) = (BookId::new("b").unwrap(), AccountCode::new("unrestricted").unwrap());
    let row: Vec<sea_orm::Value> = (0..25).map(|_| sea_orm::Value::String(None)).collect();
    vec![
        books_query(scope, Some(&book)),
        book_accounts_query(scope),
        drafts_query(scope, None),
        audits_query(scope),
        drafts_query(scope, VoucherId::new("v").as_ref()),
        transfers_query(&book, &code, Some(1), 50),
        holds_query(&["1", "2"]),
        lines_query(&["1", "2"]),
        insert_query(&[row.clone(), row]),
    ]
}

/// Every row of what is held against the trail, and one record.
fn kept_tables() -> Vec<Query> {
    let record = vec![sea_orm::Value::String(None); 3];
    kept::ALL.iter().flat_map(|kept| [kept.query(None), kept.query(Some(&record))]).collect()
}

/// What figures are counted with, and the lists behind them that are none of cases.
fn figures(scope: &Scope) -> Vec<Query> {
    let (first, last) = (today_in_china(at(0)), today_in_china(at(1)));
    let county = Some(region("330381"));
    let tasks = TaskFilter {
        first,
        last,
        region: county.clone(),
        vague_below: Some(PlaceSize::Town),
        office: Some(Role::Village),
        step: Some(Step::Verification),
    };
    let people = ColourFilter { year: 2026, region: county.clone(), colour: Colour::Red, on: last };
    let mut queries = vec![
        measures_query(scope, Some("a")),
        crate::fund::deciding::members_query(scope),
        crate::fund::deciding::meetings_query(scope),
        crate::fund::deciding::notices_query(scope, crate::NoticeFilter::Open, shukun_fund::LineId::new("a").as_ref()),
        figures_query(DbBackend::Sqlite, (scope, &every_filter()), PlaceSize::Town),
        figures_query(DbBackend::Postgres, (scope, &every_filter()), PlaceSize::Village),
        office_tasks_query(scope, &tasks),
        colour_counts_query(scope, 2026, county.as_ref()),
        colours_query(scope, &people, AlertCursor::parse("1.a").as_ref(), 50),
    ];
    let from = TaskCursor::parse("2026-03-02.1.a");
    queries.extend(TaskKind::ALL.iter().map(|kind| tasks_query(scope, &tasks, *kind, from.as_ref(), 50)));
    queries
}

async fn prepare(store: &Store, name: &str, text: &str) {
    let prepared = match store.engine() {
        "sqlite" => store.db.execute_unprepared(&format!("EXPLAIN {text}")).await,
        _ => {
            store
                .db
                .execute_unprepared(&format!("PREPARE statement_{name} AS {text}; DEALLOCATE statement_{name}"))
                .await
        }
    };
    assert!(prepared.is_ok(), "{name} on {}: {:?}\n{text}", store.engine(), prepared.err());
}

async fn prepare_all(db: TestDb) {
    let store = db.open().await;
    let auditor = [grant(Role::Auditor, "330381"), grant(Role::Auditor, "330305")];
    let scope = scopes(&store, &[new_account("auditor", &auditor)]).await.remove(0);
    let fixed = FIXED.iter().flat_map(|(_, statements)| statements.iter());
    let mut count = 0;
    for (name, sql) in fixed {
        let of_the_other = if store.engine() == "sqlite" { ONLY_ON_POSTGRES } else { ONLY_ON_SQLITE };
        if of_the_other.contains(name) {
            continue;
        }
        prepare(&store, name, sql.0).await;
        count += 1;
    }
    for (index, text) in put_together(&scope).iter().enumerate() {
        prepare(&store, &format!("list_{index}"), text).await;
    }
    assert!(count > 30, "{count} statements");
}

#[test]
fn every_statement_is_understood_by_both_engines() {
    on_both(prepare_all);
}
