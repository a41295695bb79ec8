//! What stands in actions and in the case: the evidence of each step, as it was given.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, PersonId, RegionCode};

use super::status::Status;
use crate::alert::Colour;
use crate::authority::{Programme, Role};
use crate::determination::Determination;
use crate::ids::{ActorId, AlertId, CaseId, ContentHash, Document, Note, RequestId, TransactionId};
use crate::outcome::{Outcome, OutcomeCode};
use crate::visit::{Finding, Visit};

/// What an alert said when it came into the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// The alert.
    pub alert: AlertId,
    /// Whose.
    pub person: PersonId,
    /// The year of the bills.
    pub year: i16,
    /// The rule that raised it, as the pack names it.
    pub rule: String,
    /// The pack and its version.
    pub pack: String,
    /// Hash of the claims it was computed from.
    pub claims_sha256: ContentHash,
    /// The burden that was measured.
    pub burden_fen: Fen,
    /// The colour then.
    pub colour: Colour,
}

/// How a household came to be known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Discovery {
    /// By the screening run.
    Alert(Detection),
    /// By somebody who went there or asked (grid screening, the resident, a department).
    Hand {
        /// Who it is about.
        person: PersonId,
        /// Through whom it came.
        channel: Channel,
        /// What was seen.
        note: Note,
    },
    /// Taken out of another case.
    Split {
        /// The other case.
        from: CaseId,
        /// What it was split off with.
        detections: Vec<Detection>,
    },
}

shukun_base::words! {
    /// Through whom a household was found by hand.
    pub enum Channel {
        Grid "grid" "网格排查" "grid screening",
        Resident "resident" "群众申请" "the resident",
        Department "department" "部门转办" "another department",
        Hospital "hospital" "医疗机构" "a hospital",
    }
}

shukun_base::words! {
    /// What the first screening finds for a case that goes on.
    pub enum ScreeningResult {
        Suspected "suspected" "疑似致贫" "suspected risk of poverty",
        AlreadyCertified "already_certified" "已是救助对象待补助" "already certified, aid may be lacking",
        Unclear "unclear" "情况不明需核查" "unclear, to be looked at",
    }
}

shukun_base::words! {
    /// Why a case is dismissed without a visit.
    pub enum DismissalReason {
        AlreadyAided "already_aided" "已获救助" "already aided",
        NonLocal "non_local" "非本地户籍" "not of the local register",
        Deceased "deceased" "已死亡" "deceased",
        BurdenBelowLine "burden_below_line" "负担未达线" "burden below the line",
        Recoverable "recoverable" "可由保险或第三方补回" "recoverable from insurance or a third party",
    }
}

impl DismissalReason {
    /// The outcome it closes with: already aided is by statute, non-local is referred to its own county.
    pub const fn outcome(self) -> OutcomeCode {
        match self {
            DismissalReason::AlreadyAided => OutcomeCode::AidedStatutory,
            DismissalReason::NonLocal => OutcomeCode::Referred,
            DismissalReason::Deceased => OutcomeCode::Deceased,
            DismissalReason::BurdenBelowLine => OutcomeCode::BurdenBelowLine,
            DismissalReason::Recoverable => OutcomeCode::InsuredButRecoverable,
        }
    }
}

/// The first screening (T1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Screening {
    /// Its result.
    pub result: ScreeningResult,
    /// A line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// The task that goes out to the township (T2): least data, no diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispatch {
    /// The township, 9 digits.
    pub township: RegionCode,
    /// What is to be looked at.
    pub task: Note,
    /// The day by which it is to be back.
    pub due_on: Day,
}

/// The township hands the task on to a village (T2, second half).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarding {
    /// The village, 12 digits.
    pub village: RegionCode,
    /// Who goes there.
    pub worker: ActorId,
}

/// A visit and who filled in its form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitRecord {
    /// The form.
    pub visit: Visit,
    /// Who filled it in; `None` only for the program, which visits nobody.
    pub by: Option<ActorId>,
}

/// The township's conclusion (T3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conclusion {
    /// What is concluded.
    pub finding: Finding,
    /// A line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// A category of hardship.
pub mod category {
    shukun_base::words! {
        /// What a household is certified as; keys as in the facts of the engine.
        pub enum Category {
            Destitute "destitute" "特困" "destitute",
            Dibao "dibao" "低保" "subsistence allowance",
            DibaoMarginal "dibao_marginal" "低边" "margin of the subsistence allowance",
            LowIncome "low_income" "低收入" "low income",
            ExpenditureType "expenditure_type" "支出型" "hardship caused by spending",
            Other "other" "其他" "other",
        }
    }
}
pub use category::Category;

/// The decision of civil affairs (T5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "snake_case")]
pub enum Certification {
    /// Certified as something.
    Certified {
        /// As what.
        category: Category,
        /// First day.
        valid_from: Day,
        /// Last day; `None` = open.
        valid_to: Option<Day>,
        /// Because of illness.
        due_to_illness: bool,
        /// First and last day of the notice.
        notice_from: Day,
        /// Last day of the notice.
        notice_to: Day,
        /// Report of the means check.
        report: Document,
    },
    /// Held already before the application; nothing new is decided.
    Held {
        /// As what.
        category: Category,
        /// First day.
        valid_from: Day,
        /// Last day; `None` = open.
        valid_to: Option<Day>,
    },
    /// Not a household with low income.
    NotLowIncome {
        /// Report of the means check.
        report: Document,
    },
}

impl Certification {
    /// The last day it holds, where it has one.
    pub fn valid_to(&self) -> Option<Day> {
        match self {
            Certification::Certified { valid_to, .. } | Certification::Held { valid_to, .. } => *valid_to,
            Certification::NotLowIncome { .. } => None,
        }
    }

    /// Whether the household has a category by it.
    pub fn is_granted(&self) -> bool {
        !matches!(self, Certification::NotLowIncome { .. })
    }
}

/// A determination in the case: who made and who checked it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeterminationRecord {
    /// The sheet.
    pub sheet: Determination,
    /// Who drafted it.
    pub maker: Option<ActorId>,
    /// When.
    pub made_at: Timestamp,
    /// The check, once it was made.
    pub check: Option<Check>,
}

/// A second person's check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// The version that is checked.
    pub version: u32,
    /// Whether it is agreed to.
    pub agreed: bool,
    /// Why not, or a line about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
    /// Who checked; filled in by the fold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ActorId>,
    /// When; filled in by the fold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// The approval or refusal of one request, recorded with its paper (T7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// Which request.
    pub request: RequestId,
    /// Approved, or refused.
    pub approved: bool,
    /// The day of the decision.
    pub decided_on: Day,
    /// Approval sheet, or minutes of the meeting for charity.
    pub document: Document,
}

/// A payment on one request, recorded with its proof (T8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRecord {
    /// Which request.
    pub request: RequestId,
    /// How much arrived; zero = the payment failed.
    pub amount_fen: Fen,
    /// The day.
    pub paid_on: Day,
    /// Proof of payment, or the bank's return.
    pub document: Document,
}

/// Money that came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoveryRecord {
    /// Which request.
    pub request: RequestId,
    /// How much.
    pub amount_fen: Fen,
    /// Proof of payment.
    pub document: Document,
}

/// A payment that the bank sent back after it had arrived (退汇).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnRecord {
    /// Which request.
    pub request: RequestId,
    /// How much was sent back.
    pub amount_fen: Fen,
    /// The day on which the bank had it.
    pub returned_on: Day,
    /// The bank's reason.
    pub why: Note,
    /// The bank's return.
    pub document: Document,
}

/// The visit after the aid (T9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// The day.
    pub on: Day,
    /// The household's receipt.
    pub receipt: Document,
    /// What was found.
    pub note: Note,
}

/// A proposal to close (T9), and who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// How it ends.
    pub outcome: Outcome,
    /// One line why.
    pub why: Note,
    /// Who proposed; filled in by the fold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ActorId>,
}

shukun_base::words! {
    /// By which way a case was closed.
    pub enum ClosingWay {
        Dismissed "dismissed" "初筛排除" "dismissed at screening",
        NoRisk "no_risk" "核查无风险" "no risk on the visit",
        Declined "declined" "本人放弃" "declined by the resident",
        Confirmed "confirmed" "提请并确认" "proposed and confirmed",
        Merged "merged" "并入他案" "merged into another case",
    }
}

/// The end of a round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// How it ended.
    pub outcome: Outcome,
    /// By which way.
    pub way: ClosingWay,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: Option<ActorId>,
    /// The status it was closed from.
    pub from: Status,
}

/// The fate of a closing that was drawn for a second look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sample {
    /// Drawn, nobody has looked yet.
    Waiting,
    /// Looked at by a second person and found right.
    Upheld(Option<ActorId>),
    /// Found wrong: the case went back.
    Overturned(Option<ActorId>),
}

shukun_base::words! {
    /// Why a case goes back.
    pub enum ReturnReason {
        WrongAddress "wrong_address" "地址有误" "wrong address",
        IncompleteForm "incomplete_form" "表格不全" "incomplete form",
        MissingDocument "missing_document" "材料不全" "document missing",
        DoubtfulFigures "doubtful_figures" "数字存疑" "doubtful figures",
        WrongCategory "wrong_category" "类别有误" "wrong category",
        SampleOverturned "sample_overturned" "抽查不符" "overturned by the sample",
        AppealUpheld "appeal_upheld" "申诉成立" "appeal upheld",
        ObjectionUpheld "objection_upheld" "异议成立" "objection upheld",
        Appealed "appealed" "提出申诉" "appealed",
        PaymentReturned "payment_returned" "到账后退汇" "payment returned",
        NewFacts "new_facts" "有新情况" "new facts",
    }
}

/// A way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Return {
    /// To which status.
    pub to: Status,
    /// Why.
    pub reason: ReturnReason,
    /// A line about it.
    pub note: Note,
}

/// A pause that was meant: undone only by resuming.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suspension {
    /// Its last day; the clock runs again afterwards, the case stays suspended until somebody resumes it.
    pub until: Day,
    /// Why.
    pub why: Note,
}

shukun_base::words! {
    /// What a case waits for while its clock stands still.
    pub enum Waiting {
        Resident "resident" "等待居民补正" "waiting for the resident",
        Notice "notice" "公示期间" "during the notice",
        OutsideVerification "outside_verification" "外部核实" "outside verification",
        Suspended "suspended" "中止" "suspended",
    }
}

shukun_base::words! {
    /// Why a determination is to be made again.
    pub enum RecalculationCause {
        LateClaims "late_claims" "新到结算数据" "claims that came late",
        Reversal "reversal" "结算冲销" "claims reversed",
        RuleRepublished "rule_republished" "政策重新发布" "a rule published anew",
        Retroactive "retroactive" "追溯救助" "retroactive aid",
        AppealUpheld "appeal_upheld" "申诉成立" "an appeal upheld",
    }
}

/// A move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// Where to; `None` = out of the area this platform serves.
    pub to: Option<RegionCode>,
    /// A line about it.
    pub note: Note,
}

/// A death.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Death {
    /// Who.
    pub person: PersonId,
    /// When.
    pub on: Day,
    /// The paper.
    pub document: Document,
}

/// A new round of a closed case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reopening {
    /// At which status.
    pub at: Status,
    /// Why.
    pub reason: ReturnReason,
    /// A line about it.
    pub note: Note,
}

/// Asking for money before the papers (先行救助).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvanceAsked {
    /// From which programme.
    pub programme: Programme,
    /// How much.
    pub amount_fen: Fen,
    /// Why it cannot wait.
    pub why: Note,
}

/// An urgent advance: who asked, who approved, and whether it was netted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Advance {
    /// What was asked.
    pub asked: AdvanceAsked,
    /// By whom.
    pub asked_by: Option<ActorId>,
    /// When.
    pub asked_at: Timestamp,
    /// The township's leader and civil affairs, in the order they approved.
    pub approvals: Vec<AdvanceApproval>,
    /// Refused by one of them.
    pub refused: bool,
    /// When its papers were complete.
    pub papered_at: Option<Timestamp>,
    /// The version of the determination that set it off.
    pub netted_in: Option<u32>,
}

/// One approval of an advance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvanceApproval {
    /// Township or civil affairs.
    pub role: Role,
    /// Who.
    pub by: Option<ActorId>,
    /// When.
    pub at: Timestamp,
}

impl Advance {
    /// Whether both approved it.
    pub fn is_granted(&self) -> bool {
        let by = |role| self.approvals.iter().any(|approval| approval.role == role);
        !self.refused && by(Role::Township) && by(Role::CivilAffairs)
    }

    /// When the second of both approved it.
    pub fn granted_at(&self) -> Option<Timestamp> {
        let last = self.approvals.iter().map(|approval| approval.at).max();
        last.filter(|_| self.is_granted())
    }
}

/// An objection or an appeal, recorded by an officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// What was handed in; an objection may come without a paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<Document>,
    /// What it says.
    pub note: Note,
}

shukun_base::words! {
    /// How an objection or appeal was answered.
    pub enum Verdict {
        Upheld "upheld" "成立" "upheld",
        Partly "partly" "部分成立" "upheld in part",
        Rejected "rejected" "不成立" "rejected",
        Withdrawn "withdrawn" "撤回" "withdrawn",
    }
}

impl Verdict {
    /// Whether something has to be done again.
    pub const fn reopens(self) -> bool {
        matches!(self, Verdict::Upheld | Verdict::Partly)
    }
}

/// The answer to an objection or appeal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What was found.
    pub verdict: Verdict,
    /// Where the case goes back to; given exactly when something has to be done again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub back_to: Option<Status>,
    /// The result as it is told.
    pub note: Note,
}

/// An objection or appeal and its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplaintRecord {
    /// What it says.
    pub complaint: Complaint,
    /// When it came.
    pub at: Timestamp,
    /// Its answer.
    pub answer: Option<Answer>,
}

/// A supervision order (督办).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Supervision {
    /// What is asked for.
    pub order: Note,
    /// By when.
    pub due_on: Day,
}

/// Somebody who did something in this round, with the transaction: for four eyes and for the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Involvement {
    /// Who.
    pub actor: ActorId,
    /// As what.
    pub role: Role,
    /// In which transaction.
    pub transaction: TransactionId,
}
