//! How often each rule and colour was right.

use maud::{Markup, html};
use shukun_base::Lang;
use shukun_casework::alert::Colour;
use shukun_store::{Ended, Sway};

use super::address::cases;
use crate::desk::figures::Board;
use crate::ui::chart::{parts_bar, percent};
use crate::ui::colour::colour_tag;
use crate::ui::empty::empty;
use crate::ui::matrix::{figure, matrix};
use crate::words;

/// The section.
pub fn section(board: &Board, lang: Lang) -> Markup {
    let headings = [
        words::PRECISION_RULE,
        words::SWAY_CONFIRMED,
        words::SWAY_WRONG,
        words::PRECISION_DATA,
        words::SWAY_NOT_JUDGED,
        words::PRECISION_SHARE,
    ];
    let headings: Vec<String> = headings.iter().map(|word| word.text(lang).to_owned()).chain([String::new()]).collect();
    html! {
        section.box {
            h2 { (words::PRECISION.text(lang)) }
            p.quiet { (words::PRECISION_NOTE.text(lang)) }
            @if board.endings.is_empty() { (empty(words::PRECISION_NONE.text(lang), words::PRECISION_NONE_FILL.text(lang))) }
            @else {
                (matrix(words::PRECISION.text(lang), &headings, &html! { @for ended in &board.endings { (row(board, ended, lang)) } }))
            }
        }
    }
}

fn row(board: &Board, ended: &Ended, lang: Lang) -> Markup {
    let precision = ended.precision;
    let judged = precision.confirmed + precision.wrong;
    let path = |more: (&str, &str)| {
        let found = match ended.colour {
            Some(colour) => ("colour", colour.key()),
            None => ("found", "hand"),
        };
        cases(&board.part, &[found, ("rule", ended.rule.as_deref().unwrap_or_default()), more])
    };
    let of = |sway: Sway| path(("sway", sway.key()));
    html! {
        tr {
            th scope="row" { (name(ended.rule.as_deref(), ended.colour, lang)) }
            td.number { (figure(precision.confirmed, &of(Sway::Confirmed))) }
            td.number { (figure(precision.wrong, &of(Sway::Wrong))) }
            td.number { (figure(precision.wrong_data, &path(("outcome", "data_error")))) }
            td.number { (figure(precision.not_judged, &of(Sway::NotJudged))) }
            td.number { (percent(precision.confirmed, judged)) }
            td.bar-cell { (parts_bar(&[(precision.confirmed, "bar-paid"), (precision.wrong, "level-at-risk")])) }
        }
    }
}

fn name(rule: Option<&str>, colour: Option<Colour>, lang: Lang) -> Markup {
    html! {
        @match colour {
            Some(colour) => { (colour_tag(colour, lang)) " " }
            None => { span.tag { (words::COLOUR_NONE.text(lang)) } " " }
        }
        @if let Some(rule) = rule { (rule) }
    }
}
