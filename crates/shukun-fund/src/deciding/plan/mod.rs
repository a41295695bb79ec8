//! Planning: a meeting and an act → the act as it goes on record, or why it is refused. Every guard is checked here,
//! whatever a page showed before.
//!
//! INVARIANT: what [`plan`] gives, the fold takes. Whether somebody holds the permission is for whoever knows accounts.

mod agenda;
mod notice;
mod sitting;

use std::collections::BTreeSet;

use jiff::Timestamp;
use shukun_base::{ActorId, ContentHash, Day, Fen, Text};

use super::act::{Act, ActId, Event, Line};
use super::charter::{Charter, CharterFault, Slot};
use super::meeting::{LineRecord, LineState, Meeting, MeetingState};
use super::minutes::hash;
use super::refusal::{Refusal, RefusalCode};
use crate::ids::{LineId, MeetingId};

/// What stands around an act: the moment, its name, what was read, the charter, and what other records say.
pub struct Context<'a> {
    /// Now.
    pub now: Timestamp,
    /// Today in China.
    pub today: Day,
    /// Who acts.
    pub by: &'a ActorId,
    /// The client's name for the act.
    pub transaction: ActId,
    /// The version of the meeting that was read; zero for a call.
    pub version: u32,
    /// The charter of the meeting's day with the hash of its text; which version holds is the charter's own question.
    pub charter: Result<Option<(&'a Charter, ContentHash)>, CharterFault>,
    /// Who had a hand in the case of the line that the act is about, as casework knows it.
    pub involved: &'a BTreeSet<ActorId>,
    /// What lacks in the pots for the lines on the agenda; `None` where no pot was looked at.
    pub lacking_fen: Option<Fen>,
}

/// What a plan gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Planned {
    /// One more act for the record.
    New(Box<Event>),
    /// It is on record already, under this very name.
    OnRecord,
}

/// The act for the record. `meeting` is `None` for a call.
///
/// # Errors
/// A refusal with its code; nothing is to be written then.
pub fn plan(id: &MeetingId, meeting: Option<&Meeting>, act: &Act, ctx: &Context<'_>) -> Result<Planned, Refusal> {
    let request = request_hash(act)?;
    if let Some(meeting) = meeting {
        if is_on_record(meeting, &request, ctx)? {
            return Ok(Planned::OnRecord);
        }
    } else {
        require(ctx.version == 0, RefusalCode::StaleVersion)?;
    }
    let act = match (meeting, act) {
        (None, Act::Call(call)) => agenda::call(call, ctx)?,
        (None, _) | (Some(_), Act::Call(_)) => return Err(RefusalCode::WrongState.into()),
        (Some(meeting), act) => Desk { meeting, ctx }.planned(act)?,
    };
    let sequence = meeting.map_or(0, |meeting| meeting.version).saturating_add(1);
    let (meeting, by, transaction) = (id.clone(), ctx.by.clone(), ctx.transaction.clone());
    Ok(Planned::New(Box::new(Event { meeting, sequence, at: ctx.now, by, transaction, request, act })))
}

/// What a client asked for, for telling it again under the same name.
fn request_hash(act: &Act) -> Result<ContentHash, Refusal> {
    let text = serde_json::to_string(act).ok();
    text.and_then(|text| hash(&text)).ok_or_else(|| RefusalCode::TransactionTaken.into())
}

fn is_on_record(meeting: &Meeting, request: &ContentHash, ctx: &Context<'_>) -> Result<bool, Refusal> {
    match meeting.transactions.get(&ctx.transaction) {
        Some((who, asked)) if who == ctx.by && asked == request => return Ok(true),
        Some(_) => return Err(RefusalCode::TransactionTaken.into()),
        None => {}
    }
    require(ctx.version == meeting.version, RefusalCode::StaleVersion)?;
    require(ctx.now >= meeting.last_at, RefusalCode::ClockBack)?;
    Ok(false)
}

fn require(holds: bool, code: RefusalCode) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(code.into()) }
}

/// The slots in both languages, for a refusal.
fn name_slots(slots: &[Slot]) -> Text {
    let join = |texts: Vec<String>, by| texts.join(by);
    Text::new(
        join(slots.iter().map(|slot| slot.text().zh).collect(), "、"),
        join(slots.iter().map(|slot| slot.text().en).collect(), ", "),
    )
}

/// A line in words that name nobody.
fn name_line(line: &Line) -> Text {
    Text::new(format!("案件{}", line.case), format!("case {}", line.case))
}

/// An act on a meeting that was called; the general guards have passed.
struct Desk<'a> {
    meeting: &'a Meeting,
    ctx: &'a Context<'a>,
}

impl Desk<'_> {
    fn planned(&self, act: &Act) -> Result<Act, Refusal> {
        match act {
            Act::AddTopic(_) | Act::Propose(_) | Act::Withdraw { .. } | Act::Adjourn { .. } | Act::Cancel { .. } => {
                self.agenda(act)
            }
            Act::Open(_) | Act::Attend { .. } | Act::Declare { .. } | Act::Vote { .. } | Act::Answer { .. } => {
                self.sitting(act)
            }
            Act::Conclude { .. } | Act::Sign { .. } => self.minutes(act),
            _ => self.notice(act),
        }
    }

    fn require_state(&self, states: &[MeetingState]) -> Result<(), Refusal> {
        require(states.contains(&self.meeting.state), RefusalCode::WrongState)
    }

    /// A line that stands in one of these states.
    fn find_line(&self, id: &LineId, states: &[LineState]) -> Result<&LineRecord, Refusal> {
        let record = self.meeting.line(id).filter(|record| states.contains(&record.state));
        record.ok_or_else(|| RefusalCode::NoLine.into())
    }
}
