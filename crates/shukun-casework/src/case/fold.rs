//! The case: what its actions add up to. It applies whatever happened and asks no questions; the questions are
//! [`super::plan`]'s.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shukun_base::{Fen, HouseholdId, RegionCode, Text};

use super::action::{Action, Content, Who};
use super::record::*;
use super::status::{Flag, Status};
use super::step::{Pause, Step, StepSpan};
use crate::ids::{ActorId, CaseId, Document, RequestId, TransactionId};
use crate::request::{AidRequest, RequestStatus, spread};

/// Why a list of actions is not a case: it is broken, or not all of it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FoldFault {
    /// There are no actions, or the first does not open a case, or a later one does.
    NotOpened,
    /// An action of another case.
    OtherCase(CaseId),
    /// A gap or a repetition: expected and found.
    Sequence(u32, u32),
    /// It speaks of something that is not there, such as an unknown request: number of the action.
    Unknown(u32),
}

impl FoldFault {
    /// What is wrong and where.
    pub fn text(&self) -> Text {
        match self {
            FoldFault::NotOpened => Text::new(
                "案件记录不是从立案开始的：请从备份核对。",
                "The record does not begin with the opening of a case: compare it with a backup.",
            ),
            FoldFault::OtherCase(case) => Text::new(
                format!("记录里混入了案件{case}：请从备份核对。"),
                format!("An action of case {case} stands in the record: compare it with a backup."),
            ),
            FoldFault::Sequence(expected, found) => Text::new(
                format!("记录第{expected}条处是第{found}条：请从备份核对。"),
                format!("Action {found} stands in the place of action {expected}: compare it with a backup."),
            ),
            FoldFault::Unknown(sequence) => Text::new(
                format!("记录第{sequence}条所指的事项不存在：请从备份核对。"),
                format!("Action {sequence} speaks of something that is not there: compare it with a backup."),
            ),
        }
    }
}

impl std::fmt::Display for FoldFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for FoldFault {}

/// Everything that is known of a case. Made by [`Case::replay`] only; the same actions give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id, the same in every round.
    pub id: CaseId,
    /// How many actions there are; what a writer says it has read.
    pub version: u32,
    /// 1, then one more at each reopening.
    pub round: u16,
    /// Which household.
    pub household: HouseholdId,
    /// Where it lives, as exactly as is known.
    pub region: RegionCode,
    /// How it came to be known.
    pub discovery: Discovery,
    /// The alerts in it.
    pub detections: Vec<Detection>,
    /// How far it has come.
    pub status: Status,
    /// Since when.
    pub status_since: Timestamp,
    /// When the first round began.
    pub opened_at: Timestamp,
    /// When this round began.
    pub round_since: Timestamp,
    /// When the last action happened.
    pub last_at: Timestamp,
    /// Who is to see to it.
    pub assignee: Option<ActorId>,
    /// T1 and who.
    pub screening: Option<Screening>,
    /// T2.
    pub dispatch: Option<Dispatch>,
    /// T2, second half.
    pub forwarding: Option<Forwarding>,
    /// Visits since it was dispatched.
    pub visits: Vec<VisitRecord>,
    /// T3 and who confirmed.
    pub verification: Option<(Conclusion, Option<ActorId>)>,
    /// Whether data of the claims were said to be complete when the application was entered; `None` = no application.
    pub claims_complete: Option<bool>,
    /// Papers on record.
    pub documents: Vec<Document>,
    /// T5.
    pub certification: Option<Certification>,
    /// Requests of all rounds.
    pub requests: Vec<AidRequest>,
    /// Every version of the determination.
    pub determinations: Vec<DeterminationRecord>,
    /// Requests whose last payment failed.
    pub failed_payments: BTreeSet<RequestId>,
    /// T9: the visit after the aid.
    pub follow_up: Option<FollowUp>,
    /// T9: the proposal that waits for an answer.
    pub closing: Option<Closing>,
    /// How the last round ended.
    pub closed: Option<Closed>,
    /// The second look at the last closing, where it was drawn.
    pub sample: Option<Sample>,
    /// How often it went back, in all rounds.
    pub returns: u32,
    /// Whether the last move was back.
    pub was_returned: bool,
    /// The pause that is on.
    pub suspended: Option<Suspension>,
    /// Why the determination is to be made again.
    pub recalculation: Option<RecalculationCause>,
    /// Whether that was asked for after the draft that waits for its check.
    pub is_draft_outdated: bool,
    /// Deaths.
    pub deaths: Vec<Death>,
    /// The move that has not been followed by a dispatch.
    pub moved: Option<Transfer>,
    /// Flags set by hand.
    pub marks: BTreeSet<Flag>,
    /// Urgent advances.
    pub advances: Vec<Advance>,
    /// Objections.
    pub objections: Vec<ComplaintRecord>,
    /// Appeals.
    pub appeals: Vec<ComplaintRecord>,
    /// Supervision orders.
    pub supervisions: Vec<Supervision>,
    /// The case it was merged into.
    pub merged_into: Option<CaseId>,
    /// Cases merged into it.
    pub absorbed: Vec<CaseId>,
    /// Stays in each step, in order.
    pub spans: Vec<StepSpan>,
    /// Steps whose clock was extended, with their round.
    pub extensions: BTreeSet<(u16, Step)>,
    /// Pauses of the clock, in order.
    pub pauses: Vec<Pause>,
    /// Everybody who had a hand in it, assigning and recording complaints apart.
    pub involved: BTreeSet<ActorId>,
    /// Acts on record and who did them.
    pub transactions: BTreeMap<TransactionId, Option<ActorId>>,
}

impl Case {
    /// Adds up a whole record.
    pub fn replay<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Result<Case, FoldFault> {
        let mut actions = actions.into_iter();
        let mut case = Case::open(actions.next().ok_or(FoldFault::NotOpened)?)?;
        for action in actions {
            case.apply(action)?;
        }
        Ok(case)
    }

    fn open(action: &Action) -> Result<Case, FoldFault> {
        let Content::Opened { household, region, discovery } = &action.content else {
            return Err(FoldFault::NotOpened);
        };
        if action.sequence != 1 {
            return Err(FoldFault::Sequence(1, action.sequence));
        }
        let mut case = Case {
            id: action.case.clone(),
            version: 1,
            round: 1,
            household: *household,
            region: region.clone(),
            discovery: discovery.clone(),
            detections: detections(discovery),
            status: Status::Detected,
            status_since: action.at,
            opened_at: action.at,
            round_since: action.at,
            last_at: action.at,
            assignee: None,
            screening: None,
            dispatch: None,
            forwarding: None,
            visits: Vec::new(),
            verification: None,
            claims_complete: None,
            documents: Vec::new(),
            certification: None,
            requests: Vec::new(),
            determinations: Vec::new(),
            failed_payments: BTreeSet::new(),
            follow_up: None,
            closing: None,
            closed: None,
            sample: None,
            returns: 0,
            was_returned: false,
            suspended: None,
            recalculation: None,
            is_draft_outdated: false,
            deaths: Vec::new(),
            moved: None,
            marks: BTreeSet::new(),
            advances: Vec::new(),
            objections: Vec::new(),
            appeals: Vec::new(),
            supervisions: Vec::new(),
            merged_into: None,
            absorbed: Vec::new(),
            spans: Vec::new(),
            extensions: BTreeSet::new(),
            pauses: Vec::new(),
            involved: action.who.actor().cloned().into_iter().collect(),
            transactions: BTreeMap::from([(action.transaction.clone(), action.who.actor().cloned())]),
        };
        case.note_step(action.at);
        Ok(case)
    }

    /// Adds the next action.
    pub fn apply(&mut self, action: &Action) -> Result<(), FoldFault> {
        if action.case != self.id {
            return Err(FoldFault::OtherCase(action.case.clone()));
        }
        if action.sequence != self.version + 1 {
            return Err(FoldFault::Sequence(self.version + 1, action.sequence));
        }
        self.take(&action.content, &action.who, action.at).ok_or(FoldFault::Unknown(action.sequence))?;
        self.version = action.sequence;
        self.last_at = action.at;
        self.transactions.insert(action.transaction.clone(), action.who.actor().cloned());
        if is_involvement(&action.content) {
            self.involved.extend(action.who.actor().cloned());
        }
        self.note_step(action.at);
        Ok(())
    }

    /// Closes the span of a step that is over and opens the next.
    fn note_step(&mut self, at: Timestamp) {
        let step = self.step();
        let round = self.round;
        let open = self.spans.last().filter(|span| span.to.is_none());
        if open.map(|span| (span.step, span.round)) == step.map(|step| (step, round)) {
            return;
        }
        if let Some(span) = self.spans.last_mut().filter(|span| span.to.is_none()) {
            span.to = Some(at);
        }
        self.spans.extend(step.map(|step| StepSpan { step, round, from: at, to: None }));
    }

    /// `None` = it speaks of something that is not there.
    fn take(&mut self, content: &Content, who: &Who, at: Timestamp) -> Option<()> {
        match content {
            Content::Opened { .. } => return None,
            Content::AlertLinked(detection) => self.detections.push(detection.clone()),
            Content::Assigned { to } => self.assignee = Some(to.clone()),
            Content::Marked { flag } => drop(self.marks.insert(*flag)),
            Content::Unmarked { flag } => drop(self.marks.remove(flag)),
            Content::DeathRecorded(death) => self.deaths.push(death.clone()),
            Content::Supervised(order) => self.supervisions.push(order.clone()),
            Content::RecalculationAsked { cause } => {
                self.recalculation = Some(*cause);
                self.is_draft_outdated = self.draft().is_some();
            }
            Content::Absorbed { case, detections } => {
                self.absorbed.push(case.clone());
                self.detections.extend(detections.iter().cloned());
            }
            Content::MergedInto { case } => self.merged_into = Some(case.clone()),
            Content::SplitOff { alerts, .. } => self.detections.retain(|detection| !alerts.contains(&detection.alert)),
            Content::Screened(_)
            | Content::Dispatched(_)
            | Content::Forwarded(_)
            | Content::Visited(_)
            | Content::Verified(_) => self.take_verification(content, who, at),
            Content::Applied { .. }
            | Content::DocumentAdded(_)
            | Content::RequestAccepted { .. }
            | Content::RequestReturned { .. }
            | Content::RequestResubmitted { .. }
            | Content::Certified(_) => self.take_application(content, at)?,
            Content::DeterminationDrafted(_)
            | Content::DeterminationChecked(_)
            | Content::ApprovalRecorded(_)
            | Content::PaymentRecorded(_)
            | Content::RecoveryRecorded(_)
            | Content::ReturnRecorded(_) => self.take_money(content, who, at)?,
            Content::FollowedUp(_)
            | Content::ClosingProposed(_)
            | Content::ClosingRejected { .. }
            | Content::Closed { .. }
            | Content::SampleReviewed { .. } => self.take_closing(content, who, at),
            Content::Returned(_)
            | Content::Suspended(_)
            | Content::Resumed
            | Content::WaitingBegan { .. }
            | Content::WaitingEnded
            | Content::ClockExtended { .. }
            | Content::Transferred(_)
            | Content::Reopened(_) => self.take_sideways(content, at),
            Content::AdvanceAsked(_)
            | Content::AdvanceAnswered { .. }
            | Content::AdvancePapered
            | Content::ObjectionRaised(_)
            | Content::ObjectionAnswered(_)
            | Content::AppealRaised(_)
            | Content::AppealAnswered(_) => self.take_beside(content, who, at)?,
        }
        Some(())
    }

    fn take_verification(&mut self, content: &Content, who: &Who, at: Timestamp) {
        match content {
            Content::Screened(screening) => {
                self.screening = Some(screening.clone());
                self.move_to(Status::Screened, at);
            }
            Content::Dispatched(dispatch) => {
                self.region = narrower(&self.region, &dispatch.township);
                self.dispatch = Some(dispatch.clone());
                self.moved = None;
                self.hand_over();
                self.move_to(Status::Dispatched, at);
            }
            Content::Forwarded(forwarding) => {
                self.region = narrower(&self.region, &forwarding.village);
                self.assignee = Some(forwarding.worker.clone());
                self.forwarding = Some(forwarding.clone());
            }
            Content::Visited(visit) => {
                self.visits.push(VisitRecord { visit: visit.clone(), by: who.actor().cloned() });
            }
            Content::Verified(conclusion) => {
                self.verification = Some((conclusion.clone(), who.actor().cloned()));
                self.hand_over();
                self.move_to(Status::Verified, at);
            }
            _ => {}
        }
    }

    fn take_application(&mut self, content: &Content, at: Timestamp) -> Option<()> {
        match content {
            Content::Applied { requests, documents, claims_complete } => {
                self.requests.extend(requests.iter().cloned());
                self.documents.extend(documents.iter().cloned());
                self.claims_complete = Some(*claims_complete);
                self.move_to(Status::Applying, at);
            }
            Content::DocumentAdded(document) => {
                self.documents.push(document.clone());
                self.submit_drafts();
            }
            Content::RequestAccepted { request } => self.request(request)?.status = RequestStatus::Accepted,
            Content::RequestReturned { request, .. } => self.request(request)?.status = RequestStatus::Returned,
            Content::RequestResubmitted { request } => self.request(request)?.status = RequestStatus::Submitted,
            Content::Certified(certification) => {
                self.certification = Some(certification.clone());
                self.hand_over();
            }
            _ => {}
        }
        Some(())
    }

    /// A draft is submitted once its papers are complete.
    fn submit_drafts(&mut self) {
        if !self.missing_documents().is_empty() {
            return;
        }
        for request in self.requests.iter_mut().filter(|request| request.status == RequestStatus::Draft) {
            request.status = RequestStatus::Submitted;
        }
    }

    fn take_money(&mut self, content: &Content, who: &Who, at: Timestamp) -> Option<()> {
        match content {
            Content::DeterminationDrafted(sheet) => {
                let maker = who.actor().cloned();
                let record = DeterminationRecord { sheet: (**sheet).clone(), maker, made_at: at, check: None };
                self.determinations.push(record);
                self.is_draft_outdated = false;
            }
            Content::DeterminationChecked(check) => self.take_check(check, who, at)?,
            Content::ApprovalRecorded(record) => {
                let request = self.request(&record.request)?;
                request.status = if record.approved { RequestStatus::Approved } else { RequestStatus::Refused };
                request.approved_by = who.actor().cloned();
                request.approval = Some(record.document.clone());
                self.follow_money(at);
            }
            Content::PaymentRecorded(record) => self.take_payment(record, at)?,
            Content::RecoveryRecorded(record) => {
                self.request(&record.request)?.recover(record.amount_fen);
                self.follow_money(at);
            }
            Content::ReturnRecorded(record) => {
                self.request(&record.request)?.take_returned(record.amount_fen);
                self.failed_payments.insert(record.request.clone());
                self.follow_bank(at);
            }
            _ => {}
        }
        Some(())
    }

    fn take_check(&mut self, check: &Check, who: &Who, at: Timestamp) -> Option<()> {
        let record = self.determinations.iter_mut().find(|record| record.sheet.version == check.version)?;
        record.check = Some(Check { by: who.actor().cloned(), at: Some(at), ..check.clone() });
        if !check.agreed {
            self.returns += 1;
            self.was_returned = true;
            return Some(());
        }
        let sheet = record.sheet.clone();
        spread(&mut self.requests, &sheet, self.round);
        self.recalculation = None;
        let netted = |advance: &&mut Advance| advance.is_granted() && advance.netted_in.is_none();
        for advance in self.advances.iter_mut().filter(netted) {
            advance.netted_in = Some(sheet.version);
        }
        self.was_returned = false;
        self.follow_money(at);
        Some(())
    }

    fn take_payment(&mut self, record: &PaymentRecord, at: Timestamp) -> Option<()> {
        let request = self.request(&record.request)?;
        if record.amount_fen.is_zero() {
            self.failed_payments.insert(record.request.clone());
        } else {
            request.pay(record.amount_fen);
            self.failed_payments.remove(&record.request);
        }
        self.follow_bank(at);
        Some(())
    }

    /// A new round that has not come to its own determination is not moved by money of an earlier one.
    fn follow_bank(&mut self, at: Timestamp) {
        if self.status >= Status::Determined {
            self.follow_money(at);
        }
    }

    /// The status that the requests stand for.
    fn follow_money(&mut self, at: Timestamp) {
        let any = |test: fn(&AidRequest) -> bool| self.requests.iter().any(test);
        let status = if any(|request| request.status == RequestStatus::Determined) {
            Status::Determined
        } else if any(|request| request.unpaid_fen() > Fen::ZERO) {
            Status::Resolved
        } else if any(|request| request.paid_fen > Fen::ZERO) {
            Status::Settled
        } else if any(|request| request.approval.is_some()) {
            Status::Resolved
        } else {
            Status::Determined
        };
        if status != self.status {
            self.follow_up = None;
            self.closing = None;
            self.hand_over();
            self.move_to(status, at);
        }
    }

    fn take_closing(&mut self, content: &Content, who: &Who, at: Timestamp) {
        match content {
            Content::FollowedUp(visit) => self.follow_up = Some(visit.clone()),
            Content::ClosingProposed(closing) => {
                self.closing = Some(Closing { by: who.actor().cloned(), ..closing.clone() });
            }
            Content::ClosingRejected { .. } => {
                self.closing = None;
                self.returns += 1;
                self.was_returned = true;
            }
            Content::Closed { outcome, way, sampled, document, .. } => {
                let (from, by) = (self.status, who.actor().cloned());
                self.closed = Some(Closed { outcome: outcome.clone(), way: *way, at, by, from });
                self.sample = sampled.then_some(Sample::Waiting);
                self.documents.extend(document.iter().cloned());
                self.close(at);
            }
            Content::SampleReviewed { upheld, .. } => {
                let by = who.actor().cloned();
                self.sample = Some(if *upheld { Sample::Upheld(by) } else { Sample::Overturned(by) });
            }
            _ => {}
        }
    }

    fn close(&mut self, at: Timestamp) {
        for request in self.requests.iter_mut().filter(|request| !request.status.is_terminal()) {
            request.drop_unpaid();
        }
        self.closing = None;
        self.suspended = None;
        self.end_pauses(at);
        self.hand_over();
        self.move_to(Status::Closed, at);
    }

    fn take_sideways(&mut self, content: &Content, at: Timestamp) {
        match content {
            Content::Returned(back) => {
                self.go_back(back.to, at);
                self.returns += 1;
                self.was_returned = true;
            }
            Content::Suspended(suspension) => {
                self.pauses.push(Pause { until: Some(suspension.until), ..pause(Waiting::Suspended, at) });
                self.suspended = Some(suspension.clone());
            }
            Content::Resumed => {
                self.suspended = None;
                self.end_pauses_of(at, |waiting| waiting == Waiting::Suspended);
            }
            Content::WaitingBegan { waiting } => self.pauses.push(pause(*waiting, at)),
            Content::ClockExtended { .. } => {
                let round = self.round;
                self.extensions.extend(self.step().map(|step| (round, step)));
            }
            Content::WaitingEnded => self.end_pauses_of(at, |waiting| waiting != Waiting::Suspended),
            Content::Transferred(transfer) => self.take_transfer(transfer, at),
            Content::Reopened(reopening) => {
                self.round += 1;
                self.round_since = at;
                self.closed = None;
                self.go_back(reopening.at, at);
            }
            _ => {}
        }
    }

    fn take_transfer(&mut self, transfer: &Transfer, at: Timestamp) {
        if let Some(to) = &transfer.to {
            self.region = to.clone();
            if (Status::Dispatched..=Status::Verified).contains(&self.status) {
                self.go_back(Status::Screened, at);
            }
        }
        self.moved = Some(transfer.clone());
        self.hand_over();
    }

    fn take_beside(&mut self, content: &Content, who: &Who, at: Timestamp) -> Option<()> {
        match content {
            Content::AdvanceAsked(asked) => self.advances.push(Advance {
                asked: asked.clone(),
                asked_by: who.actor().cloned(),
                asked_at: at,
                approvals: Vec::new(),
                refused: false,
                papered_at: None,
                netted_in: None,
            }),
            Content::AdvanceAnswered { approved } => {
                let advance = self.advances.last_mut()?;
                advance.refused = !approved;
                if *approved {
                    advance.approvals.push(AdvanceApproval { role: who.role()?, by: who.actor().cloned(), at });
                }
            }
            Content::AdvancePapered => self.advances.last_mut()?.papered_at = Some(at),
            Content::ObjectionRaised(complaint) => self.objections.push(raised(complaint, at)),
            Content::AppealRaised(complaint) => self.appeals.push(raised(complaint, at)),
            Content::ObjectionAnswered(answer) => self.objections.last_mut()?.answer = Some(answer.clone()),
            Content::AppealAnswered(answer) => self.appeals.last_mut()?.answer = Some(answer.clone()),
            _ => {}
        }
        Some(())
    }

    /// Moves on, or back; what was returned is so no longer once it moves on.
    pub(super) fn move_to(&mut self, status: Status, at: Timestamp) {
        if status > self.status {
            self.was_returned = false;
        }
        self.status = status;
        self.status_since = at;
    }

    pub(super) fn hand_over(&mut self) {
        self.assignee = None;
    }

    fn end_pauses(&mut self, at: Timestamp) {
        self.end_pauses_of(at, |_| true);
    }

    fn end_pauses_of(&mut self, at: Timestamp, which: impl Fn(Waiting) -> bool) {
        for pause in self.pauses.iter_mut().filter(|pause| pause.to.is_none() && which(pause.waiting)) {
            pause.to = Some(at);
        }
    }

    fn request(&mut self, id: &RequestId) -> Option<&mut AidRequest> {
        self.requests.iter_mut().find(|request| request.id == *id)
    }
}

fn detections(discovery: &Discovery) -> Vec<Detection> {
    match discovery {
        Discovery::Alert(detection) => vec![detection.clone()],
        Discovery::Hand { .. } => Vec::new(),
        Discovery::Split { detections, .. } => detections.clone(),
    }
}

fn narrower(known: &RegionCode, given: &RegionCode) -> RegionCode {
    if known.contains(given) { given.clone() } else { known.clone() }
}

fn pause(waiting: Waiting, at: Timestamp) -> Pause {
    Pause { waiting, from: at, to: None, until: None }
}

fn raised(complaint: &Complaint, at: Timestamp) -> ComplaintRecord {
    ComplaintRecord { complaint: complaint.clone(), at, answer: None }
}

/// Whether who did it has had a hand in the case, so that an appeal goes to somebody else.
fn is_involvement(content: &Content) -> bool {
    !matches!(
        content,
        Content::Assigned { .. }
            | Content::ObjectionRaised(_)
            | Content::AppealRaised(_)
            | Content::AppealAnswered(_)
            | Content::Supervised(_)
    )
}
