use std::sync::{Arc, Mutex};

use serde_json::json;
use shukun_base::{Fen, HouseholdId, PersonId, RegionCode, Text};
use shukun_casework::ContentHash;
use shukun_casework::alert::Colour;
use shukun_casework::authority::Role;
use shukun_store::{AlertChange, CaseFilter, CaseOrder, Scope};

use crate::desk::jobs::runner::carry_out_waiting;
use crate::desk::screening::ask;
use crate::http::cookies::Transport;
use crate::testing::{Browser, COUNTY, Office, PASSWORD, form};
use crate::works::order::screen::{Above, Below, Screened, Summary};
use crate::works::{Order, WorkFailure, Works};

/// Whom the double finds: person, colour, burden in yuan.
type Found = Arc<Mutex<Vec<(u64, Colour, i64)>>>;

fn measured(person: u64, yuan: i64) -> Below {
    Below {
        person: PersonId(person),
        household: HouseholdId(person + 1_000),
        region: RegionCode::new("330381001002").unwrap(),
        burden_fen: Fen::yuan(yuan),
        claims_sha256: ContentHash::new(&format!("{yuan:064x}")).unwrap(),
    }
}

fn screened(known: &[PersonId], found: &[(u64, Colour, i64)]) -> Screened {
    let above = found.iter().map(|(person, colour, yuan)| Above {
        measured: measured(*person, *yuan),
        colour: *colour,
        rule: "三色预警".to_owned(),
        pack: "cn-330381-ruian 0a".to_owned(),
        name: "王小明".to_owned(),
        id_number: format!("99000019700101{person:04}"),
        phone: None,
    });
    let is_above = |person: &&PersonId| found.iter().any(|(above, ..)| *above == person.0);
    Screened {
        above: above.collect(),
        below: known.iter().filter(|person| !is_above(person)).map(|person| measured(person.0, 100)).collect(),
        summary: Summary { funnel: vec![(Text::new("在册人员", "persons on file"), 500)], ..Summary::default() },
    }
}

async fn office() -> (Office, Found, Scope) {
    let staff = [
        ("yibao", Role::Insurance, COUNTY),
        ("minzheng", Role::CivilAffairs, COUNTY),
        ("dongtou", Role::Insurance, "330305"),
    ];
    let mut office = Office::new(Transport::Plain, &staff).await;
    let found: Found = Arc::default();
    let seen = Arc::clone(&found);
    office.desk = office.desk.with_works(Works::double(move |order| match order {
        Order::Screen(order) => Ok(json!(screened(&order.known, &seen.lock().unwrap()))),
        _ => Err(WorkFailure::start()),
    }));
    let scope = office.scope("yibao").await;
    (office, found, scope)
}

async fn signed_in(office: &Office, login: &str) -> Browser {
    let mut browser = office.browser();
    browser.submit("/sign-in", &[("login", login), ("password", PASSWORD)]).await.sent_to("/");
    browser
}

/// A run a day later; what it changed, by kind.
async fn run(office: &Office, scope: &Scope) -> Vec<(AlertChange, u64)> {
    office.later(24 * 3_600);
    ask(&office.desk, scope, &RegionCode::new(COUNTY).unwrap(), 2026, None).await.unwrap();
    assert_eq!(carry_out_waiting(&office.desk).await, 1);
    let runs = office.desk.store().list_screening_runs(scope).await.unwrap();
    assert!(runs[0].finished_at.is_some(), "{runs:?}");
    office.desk.store().count_run_changes(scope, &runs[0].run_id).await.unwrap()
}

async fn open_cases(office: &Office, scope: &Scope) -> usize {
    office
        .desk
        .store()
        .list_cases(scope, &CaseFilter::default(), CaseOrder::Latest, None, 100)
        .await
        .unwrap()
        .rows
        .len()
}

#[tokio::test]
async fn a_run_raises_opens_changes_and_clears_and_twice_is_once() {
    let (office, found, scope) = office().await;
    let set = |people: &[(u64, Colour, i64)]| *found.lock().unwrap() = people.to_vec();
    set(&[(1, Colour::Orange, 50_000), (2, Colour::Yellow, 30_000), (3, Colour::Red, 90_000)]);
    assert_eq!(run(&office, &scope).await, [(AlertChange::New, 3)]);
    assert_eq!(open_cases(&office, &scope).await, 3);
    assert_eq!(run(&office, &scope).await, [], "the same lake and packs: nothing new");
    assert_eq!(open_cases(&office, &scope).await, 3);
    set(&[(1, Colour::Red, 80_000), (3, Colour::Yellow, 25_000), (4, Colour::Orange, 60_000)]);
    let changes = run(&office, &scope).await;
    for (change, count) in
        [(AlertChange::New, 1), (AlertChange::Risen, 1), (AlertChange::Fallen, 1), (AlertChange::Cleared, 1)]
    {
        assert!(changes.contains(&(change, count)), "{change:?} in {changes:?}");
    }
    assert_eq!(open_cases(&office, &scope).await, 4);
    set(&[(1, Colour::Red, 81_000), (3, Colour::Yellow, 25_000), (4, Colour::Orange, 60_000)]);
    assert_eq!(run(&office, &scope).await, [(AlertChange::Claims, 1)]);
    // The page of the run leads to each list, and an alert tells its colours.
    let mut browser = signed_in(&office, "yibao").await;
    let runs = browser.get("/runs").await;
    assert_eq!(runs.body.matches("href=\"/runs/").count(), 4, "{}", runs.body);
    let third = &office.desk.store().list_screening_runs(&scope).await.unwrap()[1];
    let page = browser.get(&format!("/runs/{}", third.run_id)).await;
    assert!(page.body.contains("在册人员") && page.body.contains("change=risen"), "{}", page.body);
    let list = browser.get(&format!("/alerts?run={}&change=risen", third.run_id)).await;
    assert!(list.body.contains("共1条") && list.body.contains("王＊＊") || list.body.contains("王**"), "{}", list.body);
    let at = list.body.find("href=\"/alerts/").unwrap() + 6;
    let address = list.body[at..].split('"').next().unwrap().to_owned();
    let alert = browser.get(&address).await;
    assert!(
        alert.body.contains("颜色变化") && alert.body.contains("橙") && alert.body.contains("红"),
        "{}",
        alert.body
    );
    assert!(!alert.body.contains("王小明"));
}

#[tokio::test]
async fn a_deliberate_pause_is_respected_by_runs() {
    let (office, found, scope) = office().await;
    *found.lock().unwrap() = vec![(1, Colour::Orange, 50_000)];
    run(&office, &scope).await;
    let civil = office.scope("minzheng").await;
    // Its case is dismissed, and the alert comes back with the next run unless somebody leaves it alone.
    let row = office.desk.store().list_alerts(&scope, &Default::default(), None, 10).await.unwrap().rows.remove(0);
    let case_id = row.case_id.unwrap();
    let case = office.desk.store().case(&civil, &case_id).await.unwrap();
    let me = shukun_casework::ActorId::new(civil.account_id().as_str()).unwrap();
    let why = shukun_casework::Note::new("已由大病保险补回").unwrap();
    use shukun_casework::case::{Command, DismissalReason};
    let commands = [Command::Assign { to: me }, Command::Dismiss { reason: DismissalReason::Recoverable, why }];
    let transaction = shukun_casework::TransactionId::new("dismiss-1").unwrap();
    let ctx = office.desk.numbers().context(office.now(), transaction, case.version);
    office.desk.store().act_on_case(&civil, &case_id, &commands, &ctx).await.unwrap();
    // A pause is set on an alert that waits: here of somebody new, by the page.
    *found.lock().unwrap() = vec![(2, Colour::Red, 90_000)];
    let seen = shukun_store::Seen {
        person: PersonId(2),
        household: HouseholdId(1_002),
        region: RegionCode::new("330381001002").unwrap(),
        year: 2026,
        sighting: shukun_casework::alert::Sighting {
            on: crate::format::china_day(office.now()),
            colour: Some(Colour::Red),
            burden_fen: Fen::yuan(90_000),
            rule: "三色预警".to_owned(),
            pack: "cn 0a".to_owned(),
            claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
        },
    };
    let by_hand = shukun_casework::RunId::new("by-hand").unwrap();
    let alert = office.desk.store().record_run(&scope, &by_hand, &[seen], office.now()).await.unwrap().remove(0);
    let mut browser = signed_in(&office, "minzheng").await;
    let address = format!("/alerts/{}", alert.id);
    let token = browser.get(&address).await.form_token();
    let until = crate::format::china_day(office.now()).checked_add(jiff::Span::new().days(30)).unwrap().to_string();
    let fields =
        [("form_token", token.as_str()), ("reason", "repayment_expected"), ("until", &until), ("why", "等待二次报销")];
    browser.post(&format!("{address}/suppress"), &form(&fields)).await.sent_to(&address);
    assert!(browser.get(&address).await.body.contains("暂不处理"));
    let before = open_cases(&office, &scope).await;
    run(&office, &scope).await;
    assert_eq!(open_cases(&office, &scope).await, before, "no case is opened for it");
    let mut other = {
        office.scope("dongtou").await;
        signed_in(&office, "dongtou").await
    };
    assert_eq!(other.get(&address).await.status.as_u16(), 404);
    assert!(other.get("/alerts").await.body.contains("没有符合条件的预警"));
}

#[tokio::test]
async fn a_run_is_asked_for_on_the_page_and_on_a_day_of_the_month() {
    let (office, found, scope) = office().await;
    *found.lock().unwrap() = vec![(1, Colour::Orange, 50_000)];
    let mut browser = signed_in(&office, "yibao").await;
    let page = browser.get("/runs").await;
    assert!(page.body.contains("还没有筛查过") && page.body.contains("未开启"), "{}", page.body);
    let token = page.form_token();
    let sent = browser.post("/runs", &form(&[("form_token", &token), ("region", COUNTY), ("year", "2026")])).await;
    assert!(sent.location().starts_with("/jobs/"), "{} {}", sent.status, sent.body);
    carry_out_waiting(&office.desk).await;
    let job = browser.get(sent.location()).await;
    assert!(job.body.contains("href=\"/runs/"), "{}", job.body);
    for year in ["1999", "2027", "x"] {
        let sent = browser.post("/runs", &form(&[("form_token", &token), ("region", COUNTY), ("year", year)])).await;
        assert_eq!(sent.status.as_u16(), 400, "{year}");
    }
    let day = |day: &str| form(&[("form_token", token.as_str()), ("region", COUNTY), ("day", day)]);
    browser.post("/runs/schedule", &day("5")).await.sent_to("/runs");
    assert!(browser.get("/runs").await.body.contains("每月5日"));
    assert_eq!(browser.post("/runs/schedule", &day("31")).await.status.as_u16(), 422);
    browser.post("/runs/schedule", &day("")).await.sent_to("/runs");
    assert!(browser.get("/runs").await.body.contains("未开启"));
    assert_eq!(office.desk.store().list_screening_runs(&scope).await.unwrap().len(), 1);
}
