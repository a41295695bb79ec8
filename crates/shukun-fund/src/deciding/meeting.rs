//! A meeting and its resolution as they follow from the acts on record, from the call to the last line that took effect.
//!
//! INVARIANT: the same acts give the same meeting, to the byte. What the fold does not understand it refuses.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shukun_base::{ActorId, ContentHash, Day, Fen, Note, RegionCode, words};

use super::act::{
    Act, ActId, Call, Event, Finding, Line, MeetingKind, Member, MemberId, MinutesText, ObjectionId, Presence, Signing,
    Stamp, Vote,
};
use super::count;
use crate::ids::{BookId, LineId, MeetingId};

words! {
    /// Where a meeting stands.
    pub enum MeetingState {
        Called "called" "已通知" "called",
        InSession "in_session" "开会中" "in session",
        Concluded "concluded" "待签字" "minutes to be signed",
        Decided "decided" "已决定" "decided",
        Cancelled "cancelled" "已取消" "cancelled",
    }
}

words! {
    /// Where a line stands.
    pub enum LineState {
        Proposed "proposed" "待议" "proposed",
        Passed "passed" "已通过，待公示" "passed, to be posted",
        OnNotice "on_notice" "公示中" "on public notice",
        Approved "approved" "已生效" "in effect",
        Refused "refused" "未通过" "refused",
        Withdrawn "withdrawn" "已撤下" "withdrawn",
    }
}

impl LineState {
    /// Whether nothing more happens to it before it is paid.
    pub const fn is_final(self) -> bool {
        matches!(self, LineState::Approved | LineState::Refused | LineState::Withdrawn)
    }
}

/// A notice on a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeRun {
    /// The board.
    pub board: Note,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
    /// Who posted it.
    pub posted_by: ActorId,
    /// When it was taken down, and by whom.
    pub taken_down: Option<(Day, ActorId)>,
    /// The last day of the online copy; `None` = there is none.
    pub online_until: Option<Day>,
}

/// An objection and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Its id.
    pub id: ObjectionId,
    /// Whether who objects gave a name.
    pub is_named: bool,
    /// What it says.
    pub words: Note,
    /// When it came.
    pub at: Timestamp,
    /// What others found: what, in words, who, when.
    pub answer: Option<(Finding, Note, ActorId, Timestamp)>,
    /// The board on which the result hangs.
    pub result_posted: Option<Note>,
}

/// A line and its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineRecord {
    /// What is proposed.
    pub line: Line,
    /// Who drafted it.
    pub drafted_by: ActorId,
    /// Where it stands.
    pub state: LineState,
    /// Members that keep out, and why.
    pub conflicts: BTreeMap<MemberId, Note>,
    /// Votes.
    pub votes: BTreeMap<MemberId, Vote>,
    /// The office's answer where nobody votes: who, and why not.
    pub answer: Option<(ActorId, Option<Note>)>,
    /// Its notice.
    pub notice: Option<NoticeRun>,
    /// Objections, in order.
    pub objections: Vec<Objection>,
    /// Why it was taken off.
    pub withdrawn: Option<Note>,
    /// When it took effect.
    pub approved_at: Option<Timestamp>,
    /// Everybody who had a hand in it.
    pub hands: BTreeSet<ActorId>,
}

impl LineRecord {
    /// An objection that nobody has answered.
    pub fn open_objection(&self) -> Option<&Objection> {
        self.objections.iter().find(|objection| objection.answer.is_none())
    }
}

/// The minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Minutes {
    /// Their text and its hash.
    pub text: MinutesText,
    /// Who wrote them.
    pub by: ActorId,
    /// Who signed as what, and when.
    pub signed: BTreeMap<Signing, (ActorId, Timestamp)>,
}

/// A meeting with its one resolution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// Its id; its resolution has the same.
    pub id: MeetingId,
    /// How it decides.
    pub kind: MeetingKind,
    /// Whose council it is.
    pub region: RegionCode,
    /// Where it stands.
    pub state: MeetingState,
    /// The day.
    pub held_on: Day,
    /// Where.
    pub venue: Note,
    /// The book that its lines are paid from.
    pub book: Option<BookId>,
    /// When the call went out.
    pub called_at: Timestamp,
    /// Who called it.
    pub called_by: ActorId,
    /// The council of the day.
    pub members: Vec<Member>,
    /// Topics without money.
    pub topics: Vec<Note>,
    /// Lines, in the order in which they were proposed.
    pub lines: Vec<LineRecord>,
    /// The charter it was opened under.
    pub stamp: Option<Stamp>,
    /// Who is there.
    pub attendance: BTreeMap<MemberId, Presence>,
    /// Why it was put off or cancelled last.
    pub why: Option<Note>,
    /// Its minutes.
    pub minutes: Option<Minutes>,
    /// How many acts are on record.
    pub version: u32,
    /// When the last was.
    pub last_at: Timestamp,
    /// Acts by the client's name: who, and the hash of what was asked for.
    pub transactions: BTreeMap<ActId, (ActorId, ContentHash)>,
}

/// The record does not fit together: it was not written by a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenRecord;

impl Meeting {
    /// The meeting that a record gives.
    ///
    /// # Errors
    /// A record that does not begin with a call, has a gap, or names what is not there.
    pub fn replay(events: &[Event]) -> Result<Meeting, BrokenRecord> {
        let (first, rest) = events.split_first().ok_or(BrokenRecord)?;
        let Act::Call(call) = &first.act else { return Err(BrokenRecord) };
        if first.sequence != 1 {
            return Err(BrokenRecord);
        }
        let mut meeting = Meeting::called(first, call);
        rest.iter().try_for_each(|event| meeting.apply(event))?;
        Ok(meeting)
    }

    fn called(event: &Event, call: &Call) -> Meeting {
        Meeting {
            id: event.meeting.clone(),
            kind: call.kind,
            region: call.region.clone(),
            state: MeetingState::Called,
            held_on: call.held_on,
            venue: call.venue.clone(),
            book: call.book.clone(),
            called_at: event.at,
            called_by: event.by.clone(),
            members: call.members.clone(),
            topics: Vec::new(),
            lines: Vec::new(),
            stamp: None,
            attendance: BTreeMap::new(),
            why: None,
            minutes: None,
            version: 1,
            last_at: event.at,
            transactions: BTreeMap::from([(event.transaction.clone(), (event.by.clone(), event.request.clone()))]),
        }
    }

    /// Takes one more act.
    ///
    /// # Errors
    /// As [`Meeting::replay`].
    pub fn apply(&mut self, event: &Event) -> Result<(), BrokenRecord> {
        if event.meeting != self.id || event.sequence != self.version.saturating_add(1) {
            return Err(BrokenRecord);
        }
        match &event.act {
            Act::Call(_) => return Err(BrokenRecord),
            Act::AddTopic(_) | Act::Propose(_) | Act::Withdraw { .. } | Act::Adjourn { .. } | Act::Cancel { .. } => {
                self.apply_agenda(event)?;
            }
            Act::Open(_) | Act::Attend { .. } | Act::Declare { .. } | Act::Vote { .. } | Act::Answer { .. } => {
                self.apply_sitting(event)?;
            }
            Act::Conclude { .. } | Act::Sign { .. } => self.apply_minutes(event)?,
            _ => self.apply_notice(event)?,
        }
        self.version = event.sequence;
        self.last_at = event.at;
        self.transactions.insert(event.transaction.clone(), (event.by.clone(), event.request.clone()));
        Ok(())
    }

    fn apply_agenda(&mut self, event: &Event) -> Result<(), BrokenRecord> {
        match &event.act {
            Act::AddTopic(words) => self.topics.push(words.clone()),
            Act::Propose(line) => self.lines.push(proposed(line, &event.by)),
            Act::Withdraw { line, why } => {
                let record = self.line_mut(line)?;
                record.state = LineState::Withdrawn;
                record.withdrawn = Some(why.clone());
                self.end_where_all_are_answered();
            }
            Act::Adjourn { to, why } => {
                self.held_on = *to;
                self.why = Some(why.clone());
                self.state = MeetingState::Called;
                self.called_at = event.at;
                self.attendance.clear();
            }
            Act::Cancel { why } => {
                self.state = MeetingState::Cancelled;
                self.why = Some(why.clone());
                for record in self.lines.iter_mut().filter(|record| !record.state.is_final()) {
                    record.state = LineState::Withdrawn;
                    record.withdrawn = Some(why.clone());
                }
            }
            _ => return Err(BrokenRecord),
        }
        Ok(())
    }

    fn apply_sitting(&mut self, event: &Event) -> Result<(), BrokenRecord> {
        match &event.act {
            Act::Open(stamp) => {
                self.state = MeetingState::InSession;
                self.stamp.clone_from(stamp);
            }
            Act::Attend { member, presence } => {
                self.attendance.insert(member.clone(), *presence);
            }
            Act::Declare { member, line, why } => {
                self.line_mut(line)?.conflicts.insert(member.clone(), why.clone());
            }
            Act::Vote { member, line, vote } => {
                let by = event.by.clone();
                let record = self.line_mut(line)?;
                record.votes.insert(member.clone(), *vote);
                record.hands.insert(by);
            }
            Act::Answer { line, is_approved, why } => {
                let record = self.line_mut(line)?;
                record.state = if *is_approved { LineState::Passed } else { LineState::Refused };
                record.answer = Some((event.by.clone(), why.clone()));
                record.hands.insert(event.by.clone());
                self.end_where_all_are_answered();
            }
            _ => return Err(BrokenRecord),
        }
        Ok(())
    }

    /// Where an office answers line by line there are no minutes: it is over with the last answer.
    fn end_where_all_are_answered(&mut self) {
        let waits = self.lines.iter().any(|record| record.state == LineState::Proposed);
        if !self.kind.is_voted() && self.state == MeetingState::InSession && !waits {
            self.state = MeetingState::Decided;
        }
    }

    fn apply_minutes(&mut self, event: &Event) -> Result<(), BrokenRecord> {
        match &event.act {
            Act::Conclude { minutes, .. } => {
                let text = minutes.clone().ok_or(BrokenRecord)?;
                self.minutes = Some(Minutes { text, by: event.by.clone(), signed: BTreeMap::new() });
                self.state = MeetingState::Concluded;
            }
            Act::Sign { signing, .. } => {
                let minutes = self.minutes.as_mut().ok_or(BrokenRecord)?;
                minutes.signed.insert(*signing, (event.by.clone(), event.at));
                if Signing::ALL.iter().all(|signing| minutes.signed.contains_key(signing)) {
                    self.decide();
                }
            }
            _ => return Err(BrokenRecord),
        }
        Ok(())
    }

    fn decide(&mut self) {
        self.state = MeetingState::Decided;
        let signers: Vec<ActorId> =
            self.minutes.iter().flat_map(|minutes| minutes.signed.values()).map(|(who, _)| who.clone()).collect();
        let Some(rules) = self.stamp.as_ref().map(|stamp| stamp.rules) else { return };
        let (members, attendance) = (self.members.len(), self.attendance.clone());
        for record in self.lines.iter_mut().filter(|record| record.state == LineState::Proposed) {
            let tally = count::tally(members, &attendance, record);
            record.state = if tally.is_carried(&rules) { LineState::Passed } else { LineState::Refused };
            record.hands.extend(signers.iter().cloned());
        }
    }

    fn apply_notice(&mut self, event: &Event) -> Result<(), BrokenRecord> {
        match &event.act {
            Act::Post { line, board, from, until } => {
                let record = self.line_mut(line)?;
                let (board, posted_by) = (board.clone(), event.by.clone());
                record.hands.insert(posted_by.clone());
                record.state = LineState::OnNotice;
                record.notice = Some(NoticeRun {
                    board,
                    from: *from,
                    until: *until,
                    posted_by,
                    taken_down: None,
                    online_until: None,
                });
            }
            Act::TakeDown { line, on } => {
                self.notice_mut(line)?.taken_down = Some((*on, event.by.clone()));
            }
            Act::ShowOnline { line, until } => self.notice_mut(line)?.online_until = Some(*until),
            Act::Approve { line } => {
                let record = self.line_mut(line)?;
                record.state = LineState::Approved;
                record.approved_at = Some(event.at);
            }
            _ => self.apply_objection(event)?,
        }
        Ok(())
    }

    fn apply_objection(&mut self, event: &Event) -> Result<(), BrokenRecord> {
        match &event.act {
            Act::Object { line, objection, is_named, words } => {
                let (id, words) = (objection.clone(), words.clone());
                let (is_named, at) = (*is_named, event.at);
                let made = Objection { id, is_named, words, at, answer: None, result_posted: None };
                self.line_mut(line)?.objections.push(made);
            }
            Act::Reverify { objection, finding, words } => {
                let record = self.of_objection_mut(objection)?;
                if *finding == Finding::Upheld {
                    record.state = LineState::Refused;
                }
                let found = (*finding, words.clone(), event.by.clone(), event.at);
                of(record, objection)?.answer = Some(found);
            }
            Act::PostResult { objection, board } => {
                let record = self.of_objection_mut(objection)?;
                of(record, objection)?.result_posted = Some(board.clone());
            }
            _ => return Err(BrokenRecord),
        }
        Ok(())
    }

    /// A line by its id.
    pub fn line(&self, id: &LineId) -> Option<&LineRecord> {
        self.lines.iter().find(|record| record.line.id == *id)
    }

    /// The line that an objection is to, and the objection.
    pub fn objection(&self, id: &ObjectionId) -> Option<(&LineRecord, &Objection)> {
        let found = |record: &LineRecord| record.objections.iter().position(|objection| objection.id == *id);
        let record = self.lines.iter().find(|record| found(record).is_some())?;
        Some((record, record.objections.iter().find(|objection| objection.id == *id)?))
    }

    /// Lines that were not taken off.
    pub fn live_lines(&self) -> impl Iterator<Item = &LineRecord> {
        self.lines.iter().filter(|record| record.state != LineState::Withdrawn)
    }

    /// What the lines that were not taken off come to.
    pub fn total_fen(&self) -> Fen {
        self.live_lines().map(|record| record.line.amount_fen).sum()
    }

    /// A member by seat.
    pub fn member(&self, id: &MemberId) -> Option<&Member> {
        self.members.iter().find(|member| member.id == *id)
    }

    /// Whether the member is there.
    pub fn is_present(&self, id: &MemberId) -> bool {
        self.attendance.get(id) == Some(&Presence::Present)
    }

    /// How the votes on a line stand.
    pub fn tally(&self, record: &LineRecord) -> count::Tally {
        count::tally(self.members.len(), &self.attendance, record)
    }

    fn line_mut(&mut self, id: &LineId) -> Result<&mut LineRecord, BrokenRecord> {
        self.lines.iter_mut().find(|record| record.line.id == *id).ok_or(BrokenRecord)
    }

    fn notice_mut(&mut self, id: &LineId) -> Result<&mut NoticeRun, BrokenRecord> {
        self.line_mut(id)?.notice.as_mut().ok_or(BrokenRecord)
    }

    fn of_objection_mut(&mut self, id: &ObjectionId) -> Result<&mut LineRecord, BrokenRecord> {
        let holds = |record: &&mut LineRecord| record.objections.iter().any(|objection| objection.id == *id);
        self.lines.iter_mut().find(holds).ok_or(BrokenRecord)
    }
}

fn of<'a>(record: &'a mut LineRecord, id: &ObjectionId) -> Result<&'a mut Objection, BrokenRecord> {
    record.objections.iter_mut().find(|objection| objection.id == *id).ok_or(BrokenRecord)
}

fn proposed(line: &Line, by: &ActorId) -> LineRecord {
    LineRecord {
        line: line.clone(),
        drafted_by: by.clone(),
        state: LineState::Proposed,
        conflicts: BTreeMap::new(),
        votes: BTreeMap::new(),
        answer: None,
        notice: None,
        objections: Vec::new(),
        withdrawn: None,
        approved_at: None,
        hands: BTreeSet::from([by.clone()]),
    }
}
