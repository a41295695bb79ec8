use jiff::Timestamp;
use serde_json::json;
use shukun_base::{Lang, Masked};
use shukun_casework::alert::{AlertStatus, Colour};
use shukun_casework::authority::Permission;
use shukun_casework::case::Status;
use shukun_store::{AlertFilter, CaseOrder, DocumentForm, Scope};

use super::road::MONTHS;
use super::*;
use crate::format::masked_name;
use crate::works::order::screen::{Above, Below, Screened, Summary};
use crate::works::{Order, WorkFailure, Works};

/// How many people there are; the first third is found by the first screening, and so on.
const PEOPLE: u64 = 50;

/// A county of [`PEOPLE`], every other one in the second town.
pub(crate) fn county() -> County {
    let names = [("330381001", "东门街道"), ("330381002", "西门街道"), ("330381003", "南门街道")];
    let named = names.map(|(code, name)| Region { code: RegionCode::new(code).unwrap(), name: name.to_owned() });
    let known = [("01", "2022-06-30"), ("02", "2022-09-30"), ("03", "2022-12-31")];
    County {
        region: RegionCode::new("330381").unwrap(),
        year: 2022,
        regions: named.to_vec(),
        known: known.map(|(lake, until)| Known { lake: PathBuf::from(lake), until: until.parse().unwrap() }).to_vec(),
        people: (1..=PEOPLE).map(burdened).collect(),
    }
}

/// In place of the child: what a screening of that county finds in each of its lakes. Whoever was found is found again, and
/// those whose number ends in 7 have risen by then.
pub(crate) fn works() -> Works {
    Works::double(|order| {
        let Order::Screen(order) = order else { return Err(WorkFailure::start()) };
        let month: u64 = order.lake.file_name().unwrap().to_str().unwrap().parse().unwrap();
        let above = (1..=PEOPLE * month / 3).map(|number| above(number, month)).collect();
        Ok(json!(Screened { above, summary: Summary::default(), ..Screened::default() }))
    })
}

fn above(number: u64, month: u64) -> Above {
    let found_in = (1..=3).find(|month| number <= PEOPLE * month / 3).unwrap();
    let has_risen = month > found_in && number % 10 == 7;
    Above {
        measured: Below {
            person: PersonId(number),
            household: HouseholdId(number),
            region: place(number),
            burden_fen: Fen::yuan(if has_risen { 90_000 } else { 60_000 }),
            claims_sha256: hash(if has_risen { "more bills" } else { "bills" }).unwrap(),
        },
        colour: if has_risen { Colour::Red } else { Colour::Orange },
        rule: "三色预警".to_owned(),
        pack: "cn-330381-ruian".to_owned(),
        name: "王小明".to_owned(),
        id_number: format!("99000019800101{number:04}"),
        phone: None,
    }
}

fn place(number: u64) -> RegionCode {
    RegionCode::new(if number.is_multiple_of(2) { "330381001002" } else { "330381002001" }).unwrap()
}

fn burdened(number: u64) -> Burdened {
    let line = Line {
        tier: "基本医保".to_owned(),
        programme: None,
        rule: "统筹".to_owned(),
        article: "第六条".to_owned(),
        base_fen: Fen::yuan(150_000),
        amount_fen: Fen::yuan(100_000),
        cap_left_fen: None,
    };
    Burdened {
        person: PersonId(number),
        household: HouseholdId(number),
        region: place(number),
        year: 2022,
        last_bill_on: if number % 10 == 7 { "2022-12-20" } else { "2022-03-20" }.parse().unwrap(),
        bill_fen: Fen::yuan(160_000),
        lines: vec![line],
        left_fen: Fen::yuan(60_000),
        packs: vec![PackUsed { id: "cn-330381-ruian".to_owned(), version: "1".to_owned(), sha256: hash("x").unwrap() }],
    }
}

async fn scope_of(store: &Store, first: &[FirstPassword], login: &str, now: Timestamp) -> Scope {
    let first = first.iter().find(|first| first.login == login).unwrap();
    let (_, session) = store.sign_in(login, &first.password, now).await.unwrap();
    assert!(session.must_change_password());
    let password = Masked::new("a password of one's own".to_owned());
    let (_, session) = store.change_password(&session, &first.password, &password, now).await.unwrap();
    session.scope(now)
}

/// A furnished office of a folder of its own.
async fn furnished(now: Timestamp, works: Works) -> (tempfile::TempDir, Store, Result<Furnished, StartError>) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&Store::sqlite_url(dir.path()), &dir.path().join("keys")).await.unwrap();
    let folders = crate::desk::Folders::of(dir.path(), &[]);
    let settings = crate::start::settings(crate::http::cookies::Transport::Plain, true, folders).unwrap();
    let furnished = furnish(&store, &Settings { works, ..settings }, &county(), now).await;
    (dir, store, furnished)
}

#[tokio::test]
async fn every_step_holds_a_case_and_everybody_gets_a_password() {
    let now: Timestamp = "2026-11-22T02:30:00Z".parse().unwrap();
    let (_dir, store, furnished) = furnished(now, works()).await;
    let first = furnished.unwrap();
    assert_eq!(first.passwords.len(), 21);
    // One that was closed opens again where more bills came.
    assert!((PEOPLE..PEOPLE + 4).contains(&first.cases), "{} cases", first.cases);
    let minzheng = scope_of(&store, &first.passwords, "minzheng", now).await;
    let zhenjie = scope_of(&store, &first.passwords, "zhenjie", now).await;
    assert!(zhenjie.allows_anywhere(Permission::ConfirmVerification));
    let of_town = store.count_cases(&zhenjie, &CaseFilter::default(), CountBy::Status).await.unwrap();
    let of_town: u64 = of_town.iter().map(|count| count.cases).sum();
    assert!((PEOPLE / 2..PEOPLE / 2 + 4).contains(&of_town), "{of_town} of them in one town");
    for scope in [&minzheng, &zhenjie] {
        let counts = store.count_cases(scope, &CaseFilter::default(), CountBy::Status).await.unwrap();
        for status in Status::ALL {
            assert!(counts.iter().any(|count| count.key.as_deref() == Some(status.key())), "no case is {status}");
        }
    }
    let names = store.list_households(&minzheng, &[HouseholdId(1)]).await.unwrap();
    assert_eq!(names[0].name.chars().next(), masked_name(&Masked::new("王小明".to_owned())).chars().next());
    assert_eq!(store.every_region_name().await.unwrap().len(), 3);
    assert!(crate::words::ILLUSTRATIVE.text(Lang::Zh).contains("虚构"));
}

#[tokio::test]
async fn what_is_there_was_made_by_screenings_and_by_people_in_office_hours() {
    let now: Timestamp = "2026-11-22T02:30:00Z".parse().unwrap();
    let (_dir, store, furnished) = furnished(now, works()).await;
    let first = furnished.unwrap().passwords;
    let yibao = scope_of(&store, &first, "yibao", now).await;
    let runs = store.list_screening_runs(&yibao).await.unwrap();
    assert_eq!(runs.len(), SCREENINGS);
    assert!(runs.iter().all(|run| run.finished_at.is_some()));
    let alerts = store.list_alerts(&yibao, &AlertFilter::default(), None, 200).await.unwrap().rows;
    assert_eq!(alerts.len() as u64, PEOPLE);
    let risen = alerts.iter().filter(|alert| alert.colour == Some(Colour::Red)).count();
    assert_eq!(risen, 3, "7, 17 and 27 had more bills");
    assert!(alerts.iter().all(|alert| matches!(alert.status, AlertStatus::Linked | AlertStatus::Cleared)));
    let rows = store.list_cases(&yibao, &CaseFilter::default(), CaseOrder::Longest, None, 200).await.unwrap().rows;
    let calendar = shukun_casework::calendar::Calendar::china();
    for row in &rows {
        for action in store.case_actions(&yibao, &row.case_id).await.unwrap() {
            let at = action.at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8)));
            assert!(calendar.is_working(at.date()) && (8..18).contains(&at.hour()), "{at}");
        }
    }
}

#[tokio::test]
async fn a_paper_of_the_demo_opens() {
    let now: Timestamp = "2026-11-22T02:30:00Z".parse().unwrap();
    let (_dir, store, furnished) = furnished(now, works()).await;
    let first = furnished.unwrap().passwords;
    let minzheng = first.iter().find(|first| first.login == "minzheng").unwrap();
    let minzheng = staff::work(&store, minzheng, now).await.unwrap();
    let settled = CaseFilter { statuses: vec![Status::Settled], ..CaseFilter::default() };
    let row = &store.list_cases(&minzheng, &settled, CaseOrder::Longest, None, 1).await.unwrap().rows[0];
    let papers = store.list_documents(&minzheng, &row.case_id).await.unwrap();
    assert!(papers.len() >= 7, "{papers:?}");
    for form in [DocumentForm::Pdf, DocumentForm::Png] {
        let paper = papers.iter().find(|paper| paper.form == form).unwrap();
        let opened = store.open_document(&minzheng, &row.case_id, &paper.document.id, now).await.unwrap();
        assert!(!opened.1.is_empty());
    }
}

#[tokio::test]
async fn a_screening_that_fails_says_why() {
    let now: Timestamp = "2026-11-22T02:30:00Z".parse().unwrap();
    let (_dir, _, furnished) = furnished(now, Works::none()).await;
    let error = furnished.unwrap_err();
    assert_eq!((error.code, &error.what), ("demo-screening", &crate::words::WORK_START.both(&[])));
}

#[test]
fn the_first_roads_of_the_months_end_in_every_step_there_is() {
    assert!(MONTHS.iter().all(|month| !month.far.is_empty()));
    assert!(MONTHS.iter().map(|month| month.days_ago).is_sorted_by(|one, other| one > other));
}

#[tokio::test]
async fn a_meeting_left_lines_in_effect_one_objected_to_and_one_hanging() {
    use shukun_fund::deciding::LineState;
    let now: Timestamp = "2026-11-22T02:30:00Z".parse().unwrap();
    let (_dir, store, furnished) = furnished(now, works()).await;
    let first = furnished.unwrap().passwords;
    let secretary = scope_of(&store, &first, "lianxi", now).await;
    let meeting = council::meeting_id(council::Sitting::Present).unwrap();
    let meeting = store.meeting(&secretary, &meeting).await.unwrap();
    assert!(meeting.stamp.as_ref().unwrap().is_illustrative, "its charter is made up, and says so");
    let in_effect: Vec<_> = meeting.lines.iter().filter(|record| record.state == LineState::Approved).collect();
    assert!(!in_effect.is_empty() && meeting.lines[0].conflicts.len() == 1);
    for record in in_effect {
        let case = shukun_casework::CaseId::new(record.line.case.as_str()).unwrap();
        let case = store.case(&secretary, &case).await.unwrap();
        assert_eq!(case.requests[0].amount_fen, record.line.amount_fen);
        assert_eq!(case.requests[0].status, shukun_casework::request::RequestStatus::Approved);
    }
    let waiting = meeting.lines.iter().filter(|record| record.state == LineState::OnNotice);
    assert_eq!(waiting.map(|record| record.objections.len()).collect::<Vec<_>>(), [1, 0]);
}

#[tokio::test]
async fn what_an_earlier_meeting_decided_is_paid_shown_by_the_bank_sealed_and_signed() {
    use shukun_fund::deciding::LineState;
    use shukun_fund::paying::BatchState;
    let now: Timestamp = "2026-11-22T02:30:00Z".parse().unwrap();
    let (_dir, store, furnished) = furnished(now, works()).await;
    let first = furnished.unwrap().passwords;
    let cashier = scope_of(&store, &first, "cishan3", now).await;
    let meeting = store.meeting(&cashier, &council::meeting_id(council::Sitting::Earlier).unwrap()).await.unwrap();
    assert!(meeting.live_lines().count() > 2 && meeting.lines.iter().all(|line| line.state == LineState::Approved));
    let batches = store.batches(&cashier, &[]).await.unwrap();
    assert_eq!(batches.iter().map(|batch| batch.state).collect::<Vec<_>>(), [BatchState::Closed, BatchState::Closed]);
    let payments = usize::try_from(batches.iter().map(|batch| batch.payments).sum::<i64>()).unwrap();
    assert_eq!(payments, meeting.live_lines().count() + 1);
    let shown = store.checkpoints().await.unwrap();
    let paid: Fen = meeting.live_lines().map(|record| record.line.amount_fen).sum();
    assert_eq!((shown.len(), shown[0].seal.header.total, shown[0].seal.came_back), (1, paid, Fen::ZERO));
    for record in meeting.live_lines() {
        let slips = store.slips(&cashier, &record.line.id, now).await.unwrap();
        assert_eq!(slips.iter().map(|slip| slip.amount).collect::<Vec<_>>(), [record.line.amount_fen]);
    }
    assert_eq!(store.audit_ledger().await.unwrap(), Vec::new());
}
