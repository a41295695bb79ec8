//! The clock of a step: on track, at risk, overdue, supervised, paused, each as a word and a shape.

use maud::{Markup, html};
use shukun_base::Lang;
use shukun_casework::timers::{Level, Unit};

use crate::words::{self, Word};

/// How a step stands against its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// Time enough.
    OnTrack,
    /// Most of the time is gone.
    AtRisk,
    /// The time is over.
    Breached,
    /// So far over that it stands on the supervision list (督办).
    Supervised,
    /// It does not run now.
    Paused,
}

/// The face of a level; a clock that stands still shows that instead.
pub const fn face(level: Level, is_paused: bool) -> Face {
    match level {
        _ if is_paused => Face::Paused,
        Level::OnTrack => Face::OnTrack,
        Level::AtRisk => Face::AtRisk,
        Level::Breached => Face::Breached,
        Level::Supervision => Face::Supervised,
    }
}

impl Face {
    const fn look(self) -> (&'static str, &'static str, Word) {
        match self {
            Face::OnTrack => ("tag tag-green", "✓", words::CLOCK_ON_TRACK),
            Face::AtRisk => ("tag tag-orange", "!", words::CLOCK_AT_RISK),
            Face::Breached => ("tag tag-red", "✕", words::CLOCK_BREACHED),
            Face::Supervised => ("tag tag-red", "‼", words::CLOCK_SUPERVISED),
            Face::Paused => ("tag", "‖", words::CLOCK_PAUSED),
        }
    }
}

/// The clock with what is left of its limit; fewer than none means over. A paused clock tells none, nor one without a
/// limit of its own.
pub fn clock(face: Face, left_of_limit: Option<i64>, unit: Unit, lang: Lang) -> Markup {
    let (class, shape, word) = face.look();
    html! {
        span.clock {
            span class=(class) { span.shape aria-hidden="true" { (shape) } (word.text(lang)) }
            @if face != Face::Paused { @if let Some(number) = left_of_limit { (left(number, unit, lang)) } }
        }
    }
}

fn left(number: i64, unit: Unit, lang: Lang) -> String {
    let unit = match unit {
        Unit::WorkingDays => words::UNIT_WORKING_DAYS,
        Unit::Days => words::UNIT_DAYS,
        Unit::Hours => words::UNIT_HOURS,
    };
    let word = if number < 0 { words::CLOCK_OVER } else { words::CLOCK_LEFT };
    word.with(lang, &[("n", &number.unsigned_abs().to_string()), ("unit", unit.text(lang))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_left_and_what_is_over() {
        for (face, number, unit, said) in [
            (Face::OnTrack, 4, Unit::WorkingDays, "还有4个工作日"),
            (Face::AtRisk, 0, Unit::Days, "还有0天"),
            (Face::Breached, -2, Unit::Hours, "超2小时"),
        ] {
            let shown = clock(face, Some(number), unit, Lang::Zh).into_string();
            assert!(shown.contains(said), "{shown}");
        }
        assert!(!clock(Face::Paused, Some(3), Unit::Days, Lang::Zh).into_string().contains('3'));
    }
}
