//! T9: proposing to close, the second person's answer, and the second look at closings that were drawn.

use maud::{Markup, html};
use shukun_casework::DocumentKind;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Certification, Closing, Command, FollowUp, Sample, Status};
use shukun_casework::outcome::{Outcome, OutcomeCode};

use super::{AGREE, Act, Form, Paper, Reader};
use crate::ui::field::Faults;
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/follow-up",
        key: "follow-up",
        permission: Permission::FollowUp,
        name: words::ACT_FOLLOW_UP,
        leads_on: true,
        is_offered: |case| case.status == Status::Settled && case.follow_up.is_none(),
        papers: &[RECEIPT],
        fields: follow_up_fields,
        read: follow_up,
    },
    Act {
        path: "/cases/{case_id}/propose",
        key: "propose",
        permission: Permission::ProposeClosing,
        name: words::ACT_PROPOSE,
        leads_on: true,
        is_offered: |case| may_end(case) && case.closing.is_none(),
        papers: &[],
        fields: propose_fields,
        read: propose,
    },
    Act {
        path: "/cases/{case_id}/close",
        key: "close",
        permission: Permission::ConfirmClosing,
        name: words::ACT_CONFIRM_CLOSING,
        leads_on: true,
        is_offered: |case| case.status != Status::Closed && case.closing.is_some(),
        papers: &[],
        fields: close_fields,
        read: close,
    },
    Act {
        path: "/cases/{case_id}/sample",
        key: "sample",
        permission: Permission::SampleDismissals,
        name: words::ACT_SAMPLE,
        leads_on: true,
        is_offered: |case| case.sample == Some(Sample::Waiting),
        papers: &[],
        fields: sample_fields,
        read: sample,
    },
];

const RECEIPT: Paper = Paper::of(DocumentKind::Receipt, "follow_up_receipt", "follow_up_file");

fn follow_up_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.today("follow_up_on", words::VISIT_ON))
        (form.paper(&RECEIPT, true))
        (form.note("follow_up_note", words::FOUND, true))
    }
}

fn follow_up(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::FollowUp(FollowUp {
        on: reader.day("follow_up_on")?,
        receipt: reader.paper(&RECEIPT)?,
        note: reader.note("follow_up_note")?,
    }))
}

/// Paid and visited; or found not to be low-income, with nothing left to pay, moved away, or dead.
fn may_end(case: &Case) -> bool {
    let is_refused = matches!(case.certification, Some(Certification::NotLowIncome { .. }));
    let is_over = case.status >= Status::Determined && case.is_money_settled();
    let is_gone = !case.deaths.is_empty() || case.moved.as_ref().is_some_and(|moved| moved.to.is_none());
    let is_open = case.status < Status::Closed;
    is_open && (case.status == Status::Settled || is_refused || is_over || is_gone)
}

fn propose_fields(form: &Form<'_>) -> Markup {
    let codes = OutcomeCode::ALL.iter().filter(|code| **code != OutcomeCode::DataError);
    html! {
        (form.select("propose_outcome", words::RESULT, codes.map(|code| (code.key(), code.text()))))
        (form.note("propose_why", words::WHY, true))
    }
}

fn propose(reader: &Reader<'_>) -> Result<Command, Faults> {
    let code = reader.choice("propose_outcome", OutcomeCode::find)?;
    Ok(Command::ProposeClosing(Closing { outcome: Outcome::plain(code), why: reader.note("propose_why")?, by: None }))
}

fn close_fields(form: &Form<'_>) -> Markup {
    html! { (form.radios("close_agreed", words::RESULT, &AGREE)) (form.note("close_note", words::NOTE, true)) }
}

fn close(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::ConfirmClosing { agreed: reader.yes("close_agreed")?, note: reader.note("close_note")? })
}

fn sample_fields(form: &Form<'_>) -> Markup {
    let found = [("yes", words::UPHELD), ("no", words::OVERTURNED)];
    html! { (form.radios("sample_upheld", words::RESULT, &found)) (form.note("sample_note", words::NOTE, true)) }
}

fn sample(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::ReviewSample { upheld: reader.yes("sample_upheld")?, note: reader.note("sample_note")? })
}
