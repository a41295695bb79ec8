use jiff::civil::date;
use sea_orm::ConnectionTrait as _;
use shukun_base::{ContentHash, Fen};
use shukun_fund::ledger::Voucher;

use super::*;
use crate::fund::ledger::testing::{book, books, keepers, line, opening, relief, resolve, single, voucher};
use crate::testing::{at, on_both};
use crate::wall::OwnWork::Backup;

fn id(id: &str) -> PublicationId {
    PublicationId::new(id).unwrap()
}

fn code(error: StoreError) -> String {
    error.code.to_owned()
}

/// A county book with relief paid to three households, March closed.
async fn paid(store: &Store) -> Vec<Scope> {
    let people = keepers(store).await;
    books(store, &people[0]).await;
    let mut vouchers: Vec<Voucher> = vec![opening()];
    for number in 1..=3 {
        let line = line(number);
        resolve(store, &line).await;
        vouchers.push(relief(&format!("relief-{number}"), &line, &[("unrestricted", 300)], None));
    }
    vouchers.push(voucher("fee", vec![single("fee-1", "county", "bank-fee", "bank:main", 2)]));
    for voucher in vouchers {
        store.post_voucher(&people[1], &voucher, at(2)).await.unwrap();
    }
    let close = "UPDATE books SET closed_through = '2026-03-31' WHERE book_id = 'county'";
    store.own(Backup).execute_unprepared(close).await.unwrap();
    people
}

const MARCH: (Day, Day) = (date(2026, 3, 1), date(2026, 3, 31));

#[test]
fn one_draws_up_and_another_publishes_what_the_books_say() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let (maker, checker) = (&people[0], &people[1]);
        let county = book("county");
        let drawn = store.draft_publication(maker, (&id("p-1"), &county), MARCH, at(3)).await.unwrap();
        assert_eq!((drawn.paid(), drawn.fees, drawn.closing), (Fen(900), Fen(2), Fen(348)));
        assert_eq!((drawn.reserve, drawn.households), (Fen(50), None));
        // The books' own balances at the same cut: I14.
        let accounts = store.balances(maker, &county).await.unwrap();
        let bank: Fen = accounts.iter().filter(|row| row.code.as_str() == "bank:main").map(|row| row.balance()).sum();
        let owed = accounts.iter().filter(|row| row.code.as_str().starts_with("approved-unpaid"));
        assert_eq!(bank - owed.map(|row| row.balance()).sum::<Fen>(), drawn.closing);
        assert_eq!(store.draft_publication(maker, (&id("p-1"), &county), MARCH, at(4)).await.unwrap(), drawn);
        assert_eq!(code(store.publish(maker, &id("p-1"), at(4)).await.unwrap_err()), "store-publication-own");
        assert!(store.publications().await.unwrap().is_empty());
        for _ in 0..2 {
            store.publish(checker, &id("p-1"), at(5)).await.unwrap();
        }
        let published = store.publications().await.unwrap();
        assert_eq!(published.iter().map(|one| &one.statement).collect::<Vec<_>>(), [&drawn]);
        let again = store.draft_publication(maker, (&id("p-2"), &county), MARCH, at(6)).await;
        assert_eq!(code(again.unwrap_err()), "store-publication-period");
        for statement in ["UPDATE publications SET body = ''", "DELETE FROM publications"] {
            assert!(store.own(Backup).execute_unprepared(statement).await.is_err(), "{statement}");
        }
    });
}

#[test]
fn open_months_strangers_and_forged_drafts_are_refused() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let county = book("county");
        let april = (date(2026, 3, 1), date(2026, 4, 30));
        let open = store.draft_publication(&people[0], (&id("p-1"), &county), april, at(3)).await;
        assert_eq!(code(open.unwrap_err()), "store-publication-open");
        let elsewhere = store.draft_publication(&people[4], (&id("p-1"), &county), MARCH, at(3)).await;
        assert_eq!(code(elsewhere.unwrap_err()), "store-not-found");
        store.draft_publication(&people[0], (&id("p-1"), &county), MARCH, at(3)).await.unwrap();
        assert!(store.publication_draft(&people[4], &id("p-1")).await.is_err());
        let forge = "UPDATE publication_drafts SET body = REPLACE(body, '\"closing\":348', '\"closing\":349')";
        store.own(Backup).execute_unprepared(forge).await.unwrap();
        let forged = store.publish(&people[1], &id("p-1"), at(4)).await;
        assert_eq!(code(forged.unwrap_err()), "store-publication-sum");
        let same = "UPDATE publication_drafts SET checked_by = made_by";
        assert!(store.own(Backup).execute_unprepared(same).await.is_err());
    });
}

#[test]
fn a_head_is_kept_with_the_figures() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = paid(&store).await;
        let drawn = store.draft_publication(&people[0], (&id("p-1"), &book("county")), MARCH, at(3)).await.unwrap();
        let row = store.book(&people[0], &book("county")).await.unwrap();
        assert_eq!(Some(drawn.ledger_head), ContentHash::new(&row.head));
        assert_eq!(i64::try_from(drawn.ledger_seq).ok(), Some(row.sequence));
    });
}
