//! Deciding in the database: charters, the council, meetings as sealed acts, notices.
//!
//! An act is planned by `shukun-fund` on the meeting as it is inside the writing transaction. What follows from it (the row
//! of the meeting, the rows of its notices, the approval on the case) is written with it.
//!
//! INVARIANT: one transaction id is one act; a stale version writes nothing; the acts are only appended to.
//! Start at `act`.

mod act;
mod book;
mod charters;
mod lines;
mod list;
mod members;
mod online;

#[cfg(test)]
mod tests;

pub use charters::KeptCharter;
pub use lines::Candidate;
pub use list::{MeetingRow, NoticeFilter, NoticeRow};
pub use members::{CouncilMember, NewCouncilMember};
pub use online::OnlineNotice;

#[cfg(test)]
pub(crate) use act::ALL as ACT_STATEMENTS;
#[cfg(test)]
pub(crate) use book::ALL as BOOK_STATEMENTS;
#[cfg(test)]
pub(crate) use charters::ALL as CHARTER_STATEMENTS;
#[cfg(test)]
pub(crate) use list::{meetings_query, notices_query};
#[cfg(test)]
pub(crate) use members::{ALL as MEMBER_STATEMENTS, members_query};
#[cfg(test)]
pub(crate) use online::ALL as ONLINE_STATEMENTS;

use shukun_fund::deciding::{Refusal, RefusalKind};

use crate::error::{ErrorKind, StoreError};

/// A refusal under its own code.
fn refused(refusal: &Refusal) -> StoreError {
    let kind = match refusal.code.kind() {
        RefusalKind::Stale => ErrorKind::Stale,
        RefusalKind::Forbidden => ErrorKind::Forbidden,
        RefusalKind::State => ErrorKind::Refused,
    };
    let text = refusal.text();
    StoreError::new(kind, refusal.code.key(), text.zh, text.en)
}

fn unreadable() -> StoreError {
    StoreError::damaged("会议记录里有一行读不懂。", "A record of a meeting cannot be read.")
}
