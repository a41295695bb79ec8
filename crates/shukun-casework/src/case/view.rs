//! What the case says when it is asked: colour, papers that lack, children that are open, flags.

use std::collections::BTreeSet;

use super::fold::Case;
use super::record::*;
use super::status::{Flag, Status};
use crate::alert::Colour;
use crate::determination::Determination;
use crate::ids::{Document, DocumentKind};
use crate::visit::{Consent, Finding};

/// Always asked for with an application.
const APPLICATION_PAPERS: [DocumentKind; 4] =
    [DocumentKind::Application, DocumentKind::MeansConsent, DocumentKind::Identity, DocumentKind::BankCard];

/// Asked for where data of the claims are not complete.
const CLAIM_PAPERS: [DocumentKind; 3] = [DocumentKind::Invoice, DocumentKind::ItemList, DocumentKind::DischargeSummary];

impl Case {
    /// The colour: the most pressing of its alerts; `None` for a household found by hand.
    pub fn colour(&self) -> Option<Colour> {
        self.detections.iter().map(|detection| detection.colour).max()
    }

    /// The determination in force: the last that was agreed to.
    pub fn live_determination(&self) -> Option<&Determination> {
        let agreed = |record: &&DeterminationRecord| record.check.as_ref().is_some_and(|check| check.agreed);
        self.determinations.iter().rev().find(agreed).map(|record| &record.sheet)
    }

    /// The draft that waits for a check.
    pub fn draft(&self) -> Option<&DeterminationRecord> {
        self.determinations.last().filter(|record| record.check.is_none())
    }

    /// Papers that the application still lacks: application, consent, identity and bank card always; invoice, list and
    /// summary where data of the claims are not complete.
    pub fn missing_documents(&self) -> Vec<DocumentKind> {
        let Some(claims_complete) = self.claims_complete else { return Vec::new() };
        missing_from(self.documents.iter(), claims_complete)
    }

    /// The advance that was asked for and is neither refused nor set off.
    pub fn open_advance(&self) -> Option<&Advance> {
        self.advances.iter().find(|advance| !advance.refused && advance.netted_in.is_none())
    }

    /// The objection that waits for an answer.
    pub fn open_objection(&self) -> Option<&ComplaintRecord> {
        self.objections.iter().find(|record| record.answer.is_none())
    }

    /// The appeal that waits for an answer.
    pub fn open_appeal(&self) -> Option<&ComplaintRecord> {
        self.appeals.iter().find(|record| record.answer.is_none())
    }

    /// Whether anything under the case is unfinished: a request, an objection, an appeal, an advance that was paid.
    pub fn has_open_child(&self) -> bool {
        self.requests.iter().any(|request| !request.status.is_terminal())
            || self.open_objection().is_some()
            || self.open_appeal().is_some()
            || self.open_advance().is_some()
    }

    /// Whether there are requests and nothing more happens to any of them.
    pub fn is_money_settled(&self) -> bool {
        !self.requests.is_empty() && self.requests.iter().all(|request| request.status.is_terminal())
    }

    /// Whether money was promised or paid that has not come back.
    pub fn holds_money(&self) -> bool {
        self.requests.iter().any(|request| request.status.holds_money())
    }

    /// The flags that follow from what happened; those of the day are [`crate::timers::flags`].
    pub fn flags(&self) -> BTreeSet<Flag> {
        let facts = [
            (Flag::Returned, self.was_returned),
            (Flag::EvidenceMissing, self.status == Status::Applying && !self.missing_documents().is_empty()),
            (Flag::Urgent, self.open_advance().is_some()),
            (Flag::RecalcNeeded, self.recalculation.is_some()),
            (Flag::ObjectionOpen, self.open_objection().is_some()),
            (Flag::AppealOpen, self.open_appeal().is_some()),
            (Flag::PaymentFailed, !self.failed_payments.is_empty()),
            (Flag::Deceased, !self.deaths.is_empty()),
            (Flag::Moved, self.moved.is_some()),
            (Flag::ConsentMissing, self.lacks_consent()),
        ];
        let from_facts = facts.into_iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| flag);
        from_facts.chain(self.marks.iter().copied()).collect()
    }

    fn lacks_consent(&self) -> bool {
        let at_risk = self.verification.as_ref().is_some_and(|(conclusion, _)| conclusion.finding == Finding::AtRisk);
        let asked = self.visits.last().is_some_and(|record| record.visit.consent == Consent::Given);
        let signed = self.documents.iter().any(|document| document.kind == DocumentKind::MeansConsent);
        self.status < Status::Closed && at_risk && !asked && !signed
    }
}

/// Papers of an application that are not among these; where data of the claims are complete, theirs are not asked for.
pub(super) fn missing_from<'a>(
    documents: impl Iterator<Item = &'a Document>,
    claims_complete: bool,
) -> Vec<DocumentKind> {
    let held: BTreeSet<DocumentKind> = documents.map(|document| document.kind).collect();
    let of_claims = if claims_complete { &[][..] } else { &CLAIM_PAPERS[..] };
    let needed = APPLICATION_PAPERS.iter().chain(of_claims);
    needed.copied().filter(|kind| !held.contains(kind)).collect()
}
