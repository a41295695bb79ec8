//! Actions: what happened to a case, never changed, never taken back.

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shukun_base::{HouseholdId, RegionCode};

use super::record::*;
use super::status::Flag;
use crate::authority::Role;
use crate::determination::Determination;
use crate::ids::{ActorId, CaseId, Document, RequestId, RunId, TransactionId};
use crate::outcome::Outcome;
use crate::request::AidRequest;
use crate::visit::Visit;

/// The form of stored actions: 1. Anything else is refused on reading, so that a newer form is never half understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Format;

impl Format {
    /// The number written.
    pub const NUMBER: u8 = 1;
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(Format::NUMBER)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Format),
            other => Err(D::Error::custom(format!("actions of form {other} are not known to this version"))),
        }
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Somebody, in the role whose grant allowed it.
    Person {
        /// The account.
        actor: ActorId,
        /// The role.
        role: Role,
    },
    /// The program, in a run.
    Program {
        /// The run.
        run: RunId,
    },
}

impl Who {
    /// The account, unless it was the program.
    pub fn actor(&self) -> Option<&ActorId> {
        match self {
            Who::Person { actor, .. } => Some(actor),
            Who::Program { .. } => None,
        }
    }

    /// The role, unless it was the program.
    pub fn role(&self) -> Option<Role> {
        match self {
            Who::Person { role, .. } => Some(*role),
            Who::Program { .. } => None,
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The form of this record.
    pub v: Format,
    /// 1, 2, 3 … within the case; the case's version after it.
    pub sequence: u32,
    /// Of which case.
    pub case: CaseId,
    /// The client's name for the act; several actions of one act share it.
    pub transaction: TransactionId,
    /// Who did it.
    pub who: Who,
    /// When.
    pub at: Timestamp,
    /// What.
    pub content: Content,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// T0: the household came to be known.
    Opened {
        /// Which household.
        household: HouseholdId,
        /// Where it lives, as exactly as is known.
        region: RegionCode,
        /// How.
        discovery: Discovery,
    },
    /// T0: another alert of the household came into the open case.
    AlertLinked(Detection),
    /// Somebody is to see to it.
    Assigned {
        /// Who.
        to: ActorId,
    },
    /// T1.
    Screened(Screening),
    /// T2: to the township.
    Dispatched(Dispatch),
    /// T2: on to the village.
    Forwarded(Forwarding),
    /// A form of a visit was filled in.
    Visited(Visit),
    /// T3: the township confirmed.
    Verified(Conclusion),
    /// T4: requests were made for the person.
    Applied {
        /// The requests.
        requests: Vec<AidRequest>,
        /// The papers.
        documents: Vec<Document>,
        /// Data of the claims are complete, so that invoice, list and summary are not needed.
        claims_complete: bool,
    },
    /// A paper was added.
    DocumentAdded(Document),
    /// A request was taken up.
    RequestAccepted {
        /// Which.
        request: RequestId,
    },
    /// A request was sent back to the applicant.
    RequestReturned {
        /// Which.
        request: RequestId,
        /// Why.
        note: crate::Note,
    },
    /// A request came again.
    RequestResubmitted {
        /// Which.
        request: RequestId,
    },
    /// T5.
    Certified(Certification),
    /// T6: drafted.
    DeterminationDrafted(Box<Determination>),
    /// T6: checked by a second person.
    DeterminationChecked(Check),
    /// T7, for one request.
    ApprovalRecorded(ApprovalRecord),
    /// T8, for one request.
    PaymentRecorded(PaymentRecord),
    /// Money came back.
    RecoveryRecorded(RecoveryRecord),
    /// The bank sent a payment back after it had arrived.
    ReturnRecorded(ReturnRecord),
    /// T9: the visit after the aid.
    FollowedUp(FollowUp),
    /// T9: proposed.
    ClosingProposed(Closing),
    /// T9: not agreed to.
    ClosingRejected {
        /// Why.
        note: crate::Note,
    },
    /// T1x, T3x, T9 and the other ends.
    Closed {
        /// How it ended.
        outcome: Outcome,
        /// By which way.
        way: ClosingWay,
        /// One line why.
        why: crate::Note,
        /// Drawn for a second look.
        sampled: bool,
        /// The signed paper, where the resident declined.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        document: Option<Document>,
    },
    /// A second person looked at a closing that was drawn.
    SampleReviewed {
        /// Found right.
        upheld: bool,
        /// A line about it.
        note: crate::Note,
    },
    /// Back to an earlier status.
    Returned(Return),
    /// Paused on purpose.
    Suspended(Suspension),
    /// Taken up again.
    Resumed,
    /// The clock stands still.
    WaitingBegan {
        /// For what.
        waiting: Waiting,
    },
    /// The clock runs again.
    WaitingEnded,
    /// The step may take longer, as its rule allows.
    ClockExtended {
        /// Why.
        why: crate::Note,
    },
    /// The household moved.
    Transferred(Transfer),
    /// Somebody died.
    DeathRecorded(Death),
    /// A new round.
    Reopened(Reopening),
    /// The determination is to be made again.
    RecalculationAsked {
        /// Why.
        cause: RecalculationCause,
    },
    /// A flag set by hand.
    Marked {
        /// Which.
        flag: Flag,
    },
    /// A flag cleared by hand.
    Unmarked {
        /// Which.
        flag: Flag,
    },
    /// An urgent advance was asked for.
    AdvanceAsked(AdvanceAsked),
    /// One of the two approved it, or refused.
    AdvanceAnswered {
        /// Approved.
        approved: bool,
    },
    /// The papers of the advance are complete.
    AdvancePapered,
    /// Somebody objects.
    ObjectionRaised(Complaint),
    /// The objection was looked into.
    ObjectionAnswered(Answer),
    /// The resident appeals.
    AppealRaised(Complaint),
    /// The appeal was decided.
    AppealAnswered(Answer),
    /// Put under supervision.
    Supervised(Supervision),
    /// Another case was merged into this one.
    Absorbed {
        /// Which.
        case: CaseId,
        /// What it had found.
        detections: Vec<Detection>,
    },
    /// This case was merged into another; it is closed by the next action.
    MergedInto {
        /// Which.
        case: CaseId,
    },
    /// Alerts were taken out into a case of their own.
    SplitOff {
        /// The new case.
        case: CaseId,
        /// Which alerts.
        alerts: Vec<crate::AlertId>,
    },
}
