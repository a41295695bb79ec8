//! The steps of a case in one line: which are done, which is now.

use maud::{Markup, html};
use shukun_base::Lang;

use crate::words;

/// Draws `names` in order; `now` is the index of the current one. A closed case is at its last step.
pub fn steps(names: &[String], now: usize, lang: Lang) -> Markup {
    html! {
        ol.progress-steps aria-label=(words::STEPS.text(lang)) {
            @for (index, name) in names.iter().enumerate() {
                li.past[index < now] aria-current=[(index == now).then_some("step")] {
                    span.mark aria-hidden="true" { @if index < now { "✓" } @else { (index + 1) } }
                    (name)
                    span.visually-hidden { "（" (state(index, now, lang)) "）" }
                }
            }
        }
    }
}

fn state(index: usize, now: usize, lang: Lang) -> &'static str {
    let word = match index.cmp(&now) {
        std::cmp::Ordering::Less => words::STEP_DONE,
        std::cmp::Ordering::Equal => words::STEP_NOW,
        std::cmp::Ordering::Greater => words::STEP_AHEAD,
    };
    word.text(lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_step_is_now() {
        let names = ["初筛".to_owned(), "核查".to_owned(), "销号".to_owned()];
        let shown = steps(&names, 1, Lang::Zh).into_string();
        assert_eq!(shown.matches("aria-current").count(), 1);
        assert_eq!(shown.matches("class=\"past\"").count(), 1);
        assert!(shown.contains("核查<span class=\"visually-hidden\">（当前）"), "{shown}");
    }
}
