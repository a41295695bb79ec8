//! Roads that lead somewhere.

use super::world::*;
use crate::deciding::*;

#[test]
fn a_line_takes_effect_after_votes_minutes_and_notice() {
    let mut world = World::on_notice();
    assert_eq!(world.act("secretary", &approve(1)), Err(RefusalCode::NoticeRuns));
    world.wait(7);
    assert_eq!(world.act("secretary", &approve(1)), Err(RefusalCode::NoticeRuns));
    world.wait(1);
    let today = world.today();
    world.does("poster", Act::TakeDown { line: line_id(1), on: today });
    world.does("secretary", approve(1));
    assert_eq!(world.state_of(1), LineState::Approved);
    let minutes = &world.meeting().minutes.as_ref().unwrap().text;
    assert!(
        minutes.text.contains("第1项：案件case-1　charity_relief　12,000.00元　同意4　不同意0　弃权0　通过"),
        "{}",
        minutes.text
    );
    assert!(minutes.text.contains("章程版本：一（示例）"), "{}", minutes.text);
    assert_eq!(Meeting::replay(&world.events).unwrap(), *world.meeting());
}

#[test]
fn an_objection_holds_a_line_until_others_have_looked_and_said_so() {
    let mut world = World::on_notice();
    world.does("village", object(1, 1, false));
    world.wait(8);
    assert_eq!(world.act("secretary", &approve(1)), Err(RefusalCode::ObjectionOpen));
    for name in ["secretary", "member1", "poster", "verifier"] {
        assert_eq!(world.act(name, &reverify(1, Finding::Rejected)), Err(RefusalCode::TookPart), "{name}");
    }
    world.does("another", reverify(1, Finding::Rejected));
    assert_eq!(world.act("secretary", &approve(1)), Err(RefusalCode::ResultNotPosted));
    world.does("village", post_result(1));
    world.does("secretary", approve(1));
    assert_eq!(world.state_of(1), LineState::Approved);
}

#[test]
fn an_objection_that_is_upheld_strikes_the_line() {
    let mut world = World::on_notice();
    world.does("village", object(1, 1, true));
    world.does("another", reverify(1, Finding::Upheld));
    assert_eq!(world.state_of(1), LineState::Refused);
    let today = world.today();
    // The sheet comes down at once: there is nothing left to object to.
    world.does("poster", Act::TakeDown { line: line_id(1), on: today });
    world.wait(8);
    assert_eq!(world.act("secretary", &approve(1)), Err(RefusalCode::NoLine));
}

#[test]
fn another_amount_is_another_line() {
    let mut world = World::in_session(&[(1, 12_000)], 4);
    let mut other = line(2, 9_000);
    other.case = line(1, 0).case;
    assert_eq!(world.act("secretary", &Act::Propose(Box::new(other.clone()))), Err(RefusalCode::LineTwice));
    world.does("secretary", Act::Withdraw { line: line_id(1), why: note("会上议定少给") });
    world.does("secretary", Act::Propose(Box::new(other)));
    world.votes(2, &[Vote::Yes, Vote::Yes, Vote::No, Vote::Yes]);
    world.signed();
    assert_eq!((world.state_of(1), world.state_of(2)), (LineState::Withdrawn, LineState::Passed));
    assert_eq!(world.meeting().total_fen(), shukun_base::Fen::yuan(9_000));
}

#[test]
fn who_keeps_out_neither_counts_nor_votes() {
    let mut world = World::in_session(&[(1, 100), (2, 200)], 4);
    let declare = Act::Declare { member: member(4), line: line_id(1), why: note("亲属") };
    world.does("secretary", declare);
    assert_eq!(world.act("secretary", &cast(4, 1, Vote::Yes)), Err(RefusalCode::InConflict));
    world.votes(1, &[Vote::Yes, Vote::Yes, Vote::No]);
    world.votes(2, &[Vote::No, Vote::No, Vote::Yes, Vote::Yes]);
    world.signed();
    assert_eq!((world.state_of(1), world.state_of(2)), (LineState::Passed, LineState::Refused));
}

#[test]
fn an_office_answers_where_nobody_votes() {
    for kind in [MeetingKind::Statutory, MeetingKind::Treasury] {
        let mut world = World::new();
        let call = world.call(kind, world.today());
        world.does("drafter", call);
        world.does("drafter", Act::Propose(Box::new(line(1, 800))));
        world.does("drafter", Act::Propose(Box::new(line(2, 900))));
        world.does("drafter", Act::Open(None));
        let answer = |number, is_approved| Act::Answer { line: line_id(number), is_approved, why: None };
        assert_eq!(world.act("drafter", &answer(1, true)), Err(RefusalCode::SamePerson));
        assert_eq!(world.act("member1", &cast(1, 1, Vote::Yes)), Err(RefusalCode::NoMember));
        world.does("chief", answer(1, true));
        assert_eq!(world.meeting().state, MeetingState::InSession);
        world.does("chief", answer(2, false));
        assert_eq!(world.meeting().state, MeetingState::Decided);
        assert_eq!((world.state_of(1), world.state_of(2)), (LineState::Passed, LineState::Refused));
    }
}

#[test]
fn an_adjourned_meeting_is_called_anew() {
    let mut world = World::in_session(&[(1, 100)], 2);
    let to = world.in_days(4);
    assert_eq!(world.act("member1", &cast(1, 1, Vote::Yes)), Err(RefusalCode::NoQuorum));
    world.does("secretary", Act::Adjourn { to, why: note("人数不足") });
    assert!(world.meeting().attendance.is_empty() && world.meeting().held_on == to);
    assert_eq!(world.act("secretary", &Act::Open(None)), Err(RefusalCode::NotYet));
    world.wait(4);
    world.does("secretary", Act::Open(None));
    world.does("secretary", Act::Cancel { why: note("并入下次会议") });
    assert_eq!((world.meeting().state, world.state_of(1)), (MeetingState::Cancelled, LineState::Withdrawn));
}

#[test]
fn the_same_name_twice_is_one_act() {
    let world = World::in_session(&[(1, 100)], 4);
    let Some(last) = world.events.last() else { panic!() };
    let again = |name: &str, act: &Act| world.planned(name, act, last.transaction.as_str(), 0);
    assert_eq!(again("secretary", &last.act), Ok(Planned::OnRecord));
    assert_eq!(again("other", &last.act).unwrap_err().code, RefusalCode::TransactionTaken);
    assert_eq!(again("secretary", &attend(1)).unwrap_err().code, RefusalCode::TransactionTaken);
}

#[test]
fn a_broken_record_is_refused() {
    let world = World::on_notice();
    assert!(Meeting::replay(&[]).is_err() && Meeting::replay(&world.events[1..]).is_err());
    let mut gap = world.events.clone();
    gap.remove(2);
    assert!(Meeting::replay(&gap).is_err());
    let text = serde_json::to_string(&world.events).unwrap();
    let read: Vec<Event> = serde_json::from_str(&text).unwrap();
    assert_eq!(Meeting::replay(&read).unwrap(), *world.meeting());
}
