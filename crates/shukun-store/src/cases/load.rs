//! A page of the list of cases asks the same few statements, however many cases there are.
//!
//! `SHUKUN_LOAD=20000` prints how long pages take with so many; figures are in docs/store.md.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use shukun_base::HouseholdId;
use shukun_casework::CaseId;
use shukun_casework::case::Status;

use super::testing::{Desk, VILLAGES, county, opened};
use super::{CaseFilter, CaseOrder, CountBy, clock, row};
use crate::testing::{on_both, region};
use crate::wall::OwnWork;
use crate::{Scope, Store};

/// Rows of so many cases, spread over villages, steps and days.
async fn fill(store: &Store, hsa: &Scope, count: u64) {
    let first = opened(store, hsa, 1).await;
    let (model, desk) = (store.case(hsa, &first).await.unwrap(), Desk::new());
    let tx = store.begin_own(OwnWork::Rows).await.unwrap();
    for number in 0..count {
        let mut case = model.clone();
        case.id = CaseId::new(&format!("load-{number:06}")).unwrap();
        case.household = HouseholdId(1_000 + number);
        case.region = region(VILLAGES[usize::try_from(number % 4).unwrap()]);
        case.status = Status::ALL[usize::try_from(number % 8).unwrap()];
        case.status_since += jiff::SignedDuration::from_mins(i64::try_from(number * 7919 % 100_000).unwrap());
        row::write(&tx, &case).await.unwrap();
        let context = desk.context("load", 1, 5);
        let watch =
            shukun_casework::timers::Watch { calendar: context.calendar, settings: context.settings, now: context.now };
        clock::write(&tx, &case, watch).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// What the page of the list asks: its rows, the people behind them, the counts beside them.
async fn page(store: &Store, scope: &Scope, order: CaseOrder) {
    let filter = CaseFilter { statuses: vec![Status::Detected, Status::Dispatched], ..CaseFilter::default() };
    let page = store.list_cases(scope, &filter, order, None, 50).await.unwrap();
    let households: Vec<HouseholdId> = page.rows.iter().map(|row| row.household_id).collect();
    store.list_households(scope, &households).await.unwrap();
    store.count_cases(scope, &filter, CountBy::Status).await.unwrap();
}

async fn statements_of_a_page(mut store: Store, scope: &Scope) -> u32 {
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    store.tell_statements(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    page(&store, scope, CaseOrder::Longest).await;
    asked.load(Ordering::Relaxed)
}

async fn print_times(store: &Store, scope: &Scope, who: &str) {
    for order in [CaseOrder::Longest, CaseOrder::Latest, CaseOrder::Burden, CaseOrder::Due] {
        let mut took = Vec::new();
        for _ in 0..40 {
            let start = Instant::now();
            page(store, scope, order).await;
            took.push(start.elapsed());
        }
        took.sort();
        let median: Duration = took[took.len() / 2];
        eprintln!("{} {who} {order:?}: median {median:?}, slowest of 40 {:?}", store.engine(), took.last().unwrap());
    }
}

#[test]
fn a_page_asks_as_much_of_ten_cases_as_of_many() {
    let load: Option<u64> = std::env::var("SHUKUN_LOAD").ok().map(|count| count.parse().unwrap());
    on_both(|db| async move {
        // Kept to the end: its folder goes with it.
        let other = db.another().await;
        let (few, many) = (db.open().await, other.open().await);
        let (few_scopes, many_scopes) = (county(&few).await, county(&many).await);
        fill(&few, &few_scopes[0], 10).await;
        fill(&many, &many_scopes[0], load.unwrap_or(300)).await;
        if load.is_some() {
            print_times(&many, &many_scopes[1], "county").await;
            print_times(&many, &many_scopes[3], "town").await;
        }
        // On PostgreSQL each read is let through the second wall first.
        let expected = if few.engine() == "sqlite" { 3 } else { 6 };
        let (few, many) =
            (statements_of_a_page(few, &few_scopes[1]).await, statements_of_a_page(many, &many_scopes[1]).await);
        assert_eq!((few, many), (expected, expected));
    });
}
