//! An empty list says what would fill it.

use maud::{Markup, html};

/// `title` is what is not there; `filled_by` what would bring something.
pub fn empty(title: &str, filled_by: &str) -> Markup {
    html! { div.empty { p.title { (title) } p { (filled_by) } } }
}
