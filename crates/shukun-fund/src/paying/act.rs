//! What is done to a batch, as it is asked for and as it is written down.

use serde::{Deserialize, Serialize};
use shukun_base::{ActorId, ContentHash, Day, Fen, Note, RegionCode};

use super::{BatchKind, Channel, FailureReason, PaymentId, Purpose};
use crate::ledger::{BusinessKey, NewTransfer, ProgrammeKey};
use crate::{BatchId, BookId, CaseId, LineId};

/// A payment as it is put into a batch: all of it is a line of a resolution, nothing is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewPayment {
    /// Its number.
    pub id: PaymentId,
    /// The line of the resolution.
    pub line: LineId,
    /// The case, where the line is for one.
    pub case: CaseId,
    /// What is paid once. Which issue it is follows from the books when the money is held.
    pub key: BusinessKey,
    /// How much.
    pub amount: Fen,
    /// What for.
    pub purpose: Purpose,
    /// How it goes.
    pub channel: Channel,
    /// The payment that came back, in an earlier batch.
    pub again: Option<Again>,
}

/// The payment that came back before this one goes out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// In which batch.
    pub batch: BatchId,
    /// Which.
    pub payment: PaymentId,
    /// Why it came back: under this the money waits.
    pub reason: FailureReason,
}

/// Money handed over in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// The day.
    pub on: Day,
    /// Where, in words without a house number.
    pub place: Note,
    /// Which officer handed it over.
    pub handed_by: ActorId,
    /// Who received it, as a relation to the person aided: 本人, 配偶, …; never a name.
    pub received_by: Note,
    /// Who stood by, by office: 村委会, 驻村干部, …; never a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub witness: Option<Note>,
    /// The signed receipt: the hash of the paper among those of the case.
    pub paper: ContentHash,
}

/// What shows that money arrived, or came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Evidence {
    /// A line of the bank's answer.
    Answer {
        /// The file.
        file: ContentHash,
        /// Its row.
        row: u64,
    },
    /// A line of a statement.
    Statement {
        /// The file.
        file: ContentHash,
        /// Its row.
        row: u64,
    },
    /// A paper of the bank's that is none of its tables: a notice that money came back, a receipt.
    Paper {
        /// The paper.
        file: ContentHash,
    },
    /// A delivery in person.
    Delivery(Delivery),
}

impl Evidence {
    /// The hash of the file or paper.
    pub fn file(&self) -> &ContentHash {
        match self {
            Evidence::Answer { file, .. } | Evidence::Statement { file, .. } | Evidence::Paper { file } => file,
            Evidence::Delivery(delivery) => &delivery.paper,
        }
    }
}

/// What is done to a batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Act {
    /// Begins it.
    Open {
        /// The book that pays.
        book: BookId,
        /// Where the book's money is for.
        region: RegionCode,
        /// Under which programme; all payments of a batch are of one.
        programme: ProgrammeKey,
        /// What kind.
        kind: BatchKind,
        /// The first batch, of a follow-up or top-up.
        follows: Option<BatchId>,
    },
    /// Puts payments in.
    Add {
        /// Which.
        payments: Vec<NewPayment>,
    },
    /// Takes one out.
    Remove {
        /// Which.
        payment: PaymentId,
    },
    /// Fixes payments and payees: the hash of each account as it is now.
    Lock {
        /// Of every payment that goes by bank.
        payees: Vec<(PaymentId, ContentHash)>,
    },
    /// The file for the bank was made from the snapshot.
    MakeFile {
        /// Its hash.
        sha256: ContentHash,
    },
    /// Asks for approval. The plan writes how many have to approve.
    Submit {
        /// Written by the plan.
        approvers: u8,
    },
    /// Approves the file of this hash; without one where all goes in person.
    Approve {
        /// What was looked at.
        sha256: Option<ContentHash>,
    },
    /// The holds in the books, written with the last approval.
    Hold {
        /// The transfers, so that they can be posted or let go.
        transfers: Vec<NewTransfer>,
    },
    /// What was held had its time before it was sent: the books let it go, and approval is asked for anew.
    Lapse,
    /// Back to the maker.
    Reject {
        /// Why.
        why: Note,
    },
    /// Authorises: what was held is posted.
    Release {
        /// What was looked at.
        sha256: Option<ContentHash>,
    },
    /// The cashier gives it to the bank.
    Send {
        /// The file that goes.
        sha256: Option<ContentHash>,
    },
    /// The account of a payee is another one now: the payment is stopped.
    ChangePayee {
        /// Which payment.
        payment: PaymentId,
        /// The hash of the account as it is now.
        payee: ContentHash,
    },
    /// A second person looked into it: the old account stays, or the new one is right and approval begins anew.
    SettlePayee {
        /// Which payment.
        payment: PaymentId,
        /// The hash of the account that is right.
        payee: ContentHash,
    },
    /// It arrived.
    Pay {
        /// Which payment.
        payment: PaymentId,
        /// The day.
        on: Day,
        /// What shows it.
        evidence: Evidence,
    },
    /// The bank did not pay it.
    Fail {
        /// Which payment.
        payment: PaymentId,
        /// The day.
        on: Day,
        /// Why.
        reason: FailureReason,
        /// What shows it.
        evidence: Evidence,
    },
    /// It arrived and came back, or was sent and came back.
    Return {
        /// Which payment.
        payment: PaymentId,
        /// The day.
        on: Day,
        /// Why.
        reason: FailureReason,
        /// What shows it.
        evidence: Evidence,
    },
    /// It goes out again, in another batch.
    Reissue {
        /// Which payment.
        payment: PaymentId,
        /// Where.
        batch: BatchId,
    },
    /// It came back for good: the money goes to the pots it came from.
    Reverse {
        /// Which payment.
        payment: PaymentId,
        /// Why.
        why: Note,
    },
    /// The household gave back what had arrived, all or a part: the money goes to the pots it came from.
    Recover {
        /// Which payment.
        payment: PaymentId,
        /// How much.
        amount: Fen,
        /// The day.
        on: Day,
        /// What shows it.
        evidence: Evidence,
    },
    /// Gives the batch up before it is sent: what was held is let go.
    Abort {
        /// Why.
        why: Note,
    },
    /// Everything is answered and nothing waits to go again.
    Close,
}

/// An act on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// 1, 2, 3 …
    pub sequence: u32,
    /// Who.
    pub by: ActorId,
    /// The day.
    pub on: Day,
    /// What.
    pub act: Act,
}
