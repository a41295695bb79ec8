//! T4 and T5: the application with its papers, its requests, the resident's refusal, the certification.

use maud::{Markup, html};
use shukun_casework::authority::{Permission, Programme};
use shukun_casework::case::{Case, Category, Certification, Command, NewRequest, Status};
use shukun_casework::request::{AidRequest, RequestStatus};
use shukun_casework::visit::Finding;
use shukun_casework::{Document, DocumentKind, RequestId};

use super::{Act, Form, Paper, Reader, choices};
use crate::ui::field::{Faults, Input, checks};
use crate::words::{self, Word};

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/apply",
        key: "apply",
        permission: Permission::EnterApplication,
        name: words::ACT_APPLY,
        leads_on: true,
        is_offered: |case| case.status == Status::Verified && is_at_risk(case),
        papers: APPLICATION,
        fields: apply_fields,
        read: apply,
    },
    Act {
        path: "/cases/{case_id}/accept-request",
        key: "accept-request",
        permission: Permission::AcceptRequest,
        name: words::ACT_ACCEPT_REQUEST,
        leads_on: true,
        is_offered: |case| has(case, RequestStatus::Submitted),
        papers: &[],
        fields: |form| form.requests("accept_request", is(RequestStatus::Submitted)),
        read: |reader| Ok(Command::AcceptRequest { request: reader.request("accept_request")? }),
    },
    Act {
        path: "/cases/{case_id}/return-request",
        key: "return-request",
        permission: Permission::AcceptRequest,
        name: words::ACT_RETURN_REQUEST,
        leads_on: false,
        is_offered: |case| has(case, RequestStatus::Submitted),
        papers: &[],
        fields: return_fields,
        read: return_request,
    },
    Act {
        path: "/cases/{case_id}/resubmit-request",
        key: "resubmit-request",
        permission: Permission::EnterApplication,
        name: words::ACT_RESUBMIT_REQUEST,
        leads_on: true,
        is_offered: |case| has(case, RequestStatus::Returned),
        papers: &[],
        fields: |form| form.requests("resubmit_request", is(RequestStatus::Returned)),
        read: |reader| Ok(Command::ResubmitRequest { request: reader.request("resubmit_request")? }),
    },
    Act {
        path: "/cases/{case_id}/certify",
        key: "certify",
        permission: Permission::Certify,
        name: words::ACT_CERTIFY,
        leads_on: true,
        is_offered: |case| case.status == Status::Applying && case.certification.is_none(),
        papers: &[MEANS_REPORT],
        fields: certify_fields,
        read: certify,
    },
    Act {
        path: "/cases/{case_id}/certify-again",
        key: "certify-again",
        permission: Permission::Certify,
        name: words::ACT_CERTIFY_AGAIN,
        leads_on: false,
        is_offered: |case| (Status::Applying..=Status::Settled).contains(&case.status) && case.certification.is_some(),
        papers: &[MEANS_REPORT],
        fields: certify_fields,
        read: certify,
    },
    Act {
        path: "/cases/{case_id}/decline",
        key: "decline",
        permission: Permission::Withdraw,
        name: words::ACT_DECLINE,
        leads_on: false,
        is_offered: |case| (Status::Verified..=Status::Determined).contains(&case.status) && is_at_risk(case),
        papers: &[REFUSAL],
        fields: |form| html! { (form.paper(&REFUSAL, true)) (form.note("decline_why", words::WHY, true)) },
        read: |reader| Ok(Command::Decline { document: reader.paper(&REFUSAL)?, why: reader.note("decline_why")? }),
    },
];

const REFUSAL: Paper = Paper::of(DocumentKind::Refusal, "decline_paper", "decline_file");
const MEANS_REPORT: Paper = Paper::of(DocumentKind::MeansReport, "certify_report", "certify_report_file");

/// Four always; the last three where data of the claims are not complete.
const APPLICATION: &[Paper] = &[
    Paper::of(DocumentKind::Application, "apply_application", "apply_application_file"),
    Paper::of(DocumentKind::MeansConsent, "apply_consent", "apply_consent_file"),
    Paper::of(DocumentKind::Identity, "apply_identity", "apply_identity_file"),
    Paper::of(DocumentKind::BankCard, "apply_bank_card", "apply_bank_card_file"),
    Paper::of(DocumentKind::Invoice, "apply_invoice", "apply_invoice_file"),
    Paper::of(DocumentKind::ItemList, "apply_item_list", "apply_item_list_file"),
    Paper::of(DocumentKind::DischargeSummary, "apply_summary", "apply_summary_file"),
];

/// How many of them are always asked for.
const ALWAYS: usize = 4;

fn is_at_risk(case: &Case) -> bool {
    case.verification.as_ref().is_some_and(|(conclusion, _)| conclusion.finding == Finding::AtRisk)
}

fn is(status: RequestStatus) -> impl Fn(&AidRequest) -> bool {
    move |request| request.status == status
}

fn has(case: &Case, status: RequestStatus) -> bool {
    case.status == Status::Applying && case.requests.iter().any(is(status))
}

fn apply_fields(form: &Form<'_>) -> Markup {
    let lang = form.lang();
    let programmes = choices(Programme::ALL.iter().map(|one| (one.key(), one.text())), lang);
    let chosen: Vec<&str> = form.typed.all("apply_programme").collect();
    let hint = words::APPLY_PROGRAMMES_HINT.text(lang);
    let field = Input { hint, ..Input::text("apply_programme", words::PROGRAMME.text(lang)) };
    html! {
        (checks(&field, &programmes, &chosen, form.faults, lang))
        @for paper in APPLICATION.iter().take(ALWAYS) { (form.paper(paper, true)) }
        (form.radios("apply_complete", words::APPLY_COMPLETE, &COMPLETE))
        @for paper in APPLICATION.iter().skip(ALWAYS) { (form.paper(paper, false)) }
    }
}

const COMPLETE: [(&str, Word); 2] = [("yes", words::APPLY_COMPLETE_YES), ("no", words::APPLY_COMPLETE_NO)];

/// What lacks is said by casework, which knows what is on record already.
fn apply(reader: &Reader<'_>) -> Result<Command, Faults> {
    let asked: Vec<Programme> = reader.typed.all("apply_programme").filter_map(Programme::find).collect();
    if asked.is_empty() {
        return Err(vec![("apply_programme", words::CHOICE_WRONG.both(&[]))]);
    }
    let claims_complete = reader.yes("apply_complete")?;
    let on_record = |document: &Document| reader.case.documents.contains(document);
    let documents: Vec<Document> = APPLICATION.iter().filter_map(|paper| reader.find_paper(paper)).collect();
    let documents = documents.into_iter().filter(|document| !on_record(document)).collect();
    let requests = asked.into_iter().enumerate().map(|(number, programme)| new_request(reader, number, programme));
    Ok(Command::EnterApplication { requests: requests.collect::<Result<_, _>>()?, documents, claims_complete })
}

/// Named after the act, so that sending it twice asks for the same.
fn new_request(reader: &Reader<'_>, number: usize, programme: Programme) -> Result<NewRequest, Faults> {
    let act: String = reader.typed.get("transaction").chars().take(32).collect();
    let id = RequestId::new(&format!("{act}-{number}"));
    let id = id.ok_or_else(|| vec![("apply_programme", words::CHOICE_WRONG.both(&[]))])?;
    Ok(NewRequest { id, programme })
}

fn return_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.requests("return_request", is(RequestStatus::Submitted)))
        (form.note("return_request_note", words::WHY, true))
    }
}

fn return_request(reader: &Reader<'_>) -> Result<Command, Faults> {
    let request = reader.request("return_request")?;
    Ok(Command::ReturnRequest { request, note: reader.note("return_request_note")? })
}

const DECISIONS: [(&str, Word); 3] =
    [("certified", words::CERTIFIED), ("held", words::HELD), ("not_low_income", words::NOT_LOW_INCOME)];

fn certify_fields(form: &Form<'_>) -> Markup {
    let categories = Category::ALL.iter().map(|category| (category.key(), category.text()));
    html! {
        (form.radios("certify_decision", words::RESULT, &DECISIONS))
        (form.find_select("certify_category", words::CATEGORY, words::CERTIFY_GRANTED_HINT, categories))
        (form.find_day("certify_from", words::VALID_FROM, words::CERTIFY_GRANTED_HINT))
        (form.find_day("certify_to", words::VALID_TO, words::VALID_TO_HINT))
        (form.find_select("certify_illness", words::DUE_TO_ILLNESS, words::CERTIFY_NEW_HINT, yes_or_no()))
        (form.find_day("certify_notice_from", words::NOTICE_FROM, words::CERTIFY_NEW_HINT))
        (form.find_day("certify_notice_to", words::NOTICE_TO, words::NOTICE_TO_HINT))
        (form.paper(&MEANS_REPORT, false))
    }
}

fn yes_or_no() -> impl Iterator<Item = (&'static str, shukun_base::Text)> {
    [("yes", words::YES), ("no", words::NO)].into_iter().map(|(key, word)| (key, word.both(&[])))
}

fn certify(reader: &Reader<'_>) -> Result<Command, Faults> {
    let category = || reader.choice("certify_category", Category::find);
    Ok(Command::Certify(match reader.typed.get("certify_decision") {
        "certified" => Certification::Certified {
            category: category()?,
            valid_from: reader.day("certify_from")?,
            valid_to: reader.find_day("certify_to")?,
            due_to_illness: reader.yes("certify_illness")?,
            notice_from: reader.day("certify_notice_from")?,
            notice_to: reader.day("certify_notice_to")?,
            report: reader.paper(&MEANS_REPORT)?,
        },
        "held" => Certification::Held {
            category: category()?,
            valid_from: reader.day("certify_from")?,
            valid_to: reader.find_day("certify_to")?,
        },
        "not_low_income" => Certification::NotLowIncome { report: reader.paper(&MEANS_REPORT)? },
        _ => return Err(vec![("certify_decision", words::CHOICE_WRONG.both(&[]))]),
    }))
}
