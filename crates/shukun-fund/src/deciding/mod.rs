//! Deciding: who may say that money goes out, by which rules, and who may object before it does.
//!
//! A meeting is a list of acts that only grows, from the call to the last line that took effect; everything else follows
//! from it ([`Meeting::replay`]). A line is voted on (charity) or answered by an office (statutory and government money),
//! hangs on a board for the charter's days, and takes effect when nobody's objection is open.
//!
//! Knows no names of households, no permissions and no calendar: which days are worked is an argument. Start at [`plan`].
//!
//! INVARIANT: no line takes effect without quorum, majority, its notice run to the end, and every objection answered by
//! somebody who had no hand in it.

pub mod charter;

mod act;
mod count;
mod meeting;
mod minutes;
mod notice;
mod plan;
mod proposal;
mod refusal;
mod share;

#[cfg(test)]
mod tests;

pub use act::{
    Act, ActId, Call, Event, Finding, Line, MeetingKind, Member, MemberId, MinutesText, ObjectionId, Presence,
    RequestId, Signing, Stamp, Standard, Vote,
};
pub use count::Tally;
pub use meeting::{BrokenRecord, LineRecord, LineState, Meeting, MeetingState, Minutes, NoticeRun, Objection};
pub use notice::{answer_due, last_day};
pub use plan::{Context, Planned, plan};
pub use proposal::{Proposal, ProposedLine, propose};
pub use refusal::{Refusal, RefusalCode, RefusalKind};
pub use share::Share;
