//! The clock of a step: on track, at risk, overdue, supervised, paused, each as a word and a shape.

use maud::{Markup, html};
use shukun_base::Lang;

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

/// The clock with the working days that are left; fewer than none means over. A paused clock tells none.
pub fn clock(face: Face, working_days_left: i64, lang: Lang) -> Markup {
    let (class, shape, word) = face.look();
    html! {
        span.clock {
            span class=(class) { span.shape aria-hidden="true" { (shape) } (word.text(lang)) }
            @if face != Face::Paused { (left(working_days_left, lang)) }
        }
    }
}

fn left(days: i64, lang: Lang) -> String {
    let number = days.unsigned_abs().to_string();
    match days {
        0 => words::CLOCK_LEFT_ONE.text(lang).to_owned(),
        1.. => words::CLOCK_LEFT.with(lang, &[("n", &number)]),
        _ => words::CLOCK_OVER.with(lang, &[("n", &number)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_left_and_what_is_over() {
        for (face, days, said) in [
            (Face::OnTrack, 4, "还有4个工作日"),
            (Face::AtRisk, 0, "最后一个工作日"),
            (Face::Breached, -2, "超2个工作日"),
        ] {
            let shown = clock(face, days, Lang::Zh).into_string();
            assert!(shown.contains(said), "{shown}");
        }
        assert!(!clock(Face::Paused, 3, Lang::Zh).into_string().contains('3'));
    }
}
