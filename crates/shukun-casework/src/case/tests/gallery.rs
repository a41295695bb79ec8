//! Every refusal, provoked once: what an officer did, and the code that answers.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use shukun_base::{Fen, HouseholdId, PersonId};

use super::world::*;
use crate::authority::{Programme, Role};
use crate::case::*;
use crate::determination::tests::giving;
use crate::ids::*;
use crate::outcome::{Outcome, OutcomeCode};
use crate::visit::*;

type Given = Result<(), RefusalCode>;

/// `name` takes the case where nobody has it, then tries.
fn tried(world: &mut World, name: &str, command: Command) -> Given {
    let actor = officer(name);
    if world.case.assignee.is_none() {
        let _taken = world.try_act(&actor, &Command::Assign { to: id(name) });
    }
    world.try_act(&actor, &command)
}

fn screen() -> Command {
    Command::Screen(Screening { result: ScreeningResult::Unclear, note: None })
}

fn general() -> Vec<(RefusalCode, Given)> {
    let mut world = World::new();
    let planned = |world: &World, actor: &Actor, transaction: &str, version: u32| {
        let context = Context { version, ..world.context(transaction) };
        plan(&world.case, actor, &screen(), &context).map(|_| ()).map_err(|refusal| refusal.code)
    };
    let mut found = vec![
        (RefusalCode::StaleVersion, planned(&world, &officer("ca1"), "t-9", 0)),
        (RefusalCode::TransactionTaken, planned(&world, &officer("ca1"), "t-0", 1)),
        (RefusalCode::NotAssigned, planned(&world, &officer("ca1"), "t-9", 1)),
        (RefusalCode::NotPermitted, tried(&mut world, "vw1", screen())),
        (RefusalCode::NotByProgram, world.try_act(&program(), &screen())),
        (RefusalCode::FlagNotByHand, tried(&mut world, "ca1", Command::Mark { flag: Flag::Deceased })),
        (
            RefusalCode::WrongStatus,
            tried(
                &mut world,
                "ca1",
                Command::AcceptNoRisk { outcome: Outcome::plain(OutcomeCode::Referred), why: note("已转介") },
            ),
        ),
    ];
    let Actor::Person { id, grants, .. } = officer("ca1") else { panic!() };
    let relative = Actor::Person { id, grants, own_households: BTreeSet::from([HOUSEHOLD]) };
    found.push((RefusalCode::OwnRelative, world.try_act(&relative, &screen())));
    let mut early = world.clone();
    early.now = early.now.checked_sub(1.hours()).unwrap();
    found.push((RefusalCode::ClockBack, early.try_act(&officer("ca1"), &screen())));
    let discovery =
        Discovery::Hand { person: PersonId(1), channel: Channel::Grid, note: note("网格员上门发现") };
    let opening = Opening { case: world.case.id.clone(), household: HOUSEHOLD, region: region("33"), discovery };
    let nowhere = plan_open(&officer("vw1"), &opening, &context(&world.settings, &world.calendar, world.now, "t", 0));
    found.push((RefusalCode::PlaceUnknown, nowhere.map(|_| ()).map_err(|refusal| refusal.code)));
    found
}

fn on_the_way_to_the_village() -> Vec<(RefusalCode, Given)> {
    let mut screened = World::new().until_screened();
    let dispatch = |township: &str, due_on| {
        Command::Dispatch(Dispatch { township: region(township), task: note("核实"), due_on })
    };
    let today = screened.today();
    let yesterday = today.yesterday().unwrap();
    let mut world = World::new().until_dispatched();
    let form = |world: &World| visit(world.today(), Met::Person, Finding::AtRisk);
    let income = vec![Income { kind: IncomeKind::Business, annual_fen: Fen(-1) }];
    let mut found = vec![
        (RefusalCode::PlaceOutside, tried(&mut screened, "ca1", dispatch("330305001", today))),
        (RefusalCode::DueInPast, tried(&mut screened, "ca1", dispatch(TOWN, yesterday))),
        (RefusalCode::NoVisit, tried(&mut world, "ts1", confirm(Finding::AtRisk))),
        (RefusalCode::FutureDay, {
            let tomorrow = world.today().tomorrow().unwrap();
            tried(&mut world, "vw1", Command::RecordVisit(Visit { on: tomorrow, ..form(&screened) }))
        }),
        (RefusalCode::VisitTooEarly, {
            let form = Visit { on: yesterday, ..form(&world) };
            tried(&mut world, "vw1", Command::RecordVisit(form))
        }),
        (RefusalCode::NegativeAmount, {
            let form = Visit { income, ..form(&world) };
            tried(&mut world, "vw1", Command::RecordVisit(form))
        }),
        (RefusalCode::FindingUnsupported, {
            let form = Visit { met: Met::Nobody, ..form(&world) };
            tried(&mut world, "vw1", Command::RecordVisit(form))
        }),
    ];
    let form = visit(world.today(), Met::Nobody, Finding::Unreachable);
    world.act("ts1", Command::RecordVisit(form));
    found.push((RefusalCode::SamePerson, tried(&mut world, "ts1", confirm(Finding::Unreachable))));
    found.push((RefusalCode::TooFewAttempts, tried(&mut world, "ts2", confirm(Finding::Unreachable))));
    found
}

fn application() -> Vec<(RefusalCode, Given)> {
    let world = World::new().until_verified(Finding::AtRisk);
    let with = |change: fn(&mut Vec<NewRequest>, &mut Vec<Document>)| {
        let Command::EnterApplication { mut requests, mut documents, .. } = enter_application() else { panic!() };
        change(&mut requests, &mut documents);
        let command = Command::EnterApplication { requests, documents, claims_complete: true };
        tried(&mut world.clone(), "vw1", command)
    };
    let mut applying = World::new().until_applying();
    let twice = applying.clone();
    let certify = |change: fn(&mut Certification)| {
        let mut world = twice.clone();
        world.pass_days(9);
        let mut certification = world.certification();
        change(&mut certification);
        tried(&mut world, "ca1", Command::Certify(certification))
    };
    vec![
        (RefusalCode::DocumentMissing, with(|_, documents| drop(documents.pop()))),
        (RefusalCode::NoRequest, with(|requests, _| requests.clear())),
        (RefusalCode::RequestTwice, with(|requests, _| requests[1].programme = requests[0].programme)),
        (RefusalCode::RequestTwice, with(|requests, _| requests[1].id = requests[0].id.clone())),
        (
            RefusalCode::UnknownRequest,
            tried(&mut applying, "ca1", Command::AcceptRequest { request: request_id("no") }),
        ),
        (RefusalCode::RequestStatus, {
            tried(&mut applying, "vw1", Command::ResubmitRequest { request: request_id("r-charity") })
        }),
        (
            RefusalCode::NoticeTooShort,
            certify(|certification| {
                let Certification::Certified { notice_from, .. } = certification else { panic!() };
                *notice_from = notice_from.tomorrow().unwrap();
            }),
        ),
        (
            RefusalCode::NoticeTooShort,
            certify(|certification| {
                let Certification::Certified { notice_to, .. } = certification else { panic!() };
                *notice_to = notice_to.tomorrow().unwrap();
            }),
        ),
        (
            RefusalCode::ValidityReversed,
            certify(|certification| {
                let Certification::Certified { valid_from, valid_to, .. } = certification else { panic!() };
                *valid_to = valid_from.yesterday().ok();
            }),
        ),
        (
            RefusalCode::WrongDocument,
            certify(|certification| {
                *certification = Certification::NotLowIncome { report: paper(DocumentKind::Other) };
            }),
        ),
        (RefusalCode::NoExtension, tried(&mut World::new(), "ca1", Command::ExtendClock { why: note("要久一些") })),
    ]
}

fn determination() -> Vec<(RefusalCode, Given)> {
    let mut world = World::new().until_certified();
    let drafted = |change: fn(&mut crate::determination::Determination)| {
        let mut sheet = sheet(1, Fen::yuan(3_000));
        change(&mut sheet);
        let mut world = World::new().until_certified();
        tried(&mut world, "hsa1", Command::DraftDetermination(Box::new(sheet)))
    };
    let mut found = vec![
        (RefusalCode::NotCertified, {
            let mut world = World::new().until_applying();
            tried(&mut world, "hsa1", draft(1, Fen::yuan(3_000)))
        }),
        (RefusalCode::SheetUnsound, drafted(|sheet| sheet.people[0].left_fen += Fen(1))),
        (RefusalCode::VersionNotNext, drafted(|sheet| sheet.version = 2)),
        (RefusalCode::VersionNotNext, drafted(|sheet| sheet.supersedes = Some(1))),
        (
            RefusalCode::RequestLacking,
            drafted(|sheet| {
                sheet.people[0].lines[1].programme = Some(Programme::TemporaryRelief);
            }),
        ),
        (
            RefusalCode::AdvanceNotNetted,
            drafted(|sheet| {
                *sheet = giving(1, Programme::CharityRelief, Fen::yuan(3_000), Fen::yuan(1));
            }),
        ),
        (RefusalCode::NothingDrafted, tried(&mut world, "hsa2", check(1))),
    ];
    world.act("hsa1", draft(1, Fen::yuan(3_000)));
    found.push((RefusalCode::DraftWaiting, tried(&mut world, "hsa1", draft(2, Fen::yuan(3_000)))));
    found.push((RefusalCode::SamePerson, tried(&mut world, "hsa1", check(1))));
    world.act("hsa1", Command::AskRecalculation { cause: RecalculationCause::LateClaims });
    found.push((RefusalCode::DraftOutdated, tried(&mut world, "hsa2", check(1))));
    found
}

fn money() -> Vec<(RefusalCode, Given)> {
    let mut world = World::new().until_determined();
    let approval = |world: &World| Command::RecordApproval(world.approval(true));
    let paper_of = |kind| ApprovalRecord { document: paper(kind), ..World::new().approval(true) };
    let mut found = vec![(RefusalCode::WrongDocument, {
        let record = ApprovalRecord { decided_on: world.today(), ..paper_of(DocumentKind::ApprovalSheet) };
        tried(&mut world, "jm1", Command::RecordApproval(record))
    })];
    world.act("vw1", Command::RaiseObjection(Complaint { document: None, note: note("邻居反映有车") }));
    found.push((RefusalCode::ComplaintOpen, {
        let again = Command::RaiseObjection(Complaint { document: None, note: note("再次反映") });
        tried(&mut world, "vw1", again)
    }));
    let command = approval(&world);
    found.push((RefusalCode::ObjectionOpen, tried(&mut world, "jm1", command)));
    let mut resolved = World::new().until_resolved();
    let too_much = Command::RecordPayment(resolved.payment(Fen::yuan(3_000) + Fen(1)));
    found.push((RefusalCode::AmountTooHigh, tried(&mut resolved, "cf1", too_much)));
    for (maker, name) in [("hsa1", "drafted"), ("hsa2", "checked"), ("jm1", "approved")] {
        let both = granted(maker, Role::CharityFederation, "330381");
        let payment = Command::RecordPayment(resolved.payment(Fen::yuan(3_000)));
        let given = resolved.clone().try_act(&both, &payment);
        assert_eq!(given, Err(RefusalCode::SamePerson), "who {name} it does not pay it");
        found.push((RefusalCode::SamePerson, given));
    }
    let back = Return { to: Status::Applying, reason: ReturnReason::NewFacts, note: note("有新情况") };
    let mut settled = World::new().until_settled();
    found.push((RefusalCode::MoneyPaid, tried(&mut settled, "hsa1", Command::Return(back))));
    found
}

fn endings() -> Vec<(RefusalCode, Given)> {
    let mut settled = World::new().until_settled();
    let mut proposed = World::new().until_proposed();
    let mut closed = World::new().until_closed();
    let agree = || Command::ConfirmClosing { agreed: true, note: note("同意") };
    let mut found = vec![
        (RefusalCode::NoFollowUp, tried(&mut settled, "ts1", propose(OutcomeCode::AidedCharity))),
        (RefusalCode::NoProposal, tried(&mut settled, "ca1", agree())),
        (RefusalCode::OutcomeUnsupported, tried(&mut proposed, "ts1", propose(OutcomeCode::AidedStatutory))),
        (RefusalCode::OutcomeUnsupported, tried(&mut proposed, "ts1", propose(OutcomeCode::Deceased))),
        (RefusalCode::IsClosed, tried(&mut closed, "ca1", screen())),
        (RefusalCode::NoSample, {
            tried(&mut closed, "ca1", Command::ReviewSample { upheld: true, note: note("属实") })
        }),
    ];
    let promoted = granted("ts1", Role::CivilAffairs, "330381");
    found.push((RefusalCode::SamePerson, proposed.clone().try_act(&promoted, &agree())));
    found.push((RefusalCode::ChildOpen, {
        let mut world = proposed.clone();
        world.act("vw1", Command::RaiseObjection(Complaint { document: None, note: note("有异议") }));
        tried(&mut world, "ca1", agree())
    }));
    found.push((RefusalCode::RecalculationOpen, {
        let mut world = proposed.clone();
        world.act("hsa1", Command::AskRecalculation { cause: RecalculationCause::Reversal });
        tried(&mut world, "ca1", agree())
    }));
    let reopening = |at| Command::Reopen(Reopening { at, reason: ReturnReason::NewFacts, note: note("又住院") });
    found.push((RefusalCode::NotReached, tried(&mut closed, "ca1", reopening(Status::Resolved))));
    closed.pass_days(380);
    found.push((RefusalCode::TooLateToReopen, tried(&mut closed, "ca1", reopening(Status::Detected))));
    found
}

fn sideways() -> Vec<(RefusalCode, Given)> {
    let mut world = World::new().until_dispatched();
    let today = world.today();
    let suspend = |until| Command::Suspend(Suspension { until, why: note("外出治疗") });
    let back = Return { to: Status::Verified, reason: ReturnReason::NewFacts, note: note("有新情况") };
    let mut found = vec![
        (RefusalCode::NotEarlier, tried(&mut world, "ts1", Command::Return(back))),
        (RefusalCode::BadEnd, tried(&mut world, "ts1", suspend(today))),
        (RefusalCode::NotSuspended, tried(&mut world, "ts1", Command::Resume)),
        (RefusalCode::WaitingState, tried(&mut world, "ts1", Command::StopWaiting)),
        (RefusalCode::WaitingState, {
            tried(&mut world, "ts1", Command::StartWaiting { waiting: Waiting::Suspended })
        }),
    ];
    world.act("ts1", suspend(today.tomorrow().unwrap()));
    let form = visit(today, Met::Person, Finding::AtRisk);
    found.push((RefusalCode::IsSuspended, tried(&mut world, "vw1", Command::RecordVisit(form))));
    let (context, keep) = (world.context("t-merge"), &world.case);
    let merged = plan_merge(keep, keep, keep.version, &note("重复"), &officer("ca1"), &context);
    found.push((RefusalCode::IsSuspended, merged.map(|_| ()).map_err(|refusal| refusal.code)));
    let world = World::new().until_screened();
    let (context, keep) = (world.context("t-merge"), &world.case);
    let merged = plan_merge(keep, keep, keep.version, &note("重复"), &officer("ca1"), &context);
    found.push((RefusalCode::CannotMerge, merged.map(|_| ()).map_err(|refusal| refusal.code)));
    let new = (CaseId::new("case-2").unwrap(), HouseholdId(43), region(TOWN));
    let split = plan_split(keep, &[AlertId::new("alert-1").unwrap()], new, &officer("ca1"), &context);
    found.push((RefusalCode::CannotMerge, split.map(|_| ()).map_err(|refusal| refusal.code)));
    found
}

fn urgent() -> Vec<(RefusalCode, Given)> {
    let ask = |yuan| {
        let amount_fen = Fen::yuan(yuan);
        let programme = Programme::CharityRelief;
        Command::AskAdvance(AdvanceAsked { programme, amount_fen, why: note("次日手术") })
    };
    let answer = || Command::AnswerAdvance { approved: true };
    let mut world = World::new().until_dispatched();
    let mut found = vec![
        (RefusalCode::AdvanceTooHigh, tried(&mut world, "vw1", ask(10_001))),
        (RefusalCode::AdvanceTooHigh, tried(&mut world, "vw1", ask(0))),
        (RefusalCode::NoAdvance, tried(&mut world, "ts1", answer())),
        (RefusalCode::AdvanceTooHigh, {
            let mut world = World { settings: crate::timers::Settings::defaults(), ..world.clone() };
            tried(&mut world, "vw1", ask(1))
        }),
    ];
    world.act("vw1", ask(2_000));
    found.push((RefusalCode::AdvanceOpen, tried(&mut world, "vw1", ask(2_000))));
    let mut late = world.clone();
    late.pass_days(2);
    found.push((RefusalCode::AdvanceLapsed, tried(&mut late, "ts1", answer())));
    world.act("ts1", answer());
    found.push((RefusalCode::OfficeTwice, tried(&mut world, "ts2", answer())));
    world.act("ca1", answer());
    assert!(world.case.open_advance().is_some_and(Advance::is_granted));
    found.push((RefusalCode::DocumentMissing, tried(&mut world, "vw1", Command::PaperAdvance)));
    found
}

fn complaints() -> Vec<(RefusalCode, Given)> {
    let answer = |verdict, back_to| Answer { verdict, back_to, note: note("已复核") };
    let appeal =
        || Command::RaiseAppeal(Complaint { document: Some(paper(DocumentKind::AppealLetter)), note: note("不服") });
    let mut early = World::new().until_certified();
    let mut world = World::new().until_determined();
    let mut found = vec![
        (RefusalCode::AppealTooLate, tried(&mut early, "vw1", appeal())),
        (RefusalCode::NoComplaint, tried(&mut world, "ca2", Command::AnswerAppeal(answer(Verdict::Rejected, None)))),
    ];
    let mut late = world.clone();
    late.pass_days(61);
    found.push((RefusalCode::AppealTooLate, tried(&mut late, "vw1", appeal())));
    world.act("vw1", appeal());
    let rejected = || Command::AnswerAppeal(answer(Verdict::Rejected, None));
    found.push((RefusalCode::WasInvolved, tried(&mut world, "hsa2", rejected())));
    let nowhere = Command::AnswerAppeal(answer(Verdict::Upheld, None));
    found.push((RefusalCode::WrongBackTo, tried(&mut world, "ca2", nowhere)));
    world.act("ca2", rejected());
    found
}

#[test]
fn every_refusal_is_provoked() {
    let galleries =
        [general, on_the_way_to_the_village, application, determination, money, endings, sideways, urgent, complaints];
    let mut seen = BTreeSet::new();
    for (code, given) in galleries.into_iter().flat_map(|gallery| gallery()) {
        assert_eq!(given, Err(code), "{}", Refusal::from(code));
        seen.insert(code);
    }
    let unseen: Vec<_> = RefusalCode::ALL.iter().filter(|code| !seen.contains(code)).collect();
    assert!(unseen.is_empty(), "refusals that nothing provokes: {unseen:?}");
}
