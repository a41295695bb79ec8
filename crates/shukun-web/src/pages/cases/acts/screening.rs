//! T1 and T2: first screening, dispatch to township and village.

use maud::{Markup, html};
use shukun_base::RegionCode;
use shukun_casework::ActorId;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Command, DismissalReason, Dispatch, Forwarding, Screening, ScreeningResult, Status};

use super::{Act, Form, Reader};
use crate::ui::field::{Faults, Input, select_grouped};
use crate::ui::place::choose;
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
    let lang = form.lang();
    let known = form.case.region.as_str();
    let typed = form.typed.get("dispatch_township");
    let value = if typed.is_empty() { known.get(..9).unwrap_or("") } else { typed };
    let field = Input { value, ..Input::text("dispatch_township", words::TOWNSHIP.text(lang)) };
    html! {
        (choose(&field, &form.around.towns, form.faults, lang))
        (form.note("dispatch_task", words::TASK, true))
        (form.words("dispatch_due_on", words::DUE_ON, "", "date"))
    }
}

fn dispatch(reader: &Reader<'_>) -> Result<Command, Faults> {
    let township = reader.region("dispatch_township")?;
    let (task, due_on) = (reader.note("dispatch_task")?, reader.day("dispatch_due_on")?);
    Ok(Command::Dispatch(Dispatch { township, task, due_on }))
}

/// A village with its worker where workers are known; the case's own village and its only worker are chosen.
fn forward_fields(form: &Form<'_>) -> Markup {
    let lang = form.lang();
    let known = if form.case.region.as_str().len() == 12 { form.case.region.as_str() } else { "" };
    let typed = form.typed.get("forward_village");
    let groups = form.around.village_groups();
    if groups.is_empty() {
        let value = if typed.is_empty() { known } else { typed };
        let field = Input { value, ..Input::text("forward_village", words::VILLAGE.text(lang)) };
        return choose(&field, &form.around.villages, form.faults, lang);
    }
    let only = form.around.only_worker(known).map(|worker| format!("{known}/{worker}")).unwrap_or_default();
    let value = if typed.is_empty() { &only } else { typed };
    let field = Input { value, ..Input::text("forward_village", words::FORWARD_TO.text(lang)) };
    select_grouped(&field, &groups, form.faults, lang)
}

/// `village/account`, or a village alone: then its only worker. Where nobody works there with an account yet, it stays in
/// the hands of whoever hands it on until somebody takes it.
fn forward(reader: &Reader<'_>) -> Result<Command, Faults> {
    let typed = reader.typed.get("forward_village").trim();
    let (village, worker) = typed.split_once('/').unwrap_or((typed, ""));
    let village = RegionCode::new(village).ok_or_else(|| vec![("forward_village", words::CHOICE_WRONG.both(&[]))])?;
    let has_workers = reader.around.workers.iter().any(|known| known.region == village);
    let me = || reader.visit.scope().ok().and_then(|scope| ActorId::new(scope.account_id().as_str()));
    let worker = match worker {
        "" if has_workers => reader.around.only_worker(village.as_str()),
        "" => me(),
        named => ActorId::new(named).filter(|_| reader.around.works_in(village.as_str(), named)),
    };
    let worker = worker.ok_or_else(|| vec![("forward_village", words::FORWARD_CHOOSE.both(&[]))])?;
    Ok(Command::Forward(Forwarding { village, worker }))
}
