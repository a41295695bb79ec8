//! A page asks the database as often of sixty rows as of one; how often stands in docs/performance.md.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use shukun_base::{Fen, HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::alert::{Colour, Sighting};
use shukun_casework::authority::{Permission, Role};
use shukun_casework::case::{Command, Screening, ScreeningResult, Suspension};
use shukun_casework::{ActorId, CaseId, ContentHash, DocumentKind, Note, RunId, TransactionId};
use shukun_store::{NewExport, NewImport, NewJob, NewMeasure, Person, Region, Scope, Seen};

use crate::format::china_day;
use crate::http::cookies::Transport;
use crate::testing::{Browser, COUNTY, Office, token};

/// As many rows as a page has at least, some, and more than fit on one.
const ROWS: [u64; 3] = [1, 10, 60];

/// Who asks for what.
const PAGES: &[(&str, &str)] = &[
    ("insurance", "/"),
    ("insurance", "/cases"),
    ("insurance", "/cases?status=screened&order=burden"),
    ("insurance", "/cases/case-1"),
    ("insurance", "/cases/case-1?tab=timeline"),
    ("auditor", "/cases/case-1?tab=looked"),
    ("insurance", "/alerts"),
    ("insurance", "/figures"),
    ("insurance", "/figures/tasks"),
    ("insurance", "/figures/people?colour=red"),
    ("insurance", "/appraisal"),
    ("insurance", "/jobs"),
    ("insurance", "/imports"),
    ("insurance", "/runs"),
    ("insurance", "/exports"),
    ("insurance", "/api/v1/cases?rows=60"),
    ("insurance", "/api/v1/alerts?rows=60"),
    ("auditor", "/audit"),
    ("system", "/accounts"),
    ("security", "/grants"),
];

fn region(code: &str) -> RegionCode {
    RegionCode::new(code).unwrap()
}

/// A village in one of sixty towns.
fn village(number: u64) -> String {
    format!("{COUNTY}{number:03}001")
}

/// An office with so many of everything, and the browser of the insurance bureau.
async fn office(rows: u64) -> (Office, Browser) {
    let colleagues: Vec<(String, String)> =
        (1..=rows).map(|number| (format!("colleague{number}"), format!("{COUNTY}{number:03}"))).collect();
    let mut staff = vec![
        ("insurance", Role::Insurance, COUNTY),
        ("auditor", Role::Auditor, COUNTY),
        ("system", Role::SystemAdmin, COUNTY),
        ("security", Role::SecurityAdmin, COUNTY),
    ];
    staff.extend(colleagues.iter().map(|(login, town)| (login.as_str(), Role::Township, town.as_str())));
    let office = Office::new(Transport::Plain, &staff).await;
    let (browser, _) = office.stepped_up("insurance").await;
    let scope = office.scope_at(&browser).await;
    name_places(&office, &scope, rows).await;
    open_cases(&office, &scope, rows).await;
    fill_one_case(&office, &scope, rows).await;
    add_others(&office, &scope, rows).await;
    (office, browser)
}

async fn name_places(office: &Office, scope: &Scope, rows: u64) {
    let codes = (1..=rows).flat_map(|number| [format!("{COUNTY}{number:03}"), village(number)]);
    let regions: Vec<Region> = codes.map(|code| Region { name: format!("地方{code}"), code: region(&code) }).collect();
    office.desk.store().save_regions(scope, &regions, office.now()).await.unwrap();
}

fn person(id: u64, household: u64) -> Person {
    Person {
        person_id: PersonId(id),
        household_id: HouseholdId(household),
        region: Some(region(&village(household))),
        name: Masked::new("王小明".to_owned()),
        id_number: Masked::new(format!("99000019800101{id:04}")),
        phone: Some(Masked::new("13800000000".to_owned())),
        address: None,
        bank_account: None,
    }
}

fn transaction(name: &str) -> TransactionId {
    TransactionId::new(name).unwrap()
}

/// An alert and its case in each town, each in the hands of somebody else.
async fn open_cases(office: &Office, scope: &Scope, rows: u64) {
    let (store, run) = (office.desk.store(), RunId::new("run-1").unwrap());
    let people: Vec<Person> = (1..=rows).map(|number| person(number, number)).collect();
    store.save_people(scope, &people, office.now()).await.unwrap();
    let seen: Vec<Seen> = (1..=rows).map(|number| seen(office, number)).collect();
    let alerts = store.record_run(scope, &run, &seen, office.now()).await.unwrap();
    let hands = hands(office, rows).await;
    for (number, alert) in (1..=rows).zip(&alerts) {
        let case_id = CaseId::new(&format!("case-{number}")).unwrap();
        let ctx = office.desk.numbers().context(office.now(), transaction(&format!("open-{number}")), 0);
        let case = store.place_alert(scope, &run, &alert.id, &case_id, &ctx).await.unwrap().unwrap();
        let acts = [
            Command::Assign { to: hands[usize::try_from(number).unwrap() - 1].clone() },
            Command::Screen(Screening { result: ScreeningResult::Suspected, note: None }),
        ];
        let ctx = office.desk.numbers().context(office.now(), transaction(&format!("act-{number}")), case.version);
        store.act_on_case(scope, &case_id, &acts, &ctx).await.unwrap();
    }
}

fn seen(office: &Office, number: u64) -> Seen {
    let sighting = Sighting {
        on: china_day(office.now()),
        colour: Some(Colour::Red),
        burden_fen: Fen::yuan(60_000 + i64::try_from(number).unwrap()),
        rule: "三色预警".to_owned(),
        pack: "cn-330381".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
    };
    let (person, household) = (PersonId(number), HouseholdId(number));
    Seen { person, household, region: region(&village(number)), year: 2026, sighting }
}

/// The colleagues.
async fn hands(office: &Office, rows: u64) -> Vec<ActorId> {
    let system = office.scope("system").await;
    let accounts = office.desk.store().list_accounts(&system).await.unwrap();
    let ids = (1..=rows).map(|number| {
        let found = accounts.iter().find(|account| account.login == format!("colleague{number}"));
        ActorId::new(found.unwrap().account_id.as_str()).unwrap()
    });
    ids.collect()
}

/// The first case has so many people, papers, and pauses.
async fn fill_one_case(office: &Office, scope: &Scope, rows: u64) {
    let (store, case_id) = (office.desk.store(), CaseId::new("case-1").unwrap());
    let members: Vec<Person> = (1..rows).map(|number| person(1_000 + number, 1)).collect();
    store.save_people(scope, &members, office.now()).await.unwrap();
    for number in 0..rows {
        let paper = format!("%PDF-1.7 {number}");
        let kind = DocumentKind::ALL[0];
        store.add_document(scope, &case_id, kind, paper.as_bytes(), office.now()).await.unwrap();
        let pause = Suspension {
            until: china_day(office.now()).checked_add(jiff::Span::new().days(60)).unwrap(),
            why: Note::new("当事人在外地就医").unwrap(),
        };
        for (kind, command) in [("pause", Command::Suspend(pause)), ("resume", Command::Resume)] {
            let version = store.case(scope, &case_id).await.unwrap().version;
            let ctx = office.desk.numbers().context(office.now(), transaction(&format!("{kind}-{number}")), version);
            store.act_on_case(scope, &case_id, &[command], &ctx).await.unwrap();
        }
    }
}

/// Jobs, exports, imports, runs, measures and kept filters; of these nobody keeps more than twelve.
async fn add_others(office: &Office, scope: &Scope, rows: u64) {
    let (store, now) = (office.desk.store(), office.now());
    let measures: Vec<NewMeasure> = (0..rows).map(measure).collect();
    store.add_measures(scope, &region(COUNTY), &measures, now).await.unwrap();
    for number in 0..rows {
        let id = format!("{number:032x}");
        let job = NewJob { kind: "trial", region: region(COUNTY), input: serde_json::json!(""), once_key: None };
        store.add_job(scope, Permission::Import, &job, now).await.unwrap();
        let export = NewExport {
            export_id: id.clone(),
            region: region(COUNTY),
            query: String::new(),
            rows,
            with_numbers: false,
        };
        store.keep_export(scope, &export, b"a book", now).await.unwrap();
        let file_name = Masked::new("结算.csv".to_owned());
        let import = NewImport { import_id: id, region: region(COUNTY), file_name, bytes: 1, sha256: "0a".repeat(32) };
        store.add_import(scope, &import, now).await.unwrap();
        let run = RunId::new(&format!("run-of-{number}")).unwrap();
        store.begin_run(scope, &run, (&region(COUNTY), 2026), now).await.unwrap();
    }
    for number in 0..rows.min(12) {
        let query = format!("burden_from={number}");
        store.keep_filter(scope, &format!("筛选{number}"), &query, now).await.unwrap();
    }
}

fn measure(number: u64) -> NewMeasure {
    NewMeasure {
        words: format!("做好第{number}件事"),
        lead_unit: "市医保局".to_owned(),
        responsible_units: "市民政局".to_owned(),
        source: "实施方案".to_owned(),
        due_on: None,
    }
}

/// With the second factor, for each who asks.
async fn browsers(office: &Office, insurance: Browser) -> BTreeMap<&'static str, Browser> {
    let mut browsers = BTreeMap::from([("insurance", insurance)]);
    for (login, _) in PAGES {
        if !browsers.contains_key(login) {
            let (browser, _) = office.stepped_up_again(office.signed_in_again(login).await).await;
            browsers.insert(*login, browser);
        }
    }
    browsers
}

/// What each page asks when it is asked for the second time: the first finds out what never changes.
async fn asked(rows: u64) -> Vec<Vec<String>> {
    let (office, insurance) = office(rows).await;
    let mut browsers = browsers(&office, insurance).await;
    let secret = token(browsers.get_mut("insurance").unwrap(), "read", &[]).await;
    let mut program = Browser::new(&office.desk).header("authorization", &format!("Bearer {secret}"));
    let mut asked = Vec::new();
    for (login, path) in PAGES {
        let browser = if path.starts_with("/api") { &mut program } else { browsers.get_mut(login).unwrap() };
        let first = browser.get(path).await;
        assert_eq!(first.status, StatusCode::OK, "{path}: {}", first.body);
        drop(office.statements());
        browser.get(path).await;
        asked.push(office.statements());
    }
    asked
}

/// What is asked of many rows and not of few.
fn more<'a>(few: &[String], many: &'a [String]) -> Vec<&'a str> {
    let mut left: Vec<&String> = few.iter().collect();
    let mut more = Vec::new();
    for statement in many {
        match left.iter().position(|known| *known == statement) {
            Some(at) => drop(left.swap_remove(at)),
            None => more.push(statement.as_str()),
        }
    }
    more
}

#[tokio::test]
async fn a_page_asks_as_much_of_one_row_as_of_sixty() {
    let (mut grown, mut wrong) = (Vec::new(), Vec::new());
    let mut of_rows = Vec::new();
    for rows in ROWS {
        of_rows.push(asked(rows).await);
    }
    let told = include_str!("../../../../docs/performance.md");
    for (at, (_, path)) in PAGES.iter().enumerate() {
        let counts: Vec<usize> = of_rows.iter().map(|asked| asked[at].len()).collect();
        if counts.iter().any(|count| *count != counts[0]) {
            grown.push(format!("{path} asks {counts:?}: {:#?}", more(&of_rows[0][at], &of_rows[2][at])));
        }
        let row = format!("| `{path}` | {} |", counts[0]);
        if !told.contains(&row) {
            wrong.push(row);
        }
    }
    assert!(grown.is_empty(), "{}", grown.join("\n"));
    assert!(wrong.is_empty(), "docs/performance.md lacks:\n{}", wrong.join("\n"));
}
