//! What an import found: counts, warnings, defects cell by cell, what changed in the lake.

use maud::{Markup, html};
use shukun_base::Lang;
use shukun_store::{Import, ImportState};

use crate::desk::imports::Report;
use crate::format::count;
use crate::ui::table::{Column, table};
use crate::words;
use crate::works::order::import::{Found, Reject};

/// How many rows are what.
pub fn counts(report: &Report, lang: Lang) -> Markup {
    let Some(found) = &report.answer.found else { return html! {} };
    html! {
        dl.facts.mt-3 {
            @for (word, number) in [
                (words::IMPORT_ROWS, found.rows),
                (words::IMPORT_ACCEPTED, found.accepted),
                (words::IMPORT_REVERSALS, found.reversals),
                (words::IMPORT_REJECTED, found.rejected),
                (words::IMPORT_DUPLICATES, found.duplicates),
            ] { dt { (word.text(lang)) } dd { (count(number)) } }
        }
        (warnings(found, lang))
    }
}

fn warnings(found: &Found, lang: Lang) -> Markup {
    html! {
        @if !found.warnings.is_empty() {
            div.banner.mt-3 { @for warning in &found.warnings { p { (warning.text.in_lang(lang)) } } }
        }
        @if !found.unknown_columns.is_empty() {
            p.quiet { (words::IMPORT_UNUSED.with(lang, &[("names", &found.unknown_columns.join("、"))])) }
        }
    }
}

/// The defects, the first two hundred.
pub fn rejects(report: &Report, lang: Lang) -> Markup {
    let Some(found) = report.answer.found.as_ref().filter(|found| !found.rejects.is_empty()) else {
        return html! {};
    };
    let columns =
        [words::IMPORT_PLACE, words::IMPORT_COLUMN, words::IMPORT_VALUE, words::IMPORT_WHY, words::ERROR_MEND];
    let columns: Vec<Column<'_>> = columns.iter().map(|word| Column::words(word.text(lang))).collect();
    let shown = found.rejects.len() as u64;
    html! {
        h2.mt-3 { (words::IMPORT_DEFECTS.text(lang)) }
        @if shown < found.reject_count {
            p.quiet { (words::IMPORT_DEFECTS_SHOWN.with(lang, &[("n", &count(shown)), ("m", &count(found.reject_count))])) }
        }
        (table(words::IMPORT_DEFECTS.text(lang), &columns, &html! { @for reject in &found.rejects { (row(reject, lang)) } }))
    }
}

fn row(reject: &Reject, lang: Lang) -> Markup {
    let row = reject.row.to_string();
    html! {
        tr {
            td.nowrap { (words::IMPORT_ROW.with(lang, &[("sheet", &reject.sheet), ("row", &row), ("column", &reject.column)])) }
            td { (reject.header) }
            td { (reject.value) }
            td.wide { (reject.text.in_lang(lang)) }
            td.wide.quiet { (reject.mend.in_lang(lang)) }
        }
    }
}

/// What changed in the lake.
pub fn committed(import: &Import, report: &Report, lang: Lang) -> Markup {
    let Some(committed) = report.answer.committed.as_ref().filter(|_| import.state == ImportState::Committed) else {
        return html! { @if import.state == ImportState::Undone { p.done.mt-3 role="status" { (words::IMPORT_WAS_UNDONE.text(lang)) } } };
    };
    let values = [
        ("persons", count(committed.persons)),
        ("claims", count(committed.claims)),
        ("certifications", count(committed.certifications)),
    ];
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    html! {
        p.done.mt-3 role="status" { (words::IMPORT_CHANGED.with(lang, &values)) }
        @if committed.conflicting > 0 {
            p.banner { (words::IMPORT_CONFLICTING.with(lang, &[("n", &count(committed.conflicting))])) }
        }
        @if committed.generation.is_none() { p.quiet { (words::IMPORT_NO_CHANGE.text(lang)) } }
    }
}
