//! Before a meeting: the call, the agenda, putting it off.

use super::*;
use crate::deciding::act::Call;

/// The call to a meeting.
pub(super) fn call(call: &Call, ctx: &Context<'_>) -> Result<Act, Refusal> {
    require(call.held_on >= ctx.today, RefusalCode::NotCalled)?;
    require(!call.kind.is_voted() || !call.members.is_empty(), RefusalCode::NoMembers)?;
    Ok(Act::Call(call.clone()))
}

impl Desk<'_> {
    pub(super) fn agenda(&self, act: &Act) -> Result<Act, Refusal> {
        match act {
            Act::Propose(line) => self.check_proposal(line)?,
            Act::Withdraw { line, .. } => self.check_withdrawal(line)?,
            Act::Adjourn { to, .. } => {
                self.check_no_votes()?;
                require(*to > self.ctx.today, RefusalCode::NotCalled)?;
            }
            Act::Cancel { .. } => self.check_no_votes()?,
            _ => self.require_state(&[MeetingState::Called, MeetingState::InSession])?,
        }
        Ok(act.clone())
    }

    fn check_proposal(&self, line: &Line) -> Result<(), Refusal> {
        self.require_state(&[MeetingState::Called, MeetingState::InSession])?;
        let about = |code| Refusal::about(code, name_line(line));
        if line.amount_fen <= Fen::ZERO {
            return Err(about(RefusalCode::BadAmount));
        }
        let is_known = self.meeting.line(&line.id).is_some();
        let is_live = |record: &LineRecord| record.line.case == line.case && record.line.request == line.request;
        if is_known || self.meeting.live_lines().any(is_live) {
            return Err(about(RefusalCode::LineTwice));
        }
        Ok(())
    }

    /// Up to the moment it takes effect; while the minutes wait for signatures it stands as it was voted.
    fn check_withdrawal(&self, line: &LineId) -> Result<(), Refusal> {
        self.require_state(&[MeetingState::Called, MeetingState::InSession, MeetingState::Decided])?;
        self.find_line(line, &[LineState::Proposed, LineState::Passed, LineState::OnNotice]).map(|_| ())
    }

    fn check_no_votes(&self) -> Result<(), Refusal> {
        self.require_state(&[MeetingState::Called, MeetingState::InSession])?;
        let is_touched = |record: &LineRecord| !record.votes.is_empty() || record.answer.is_some();
        require(!self.meeting.lines.iter().any(is_touched), RefusalCode::VotesCast)
    }
}
