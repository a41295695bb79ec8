//! Beside the main road: the urgent lane, objections, appeals, supervision.

use jiff::ToSpan as _;

use super::*;
use crate::case::record::{
    Advance, AdvanceAsked, Answer, Complaint, RecalculationCause, Reopening, Return, ReturnReason, Supervision,
};
use crate::ids::Note;
use crate::timers::Number;

/// How long an advance may wait for its approvals where the settings name no limit.
const NO_LIMIT_HOURS: u32 = 24;

impl Desk<'_> {
    pub(super) fn beside(&self, command: &Command) -> Result<Vec<Content>, Refusal> {
        match command {
            Command::AskAdvance(asked) => self.ask_advance(asked),
            Command::AnswerAdvance { approved } => self.answer_advance(*approved),
            Command::PaperAdvance => self.paper_advance(),
            Command::RaiseObjection(complaint) => {
                require(self.case.open_objection().is_none(), RefusalCode::ComplaintOpen)?;
                Ok(vec![Content::ObjectionRaised(complaint.clone())])
            }
            Command::AnswerObjection(answer) => self.answer_objection(answer),
            Command::RaiseAppeal(complaint) => self.raise_appeal(complaint),
            Command::AnswerAppeal(answer) => self.answer_appeal(answer),
            Command::Supervise(order) => self.supervise(order),
            _ => Err(RefusalCode::WrongStatus.into()),
        }
    }

    fn ask_advance(&self, asked: &AdvanceAsked) -> Result<Vec<Content>, Refusal> {
        require(self.case.status <= Status::Applying, RefusalCode::WrongStatus)?;
        require(self.case.open_advance().is_none(), RefusalCode::AdvanceOpen)?;
        let cap = self.ctx.settings.advance_cap_fen().ok_or_else(no_cap)?;
        require(is_positive(asked.amount_fen) && asked.amount_fen <= cap, RefusalCode::AdvanceTooHigh)?;
        Ok(vec![Content::AdvanceAsked(asked.clone())])
    }

    fn answer_advance(&self, approved: bool) -> Result<Vec<Content>, Refusal> {
        let advance = self.case.open_advance().filter(|advance| !advance.is_granted()).ok_or(RefusalCode::NoAdvance)?;
        self.check_other_person(advance.asked_by.as_ref())?;
        if approved {
            self.check_advance_approval(advance)?;
        }
        Ok(vec![Content::AdvanceAnswered { approved }])
    }

    fn check_advance_approval(&self, advance: &Advance) -> Result<(), Refusal> {
        for approval in &advance.approvals {
            require(Some(approval.role) != self.who.role(), RefusalCode::OfficeTwice)?;
            self.check_other_person(approval.by.as_ref())?;
        }
        let clock = self.ctx.settings.clock(crate::case::Step::AdvanceApproval);
        let hours = clock.and_then(|clock| clock.limit).unwrap_or(NO_LIMIT_HOURS);
        let last = advance.asked_at.checked_add(i64::from(hours).hours());
        require(last.is_ok_and(|last| self.ctx.now <= last), RefusalCode::AdvanceLapsed)
    }

    fn paper_advance(&self) -> Result<Vec<Content>, Refusal> {
        let waits = |advance: &&Advance| advance.is_granted() && advance.papered_at.is_none();
        self.case.open_advance().filter(waits).ok_or(RefusalCode::NoAdvance)?;
        let needed = [DocumentKind::Application, DocumentKind::Identity, DocumentKind::BankCard];
        let is_there = |kind: &DocumentKind| self.case.documents.iter().any(|document| document.kind == *kind);
        let missing: Vec<DocumentKind> = needed.into_iter().filter(|kind| !is_there(kind)).collect();
        if missing.is_empty() {
            Ok(vec![Content::AdvancePapered])
        } else {
            Err(lacking(RefusalCode::DocumentMissing, names(&missing)))
        }
    }

    /// Looked into again by staff who did not verify, make or check.
    fn answer_objection(&self, answer: &Answer) -> Result<Vec<Content>, Refusal> {
        self.case.open_objection().ok_or(RefusalCode::NoComplaint)?;
        require(!self.has_examined(), RefusalCode::WasInvolved)?;
        let mut contents = vec![Content::ObjectionAnswered(answer.clone())];
        contents.extend(self.consequence(answer, ReturnReason::ObjectionUpheld)?);
        Ok(contents)
    }

    fn has_examined(&self) -> bool {
        let Some(me) = self.actor.id() else { return false };
        let visited = self.case.visits.iter().filter_map(|record| record.by.as_ref());
        let confirmed = self.case.verification.iter().filter_map(|(_, by)| by.as_ref());
        let made = self.case.determinations.iter().filter_map(|record| record.maker.as_ref());
        let checked = self
            .case
            .determinations
            .iter()
            .filter_map(|record| record.check.as_ref().and_then(|check| check.by.as_ref()));
        visited.chain(confirmed).chain(made).chain(checked).any(|who| who == me)
    }

    /// What has to be done again: back to the named status, or determined anew where money was paid already.
    fn consequence(&self, answer: &Answer, reason: ReturnReason) -> Result<Option<Content>, Refusal> {
        let back_to = match (answer.verdict.reopens(), answer.back_to) {
            (false, None) => return Ok(None),
            (true, Some(status)) => status,
            _ => return Err(RefusalCode::WrongBackTo.into()),
        };
        if self.has_paid_this_round() {
            return Ok(Some(Content::RecalculationAsked { cause: RecalculationCause::AppealUpheld }));
        }
        self.check_way_back(back_to)?;
        Ok(Some(Content::Returned(Return { to: back_to, reason, note: answer.note.clone() })))
    }

    /// Within its time after the determination; a closed case is opened again where it was.
    fn raise_appeal(&self, complaint: &Complaint) -> Result<Vec<Content>, Refusal> {
        require(self.case.open_appeal().is_none(), RefusalCode::ComplaintOpen)?;
        require(self.is_in_time_to_appeal(), RefusalCode::AppealTooLate)?;
        let Some(document) = &complaint.document else {
            return Err(lacking(RefusalCode::DocumentMissing, names(&[DocumentKind::AppealLetter])));
        };
        self.check_document(document, &[DocumentKind::AppealLetter])?;
        let mut contents = Vec::new();
        contents.extend(self.reopening_for_appeal(&complaint.note));
        contents.push(Content::AppealRaised(complaint.clone()));
        Ok(contents)
    }

    fn reopening_for_appeal(&self, note: &Note) -> Option<Content> {
        let closed = self.case.closed.as_ref()?;
        let reason = ReturnReason::Appealed;
        Some(Content::Reopened(Reopening { at: closed.from, reason, note: note.clone() }))
    }

    fn is_in_time_to_appeal(&self) -> bool {
        let checks = self.case.determinations.iter().filter_map(|record| record.check.as_ref());
        let last = checks.filter(|check| check.agreed).filter_map(|check| check.at).max();
        let days = i64::from(self.ctx.settings.number(Number::AppealDays));
        let end = last.and_then(|at| china_day(at).checked_add(days.days()).ok());
        end.is_some_and(|end| self.today() <= end) && self.case.merged_into.is_none()
    }

    /// INVARIANT: officers who had a hand in the case do not decide the appeal.
    fn answer_appeal(&self, answer: &Answer) -> Result<Vec<Content>, Refusal> {
        self.case.open_appeal().ok_or(RefusalCode::NoComplaint)?;
        let was_involved = self.actor.id().is_some_and(|me| self.case.involved.contains(me));
        require(!was_involved, RefusalCode::WasInvolved)?;
        let mut contents = vec![Content::AppealAnswered(answer.clone())];
        contents.extend(self.consequence(answer, ReturnReason::AppealUpheld)?);
        Ok(contents)
    }

    fn supervise(&self, order: &Supervision) -> Result<Vec<Content>, Refusal> {
        require(order.due_on >= self.today(), RefusalCode::DueInPast)?;
        Ok(vec![Content::Supervised(order.clone())])
    }
}

fn no_cap() -> Refusal {
    let about = Text::new("本县还没有设定先行救助上限", "the county has not set a cap");
    lacking(RefusalCode::AdvanceTooHigh, about)
}
