//! Random acts by random people: whatever is taken, the record stands up to the oracle and gives the same meeting again.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::oracle::faults;
use super::world::*;
use crate::deciding::*;

#[derive(Clone, Debug)]
enum Step {
    Wait(i64),
    Does(&'static str, Act),
    Post(u64, i64),
    Sign(&'static str, Signing),
    TakeDown(u64),
}

fn names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["secretary", "member1", "member2", "member3", "poster", "another", "verifier"])
}

fn acts() -> impl Strategy<Value = Act> {
    let (seat, number, id) = (1_usize..5, 1_u64..4, 1_u64..3);
    prop_oneof![
        1 => (number.clone(), 1_i64..5_000).prop_map(|(number, yuan)| Act::Propose(Box::new(line(number, yuan)))),
        1 => number.clone().prop_map(|number| Act::Withdraw { line: line_id(number), why: note("撤下") }),
        1 => Just(Act::Open(None)),
        1 => (seat.clone(), any::<bool>()).prop_map(|(seat, there)| Act::Attend {
            member: member(seat),
            presence: if there { Presence::Present } else { Presence::Absent },
        }),
        1 => (seat.clone(), number.clone()).prop_map(|(seat, number)| Act::Declare {
            member: member(seat),
            line: line_id(number),
            why: note("亲属"),
        }),
        4 => (seat, number.clone(), prop::sample::select(Vote::ALL.to_vec()))
            .prop_map(|(seat, number, vote)| cast(seat, number, vote)),
        1 => Just(Act::Conclude { words: note("照议程进行"), minutes: None }),
        1 => (number.clone(), id.clone(), any::<bool>()).prop_map(|(number, id, named)| object(number, id, named)),
        1 => (id.clone(), prop::sample::select(Finding::ALL.to_vec())).prop_map(|(id, finding)| reverify(id, finding)),
        1 => id.prop_map(post_result),
        4 => number.prop_map(approve),
    ]
}

fn steps() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0_i64..9).prop_map(Step::Wait),
        12 => (names(), acts()).prop_map(|(name, act)| Step::Does(name, act)),
        2 => (1_u64..4, 5_i64..9).prop_map(|(number, days)| Step::Post(number, days)),
        2 => (names(), prop::sample::select(Signing::ALL.to_vec())).prop_map(|(name, signing)| Step::Sign(name, signing)),
        1 => (1_u64..4).prop_map(Step::TakeDown),
    ]
}

fn run(world: &mut World, step: &Step) {
    let _refused = match step {
        Step::Wait(days) => {
            world.wait(*days);
            Ok(())
        }
        Step::Does(name, act) => world.act(name, act),
        Step::Post(number, days) => {
            let post = world.post(*number, *days);
            world.act("poster", &post)
        }
        Step::Sign(name, signing) => match &world.meeting().minutes {
            Some(minutes) => {
                let sha256 = minutes.text.sha256.clone();
                world.act(name, &Act::Sign { signing: *signing, sha256 })
            }
            None => Ok(()),
        },
        Step::TakeDown(number) => {
            let on = world.today();
            world.act("poster", &Act::TakeDown { line: line_id(*number), on })
        }
    };
}

/// From anywhere on the road: the agenda, the vote, the notice.
fn start(at: u8) -> World {
    match at {
        0 => {
            let mut world = World::new();
            let call = world.call(MeetingKind::Plenary, world.in_days(3));
            world.does("secretary", call);
            world
        }
        1 => World::in_session(&[(1, 100), (2, 200)], 4),
        2 => {
            let mut world = World::in_session(&[(1, 100), (2, 200)], 4);
            world.votes(1, &[Vote::Yes, Vote::Yes, Vote::Yes, Vote::No]);
            world.votes(2, &[Vote::Yes, Vote::Abstain, Vote::Yes, Vote::Yes]);
            world
        }
        3 => World::on_notice(),
        4 => {
            let mut world = World::on_notice();
            world.wait(8);
            world
        }
        _ => {
            let mut world = World::on_notice();
            world.does("village", object(1, 1, false));
            world.does("another", reverify(1, Finding::Rejected));
            world.wait(8);
            world
        }
    }
}

#[test]
fn no_random_record_breaks_what_is_promised() {
    let mut runner = TestRunner::new(Config { cases: 600, ..Config::default() });
    let approved = std::cell::Cell::new(0_usize);
    let strategy = (0_u8..6, prop::collection::vec(steps(), 1..60));
    runner
        .run(&strategy, |(at, steps)| {
            let mut world = start(at);
            for step in &steps {
                run(&mut world, step);
            }
            prop_assert_eq!(faults(&world.events), Vec::<String>::new());
            let again = Meeting::replay(&world.events).unwrap();
            prop_assert_eq!(serde_json::to_vec(&again).unwrap(), serde_json::to_vec(world.meeting()).unwrap());
            let count = again.lines.iter().filter(|record| record.state == LineState::Approved).count();
            approved.set(approved.get() + count);
            Ok(())
        })
        .unwrap();
    assert!(approved.get() > 20, "only {} lines ever took effect: the walk reaches nothing", approved.get());
}

#[test]
fn the_oracle_sees_what_it_is_there_for() {
    let mut world = World::on_notice();
    world.wait(8);
    world.does("secretary", approve(1));
    assert_eq!(faults(&world.events), Vec::<String>::new());
    let without = |drops: &dyn Fn(&Act) -> bool| {
        let kept: Vec<Event> = world.events.iter().filter(|event| !drops(&event.act)).cloned().collect();
        faults(&kept).join("; ")
    };
    assert!(without(&|act| matches!(act, Act::Vote { vote: Vote::Yes, .. })).contains("majority"));
    assert!(without(&|act| matches!(act, Act::Attend { .. })).contains("quorum"));
    assert!(without(&|act| matches!(act, Act::Post { .. })).contains("notice"));
    assert!(without(&|act| matches!(act, Act::Sign { signing: Signing::Chair, .. })).contains("signatures"));
}
