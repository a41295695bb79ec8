//! A case in other hands, in another place, in another round: assignment, moving, death, reopening.

use maud::{Markup, html};
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Command, Death, Reopening, ReturnReason, Status, Transfer};
use shukun_casework::{ActorId, DocumentKind};

use super::{Act, Form, Paper, Reader};
use crate::ui::field::{Faults, Input, select};
use crate::ui::place::choose;
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[
    Act {
        path: "/cases/{case_id}/assign",
        key: "assign",
        permission: Permission::Assign,
        name: words::ACT_ASSIGN,
        leads_on: false,
        is_offered: |case| case.status != Status::Closed,
        papers: &[],
        fields: assign_fields,
        read: assign,
    },
    Act {
        path: "/cases/{case_id}/transfer",
        key: "transfer",
        permission: Permission::Transfer,
        name: words::ACT_TRANSFER,
        leads_on: false,
        is_offered: |case| case.status != Status::Closed,
        papers: &[],
        fields: transfer_fields,
        read: transfer,
    },
    Act {
        path: "/cases/{case_id}/death",
        key: "death",
        permission: Permission::RecordDeath,
        name: words::ACT_DEATH,
        leads_on: false,
        is_offered: |case| case.status != Status::Closed && !case.detections.is_empty(),
        papers: &[CERTIFICATE],
        fields: death_fields,
        read: death,
    },
    Act {
        path: "/cases/{case_id}/reopen",
        key: "reopen",
        permission: Permission::Reopen,
        name: words::ACT_REOPEN,
        leads_on: true,
        is_offered: |case| case.status == Status::Closed && case.merged_into.is_none(),
        papers: &[],
        fields: reopen_fields,
        read: reopen,
    },
];

const CERTIFICATE: Paper = Paper::of(DocumentKind::DeathCertificate, "death_paper", "death_file");

fn assign_fields(form: &Form<'_>) -> Markup {
    let lang = form.lang();
    let hint = if form.around.colleagues.is_empty() { words::ASSIGN_NOBODY.text(lang) } else { "" };
    let field =
        Input { value: form.typed.get("assign_to"), hint, ..Input::text("assign_to", words::ASSIGN_TO.text(lang)) };
    select(&field, &form.around.colleagues, form.faults, lang)
}

fn assign(reader: &Reader<'_>) -> Result<Command, Faults> {
    let to = reader.choice("assign_to", |id| {
        let is_known = reader.around.colleagues.iter().any(|(known, _)| known == id);
        ActorId::new(id).filter(|_| is_known)
    })?;
    Ok(Command::Assign { to })
}

fn transfer_fields(form: &Form<'_>) -> Markup {
    let lang = form.lang();
    let hint = words::TRANSFER_HINT.text(lang);
    let value = form.typed.get("transfer_to");
    let field = Input { value, hint, is_required: false, ..Input::text("transfer_to", words::TRANSFER_TO.text(lang)) };
    html! {
        (choose(&field, &form.around.places, form.faults, lang))
        (form.note("transfer_note", words::NOTE, true))
    }
}

/// No place = out of the area that this platform serves.
fn transfer(reader: &Reader<'_>) -> Result<Command, Faults> {
    let to = match reader.typed.get("transfer_to").trim() {
        "" => None,
        code => Some(RegionCode::new(code).ok_or_else(|| vec![("transfer_to", words::REGION_WRONG.both(&[]))])?),
    };
    Ok(Command::Transfer(Transfer { to, note: reader.note("transfer_note")? }))
}

/// Those of the household that the case is about, masked by their number in it.
fn people(form: &Form<'_>) -> Vec<(String, String)> {
    let mut people: Vec<(String, String)> = Vec::new();
    for detection in &form.case.detections {
        let id = detection.person.to_string();
        if !people.iter().any(|(known, _)| *known == id) {
            let number = (people.len() + 1).to_string();
            people.push((
                id,
                words::DEATH_PERSON.with(form.lang(), &[("n", &number), ("year", &detection.year.to_string())]),
            ));
        }
    }
    people
}

fn death_fields(form: &Form<'_>) -> Markup {
    let lang = form.lang();
    let people = people(form);
    let only = people.first().filter(|_| people.len() == 1).map_or("", |(id, _)| id.as_str());
    let typed = form.typed.get("death_person");
    let value = if typed.is_empty() { only } else { typed };
    let field = Input { value, ..Input::text("death_person", words::PERSON.text(lang)) };
    html! {
        (select(&field, &people, form.faults, lang))
        (form.today("death_on", words::DEATH_ON))
        (form.paper(&CERTIFICATE, true))
    }
}

fn death(reader: &Reader<'_>) -> Result<Command, Faults> {
    let person = reader.choice("death_person", |id| {
        let mut people = reader.case.detections.iter().map(|detection| detection.person);
        people.find(|person| person.to_string() == id)
    })?;
    Ok(Command::RecordDeath(Death { person, on: reader.day("death_on")?, document: reader.paper(&CERTIFICATE)? }))
}

/// The steps at which a new round can begin; casework asks whether the last one reached them.
const BEGINNINGS: [Status; 5] =
    [Status::Detected, Status::Screened, Status::Dispatched, Status::Verified, Status::Applying];

fn reopen_fields(form: &Form<'_>) -> Markup {
    html! {
        p.form-hint { (words::REOPEN_HINT.text(form.lang())) }
        (form.select("reopen_at", words::REOPEN_AT, BEGINNINGS.iter().map(|status| (status.key(), status.text()))))
        (form.select("reopen_reason", words::REASON, ReturnReason::ALL.iter().map(|reason| (reason.key(), reason.text()))))
        (form.note("reopen_note", words::NOTE, true))
    }
}

fn reopen(reader: &Reader<'_>) -> Result<Command, Faults> {
    let at = reader.choice("reopen_at", Status::find)?;
    let reason = reader.choice("reopen_reason", ReturnReason::find)?;
    Ok(Command::Reopen(Reopening { at, reason, note: reader.note("reopen_note")? }))
}
