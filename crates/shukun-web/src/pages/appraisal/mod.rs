//! Appraisal of departments (清单化管理、销号制落实、跟踪式考核): the list of measures, one measure with its reports, the
//! progress bulletin of a period.

mod book;
mod bulletin;
mod list;
mod measure;
mod paste;

#[cfg(test)]
mod tests;

use maud::{Markup, html};
use shukun_base::{Day, Lang};
use shukun_store::{Measure, MeasureState};

use crate::routes::Handlers;
use crate::words::{self, Word};

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [list::serve, bulletin::serve, measure::serve].into_iter().fold(handlers, |handlers, serve| serve(handlers))
}

/// The word of a state.
const fn state_word(state: MeasureState) -> Word {
    match state {
        MeasureState::Open => words::MEASURE_OPEN,
        MeasureState::UnderWay => words::MEASURE_UNDER_WAY,
        MeasureState::Proposed => words::MEASURE_PROPOSED,
        MeasureState::Cleared => words::MEASURE_CLEARED,
    }
}

/// Where a measure stands, and whether it is late.
fn state_tags(measure: &Measure, today: Day, lang: Lang) -> Markup {
    let (class, shape) = match measure.state {
        MeasureState::Open => ("tag", "○"),
        MeasureState::UnderWay => ("tag tag-accent", "◐"),
        MeasureState::Proposed => ("tag tag-orange", "◕"),
        MeasureState::Cleared => ("tag tag-green", "✓"),
    };
    html! {
        span class=(class) { span.shape aria-hidden="true" { (shape) } (state_word(measure.state).text(lang)) }
        @if measure.is_late(today) { " " span.tag.tag-red { span.shape aria-hidden="true" { "✕" } (words::MEASURE_LATE.text(lang)) } }
    }
}

/// The day, or that none is set.
fn due(measure: &Measure, lang: Lang) -> String {
    let due = measure.measure.due_on.map(|day| crate::format::day(day, lang));
    due.unwrap_or_else(|| words::MEASURE_NO_DUE.text(lang).to_owned())
}
