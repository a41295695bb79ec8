//! How far cases came: one bar for each step, its share of all and of the step before.

use maud::{Markup, html};
use shukun_base::Lang;
use shukun_casework::case::Status;

use super::address::cases;
use crate::desk::figures::{Board, Stage};
use crate::ui::chart::{parts_bar, percent};
use crate::ui::matrix::{figure, matrix};
use crate::words;

/// The section.
pub fn section(board: &Board, lang: Lang) -> Markup {
    let stages = board.funnel();
    let all = stages.first().map_or(0, |stage| stage.cases);
    let headings = [words::STATUS, words::FUNNEL_CASES, words::FUNNEL_SHARE, words::FUNNEL_STEP_SHARE];
    let headings: Vec<String> = headings.iter().map(|word| word.text(lang).to_owned()).chain([String::new()]).collect();
    let before = stages.iter().map(Some);
    let rows = html! {
        @for (stage, before) in stages.iter().zip([None].into_iter().chain(before)) { (row(board, stage, before, all, lang)) }
    };
    html! {
        section.box.wide {
            h2 { (words::FUNNEL_REACHED.text(lang)) }
            p.quiet { (words::FUNNEL_REACHED_NOTE.text(lang)) }
            (matrix(words::FUNNEL_REACHED.text(lang), &headings, &rows))
        }
    }
}

fn row(board: &Board, stage: &Stage, before: Option<&Stage>, all: u64, lang: Lang) -> Markup {
    let is_closed = stage.status == Status::Closed;
    let name = if is_closed { "status" } else { "reached" };
    // Closed from any step: it is no part of the step before.
    let of_before = before.filter(|_| !is_closed).map(|before| percent(stage.cases, before.cases)).unwrap_or_default();
    let class = if is_closed { "bar-closed" } else { "bar-paid" };
    html! {
        tr {
            th scope="row" { (stage.status.text().in_lang(lang)) }
            td.number { (figure(stage.cases, &cases(&board.part, &[(name, stage.status.key())]))) }
            td.number { (percent(stage.cases, all)) }
            td.number.quiet { (of_before) }
            td.bar-cell { (parts_bar(&[(stage.cases, class), (all.saturating_sub(stage.cases), "bar-ground")])) }
        }
    }
}
