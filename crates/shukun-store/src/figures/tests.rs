//! Figures against the lists behind them: random work, and random cases far along, on both engines.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use jiff::ToSpan as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sea_orm::ConnectionTrait as _;
use shukun_base::{Day, Fen, HouseholdId, PersonId};
use shukun_casework::alert::{Colour, Sighting};
use shukun_casework::authority::Programme;
use shukun_casework::case::{Case, Closed, ClosingWay, Status, Step, StepSpan};
use shukun_casework::outcome::{Outcome, OutcomeCode};
use shukun_casework::request::{AidRequest, RequestStatus};
use shukun_casework::timers::{Unit, Watch};
use shukun_casework::{ContentHash, RequestId};

use super::*;
use crate::cases::testing::{Desk, TOWNS, VILLAGES, case_id, county, detection, opened, run, write_row};
use crate::cases::tests::{rows, work};
use crate::testing::{TestDb, at, on_both, region};
use crate::wall::OwnWork;
use crate::{AlertCursor, CaseFilter, CaseOrder, CaseRow, Scope, Seen, Store, today_in_china};

const PLACES: [&str; 6] = ["330381", TOWNS[2], VILLAGES[0], VILLAGES[1], VILLAGES[2], VILLAGES[3]];

fn pick<T: Copy>(chance: &mut ChaCha8Rng, among: &[T]) -> T {
    among[chance.random_range(0..among.len())]
}

/// A case that could be anywhere on its way; what matters to figures is random.
fn random_case(chance: &mut ChaCha8Rng, model: &Case, number: u64) -> Case {
    let mut case = model.clone();
    case.id = case_id(number);
    case.household = HouseholdId(number);
    case.region = region(pick(chance, &PLACES));
    case.status = pick(chance, Status::ALL);
    case.opened_at = at(chance.random_range(0..60 * 24 * 200));
    case.detections = (0..chance.random_range(0..3)).map(|_| detection(number, pick(chance, Colour::ALL))).collect();
    for detection in &mut case.detections {
        detection.rule = pick(chance, &["三色预警", "高额自费"]).to_owned();
    }
    let mut from = case.opened_at;
    case.spans.clear();
    for step in [Step::Screening, Step::Verification, Step::FollowUp].iter().take(chance.random_range(1..4)) {
        let to = from + jiff::SignedDuration::from_hours(chance.random_range(1..900));
        case.spans.push(StepSpan { step: *step, round: 1, from, to: Some(to) });
        from = to;
    }
    if case.status == Status::Closed {
        let (code, way) = (pick(chance, OutcomeCode::ALL), pick(chance, &[ClosingWay::NoRisk, ClosingWay::Dismissed]));
        let from_status = pick(chance, &Status::ALL[..8]);
        case.closed = Some(Closed { outcome: Outcome::plain(code), way, at: from, by: None, from: from_status });
    } else if let Some(last) = case.spans.last_mut() {
        last.to = None;
    }
    if chance.random_bool(0.4) {
        let id = RequestId::new(&format!("request-{number}")).unwrap();
        let mut request = AidRequest::new(id, Programme::CharityRelief, 1, RequestStatus::Paid);
        request.paid_fen = Fen(chance.random_range(0..500_000));
        request.recovered_fen = Fen(if chance.random_bool(0.2) { request.paid_fen.0 } else { 0 });
        case.requests = vec![request];
    }
    case
}

async fn write(store: &Store, cases: &[Case], minutes: i64) {
    let desk = Desk::new();
    let tx = store.begin_own(OwnWork::Rows).await.unwrap();
    for case in cases {
        write_row(&tx, case, Watch { now: at(minutes), ..watch(&desk) }).await;
    }
    tx.commit().await.unwrap();
}

fn watch(desk: &Desk) -> Watch<'_> {
    Watch { calendar: &desk.calendar, settings: &desk.settings, now: at(0) }
}

async fn list(store: &Store, scope: &Scope, filter: &CaseFilter, narrowed: Narrowed) -> Vec<CaseRow> {
    let narrowed = CaseFilter { narrowed, ..filter.clone() };
    rows(store, scope, &narrowed, CaseOrder::Longest, 7).await
}

fn count(rows: &[CaseRow]) -> u64 {
    u64::try_from(rows.len()).unwrap()
}

async fn check_reached(store: &Store, scope: &Scope, filter: &CaseFilter) {
    let found = store.count_figures(scope, filter, PlaceSize::Town).await.unwrap().reached;
    let all = list(store, scope, filter, Narrowed::default()).await;
    let sum = |of: &dyn Fn(&Reached) -> u64| found.iter().map(of).sum::<u64>();
    assert_eq!(sum(&|group| group.cases), count(&all));
    let burden: Fen = found.iter().map(|group| group.burden_fen).sum();
    assert_eq!(burden, all.iter().map(|row| row.burden_fen).sum());
    for status in Status::ALL.iter().copied().filter(|status| *status != Status::Closed) {
        let behind = list(store, scope, filter, Narrowed { reached: Some(status), ..Narrowed::default() }).await;
        assert_eq!(sum(&|group| if group.furthest >= status { group.cases } else { 0 }), count(&behind), "{status}");
    }
    let closed = all.iter().filter(|row| row.status == Status::Closed).count();
    assert_eq!(sum(&|group| if group.is_closed { group.cases } else { 0 }), u64::try_from(closed).unwrap());
    let paid = list(store, scope, filter, Narrowed { is_paid: true, ..Narrowed::default() }).await;
    assert_eq!(sum(&|group| group.paid), count(&paid));
    let determined = list(store, scope, filter, Narrowed { is_determined: true, ..Narrowed::default() }).await;
    assert_eq!(sum(&|group| group.determined), count(&determined));
}

async fn check_ageing(store: &Store, scope: &Scope, filter: &CaseFilter, by: PlaceSize) {
    let found = store.count_figures(scope, filter, by).await.unwrap().ageing;
    let all = list(store, scope, filter, Narrowed::default()).await;
    let waiting = all.iter().filter(|row| row.status != Status::Closed).count();
    assert_eq!(found.iter().map(|group| group.cases).sum::<u64>(), u64::try_from(waiting).unwrap());
    for group in &found {
        let is_exact = group.place.as_str().len() == by.digits();
        let narrowed = Narrowed {
            office: Some(group.office),
            step_levels: vec![group.level],
            used_box: Some(group.used_box),
            vague_below: (!is_exact).then_some(by),
            is_open: true,
            ..Narrowed::default()
        };
        let town = is_exact.then(|| group.place.clone()).or(filter.region.clone());
        let behind =
            list(store, scope, &CaseFilter { region: town, steps: vec![group.step], ..filter.clone() }, narrowed).await;
        let alike = found.iter().filter(|other| {
            let place = if is_exact { other.place == group.place } else { other.place.as_str().len() < by.digits() };
            let waits = (other.step, other.office, other.used_box, other.level);
            place && waits == (group.step, group.office, group.used_box, group.level)
        });
        assert_eq!(alike.map(|other| other.cases).sum::<u64>(), count(&behind), "{group:?}");
    }
}

async fn check_endings(store: &Store, scope: &Scope, filter: &CaseFilter) {
    let found = store.count_figures(scope, filter, PlaceSize::Village).await.unwrap().endings;
    let closed = list(store, scope, filter, Narrowed::default()).await;
    let closed = closed.iter().filter(|row| row.status == Status::Closed).count();
    let mut counted = 0;
    for ended in &found {
        let precision = ended.precision;
        let colours = ended.colour.into_iter().collect();
        let filter = CaseFilter { colours, ..filter.clone() };
        for (sway, cases) in [
            (Sway::Confirmed, precision.confirmed),
            (Sway::Wrong, precision.wrong),
            (Sway::NotJudged, precision.not_judged),
        ] {
            let (rule, by_hand) = (ended.rule.clone(), ended.colour.is_none());
            let narrowed = Narrowed { rule, by_hand, sway: Some(sway), ..Narrowed::default() };
            assert_eq!(cases, count(&list(store, scope, &filter, narrowed).await), "{ended:?} {sway:?}");
            counted += cases;
        }
        let narrowed = Narrowed { rule: ended.rule.clone(), by_hand: ended.colour.is_none(), ..Narrowed::default() };
        let wrong_data = CaseFilter { outcomes: vec![OutcomeCode::DataError], ..filter };
        assert_eq!(precision.wrong_data, count(&list(store, scope, &wrong_data, narrowed).await), "{ended:?}");
    }
    assert_eq!(counted, u64::try_from(closed).unwrap());
}

async fn check_months(store: &Store, scope: &Scope, filter: &CaseFilter) {
    let found = store.count_figures(scope, filter, PlaceSize::Town).await.unwrap().months;
    for trend in &found {
        let opened = Narrowed { opened_in: Some(trend.month.clone()), ..Narrowed::default() };
        let closed = Narrowed { closed_in: Some(trend.month.clone()), ..Narrowed::default() };
        assert_eq!(trend.opened, count(&list(store, scope, filter, opened).await), "{trend:?}");
        assert_eq!(trend.closed, count(&list(store, scope, filter, closed).await), "{trend:?}");
    }
    let all = count(&list(store, scope, filter, Narrowed::default()).await);
    assert_eq!(found.iter().map(|trend| trend.opened).sum::<u64>(), all);
}

async fn tasks(store: &Store, scope: &Scope, filter: &TaskFilter, kind: TaskKind) -> Vec<TaskRow> {
    let (mut rows, mut from) = (Vec::new(), None);
    loop {
        let page = store.list_tasks(scope, filter, kind, from.as_ref(), 5).await.unwrap();
        rows.extend(page.rows);
        match page.next {
            Some(next) => from = Some(TaskCursor::parse(&next.to_string()).unwrap()),
            None => return rows,
        }
    }
}

async fn check_tasks(store: &Store, scope: &Scope, filter: &TaskFilter) -> u64 {
    let mut listed = 0;
    for office in store.count_tasks(scope, filter).await.unwrap() {
        let has_town = office.town.as_ref().is_none_or(|town| town.as_str().len() == 9);
        let region = office.town.clone().filter(|_| has_town).or(filter.region.clone());
        let behind = TaskFilter {
            office: Some(office.office),
            region,
            vague_below: (!has_town).then_some(PlaceSize::Town),
            ..filter.clone()
        };
        let mut used = (0, 0);
        for (kind, figure) in [
            (TaskKind::Received, office.received),
            (TaskKind::InTime, office.in_time),
            (TaskKind::Late, office.late),
            (TaskKind::Waiting, office.waiting),
            (TaskKind::Overdue, office.overdue),
            (TaskKind::Supervision, office.supervision),
        ] {
            let rows = tasks(store, scope, &behind, kind).await;
            assert_eq!(figure, u64::try_from(rows.len()).unwrap(), "{office:?} {kind:?}");
            if matches!(kind, TaskKind::InTime | TaskKind::Late) {
                let days = rows.iter().filter(|row| row.unit == Unit::WorkingDays);
                used = days.fold(used, |(days, of), row| (days + u64::from(row.used), of + 1));
            }
            listed += figure;
        }
        assert_eq!((office.used_days, office.used_of), used, "{office:?}");
    }
    listed
}

async fn check_everything(store: &Store, scopes: &[Scope], chance: &mut ChaCha8Rng) {
    for scope in [&scopes[1], &scopes[3], &scopes[4], &scopes[6]] {
        let place = chance.random_bool(0.5).then(|| region(TOWNS[chance.random_range(0..3)]));
        let colours = if chance.random_bool(0.3) { vec![Colour::Red, Colour::Orange] } else { Vec::new() };
        let filter = CaseFilter { region: place.clone(), colours, ..CaseFilter::default() };
        check_reached(store, scope, &filter).await;
        check_ageing(store, scope, &filter, PlaceSize::Town).await;
        check_ageing(store, scope, &filter, PlaceSize::Village).await;
        check_endings(store, scope, &CaseFilter { colours: Vec::new(), ..filter.clone() }).await;
        check_months(store, scope, &filter).await;
        let first = today_in_china(at(60 * 24 * chance.random_range(0..100)));
        let last = first.saturating_add(chance.random_range(0..120).days());
        let filter = TaskFilter { first, last, region: place, vague_below: None, office: None, step: None };
        check_tasks(store, scope, &filter).await;
    }
}

async fn check_county(db: TestDb, seed: u64) {
    let (store, desk) = (db.open().await, Desk::new());
    let scopes = county(&store).await;
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    work(&store, &scopes, &desk, &mut chance, 80).await;
    check_everything(&store, &scopes, &mut chance).await;
    let model = store.case(&scopes[0], &case_id(0)).await.unwrap();
    let cases: Vec<Case> = (100..170).map(|number| random_case(&mut chance, &model, number)).collect();
    write(&store, &cases, 60 * 24 * 260).await;
    check_everything(&store, &scopes, &mut chance).await;
    let whole = TaskFilter {
        first: today_in_china(at(0)),
        last: today_in_china(at(60 * 24 * 300)),
        region: None,
        vague_below: None,
        office: None,
        step: None,
    };
    assert!(check_tasks(&store, &scopes[1], &whole).await > 70, "there was something to count");
    let nobody = store.count_figures(&scopes[7], &CaseFilter::default(), PlaceSize::Town).await;
    assert_eq!(nobody.unwrap_err().code, "store-forbidden");
}

/// `SHUKUN_SEEDS` asks for more counties.
#[test]
fn a_figure_is_the_length_of_the_list_behind_it() {
    let seeds = std::env::var("SHUKUN_SEEDS").map_or(2, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        on_both(|db| async move { check_county(db, seed).await });
    }
}

fn sighting(on: Day, colour: Option<Colour>) -> Sighting {
    let claims_sha256 = ContentHash::new(&"0a".repeat(32)).unwrap();
    let rule = "三色预警".to_owned();
    Sighting { on, colour, burden_fen: Fen::yuan(60_000), rule, pack: "cn-33 1".to_owned(), claims_sha256 }
}

async fn people(store: &Store, scope: &Scope, filter: &ColourFilter) -> Vec<ColourRow> {
    let (mut rows, mut from): (Vec<ColourRow>, Option<AlertCursor>) = (Vec::new(), None);
    loop {
        let (page, next) = store.list_colours(scope, filter, from.as_ref(), 3).await.unwrap();
        rows.extend(page);
        match next {
            Some(next) => from = Some(AlertCursor::parse(&next.to_string()).unwrap()),
            None => return rows,
        }
    }
}

#[test]
fn people_by_colour_are_those_of_each_months_end() {
    on_both(|db| async move {
        let store = db.open().await;
        let scopes = county(&store).await;
        let mut chance = ChaCha8Rng::seed_from_u64(7);
        let days: Vec<Day> =
            (0..9).map(|number| Day::constant(2026, 1, 10).saturating_add((number * 17).days())).collect();
        for day in &days {
            let seen: Vec<Seen> = (0..24)
                .map(|number| Seen {
                    person: PersonId(number),
                    household: HouseholdId(number),
                    region: region(VILLAGES[usize::try_from(number % 4).unwrap()]),
                    year: 2026,
                    sighting: sighting(
                        *day,
                        pick(&mut chance, &[None, Some(Colour::Yellow), Some(Colour::Orange), Some(Colour::Red)]),
                    ),
                })
                .collect();
            store.record_run(&scopes[0], &run(), &seen, at(1)).await.unwrap();
        }
        assert_eq!(store.latest_alert_year(&scopes[0]).await.unwrap(), Some(2026));
        for (scope, place) in [(&scopes[0], None), (&scopes[0], Some(region(TOWNS[0]))), (&scopes[3], None)] {
            let counts = store.count_colours(scope, 2026, place.as_ref()).await.unwrap();
            let mut now: BTreeMap<Colour, u64> = BTreeMap::new();
            for month in ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"] {
                for count in counts.iter().filter(|count| count.month == month) {
                    let people = now.entry(count.colour).or_default();
                    *people = *people + count.came - count.left;
                }
                let on = format!("{month}-01").parse::<Day>().unwrap().last_of_month();
                for colour in Colour::ALL.iter().copied() {
                    let filter = ColourFilter { year: 2026, region: place.clone(), colour, on };
                    let listed = people(&store, scope, &filter).await;
                    let expected = now.get(&colour).copied().unwrap_or_default();
                    assert_eq!(u64::try_from(listed.len()).unwrap(), expected, "{month} {colour}");
                }
            }
            assert!(now.values().sum::<u64>() > 0);
        }
    });
}

#[test]
fn rebuilt_figures_are_the_same_and_asking_costs_the_same() {
    on_both(|db| async move {
        let (mut store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        work(&store, &scopes, &desk, &mut ChaCha8Rng::seed_from_u64(3), 60).await;
        let filter = CaseFilter::default();
        let before = store.count_figures(&scopes[1], &filter, PlaceSize::Town).await.unwrap();
        store.own(OwnWork::Backup).execute_unprepared("DELETE FROM case_figures").await.unwrap();
        store.own(OwnWork::Backup).execute_unprepared("DELETE FROM case_stays").await.unwrap();
        assert_ne!(store.count_figures(&scopes[1], &filter, PlaceSize::Town).await.ok(), Some(before.clone()));
        store.refresh_clocks(Watch { now: at(81), ..watch(&desk) }).await.unwrap();
        assert_eq!(store.count_figures(&scopes[1], &filter, PlaceSize::Town).await.unwrap(), before);
        for number in 100..140 {
            opened(&store, &scopes[0], number).await;
        }
        let asked = Arc::new(AtomicU32::new(0));
        let counter = asked.clone();
        store.db.set_metric_callback(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        store.count_figures(&scopes[1], &filter, PlaceSize::Town).await.unwrap();
        store.count_colours(&scopes[1], 2026, None).await.unwrap();
        // On PostgreSQL each is let through the second wall first.
        assert_eq!(asked.load(Ordering::Relaxed), if store.engine() == "sqlite" { 2 } else { 4 });
    });
}
