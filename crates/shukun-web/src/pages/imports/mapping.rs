//! What each heading is taken for, with a few masked cells, to be corrected by hand; remembered for the next file alike.

use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use shukun_base::Lang;
use shukun_store::Import;

use super::show::heading;
use crate::desk::Desk;
use crate::desk::imports::{Report, look, report};
use crate::error::PageError;
use crate::http::fields::Fields;
use crate::ui::layout::form_token;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;
use crate::works::order::import::{Choice, Examined, ExaminedColumn};

/// What is chosen for a heading that is of no use.
const IGNORED: &str = "-";

/// The form; nothing where no headings were found.
pub fn form(import: &Import, report: &Report, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let Some(examined) = &report.answer.examined else { return html! {} };
    let choices = &report.answer.choices;
    let columns = [words::IMPORT_COLUMN, words::IMPORT_SAMPLES, words::IMPORT_MEANS];
    let columns: Vec<Column<'_>> = columns.iter().map(|word| Column::words(word.text(lang))).collect();
    let rows = html! {
        @for (index, column) in examined.columns.iter().enumerate() { (row(index, column, choices, lang)) }
    };
    html! {
        (heading(words::IMPORT_COLUMNS, visit))
        p.quiet {
            (words::IMPORT_COLUMNS_NOTE.with(lang, &[("sheet", &examined.sheet), ("row", &examined.row.to_string())]))
            @if report.mapping.is_some() { " " (words::IMPORT_REMEMBERED.text(lang)) }
        }
        (missing(examined, choices, lang))
        form method="post" action={"/imports/" (import.import_id) "/check"} {
            (form_token(visit))
            (kinds(report, lang))
            (table(words::IMPORT_COLUMNS.text(lang), &columns, &rows))
            p.mt-3 { button.btn.btn-plain type="submit" { (words::IMPORT_CHECK_AGAIN.text(lang)) } }
        }
    }
}

fn missing(examined: &Examined, choices: &[Choice], lang: Lang) -> Markup {
    let name = |name: &String| {
        let known = choices.iter().find(|choice| choice.name == *name);
        known.map_or_else(|| name.clone(), |choice| choice.text.in_lang(lang).to_owned())
    };
    let names: Vec<String> = examined.missing.iter().map(name).collect();
    html! {
        @if !names.is_empty() {
            p.wrong role="alert" { (words::IMPORT_MISSING.with(lang, &[("names", &names.join("、"))])) }
        }
    }
}

fn kinds(report: &Report, lang: Lang) -> Markup {
    let told = report.kind_told.as_deref().unwrap_or_default();
    let choices =
        [("", words::KIND_RECOGNISED), ("settlement", words::KIND_SETTLEMENT), ("roster", words::KIND_ROSTER)];
    html! {
        div.field {
            label.form-label for="kind" { (words::IMPORT_KIND.text(lang)) }
            select.form-select #kind name="kind" {
                @for (value, word) in choices { option value=(value) selected[value == told] { (word.text(lang)) } }
            }
        }
    }
}

fn row(index: usize, column: &ExaminedColumn, choices: &[Choice], lang: Lang) -> Markup {
    let id = format!("means-{index}");
    let label = format!("{}：{}", words::IMPORT_MEANS.text(lang), column.header);
    let chosen = match (&column.means, column.is_ignored) {
        (Some(means), _) => means.as_str(),
        (None, true) => IGNORED,
        (None, false) => "",
    };
    html! {
        tr {
            td { span.quiet { (column.letters) " " } b { (column.header) } }
            td.quiet { (column.samples.join("；")) }
            td.wide {
                input type="hidden" name="header" value=(column.header);
                select.form-select #(id) name="means" aria-label=(label) {
                    option value="" selected[chosen.is_empty()] { (words::MEANS_NOTHING.text(lang)) }
                    option value=(IGNORED) selected[chosen == IGNORED] { (words::MEANS_IGNORED.text(lang)) }
                    @for choice in choices {
                        option value=(choice.name) selected[choice.name == chosen] {
                            (choice.text.in_lang(lang)) @if choice.is_required { " *" }
                        }
                    }
                }
            }
        }
    }
}

/// The form's fields in their order; a heading and what it means stand one after the other.
pub async fn check(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(fields): Fields<Vec<(String, String)>>,
) -> Result<Redirect, PageError> {
    let scope = visit.scope()?;
    let import = desk.store().import(scope, &id).await?;
    let known = report(&import);
    let kind =
        fields.iter().find(|(name, _)| name == "kind").map(|(_, kind)| kind.clone()).filter(|kind| !kind.is_empty());
    let of = kind.clone().or_else(|| known.answer.examined.as_ref().map(|examined| examined.kind.clone()));
    let of = of.filter(|kind| kind == "settlement" || kind == "roster").ok_or_else(PageError::unreadable)?;
    // Another kind has other columns: what was chosen before says nothing about them.
    let is_same_kind = known.answer.examined.as_ref().is_some_and(|examined| examined.kind == of);
    let mapping = if is_same_kind { Some(mapping_file(&of, &fields, &known)) } else { None };
    look(&desk, scope, &id, kind, mapping).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

/// What was chosen, as a mapping file. Only headings of the file and columns that there are get into it.
fn mapping_file(kind: &str, fields: &[(String, String)], known: &Report) -> String {
    let headers = fields.iter().filter(|(name, _)| name == "header").map(|(_, header)| header);
    let meanings = fields.iter().filter(|(name, _)| name == "means").map(|(_, means)| means.as_str());
    let is_header = |header: &&String| {
        known.answer.examined.iter().flat_map(|examined| &examined.columns).any(|column| column.header == **header)
    };
    let pairs: Vec<(&String, &str)> = headers.zip(meanings).filter(|(header, _)| is_header(header)).collect();
    let mut columns = toml_table(&format!("{kind}.columns"));
    for choice in &known.answer.choices {
        let of: Vec<String> =
            pairs.iter().filter(|(_, means)| *means == choice.name).map(|(header, _)| quoted(header)).collect();
        if !of.is_empty() {
            columns.push_str(&format!("{} = [{}]\n", choice.name, of.join(", ")));
        }
    }
    let ignored: Vec<String> =
        pairs.iter().filter(|(_, means)| *means == IGNORED).map(|(header, _)| quoted(header)).collect();
    if !ignored.is_empty() {
        columns.push_str(&format!("{}columns = [{}]\n", toml_table("ignored"), ignored.join(", ")));
    }
    columns
}

fn toml_table(name: &str) -> String {
    format!("[{name}]\n")
}

/// A text as TOML writes it, which is how JSON does.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use shukun_base::Text;

    use super::*;
    use crate::works::order::import::ImportAnswer;

    #[test]
    fn only_headings_of_the_file_and_columns_that_there_are_get_in() {
        let column = |header: &str| ExaminedColumn {
            letters: "A".to_owned(),
            header: header.to_owned(),
            means: None,
            is_ignored: false,
            samples: Vec::new(),
        };
        let columns = vec![column("本次\"花费\""), column("患者"), column("备用")];
        let examined =
            Examined { sheet: "S".to_owned(), row: 1, kind: "settlement".to_owned(), columns, missing: vec![] };
        let choice = Choice { name: "total".to_owned(), text: Text::new("费用总额", "total"), is_required: true };
        let answer = ImportAnswer { examined: Some(examined), choices: vec![choice], ..ImportAnswer::default() };
        let known = Report { answer, ..Report::default() };
        let field = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = [
            ("header", "本次\"花费\""),
            ("means", "total"),
            ("header", "患者"),
            ("means", "evil]\nx"),
            ("header", "别的"),
            ("means", "total"),
            ("header", "备用"),
            ("means", "-"),
        ];
        let fields: Vec<_> = fields.iter().map(|(name, value)| field(name, value)).collect();
        let made = mapping_file("settlement", &fields, &known);
        assert_eq!(made, "[settlement.columns]\ntotal = [\"本次\\\"花费\\\"\"]\n[ignored]\ncolumns = [\"备用\"]\n");
    }
}
