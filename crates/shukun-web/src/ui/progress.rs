//! How far long work is: a bar with its figure, inside a part of a page that asks for itself anew.

use maud::{Markup, html};
use shukun_base::Lang;

use crate::{format, words};

/// A part of a page that is fetched anew from `path` every two seconds until it is over. The answer is the same part.
pub fn polled(id: &str, path: &str, is_over: bool, inner: &Markup) -> Markup {
    html! {
        @if is_over { section.box #(id) { (inner) } }
        @else {
            section.box #(id) hx-get=(path) hx-trigger="every 2s" hx-swap="outerHTML" aria-live="polite" { (inner) }
        }
    }
}

/// A bar; without a total it only shows that something goes on.
pub fn progress(label: &str, done: u64, total: u64, lang: Lang) -> Markup {
    html! {
        p.progress-line {
            @if total == 0 { progress aria-label=(label) {} }
            @else {
                progress aria-label=(label) value=(done.min(total)) max=(total) {}
                " "
                span.quiet { (words::PROGRESS_OF.with(lang, &[("n", &format::count(done.min(total))), ("m", &format::count(total))])) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_says_its_figure_and_never_more_than_all() {
        let shown = progress("进度", 1_234, 1_200, Lang::Zh).into_string();
        assert!(shown.contains("value=\"1200\"") && shown.contains("1,200步中的第1,200步"), "{shown}");
        assert!(!progress("进度", 3, 0, Lang::Zh).into_string().contains("value"));
    }
}
