//! T1 to T3: first screening, dispatch to township and village, the visit and its confirmation.

use super::*;
use crate::case::record::{Conclusion, Dispatch, Forwarding, Return, ReturnReason};
use crate::ids::Note;
use crate::timers::Number;
use crate::visit::{Finding, Visit};

impl Desk<'_> {
    pub(super) fn verification(&self, command: &Command) -> Result<Vec<Content>, Refusal> {
        match command {
            Command::Screen(screening) => Ok(vec![Content::Screened(screening.clone())]),
            Command::Dispatch(dispatch) => self.dispatch(dispatch),
            Command::Forward(forwarding) => self.forward(forwarding),
            Command::RecordVisit(visit) => self.visit(visit),
            Command::ConfirmVerification(conclusion) => self.confirm_verification(conclusion),
            _ => Err(RefusalCode::WrongStatus.into()),
        }
    }

    fn dispatch(&self, dispatch: &Dispatch) -> Result<Vec<Content>, Refusal> {
        self.check_place(&dispatch.township, 9)?;
        require(dispatch.due_on >= self.today(), RefusalCode::DueInPast)?;
        Ok(vec![Content::Dispatched(dispatch.clone())])
    }

    fn forward(&self, forwarding: &Forwarding) -> Result<Vec<Content>, Refusal> {
        self.check_place(&forwarding.village, 12)?;
        let township = self.case.dispatch.as_ref().map(|dispatch| &dispatch.township);
        require(township.is_some_and(|town| town.contains(&forwarding.village)), RefusalCode::PlaceOutside)?;
        Ok(vec![Content::Forwarded(forwarding.clone())])
    }

    /// A town or village of `digits` that the household's place lies in, or that lies in it.
    fn check_place(&self, place: &RegionCode, digits: usize) -> Result<(), Refusal> {
        let known = &self.case.region;
        let agrees = known.contains(place) || place.contains(known);
        require(place.as_str().len() == digits && agrees, RefusalCode::PlaceOutside)
    }

    fn visit(&self, visit: &Visit) -> Result<Vec<Content>, Refusal> {
        self.check_not_future(visit.on)?;
        require(visit.on >= china_day(self.case.status_since), RefusalCode::VisitTooEarly)?;
        require(!visit.has_negative_amount(), RefusalCode::NegativeAmount)?;
        require(visit.supports(visit.finding), RefusalCode::FindingUnsupported)?;
        Ok(vec![Content::Visited(visit.clone())])
    }

    fn confirm_verification(&self, conclusion: &Conclusion) -> Result<Vec<Content>, Refusal> {
        let last = self.case.visits.last().ok_or(RefusalCode::NoVisit)?;
        for record in &self.case.visits {
            self.check_other_person(record.by.as_ref())?;
        }
        require(last.visit.supports(conclusion.finding), RefusalCode::FindingUnsupported)?;
        if conclusion.finding == Finding::Unreachable {
            require(self.days_tried() >= self.attempts(), RefusalCode::TooFewAttempts)?;
        }
        let mut contents = vec![Content::Verified(conclusion.clone())];
        if conclusion.finding == Finding::WrongAddress {
            contents.push(Content::Returned(to_be_dispatched_anew(conclusion)?));
        }
        Ok(contents)
    }

    fn days_tried(&self) -> usize {
        let tried = self.case.visits.iter().filter(|record| record.visit.supports(Finding::Unreachable));
        tried.map(|record| record.visit.on).collect::<BTreeSet<_>>().len()
    }

    fn attempts(&self) -> usize {
        usize::try_from(self.ctx.settings.number(Number::Attempts)).unwrap_or(usize::MAX)
    }
}

fn to_be_dispatched_anew(conclusion: &Conclusion) -> Result<Return, Refusal> {
    let reason = ReturnReason::WrongAddress;
    let words = Note::new(&reason.text().zh).map_err(|fault| lacking(RefusalCode::FindingUnsupported, fault.text()))?;
    Ok(Return { to: Status::Screened, reason, note: conclusion.note.clone().unwrap_or(words) })
}
