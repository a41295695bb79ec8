//! Every statement of an act fails in its turn: before it is sent, after it was done, with the connection gone around it. The
//! test knows none of them: it goes on until an act comes through untouched.

use sea_orm::Database;
use shukun_fund::TransferId;
use shukun_fund::ledger::{CapUse, Month, NewTransfer};

use super::writer::LAST;
use super::*;
use crate::ErrorKind;
use crate::attack::{ATTACK, Attack, Blow};
use crate::fund::ledger::testing::{DAY, resolve};
use crate::testing::{TestDb, on_both};

const BLOWS: &[Blow] = &[Blow::Before, Blow::After, Blow::Severed, Blow::SeveredAfter];

/// What is attacked: a gift, relief held under a cap, and the hold posted.
const ACTS: &[&str] = &["gift", "hold", "pay"];

/// The act's voucher; what has to be there before is made.
async fn prepare(store: &Store, scope: &Scope, act: &str, number: u32) -> Voucher {
    let id = format!("{act}-{number}");
    if act == "gift" {
        return voucher(&id, vec![single(&format!("{id}-1"), "county", "bank:main", "unrestricted", 300)]);
    }
    let line = relief_line("county", number);
    resolve(store, &line).await;
    let (person_key, programme) = (line.business_key.person_key.clone(), line.business_key.programme.clone());
    let cap = CapUse { person_key, year: 2026, programme, cap: Fen::yuan(1_000) };
    let mut hold = pay(&format!("hold-{number}"), &line, Some(cap));
    hold.transfers = hold.transfers.into_iter().map(|transfer| transfer.held(LAST)).collect();
    if act == "hold" {
        return hold;
    }
    store.post_voucher(scope, &hold, at(3)).await.unwrap();
    let posted = |(place, held): (usize, &NewTransfer)| {
        held.posted(TransferId::new(&format!("{id}-{place}")).unwrap(), held.amount)
    };
    voucher(&id, hold.transfers.iter().enumerate().map(posted).collect())
}

/// Attacks an act at one statement; whether there was one to attack.
async fn strike(store: &Store, scope: &Scope, voucher: &Voucher, attack: Attack) -> bool {
    let (at_statement, blow) = (attack.at, attack.blow);
    let (posted, was_met) = attacked(attack, store.post_voucher(scope, voucher, at(5))).await;
    let found = store.voucher(scope, &voucher.id).await;
    let is_there = found.as_ref().is_ok_and(|found| found.voucher == *voucher);
    assert!(is_there || found.unwrap_err().kind == ErrorKind::NotFound, "{} by half", voucher.id);
    // What was answered is there; what was not may be there all the same, and says so when it is sent again.
    assert!(is_there || posted.is_err(), "{} at {at_statement} {blow:?} was lost", voucher.id);
    let again = store.post_voucher(scope, voucher, at(6)).await.unwrap();
    assert_eq!(again.replayed, is_there, "{} at {at_statement} {blow:?}", voucher.id);
    was_met
}

/// What comes of a work under attack, and whether it got as far as the statement: one of a pool's connections may be gone
/// without anybody noticing.
pub(super) async fn attacked<T, E>(attack: Attack, work: impl Future<Output = Result<T, E>>) -> (Result<T, E>, bool) {
    let at_statement = attack.at;
    let (done, passed) = ATTACK.scope(attack, async { (work.await, ATTACK.with(Attack::passed)) }).await;
    let was_met = passed > at_statement || done.is_err();
    (done, was_met)
}

async fn attack_all(db: &TestDb, store: &Store, scope: &Scope, act: &str, blow: Blow, first: u32) -> usize {
    let severs = matches!(blow, Blow::Severed | Blow::SeveredAfter);
    let axe = if severs { Some(Database::connect(db.url()).await.unwrap()) } else { None };
    for statement in 0..200 {
        let voucher = prepare(store, scope, act, first + u32::try_from(statement).unwrap()).await;
        if !strike(store, scope, &voucher, Attack::new(statement, blow, axe.clone())).await {
            return statement;
        }
    }
    panic!("{act} has no end")
}

#[test]
fn whichever_statement_fails_the_books_hold_and_sent_again_it_is_done_once() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = besieged(&store, Fen::yuan(10_000)).await;
        let is_postgres = store.engine() == "postgres";
        let mut first = 0;
        let is_possible = |blow: &&Blow| is_postgres || matches!(blow, Blow::Before | Blow::After);
        for blow in BLOWS.iter().filter(is_possible) {
            // A run of the tests tries every blow on the largest act, and one blow on each.
            let acts = ACTS.iter().filter(|act| **act == "hold" || *blow == Blow::After || times(1) > 1);
            for act in acts {
                let statements = attack_all(&db, &store, &maker, act, *blow, first).await;
                assert!(statements > 10, "{act} {blow:?}: only {statements} statements were attacked");
                check_books(&store, &maker).await;
                first += 1_000;
            }
        }
    });
}

/// Closes months of a book one after another, each act of two people cut off at another statement; the first month left open.
async fn close_all(db: &TestDb, store: &Store, people: (&Scope, &Scope), blow: Blow, mut month: Month) -> Month {
    let (maker, checker) = people;
    let severs = matches!(blow, Blow::Severed | Blow::SeveredAfter);
    let axe = if severs { Some(Database::connect(db.url()).await.unwrap()) } else { None };
    // Months that are over in 2066.
    let (town, later) = (book("town"), at(60 * 24 * 365 * 40));
    for statement in 0..200 {
        let attack = || Attack::new(statement, blow, axe.clone());
        let (_, was_proposing_met) = attacked(attack(), store.propose_close(maker, &town, month, later)).await;
        store.propose_close(maker, &town, month, later).await.unwrap();
        let (approved, was_met) = attacked(attack(), store.approve_close(checker, &town, month, later)).await;
        let is_shut = store.book(maker, &town).await.unwrap().closed_through == Some(month.last_day());
        let months = store.periods(maker, &town).await.unwrap();
        let row = months.iter().find(|row| row.month == month).unwrap();
        assert_eq!(row.is_closed, is_shut, "{month} closed by half at {statement} {blow:?}");
        assert!(is_shut || approved.is_err(), "{month} was lost at {statement} {blow:?}");
        store.approve_close(checker, &town, month, later).await.unwrap();
        month = month.next().unwrap();
        if !was_proposing_met && !was_met {
            return month;
        }
    }
    panic!("closing has no end")
}

#[test]
fn whichever_statement_of_a_closing_fails_the_month_is_closed_whole_or_not_at_all() {
    on_both(|db| async move {
        let store = db.open().await;
        let (maker, checker) = besieged_of_two(&store, Fen::yuan(1_000)).await;
        let is_postgres = store.engine() == "postgres";
        let mut month = Month::of(DAY);
        for blow in BLOWS.iter().filter(|blow| is_postgres || matches!(blow, Blow::Before | Blow::After)) {
            let first = month;
            month = close_all(&db, &store, (&maker, &checker), *blow, month).await;
            assert!(month > (0..8).fold(first, |month, _| month.next().unwrap()), "{blow:?} met few statements");
            check_books(&store, &maker).await;
        }
    });
}
