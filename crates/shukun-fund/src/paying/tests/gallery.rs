//! Every refusal of paying is provoked.

use std::collections::BTreeSet;

use shukun_base::Fen;

use super::world::*;
use crate::paying::*;
use crate::{BatchId, LineId};

fn batch_of(yuan: &[i64]) -> World {
    let mut world = World::new([0, 0, 1_000_000]);
    world.begin("b-1", BatchKind::First, None).unwrap();
    for (number, yuan) in (1..).zip(yuan) {
        world.line(number, Fen::yuan(*yuan));
        let payments = vec![world.payment(number)];
        world.act("b-1", "maker", Act::Add { payments }).unwrap();
    }
    world
}

fn submitted(yuan: &[i64]) -> World {
    let mut world = batch_of(yuan);
    world.submit("b-1").unwrap();
    world
}

fn sent(yuan: &[i64]) -> World {
    let mut world = submitted(yuan);
    world.send("b-1").unwrap();
    world
}

#[test]
fn every_refusal_has_its_provocation() {
    let file = || Some(hash(9));
    let approve = || Act::Approve { sha256: file() };
    let why = || note("名单有误");
    let changed = |mut world: World| {
        world.payees.insert(payment_id(1), hash(2));
        world
    };
    let in_person = |world: &World| NewPayment { channel: Channel::InPerson, ..world.payment(1) };
    let add = |payment: NewPayment| Act::Add { payments: vec![payment] };
    let mut fresh = World::new([0, 0, 10]);
    fresh.line(1, Fen::yuan(5));
    let one = fresh.payment(1);
    let other_line = LineId::new("l-9").unwrap();
    let other = NewPayment { id: payment_id(9), line: other_line, ..one.clone() };
    let (batch, payment) = (BatchId::new("b-0").unwrap(), payment_id(1));
    let again = Again { batch, payment, reason: FailureReason::Other };
    let other_key = crate::ledger::BusinessKey::parse("other|person-1|2026|year|t1|1").unwrap();
    let mut no_rules = batch_of(&[5]);
    no_rules.rules = None;
    let mut no_cap = submitted(&[5]);
    no_cap.rules.as_mut().unwrap().caps.clear();
    let mut approved = submitted(&[500_000]);
    approved.act("b-1", "checker-0", approve()).unwrap();
    let mut finished = sent(&[5]);
    finished.act("b-1", "cashier", fail(1, FailureReason::Other)).unwrap();
    let mut handed = batch_of(&[]);
    handed.line(1, Fen::yuan(5));
    let payment = in_person(&handed);
    handed.act("b-1", "maker", add(payment)).unwrap();
    handed.submit("b-1").unwrap();
    handed.send("b-1").unwrap();
    let tomorrow = Act::Pay { payment: payment_id(1), on: TODAY.tomorrow().unwrap(), evidence: answer(1) };
    let mut paid = sent(&[5]);
    paid.act("b-1", "cashier", pay(1)).unwrap();
    let back = Act::Recover { payment: payment_id(1), amount: Fen::yuan(6), on: TODAY, evidence: answer(1) };
    let mut lone = batch_of(&[5]);
    lone.payees.clear();
    let lock = Act::Lock { payees: vec![(payment_id(1), hash(1))] };
    let gallery: Vec<(World, &str, Act, &str)> = vec![
        (batch_of(&[5]), "maker", approve(), "P101"),
        (batch_of(&[5]), "maker", Act::Remove { payment: payment_id(7) }, "P102"),
        (sent(&[5]), "clerk", back.clone(), "P103"),
        (batch_of(&[]), "maker", Act::Lock { payees: vec![] }, "P104"),
        (batch_of(&[5]), "maker", add(one.clone()), "P105"),
        (batch_of(&[]), "maker", add(NewPayment { key: other_key, ..one.clone() }), "P106"),
        (batch_of(&[]), "maker", add(NewPayment { amount: Fen::ZERO, ..one.clone() }), "P107"),
        (lone, "maker", lock.clone(), "P108"),
        (submitted(&[5]), "checker-0", Act::Approve { sha256: Some(hash(3)) }, "P110"),
        (submitted(&[5]), "maker", approve(), "P111"),
        (approved, "checker-0", approve(), "P112"),
        (no_cap, "checker-0", approve(), "P114"),
        (changed(submitted(&[5])), "checker-0", approve(), "P115"),
        (changed(batch_of(&[5])), "maker", lock, "P115"),
        (submitted(&[5]), "leader", Act::SettlePayee { payment: payment_id(1), payee: hash(1) }, "P116"),
        (handed, "cashier", pay(1), "P118"),
        (sent(&[5]), "cashier", tomorrow, "P119"),
        (sent(&[5]), "maker", Act::Reissue { payment: payment_id(1), batch: BatchId::new("b-2").unwrap() }, "P120"),
        (batch_of(&[]), "maker", add(NewPayment { again: Some(again), ..other }), "P120"),
        (finished, "leader", Act::Close, "P121"),
        (paid, "clerk", back, "P125"),
        (batch_of(&[5]), "maker", Act::Hold { transfers: vec![] }, "P124"),
        (batch_of(&[5]), "maker", Act::Lapse, "P124"),
        (sent(&[5]), "maker", Act::Abort { why: why() }, "P101"),
    ];
    let mut provoked = BTreeSet::from(["P117", "P123"]);
    for (mut world, who, act, code) in gallery {
        let before = world.batch("b-1").clone();
        let refusal = world.act("b-1", who, act.clone()).expect_err(code);
        assert_eq!(refusal.code(), code, "{act:?}");
        assert_eq!(*world.batch("b-1"), before);
        let text = refusal.text();
        assert!(!text.zh.is_empty() && !text.en.is_empty());
        provoked.insert(code);
    }
    let begun = World::new([0, 0, 1]).begin("b-1", BatchKind::TopUp, None).unwrap_err();
    provoked.insert(begun.code.key());
    let no_file = Act::Lock { payees: vec![(payment_id(1), hash(1))] };
    let mut world = batch_of(&[5]);
    world.act("b-1", "maker", no_file).unwrap();
    provoked.insert(world.act("b-1", "maker", Act::Submit { approvers: 0 }).unwrap_err().code());
    provoked.insert(no_rules.submit("b-1").unwrap_err().code());
    // P117 and P123 are provoked on the road.
    let all: BTreeSet<&str> = PayCode::ALL.iter().map(|code| code.key()).collect();
    assert_eq!(provoked, all);
}
