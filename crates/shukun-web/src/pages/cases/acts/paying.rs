//! T7 and T8: approvals and the meeting's resolution, payments and what came back, each with its paper.

use maud::{Markup, html};
use shukun_base::Fen;
use shukun_casework::DocumentKind;
use shukun_casework::authority::{Approval, Permission};
use shukun_casework::case::{ApprovalRecord, Case, Command, PaymentRecord, RecoveryRecord, ReturnRecord, Status};
use shukun_casework::request::{AidRequest, RequestStatus};

use super::{Act, Form, Paper, Reader};
use crate::ui::field::Faults;
use crate::words::{self, Word};

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/approve",
        key: "approve",
        permission: Permission::ApproveStatutory,
        name: words::ACT_APPROVE,
        leads_on: true,
        is_offered: |case| waits(case, Approval::Statutory),
        papers: &[STATUTORY_SHEET],
        fields: |form| approval_fields(form, Approval::Statutory, &STATUTORY),
        read: |reader| approval(reader, &STATUTORY),
    },
    Act {
        path: "/cases/{case_id}/approve-government",
        key: "approve-government",
        permission: Permission::ApproveGovernment,
        name: words::ACT_APPROVE_GOVERNMENT,
        leads_on: true,
        is_offered: |case| waits(case, Approval::Government),
        papers: &[GOVERNMENT_SHEET],
        fields: |form| approval_fields(form, Approval::Government, &GOVERNMENT),
        read: |reader| approval(reader, &GOVERNMENT),
    },
    Act {
        path: "/cases/{case_id}/resolve",
        key: "resolve",
        permission: Permission::RecordResolution,
        name: words::ACT_RESOLVE,
        leads_on: true,
        is_offered: |case| waits(case, Approval::Resolution),
        papers: &[MINUTES],
        fields: |form| approval_fields(form, Approval::Resolution, &RESOLUTION),
        read: |reader| approval(reader, &RESOLUTION),
    },
    Act {
        path: "/cases/{case_id}/pay",
        key: "pay",
        permission: Permission::RecordSettlement,
        name: words::ACT_PAY,
        leads_on: true,
        is_offered: |case| case.status == Status::Resolved && case.requests.iter().any(is_owed),
        papers: &[PROOF],
        fields: pay_fields,
        read: pay,
    },
    Act {
        path: "/cases/{case_id}/recover",
        key: "recover",
        permission: Permission::RecordSettlement,
        name: words::ACT_RECOVER,
        leads_on: true,
        is_offered: |case| case.status < Status::Closed && case.requests.iter().any(is_recovering),
        papers: &[RETURNED],
        fields: recover_fields,
        read: recover,
    },
    Act {
        path: "/cases/{case_id}/record-return",
        key: "record-return",
        permission: Permission::RecordSettlement,
        name: words::ACT_RECORD_RETURN,
        leads_on: false,
        is_offered: |case| case.requests.iter().any(was_paid),
        papers: &[SENT_BACK],
        fields: return_fields,
        read: take_return,
    },
];

const STATUTORY_SHEET: Paper = Paper::of(DocumentKind::ApprovalSheet, "approve_sheet", "approve_sheet_file");
const GOVERNMENT_SHEET: Paper = Paper::of(DocumentKind::ApprovalSheet, "government_sheet", "government_sheet_file");
const MINUTES: Paper = Paper::of(DocumentKind::Minutes, "resolve_minutes", "resolve_minutes_file");
const PROOF: Paper = Paper::of(DocumentKind::PaymentProof, "pay_proof", "pay_proof_file");
const RETURNED: Paper = Paper::of(DocumentKind::PaymentProof, "recover_proof", "recover_proof_file");
const SENT_BACK: Paper = Paper::of(DocumentKind::PaymentProof, "returned_proof", "returned_proof_file");

/// The fields of one of the three approvals.
struct Fields {
    request: &'static str,
    decision: &'static str,
    day: &'static str,
    paper: Paper,
}

const STATUTORY: Fields =
    Fields { request: "approve_request", decision: "approve_decision", day: "approve_on", paper: STATUTORY_SHEET };
const GOVERNMENT: Fields = Fields {
    request: "government_request",
    decision: "government_decision",
    day: "government_on",
    paper: GOVERNMENT_SHEET,
};
const RESOLUTION: Fields =
    Fields { request: "resolve_request", decision: "resolve_decision", day: "resolve_on", paper: MINUTES };

const APPROVE: [(&str, Word); 2] = [("yes", words::APPROVED), ("no", words::NOT_APPROVED)];

fn waits_for(approval: Approval) -> impl Fn(&AidRequest) -> bool {
    move |request| request.status == RequestStatus::Determined && request.programme.approval() == approval
}

fn waits(case: &Case, approval: Approval) -> bool {
    case.status == Status::Determined && case.requests.iter().any(waits_for(approval))
}

fn approval_fields(form: &Form<'_>, approval: Approval, fields: &Fields) -> Markup {
    html! {
        (form.requests(fields.request, waits_for(approval)))
        (form.radios(fields.decision, words::RESULT, &APPROVE))
        (form.today(fields.day, words::DECIDED_ON))
        (form.paper(&fields.paper, true))
    }
}

fn approval(reader: &Reader<'_>, fields: &Fields) -> Result<Command, Faults> {
    Ok(Command::RecordApproval(ApprovalRecord {
        request: reader.request(fields.request)?,
        approved: reader.yes(fields.decision)?,
        decided_on: reader.day(fields.day)?,
        document: reader.paper(&fields.paper)?,
    }))
}

fn is_owed(request: &AidRequest) -> bool {
    matches!(request.status, RequestStatus::Approved | RequestStatus::PartPaid)
}

fn is_recovering(request: &AidRequest) -> bool {
    request.status == RequestStatus::Recovering
}

fn was_paid(request: &AidRequest) -> bool {
    matches!(request.status, RequestStatus::Paid | RequestStatus::PartPaid | RequestStatus::Recovering)
}

/// What the one request still gets, where there is one; with several, whoever pays types it.
fn only(form: &Form<'_>, fits: impl Fn(&&AidRequest) -> bool, left: impl Fn(&AidRequest) -> Fen) -> String {
    let mut fitting = form.case.requests.iter().filter(fits);
    match (fitting.next(), fitting.next()) {
        (Some(request), None) => left(request).to_string(),
        _ => String::new(),
    }
}

fn pay_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.requests("pay_request", is_owed))
        p.form-hint { (words::PAY_HINT.text(form.lang())) }
        (form.amount("pay_amount", words::AMOUNT_YUAN, &only(form, |request| is_owed(request), AidRequest::unpaid_fen)))
        (form.today("pay_on", words::PAID_ON))
        (form.paper(&PROOF, true))
    }
}

fn pay(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::RecordPayment(PaymentRecord {
        request: reader.request("pay_request")?,
        amount_fen: reader.amount("pay_amount")?,
        paid_on: reader.day("pay_on")?,
        document: reader.paper(&PROOF)?,
    }))
}

fn recover_fields(form: &Form<'_>) -> Markup {
    let left = |request: &AidRequest| request.to_recover_fen - request.recovered_fen;
    html! {
        (form.requests("recover_request", is_recovering))
        (form.amount("recover_amount", words::AMOUNT_YUAN, &only(form, |request| is_recovering(request), left)))
        (form.paper(&RETURNED, true))
    }
}

fn recover(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::RecordRecovery(RecoveryRecord {
        request: reader.request("recover_request")?,
        amount_fen: reader.amount("recover_amount")?,
        document: reader.paper(&RETURNED)?,
    }))
}

fn return_fields(form: &Form<'_>) -> Markup {
    let paid = |request: &AidRequest| request.paid_fen;
    html! {
        p.form-hint { (words::RETURN_HINT.text(form.lang())) }
        (form.requests("returned_request", was_paid))
        (form.amount("returned_amount", words::AMOUNT_YUAN, &only(form, |request| was_paid(request), paid)))
        (form.today("returned_on", words::RETURNED_ON))
        (form.note("returned_why", words::REASON, true))
        (form.paper(&SENT_BACK, true))
    }
}

fn take_return(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::RecordReturn(ReturnRecord {
        request: reader.request("returned_request")?,
        amount_fen: reader.amount("returned_amount")?,
        returned_on: reader.day("returned_on")?,
        why: reader.note("returned_why")?,
        document: reader.paper(&SENT_BACK)?,
    }))
}
