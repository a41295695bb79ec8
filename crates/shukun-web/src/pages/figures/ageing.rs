//! How long cases wait in each step, and how they stand against its time limit: by step and by office.

use maud::{Markup, html};
use serde_json::{Value, json};
use shukun_base::Lang;
use shukun_casework::authority::Role;
use shukun_casework::case::Step;
use shukun_casework::timers::{Level, Unit};
use shukun_store::{Ageing, USED_BOXES};

use super::address::cases;
use crate::desk::figures::Board;
use crate::desk::narrow::used_box;
use crate::ui::chart::{DEEPENING, chart, frame, parts_bar};
use crate::ui::matrix::{beneath, figure, matrix};
use crate::words::{self, Word};

const BOXES: std::ops::RangeInclusive<u8> = 0..=4;

/// How long: steps by boxes of days.
pub fn waiting(board: &Board, lang: Lang) -> Markup {
    debug_assert_eq!(USED_BOXES.len(), usize::from(*BOXES.end()));
    let boxes = BOXES.map(|number| words::AGEING_DAYS.with(lang, &[("box", &used_box(number, lang))]));
    let headings: Vec<String> = [words::STATUS.text(lang).to_owned()]
        .into_iter()
        .chain(boxes)
        .chain([words::AGEING_ALL.text(lang).to_owned()])
        .collect();
    let rows = html! { @for step in board.steps() { (waiting_row(board, step, lang)) } };
    html! {
        section.box {
            h2 { (words::AGEING.text(lang)) }
            p.quiet { (words::AGEING_NOTE.text(lang)) }
            (chart(&option(board, lang), words::AGEING.text(lang)))
            (beneath(words::NUMBERS_BENEATH.text(lang), &matrix(words::AGEING.text(lang), &headings, &rows)))
        }
    }
}

fn waiting_row(board: &Board, step: Step, lang: Lang) -> Markup {
    html! {
        tr {
            th scope="row" { (step.text().in_lang(lang)) }
            @for number in BOXES { td.number { (figure(in_box(board, step, number), &box_path(board, step, number))) } }
            td.number { (figure(board.waiting(|group| group.step == step), &cases(&board.part, &[("step", step.key()), ("has", "open")]))) }
        }
    }
}

fn in_box(board: &Board, step: Step, number: u8) -> u64 {
    board.waiting(|group| group.step == step && group.used_box == number)
}

fn box_path(board: &Board, step: Step, number: u8) -> String {
    cases(&board.part, &[("step", step.key()), ("used", &number.to_string())])
}

fn option(board: &Board, lang: Lang) -> Value {
    let steps: Vec<Step> = board.steps().into_iter().collect();
    let series: Vec<Value> = BOXES
        .zip(DEEPENING)
        .map(|(number, colour)| {
            let data: Vec<Value> = steps
                .iter()
                .map(|step| json!({ "value": in_box(board, *step, number), "href": box_path(board, *step, number) }))
                .collect();
            json!({
                "name": words::AGEING_DAYS.with(lang, &[("box", &used_box(number, lang))]), "type": "bar", "stack": "all",
                "barMaxWidth": 18, "data": data, "itemStyle": { "color": colour }, "cursor": "pointer",
            })
        })
        .collect();
    let names: Vec<String> = steps.iter().map(|step| step.text().in_lang(lang).to_owned()).collect();
    frame(json!(series), &names, true)
}

/// How they stand: steps and offices by level.
pub fn standing(board: &Board, lang: Lang) -> Markup {
    let steps = html! {
        @for step in board.steps() {
            (standing_row(board, step.text().in_lang(lang), &[("step", step.key())], |group| group.step == step))
        }
    };
    let offices = html! {
        @for office in board.offices() {
            (standing_row(board, office.text().in_lang(lang), &[("office", office.key())], |group| group.office == office))
        }
    };
    html! {
        section.box.wide {
            h2 { (words::STANDING.text(lang)) }
            p.quiet { (words::STANDING_NOTE.text(lang)) }
            div.pair {
                div { h3 { (words::STANDING_BY_STEP.text(lang)) } (matrix(words::STANDING_BY_STEP.text(lang), &headings(words::STATUS, lang), &steps)) }
                div { h3 { (words::STANDING_BY_OFFICE.text(lang)) } (matrix(words::STANDING_BY_OFFICE.text(lang), &headings(words::TASKS_OFFICE, lang), &offices)) }
            }
        }
    }
}

fn headings(first: Word, lang: Lang) -> Vec<String> {
    let levels = Level::ALL.iter().map(|level| level.text().in_lang(lang).to_owned());
    [first.text(lang).to_owned()].into_iter().chain(levels).chain([String::new()]).collect()
}

fn standing_row(board: &Board, name: &str, key: &[(&str, &str)], counts: impl Fn(&Ageing) -> bool) -> Markup {
    let at = |level: Level| board.waiting(|group| counts(group) && group.level == level);
    let path = |level: Level| {
        let more: Vec<(&str, &str)> = key.iter().copied().chain([("clock", level.key())]).collect();
        cases(&board.part, &more)
    };
    let parts: Vec<(u64, &str)> = Level::ALL.iter().map(|level| (at(*level), level_class(*level))).collect();
    html! {
        tr {
            th scope="row" { (name) }
            @for level in Level::ALL { td.number { (figure(at(*level), &path(*level))) } }
            td.bar-cell { (parts_bar(&parts)) }
        }
    }
}

const fn level_class(level: Level) -> &'static str {
    match level {
        Level::OnTrack => "level-on-track",
        Level::AtRisk => "level-at-risk",
        Level::Breached => "level-breached",
        Level::Supervision => "level-supervision",
    }
}

/// In what the clock of a step counts, in words.
pub fn unit_word(unit: Unit) -> Word {
    match unit {
        Unit::WorkingDays => words::UNIT_WORKING_DAYS,
        Unit::Days => words::UNIT_DAYS,
        Unit::Hours => words::UNIT_HOURS,
    }
}

/// An office of which there are many is told with its place.
pub fn office_name(office: Role, place: Option<String>, lang: Lang) -> String {
    let office = office.text().in_lang(lang).to_owned();
    place.map_or(office.clone(), |place| format!("{place} {office}"))
}
