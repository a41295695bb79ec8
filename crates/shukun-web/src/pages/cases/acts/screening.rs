//! T1 and T2: first screening, dispatch to township and village.

use maud::{Markup, html};
use shukun_casework::ActorId;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Command, DismissalReason, Dispatch, Forwarding, Screening, ScreeningResult, Status};

use super::{Act, Form, Reader};
use crate::ui::field::Faults;
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/screen",
        key: "screen",
        permission: Permission::Screen,
        name: words::ACT_SCREEN,
        leads_on: true,
        is_offered: |case| case.status == Status::Detected,
        papers: &[],
        fields: screen_fields,
        read: screen,
    },
    Act {
        path: "/cases/{case_id}/dismiss",
        key: "dismiss",
        permission: Permission::Dismiss,
        name: words::ACT_DISMISS,
        leads_on: true,
        is_offered: |case| case.status == Status::Detected,
        papers: &[],
        fields: dismiss_fields,
        read: dismiss,
    },
    Act {
        path: "/cases/{case_id}/dispatch",
        key: "dispatch",
        permission: Permission::DispatchToTownship,
        name: words::ACT_DISPATCH,
        leads_on: true,
        is_offered: |case| case.status == Status::Screened,
        papers: &[],
        fields: dispatch_fields,
        read: dispatch,
    },
    Act {
        path: "/cases/{case_id}/forward",
        key: "forward",
        permission: Permission::DispatchToVillage,
        name: words::ACT_FORWARD,
        leads_on: true,
        is_offered: |case| case.status == Status::Dispatched && case.forwarding.is_none() && case.visits.is_empty(),
        papers: &[],
        fields: forward_fields,
        read: forward,
    },
];

fn screen_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.select("screen_result", words::RESULT, ScreeningResult::ALL.iter().map(|result| (result.key(), result.text()))))
        (form.note("screen_note", words::NOTE, false))
    }
}

fn screen(reader: &Reader<'_>) -> Result<Command, Faults> {
    let result = reader.choice("screen_result", ScreeningResult::find)?;
    Ok(Command::Screen(Screening { result, note: reader.find_note("screen_note")? }))
}

fn dismiss_fields(form: &Form<'_>) -> Markup {
    html! {
        (form.select("dismiss_reason", words::REASON, DismissalReason::ALL.iter().map(|reason| (reason.key(), reason.text()))))
        (form.note("dismiss_why", words::WHY, true))
    }
}

fn dismiss(reader: &Reader<'_>) -> Result<Command, Faults> {
    let reason = reader.choice("dismiss_reason", DismissalReason::find)?;
    Ok(Command::Dismiss { reason, why: reader.note("dismiss_why")? })
}

fn dispatch_fields(form: &Form<'_>) -> Markup {
    let known = form.case.region.as_str();
    html! {
        (form.words("dispatch_township", words::TOWNSHIP, known.get(..9).unwrap_or(known), "text"))
        (form.note("dispatch_task", words::TASK, true))
        (form.words("dispatch_due_on", words::DUE_ON, "", "date"))
    }
}

fn dispatch(reader: &Reader<'_>) -> Result<Command, Faults> {
    let township = reader.region("dispatch_township")?;
    let (task, due_on) = (reader.note("dispatch_task")?, reader.day("dispatch_due_on")?);
    Ok(Command::Dispatch(Dispatch { township, task, due_on }))
}

fn forward_fields(form: &Form<'_>) -> Markup {
    let known = form.case.region.as_str();
    html! { (form.words("forward_village", words::VILLAGE, if known.len() == 12 { known } else { "" }, "text")) }
}

/// The village's own worker takes the case there; until then it is in the hands of whoever hands it on.
fn forward(reader: &Reader<'_>) -> Result<Command, Faults> {
    let village = reader.region("forward_village")?;
    let me = reader.visit.scope().ok().and_then(|scope| ActorId::new(scope.account_id().as_str()));
    let worker = me.ok_or_else(|| vec![("forward_village", words::ERROR_BROKEN.both(&[]))])?;
    Ok(Command::Forward(Forwarding { village, worker }))
}
