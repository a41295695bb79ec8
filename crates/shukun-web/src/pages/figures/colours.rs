//! People by colour at the end of each month.

use maud::{Markup, html};
use serde_json::{Value, json};
use shukun_base::Lang;
use shukun_casework::alert::Colour;

use super::address::address;
use crate::desk::figures::{Board, ColourMonth, Part, month_of};
use crate::ui::chart::{ALERTS, chart, frame};
use crate::ui::colour::colour_tag;
use crate::ui::empty::empty;
use crate::ui::matrix::{beneath, figure, matrix};
use crate::words;

/// The section.
pub fn section(board: &Board, lang: Lang) -> Markup {
    let Some((year, months)) = &board.colours else {
        return html! {
            section.box {
                h2 { (words::PEOPLE_NOW.text(lang)) }
                (empty(words::COLOURS_NONE.text(lang), words::COLOURS_NONE_FILL.text(lang)))
            }
        };
    };
    let title = words::COLOURS.with(lang, &[("year", &year.to_string())]);
    let tags = Colour::ALL.iter().rev().map(|colour| colour.text().in_lang(lang).to_owned());
    let headings: Vec<String> = [words::TREND_MONTH.text(lang).to_owned()].into_iter().chain(tags).collect();
    let rows = html! { @for month in months.iter().rev() { (row(board, *year, month)) } };
    html! {
        section.box {
            h2 { (title) }
            p.quiet { (words::COLOURS_NOTE.text(lang)) }
            @if let Some(last) = months.last() { (now(board, *year, last, lang)) }
            (chart(&option(board, *year, months, lang), &title))
            (beneath(words::NUMBERS_BENEATH.text(lang), &matrix(&title, &headings, &rows)))
        }
    }
}

fn now(board: &Board, year: i16, month: &ColourMonth, lang: Lang) -> Markup {
    html! {
        p.colour-now {
            @for colour in Colour::ALL.iter().rev() {
                span { (colour_tag(*colour, lang)) " " (figure(people(month, *colour), &path(board, year, *colour, month))) }
            }
        }
    }
}

fn row(board: &Board, year: i16, month: &ColourMonth) -> Markup {
    html! {
        tr {
            th scope="row" { (month_of(month.on)) }
            @for colour in Colour::ALL.iter().rev() {
                td.number { (figure(people(month, *colour), &path(board, year, *colour, month))) }
            }
        }
    }
}

fn people(month: &ColourMonth, colour: Colour) -> u64 {
    month.people.get(&colour).copied().unwrap_or_default()
}

/// People are alerts, which wait for no office.
fn path(board: &Board, year: i16, colour: Colour, month: &ColourMonth) -> String {
    let part = Part { region: board.part.region.clone(), office: None };
    let (year, on) = (year.to_string(), month.on.to_string());
    address("/figures/people", &part, &[("year", &year), ("colour", colour.key()), ("on", &on)])
}

fn option(board: &Board, year: i16, months: &[ColourMonth], lang: Lang) -> Value {
    let series: Vec<Value> = Colour::ALL
        .iter()
        .zip(ALERTS)
        .map(|(colour, fill)| {
            let data: Vec<Value> = months
                .iter()
                .map(|month| json!({ "value": people(month, *colour), "href": path(board, year, *colour, month) }))
                .collect();
            json!({
                "name": format!("{} {}", colour.shape(), colour.text().in_lang(lang)), "type": "bar", "stack": "all",
                "barMaxWidth": 26, "data": data, "itemStyle": { "color": fill }, "cursor": "pointer",
            })
        })
        .collect();
    let names: Vec<String> = months.iter().map(|month| month_of(month.on)).collect();
    frame(json!(series), &names, false)
}
