//! The ends: dismissal (T1x), no risk (T3x), declined, and the close-out that one proposes and another confirms (T9).

use super::*;
use crate::authority::Approval;
use crate::case::record::{Certification, Closing, ClosingWay, FollowUp, Reopening, ReturnReason, Sample};
use crate::case::sample::is_drawn;
use crate::ids::Note;
use crate::outcome::{Outcome, OutcomeCode};
use crate::timers::Number;
use crate::visit::Finding;

impl Desk<'_> {
    pub(super) fn closing(&self, command: &Command) -> Result<Vec<Content>, Refusal> {
        match command {
            Command::Dismiss { reason, why } => self.dismiss(&Outcome::plain(reason.outcome()), why),
            Command::DismissAsDataError { outcome, why } => {
                require(outcome.code == OutcomeCode::DataError, RefusalCode::OutcomeUnsupported)?;
                self.dismiss(outcome, why)
            }
            Command::ReviewSample { upheld, note } => self.review(*upheld, note),
            Command::AcceptNoRisk { outcome, why } => self.accept_no_risk(outcome, why),
            Command::Decline { document, why } => self.decline(document, why),
            Command::FollowUp(visit) => self.follow_up(visit),
            Command::ProposeClosing(closing) => self.propose(closing),
            Command::ConfirmClosing { agreed, note } => self.confirm(*agreed, note),
            _ => Err(RefusalCode::WrongStatus.into()),
        }
    }

    fn dismiss(&self, outcome: &Outcome, why: &Note) -> Result<Vec<Content>, Refusal> {
        self.check_status_in(&[Status::Detected, Status::Screened])?;
        require(outcome.is_whole(), RefusalCode::OutcomeUnsupported)?;
        require(!self.case.has_open_child(), RefusalCode::ChildOpen)?;
        let sampled = self.is_drawn(Number::DismissalSamplePercent);
        Ok(vec![closed(outcome, ClosingWay::Dismissed, why, sampled)])
    }

    fn accept_no_risk(&self, outcome: &Outcome, why: &Note) -> Result<Vec<Content>, Refusal> {
        let (conclusion, by) = self.case.verification.as_ref().ok_or(RefusalCode::NoVisit)?;
        let fits = match conclusion.finding {
            Finding::NoRisk => ends_without_risk(outcome.code),
            Finding::Unreachable => outcome.code == OutcomeCode::Unreachable,
            Finding::AtRisk | Finding::WrongAddress => false,
        };
        require(fits && outcome.is_whole(), RefusalCode::OutcomeUnsupported)?;
        self.check_other_person(by.as_ref())?;
        require(!self.case.has_open_child(), RefusalCode::ChildOpen)?;
        let sampled = self.is_drawn(Number::NoRiskSamplePercent);
        Ok(vec![closed(outcome, ClosingWay::NoRisk, why, sampled)])
    }

    fn is_drawn(&self, share: Number) -> bool {
        is_drawn(self.ctx.sample_seed, &self.case.id, self.case.round, self.ctx.settings.number(share))
    }

    fn review(&self, upheld: bool, note: &Note) -> Result<Vec<Content>, Refusal> {
        let closed = self.case.closed.as_ref().filter(|_| self.case.sample == Some(Sample::Waiting));
        let closed = closed.ok_or(RefusalCode::NoSample)?;
        self.check_other_person(closed.by.as_ref())?;
        let mut contents = vec![Content::SampleReviewed { upheld, note: note.clone() }];
        if !upheld {
            let at = if closed.from <= Status::Screened { Status::Detected } else { Status::Dispatched };
            let reason = ReturnReason::SampleOverturned;
            contents.push(Content::Reopened(Reopening { at, reason, note: note.clone() }));
        }
        Ok(contents)
    }

    /// Signed by the resident; open requests end with it.
    fn decline(&self, document: &Document, why: &Note) -> Result<Vec<Content>, Refusal> {
        self.check_status_in(&[Status::Verified, Status::Applying, Status::Determined])?;
        let finding = self.case.verification.as_ref().map(|(conclusion, _)| conclusion.finding);
        require(finding == Some(Finding::AtRisk), RefusalCode::WrongStatus)?;
        self.check_document(document, &[DocumentKind::Refusal])?;
        require(!self.case.holds_money(), RefusalCode::MoneyPaid)?;
        self.check_nothing_beside()?;
        let outcome = Outcome::plain(OutcomeCode::Declined);
        Ok(vec![Content::Closed {
            outcome,
            way: ClosingWay::Declined,
            why: why.clone(),
            sampled: false,
            document: Some(document.clone()),
        }])
    }

    fn follow_up(&self, visit: &FollowUp) -> Result<Vec<Content>, Refusal> {
        self.check_status_in(&[Status::Settled])?;
        self.check_document(&visit.receipt, &[DocumentKind::Receipt])?;
        self.check_not_future(visit.on)?;
        require(visit.on >= china_day(self.case.status_since), RefusalCode::VisitTooEarly)?;
        Ok(vec![Content::FollowedUp(visit.clone())])
    }

    fn propose(&self, closing: &Closing) -> Result<Vec<Content>, Refusal> {
        self.check_close_out(&closing.outcome)?;
        Ok(vec![Content::ClosingProposed(Closing { by: None, ..closing.clone() })])
    }

    fn confirm(&self, agreed: bool, note: &Note) -> Result<Vec<Content>, Refusal> {
        let closing = self.case.closing.as_ref().ok_or(RefusalCode::NoProposal)?;
        self.check_other_person(closing.by.as_ref())?;
        if !agreed {
            return Ok(vec![Content::ClosingRejected { note: note.clone() }]);
        }
        self.check_close_out(&closing.outcome)?;
        Ok(vec![closed(&closing.outcome, ClosingWay::Confirmed, &closing.why, false)])
    }

    /// What a close-out needs, when it is proposed and again when it is confirmed.
    fn check_close_out(&self, outcome: &Outcome) -> Result<(), Refusal> {
        require(outcome.is_whole(), RefusalCode::OutcomeUnsupported)?;
        self.check_nothing_beside()?;
        require(self.case.draft().is_none(), RefusalCode::DraftWaiting)?;
        require(self.case.recalculation.is_none(), RefusalCode::RecalculationOpen)?;
        let owed = |request: &crate::request::AidRequest| request.status.holds_money() && !request.status.is_terminal();
        require(!self.case.requests.iter().any(owed), RefusalCode::ChildOpen)?;
        if aided(outcome.code) {
            return self.check_aided(outcome.code);
        }
        require(self.supports(outcome.code), RefusalCode::OutcomeUnsupported)
    }

    fn check_aided(&self, code: OutcomeCode) -> Result<(), Refusal> {
        self.check_status_in(&[Status::Settled])?;
        require(!self.case.has_open_child(), RefusalCode::ChildOpen)?;
        require(self.case.follow_up.is_some(), RefusalCode::NoFollowUp)?;
        require(self.aided_by() == Some(code), RefusalCode::OutcomeUnsupported)
    }

    /// How the household was aided, by what was paid and not taken back.
    fn aided_by(&self) -> Option<OutcomeCode> {
        let kept = self.case.requests.iter().filter(|request| request.paid_fen > request.to_recover_fen);
        let (mut statutory, mut charity) = (false, false);
        for request in kept {
            match request.programme.approval() {
                Approval::Resolution => charity = true,
                Approval::Statutory | Approval::Government => statutory = true,
            }
        }
        match (statutory, charity) {
            (true, true) => Some(OutcomeCode::AidedBoth),
            (true, false) => Some(OutcomeCode::AidedStatutory),
            (false, true) => Some(OutcomeCode::AidedCharity),
            (false, false) => None,
        }
    }

    /// Whether the record supports an end without aid.
    fn supports(&self, code: OutcomeCode) -> bool {
        let case = self.case;
        let after_visit = (Status::Verified..=Status::Resolved).contains(&case.status);
        let without_aid = self.aided_by().is_none();
        match code {
            OutcomeCode::Deceased => !case.deaths.is_empty(),
            OutcomeCode::Moved => case.moved.as_ref().is_some_and(|transfer| transfer.to.is_none()),
            OutcomeCode::NotLowIncome => {
                without_aid && matches!(case.certification, Some(Certification::NotLowIncome { .. }))
            }
            OutcomeCode::BurdenBelowLine | OutcomeCode::InsuredButRecoverable => {
                without_aid && case.status >= Status::Determined && case.is_money_settled()
            }
            OutcomeCode::Referred | OutcomeCode::Unreachable | OutcomeCode::DataError => without_aid && after_visit,
            OutcomeCode::AidedStatutory
            | OutcomeCode::AidedCharity
            | OutcomeCode::AidedBoth
            | OutcomeCode::Declined
            | OutcomeCode::Duplicate => false,
        }
    }

    /// No objection, appeal or advance is open.
    pub(super) fn check_nothing_beside(&self) -> Result<(), Refusal> {
        let case = self.case;
        let is_open = case.open_objection().is_some() || case.open_appeal().is_some() || case.open_advance().is_some();
        require(!is_open, RefusalCode::ChildOpen)
    }
}

fn aided(code: OutcomeCode) -> bool {
    matches!(code, OutcomeCode::AidedStatutory | OutcomeCode::AidedCharity | OutcomeCode::AidedBoth)
}

fn ends_without_risk(code: OutcomeCode) -> bool {
    matches!(
        code,
        OutcomeCode::BurdenBelowLine
            | OutcomeCode::InsuredButRecoverable
            | OutcomeCode::NotLowIncome
            | OutcomeCode::Referred
            | OutcomeCode::DataError
    )
}

fn closed(outcome: &Outcome, way: ClosingWay, why: &Note, sampled: bool) -> Content {
    Content::Closed { outcome: outcome.clone(), way, why: why.clone(), sampled, document: None }
}
