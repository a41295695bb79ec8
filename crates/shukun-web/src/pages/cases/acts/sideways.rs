//! What leads aside: a pause and its end, the way back.

use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Command, Return, ReturnReason, Status, Suspension};

use super::{Act, Form, Reader};
use crate::ui::field::Faults;
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/resume",
        key: "resume",
        permission: Permission::Suspend,
        name: words::ACT_RESUME,
        leads_on: true,
        is_offered: |case| case.suspended.is_some(),
        papers: &[],
        fields: |_| html! {},
        read: |_| Ok(Command::Resume),
    },
    Act {
        path: "/cases/{case_id}/return",
        key: "return",
        permission: Permission::Return,
        name: words::ACT_RETURN,
        leads_on: false,
        is_offered: |case| case.status > Status::Detected && case.status < Status::Closed && case.suspended.is_none(),
        papers: &[],
        fields: return_fields,
        read: go_back,
    },
    Act {
        path: "/cases/{case_id}/suspend",
        key: "suspend",
        permission: Permission::Suspend,
        name: words::ACT_SUSPEND,
        leads_on: false,
        is_offered: |case| case.status < Status::Closed && case.suspended.is_none(),
        papers: &[],
        fields: suspend_fields,
        read: suspend,
    },
];

fn return_fields(form: &Form<'_>) -> Markup {
    let before = Status::ALL.iter().filter(|status| **status < form.case.status);
    html! {
        (form.select("return_to", words::BACK_TO, before.map(|status| (status.key(), status.text()))))
        (form.select("return_reason", words::REASON, ReturnReason::ALL.iter().map(|reason| (reason.key(), reason.text()))))
        (form.note("return_note", words::NOTE, true))
    }
}

fn go_back(reader: &Reader<'_>) -> Result<Command, Faults> {
    let to = reader.choice("return_to", Status::find)?;
    let reason = reader.choice("return_reason", ReturnReason::find)?;
    Ok(Command::Return(Return { to, reason, note: reader.note("return_note")? }))
}

fn suspend_fields(form: &Form<'_>) -> Markup {
    html! { (form.words("suspend_until", words::UNTIL, "", "date")) (form.note("suspend_why", words::WHY, true)) }
}

fn suspend(reader: &Reader<'_>) -> Result<Command, Faults> {
    Ok(Command::Suspend(Suspension { until: reader.day("suspend_until")?, why: reader.note("suspend_why")? }))
}
