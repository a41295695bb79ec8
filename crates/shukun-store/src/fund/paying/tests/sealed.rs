//! A month that was paid, with a payment that came back and went out again, is published, sealed, signed and checked.

use jiff::civil::date;
use shukun_fund::ledger;
use shukun_fund::publishing::proof::{Body, Given, SignKey};
use shukun_fund::publishing::{NoteId, PublicationId};

use super::*;
use crate::NoteEntry;
use crate::attack::{ATTACK, Attack, Blow};
use crate::fund::ledger::testing::{relief, single, voucher};
use crate::testing::TestDb;
use crate::wall::OwnWork::Backup;

fn id(id: &str) -> PublicationId {
    PublicationId::new(id).unwrap()
}

fn refusal<T: std::fmt::Debug>(done: Result<T, StoreError>) -> &'static str {
    done.unwrap_err().code
}

struct Month {
    office: Office,
    insurer: Scope,
    red_cross: Scope,
}

/// March, published: lines 1 to 3 paid, of which 2 came back and went out again and 3 came back and waits.
async fn published(db: &TestDb) -> Month {
    let office = Office::open(db.open().await, 3).await;
    office.begin("b-1", BatchKind::First, None).await;
    office.add("b-1", &[1, 2, 3]).await.unwrap();
    for number in 1..=3 {
        office.payee(number, &format!("622200000000000{number}")).await;
    }
    office.submit("b-1").await;
    let sent = office.send("b-1").await.unwrap();
    let ids = [1, 2, 3].map(|number| number_of(&sent, number));
    let text = answer(&[(&ids[0], "成功"), (&ids[1], "户名不符"), (&ids[2], "户名不符")]);
    let desk = office.desk(7);
    office.store.take_answer(&office.people[CASHIER], &batch_id("b-1"), text.as_bytes(), &desk).await.unwrap();
    office.begin("b-2", BatchKind::FollowUp, Some("b-1")).await;
    office.add("b-2", &[2]).await.unwrap();
    office.payee(2, "6222000000000022").await;
    office.submit("b-2").await;
    office.send("b-2").await.unwrap();
    let (march, later, county) = (ledger::Month::parse("2026-03").unwrap(), at(60 * 24 * 60), book("county"));
    office.store.propose_close(&office.people[MAKER], &county, march, later).await.unwrap();
    office.store.approve_close(&office.people[CHECKER], &county, march, later).await.unwrap();
    let year = (date(2026, 1, 1), date(2026, 3, 31));
    office.store.draft_publication(&office.people[MAKER], (&id("p-1"), &county), year, at(8)).await.unwrap();
    office.store.publish(&office.people[CHECKER], &id("p-1"), at(8)).await.unwrap();
    let (insurer, red_cross) = (office.people[6].clone(), office.people[7].clone());
    Month { office, insurer, red_cross }
}

impl Month {
    async fn keys(&self) {
        let (store, county) = (&self.office.store, region("330381"));
        let people = &self.office.people;
        for (who, body) in
            [(&people[MAKER], Body::Fund), (&people[CHECKER], Body::Charity), (&self.insurer, Body::Insurance)]
        {
            let made = store.add_sign_key(who, (body, &county), None, at(9)).await.unwrap();
            assert!(made.is_kept_here && made.key.body() == Some(body));
        }
    }

    async fn sign_all(&self, size: u64) {
        let store = &self.office.store;
        let checker = &self.office.people[CHECKER];
        store.sign_checkpoint(checker, (size, Body::Charity), None, at(10)).await.unwrap();
        store.sign_checkpoint(&self.insurer, (size, Body::Insurance), None, at(10)).await.unwrap();
    }

    /// The same statement published under another name, for what needs many.
    async fn another(&self, number: usize) -> PublicationId {
        let text = format!(
            "INSERT INTO publications SELECT 'p-x{number}', book_id, from_day, 'x{number}', body, ledger_seq, ledger_head,
                published_at FROM publications WHERE publication_id = 'p-1'"
        );
        self.office.store.own(Backup).execute_unprepared(&text).await.unwrap();
        id(&format!("p-x{number}"))
    }
}

/// The same, whose bank told of it, a line of the statement matched by hand; published, corrected, sealed and signed by two
/// bodies: a row in every table that is held against the trail.
pub(crate) async fn busy_fund(db: &TestDb) -> Store {
    let month = published(db).await;
    month.keys().await;
    let (store, people, county) = (&month.office.store, &month.office.people, book("county"));
    let statement = "交易日期,支出,收入,余额,对方户名,对方账号,附言\n2026-03-02,,12.50,12.50,某公司,1200,开户\n\
                     2026-03-02,3.00,,9.50,某甲,6222000000000001,代发\n2026-03-02,3.00,,6.50,某甲,6222000000000002,代发\n\
                     2026-03-02,,3.00,9.50,某甲,6222000000000002,退回\n";
    store.read_bank_statement(&people[CASHIER], &county, statement.as_bytes(), &month.office.desk(9)).await.unwrap();
    let (lines, transfers) = store.unmatched(&people[MAKER], &county).await.unwrap();
    let gifts = transfers.iter().filter(|one| one.id.as_str().starts_with("open-")).map(|one| one.id.clone());
    let gifts: Vec<_> = gifts.collect();
    let line = lines.iter().find(|line| line.amount == Fen(1_250)).unwrap();
    store.propose_match(&people[MAKER], &county, (&line.id, &gifts), at(9)).await.unwrap();
    store.confirm_match(&people[CHECKER], &county, &line.id, &month.office.desk(10)).await.unwrap();
    let size = store.seal_publication(&people[MAKER], &id("p-1"), at(11)).await.unwrap();
    month.sign_all(size).await;
    let note = |text: &str| shukun_base::Note::new(text).unwrap();
    let entry = NoteEntry {
        id: NoteId::new("n-1").unwrap(),
        publication: id("p-1"),
        words: note("说明有误，已更正"),
        words_en: None,
        figure: None,
    };
    store.draft_note(&people[MAKER], &entry, at(12)).await.unwrap();
    store.publish_note(&people[CHECKER], &entry.id, at(12)).await.unwrap();
    store.clone()
}

#[test]
fn what_was_paid_is_sealed_signed_by_two_bodies_and_everybody_checks_it() {
    on_both(|db| async move {
        let month = published(&db).await;
        let (store, people) = (&month.office.store, &month.office.people);
        assert_eq!(refusal(store.seal_publication(&people[MAKER], &id("p-1"), at(9)).await), "store-sign-key-missing");
        month.keys().await;
        assert_eq!(refusal(store.seal_publication(&people[ELSEWHERE], &id("p-1"), at(9)).await), "store-not-found");
        assert_eq!(refusal(store.seal_publication(&month.insurer, &id("p-1"), at(9)).await), "store-forbidden");
        for _ in 0..2 {
            assert_eq!(store.seal_publication(&people[MAKER], &id("p-1"), at(9)).await.unwrap(), 1);
        }
        let row = &store.checkpoints_to_sign(&people[MAKER]).await.unwrap()[0];
        // Three lines of 300 fen went out; one of them came back and waits.
        assert_eq!((row.seal.paid, row.seal.came_back, row.seal.earlier), (Fen(900), Fen(300), Fen::ZERO));
        assert_eq!((row.seal.header.count, row.seal.header.total), (2, Fen(600)));
        assert_eq!((row.is_signed_enough, row.signers.as_slice()), (false, [Body::Fund].as_slice()));

        let sign = |who, body| store.sign_checkpoint(who, (1, body), None, at(10));
        assert_eq!(refusal(sign(&people[MAKER], Body::Charity).await), "store-checkpoint-own");
        assert_eq!(refusal(sign(&people[CHECKER], Body::Insurance).await), "store-forbidden");
        assert_eq!(refusal(sign(&people[ELSEWHERE], Body::Charity).await), "store-forbidden");
        for _ in 0..2 {
            sign(&people[CHECKER], Body::Charity).await.unwrap();
        }
        assert_eq!(refusal(sign(&people[LEADER], Body::Charity).await), "store-checkpoint-signed");
        assert!(store.checkpoints().await.unwrap().is_empty() && store.bundle(1).await.is_err());
        sign(&month.insurer, Body::Insurance).await.unwrap();

        let shown = store.checkpoints().await.unwrap();
        assert_eq!(shown[0].signers, [Body::Insurance, Body::Charity, Body::Fund]);
        let mut given = Given::default();
        for key in store.sign_keys().await.unwrap() {
            given.take_keys(&key.key.line());
        }
        let read = |text: &str| serde_json::from_str(text).ok();
        given.take(&serde_json::to_string(&store.bundle(1).await.unwrap()).unwrap(), &read).unwrap();
        given.take(&serde_json::to_string(&store.fund_log().await.unwrap()).unwrap(), &read).unwrap();
        for (number, count) in [(1, 1), (2, 1), (3, 0)] {
            let slips = store.slips(&people[MAKER], &line(number).id, at(11)).await.unwrap();
            assert_eq!(slips.len(), count, "line {number}");
            slips.iter().for_each(|slip| given.take_slip(&slip.slip.reveal().full_line()));
            assert!(!format!("{slips:?}").contains("SK1") && slips.iter().all(|slip| slip.amount == Fen(300)));
        }
        let checks = given.checks();
        assert!(checks.len() == 5 && checks.iter().all(|check| check.faults.is_empty()), "{checks:?}");
        assert_eq!(refusal(store.slips(&people[ELSEWHERE], &line(1).id, at(11)).await), "store-not-found");
        assert_eq!(refusal(store.slips(&people[AUDITOR], &line(1).id, at(11)).await), "store-forbidden");
        assert!(store.audit_ledger().await.unwrap().iter().all(|found| found.invariant.key() != "I14"));
    });
}

#[test]
fn a_body_may_keep_its_key_itself() {
    on_both(|db| async move {
        let month = published(&db).await;
        let (store, county) = (&month.office.store, region("330381"));
        month.keys().await;
        store.seal_publication(&month.office.people[MAKER], &id("p-1"), at(9)).await.unwrap();
        let own = SignKey::new("red_cross/own", &[7; 32]).unwrap();
        let line = own.check_key().line();
        let add = |body, line| store.add_sign_key(&month.red_cross, (body, &county), Some(line), at(9));
        assert_eq!(refusal(add(Body::Charity, line.as_str()).await), "store-forbidden");
        assert_eq!(refusal(add(Body::RedCross, "red_cross/own+00000000+AAAA").await), "store-sign-key");
        assert!(!add(Body::RedCross, line.as_str()).await.unwrap().is_kept_here);
        let checkpoint = store.checkpoints_to_sign(&month.red_cross).await.unwrap()[0].signed.checkpoint.clone();
        let strange = SignKey::new("red_cross/own", &[8; 32]).unwrap().sign(&checkpoint);
        let sign = |line| store.sign_checkpoint(&month.red_cross, (1, Body::RedCross), line, at(10));
        assert_eq!(refusal(sign(None).await), "store-signature");
        assert_eq!(refusal(sign(Some(strange.as_str())).await), "store-signature");
        sign(Some(own.sign(&checkpoint).as_str())).await.unwrap();
        assert_eq!(store.checkpoints_to_sign(&month.red_cross).await.unwrap()[0].signers, [Body::RedCross, Body::Fund]);
    });
}

#[test]
fn the_database_itself_refuses_one_signer_for_two_and_any_change() {
    on_both(|db| async move {
        let month = published(&db).await;
        month.keys().await;
        let store = &month.office.store;
        store.seal_publication(&month.office.people[MAKER], &id("p-1"), at(9)).await.unwrap();
        month.sign_all(1).await;
        let insert = |body: &str, signer: &str, before: &str, last: &str| {
            format!(
                "INSERT INTO checkpoint_signatures SELECT 1, 3, '{body}', key_name, signature, '{signer}', 0, drawn_by, 2,
                    '{before}', '{last}' FROM checkpoint_signatures WHERE place = 2"
            )
        };
        let insurer = month.insurer.account_id().as_str();
        let maker = month.office.people[MAKER].account_id().as_str();
        for forged in [
            insert("insurance", "x", "insurance", insurer),
            insert("red_cross", insurer, "insurance", insurer),
            insert("red_cross", maker, "insurance", insurer),
            insert("fund", "x", "insurance", insurer),
            insert("red_cross", "x", "charity", "nobody"),
        ] {
            assert!(store.own(Backup).execute_unprepared(&forged).await.is_err(), "{forged}");
        }
        for (table, column) in [
            ("sign_keys", "region"),
            ("sign_key_secrets", "region"),
            ("receipt_seals", "region"),
            ("receipt_openings", "place"),
            ("checkpoints", "note"),
            ("checkpoint_signatures", "signature"),
        ] {
            for text in [format!("UPDATE {table} SET {column} = {column}"), format!("DELETE FROM {table}")] {
                assert!(store.own(Backup).execute_unprepared(&text).await.is_err(), "{text}");
            }
        }
    });
}

#[test]
fn two_that_seal_at_once_make_one_log() {
    on_both(|db| async move {
        let month = published(&db).await;
        month.keys().await;
        let (store, people) = (&month.office.store, &month.office.people);
        let other = month.another(1).await;
        let first = id("p-1");
        let (one, two) = tokio::join!(
            store.seal_publication(&people[MAKER], &first, at(9)),
            store.seal_publication(&people[CASHIER], &other, at(9))
        );
        let mut sizes = [one.unwrap(), two.unwrap()];
        sizes.sort_unstable();
        assert_eq!(sizes, [1, 2]);
        month.sign_all(1).await;
        month.sign_all(2).await;
        let shown = store.checkpoints().await.unwrap();
        assert_eq!(shown[0].signed.checkpoint.previous, Some(shown[1].signed.checkpoint.hash()));
        assert!(
            store.bundle(1).await.unwrap().faults().is_empty() && store.bundle(2).await.unwrap().faults().is_empty()
        );
    });
}

#[test]
fn whichever_statement_fails_a_statement_is_sealed_whole_or_not_at_all() {
    on_both(|db| async move {
        let month = published(&db).await;
        month.keys().await;
        let (store, maker) = (&month.office.store, &month.office.people[MAKER]);
        let mut number = 0;
        for blow in [Blow::Before, Blow::After] {
            for statement in 0..100 {
                number += 1;
                let other = month.another(number).await;
                let attack = Attack::new(statement, blow, None);
                let work = async { (store.seal_publication(maker, &other, at(9)).await, ATTACK.with(Attack::passed)) };
                let (done, passed) = ATTACK.scope(attack, work).await;
                let rows = store.checkpoints_to_sign(maker).await.unwrap();
                let sealed = rows.iter().filter(|row| row.seal.publication == other).count();
                assert!(sealed == 1 || done.is_err(), "{statement} {blow:?} was lost");
                let size = store.seal_publication(maker, &other, at(9)).await.unwrap();
                assert_eq!(size, u64::try_from(number).unwrap(), "{statement} {blow:?}");
                if done.is_ok() && passed <= statement {
                    assert!(statement > 8, "only {statement} statements were attacked");
                    break;
                }
            }
        }
    });
}

#[test]
fn a_publication_that_the_books_do_not_bear_out_is_found() {
    on_both(|db| async move {
        let month = published(&db).await;
        let store = &month.office.store;
        let wrong = || async {
            let found = store.audit_ledger().await.unwrap();
            found.into_iter().filter(|found| found.invariant.key() == "I14").map(|found| found.at).collect::<Vec<_>>()
        };
        assert!(wrong().await.is_empty());
        for (place, (was, now)) in
            [("\"fees\":0", "\"fees\":1"), ("\"ledger_seq\":", "\"ledger_seq\":1")].iter().enumerate()
        {
            let forged = format!(
                "INSERT INTO publications SELECT 'p-f{place}', book_id, from_day, 'f{place}', REPLACE(body, '{was}', '{now}'),
                    ledger_seq, ledger_head, published_at FROM publications WHERE publication_id = 'p-1'"
            );
            store.own(Backup).execute_unprepared(&forged).await.unwrap();
        }
        assert_eq!(wrong().await, ["p-f0", "p-f1"]);
    });
}

/// Measured by hand: `cargo test --release -p shukun-store --lib -- --ignored ten_thousand --nocapture`.
#[test]
#[ignore = "a measurement: minutes"]
fn ten_thousand_payments_are_sealed() {
    on_both(|db| async move {
        let count: u32 = 10_000;
        let month = published(&db).await;
        month.keys().await;
        let (store, maker) = (&month.office.store, &month.office.people[MAKER]);
        let open = "UPDATE books SET closed_through = '2026-02-28' WHERE book_id = 'county'";
        store.own(Backup).execute_unprepared(open).await.unwrap();
        let gift = single("gift-many", "county", "bank:main", "unrestricted", i64::from(count) * 300);
        store.post_voucher(maker, &voucher("gift-many", vec![gift]), at(20)).await.unwrap();
        for first in (100..100 + count).step_by(100) {
            let mut transfers = Vec::new();
            for number in first..first + 100 {
                let line = PayableLine { business_key: key(number), ..line(number) };
                resolve(store, &line).await;
                let one = relief(&format!("many-{number}"), &line, &[("unrestricted", 300)], None);
                transfers.extend(one.transfers);
            }
            store.post_voucher(maker, &voucher(&format!("many-{first}"), transfers), at(20)).await.unwrap();
        }
        let close = "UPDATE books SET closed_through = '2027-12-31' WHERE book_id = 'county'";
        store.own(Backup).execute_unprepared(close).await.unwrap();
        let county = book("county");
        let row = store.book(maker, &county).await.unwrap();
        let mut statement = store.publications().await.unwrap().remove(0).statement;
        statement.ledger_seq = u64::try_from(row.sequence).unwrap();
        statement.ledger_head = shukun_base::ContentHash::new(&row.head).unwrap();
        statement.payouts[0].amount += Fen(i64::from(count) * 300);
        let text = serde_json::to_string(&statement).unwrap().replace('\'', "''");
        let insert = format!(
            "INSERT INTO publications VALUES ('p-many', 'county', '2026-01-01', 'many', '{text}', {}, '{}', 0)",
            row.sequence,
            statement.ledger_head.as_str()
        );
        store.own(Backup).execute_unprepared(&insert).await.unwrap();
        let begun = std::time::Instant::now();
        let size = store.seal_publication(maker, &id("p-many"), at(21)).await.unwrap();
        let sealed = begun.elapsed();
        month.sign_all(size).await;
        let begun = std::time::Instant::now();
        let bundle = store.bundle(size).await.unwrap();
        let loaded = begun.elapsed();
        let begun = std::time::Instant::now();
        assert_eq!((bundle.faults(), bundle.header.count), (vec![], u64::from(count) + 2));
        let (engine, checked) = (store.engine(), begun.elapsed());
        eprintln!(
            "{engine}: {count} payments sealed in {sealed:?}, bundle read in {loaded:?}, total checked in {checked:?}"
        );
    });
}
