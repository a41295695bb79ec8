//! The whole road, and the ways beside it, as an officer would walk them.

use shukun_base::Fen;

use super::world::*;
use crate::case::*;
use crate::outcome::OutcomeCode;
use crate::request::RequestStatus;
use crate::visit::Finding;

fn bytes(case: &Case) -> Vec<u8> {
    serde_json::to_vec(case).unwrap()
}

#[test]
fn from_alert_to_close_out() {
    let world = World::new().until_closed();
    let case = &world.case;
    assert_eq!(case.status, Status::Closed);
    assert_eq!(case.closed.as_ref().map(|closed| closed.outcome.code), Some(OutcomeCode::AidedCharity));
    let requests: Vec<(&str, RequestStatus, Fen)> =
        case.requests.iter().map(|request| (request.id.as_str(), request.status, request.paid_fen)).collect();
    let expected =
        [("r-charity", RequestStatus::Paid, Fen::yuan(3_000)), ("r-medical", RequestStatus::Refused, Fen::ZERO)];
    assert_eq!(requests, expected);
    assert!(!case.has_open_child());
    let steps: Vec<Step> = case.spans.iter().map(|span| span.step).collect();
    use Step::*;
    let walked = [
        Screening,
        DispatchToTownship,
        DispatchToVillage,
        Verification,
        Invitation,
        Certification,
        Determination,
        Resolution,
        Settlement,
        FollowUp,
        CloseOut,
    ];
    assert_eq!(steps, walked);
    assert!(case.spans.iter().all(|span| span.to.is_some()));
}

#[test]
fn a_record_read_again_is_the_same_to_the_byte() {
    let world = World::new().until_closed();
    let stored: Vec<String> = world.actions.iter().map(|action| serde_json::to_string(action).unwrap()).collect();
    let read: Vec<Action> = stored.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(read, world.actions);
    assert_eq!(bytes(&Case::replay(&read).unwrap()), bytes(&world.case));
}

#[test]
fn no_risk_ends_early() {
    let mut world = World::new().until_verified(Finding::NoRisk);
    let outcome = crate::outcome::Outcome::plain(OutcomeCode::BurdenBelowLine);
    world.act("ca1", Command::AcceptNoRisk { outcome, why: note("收入稳定") });
    assert_eq!(world.case.status, Status::Closed);
}

#[test]
fn a_sample_that_is_overturned_opens_the_case_again() {
    let mut world = World::new();
    let dismiss = Command::Dismiss { reason: DismissalReason::BurdenBelowLine, why: note("已二次报销") };
    world.act("ca1", dismiss);
    assert_eq!((world.case.status, world.case.sample.clone()), (Status::Closed, Some(Sample::Waiting)));
    let review = |upheld| Command::ReviewSample { upheld, note: note("已抽查") };
    assert_eq!(world.plan(&officer("ca1"), &review(true)), Err(RefusalCode::SamePerson));
    world.act("ca2", review(false));
    assert_eq!((world.case.status, world.case.round), (Status::Detected, 2));
    assert_eq!(world.case.sample, Some(Sample::Overturned(Some(id("ca2")))));
}

#[test]
fn what_the_bank_sends_back_is_paid_again_once() {
    let mut world = World::new().until_settled();
    let cashier = officer("cf1");
    let returned = |world: &World, yuan| Command::RecordReturn(world.returned(Fen::yuan(yuan)));
    assert_eq!(world.plan(&cashier, &returned(&world, 3_001)), Err(RefusalCode::AmountTooHigh));
    assert_eq!(world.plan(&officer("jm1"), &returned(&world, 3_000)), Err(RefusalCode::NotPermitted));
    world.try_act(&cashier, &returned(&world, 3_000)).unwrap();
    let request = world.case.requests.first().unwrap();
    assert_eq!((world.case.status, request.status), (Status::Resolved, RequestStatus::Approved));
    assert_eq!((request.paid_fen, request.unpaid_fen()), (Fen::ZERO, Fen::yuan(3_000)));
    assert!(world.case.flags().contains(&Flag::PaymentFailed) && world.case.has_open_child());
    assert_eq!(world.plan(&cashier, &returned(&world, 3_000)), Err(RefusalCode::RequestStatus));
    let payment = Command::RecordPayment(world.payment(Fen::yuan(3_000)));
    world.try_act(&cashier, &payment).unwrap();
    assert_eq!(world.plan(&cashier, &payment), Err(RefusalCode::RequestStatus));
    assert_eq!(world.case.status, Status::Settled);
    assert!(!world.case.flags().contains(&Flag::PaymentFailed));
}

#[test]
fn a_village_worker_records_what_was_handed_over_and_no_other_payment() {
    let mut world = World::new().until_resolved();
    let worker = officer("vw1");
    let record = world.payment(Fen::yuan(3_000));
    assert_eq!(world.plan(&worker, &Command::RecordPayment(record.clone())), Err(RefusalCode::NotPermitted));
    let sent = serde_json::to_string(&Command::RecordDelivery(record.clone())).unwrap();
    assert!(serde_json::from_str::<Command>(&sent).is_err(), "nobody sends it");
    world.try_act(&worker, &Command::RecordDelivery(record)).unwrap();
    assert_eq!(world.case.status, Status::Settled);
}

#[test]
fn a_closed_case_opens_again_for_money_that_comes_back_years_later() {
    let mut world = World::new().until_closed();
    world.pass_days(800);
    let reopening = Reopening { at: Status::Applying, reason: ReturnReason::NewFacts, note: note("有新费用") };
    assert_eq!(world.plan(&officer("ca1"), &Command::Reopen(reopening)), Err(RefusalCode::TooLateToReopen));
    let returned = Command::RecordReturn(world.returned(Fen::yuan(3_000)));
    world.try_act(&officer("cf1"), &returned).unwrap();
    assert_eq!((world.case.status, world.case.round), (Status::Resolved, 2));
    assert!(world.case.assignee.is_none() && world.case.follow_up.is_none());
    world.act("cf1", Command::RecordPayment(world.payment(Fen::yuan(3_000))));
    world.act("vw1", follow_up(world.today())).act("ts1", propose(OutcomeCode::AidedCharity));
    world.act("ca1", Command::ConfirmClosing { agreed: true, note: note("材料齐全") });
    assert_eq!(world.case.status, Status::Closed);
}

#[test]
fn a_new_round_is_not_moved_by_money_of_the_last_one() {
    let mut world = World::new().until_closed();
    let reopening = Reopening { at: Status::Detected, reason: ReturnReason::NewFacts, note: note("有新费用") };
    world.act("ca1", Command::Reopen(reopening));
    let returned = Command::RecordReturn(world.returned(Fen::yuan(3_000)));
    world.try_act(&officer("cf1"), &returned).unwrap();
    assert_eq!((world.case.status, world.case.round), (Status::Detected, 2));
    let dismiss = Command::Dismiss { reason: DismissalReason::BurdenBelowLine, why: note("已二次报销") };
    assert_eq!(world.try_act(&officer("ca1"), &Command::Assign { to: id("ca1") }), Ok(()));
    assert_eq!(world.plan(&officer("ca1"), &dismiss), Err(RefusalCode::ChildOpen));
    world.try_act(&officer("cf1"), &Command::RecordPayment(world.payment(Fen::yuan(3_000)))).unwrap();
    assert_eq!((world.case.status, world.case.requests[0].status), (Status::Detected, RequestStatus::Paid));
}

#[test]
fn more_is_topped_up_and_less_is_recovered() {
    let mut world = World::new().until_settled();
    world.act("hsa1", Command::AskRecalculation { cause: RecalculationCause::LateClaims });
    world.act("hsa1", superseding(2, Fen::yuan(4_000))).act("hsa2", check(2));
    assert_eq!(world.case.status, Status::Determined);
    let top_up = world.case.requests.last().unwrap().clone();
    assert_eq!(top_up.tops_up, Some(request_id("r-charity")));
    assert_eq!((top_up.amount_fen, top_up.status), (Fen::yuan(1_000), RequestStatus::Determined));
    let approval = ApprovalRecord { request: top_up.id.clone(), ..world.approval(true) };
    world.act("jm1", Command::RecordApproval(approval));
    let payment = PaymentRecord { request: top_up.id, ..world.payment(Fen::yuan(1_000)) };
    world.act("cf1", Command::RecordPayment(payment));
    world.act("hsa1", Command::AskRecalculation { cause: RecalculationCause::Reversal });
    world.act("hsa1", superseding(3, Fen::yuan(3_500))).act("hsa2", check(3));
    let to_recover: Fen = world.case.requests.iter().map(|request| request.to_recover_fen).sum();
    assert_eq!((world.case.status, to_recover), (Status::Settled, Fen::yuan(500)));
    assert!(world.case.has_open_child(), "money is to come back");
}

fn superseding(version: u32, amount: Fen) -> Command {
    let mut next = sheet(version, amount);
    next.supersedes = Some(version - 1);
    Command::DraftDetermination(Box::new(next))
}

#[test]
fn an_advance_is_set_off_against_what_is_determined() {
    let mut world = World::new().until_dispatched();
    let programme = crate::authority::Programme::CharityRelief;
    world.act(
        "vw1",
        Command::AskAdvance(AdvanceAsked { programme, amount_fen: Fen::yuan(1_000), why: note("次日手术") }),
    );
    assert!(world.case.flags().contains(&Flag::Urgent));
    world.act("ts1", Command::AnswerAdvance { approved: true }).act("ca1", Command::AnswerAdvance { approved: true });
    let mut world = world.walk_on_to_certified();
    world.try_act(&officer("hsa1"), &Command::Assign { to: id("hsa1") }).unwrap();
    assert_eq!(world.plan(&officer("hsa1"), &draft(1, Fen::yuan(3_000))), Err(RefusalCode::AdvanceNotNetted));
    let netted = crate::determination::tests::giving(1, programme, Fen::yuan(3_000), Fen::yuan(1_000));
    world.act("hsa1", Command::DraftDetermination(Box::new(netted))).act("hsa2", check(1));
    assert_eq!(world.case.requests.first().map(|request| request.amount_fen), Some(Fen::yuan(2_000)));
    assert!(!world.case.flags().contains(&Flag::Urgent));
}

#[test]
fn a_wrong_address_goes_out_again() {
    let mut world = World::new().until_dispatched();
    world.act(
        "vw1",
        Command::RecordVisit(crate::visit::Visit {
            finding: Finding::WrongAddress,
            ..visit(world.today(), crate::visit::Met::Neighbour, Finding::WrongAddress)
        }),
    );
    world.act("ts1", confirm(Finding::WrongAddress));
    let case = &world.case;
    assert_eq!((case.status, case.returns, case.visits.len()), (Status::Screened, 1, 0));
    assert!(case.flags().contains(&Flag::Returned));
    world.act("ca1", world.dispatch());
    assert!(!world.case.flags().contains(&Flag::Returned));
}

#[test]
fn a_deliberate_pause_is_ended_only_by_resuming() {
    let mut world = World::new().until_screened();
    let until = world.today().tomorrow().unwrap();
    world.act("ca1", Command::Suspend(Suspension { until, why: note("外出治疗") }));
    world.pass_days(30);
    world.try_act(&program(), &Command::LinkAlert(detection("alert-2", crate::alert::Colour::Red))).unwrap();
    assert!(world.case.suspended.is_some(), "neither its last day nor another alert ends it");
    assert_eq!(world.plan(&officer("ca1"), &world.dispatch()), Err(RefusalCode::IsSuspended));
    world.act("ca1", Command::Resume);
    world.act("ca1", world.dispatch());
}

#[test]
fn papers_that_lack_make_a_draft_and_hold_the_determination() {
    let mut world = World::new().until_verified(Finding::AtRisk);
    let Command::EnterApplication { requests, documents, .. } = enter_application() else { panic!() };
    world.act("vw1", Command::EnterApplication { requests, documents, claims_complete: false });
    assert!(world.case.flags().contains(&Flag::EvidenceMissing));
    use crate::ids::DocumentKind::*;
    assert_eq!(world.case.missing_documents(), [Invoice, ItemList, DischargeSummary]);
    for kind in [Invoice, ItemList, DischargeSummary] {
        assert!(world.case.requests.iter().all(|request| request.status == RequestStatus::Draft));
        world.act("vw1", Command::AddDocument(paper(kind)));
    }
    assert!(world.case.requests.iter().all(|request| request.status == RequestStatus::Submitted));
    assert!(!world.case.flags().contains(&Flag::EvidenceMissing));
}

#[test]
fn an_appeal_opens_a_closed_case_and_its_success_is_determined_anew() {
    let mut world = World::new().until_closed();
    let letter =
        Complaint { document: Some(paper(crate::ids::DocumentKind::AppealLetter)), note: note("少算一次住院") };
    world.act("vw1", Command::RaiseAppeal(letter));
    assert_eq!((world.case.status, world.case.round), (Status::Settled, 2));
    assert!(world.case.flags().contains(&Flag::AppealOpen));
    let back_to = Some(Status::Applying);
    let answer = Answer { verdict: Verdict::Upheld, back_to, note: note("应当计入") };
    world.act("ca2", Command::AnswerAppeal(answer));
    assert_eq!(world.case.recalculation, Some(RecalculationCause::AppealUpheld));
}

#[test]
fn duplicates_are_merged_and_split_again() {
    let mut keep = World::new().until_screened();
    let mut other = World::new().until_screened();
    for world in [&mut keep, &mut other] {
        world.try_act(&officer("ca1"), &Command::Assign { to: id("ca1") }).unwrap();
    }
    other.case.id = crate::ids::CaseId::new("case-2").unwrap();
    let context = keep.context("t-merge");
    // Another household's case of somebody else is no duplicate, until somebody marks it as one.
    let mut unrelated = World::new().until_screened();
    unrelated.try_act(&officer("ca1"), &Command::Assign { to: id("ca1") }).unwrap();
    unrelated.case.id = crate::ids::CaseId::new("case-9").unwrap();
    unrelated.case.household = shukun_base::HouseholdId(99);
    unrelated.case.detections.iter_mut().for_each(|detection| detection.person = shukun_base::PersonId(99));
    let merge = |other: &Case| plan_merge(&keep.case, other, other.version, &note("同一人"), &officer("ca1"), &context);
    assert_eq!(merge(&unrelated.case).unwrap_err().code, RefusalCode::CannotMerge);
    let mut same_person = unrelated.case.clone();
    same_person.detections = keep.case.detections.clone();
    assert!(merge(&same_person).is_ok(), "one person in both");
    unrelated.case.marks.insert(Flag::PotentialDuplicate);
    assert!(merge(&unrelated.case).is_ok(), "marked by somebody");
    let (kept, ended) =
        plan_merge(&keep.case, &other.case, other.case.version, &note("同一户"), &officer("ca1"), &context).unwrap();
    for (world, actions) in [(&mut keep, kept), (&mut other, ended)] {
        actions.iter().for_each(|action| world.case.apply(action).unwrap());
    }
    assert_eq!(other.case.status, Status::Closed);
    assert_eq!(other.case.merged_into, Some(keep.case.id.clone()));
    assert_eq!(keep.case.detections.len(), 2);
    let again = plan_merge(&keep.case, &other.case, 1, &note("同一户"), &officer("ca1"), &keep.context("t-merge"));
    assert_eq!(again, Ok((Vec::new(), Vec::new())), "the same act twice is one");
    let third = detection("alert-3", crate::alert::Colour::Red);
    keep.try_act(&program(), &Command::LinkAlert(third.clone())).unwrap();
    let new = (crate::ids::CaseId::new("case-3").unwrap(), shukun_base::HouseholdId(43), region(TOWN));
    let (left, opened) =
        plan_split(&keep.case, &[third.alert], new, &officer("ca1"), &keep.context("t-split")).unwrap();
    left.iter().for_each(|action| keep.case.apply(action).unwrap());
    let split = Case::replay(&opened).unwrap();
    assert_eq!((keep.case.detections.len(), split.detections.len(), split.household.0), (2, 1, 43));
    assert_eq!(split.colour(), Some(crate::alert::Colour::Red));
}

#[test]
fn a_household_found_by_hand_is_a_case() {
    let world = World::new();
    let discovery =
        Discovery::Hand { person: shukun_base::PersonId(9), channel: Channel::Grid, note: note("重病未报销") };
    let opening = Opening { case: world.case.id.clone(), household: HOUSEHOLD, region: region(VILLAGE), discovery };
    let context = context(&world.settings, &world.calendar, world.now, "t-hand", 0);
    let plan = |actor: &Actor| plan_open(actor, &opening, &context).map_err(|refusal| refusal.code);
    let case = Case::replay(&plan(&officer("vw1")).unwrap()).unwrap();
    assert_eq!((case.status, case.colour(), case.assignee), (Status::Detected, None, None));
    assert_eq!(plan(&officer("au1")), Err(RefusalCode::NotPermitted));
    assert_eq!(plan(&program()), Err(RefusalCode::NotPermitted));
    let elsewhere = granted("vw7", crate::authority::Role::Village, "330381001003");
    assert_eq!(plan(&elsewhere), Err(RefusalCode::NotPermitted));
}

#[test]
fn a_move_inside_the_county_is_dispatched_anew_and_one_beyond_it_may_end_the_case() {
    let mut world = World::new().until_verified(Finding::AtRisk);
    let to = Some(region("330381002"));
    world.act("ca1", Command::Transfer(Transfer { to, note: note("迁往他镇") }));
    assert_eq!((world.case.status, world.case.region.as_str()), (Status::Screened, "330381002"));
    assert!(world.case.flags().contains(&Flag::Moved));
    let mut world = World::new().until_verified(Finding::AtRisk);
    world.act("ca1", Command::Transfer(Transfer { to: None, note: note("迁出本市") }));
    world.act("ts1", propose(OutcomeCode::Moved));
    world.act("ca1", Command::ConfirmClosing { agreed: true, note: note("属实") });
    assert_eq!(world.case.status, Status::Closed);
}

#[test]
fn a_broken_record_is_not_a_case() {
    let world = World::new().until_screened();
    let all = || world.actions.clone();
    assert_eq!(Case::replay(&[]), Err(FoldFault::NotOpened));
    assert_eq!(Case::replay(&all()[1..]), Err(FoldFault::NotOpened));
    let mut gap = all();
    gap.remove(1);
    assert_eq!(Case::replay(&gap), Err(FoldFault::Sequence(2, 3)));
    let mut other = all();
    other[1].case = crate::ids::CaseId::new("case-9").unwrap();
    assert_eq!(Case::replay(&other), Err(FoldFault::OtherCase(other[1].case.clone())));
    let mut unknown = all();
    unknown[2].content = Content::RequestAccepted { request: request_id("none") };
    assert_eq!(Case::replay(&unknown), Err(FoldFault::Unknown(3)));
    let newer = serde_json::to_string(&all()[0]).unwrap().replace("\"v\":1", "\"v\":2");
    assert!(serde_json::from_str::<Action>(&newer).unwrap_err().to_string().contains("form 2"));
}

#[test]
fn what_was_set_aside_does_not_count_later() {
    let mut world = World::new().until_verified(Finding::AtRisk);
    let back = Return { to: Status::Screened, reason: ReturnReason::DoubtfulFigures, note: note("数字存疑") };
    world.act("ca1", Command::Return(back));
    assert_eq!((world.case.verification.clone(), world.case.dispatch.clone()), (None, None));
    world.act("ca1", Command::Dismiss { reason: DismissalReason::NonLocal, why: note("户籍在外县") });
    let reopen = |at| Command::Reopen(Reopening { at, reason: ReturnReason::NewFacts, note: note("户籍更正") });
    for at in [Status::Verified, Status::Dispatched, Status::Applying] {
        assert_eq!(world.plan(&officer("ca1"), &reopen(at)), Err(RefusalCode::NotReached), "{at}");
    }
    world.act("ca1", reopen(Status::Screened));
    assert_eq!((world.case.status, world.case.round), (Status::Screened, 2));
}

#[test]
fn an_advance_that_was_refused_is_not_set_off() {
    let mut world = World::new().until_dispatched();
    let programme = crate::authority::Programme::CharityRelief;
    let asked = AdvanceAsked { programme, amount_fen: Fen::yuan(1_000), why: note("次日手术") };
    world.act("vw1", Command::AskAdvance(asked)).act("ts1", Command::AnswerAdvance { approved: false });
    let mut world = world.walk_on_to_certified();
    world.act("hsa1", draft(1, Fen::yuan(3_000))).act("hsa2", check(1));
    assert_eq!(world.case.advances.first().and_then(|advance| advance.netted_in), None);
    assert_eq!(world.case.requests.first().map(|request| request.amount_fen), Some(Fen::yuan(3_000)));
}
