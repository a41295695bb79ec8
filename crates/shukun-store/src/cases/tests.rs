use std::collections::BTreeSet;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sea_orm::ConnectionTrait as _;
use shukun_base::{Fen, HouseholdId, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Permission;
use shukun_casework::case::*;
use shukun_casework::timers::{Level, Watch};
use shukun_casework::{ActorId, AlertId, Note};

use super::testing::{Desk, TOWNS, VILLAGES, case_id, county, detection, opening, run};
use super::*;
use crate::error::ErrorKind;
use crate::testing::{at, id_of, on_both, region};
use crate::wall::OwnWork;
use crate::{Scope, Store, StoreError};

async fn open(store: &Store, hsa: &Scope, desk: &Desk, number: u64, place: &str) -> Case {
    let ctx = desk.context(&format!("open-{number}"), 0, 1);
    let colour = [Colour::Yellow, Colour::Orange, Colour::Red][usize::try_from(number % 3).unwrap()];
    store.open_in_run(hsa, &run(), &opening(number, place, colour), &ctx).await.unwrap()
}

fn take(scope: &Scope) -> Command {
    Command::Assign { to: ActorId::new(scope.account_id().as_str()).unwrap() }
}

fn screen() -> Command {
    Command::Screen(Screening { result: ScreeningResult::Suspected, note: None })
}

fn note(words: &str) -> Note {
    Note::new(words).unwrap()
}

#[test]
fn one_act_sent_twice_is_done_once() {
    on_both(|db| async move {
        let (store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        open(&store, &scopes[0], &desk, 1, VILLAGES[0]).await;
        let again = store
            .open_in_run(&scopes[0], &run(), &opening(1, VILLAGES[0], Colour::Orange), &desk.context("open-1", 0, 1))
            .await;
        assert_eq!(again.unwrap().version, 1);
        let commands = [take(&scopes[1]), screen()];
        let id = case_id(1);
        let ctx = desk.context("act-1", 1, 2);
        let send = || store.act_on_case(&scopes[1], &id, &commands, &ctx);
        let (one, two, three) = tokio::join!(send(), send(), send());
        for case in [one, two, three] {
            assert_eq!(case.unwrap().version, 3);
        }
        assert_eq!(store.case_actions(&scopes[1], &id).await.unwrap().len(), 3);
        let other = store.act_on_case(&scopes[2], &id, &[take(&scopes[2])], &desk.context("act-1", 3, 3)).await;
        assert_eq!(other.unwrap_err().code, RefusalCode::TransactionTaken.key());
    });
}

#[test]
fn of_two_who_read_the_same_version_one_writes() {
    on_both(|db| async move {
        let (store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        open(&store, &scopes[0], &desk, 1, VILLAGES[0]).await;
        let (id, one, other) = (case_id(1), [take(&scopes[1])], [take(&scopes[2])]);
        let (first, second) = (desk.context("a", 1, 2), desk.context("b", 1, 2));
        let (one, other) = tokio::join!(
            store.act_on_case(&scopes[1], &id, &one, &first),
            store.act_on_case(&scopes[2], &id, &other, &second)
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        let error = one.err().or(other.err()).unwrap();
        assert_eq!((error.kind, error.code), (ErrorKind::Stale, RefusalCode::StaleVersion.key()));
    });
}

#[test]
fn a_case_outside_the_area_is_not_there() {
    on_both(|db| async move {
        let (store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        open(&store, &scopes[0], &desk, 1, VILLAGES[0]).await;
        let (id, neighbour) = (case_id(1), &scopes[5]);
        let kinds = [
            store.case(neighbour, &id).await.map(|_| ()),
            store.case_actions(neighbour, &id).await.map(|_| ()),
            store.view_case(neighbour, &id, at(2)).await.map(|_| ()),
            store.act_on_case(neighbour, &id, &[take(neighbour)], &desk.context("x", 1, 2)).await.map(|_| ()),
            store.case(&scopes[7], &id).await.map(|_| ()),
            store.case(&scopes[1], &case_id(2)).await.map(|_| ()),
        ];
        assert!(
            kinds.iter().all(|found| found.as_ref().is_err_and(|error| *error == StoreError::not_found())),
            "{kinds:?}"
        );
        let forbidden =
            store.act_on_case(&scopes[3], &id, &[take(&scopes[3]), screen()], &desk.context("y", 1, 2)).await;
        assert_eq!(forbidden.unwrap_err().kind, ErrorKind::Forbidden);
        assert_eq!(store.view_case(&scopes[3], &id, at(2)).await.unwrap().version, 1);
    });
}

#[test]
fn a_household_has_one_open_case_and_ones_own_is_refused() {
    on_both(|db| async move {
        let (store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        open(&store, &scopes[0], &desk, 1, VILLAGES[0]).await;
        let second = Opening { case: case_id(2), ..opening(1, VILLAGES[0], Colour::Red) };
        let error = store.open_in_run(&scopes[0], &run(), &second, &desk.context("open-2", 0, 2)).await.unwrap_err();
        assert_eq!(error.code, "store-case-open");
        let link = Command::LinkAlert(detection(9, Colour::Red));
        let linked =
            store.act_in_run(&scopes[0], &run(), &case_id(1), &[link], &desk.context("link", 1, 2)).await.unwrap();
        assert_eq!((linked.detections.len(), linked.colour()), (2, Some(Colour::Red)));
        store.declare_own_household(&scopes[1], HouseholdId(1), at(3)).await.unwrap();
        let own = store.act_on_case(&scopes[1], &case_id(1), &[take(&scopes[1])], &desk.context("own", 2, 3)).await;
        assert_eq!(own.unwrap_err().code, RefusalCode::OwnRelative.key());
    });
}

#[test]
fn cases_are_split_and_merged_in_one_transaction() {
    on_both(|db| async move {
        let (store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        open(&store, &scopes[0], &desk, 1, VILLAGES[0]).await;
        let link = Command::LinkAlert(detection(9, Colour::Red));
        store.act_in_run(&scopes[0], &run(), &case_id(1), &[link], &desk.context("link", 1, 2)).await.unwrap();
        store.act_on_case(&scopes[1], &case_id(1), &[take(&scopes[1])], &desk.context("take", 2, 2)).await.unwrap();
        let new = (case_id(2), HouseholdId(2), region(VILLAGES[1]));
        let alert = [AlertId::new("alert-9").unwrap()];
        let left = store.split_case(&scopes[1], &case_id(1), &alert, new, &desk.context("split", 3, 3)).await.unwrap();
        assert_eq!((left.version, left.detections.len()), (4, 1));
        let marked = [take(&scopes[1]), Command::Mark { flag: Flag::PotentialDuplicate }];
        store.act_on_case(&scopes[1], &case_id(2), &marked, &desk.context("take2", 1, 3)).await.unwrap();
        let ctx = desk.context("merge", 4, 4);
        let kept = store.merge_cases(&scopes[1], &case_id(1), (&case_id(2), 3), &note("同一户"), &ctx).await.unwrap();
        assert_eq!(kept.detections.len(), 2);
        assert_eq!(store.case(&scopes[1], &case_id(2)).await.unwrap().status, Status::Closed);
    });
}

#[test]
fn the_database_keeps_what_happened() {
    on_both(|db| async move {
        let (store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        open(&store, &scopes[0], &desk, 1, VILLAGES[0]).await;
        for statement in ["UPDATE case_actions SET at = 0", "DELETE FROM case_actions"] {
            assert!(
                StoreError::from(store.own(OwnWork::Backup).execute_unprepared(statement).await.unwrap_err())
                    .is_trigger(),
                "{statement}"
            );
        }
    });
}

#[test]
fn clocks_are_read_at_acts_and_every_night() {
    on_both(|db| async move {
        let (store, desk) = (db.open().await, Desk::new());
        let scopes = county(&store).await;
        for number in 0..3 {
            open(&store, &scopes[0], &desk, number, VILLAGES[0]).await;
        }
        let clock = async |number| store.case_row(&scopes[1], &case_id(number)).await.unwrap().clock;
        let first = clock(0).await.unwrap();
        assert_eq!((first.level, first.due_on.is_some()), (Level::OnTrack, true));
        let commands =
            [take(&scopes[1]), Command::Dismiss { reason: DismissalReason::BurdenBelowLine, why: note("未达线") }];
        store.act_on_case(&scopes[1], &case_id(2), &commands, &desk.context("x", 1, 2)).await.unwrap();
        assert_eq!(clock(2).await, None, "a closed case has no clock");
        let months_later = at(60 * 24 * 120);
        let watch = Watch { calendar: &desk.calendar, settings: &desk.settings, now: months_later };
        assert_eq!(store.refresh_clocks(watch).await.unwrap(), 2);
        let late = clock(0).await.unwrap();
        assert_eq!((late.level, late.due_on, late.read_at), (Level::Supervision, first.due_on, months_later));
        let filter = CaseFilter { levels: vec![Level::Supervision], ..CaseFilter::default() };
        let found = rows(&store, &scopes[3], &filter, CaseOrder::Due, 1).await;
        assert_eq!(found.len(), 2);
        let counts = store.count_cases(&scopes[3], &CaseFilter::default(), CountBy::Level).await.unwrap();
        let counts: Vec<_> = counts.iter().map(|count| (count.key.as_deref().unwrap_or("-"), count.cases)).collect();
        assert_eq!(BTreeSet::from_iter(counts), BTreeSet::from([("-", 1), ("supervision", 2)]));
    });
}

/// What a random officer tries on a case; many are refused, which is part of it.
fn random_commands(chance: &mut ChaCha8Rng, case: &Case, scope: &Scope) -> Vec<Command> {
    let due_on = at(0).to_zoned(jiff::tz::TimeZone::UTC).date().saturating_add(jiff::Span::new().days(20));
    let town = region(TOWNS[chance.random_range(0..3)]);
    let command = match chance.random_range(0..10) {
        0 => screen(),
        1 => Command::Dispatch(Dispatch { township: town, task: note("核实家庭收支"), due_on }),
        2 => Command::Dismiss { reason: DismissalReason::BurdenBelowLine, why: note("负担未达线") },
        3 => Command::Mark { flag: Flag::Sensitive },
        4 => Command::Unmark { flag: Flag::Sensitive },
        5 => Command::Suspend(Suspension { until: due_on, why: note("外出务工") }),
        6 => Command::Resume,
        7 => {
            Command::Transfer(Transfer { to: Some(region(VILLAGES[chance.random_range(0..4)])), note: note("搬家") })
        }
        8 => Command::Supervise(Supervision { order: note("尽快办理"), due_on }),
        _ => {
            Command::Reopen(Reopening {
                at: Status::Detected, reason: ReturnReason::NewFacts, note: note("有新情况")
            })
        }
    };
    if case.assignee.is_none() || chance.random_bool(0.3) { vec![take(scope), command] } else { vec![command] }
}

/// Random work on some cases; how many acts were done.
pub(crate) async fn work(store: &Store, scopes: &[Scope], desk: &Desk, chance: &mut ChaCha8Rng, acts: u32) -> u32 {
    for number in 0..12 {
        let place = ["330381", VILLAGES[0], VILLAGES[1], VILLAGES[2], TOWNS[2]][usize::try_from(number % 5).unwrap()];
        open(store, &scopes[0], desk, number, place).await;
    }
    let mut done = 0;
    for act in 0..acts {
        let id = case_id(chance.random_range(0..12));
        let scope = &scopes[chance.random_range(0..6)];
        let Ok(case) = store.case(scope, &id).await else { continue };
        let commands = random_commands(chance, &case, scope);
        let version = case.version - u32::from(chance.random_bool(0.1));
        let ctx = desk.context(&format!("act-{act}"), version, 2 + i64::from(act));
        let acted = store.act_on_case(scope, &id, &commands, &ctx).await;
        let is_stale = version != case.version;
        match acted {
            Ok(after) => {
                assert!(!is_stale && after.version > case.version, "{commands:?}");
                let again = store.act_on_case(scope, &id, &commands, &ctx).await;
                // A move may have taken the case out of the officer's area.
                assert!(again.as_ref().map_or_else(|error| error.kind == ErrorKind::NotFound, |again| *again == after));
                done += 1;
            }
            Err(error) if is_stale => {
                assert!(error.kind == ErrorKind::Stale || error.kind == ErrorKind::Forbidden, "{error}")
            }
            Err(error) => assert!(error.code.starts_with('C') || error.code == "store-case-open", "{error}"),
        }
    }
    done
}

pub(crate) async fn rows(
    store: &Store,
    scope: &Scope,
    filter: &CaseFilter,
    order: CaseOrder,
    page: u16,
) -> Vec<CaseRow> {
    let (mut rows, mut from) = (Vec::new(), None);
    loop {
        let found = store.list_cases(scope, filter, order, from.as_ref(), page).await.unwrap();
        rows.extend(found.rows);
        match found.next {
            Some(next) => from = Some(CaseCursor::parse(&next.to_string()).unwrap()),
            None => return rows,
        }
    }
}

fn in_area(all: &[CaseRow], scope: &Scope, filter: &CaseFilter) -> BTreeSet<String> {
    let is_in = |row: &&CaseRow| {
        scope.allows(Permission::ViewCases, Some(&row.region))
            && (filter.statuses.is_empty() || filter.statuses.contains(&row.status))
            && (filter.colours.is_empty() || row.colour.is_some_and(|colour| filter.colours.contains(&colour)))
            && filter.flags.iter().all(|flag| row.flags.contains(flag))
            && filter.region.as_ref().is_none_or(|region: &RegionCode| region.contains(&row.region))
            && filter.assignee.as_ref().is_none_or(|assignee| match assignee {
                Assignee::Nobody => row.assignee.is_none(),
                Assignee::Is(id) => row.assignee.as_ref() == Some(id),
            })
            && filter.steps.iter().all(|step| row.clock.as_ref().is_some_and(|clock| clock.step == *step))
            && filter.year.is_none_or(|year| row.years.contains(&year))
            && filter.burden_from.is_none_or(|from| row.burden_fen >= from)
            && filter.burden_to.is_none_or(|to| row.burden_fen <= to)
            && filter.number.as_ref().is_none_or(|number| row.case_id.as_str().contains(&number.to_lowercase()))
            && filter.allowed.is_none_or(|permission| scope.allows(permission, Some(&row.region)))
    };
    all.iter().filter(is_in).map(|row| row.case_id.to_string()).collect()
}

fn random_filter(chance: &mut ChaCha8Rng, scopes: &[Scope]) -> CaseFilter {
    let mut filter = CaseFilter::default();
    if chance.random_bool(0.4) {
        filter.statuses = Status::ALL.iter().copied().filter(|_| chance.random_bool(0.5)).collect();
    }
    if chance.random_bool(0.4) {
        filter.colours = Colour::ALL.iter().copied().filter(|_| chance.random_bool(0.5)).collect();
    }
    if chance.random_bool(0.3) {
        filter.flags = vec![[Flag::Sensitive, Flag::Moved][chance.random_range(0..2)]];
    }
    if chance.random_bool(0.4) {
        filter.region = Some(region(TOWNS[chance.random_range(0..3)]));
    }
    if chance.random_bool(0.3) {
        let someone = Assignee::Is(id_of(&scopes[chance.random_range(0..6)]));
        filter.assignee = Some(if chance.random_bool(0.5) { Assignee::Nobody } else { someone });
    }
    if chance.random_bool(0.2) {
        filter.steps = vec![[Step::Screening, Step::DispatchToTownship][chance.random_range(0..2)]];
    }
    if chance.random_bool(0.2) {
        filter.year = Some([2026, 2025][chance.random_range(0..2)]);
    }
    if chance.random_bool(0.3) {
        filter.burden_from = Some(Fen::yuan(50_000 + chance.random_range(0..7)));
        filter.burden_to = chance.random_bool(0.5).then(|| Fen::yuan(50_000 + chance.random_range(0..7)));
    }
    if chance.random_bool(0.2) {
        filter.number = Some(["CASE-000", "-0007", "1", "_", "%"][chance.random_range(0..5)].to_owned());
    }
    if chance.random_bool(0.2) {
        filter.allowed = Some([Permission::Dismiss, Permission::Export][chance.random_range(0..2)]);
    }
    filter
}

/// Invariants 5, 6, 7 and 11 of a county's work, from one seed.
async fn check_invariants(db: &crate::testing::TestDb, seed: u64) {
    let (store, desk) = (db.open().await, Desk::new());
    let scopes = county(&store).await;
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let done = work(&store, &scopes, &desk, &mut chance, 150).await;
    assert!(done >= 15, "seed {seed}: {done} acts");
    let all = rows(&store, &scopes[6], &CaseFilter::default(), CaseOrder::Longest, 5).await;
    assert_eq!(all.len(), 12);
    for round in 0..100 {
        let (filter, scope) = (random_filter(&mut chance, &scopes), &scopes[chance.random_range(0..8)]);
        let orders = [CaseOrder::Longest, CaseOrder::Latest, CaseOrder::Burden, CaseOrder::Due, CaseOrder::Number];
        let order = orders[round % orders.len()];
        let listed = rows(&store, scope, &filter, order, chance.random_range(1..6)).await;
        let ids: BTreeSet<String> = listed.iter().map(|row| row.case_id.to_string()).collect();
        assert_eq!(ids.len(), listed.len(), "seed {seed}: twice in a list");
        assert_eq!(ids, in_area(&all, scope, &filter), "seed {seed}: {filter:?}");
        for by in CountBy::ALL {
            let counts = store.count_cases(scope, &filter, by).await.unwrap();
            let sum: u64 = counts.iter().map(|count| count.cases).sum();
            assert_eq!(sum, u64::try_from(listed.len()).unwrap(), "seed {seed}: {filter:?} by {by:?}");
        }
    }
    store.own(OwnWork::Backup).execute_unprepared("DELETE FROM cases WHERE case_id > 'case-0005'").await.unwrap();
    store
        .own(OwnWork::Backup)
        .execute_unprepared("UPDATE cases SET status = 'settled', flags = '', version = 0")
        .await
        .unwrap();
    assert_eq!(store.rebuild_cases(&scopes[7]).await.unwrap(), 12);
    let rebuilt = rows(&store, &scopes[6], &CaseFilter::default(), CaseOrder::Longest, 50).await;
    assert_eq!(rebuilt, all, "seed {seed}: the rows are what the actions say");
    store
        .own(OwnWork::Backup)
        .execute_unprepared("UPDATE cases SET years = NULL, rule = NULL WHERE case_id < 'case-0004'")
        .await
        .unwrap();
    assert_eq!(store.renew_old_rows().await.unwrap(), 4);
    let renewed = rows(&store, &scopes[6], &CaseFilter::default(), CaseOrder::Longest, 50).await;
    assert_eq!(renewed, all, "seed {seed}: rows of an earlier version");
    store.verify_audit(None).await.unwrap();
}

/// `SHUKUN_SEEDS` asks for more counties.
#[test]
fn a_countys_work_keeps_the_invariants() {
    let seeds = std::env::var("SHUKUN_SEEDS").map_or(2, |seeds| seeds.parse().unwrap());
    for seed in 0..seeds {
        on_both(|db| async move { check_invariants(&db, seed).await });
    }
}
