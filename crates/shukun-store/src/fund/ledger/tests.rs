//! Posting on both engines: what is accepted, what each rule of the database refuses and in which words, replays, races.

use sea_orm::ConnectionTrait as _;
use shukun_base::{ActorId, Fen};
use shukun_fund::TransferId;
use shukun_fund::ledger::{NewTransfer, Phase, Voucher};

use super::testing::*;
use crate::testing::{at, on_both};
use crate::wall::OwnWork;
use crate::{ErrorKind, Scope, Store, StoreError};

async fn balance(store: &Store, scope: &Scope, account: &str) -> (i64, i64) {
    let rows = store.balances(scope, &book("county")).await.unwrap();
    let row = rows.iter().find(|row| row.code.as_str() == account).unwrap();
    (row.balance().0, row.free().0)
}

async fn refused(store: &Store, scope: &Scope, voucher: &Voucher) -> &'static str {
    store.post_voucher(scope, voucher, at(5)).await.unwrap_err().code
}

#[test]
fn relief_is_held_posted_sent_settled_returned_and_issued_again() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = keepers(&store).await;
        let maker = &people[0];
        books(&store, maker).await;
        resolve(&store, &line(1)).await;
        let post = async |voucher: Voucher| store.post_voucher(maker, &voucher, at(5)).await.unwrap();
        post(opening()).await;
        let held = relief("hold", &line(1), &[("pot:county-330381001", 200), ("unrestricted", 100)], Some(DAY));
        post(held.clone()).await;
        assert_eq!(balance(&store, maker, "pot:county-330381001").await, (200, 0));
        assert_eq!(balance(&store, maker, "unrestricted").await, (1_000, 900));
        let posts = held
            .transfers
            .iter()
            .enumerate()
            .map(|(number, held)| held.posted(TransferId::new(&format!("post-{number}")).unwrap(), held.amount));
        post(voucher("post", posts.collect())).await;
        assert_eq!(balance(&store, maker, "approved-unpaid:charity_relief").await, (300, 300));
        post(voucher("sent", vec![single("s", "county", "in-transit:b1", "bank:main", 300)])).await;
        let settled = single("st", "county", "approved-unpaid:charity_relief", "in-transit:b1", 300);
        post(voucher("settled", vec![settled])).await;
        let payout = held.transfers.last().unwrap().id.clone();
        let back = NewTransfer {
            corrects: Some(payout),
            ..single("back-1", "county", "bank:main", "returned:closed-account", 300)
        };
        let again = NewTransfer {
            line: Some(line(1).id),
            business_key: Some(line(1).business_key.issued(2)),
            ..single("again-1", "county", "returned:closed-account", "approved-unpaid:charity_relief", 300)
        };
        let early = voucher("early", vec![single("x", "county", "bank:main", "returned:closed-account", 300)]);
        post(voucher("back", vec![back])).await;
        post(voucher("again", vec![again.clone()])).await;
        post(early).await;
        let third = NewTransfer {
            id: TransferId::new("third").unwrap(),
            business_key: Some(line(1).business_key.issued(3)),
            ..again
        };
        assert_eq!(refused(&store, maker, &voucher("third", vec![third])).await, "L121");
        assert_eq!(balance(&store, maker, "bank:main").await, (1_550, 1_550));
        let found = store.voucher(&people[2], &held.id).await.unwrap();
        assert_eq!(found.voucher, held);
        assert_eq!(
            store.account_transfers(maker, (&book("county"), &code("bank:main")), None, 3).await.unwrap().len(),
            3
        );
        store.verify_audit(None).await.unwrap();
    });
}

#[test]
fn what_the_database_refuses_is_said_in_the_ledgers_words() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = &keepers(&store).await[0];
        books(&store, maker).await;
        resolve(&store, &line(1)).await;
        store.post_voucher(maker, &opening(), at(5)).await.unwrap();
        let one = |transfer| voucher("v", vec![transfer]);
        let all = [("unrestricted", 300)];
        for (voucher, code) in [
            (one(single("t", "county", "unrestricted", "donation", 1_001)), "L117"),
            (one(single("t", "county", "bank:other", "donation", 1)), "L114"),
            (one(single("open-50", "county", "bank:main", "donation", 1)), "L124"),
            (
                one(NewTransfer {
                    corrects: TransferId::new("none"),
                    ..single("t", "county", "bank:main", "donation", 1)
                }),
                "L125",
            ),
            (relief("v", &line(2), &all, None), "L122"),
            (relief("v", &line(1), &[("pot:county-330381002", 300)], None), "L126"),
            (Voucher { words: shukun_base::Note::new("别的").unwrap(), ..opening() }, "L116"),
        ] {
            assert_eq!(refused(&store, maker, &voucher).await, code, "{voucher:?}");
        }
        let paid = relief("paid", &line(1), &all, None);
        let first = store.post_voucher(maker, &paid, at(5)).await.unwrap();
        let again = store.post_voucher(maker, &paid, at(6)).await.unwrap();
        assert_eq!((first.replayed, again.replayed, &first.heads), (false, true, &again.heads));
        assert_eq!(refused(&store, maker, &relief("paid2", &line(1), &all, None)).await, "L121");
        assert_eq!(balance(&store, maker, "unrestricted").await, (700, 700));
    });
}

#[test]
fn books_are_kept_where_the_grant_reaches() {
    on_both(|db| async move {
        let store = db.open().await;
        let people = keepers(&store).await;
        books(&store, &people[0]).await;
        for (who, kind) in [(2, ErrorKind::Forbidden), (3, ErrorKind::NotFound), (4, ErrorKind::NotFound)] {
            let error = store.post_voucher(&people[who], &opening(), at(5)).await.unwrap_err();
            assert_eq!(error.kind, kind, "{who}");
        }
        assert_eq!(store.books(&people[2]).await.unwrap().len(), 2);
        assert_eq!(store.books(&people[4]).await.unwrap().len(), 0);
        assert_eq!(store.balances(&people[4], &book("county")).await.unwrap_err().kind, ErrorKind::NotFound);
    });
}

#[test]
fn sixty_four_pay_one_line_and_one_of_them_does() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = keepers(&store).await.remove(0);
        books(&store, &maker).await;
        resolve(&store, &line(1)).await;
        store.post_voucher(&maker, &opening(), at(5)).await.unwrap();
        let payers = (0..64).map(|number| {
            let (store, maker) = (store.clone(), maker.clone());
            let paid = relief(&format!("pay-{number}"), &line(1), &[("unrestricted", 300)], None);
            tokio::spawn(async move { store.post_voucher(&maker, &paid, at(5)).await.map_err(|error| error.code) })
        });
        let mut paid = 0;
        for payer in payers.collect::<Vec<_>>() {
            match payer.await.unwrap() {
                Ok(_) => paid += 1,
                Err(code) => assert_eq!(code, "L121"),
            }
        }
        assert_eq!(paid, 1);
        assert_eq!(balance(&store, &maker, "unrestricted").await, (700, 700));
    });
}

#[test]
fn what_is_written_stays_written() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = &keepers(&store).await[0];
        books(&store, maker).await;
        resolve(&store, &line(1)).await;
        store.post_voucher(maker, &opening(), at(5)).await.unwrap();
        let own = store.own(OwnWork::Backup);
        for statement in [
            "UPDATE transfers SET amount_fen = 1",
            "DELETE FROM transfers",
            "UPDATE vouchers SET words = ''",
            "DELETE FROM vouchers",
            "UPDATE restrictions SET area = NULL",
            "UPDATE resolution_lines SET amount_fen = 1",
            "DELETE FROM resolution_lines",
        ] {
            let error = StoreError::from(own.execute_unprepared(statement).await.unwrap_err());
            assert!(error.is_trigger(), "{statement}: {error}");
        }
        own.execute_unprepared("UPDATE resolution_lines SET state = 'blocked'").await.unwrap();
        let blocked = relief("v", &line(1), &[("unrestricted", 300)], None);
        assert_eq!(refused(&store, maker, &blocked).await, "L122");
    });
}

#[test]
fn a_pair_between_books_is_posted_in_both_or_in_none() {
    on_both(|db| async move {
        let store = db.open().await;
        let maker = &keepers(&store).await[0];
        books(&store, maker).await;
        store.post_voucher(maker, &opening(), at(5)).await.unwrap();
        let pair = |amount| {
            voucher(
                &format!("pair-{amount}"),
                vec![
                    single("a", "county", "unrestricted", "due-to:town", amount),
                    single("b", "town", "due-from:county", "unrestricted", amount),
                ],
            )
        };
        assert_eq!(refused(&store, maker, &pair(1_001)).await, "L117");
        assert_eq!(
            store.balances(maker, &book("town")).await.unwrap().iter().map(|row| row.balance()).sum::<Fen>(),
            Fen(0)
        );
        let posted = store.post_voucher(maker, &pair(400), at(5)).await.unwrap();
        assert_eq!(posted.heads.len(), 2);
        let mut unpaired = pair(400);
        unpaired.transfers.pop();
        unpaired.maker = ActorId::new("x").unwrap();
        assert_eq!(refused(&store, maker, &unpaired).await, "L110");
        assert!(unpaired.transfers.iter().all(|transfer| transfer.phase == Phase::Single));
    });
}
