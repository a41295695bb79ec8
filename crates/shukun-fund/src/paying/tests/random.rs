//! Random acts by random people: whatever is taken, the books hold and no one person does two parts.

use proptest::prelude::*;
use shukun_base::Fen;

use super::world::*;
use crate::paying::*;

fn act(kind: u8, number: u32) -> Act {
    let payment = payment_id(number);
    let (on, sha256) = (TODAY, Some(hash(9)));
    match kind {
        0 => Act::Lock { payees: (1..4).map(|number| (payment_id(number), hash(1))).collect() },
        1 => Act::MakeFile { sha256: hash(9) },
        2 => Act::Submit { approvers: 0 },
        3 | 4 => Act::Approve { sha256 },
        5 => Act::Release { sha256 },
        6 => Act::Send { sha256 },
        7 => Act::Reject { why: note("退回") },
        8 | 9 => Act::Pay { payment, on, evidence: answer(1) },
        10 => Act::Fail { payment, on, reason: FailureReason::Other, evidence: answer(1) },
        11 => Act::Return { payment, on, reason: FailureReason::NameDiffers, evidence: answer(1) },
        12 => Act::Reverse { payment, why: note("放弃") },
        13 => Act::Recover { payment, amount: Fen::yuan(7), on, evidence: answer(1) },
        14 => Act::ChangePayee { payment, payee: hash(2) },
        15 => Act::SettlePayee { payment, payee: hash(1) },
        16 => Act::Remove { payment },
        _ => Act::Close,
    }
}

const PEOPLE: [&str; 5] = ["maker", "checker-0", "checker-1", "leader", "cashier"];

fn sum_of(world: &World, states: &[PaymentState]) -> Fen {
    let payments = world.batch("b-1").payments.iter().filter(|payment| states.contains(&payment.state));
    payments.map(|payment| payment.of.amount).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nobody_does_two_parts_and_every_fen_is_somewhere(
        acts in proptest::collection::vec((0_u8..19, 1_u32..4, 0_usize..5), 0..60),
        helped in 0_usize..4,
    ) {
        let mut world = World::new([20, 20, 100]);
        world.begin("b-1", BatchKind::First, None).unwrap();
        for number in 1..4 {
            world.line(number, Fen::yuan(10 * i64::from(number)));
            let payments = vec![world.payment(number)];
            world.act("b-1", "maker", Act::Add { payments }).unwrap();
        }
        if helped > 1 {
            world.submit("b-1").unwrap();
        }
        if helped > 2 {
            world.send("b-1").unwrap();
        }
        for (kind, number, who) in acts {
            let _ = world.act("b-1", PEOPLE[who], act(kind, number));
            let batch = world.batch("b-1");
            prop_assert!(batch.approved_by.iter().all(|who| !batch.makers.contains(who)));
            if let Some(cashier) = &batch.sent_by {
                prop_assert!(!batch.makers.contains(cashier) && !batch.approved_by.contains(cashier));
                prop_assert!(batch.released_by.as_ref() != Some(cashier) && batch.released_by.is_some());
                prop_assert_eq!(batch.approved_by.len(), usize::from(batch.approvers));
            }
            let sent = sum_of(&world, &[PaymentState::Sent]);
            prop_assert_eq!(world.balance("in-transit:b-1"), sent);
            prop_assert_eq!(world.balance("approved-unpaid:charity_relief"), sent);
            let back = sum_of(&world, &[PaymentState::Failed, PaymentState::Returned]);
            prop_assert_eq!(world.balance("returned:other") + world.balance("returned:name_differs"), back);
            let pots = ["pot:town", "pot:low", "unrestricted"].iter().map(|pot| world.balance(pot)).sum::<Fen>();
            let gone = sent + back;
            prop_assert_eq!(world.balance("bank:main"), pots + gone - sent, "{:?}", batch.state);
        }
    }
}
