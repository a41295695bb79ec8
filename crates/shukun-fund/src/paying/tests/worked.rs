//! Two counties' relief, paid to the fen: what their packs determine, from their own fund, shared among its pots and capped.

use shukun_base::Fen;

use super::world::*;
use crate::paying::*;

/// The pots after a batch of these lines was sent and paid.
fn paid(pots: [i64; 3], fen: &[i64]) -> World {
    let mut world = World::new(pots);
    world.begin("b-1", BatchKind::First, None).unwrap();
    for (number, fen) in (1..).zip(fen) {
        world.line(number, Fen(*fen));
        let payments = vec![world.payment(number)];
        world.act("b-1", "maker", Act::Add { payments }).unwrap();
    }
    world.submit("b-1").unwrap();
    world.send("b-1").unwrap();
    for number in (1..).take(fen.len()) {
        world.act("b-1", "cashier", pay(number)).unwrap();
    }
    world
}

/// Dongtou 三（四）: what a person bears above 50,000 is brought down to 49,500. The pack's worked examples: 50,000.01 gives
/// 500.01, two stays of 60,000 together give 10,500.
#[test]
fn dongtou_brings_down_to_49_500_from_the_cloud_bank() {
    let world = paid([500, 10_000, 1_000], &[50_001, 1_050_000]);
    assert_eq!(world.balance("pot:town"), Fen::ZERO, "the town's 500.00 went to the first line");
    // 0.01 of the first line and 9,999.99 of the second.
    assert_eq!(world.balance("pot:low"), Fen::ZERO);
    assert_eq!(world.balance("unrestricted"), Fen(49_999));
    assert_eq!(world.balance("bank:main"), Fen(49_999));
}

/// Hangzhou's backstop: all of what is above 5,000 / 30,000 / 50,000. The pack's worked examples: one fen over the line gives
/// one fen, 120,000 of a low-income person gives 70,000.
#[test]
fn hangzhou_pays_everything_above_the_line_from_its_own_fund() {
    let world = paid([0, 30_000, 50_000], &[1, 7_000_000]);
    assert_eq!((world.balance("pot:low"), world.balance("unrestricted")), (Fen::ZERO, Fen(999_999)));
    assert_eq!(world.balance("bank:main"), Fen(999_999));
}

#[test]
fn a_cap_counts_over_all_batches_and_is_free_again_when_money_came_back() {
    let mut world = World::new([0, 0, 500_000]);
    // Two lines of one person under a cap of 80,000.
    for (number, yuan) in [(1, 50_000), (2, 40_000)] {
        world.line(number, Fen::yuan(yuan));
    }
    let second = world.model.lines.get_mut(&line_id(2)).unwrap();
    second.business_key = crate::ledger::BusinessKey::parse("charity_relief|person-1|2026|claim-2|t1|1").unwrap();
    for number in [1, 2] {
        let batch = format!("b-{number}");
        world.begin(&batch, BatchKind::First, None).unwrap();
        let payments = vec![world.payment(number)];
        world.act(&batch, "maker", Act::Add { payments }).unwrap();
        world.submit(&batch).unwrap();
    }
    world.send("b-1").unwrap();
    assert_eq!(world.send("b-2").unwrap_err().code(), "L123", "over the person's cap of the year");
    world.act("b-1", "cashier", fail(1, FailureReason::AccountClosed)).unwrap();
    assert_eq!(world.send("b-2"), Ok(BatchState::Sent));
}

#[test]
fn larger_batches_need_more_approvers_and_each_another_person() {
    let mut world = World::new([0, 0, 500_000]);
    world.begin("b-1", BatchKind::First, None).unwrap();
    for number in 1..=3 {
        world.line(number, Fen::yuan(40_000));
        let payments = vec![world.payment(number)];
        world.act("b-1", "maker", Act::Add { payments }).unwrap();
    }
    world.submit("b-1").unwrap();
    let approve = || Act::Approve { sha256: Some(hash(9)) };
    assert_eq!(world.act("b-1", "leader", approve()), Ok(BatchState::InApproval));
    assert_eq!(world.act("b-1", "leader", approve()).unwrap_err().code(), "P112");
    assert_eq!(world.act("b-1", "checker-1", approve()), Ok(BatchState::InAuthorisation));
    let release = || Act::Release { sha256: Some(hash(9)) };
    assert_eq!(world.act("b-1", "maker", release()).unwrap_err().code(), "P111");
    assert_eq!(world.act("b-1", "leader", release()), Ok(BatchState::Released));
    let send = || Act::Send { sha256: Some(hash(9)) };
    for who in ["maker", "leader", "checker-1"] {
        assert_eq!(world.act("b-1", who, send()).unwrap_err().code(), "P111", "{who}");
    }
    assert_eq!(world.act("b-1", "cashier", send()), Ok(BatchState::Sent));
}
