//! Commands: what somebody asks for. [`super::plan`] turns one into actions, or says why not.

use serde::{Deserialize, Serialize};
use shukun_base::{HouseholdId, RegionCode};

use super::record::*;
use super::status::{Flag, Status};
use crate::authority::{Permission, Programme};
use crate::determination::Determination;
use crate::ids::{ActorId, CaseId, Document, Note, RequestId};
use crate::outcome::Outcome;
use crate::visit::Visit;

/// A new case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Its id, chosen by the caller at random.
    pub case: CaseId,
    /// Which household.
    pub household: HouseholdId,
    /// Where it lives, as exactly as is known; at least the county.
    pub region: RegionCode,
    /// How it came to be known.
    pub discovery: Discovery,
}

/// A request as it is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRequest {
    /// Its id, chosen by the caller at random.
    pub id: RequestId,
    /// Its programme.
    pub programme: Programme,
}

/// What somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// T0: takes an alert into the open case (the program).
    LinkAlert(Detection),
    /// Gives it to somebody.
    Assign {
        /// Who.
        to: ActorId,
    },
    /// T1.
    Screen(Screening),
    /// T1x.
    Dismiss {
        /// Why.
        reason: DismissalReason,
        /// One line.
        why: Note,
    },
    /// T1x for an error in the data.
    DismissAsDataError {
        /// The outcome, with source and rule.
        outcome: Outcome,
        /// One line.
        why: Note,
    },
    /// A second person's look at a closing that was drawn.
    ReviewSample {
        /// Found right.
        upheld: bool,
        /// A line about it.
        note: Note,
    },
    /// T2: to the township.
    Dispatch(Dispatch),
    /// T2: on to the village.
    Forward(Forwarding),
    /// A visit.
    RecordVisit(Visit),
    /// T3.
    ConfirmVerification(Conclusion),
    /// T3x: civil affairs accepts that there is no risk, or nobody to be found.
    AcceptNoRisk {
        /// How it ends.
        outcome: Outcome,
        /// One line why.
        why: Note,
    },
    /// T4.
    EnterApplication {
        /// For which programmes.
        requests: Vec<NewRequest>,
        /// The papers.
        documents: Vec<Document>,
        /// Data of the claims are complete, so that invoice, list and summary are not needed.
        claims_complete: bool,
    },
    /// A paper.
    AddDocument(Document),
    /// Takes a request up.
    AcceptRequest {
        /// Which.
        request: RequestId,
    },
    /// Sends a request back to the applicant.
    ReturnRequest {
        /// Which.
        request: RequestId,
        /// Why.
        note: Note,
    },
    /// Hands a request in again.
    ResubmitRequest {
        /// Which.
        request: RequestId,
    },
    /// The resident does not apply, or takes the application back; signed.
    Decline {
        /// The signed statement.
        document: Document,
        /// One line.
        why: Note,
    },
    /// T5.
    Certify(Certification),
    /// T6, the maker.
    DraftDetermination(Box<Determination>),
    /// T6, the checker.
    CheckDetermination(Check),
    /// T7 for one request.
    RecordApproval(ApprovalRecord),
    /// T8 for one request.
    RecordPayment(PaymentRecord),
    /// T8 for one request, handed over in person. Only an act on the batch gives it: nobody sends it.
    #[serde(skip_deserializing)]
    RecordDelivery(PaymentRecord),
    /// Money that came back.
    RecordRecovery(RecoveryRecord),
    /// A payment that the bank sent back after it had arrived; a closed case opens again.
    RecordReturn(ReturnRecord),
    /// T9: the visit after the aid.
    FollowUp(FollowUp),
    /// T9: proposes to close.
    ProposeClosing(Closing),
    /// T9: another person's answer.
    ConfirmClosing {
        /// Agreed.
        agreed: bool,
        /// A line about it.
        note: Note,
    },
    /// Back to an earlier status.
    Return(Return),
    /// A pause with an end.
    Suspend(Suspension),
    /// Ends the pause; nothing else does.
    Resume,
    /// Stops the clock.
    StartWaiting {
        /// For what.
        waiting: Waiting,
    },
    /// Lets the clock run.
    StopWaiting,
    /// Makes use of the longer limit that the step's rule allows.
    ExtendClock {
        /// Why.
        why: Note,
    },
    /// The household moved.
    Transfer(Transfer),
    /// Somebody died.
    RecordDeath(Death),
    /// A new round of a closed case.
    Reopen(Reopening),
    /// Asks for the determination to be made again.
    AskRecalculation {
        /// Why.
        cause: RecalculationCause,
    },
    /// Sets a flag by hand.
    Mark {
        /// Which.
        flag: Flag,
    },
    /// Clears a flag set by hand.
    Unmark {
        /// Which.
        flag: Flag,
    },
    /// Urgent lane: asks.
    AskAdvance(AdvanceAsked),
    /// Urgent lane: the township's leader or civil affairs.
    AnswerAdvance {
        /// Approved.
        approved: bool,
    },
    /// Urgent lane: the papers are complete.
    PaperAdvance,
    /// Somebody objects.
    RaiseObjection(Complaint),
    /// The objection was looked into, by other staff.
    AnswerObjection(Answer),
    /// The resident appeals.
    RaiseAppeal(Complaint),
    /// The appeal was decided, by officers not involved.
    AnswerAppeal(Answer),
    /// Puts the case under supervision.
    Supervise(Supervision),
}

impl Command {
    /// What somebody must be allowed to do for it. The approval of a request follows its programme, see
    /// [`super::plan`]; here the statutory one stands for all three.
    pub const fn permission(&self) -> Permission {
        match self {
            Command::LinkAlert(_) => Permission::RunScreening,
            Command::Assign { .. } => Permission::Assign,
            Command::Screen(_) => Permission::Screen,
            Command::Dismiss { .. } | Command::DismissAsDataError { .. } | Command::AcceptNoRisk { .. } => {
                Permission::Dismiss
            }
            Command::ReviewSample { .. } => Permission::SampleDismissals,
            Command::Dispatch(_) => Permission::DispatchToTownship,
            Command::Forward(_) => Permission::DispatchToVillage,
            Command::RecordVisit(_) => Permission::Verify,
            Command::ConfirmVerification(_) => Permission::ConfirmVerification,
            Command::EnterApplication { .. } | Command::AddDocument(_) | Command::ResubmitRequest { .. } => {
                Permission::EnterApplication
            }
            Command::AcceptRequest { .. } | Command::ReturnRequest { .. } => Permission::AcceptRequest,
            Command::Decline { .. } => Permission::Withdraw,
            Command::Certify(_) => Permission::Certify,
            Command::DraftDetermination(_) => Permission::DraftDetermination,
            Command::CheckDetermination(_) => Permission::CheckDetermination,
            Command::RecordApproval(_) => Permission::ApproveStatutory,
            Command::RecordPayment(_) | Command::RecordRecovery(_) | Command::RecordReturn(_) => {
                Permission::RecordSettlement
            }
            Command::RecordDelivery(_) => Permission::RecordDelivery,
            Command::FollowUp(_) => Permission::FollowUp,
            Command::ProposeClosing(_) => Permission::ProposeClosing,
            Command::ConfirmClosing { .. } => Permission::ConfirmClosing,
            Command::Return(_) => Permission::Return,
            Command::Suspend(_) | Command::Resume => Permission::Suspend,
            Command::StartWaiting { .. } | Command::StopWaiting | Command::ExtendClock { .. } => Permission::StopClock,
            Command::Transfer(_) => Permission::Transfer,
            Command::RecordDeath(_) => Permission::RecordDeath,
            Command::Reopen(_) => Permission::Reopen,
            Command::AskRecalculation { .. } => Permission::DraftDetermination,
            Command::Mark { .. } | Command::Unmark { .. } => Permission::Mark,
            Command::AskAdvance(_) => Permission::RequestAdvance,
            Command::AnswerAdvance { .. } => Permission::ApproveAdvance,
            Command::PaperAdvance => Permission::RequestAdvance,
            Command::RaiseObjection(_) | Command::RaiseAppeal(_) => Permission::RecordComplaint,
            Command::AnswerObjection(_) | Command::AnswerAppeal(_) => Permission::AnswerComplaint,
            Command::Supervise(_) => Permission::Supervise,
        }
    }

    /// The status it is asked for in; for commands that are not bound to one, `None`.
    pub const fn bound_to(&self) -> Option<Status> {
        match self {
            Command::Dispatch(_) => Some(Status::Screened),
            Command::Forward(_) | Command::RecordVisit(_) | Command::ConfirmVerification(_) => Some(Status::Dispatched),
            Command::AcceptNoRisk { .. } | Command::EnterApplication { .. } => Some(Status::Verified),
            Command::Screen(_) => Some(Status::Detected),
            _ => None,
        }
    }
}
