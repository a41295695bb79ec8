//! Random commands by random people: whatever they try, the record stays whole. Half of the tries are what a diligent
//! officer would do next, so that cases come far; the other half is anything by anybody.

use jiff::ToSpan as _;
use proptest::prelude::*;
use shukun_base::{Fen, PersonId};

use super::oracle;
use super::world::*;
use crate::alert::Colour;
use crate::authority::Programme;
use crate::case::*;
use crate::determination::tests::giving;
use crate::ids::*;
use crate::outcome::{Outcome, OutcomeCode};
use crate::request::RequestStatus;
use crate::visit::*;

const PEOPLE: [&str; 16] =
    ["hsa1", "hsa2", "hsa3", "ca1", "ca2", "ca3", "ts1", "ts2", "vw1", "vw2", "rc1", "jm1", "cf1", "cf2", "fn1", "au1"];

/// Somebody with every business role, as no real account may have: only four eyes hold them back.
const EVERYTHING: &str = "everything";

fn with_everything() -> Actor {
    use crate::authority::{Grant, Role, RoleKind};
    let business = Role::ALL.iter().filter(|role| role.kind() == RoleKind::Business);
    let grant = |role: &Role| Grant { role: *role, region: region("33"), programme: None, expires_on: None };
    Actor::Person { id: id(EVERYTHING), grants: business.map(grant).collect(), own_households: Default::default() }
}

/// One try: what, by whom, with which particulars, after how many hours.
#[derive(Clone, Debug)]
struct Try {
    diligent: bool,
    who: usize,
    what: usize,
    with: usize,
    hours: i64,
}

fn hours() -> impl Strategy<Value = i64> {
    prop_oneof![4 => Just(0), 3 => 1_i64..4, 1 => 4_i64..120]
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (any::<bool>(), prop_oneof![1 => Just(0), 2 => 0_usize..PEOPLE.len()], 0_usize..64, 0_usize..64, hours())
        .prop_map(|(diligent, who, what, with, hours)| Try { diligent, who, what, with, hours });
    proptest::collection::vec(one, 1..90)
}

/// What a diligent office would do next, and who.
fn next_step(world: &World, with: usize) -> (&'static str, Command) {
    let case = &world.case;
    let second = with % 2 == 1;
    if case.suspended.is_some() {
        return ("ca1", Command::Resume);
    }
    if case.open_objection().is_some() || case.open_appeal().is_some() {
        let answer = Answer { verdict: Verdict::Rejected, back_to: None, note: note("已复核") };
        let objection = case.open_objection().is_some();
        return ("ca3", if objection { Command::AnswerObjection(answer) } else { Command::AnswerAppeal(answer) });
    }
    if let Some(advance) = case.open_advance().filter(|_| case.status > Status::Screened) {
        return in_advance(world, advance, second);
    }
    match case.status {
        Status::Detected => ("ca1", Command::Screen(Screening { result: ScreeningResult::Suspected, note: None })),
        Status::Screened => ("ca1", world.dispatch()),
        Status::Dispatched if case.forwarding.is_none() => ("ts1", forward()),
        Status::Dispatched if case.visits.is_empty() => {
            let finding = if with.is_multiple_of(8) { Finding::NoRisk } else { Finding::AtRisk };
            ("vw1", Command::RecordVisit(visit(world.today(), Met::Person, finding)))
        }
        Status::Dispatched => (if second { "ts1" } else { "ts2" }, confirm(case.visits.last().unwrap().visit.finding)),
        Status::Verified => after_verification(case),
        Status::Applying => in_application(world, with),
        Status::Determined if case.recalculation.is_some() || case.draft().is_some() => determine(world, with),
        Status::Determined => match request_in(case, RequestStatus::Determined) {
            Some(request) => approve(world, request),
            None => ("ts1", propose(OutcomeCode::BurdenBelowLine)),
        },
        Status::Resolved => match case.requests.iter().find(|request| request.unpaid_fen() > Fen::ZERO) {
            Some(request) => {
                let record = PaymentRecord { request: request.id.clone(), ..world.payment(request.unpaid_fen()) };
                ("cf1", Command::RecordPayment(record))
            }
            None => ("ts1", propose(OutcomeCode::BurdenBelowLine)),
        },
        Status::Settled => in_settlement(world, with),
        Status::Closed if case.sample == Some(Sample::Waiting) => {
            ("hsa3", Command::ReviewSample { upheld: second, note: note("已抽查") })
        }
        Status::Closed if with.is_multiple_of(3) && request_in(case, RequestStatus::Paid).is_some() => {
            let paid = request_in(case, RequestStatus::Paid).unwrap();
            let record = ReturnRecord { request: paid.id.clone(), ..world.returned(paid.paid_fen) };
            ("cf1", Command::RecordReturn(record))
        }
        Status::Closed => {
            let reason = ReturnReason::NewFacts;
            ("ca1", Command::Reopen(Reopening { at: Status::Detected, reason, note: note("又有新费用") }))
        }
    }
}

/// The advance is answered by both offices, its papers come with the application.
fn in_advance(world: &World, advance: &Advance, second: bool) -> (&'static str, Command) {
    let case = &world.case;
    let in_time = world.now <= advance.asked_at.checked_add(24.hours()).unwrap();
    let answer = Command::AnswerAdvance { approved: in_time };
    let needed = [DocumentKind::Application, DocumentKind::Identity, DocumentKind::BankCard];
    let missing = needed.into_iter().find(|kind| !case.documents.iter().any(|document| document.kind == *kind));
    match missing {
        _ if !advance.is_granted() && second => ("ts2", answer),
        _ if !advance.is_granted() => ("ca3", answer),
        Some(kind) => ("vw1", Command::AddDocument(paper(kind))),
        None if advance.papered_at.is_none() => ("vw1", Command::PaperAdvance),
        None if case.status == Status::Applying => ("hsa1", Command::DraftDetermination(Box::new(next_sheet(case, 0)))),
        None => (
            "ts1",
            Command::ProposeClosing(Closing {
                outcome: Outcome::plain(OutcomeCode::AidedCharity),
                why: note("救助到位"),
                by: None,
            }),
        ),
    }
}

fn after_verification(case: &Case) -> (&'static str, Command) {
    match case.verification.as_ref().unwrap().0.finding {
        Finding::AtRisk => {
            let Command::EnterApplication { mut requests, documents, claims_complete } = enter_application() else {
                panic!()
            };
            let round = case.round;
            for request in &mut requests {
                request.id = request_id(&format!("{}-{round}-{}", request.id, case.version));
            }
            ("vw1", Command::EnterApplication { requests, documents, claims_complete })
        }
        Finding::Unreachable => {
            ("ca2", Command::AcceptNoRisk { outcome: Outcome::plain(OutcomeCode::Unreachable), why: note("联系不上") })
        }
        _ => (
            "ca2",
            Command::AcceptNoRisk { outcome: Outcome::plain(OutcomeCode::BurdenBelowLine), why: note("无风险") },
        ),
    }
}

fn request_in(case: &Case, status: RequestStatus) -> Option<&crate::request::AidRequest> {
    case.requests.iter().find(|request| request.status == status)
}

fn in_application(world: &World, with: usize) -> (&'static str, Command) {
    let case = &world.case;
    if let Some(kind) = case.missing_documents().first() {
        return ("vw1", Command::AddDocument(paper(*kind)));
    }
    if let Some(request) = request_in(case, RequestStatus::Submitted) {
        return ("rc1", Command::AcceptRequest { request: request.id.clone() });
    }
    if let Some(request) = request_in(case, RequestStatus::Returned) {
        return ("vw1", Command::ResubmitRequest { request: request.id.clone() });
    }
    if case.certification.is_none() {
        let held = Certification::Held { category: Category::Dibao, valid_from: world.today(), valid_to: None };
        return ("ca1", Command::Certify(held));
    }
    determine(world, with)
}

fn determine(world: &World, with: usize) -> (&'static str, Command) {
    let case = &world.case;
    if let Some(draft) = case.draft() {
        let agreed = !case.is_draft_outdated;
        let version = draft.sheet.version;
        return ("hsa2", Command::CheckDetermination(Check { version, agreed, note: None, by: None, at: None }));
    }
    ("hsa1", Command::DraftDetermination(Box::new(next_sheet(case, with))))
}

/// A sound sheet: now more, now less, with the advance set off.
fn next_sheet(case: &Case, with: usize) -> crate::determination::Determination {
    let version = u32::try_from(case.determinations.len()).unwrap() + 1;
    let amount = Fen::yuan([3_000, 0, 5_000, 1_200][with % 4]);
    let granted = case.advances.iter().filter(|advance| advance.is_granted());
    let advance: Fen = granted.map(|advance| advance.asked.amount_fen).sum();
    let mut sheet = giving(version, Programme::CharityRelief, amount, advance);
    sheet.supersedes = case.live_determination().map(|live| live.version);
    sheet
}

fn approve(world: &World, request: &crate::request::AidRequest) -> (&'static str, Command) {
    ("jm1", Command::RecordApproval(ApprovalRecord { request: request.id.clone(), ..world.approval(true) }))
}

fn in_settlement(world: &World, with: usize) -> (&'static str, Command) {
    let case = &world.case;
    if case.recalculation.is_some() || case.draft().is_some() {
        return determine(world, with);
    }
    if let Some(request) = request_in(case, RequestStatus::Recovering) {
        let amount_fen = request.to_recover_fen - request.recovered_fen;
        let document = paper(DocumentKind::PaymentProof);
        let record = RecoveryRecord { request: request.id.clone(), amount_fen, document };
        return ("cf2", Command::RecordRecovery(record));
    }
    if with.is_multiple_of(16)
        && let Some(request) = request_in(case, RequestStatus::Paid)
    {
        let record = ReturnRecord { request: request.id.clone(), ..world.returned(request.paid_fen) };
        return ("cf1", Command::RecordReturn(record));
    }
    if case.follow_up.is_none() {
        return ("vw1", follow_up(world.today()));
    }
    match case.closing {
        None => ("ts1", propose(OutcomeCode::AidedCharity)),
        Some(_) => ("ca1", Command::ConfirmClosing { agreed: true, note: note("同意") }),
    }
}

/// Anything at all, with particulars that are sometimes right.
fn anything(world: &World, what: usize, with: usize) -> Command {
    let case = &world.case;
    let some_request = case.requests.get(with % case.requests.len().max(1)).map(|request| request.id.clone());
    let request = some_request.unwrap_or_else(|| request_id("none"));
    let status = Status::ALL[with % Status::ALL.len()];
    let kind = DocumentKind::ALL[with % DocumentKind::ALL.len()];
    let words = || note("随手写的");
    let outcome = Outcome::plain(OutcomeCode::ALL[with % OutcomeCode::ALL.len()]);
    let amount_fen = Fen::yuan([1, 500, 3_000, 9_999][with % 4]);
    let day = |ahead: i32| world.today().checked_add(ahead.days()).unwrap();
    match what % 41 {
        0 => Command::LinkAlert(detection(&format!("alert-{with}"), Colour::ALL[with % 3])),
        1 => Command::Assign { to: id(PEOPLE[with % PEOPLE.len()]) },
        2 => Command::Screen(Screening { result: ScreeningResult::Unclear, note: None }),
        3 => Command::Dismiss { reason: DismissalReason::ALL[with % 5], why: words() },
        4 => Command::ReviewSample { upheld: with.is_multiple_of(2), note: words() },
        5 => world.dispatch(),
        6 => forward(),
        7 => Command::RecordVisit(visit(day(0), Met::ALL[with % 5], Finding::ALL[with % 4])),
        8 => confirm(Finding::ALL[with % 4]),
        9 => Command::AcceptNoRisk { outcome, why: words() },
        10 => enter_application(),
        11 => Command::AddDocument(paper(kind)),
        12 => Command::AcceptRequest { request },
        13 => Command::ReturnRequest { request, note: words() },
        14 => Command::ResubmitRequest { request },
        15 => Command::Decline { document: paper(DocumentKind::Refusal), why: words() },
        16 => Command::Certify(world.certification()),
        17 => Command::DraftDetermination(Box::new(next_sheet(case, with))),
        18 => {
            let version = u32::try_from(case.determinations.len()).unwrap();
            let agreed = with.is_multiple_of(2);
            Command::CheckDetermination(Check { version, agreed, note: None, by: None, at: None })
        }
        19 => Command::RecordApproval(ApprovalRecord { request, ..world.approval(with.is_multiple_of(2)) }),
        20 => Command::RecordPayment(PaymentRecord { request, ..world.payment(amount_fen) }),
        21 => {
            let document = paper(DocumentKind::PaymentProof);
            Command::RecordRecovery(RecoveryRecord { request, amount_fen, document })
        }
        22 => follow_up(day(0)),
        23 => Command::ProposeClosing(Closing { outcome, why: words(), by: None }),
        24 => Command::ConfirmClosing { agreed: !with.is_multiple_of(4), note: words() },
        25 => Command::Return(Return { to: status, reason: ReturnReason::DoubtfulFigures, note: words() }),
        26 => Command::Suspend(Suspension { until: day(i32::try_from(with % 20).unwrap()), why: words() }),
        27 => Command::Resume,
        28 => Command::StartWaiting { waiting: Waiting::ALL[with % 4] },
        29 => Command::StopWaiting,
        30 => Command::Transfer(Transfer { to: (!with.is_multiple_of(4)).then(|| region("330381")), note: words() }),
        31 => {
            let document = paper(DocumentKind::DeathCertificate);
            Command::RecordDeath(Death { person: PersonId(7), on: day(0), document })
        }
        32 => Command::Reopen(Reopening { at: status, reason: ReturnReason::NewFacts, note: words() }),
        33 => Command::AskRecalculation { cause: RecalculationCause::LateClaims },
        34 => Command::AskAdvance(AdvanceAsked { programme: Programme::CharityRelief, amount_fen, why: words() }),
        35 => Command::AnswerAdvance { approved: !with.is_multiple_of(4) },
        36 => Command::RaiseObjection(Complaint { document: None, note: words() }),
        37 => Command::RaiseAppeal(Complaint { document: Some(paper(DocumentKind::AppealLetter)), note: words() }),
        38 => {
            let verdict = Verdict::ALL[with % 4];
            let answer = Answer { verdict, back_to: verdict.reopens().then_some(status), note: words() };
            if case.open_appeal().is_some() { Command::AnswerAppeal(answer) } else { Command::AnswerObjection(answer) }
        }
        39 => Command::RecordReturn(ReturnRecord { request, ..world.returned(amount_fen) }),
        _ => Command::PaperAdvance,
    }
}

/// Does the tries; after each that is accepted the record must hold.
fn walk(tries: &[Try]) -> Result<World, String> {
    let mut world = World::new();
    for one in tries {
        world.now = world.now.checked_add(one.hours.hours()).unwrap();
        let (name, command) = match one.diligent {
            true => next_step(&world, one.with),
            false => (PEOPLE[one.who], anything(&world, one.what, one.with)),
        };
        let (name, actor) = match &command {
            Command::LinkAlert(_) => (name, program()),
            _ if one.who == 0 => (EVERYTHING, with_everything()),
            _ => (name, officer(name)),
        };
        if world.case.assignee.is_none() {
            let _taken = world.try_act(&actor, &Command::Assign { to: id(name) });
        }
        attempt(&mut world, &actor, &command)?;
    }
    Ok(world)
}

fn attempt(world: &mut World, actor: &Actor, command: &Command) -> Result<(), String> {
    let before = world.clone();
    let transaction = format!("t-{}", world.acts + 1);
    let stale = Context { version: world.case.version + 1, ..world.context(&transaction) };
    let refused = plan(&world.case, actor, command, &stale).map_err(|refusal| refusal.code);
    if refused != Err(RefusalCode::StaleVersion) {
        return Err(format!("a stale version was taken: {command:?}"));
    }
    let suspended = world.case.suspended.is_some();
    if world.try_act(actor, command).is_err() {
        return if world.case == before.case { Ok(()) } else { Err("a refusal changed the case".to_owned()) };
    }
    let quiet = matches!(
        command,
        Command::Resume | Command::LinkAlert(_) | Command::AskRecalculation { .. } | Command::Assign { .. }
    );
    if suspended && !quiet {
        return Err(format!("a pause was undone by {command:?}"));
    }
    let again = plan(&world.case, actor, command, &world.context(&transaction));
    if again != Ok(Vec::new()) {
        return Err(format!("the same act twice gave {again:?}"));
    }
    oracle::hold(&world.actions, &world.case).map_err(|fault| format!("after {command:?}: {fault}"))
}

fn check_replay(world: &World) -> Result<(), String> {
    let stored = serde_json::to_string(&world.actions).unwrap();
    let read: Vec<Action> = serde_json::from_str(&stored).unwrap();
    let again = Case::replay(&read).map_err(|fault| fault.to_string())?;
    let same = serde_json::to_vec(&again).unwrap() == serde_json::to_vec(&world.case).unwrap();
    if same { Ok(()) } else { Err("replayed, it is another case".to_owned()) }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_tried_the_record_holds(tries in tries()) {
        let world = walk(&tries).map_err(TestCaseError::fail)?;
        check_replay(&world).map_err(TestCaseError::fail)?;
    }
}

/// Walks that are the same every time, for what has to be seen at least once.
pub(super) fn sample_walks(count: usize) -> Vec<World> {
    let mut chance = 1_u64;
    let mut next = |bound: usize| {
        chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(chance >> 33).unwrap() % bound
    };
    let mut one = || Try {
        diligent: next(4) != 0,
        who: next(PEOPLE.len()),
        what: next(64),
        with: next(64),
        hours: [0, 0, 1, 2, 30][next(5)],
    };
    (0..count).map(|_| walk(&(0..90).map(|_| one()).collect::<Vec<_>>()).unwrap()).collect()
}

/// So that the property is not held by cases that never get anywhere.
#[test]
fn random_walks_come_everywhere() {
    use std::collections::BTreeSet;
    let (mut steps, mut kinds) = (BTreeSet::new(), BTreeSet::new());
    for world in sample_walks(150) {
        steps.extend(world.case.spans.iter().map(|span| span.step));
        for action in &world.actions {
            let value = serde_json::to_value(&action.content).unwrap();
            kinds.insert(value["kind"].as_str().unwrap().to_owned());
        }
    }
    assert_eq!(steps.len(), 12, "every step of the main road: {steps:?}");
    let rare = [
        "closed",
        "reopened",
        "sample_reviewed",
        "recovery_recorded",
        "return_recorded",
        "payment_recorded",
        "advance_papered",
        "appeal_answered",
        "objection_answered",
        "returned",
        "resumed",
        "transferred",
    ];
    let unseen: Vec<&&str> = rare.iter().filter(|kind| !kinds.contains(**kind)).collect();
    assert!(unseen.is_empty(), "never came to {unseen:?}; came to {kinds:?}");
}
