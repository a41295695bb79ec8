//! T4 and T5: the application entered for the person, its requests, and the certification of civil affairs.

use super::*;
use crate::case::command::NewRequest;
use crate::case::record::{Certification, RecalculationCause};
use crate::case::view::missing_from;
use crate::ids::RequestId;
use crate::request::{AidRequest, RequestStatus};
use crate::timers::Number;
use crate::visit::Finding;

impl Desk<'_> {
    pub(super) fn application(&self, command: &Command) -> Result<Vec<Content>, Refusal> {
        match command {
            Command::EnterApplication { requests, documents, claims_complete } => {
                self.enter_application(requests, documents, *claims_complete)
            }
            Command::AddDocument(document) => Ok(vec![Content::DocumentAdded(document.clone())]),
            Command::AcceptRequest { request } => {
                self.check_request(request, RequestStatus::Submitted)?;
                Ok(vec![Content::RequestAccepted { request: request.clone() }])
            }
            Command::ReturnRequest { request, note } => {
                self.check_request(request, RequestStatus::Submitted)?;
                Ok(vec![Content::RequestReturned { request: request.clone(), note: note.clone() }])
            }
            Command::ResubmitRequest { request } => {
                self.check_request(request, RequestStatus::Returned)?;
                Ok(vec![Content::RequestResubmitted { request: request.clone() }])
            }
            Command::Certify(certification) => self.certify(certification),
            _ => Err(RefusalCode::WrongStatus.into()),
        }
    }

    fn enter_application(
        &self,
        requests: &[NewRequest],
        documents: &[Document],
        claims_complete: bool,
    ) -> Result<Vec<Content>, Refusal> {
        let finding = self.case.verification.as_ref().map(|(conclusion, _)| conclusion.finding);
        require(finding == Some(Finding::AtRisk), RefusalCode::FindingUnsupported)?;
        require(!requests.is_empty(), RefusalCode::NoRequest)?;
        self.check_distinct(requests)?;
        let all = || self.case.documents.iter().chain(documents);
        let missing = missing_from(all(), true);
        if !missing.is_empty() {
            return Err(lacking(RefusalCode::DocumentMissing, names(&missing)));
        }
        let is_whole = missing_from(all(), claims_complete).is_empty();
        let status = if is_whole { RequestStatus::Submitted } else { RequestStatus::Draft };
        let made =
            requests.iter().map(|asked| AidRequest::new(asked.id.clone(), asked.programme, self.case.round, status));
        Ok(vec![Content::Applied { requests: made.collect(), documents: documents.to_vec(), claims_complete }])
    }

    /// No id twice in the case, no programme twice among what is open.
    fn check_distinct(&self, requests: &[NewRequest]) -> Result<(), Refusal> {
        let open = self.case.requests.iter().filter(|request| !request.status.is_terminal());
        let mut programmes: BTreeSet<Programme> = open.map(|request| request.programme).collect();
        let mut ids: BTreeSet<&RequestId> = self.case.requests.iter().map(|request| &request.id).collect();
        let is_distinct = requests.iter().all(|asked| ids.insert(&asked.id) && programmes.insert(asked.programme));
        require(is_distinct, RefusalCode::RequestTwice)
    }

    fn check_request(&self, id: &RequestId, status: RequestStatus) -> Result<(), Refusal> {
        self.check_status_in(&[Status::Applying])?;
        require(self.find_request(id)?.status == status, RefusalCode::RequestStatus)
    }

    pub(super) fn find_request(&self, id: &RequestId) -> Result<&AidRequest, Refusal> {
        let found = self.case.requests.iter().find(|request| request.id == *id);
        found.ok_or_else(|| RefusalCode::UnknownRequest.into())
    }

    /// Also after the determination: aid then reaches back, so that it has to be determined anew.
    fn certify(&self, certification: &Certification) -> Result<Vec<Content>, Refusal> {
        self.check_status_in(&[Status::Applying, Status::Determined, Status::Resolved, Status::Settled])?;
        self.check_certification(certification)?;
        let mut contents = vec![Content::Certified(certification.clone())];
        if certification.is_granted() && self.case.live_determination().is_some() {
            contents.push(Content::RecalculationAsked { cause: RecalculationCause::Retroactive });
        }
        Ok(contents)
    }

    fn check_certification(&self, certification: &Certification) -> Result<(), Refusal> {
        match certification {
            Certification::Certified { valid_from, valid_to, notice_from, notice_to, report, .. } => {
                self.check_document(report, &[DocumentKind::MeansReport])?;
                self.check_notice(*notice_from, *notice_to)?;
                require(valid_to.is_none_or(|last| *valid_from <= last), RefusalCode::ValidityReversed)
            }
            Certification::Held { valid_from, valid_to, .. } => {
                require(valid_to.is_none_or(|last| *valid_from <= last), RefusalCode::ValidityReversed)
            }
            Certification::NotLowIncome { report } => self.check_document(report, &[DocumentKind::MeansReport]),
        }
    }

    /// The notice ran its days and is over.
    fn check_notice(&self, from: Day, to: Day) -> Result<(), Refusal> {
        let days = from.until(to).map_or(0, |span| span.get_days() + 1);
        let needed = i64::from(self.ctx.settings.number(Number::NoticeDays));
        require(i64::from(days) >= needed && to < self.today(), RefusalCode::NoticeTooShort)
    }
}
