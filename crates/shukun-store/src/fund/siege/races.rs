//! Many at once for the same money: the same relief with new vouchers, more payers than money, two books and one yearly cap.

use std::collections::BTreeMap;

use shukun_fund::ledger::{CapUse, NewTransfer, PersonKey, ProgrammeKey};

use super::*;
use crate::fund::ledger::testing::resolve;
use crate::sql::{Sql, find, values};
use crate::testing::on_both;
use crate::wall::OwnWork::Backup;

const USED: Sql = Sql("SELECT used_fen FROM benefit_years WHERE person_key = $1");

/// Sends all at once; how many came to each answer, `paid` for those that went through.
async fn race(store: &Store, scope: &Scope, vouchers: impl Iterator<Item = Voucher>) -> BTreeMap<&'static str, usize> {
    let runners = vouchers.map(|voucher| {
        let (store, scope) = (store.clone(), scope.clone());
        tokio::spawn(async move {
            let posted = store.post_voucher(&scope, &voucher, at(5)).await;
            posted.map_or_else(|error| error.code, |posted| if posted.replayed { "replayed" } else { "paid" })
        })
    });
    let mut answers = BTreeMap::new();
    for runner in runners.collect::<Vec<_>>() {
        *answers.entry(runner.await.unwrap()).or_default() += 1;
    }
    answers
}

#[test]
fn two_hundred_and_fifty_six_pay_the_same_relief_and_one_of_them_does() {
    on_both(|db| async move {
        let store = db.open().await;
        let rounds = times(1);
        let all = Fen(300 * i64::from(rounds));
        let maker = besieged(&store, all).await;
        for round in 0..rounds {
            let line = relief_line("county", round);
            resolve(&store, &line).await;
            let payers = (0..256).map(|payer| pay(&format!("pay-{round}-{payer}"), &line, None));
            let answers = race(&store, &maker, payers).await;
            assert_eq!(answers, BTreeMap::from([("paid", 1), ("L121", 255)]), "round {round}");
            let left = all - Fen(300 * i64::from(round + 1));
            assert_eq!(free(&store, &maker, &book("county"), "unrestricted").await, left);
        }
    });
}

#[test]
fn the_same_voucher_sent_by_many_is_posted_once_and_answered_to_all() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = besieged(&store, Fen(1_000)).await;
        let line = relief_line("county", 1);
        resolve(&store, &line).await;
        let answers = race(&store, &maker, (0..64).map(|_| pay("once", &line, None))).await;
        assert_eq!(answers, BTreeMap::from([("paid", 1), ("replayed", 63)]));
        assert_eq!(free(&store, &maker, &book("county"), "unrestricted").await, Fen(700));
    });
}

#[test]
fn where_there_is_money_for_ten_sixty_four_payers_get_ten() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = besieged(&store, Fen(3_299)).await;
        for number in 0..64 {
            resolve(&store, &relief_line("county", number)).await;
        }
        let payers = (0..64).map(|number| pay(&format!("pay-{number}"), &relief_line("county", number), None));
        let answers = race(&store, &maker, payers).await;
        assert_eq!(answers, BTreeMap::from([("paid", 10), ("L117", 54)]));
        assert_eq!(free(&store, &maker, &book("county"), "unrestricted").await, Fen(299));
    });
}

/// Held money counts as used: two batches that reserve at the same time share what is left of the cap, whichever book pays.
#[test]
fn two_books_that_reserve_for_one_person_stay_under_the_cap_of_the_year() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = besieged(&store, Fen(100_000)).await;
        let (person_key, programme) = (PersonKey::new("p0").unwrap(), ProgrammeKey::new("charity_relief").unwrap());
        let cap = CapUse { person_key, year: 2026, programme, cap: Fen(1_000) };
        let mut batches = Vec::new();
        for number in 0..32 {
            let name = if number % 2 == 0 { "county" } else { "town" };
            let line = relief_line(name, number * 3);
            resolve(&store, &line).await;
            let mut batch = pay(&format!("hold-{number}"), &line, Some(cap.clone()));
            batch.transfers = batch.transfers.into_iter().map(held).collect();
            batches.push(batch);
        }
        let answers = race(&store, &maker, batches.into_iter()).await;
        assert_eq!(answers, BTreeMap::from([("paid", 3), ("L123", 29)]));
        let used = find(&store.own(Backup), USED, values!["p0"]).await.unwrap().unwrap();
        assert_eq!(used.get::<i64>("used_fen").unwrap(), 900);
    });
}

fn held(transfer: NewTransfer) -> NewTransfer {
    transfer.held(jiff::civil::date(2026, 12, 31))
}
