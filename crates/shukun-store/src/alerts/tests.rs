use shukun_base::{Fen, HouseholdId, PersonId};
use shukun_casework::alert::{AlertStatus, Colour, Sighting, SuppressReason};
use shukun_casework::authority::Role;
use shukun_casework::calendar::Calendar;
use shukun_casework::case::{Case, Command, Context, DismissalReason, Status};
use shukun_casework::timers::Settings;
use shukun_casework::{ActorId, AlertId, CaseId, ContentHash, Note, RunId, TransactionId};

use super::*;
use crate::error::ErrorKind;
use crate::testing::{at, grant, new_account, on_both, region, scopes};
use crate::{Scope, Store};

fn seen(person: u64, household: u64, place: &str, month: i8, colour: Option<Colour>) -> Seen {
    let sighting = Sighting {
        on: jiff::civil::date(2026, month, 1),
        colour,
        burden_fen: Fen::yuan(50_000 + i64::try_from(person).unwrap()),
        rule: "三色预警".to_owned(),
        pack: "cn-33 1".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).unwrap(),
    };
    Seen { person: PersonId(person), household: HouseholdId(household), region: region(place), year: 2026, sighting }
}

async fn office(store: &Store) -> Vec<Scope> {
    let accounts = [
        new_account("hsa", &[grant(Role::Insurance, "330381")]),
        new_account("ca", &[grant(Role::CivilAffairs, "330381")]),
        new_account("ts", &[grant(Role::Township, "330381001")]),
    ];
    scopes(store, &accounts).await
}

fn run() -> RunId {
    RunId::new("run-1").unwrap()
}

fn case_id(id: &str) -> CaseId {
    CaseId::new(id).unwrap()
}

async fn place(store: &Store, hsa: &Scope, alert: &AlertId, case: &str) -> Option<Case> {
    let (calendar, settings) = (Calendar::china(), Settings::defaults());
    let transaction = TransactionId::new(&format!("place-{case}")).unwrap();
    let ctx = Context { now: at(1), transaction, version: 0, calendar: &calendar, settings: &settings, sample_seed: 1 };
    store.place_alert(hsa, &run(), alert, &case_id(case), &ctx).await.unwrap()
}

async fn dismiss(store: &Store, ca: &Scope, case: &CaseId, version: u32) -> Case {
    let (calendar, settings) = (Calendar::china(), Settings::defaults());
    let transaction = TransactionId::new(&format!("dismiss-{case}")).unwrap();
    let ctx = Context { now: at(2), transaction, version, calendar: &calendar, settings: &settings, sample_seed: 1 };
    let take = Command::Assign { to: ActorId::new(ca.account_id().as_str()).unwrap() };
    let why = Note::new("已由大病保险补回").unwrap();
    let dismiss = Command::Dismiss { reason: DismissalReason::Recoverable, why };
    store.act_on_case(ca, case, &[take, dismiss], &ctx).await.unwrap()
}

#[test]
fn a_run_twice_raises_once_and_a_household_gets_one_case() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = office(&store).await;
        let people = [
            seen(1, 1, "330381001001", 3, Some(Colour::Red)),
            seen(2, 1, "330381001001", 3, Some(Colour::Yellow)),
            seen(3, 3, "330381002001", 3, Some(Colour::Orange)),
            seen(4, 4, "330381002001", 3, None),
        ];
        let first = store.record_run(&scopes[0], &run(), &people, at(0)).await.unwrap();
        assert_eq!(first, store.record_run(&scopes[0], &run(), &people, at(1)).await.unwrap());
        assert_eq!(first.len(), 3);
        let (one, other) =
            tokio::join!(place(&store, &scopes[0], &first[0].id, "a"), place(&store, &scopes[0], &first[1].id, "b"));
        let cases = [one.unwrap(), other.unwrap()];
        assert_eq!(cases[0].id, cases[1].id, "the second alert goes into the household's open case");
        assert_eq!(cases.iter().map(|case| case.detections.len()).max(), Some(2));
        assert_eq!(place(&store, &scopes[0], &first[0].id, "c").await, None);
        let town = store.list_alerts(&scopes[2], &AlertFilter::default(), None, 10).await.unwrap();
        assert_eq!(town.rows.iter().map(|row| row.person_id.0).collect::<Vec<_>>(), [2, 1]);
        assert!(
            town.rows.iter().all(|row| row.status == AlertStatus::Linked && row.case_id == Some(cases[0].id.clone()))
        );
        assert_eq!(store.alert(&scopes[2], &first[2].id).await.unwrap_err().kind, ErrorKind::NotFound);
        let error = store.record_run(&scopes[2], &run(), &people[..1], at(2)).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Forbidden);
    });
}

#[test]
fn an_alert_goes_with_its_case() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = office(&store).await;
        let red = [seen(1, 1, "330381001001", 3, Some(Colour::Red))];
        let alert = store.record_run(&scopes[0], &run(), &red, at(0)).await.unwrap().remove(0);
        let case = place(&store, &scopes[0], &alert.id, "a").await.unwrap();
        let closed = dismiss(&store, &scopes[1], &case.id, case.version).await;
        assert_eq!(closed.status, Status::Closed);
        assert_eq!(store.alert(&scopes[1], &alert.id).await.unwrap().state.status(), AlertStatus::Cleared);
        let mut later = seen(1, 1, "330381001001", 4, Some(Colour::Orange));
        let nothing_new = store.record_run(&scopes[0], &run(), &[later.clone()], at(3)).await.unwrap().remove(0);
        assert_eq!((nothing_new.state.status(), nothing_new.history.len()), (AlertStatus::Cleared, 2));
        assert_eq!(place(&store, &scopes[0], &alert.id, "b").await, None);
        later.sighting.claims_sha256 = ContentHash::new(&"0b".repeat(32)).unwrap();
        let again = store.record_run(&scopes[0], &run(), &[later], at(4)).await.unwrap().remove(0);
        assert_eq!((again.state.status(), again.history.len()), (AlertStatus::Raised, 2));
        let second = place(&store, &scopes[0], &alert.id, "b").await.unwrap();
        assert_ne!(second.id, case.id);
    });
}

#[test]
fn a_pause_holds_and_lists_page_and_count() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = office(&store).await;
        let people: Vec<Seen> = (0..23)
            .map(|person| {
                seen(
                    person,
                    person,
                    "330381001001",
                    3,
                    Some([Colour::Red, Colour::Yellow][usize::try_from(person % 2).unwrap()]),
                )
            })
            .collect();
        let alerts = store.record_run(&scopes[0], &run(), &people, at(0)).await.unwrap();
        let until = jiff::civil::date(2026, 5, 31);
        let pause = (SuppressReason::RepaymentExpected, until, Note::new("等二次报销").unwrap());
        store.suppress_alert(&scopes[1], &alerts[0].id, pause.clone(), at(1)).await.unwrap();
        let error = store.suppress_alert(&scopes[1], &alerts[0].id, pause, at(1)).await.unwrap_err();
        assert_eq!(error.code, "A101");
        assert_eq!(place(&store, &scopes[0], &alerts[0].id, "a").await, None);
        let filter = AlertFilter { statuses: vec![AlertStatus::Raised], year: Some(2026), ..AlertFilter::default() };
        let (mut burdens, mut from) = (Vec::new(), None);
        loop {
            let page = store.list_alerts(&scopes[2], &filter, from.as_ref(), 5).await.unwrap();
            burdens.extend(page.rows.iter().map(|row| row.burden_fen));
            let Some(next) = page.next else { break };
            from = AlertCursor::parse(&next.to_string());
        }
        assert!(burdens.len() == 22 && burdens.is_sorted_by(|one, next| one > next), "{burdens:?}");
        let counts = store.count_alerts(&scopes[2], &filter).await.unwrap();
        assert_eq!(counts.iter().map(|count| count.cases).sum::<u64>(), 22);
        assert_eq!(
            store.count_alerts(&scopes[2], &AlertFilter { colours: vec![Colour::Orange], ..filter }).await.unwrap(),
            []
        );
    });
}
