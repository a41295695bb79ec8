//! A batch from its maker to its close, and the books after every step.

use shukun_base::Fen;

use super::world::*;
use crate::BatchId;
use crate::paying::*;

#[test]
fn made_checked_sent_one_comes_back_goes_again_and_all_is_closed() {
    let mut world = World::new([30_000, 20_000, 100_000]);
    world.line(1, Fen::yuan(40_000));
    world.line(2, Fen::yuan(30_000));
    world.begin("b-1", BatchKind::First, None).unwrap();
    world.act("b-1", "maker", Act::Add { payments: vec![world.payment(1), world.payment(2)] }).unwrap();
    assert_eq!(world.submit("b-1"), Ok(BatchState::InApproval));
    assert_eq!(world.send("b-1"), Ok(BatchState::Sent));
    // The first line takes the town's pot and half of the other; the second the rest of it, and free money.
    assert_eq!((world.balance("pot:town"), world.balance("pot:low")), (Fen::ZERO, Fen::ZERO));
    assert_eq!(world.balance("unrestricted"), Fen::yuan(80_000));
    assert_eq!((world.balance("bank:main"), world.balance("in-transit:b-1")), (Fen::yuan(80_000), Fen::yuan(70_000)));
    assert_eq!(world.act("b-1", "cashier", pay(1)), Ok(BatchState::Reconciling));
    assert_eq!(world.act("b-1", "cashier", fail(2, FailureReason::AccountClosed)), Ok(BatchState::Finished));
    assert_eq!(world.balance("bank:main"), Fen::yuan(110_000));
    assert_eq!(world.balance("returned:account_closed"), Fen::yuan(30_000));
    assert_eq!((world.balance("in-transit:b-1"), world.balance("approved-unpaid:charity_relief")), Default::default());
    assert_eq!(world.act("b-1", "other", Act::Close).unwrap_err().code(), "P121");

    world.begin("b-2", BatchKind::FollowUp, Some("b-1")).unwrap();
    let batch = BatchId::new("b-1").unwrap();
    let again = Again { batch, payment: payment_id(2), reason: FailureReason::AccountClosed };
    let id = payment_id(20);
    let second = NewPayment { id: id.clone(), again: Some(again), ..world.payment(2) };
    world.payees.insert(id.clone(), hash(2));
    world.act("b-2", "maker", Act::Add { payments: vec![second] }).unwrap();
    world.act("b-1", "maker", Act::Reissue { payment: payment_id(2), batch: BatchId::new("b-2").unwrap() }).unwrap();
    world.submit("b-2").unwrap();
    world.send("b-2").unwrap();
    let paid = Act::Pay { payment: id, on: TODAY, evidence: answer(2) };
    assert_eq!(world.act("b-2", "cashier", paid), Ok(BatchState::Finished));
    for batch in ["b-1", "b-2"] {
        assert_eq!(world.act(batch, "leader", Act::Close), Ok(BatchState::Closed));
    }
    assert_eq!((world.balance("bank:main"), world.balance("relief:charity_relief")), (Fen::yuan(80_000), Fen::ZERO));
    assert_eq!(world.balance("returned:account_closed"), Fen::ZERO);
}

#[test]
fn a_new_account_voids_what_was_approved_and_lets_the_money_go() {
    let mut world = World::new([0, 0, 100_000]);
    world.line(1, Fen::yuan(40_000));
    world.begin("b-1", BatchKind::First, None).unwrap();
    world.act("b-1", "maker", Act::Add { payments: vec![world.payment(1)] }).unwrap();
    world.submit("b-1").unwrap();
    world.act("b-1", "checker-0", Act::Approve { sha256: Some(hash(9)) }).unwrap();
    assert_eq!(world.pots()[2].free, Fen::yuan(60_000));
    // Somebody changes the account: nothing goes on until a second person looked.
    world.payees.insert(payment_id(1), hash(2));
    let change = Act::ChangePayee { payment: payment_id(1), payee: hash(2) };
    world.act("b-1", "clerk", change).unwrap();
    let release = || Act::Release { sha256: Some(hash(9)) };
    assert_eq!(world.act("b-1", "leader", release()).unwrap_err().code(), "P115");
    let settle = |number| Act::SettlePayee { payment: payment_id(1), payee: hash(number) };
    assert_eq!(world.act("b-1", "clerk", settle(2)).unwrap_err().code(), "P117");
    assert_eq!(world.act("b-1", "leader", settle(1)).unwrap_err().code(), "P115");
    assert_eq!(world.act("b-1", "leader", settle(2)), Ok(BatchState::Locked));
    assert_eq!(world.pots()[2].free, Fen::yuan(100_000));
    assert_eq!((&world.batch("b-1").file, world.batch("b-1").payments[0].payee.clone()), (&None, Some(hash(2))));
    // Made and approved anew it goes.
    world.act("b-1", "maker", Act::MakeFile { sha256: hash(8) }).unwrap();
    world.act("b-1", "maker", Act::Submit { approvers: 0 }).unwrap();
    assert_eq!(world.send("b-1"), Ok(BatchState::Sent));
}

#[test]
fn money_handed_over_is_paid_by_its_receipt() {
    let mut world = World::new([0, 0, 100_000]);
    world.line(1, Fen::yuan(50_000));
    world.begin("b-1", BatchKind::First, None).unwrap();
    let payment = NewPayment { channel: Channel::InPerson, ..world.payment(1) };
    world.act("b-1", "maker", Act::Add { payments: vec![payment] }).unwrap();
    world.submit("b-1").unwrap();
    world.send("b-1").unwrap();
    assert_eq!(world.act("b-1", "cashier", pay(1)).unwrap_err().code(), "P118");
    let delivery = Delivery {
        on: TODAY,
        place: note("家中"),
        handed_by: actor("officer"),
        received_by: note("本人"),
        witness: Some(note("村委会")),
        paper: hash(5),
    };
    let handed = Act::Pay { payment: payment_id(1), on: TODAY, evidence: Evidence::Delivery(delivery) };
    assert_eq!(world.act("b-1", "maker", handed.clone()).unwrap_err().code(), "P111");
    assert_eq!(world.act("b-1", "officer", handed), Ok(BatchState::Finished));
    assert_eq!(world.balance("bank:main"), Fen::yuan(50_000));
}

#[test]
fn what_is_given_back_goes_to_the_pots_it_came_from() {
    let mut world = World::new([30_000, 0, 100_000]);
    world.line(1, Fen::yuan(40_000));
    world.line(2, Fen::yuan(500));
    world.begin("b-1", BatchKind::First, None).unwrap();
    world.act("b-1", "maker", Act::Add { payments: vec![world.payment(1), world.payment(2)] }).unwrap();
    world.submit("b-1").unwrap();
    world.send("b-1").unwrap();
    world.act("b-1", "cashier", pay(1)).unwrap();
    let back = |yuan| Act::Recover { payment: payment_id(1), amount: Fen::yuan(yuan), on: TODAY, evidence: answer(4) };
    assert_eq!(world.act("b-1", "clerk", back(40_001)).unwrap_err().code(), "P125");
    world.act("b-1", "clerk", back(15_000)).unwrap();
    // 10,000 had come from free money, which was asked last; 5,000 of the town's.
    assert_eq!((world.balance("unrestricted"), world.balance("pot:town")), (Fen::yuan(99_500), Fen::yuan(5_000)));
    world.act("b-1", "clerk", back(25_000)).unwrap();
    assert_eq!((world.balance("unrestricted"), world.balance("pot:town")), (Fen::yuan(99_500), Fen::yuan(30_000)));
    assert_eq!(world.batch("b-1").payments[0].state, PaymentState::Reversed);
    world.act("b-1", "cashier", fail(2, FailureReason::Other)).unwrap();
    world.act("b-1", "clerk", Act::Reverse { payment: payment_id(2), why: note("已搬到外省，放弃") }).unwrap();
    assert_eq!((world.balance("unrestricted"), world.balance("returned:other")), (Fen::yuan(100_000), Fen::ZERO));
    assert_eq!(world.act("b-1", "leader", Act::Close), Ok(BatchState::Closed));
}

#[test]
fn a_batch_is_what_its_record_says() {
    let mut world = World::new([0, 0, 100_000]);
    world.line(1, Fen::yuan(40_000));
    world.begin("b-1", BatchKind::First, None).unwrap();
    let mut batch = world.batch("b-1").clone();
    let (who, payees) = (actor("maker"), world.payees.clone());
    let desk = PlanDesk { who: &who, today: TODAY, rules: None, payees: &payees };
    let open = Act::Open {
        book: batch.book.clone(),
        region: batch.region.clone(),
        programme: programme(),
        kind: BatchKind::First,
        follows: None,
    };
    let mut acts = vec![desk.plan_open(open).unwrap()];
    for act in [
        Act::Add { payments: vec![world.payment(1)] },
        Act::Lock { payees: vec![(payment_id(1), hash(1))] },
        Act::MakeFile { sha256: hash(9) },
        Act::Abort { why: note("名单有误") },
    ] {
        let recorded = batch.plan(act, &desk).unwrap();
        batch.apply(&recorded).unwrap();
        acts.push(recorded);
    }
    let text = serde_json::to_string(&acts).unwrap();
    let read: Vec<Recorded> = serde_json::from_str(&text).unwrap();
    assert_eq!(Batch::replay(&batch.id, &read).unwrap(), batch);
    let swapped = [&acts[..1], &acts[2..3], &acts[1..2]].concat();
    assert_eq!(Batch::replay(&batch.id, &swapped).unwrap_err().code, PayCode::NotTheRecord);
    assert_eq!(Batch::replay(&batch.id, &[]).unwrap_err().code, PayCode::NotTheRecord);
}
