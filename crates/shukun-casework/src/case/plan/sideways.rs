//! Sideways: return, suspend and resume, stopping the clock, moving, death, a new round, recalculation.

use jiff::ToSpan as _;

use super::*;
use crate::case::record::{Death, Reopening, Return, Suspension, Transfer, Waiting};
use crate::timers::Number;

impl Desk<'_> {
    pub(super) fn sideways(&self, command: &Command) -> Result<Vec<Content>, Refusal> {
        match command {
            Command::Return(back) => {
                self.check_way_back(back.to)?;
                Ok(vec![Content::Returned(Return::clone(back))])
            }
            Command::Suspend(suspension) => self.suspend(suspension),
            Command::Resume => {
                require(self.case.suspended.is_some(), RefusalCode::NotSuspended)?;
                Ok(vec![Content::Resumed])
            }
            Command::StartWaiting { waiting } => self.start_waiting(*waiting),
            Command::StopWaiting => {
                require(self.is_waiting(), RefusalCode::WaitingState)?;
                Ok(vec![Content::WaitingEnded])
            }
            Command::ExtendClock { why } => {
                require(self.may_extend(), RefusalCode::NoExtension)?;
                Ok(vec![Content::ClockExtended { why: why.clone() }])
            }
            Command::Transfer(transfer) => self.transfer(transfer),
            Command::RecordDeath(death) => self.record_death(death),
            Command::Reopen(reopening) => self.reopen(reopening),
            Command::AskRecalculation { cause } => {
                let determined = Status::Applying..=Status::Settled;
                require(determined.contains(&self.case.status), RefusalCode::WrongStatus)?;
                Ok(vec![Content::RecalculationAsked { cause: *cause }])
            }
            _ => Err(RefusalCode::WrongStatus.into()),
        }
    }

    /// Only to an earlier status, and not past money that was paid: that is corrected by a new determination.
    pub(super) fn check_way_back(&self, to: Status) -> Result<(), Refusal> {
        require(to < self.case.status, RefusalCode::NotEarlier)?;
        require(!self.has_paid_this_round(), RefusalCode::MoneyPaid)
    }

    pub(super) fn has_paid_this_round(&self) -> bool {
        let round = self.case.round;
        self.case.requests.iter().any(|request| request.round == round && request.paid_fen > Fen::ZERO)
            || self.case.status == Status::Settled
    }

    fn suspend(&self, suspension: &Suspension) -> Result<Vec<Content>, Refusal> {
        require(suspension.until > self.today(), RefusalCode::BadEnd)?;
        Ok(vec![Content::Suspended(suspension.clone())])
    }

    fn start_waiting(&self, waiting: Waiting) -> Result<Vec<Content>, Refusal> {
        require(waiting != Waiting::Suspended && !self.is_waiting(), RefusalCode::WaitingState)?;
        Ok(vec![Content::WaitingBegan { waiting }])
    }

    /// Once in a step whose rule allows it.
    fn may_extend(&self) -> bool {
        let Some(step) = self.case.step() else { return false };
        let clock = self.ctx.settings.clock(step);
        let is_allowed = clock.is_some_and(|clock| clock.extended.is_some());
        is_allowed && !self.case.extensions.contains(&(self.case.round, step))
    }

    fn is_waiting(&self) -> bool {
        let open = |pause: &crate::case::Pause| pause.to.is_none() && pause.waiting != Waiting::Suspended;
        self.case.pauses.iter().any(open)
    }

    fn transfer(&self, transfer: &Transfer) -> Result<Vec<Content>, Refusal> {
        if let Some(to) = &transfer.to {
            require(to.as_str().len() >= 6, RefusalCode::PlaceUnknown)?;
            require(*to != self.case.region, RefusalCode::PlaceOutside)?;
        }
        Ok(vec![Content::Transferred(transfer.clone())])
    }

    fn record_death(&self, death: &Death) -> Result<Vec<Content>, Refusal> {
        self.check_not_future(death.on)?;
        self.check_document(&death.document, &[DocumentKind::DeathCertificate])?;
        Ok(vec![Content::DeathRecorded(death.clone())])
    }

    fn reopen(&self, reopening: &Reopening) -> Result<Vec<Content>, Refusal> {
        let closed = self.case.closed.as_ref().ok_or(RefusalCode::WrongStatus)?;
        require(self.case.merged_into.is_none(), RefusalCode::CannotMerge)?;
        let months = i64::from(self.ctx.settings.number(Number::ReopenMonths));
        let last = china_day(closed.at).checked_add(months.months());
        require(last.is_ok_and(|last| self.today() <= last), RefusalCode::TooLateToReopen)?;
        require(self.was_reached(reopening.at), RefusalCode::NotReached)?;
        Ok(vec![Content::Reopened(reopening.clone())])
    }

    /// Whether the evidence that leads to `status` is on record; later than applying, only a determination leads on.
    fn was_reached(&self, status: Status) -> bool {
        match status {
            Status::Detected => true,
            Status::Screened => self.case.screening.is_some(),
            Status::Dispatched => self.case.dispatch.is_some(),
            Status::Verified => self.case.verification.is_some(),
            Status::Applying => self.case.claims_complete.is_some(),
            Status::Determined | Status::Resolved | Status::Settled | Status::Closed => false,
        }
    }
}
