//! After a meeting: the public notice of each line, objections to it, and the line's taking effect.

use super::*;
use crate::deciding::act::{Finding, ObjectionId};
use crate::deciding::meeting::{NoticeRun, Objection};
use crate::deciding::notice::last_day;

impl Desk<'_> {
    pub(super) fn notice(&self, act: &Act) -> Result<Act, Refusal> {
        match act {
            Act::Post { line, from, until, .. } => self.check_post(line, *from, *until)?,
            Act::TakeDown { line, on } => self.check_taking_down(line, *on)?,
            Act::ShowOnline { line, until } => self.check_online(line, *until)?,
            Act::Object { line, objection, .. } => {
                self.find_line(line, &[LineState::Passed, LineState::OnNotice])?;
                require(self.meeting.objection(objection).is_none(), RefusalCode::TransactionTaken)?;
            }
            Act::Reverify { objection, finding, .. } => self.check_reverification(objection, *finding)?,
            Act::PostResult { objection, .. } => self.check_result(objection)?,
            Act::Approve { line } => self.check_approval(line)?,
            _ => return Err(RefusalCode::WrongState.into()),
        }
        Ok(act.clone())
    }

    fn check_post(&self, line: &LineId, from: Day, until: Day) -> Result<(), Refusal> {
        self.find_line(line, &[LineState::Passed])?;
        require(from >= self.ctx.today, RefusalCode::NoticeInPast)?;
        let rules = self.meeting.stamp.as_ref().map(|stamp| stamp.rules).ok_or(RefusalCode::CharterSilent)?;
        let least = last_day(from, rules.notice_days);
        require(least.is_some_and(|least| until >= least), RefusalCode::NoticeTooShort)
    }

    /// The notice of a line, which may have been struck meanwhile.
    fn find_notice(&self, line: &LineId) -> Result<(&LineRecord, &NoticeRun), Refusal> {
        let record = self.meeting.line(line).ok_or(RefusalCode::NoLine)?;
        let run = record.notice.as_ref().ok_or(RefusalCode::NoNotice)?;
        require(run.taken_down.is_none(), RefusalCode::NoLine)?;
        Ok((record, run))
    }

    fn check_taking_down(&self, line: &LineId, on: Day) -> Result<(), Refusal> {
        let (record, run) = self.find_notice(line)?;
        let is_over = on > run.until || record.state != LineState::OnNotice;
        require(is_over && on <= self.ctx.today, RefusalCode::StillHanging)
    }

    fn check_online(&self, line: &LineId, until: Day) -> Result<(), Refusal> {
        let (record, run) = self.find_notice(line)?;
        require(record.state == LineState::OnNotice, RefusalCode::NoLine)?;
        // A copy never outlives the paper.
        require((self.ctx.today..=run.until).contains(&until), RefusalCode::NoticeInPast)
    }

    /// INVARIANT: whoever looks into an objection had no hand in the line nor in its case.
    fn check_reverification(&self, objection: &ObjectionId, finding: Finding) -> Result<(), Refusal> {
        let (record, found) = self.meeting.objection(objection).ok_or(RefusalCode::NoObjection)?;
        require(found.answer.is_none(), RefusalCode::NoObjection)?;
        if finding == Finding::Withdrawn && !found.is_named {
            return Err(RefusalCode::NoObjection.into());
        }
        let by = self.ctx.by;
        let took_part = record.hands.contains(by) || self.meeting.called_by == *by || self.ctx.involved.contains(by);
        require(!took_part, RefusalCode::TookPart)
    }

    fn check_result(&self, objection: &ObjectionId) -> Result<(), Refusal> {
        let (_, found) = self.meeting.objection(objection).ok_or(RefusalCode::NoObjection)?;
        require(found.answer.is_some() && found.result_posted.is_none(), RefusalCode::NoObjection)
    }

    /// INVARIANT: quorum and majority made it pass; its notice is over; no objection is open, no result unposted.
    fn check_approval(&self, line: &LineId) -> Result<(), Refusal> {
        let record = self.find_line(line, &[LineState::Passed, LineState::OnNotice])?;
        let about = |code| Refusal::about(code, name_line(&record.line));
        let run = record.notice.as_ref().ok_or_else(|| about(RefusalCode::NoNotice))?;
        if self.ctx.today <= run.until {
            return Err(about(RefusalCode::NoticeRuns));
        }
        if record.open_objection().is_some() {
            return Err(about(RefusalCode::ObjectionOpen));
        }
        let is_unposted = |objection: &Objection| objection.result_posted.is_none();
        if record.objections.iter().any(is_unposted) {
            return Err(about(RefusalCode::ResultNotPosted));
        }
        Ok(())
    }
}
