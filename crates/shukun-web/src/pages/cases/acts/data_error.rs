//! T1x where the data were wrong: which record, which rule it set off, who was told to mend it. It counts against the rule
//! in the figures, apart from rules that were wrong by themselves.

use std::collections::BTreeSet;

use maud::{Markup, html};
use shukun_casework::Note;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Case, Command, Status};
use shukun_casework::outcome::{DataError, Outcome, OutcomeCode};

use super::{Act, Form, Reader};
use crate::ui::field::{Faults, Input, input, select};
use crate::words;

/// The acts of this file.
pub const ACTS: &[Act] = &[Act {
    path: "/cases/{case_id}/data-error",
    key: "data-error",
    permission: Permission::Dismiss,
    name: words::ACT_DATA_ERROR,
    leads_on: false,
    is_offered: |case| case.status <= Status::Screened && !case.detections.is_empty(),
    papers: &[],
    fields,
    read,
}];

/// The rules that raised the case's alerts, each once.
fn rules(case: &Case) -> BTreeSet<&str> {
    case.detections.iter().map(|detection| detection.rule.as_str()).collect()
}

fn fields(form: &Form<'_>) -> Markup {
    let lang = form.lang();
    let choices: Vec<_> = rules(form.case).into_iter().map(|rule| (rule.to_owned(), rule.to_owned())).collect();
    let only = if let [(rule, _)] = choices.as_slice() { rule.as_str() } else { "" };
    let typed = form.typed.get("data_error_rule");
    let rule = Input {
        value: if typed.is_empty() { only } else { typed },
        ..Input::text("data_error_rule", words::DATA_ERROR_RULE.text(lang))
    };
    let record = Input {
        value: form.typed.get("data_error_record"),
        hint: words::DATA_ERROR_RECORD_HINT.text(lang),
        ..Input::text("data_error_record", words::DATA_ERROR_RECORD.text(lang))
    };
    html! {
        p.form-hint { (words::DATA_ERROR_HINT.text(lang)) }
        (select(&rule, &choices, form.faults, lang))
        (input(&record, form.faults, lang))
        (form.note("data_error_told", words::DATA_ERROR_TOLD, true))
    }
}

fn read(reader: &Reader<'_>) -> Result<Command, Faults> {
    let known = rules(reader.case);
    let rule = reader.choice("data_error_rule", |rule| known.get(rule).map(|rule| (*rule).to_owned()))?;
    let record = reader.note("data_error_record")?;
    let told = reader.note("data_error_told")?;
    let why = Note::new(&format!("已告知更正：{}", told.as_str()));
    let why = why.map_err(|fault| vec![("data_error_told", fault.text())])?;
    let data_error = Some(DataError { source: record.as_str().to_owned(), rule });
    Ok(Command::DismissAsDataError { outcome: Outcome { code: OutcomeCode::DataError, data_error }, why })
}
