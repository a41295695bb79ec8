//! T6 to T8: the determination with four eyes, approvals and payments recorded with their papers, recoveries.

use super::*;
use crate::authority::Approval;
use crate::case::record::{
    Advance, ApprovalRecord, Check, PaymentRecord, RecoveryRecord, Reopening, ReturnReason, ReturnRecord,
};
use crate::determination::Determination;
use crate::request::{AidRequest, RequestStatus};

/// Where a determination may be made, or made anew.
const DETERMINING: [Status; 4] = [Status::Applying, Status::Determined, Status::Resolved, Status::Settled];

impl Desk<'_> {
    pub(super) fn money(&self, command: &Command) -> Result<Vec<Content>, Refusal> {
        match command {
            Command::DraftDetermination(sheet) => self.draft(sheet),
            Command::CheckDetermination(check) => self.check(check),
            Command::RecordApproval(record) => self.approve(record),
            Command::RecordPayment(record) | Command::RecordDelivery(record) => self.pay(record),
            Command::RecordRecovery(record) => self.recover(record),
            Command::RecordReturn(record) => self.take_returned(record),
            _ => Err(RefusalCode::WrongStatus.into()),
        }
    }

    fn draft(&self, sheet: &Determination) -> Result<Vec<Content>, Refusal> {
        self.check_status_in(&DETERMINING)?;
        let is_asked_for = self.case.status == Status::Applying || self.case.recalculation.is_some();
        require(is_asked_for, RefusalCode::WrongStatus)?;
        require(self.case.draft().is_none(), RefusalCode::DraftWaiting)?;
        let next = u32::try_from(self.case.determinations.len()).unwrap_or(u32::MAX).saturating_add(1);
        let live = self.case.live_determination().map(|live| live.version);
        require(sheet.version == next && sheet.supersedes == live, RefusalCode::VersionNotNext)?;
        self.check_sheet(sheet)?;
        Ok(vec![Content::DeterminationDrafted(Box::new(sheet.clone()))])
    }

    /// What a sheet needs, when it is drafted and again when it is agreed to.
    fn check_sheet(&self, sheet: &Determination) -> Result<(), Refusal> {
        require(self.case.certification.is_some(), RefusalCode::NotCertified)?;
        let missing = self.case.missing_documents();
        if !missing.is_empty() {
            return Err(lacking(RefusalCode::DocumentMissing, names(&missing)));
        }
        let waits = |request: &&AidRequest| {
            matches!(request.status, RequestStatus::Draft | RequestStatus::Submitted | RequestStatus::Returned)
        };
        require(!self.case.requests.iter().any(|request| waits(&request)), RefusalCode::RequestStatus)?;
        if let Some(fault) = sheet.faults().first() {
            return Err(lacking(RefusalCode::SheetUnsound, fault.text()));
        }
        self.check_programmes(sheet)?;
        self.check_advances(sheet)
    }

    fn check_programmes(&self, sheet: &Determination) -> Result<(), Refusal> {
        let is_asked = |programme| self.case.requests.iter().any(|request| request.programme == programme);
        let mut paid = Programme::ALL.iter().filter(|programme| !sheet.payable_fen(**programme).is_zero());
        match paid.find(|programme| !is_asked(**programme)) {
            Some(programme) => Err(lacking(RefusalCode::RequestLacking, programme.text())),
            None => Ok(()),
        }
    }

    /// Every advance that was granted is set off in full, and nothing else is.
    fn check_advances(&self, sheet: &Determination) -> Result<(), Refusal> {
        let granted = || self.case.advances.iter().filter(|advance| advance.is_granted());
        let undecided = self.case.open_advance().is_some_and(|advance| !advance.is_granted());
        require(!undecided, RefusalCode::AdvanceOpen)?;
        let of = |programme: Programme, advance: &Advance| advance.asked.programme == programme;
        let is_netted = |programme: &Programme| {
            let advances = granted().filter(|advance| of(*programme, advance));
            sheet.netted_fen(*programme) == advances.map(|advance| advance.asked.amount_fen).sum()
        };
        require(Programme::ALL.iter().all(is_netted), RefusalCode::AdvanceNotNetted)
    }

    fn check(&self, check: &Check) -> Result<Vec<Content>, Refusal> {
        let draft = self.case.draft().ok_or(RefusalCode::NothingDrafted)?;
        require(check.version == draft.sheet.version, RefusalCode::VersionNotNext)?;
        self.check_other_person(draft.maker.as_ref())?;
        if check.agreed {
            self.check_status_in(&DETERMINING)?;
            require(!self.case.is_draft_outdated, RefusalCode::DraftOutdated)?;
            self.check_sheet(&draft.sheet)?;
        }
        Ok(vec![Content::DeterminationChecked(Check { by: None, at: None, ..check.clone() })])
    }

    fn approve(&self, record: &ApprovalRecord) -> Result<Vec<Content>, Refusal> {
        self.check_status_in(&[Status::Determined])?;
        require(self.case.open_objection().is_none(), RefusalCode::ObjectionOpen)?;
        let request = self.find_request(&record.request)?;
        require(request.status == RequestStatus::Determined, RefusalCode::RequestStatus)?;
        let needed = match request.programme.approval() {
            Approval::Resolution => DocumentKind::Minutes,
            Approval::Statutory | Approval::Government => DocumentKind::ApprovalSheet,
        };
        self.check_document(&record.document, &[needed])?;
        self.check_not_future(record.decided_on)?;
        self.check_other_person(self.live_maker())?;
        Ok(vec![Content::ApprovalRecorded(record.clone())])
    }

    fn pay(&self, record: &PaymentRecord) -> Result<Vec<Content>, Refusal> {
        let request = self.find_request(&record.request)?;
        let is_owed = matches!(request.status, RequestStatus::Approved | RequestStatus::PartPaid);
        require(is_owed, RefusalCode::RequestStatus)?;
        let fits = (Fen::ZERO..=request.unpaid_fen()).contains(&record.amount_fen);
        require(fits, RefusalCode::AmountTooHigh)?;
        self.check_document(&record.document, &[DocumentKind::PaymentProof])?;
        self.check_not_future(record.paid_on)?;
        self.check_cashier(request)?;
        Ok(vec![Content::PaymentRecorded(record.clone())])
    }

    fn recover(&self, record: &RecoveryRecord) -> Result<Vec<Content>, Refusal> {
        let request = self.find_request(&record.request)?;
        require(request.status == RequestStatus::Recovering, RefusalCode::RequestStatus)?;
        let left = request.to_recover_fen - request.recovered_fen;
        require(is_positive(record.amount_fen) && record.amount_fen <= left, RefusalCode::AmountTooHigh)?;
        self.check_document(&record.document, &[DocumentKind::PaymentProof])?;
        self.check_cashier(request)?;
        Ok(vec![Content::RecoveryRecorded(record.clone())])
    }

    /// The bank's word holds whenever it comes: a closed case opens again where it was, however long ago.
    fn take_returned(&self, record: &ReturnRecord) -> Result<Vec<Content>, Refusal> {
        let request = self.find_request(&record.request)?;
        let was_paid = [RequestStatus::Paid, RequestStatus::PartPaid, RequestStatus::Recovering];
        require(was_paid.contains(&request.status), RefusalCode::RequestStatus)?;
        require(is_positive(record.amount_fen) && record.amount_fen <= request.paid_fen, RefusalCode::AmountTooHigh)?;
        self.check_document(&record.document, &[DocumentKind::PaymentProof])?;
        self.check_not_future(record.returned_on)?;
        self.check_cashier(request)?;
        let reason = ReturnReason::PaymentReturned;
        let reopened = |closed: &crate::case::Closed| {
            Content::Reopened(Reopening { at: closed.from, reason, note: record.why.clone() })
        };
        let reopening = self.case.closed.as_ref().map(reopened);
        Ok(reopening.into_iter().chain([Content::ReturnRecorded(record.clone())]).collect())
    }

    fn live_maker(&self) -> Option<&ActorId> {
        let live = self.case.live_determination()?.version;
        self.case.determinations.iter().find(|record| record.sheet.version == live)?.maker.as_ref()
    }

    /// INVARIANT: maker ≠ checker ≠ cashier; who approved does not pay either.
    fn check_cashier(&self, request: &AidRequest) -> Result<(), Refusal> {
        self.check_other_person(request.approved_by.as_ref())?;
        let set_by = |version| move |record: &&crate::case::DeterminationRecord| record.sheet.version == version;
        let record = request.determination.and_then(|version| self.case.determinations.iter().find(set_by(version)));
        let Some(record) = record else { return Ok(()) };
        self.check_other_person(record.maker.as_ref())?;
        self.check_other_person(record.check.as_ref().and_then(|check| check.by.as_ref()))
    }
}
