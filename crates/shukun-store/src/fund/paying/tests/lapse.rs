//! Holds that run out before the batch is sent: it is approved anew, given up, or goes out again under the next issue; whatever
//! statement fails, the books and the batch say the same.

use shukun_fund::paying::BatchState::{InAuthorisation, Locked, Released, Sent};

use super::*;

/// Forty days later; money is held for thirty.
fn later() -> crate::moment::Moment {
    at(60 * 24 * 40)
}

async fn approve(office: &Office, id: &str) {
    let sha256 = office.batch(id).await.file;
    office.act(CHECKER, id, Act::Approve { sha256 }).await.unwrap();
}

/// Approved, released and sent, with the file made anew.
async fn pay_after_all(office: &Office, id: &str) -> Batch {
    let order = BatchOrder { transaction: "file-again", version: office.batch(id).await.version };
    office.store.make_bank_file(&office.people[MAKER], &batch_id(id), order, &office.desk(5)).await.unwrap();
    office.act(MAKER, id, Act::Submit { approvers: 0 }).await.unwrap();
    office.send(id).await.unwrap()
}

/// The last issue of each line that the batch holds money for.
fn issues(batch: &Batch) -> Vec<u32> {
    let keys = batch.holds.iter().filter_map(|held| held.business_key.as_ref());
    keys.map(|key| key.issue).collect()
}

/// What is held out of an account.
async fn held(office: &Office, account: &str) -> i64 {
    let rows = office.store.balances(&office.people[MAKER], &book("county")).await.unwrap();
    rows.iter().find(|row| row.code == code(account)).map_or(0, |row| row.held().0)
}

#[test]
fn a_batch_whose_hold_ran_out_is_approved_anew_and_paid_once() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 2).await;
        let batch = office.two_submitted().await;
        approve(&office, "b-1").await;
        let approved = office.batch("b-1").await;
        assert_eq!((issues(&approved), office.store.expire_holds(at(6)).await.unwrap()), (vec![1, 1], 0));
        assert_eq!(office.store.expire_holds(later()).await.unwrap(), approved.holds.len());
        assert_eq!(office.store.expire_holds(later()).await.unwrap(), 0);
        let lapsed = office.batch("b-1").await;
        assert_eq!((lapsed.state, lapsed.file.is_none(), lapsed.holds.len()), (Locked, true, 0));
        assert_eq!(office.act(CHECKER, "b-1", Act::Release { sha256: batch.file }).await.unwrap_err().code, "P101");
        let sent = pay_after_all(&office, "b-1").await;
        assert_eq!((sent.state, issues(&sent)), (Sent, vec![2, 2]));
        assert_eq!((office.balance("in-transit:b-1").await, held(&office, "unrestricted").await), (600, 0));
        assert_eq!(office.store.expire_holds(at(60 * 24 * 90)).await.unwrap(), 0);
        assert_eq!(office.store.audit_ledger().await.unwrap(), Vec::new());
    });
}

#[test]
fn a_released_batch_whose_hold_ran_out_is_given_up_and_its_lines_are_paid_by_another() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 2).await;
        office.two_submitted().await;
        approve(&office, "b-1").await;
        let sha256 = office.batch("b-1").await.file;
        office.act(CHECKER, "b-1", Act::Release { sha256: sha256.clone() }).await.unwrap();
        assert_eq!(office.batch("b-1").await.state, Released);
        assert!(office.store.expire_holds(later()).await.unwrap() > 0);
        assert_eq!(office.act(CASHIER, "b-1", Act::Send { sha256 }).await.unwrap_err().code, "P101");
        let why = shukun_base::Note::new("过期作废").unwrap();
        office.act(MAKER, "b-1", Act::Abort { why }).await.unwrap();
        let other = office.submitted("b-2", &[1, 2]).await;
        assert_eq!(other.payments.len(), 2);
        assert_eq!(issues(&office.send("b-2").await.unwrap()), [2, 2]);
        assert_eq!(office.store.audit_ledger().await.unwrap(), Vec::new());
    });
}

#[test]
fn what_goes_out_again_and_ran_out_waits_where_it_was() {
    on_both(|db| async move {
        let office = Office::open(db.open().await, 1).await;
        office.submitted("b-1", &[1]).await;
        let sent = office.send("b-1").await.unwrap();
        let text = answer(&[(&number_of(&sent, 1), "户名不符")]);
        office
            .store
            .take_answer(&office.people[CASHIER], &batch_id("b-1"), text.as_bytes(), &office.desk(7))
            .await
            .unwrap();
        office.begin("b-2", BatchKind::FollowUp, Some("b-1")).await;
        office.add("b-2", &[1]).await.unwrap();
        office.payee(1, "6222000000000022").await;
        office.submit("b-2").await;
        approve(&office, "b-2").await;
        assert_eq!(held(&office, "returned:name_differs").await, 300);
        assert_eq!(office.store.expire_holds(later()).await.unwrap(), 1);
        assert_eq!((held(&office, "returned:name_differs").await, office.batch("b-2").await.state), (0, Locked));
        assert_eq!(office.balance("returned:name_differs").await, 300);
        let again = pay_after_all(&office, "b-2").await;
        assert_eq!((again.state, issues(&again), office.balance("in-transit:b-2").await), (Sent, vec![3], 300));
        assert_eq!(office.store.audit_ledger().await.unwrap(), Vec::new());
    });
}

#[test]
fn whichever_statement_fails_the_batch_lapses_with_its_holds_or_not_at_all() {
    on_both(|db| async move {
        // Of the 600 a pot holds 200.
        for blow in [Blow::Before, Blow::After] {
            let db = db.another().await;
            let office = Office::open(db.open().await, 2).await;
            office.two_submitted().await;
            approve(&office, "b-1").await;
            let mut statement = 0;
            loop {
                let attack = Attack::new(statement, blow, None);
                let done = ATTACK.scope(attack, office.store.expire_holds(later())).await;
                let (state, held) = (office.batch("b-1").await.state, held(&office, "unrestricted").await);
                let is_whole = matches!((state, held), (InAuthorisation, 400) | (Locked, 0));
                assert!(is_whole, "{statement} {blow:?}: {state:?} with {held} held");
                if state == Locked {
                    break;
                }
                assert!(done.is_err(), "{statement} {blow:?} was lost");
                statement += 1;
            }
            assert!(statement > 8, "only {statement} statements were attacked");
            assert_eq!(office.store.expire_holds(later()).await.unwrap(), 0);
            assert_eq!(office.store.audit_ledger().await.unwrap(), Vec::new());
        }
    });
}
