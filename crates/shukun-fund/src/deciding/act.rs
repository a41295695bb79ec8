//! What is done at a meeting and after it, as it stands on record: acts that are only appended.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shukun_base::{ActorId, ContentHash, Day, Fen, Note, RegionCode, text_id, words};

use super::charter::Rules;
use crate::ids::{BookId, CaseId, LineId, MeetingId};

text_id! {
    /// A seat in the council.
    MemberId
}
text_id! {
    /// What a client names one act, so that sending it twice does it once.
    ActId
}
text_id! {
    /// An objection to a notice.
    ObjectionId
}
text_id! {
    /// The request for aid that a line answers, as casework names it.
    RequestId
}

words! {
    /// How lines are decided.
    pub enum MeetingKind {
        Routine "routine" "日常会商" "routine consultation",
        Plenary "plenary" "全体会议" "plenary meeting",
        Statutory "statutory" "法定审批" "statutory approval",
        Treasury "treasury" "财政审批" "approval of government money",
    }
}

impl MeetingKind {
    /// Whether members vote; otherwise an office approves line by line.
    pub const fn is_voted(self) -> bool {
        matches!(self, MeetingKind::Routine | MeetingKind::Plenary)
    }
}

words! {
    /// Whether a member is there.
    pub enum Presence {
        Present "present" "到会" "present",
        Absent "absent" "未到会" "absent",
    }
}

words! {
    /// How a member votes.
    pub enum Vote {
        Yes "yes" "同意" "yes",
        No "no" "不同意" "no",
        Abstain "abstain" "弃权" "abstains",
    }
}

words! {
    /// In which part somebody signs the minutes.
    pub enum Signing {
        Chair "chair" "主持人" "chair",
        Secretary "secretary" "记录人" "secretary",
    }
}

words! {
    /// What others found of an objection.
    pub enum Finding {
        Upheld "upheld" "成立" "upheld",
        Rejected "rejected" "不成立" "not upheld",
        Withdrawn "withdrawn" "已撤回" "withdrawn",
    }
}

/// Somebody who sits in the council on the meeting's day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// The seat.
    pub id: MemberId,
    /// For which department.
    pub department: String,
    /// The official, as the list of members has it.
    pub name: String,
    /// The account; who has one votes in person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<ActorId>,
}

/// The call to a meeting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// How it decides.
    pub kind: MeetingKind,
    /// Whose council it is.
    pub region: RegionCode,
    /// The day.
    pub held_on: Day,
    /// Where.
    pub venue: Note,
    /// Who sits in the council that day.
    pub members: Vec<Member>,
    /// The book that its lines are paid from; `None` where the money is in no book of the fund.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub book: Option<BookId>,
}

/// On what an amount rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standard {
    /// The rule, as the pack names it.
    pub rule: String,
    /// The article.
    pub article: String,
    /// The pack and its version.
    pub pack: String,
    /// Hash of the pack.
    pub sha256: ContentHash,
    /// The version of the determination that gives the amount.
    pub determination: u32,
}

/// One line of a resolution: one household's relief. It is never changed; another amount is another line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Its id.
    pub id: LineId,
    /// For which case.
    pub case: CaseId,
    /// For which request of the case.
    pub request: RequestId,
    /// The key of the programme.
    pub programme: String,
    /// Where the household lives.
    pub place: RegionCode,
    /// How much.
    pub amount_fen: Fen,
    /// The household's classes, as the restrictions of donors name them.
    #[serde(default)]
    pub classes: Vec<String>,
    /// On what it rests; empty = the determination names none for the programme.
    pub standards: Vec<Standard>,
}

/// The charter that a meeting was opened under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Its version.
    pub version: String,
    /// Hash of its text.
    pub sha256: ContentHash,
    /// Its rules.
    pub rules: Rules,
    /// Its rules are made up.
    pub is_illustrative: bool,
}

/// The minutes as they are signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinutesText {
    /// The text: made from the record.
    pub text: String,
    /// Its SHA-256.
    pub sha256: ContentHash,
}

/// One act. Fields that say so are filled in by the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "of", rename_all = "snake_case")]
pub enum Act {
    /// A meeting is called.
    Call(Call),
    /// A topic without money goes on the agenda.
    AddTopic(Note),
    /// A household's relief goes on the agenda.
    Propose(Box<Line>),
    /// A line is taken off again; another amount is another line.
    Withdraw {
        /// Which.
        line: LineId,
        /// Why.
        why: Note,
    },
    /// The meeting is put off; attendance is taken anew.
    Adjourn {
        /// To which day.
        to: Day,
        /// Why.
        why: Note,
    },
    /// It is not held.
    Cancel {
        /// Why.
        why: Note,
    },
    /// It begins. The plan fills the charter in.
    Open(Option<Stamp>),
    /// Somebody is there, or not.
    Attend {
        /// Who.
        member: MemberId,
        /// Whether.
        presence: Presence,
    },
    /// A member keeps out of a line.
    Declare {
        /// Who.
        member: MemberId,
        /// Which line.
        line: LineId,
        /// Why.
        why: Note,
    },
    /// A member votes.
    Vote {
        /// Who.
        member: MemberId,
        /// On which line.
        line: LineId,
        /// How.
        vote: Vote,
    },
    /// An office approves or refuses a line, where nobody votes.
    Answer {
        /// Which.
        line: LineId,
        /// Whether it is approved.
        is_approved: bool,
        /// Why not.
        why: Option<Note>,
    },
    /// The minutes are written. The plan makes their text.
    Conclude {
        /// What was said, in the secretary's words.
        words: Note,
        /// The whole text.
        minutes: Option<MinutesText>,
    },
    /// Chair or secretary signs the minutes of this hash.
    Sign {
        /// As what.
        signing: Signing,
        /// Hash of the minutes that were read.
        sha256: ContentHash,
    },
    /// The notice of a line hangs on a board.
    Post {
        /// Which line.
        line: LineId,
        /// On which board.
        board: Note,
        /// From which day.
        from: Day,
        /// Its last day.
        until: Day,
    },
    /// It was taken down.
    TakeDown {
        /// Which line.
        line: LineId,
        /// The day.
        on: Day,
    },
    /// An online copy is switched on, until the notice's last day at most. Off unless this is on record.
    ShowOnline {
        /// Which line.
        line: LineId,
        /// Its last day online.
        until: Day,
    },
    /// Somebody objects, named or not.
    Object {
        /// To which line.
        line: LineId,
        /// The objection.
        objection: ObjectionId,
        /// Whether who objects gave a name; the name itself stands nowhere.
        is_named: bool,
        /// What it says.
        words: Note,
    },
    /// Somebody else looked into it.
    Reverify {
        /// Which objection.
        objection: ObjectionId,
        /// What was found.
        finding: Finding,
        /// The result in words.
        words: Note,
    },
    /// The result hangs where the notice hung.
    PostResult {
        /// Of which objection.
        objection: ObjectionId,
        /// On which board.
        board: Note,
    },
    /// A line takes effect: it is paid.
    Approve {
        /// Which.
        line: LineId,
    },
}

/// An act on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// 1, 2, 3 …
    pub sequence: u32,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: ActorId,
    /// The client's name for it.
    pub transaction: ActId,
    /// Hash of what the client asked for: the same name for something else is refused.
    pub request: ContentHash,
    /// What.
    pub act: Act,
}
