//! Every refusal, provoked once.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::civil::date;

use super::world::*;
use crate::deciding::charter::Charter;
use crate::deciding::charter::RUIAN;
use crate::deciding::charter::tests::illustrative;
use crate::deciding::*;

type Given = (RefusalCode, Result<(), RefusalCode>);

fn general() -> Vec<Given> {
    use RefusalCode::*;
    let world = World::in_session(&[(1, 100)], 4);
    let planned = |version: u32, transaction: &str, act: &Act| {
        world.planned("member1", act, transaction, version).map(|_| ()).map_err(|refusal| refusal.code)
    };
    let mut early = world.clone();
    early.now -= SignedDuration::from_hours(1);
    vec![
        (StaleVersion, planned(1, "new", &cast(1, 1, Vote::Yes))),
        (TransactionTaken, planned(world.version(), "t1", &cast(1, 1, Vote::Yes))),
        (ClockBack, early.act("member1", &cast(1, 1, Vote::Yes))),
        (WrongState, world.clone().act("secretary", &Act::Open(None))),
        (NoLine, world.clone().act("member1", &cast(1, 9, Vote::Yes))),
        (BadAmount, world.clone().act("secretary", &Act::Propose(Box::new(line(9, 0))))),
        (LineTwice, world.clone().act("secretary", &Act::Propose(Box::new(line(1, 5))))),
    ]
}

fn calling() -> Vec<Given> {
    use RefusalCode::*;
    let world = World::new();
    let call = |days, members: Vec<Member>| {
        let Act::Call(mut call) = world.call(MeetingKind::Plenary, world.in_days(days)) else { panic!() };
        call.members = members;
        world.clone().act("secretary", &Act::Call(call))
    };
    let called = |kind, days, waits, lines: &[(u64, i64)], change: &dyn Fn(&mut World)| {
        let mut world = World::new();
        let call = world.call(kind, world.in_days(days));
        world.does("secretary", call);
        for (number, yuan) in lines {
            world.does("secretary", Act::Propose(Box::new(line(*number, *yuan))));
        }
        world.wait(waits);
        change(&mut world);
        world.act("secretary", &Act::Open(None))
    };
    let one = [(1, 100)];
    let nothing = |_: &mut World| {};
    vec![
        (NotCalled, call(-1, council())),
        (NoMembers, call(3, Vec::new())),
        (NotYet, called(MeetingKind::Plenary, 4, 3, &one, &nothing)),
        (CalledTooLate, called(MeetingKind::Plenary, 2, 2, &one, &nothing)),
        (NothingOnAgenda, called(MeetingKind::Plenary, 3, 3, &[], &nothing)),
        (RoutineTalks, called(MeetingKind::Routine, 3, 3, &one, &nothing)),
        (OverMoney, called(MeetingKind::Plenary, 3, 3, &[(1, 60_000), (2, 40_001)], &nothing)),
        (
            NoBook,
            called(MeetingKind::Plenary, 3, 3, &one, &|world| {
                if let Some(meeting) = &mut world.meeting {
                    meeting.book = None;
                }
            }),
        ),
        (
            CharterSilent,
            called(MeetingKind::Plenary, 3, 3, &one, &|world| world.charters = vec![Charter::read(RUIAN).unwrap()]),
        ),
        (
            TwoCharters,
            called(MeetingKind::Plenary, 3, 3, &one, &|world| {
                world.charters.push(illustrative("二", date(2026, 2, 1), None));
            }),
        ),
    ]
}

fn sitting() -> Vec<Given> {
    use RefusalCode::*;
    let world = World::in_session(&[(1, 100), (2, 200)], 3);
    let declare = Act::Declare { member: member(2), line: line_id(1), why: note("亲属") };
    let mut kept_out = world.clone();
    kept_out.does("secretary", declare.clone());
    let mut voted = world.clone();
    voted.does("member2", cast(2, 1, Vote::Yes));
    let conclude = Act::Conclude { words: note("照议程进行"), minutes: None };
    let adjourn = Act::Adjourn { to: world.in_days(5), why: note("改期") };
    vec![
        (NoMember, world.clone().act("secretary", &attend(9))),
        (OwnVoteOnly, world.clone().act("secretary", &cast(1, 1, Vote::Yes))),
        (NotPresent, world.clone().act("secretary", &cast(4, 1, Vote::Yes))),
        (NoQuorum, kept_out.act("member1", &cast(1, 1, Vote::Yes))),
        (InConflict, kept_out.act("member2", &cast(2, 1, Vote::Yes))),
        (VotedAlready, voted.act("member2", &cast(2, 1, Vote::No))),
        (VotesOpen, voted.act("secretary", &conclude)),
        (VotesCast, voted.act("secretary", &adjourn)),
    ]
}

fn signing() -> Vec<Given> {
    use RefusalCode::*;
    let mut world = World::in_session(&[(1, 100)], 4);
    world.votes(1, &[Vote::Yes; 4]);
    world.does("secretary", Act::Conclude { words: note("照议程进行"), minutes: None });
    let sha256 = world.meeting().minutes.as_ref().unwrap().text.sha256.clone();
    let sign = |signing| Act::Sign { signing, sha256: sha256.clone() };
    let other = Act::Sign { signing: Signing::Chair, sha256: hash("0b") };
    let mut signed = world.clone();
    signed.does("member1", sign(Signing::Chair));
    vec![
        (OtherMinutes, world.act("member1", &other)),
        (SignedAlready, signed.act("member2", &sign(Signing::Chair))),
        (SamePerson, signed.act("member1", &sign(Signing::Secretary))),
    ]
}

fn noticing() -> Vec<Given> {
    use RefusalCode::*;
    let mut passed = World::in_session(&[(1, 100)], 4);
    passed.votes(1, &[Vote::Yes; 4]);
    passed.signed();
    let mut posted = passed.clone();
    let post = posted.post(1, 7);
    posted.does("poster", post);
    let take_down = Act::TakeDown { line: line_id(1), on: posted.today() };
    let mut past = passed.post(1, 7);
    if let Act::Post { from, .. } = &mut past {
        *from = passed.in_days(-1);
    }
    let mut objected = posted.clone();
    objected.does("village", object(1, 1, false));
    let mut over = objected.clone();
    over.wait(8);
    let mut answered = over.clone();
    answered.does("another", reverify(1, Finding::Rejected));
    vec![
        (NoticeTooShort, passed.clone().act("poster", &passed.post(1, 6))),
        (NoticeInPast, passed.act("poster", &past)),
        (NoNotice, passed.act("secretary", &approve(1))),
        (NoticeRuns, posted.act("secretary", &approve(1))),
        (StillHanging, posted.act("poster", &take_down)),
        (NoObjection, posted.act("another", &reverify(9, Finding::Rejected))),
        (TookPart, objected.act("poster", &reverify(1, Finding::Rejected))),
        (ObjectionOpen, over.act("secretary", &approve(1))),
        (ResultNotPosted, answered.act("secretary", &approve(1))),
    ]
}

#[test]
fn every_refusal_is_provoked() {
    let mut met = BTreeSet::new();
    for (wanted, found) in [general(), calling(), sitting(), signing(), noticing()].concat() {
        assert_eq!(found, Err(wanted));
        met.insert(wanted);
    }
    let missing: Vec<_> = RefusalCode::ALL.iter().filter(|code| !met.contains(code)).collect();
    assert!(missing.is_empty(), "nobody provokes {missing:?}");
}
