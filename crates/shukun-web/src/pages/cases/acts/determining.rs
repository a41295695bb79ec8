//! T6: the second person's check of a determination.

use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Check, Command};

use super::{AGREE, Act, Form, Reader};
use crate::ui::field::Faults;
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[Act {
    path: "/cases/{case_id}/check",
    key: "check",
    permission: Permission::CheckDetermination,
    name: words::ACT_CHECK,
    leads_on: true,
    is_offered: |case| case.draft().is_some(),
    papers: &[],
    fields: check_fields,
    read: check,
}];

fn check_fields(form: &Form<'_>) -> Markup {
    html! { (form.radios("check_agreed", words::RESULT, &AGREE)) (form.note("check_note", words::NOTE, false)) }
}

fn check(reader: &Reader<'_>) -> Result<Command, Faults> {
    let agreed = reader.yes("check_agreed")?;
    let version = reader.case.draft().map_or(0, |draft| draft.sheet.version);
    let note = if agreed { reader.find_note("check_note")? } else { Some(reader.note("check_note")?) };
    Ok(Command::CheckDetermination(Check { version, agreed, note, by: None, at: None }))
}
