//! At a meeting: opening it under the charter, who is there, who keeps out, votes, minutes and signatures.

use jiff::ToSpan as _;

use super::*;
use crate::deciding::act::{MeetingKind, MemberId, Presence, Signing, Stamp};
use crate::deciding::charter::{Provenance, Rules};
use crate::deciding::minutes;

impl Desk<'_> {
    pub(super) fn sitting(&self, act: &Act) -> Result<Act, Refusal> {
        match act {
            Act::Open(_) => return self.open(),
            Act::Attend { member, presence } => self.check_attendance(member, *presence)?,
            Act::Declare { member, line, .. } => self.check_declaration(member, line)?,
            Act::Vote { member, line, .. } => self.check_vote(member, line)?,
            Act::Answer { line, .. } => self.check_answer(line)?,
            _ => return Err(RefusalCode::WrongState.into()),
        }
        Ok(act.clone())
    }

    fn open(&self) -> Result<Act, Refusal> {
        self.require_state(&[MeetingState::Called])?;
        let meeting = self.meeting;
        require(meeting.held_on <= self.ctx.today, RefusalCode::NotYet)?;
        let has_lines = meeting.live_lines().next().is_some();
        require(has_lines || !meeting.topics.is_empty(), RefusalCode::NothingOnAgenda)?;
        if !has_lines {
            return Ok(Act::Open(None));
        }
        let stamp = self.stamp()?;
        if meeting.kind.is_voted() {
            self.check_call_days(&stamp.rules)?;
            let may_decide = meeting.kind == MeetingKind::Plenary || stamp.rules.routine_decides;
            require(may_decide, RefusalCode::RoutineTalks)?;
        }
        self.check_money()?;
        Ok(Act::Open(Some(stamp)))
    }

    /// The rules of the day; a slot that is empty is no rule.
    fn stamp(&self) -> Result<Stamp, Refusal> {
        let charter =
            self.ctx.charter.as_ref().map_err(|fault| Refusal::about(RefusalCode::TwoCharters, fault.text()))?;
        let Some((charter, sha256)) = charter else { return Err(silent(&[Slot::InForceFrom])) };
        let rules = charter.slots.rules().ok_or_else(|| silent(&charter.slots.empty()))?;
        let is_illustrative = charter.provenance == Provenance::Illustrative;
        Ok(Stamp { version: charter.version.clone(), sha256: sha256.clone(), rules, is_illustrative })
    }

    fn check_call_days(&self, rules: &Rules) -> Result<(), Refusal> {
        let called = crate::deciding::notice::china_day(self.meeting.called_at);
        let first = called.checked_add(i64::from(rules.call_days).days()).ok();
        require(first.is_some_and(|first| first <= self.ctx.today), RefusalCode::CalledTooLate)
    }

    fn check_money(&self) -> Result<(), Refusal> {
        require(!self.meeting.kind.is_voted() || self.meeting.book.is_some(), RefusalCode::NoBook)?;
        match self.ctx.lacking_fen.filter(|lacking| *lacking > Fen::ZERO) {
            Some(lacking) => {
                let about = Text::new(format!("还差{lacking}元"), format!("{lacking} yuan lack"));
                Err(Refusal::about(RefusalCode::OverMoney, about))
            }
            None => Ok(()),
        }
    }

    fn has_voted(&self, member: &MemberId) -> bool {
        self.meeting.lines.iter().any(|record| record.votes.contains_key(member))
    }

    fn require_member(&self, member: &MemberId) -> Result<(), Refusal> {
        require(self.meeting.member(member).is_some(), RefusalCode::NoMember)
    }

    fn check_attendance(&self, member: &MemberId, presence: Presence) -> Result<(), Refusal> {
        self.require_state(&[MeetingState::InSession])?;
        self.require_member(member)?;
        require(presence == Presence::Present || !self.has_voted(member), RefusalCode::VotedAlready)
    }

    fn check_declaration(&self, member: &MemberId, line: &LineId) -> Result<(), Refusal> {
        self.require_state(&[MeetingState::Called, MeetingState::InSession])?;
        self.require_member(member)?;
        let record = self.find_line(line, &[LineState::Proposed])?;
        require(!record.votes.contains_key(member), RefusalCode::VotedAlready)
    }

    fn check_vote(&self, member: &MemberId, line: &LineId) -> Result<(), Refusal> {
        self.require_state(&[MeetingState::InSession])?;
        let seat = self.meeting.member(member).ok_or(RefusalCode::NoMember)?;
        // Who has no account votes by a show of hands that the secretary writes down.
        require(seat.account.as_ref().is_none_or(|account| account == self.ctx.by), RefusalCode::OwnVoteOnly)?;
        let record = self.find_line(line, &[LineState::Proposed])?;
        require(self.meeting.is_present(member), RefusalCode::NotPresent)?;
        require(!record.conflicts.contains_key(member), RefusalCode::InConflict)?;
        require(!record.votes.contains_key(member), RefusalCode::VotedAlready)?;
        let rules = self.meeting.stamp.as_ref().map(|stamp| stamp.rules).ok_or_else(|| silent(Slot::ALL))?;
        require(self.meeting.tally(record).has_quorum(&rules), RefusalCode::NoQuorum)
    }

    /// Statutory and government money: an office answers each line, and not who drafted it.
    fn check_answer(&self, line: &LineId) -> Result<(), Refusal> {
        require(!self.meeting.kind.is_voted(), RefusalCode::WrongState)?;
        self.require_state(&[MeetingState::InSession])?;
        let record = self.find_line(line, &[LineState::Proposed])?;
        require(record.drafted_by != *self.ctx.by, RefusalCode::SamePerson)
    }

    pub(super) fn minutes(&self, act: &Act) -> Result<Act, Refusal> {
        match act {
            Act::Conclude { words, .. } => {
                self.check_conclusion()?;
                let minutes = minutes::write(self.meeting, words);
                Ok(Act::Conclude { words: words.clone(), minutes })
            }
            Act::Sign { signing, sha256 } => {
                self.check_signature(*signing, sha256)?;
                Ok(act.clone())
            }
            _ => Err(RefusalCode::WrongState.into()),
        }
    }

    fn check_conclusion(&self) -> Result<(), Refusal> {
        require(self.meeting.kind.is_voted(), RefusalCode::WrongState)?;
        self.require_state(&[MeetingState::InSession])?;
        for record in self.meeting.live_lines() {
            let rules = self.meeting.stamp.as_ref().map(|stamp| stamp.rules).ok_or_else(|| silent(Slot::ALL))?;
            let (tally, about) = (self.meeting.tally(record), name_line(&record.line));
            if !tally.has_quorum(&rules) {
                return Err(Refusal::about(RefusalCode::NoQuorum, about));
            }
            if !tally.is_complete() {
                return Err(Refusal::about(RefusalCode::VotesOpen, about));
            }
        }
        Ok(())
    }

    /// The chair is a member who was there and signs in person; the secretary is somebody else.
    fn check_signature(&self, signing: Signing, sha256: &ContentHash) -> Result<(), Refusal> {
        self.require_state(&[MeetingState::Concluded])?;
        let minutes = self.meeting.minutes.as_ref().ok_or(RefusalCode::WrongState)?;
        require(minutes.text.sha256 == *sha256, RefusalCode::OtherMinutes)?;
        require(!minutes.signed.contains_key(&signing), RefusalCode::SignedAlready)?;
        require(minutes.signed.values().all(|(who, _)| who != self.ctx.by), RefusalCode::SamePerson)?;
        if signing == Signing::Secretary {
            return Ok(());
        }
        let own = |member: &&crate::deciding::Member| member.account.as_ref() == Some(self.ctx.by);
        let seat = self.meeting.members.iter().find(own).ok_or(RefusalCode::NoMember)?;
        require(self.meeting.is_present(&seat.id), RefusalCode::NotPresent)
    }
}

fn silent(slots: &[Slot]) -> Refusal {
    Refusal::about(RefusalCode::CharterSilent, name_slots(slots))
}
