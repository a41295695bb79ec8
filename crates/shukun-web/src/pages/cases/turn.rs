//! Whose turn it is: the step that the case waits for, who does it, in whose hands it lies.

use maud::{Markup, html};
use shukun_casework::case::{Case, Status};
use shukun_casework::timers::running;

use crate::desk::Desk;
use crate::visit::Visit;
use crate::words;

/// One sentence above everything that can be done; `is_mine` where the reader can go on.
pub fn turn(desk: &Desk, visit: &Visit, case: &Case, assignee: &str, is_mine: bool) -> Markup {
    let lang = visit.lang;
    if case.status == Status::Closed {
        return html! { p.turn { (words::NEXT_CLOSED.text(lang)) } };
    }
    if let Some(pause) = &case.suspended {
        let until = crate::format::day(pause.until, lang);
        return html! { p.turn { (words::TURN_SUSPENDED.with(lang, &[("day", &until)])) " " (words::NEXT_SUSPENDED.text(lang)) } };
    }
    let readings = running(case, desk.numbers().watch(visit.now));
    let reading = readings.iter().find(|reading| Some(reading.step) == case.step());
    let step = case.step().map(|step| step.text().in_lang(lang).to_owned()).unwrap_or_default();
    let role = reading.map(|reading| reading.responsible.text().in_lang(lang).to_owned()).unwrap_or_default();
    let word = match (is_visited(case), is_mine) {
        (true, true) => words::TURN_CONFIRM_MINE,
        (true, false) => words::TURN_CONFIRM,
        (false, true) => words::TURN_MINE,
        (false, false) => words::TURN_OTHERS,
    };
    html! {
        p.turn.turn-mine[is_mine] {
            b { (word.with(lang, &[("step", &step), ("role", &role)])) }
            br; span.quiet { (words::ASSIGNEE.text(lang)) "：" (assignee) }
        }
    }
}

/// Whether somebody was at the door and the conclusion waits for another person (T3).
pub fn is_visited(case: &Case) -> bool {
    case.status == Status::Dispatched && !case.visits.is_empty()
}
