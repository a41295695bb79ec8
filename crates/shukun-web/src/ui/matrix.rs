//! Tables of figures: words at the left, figures in columns; they scroll sideways on a phone, since their columns are
//! compared with each other.

use maud::{Markup, html};

/// A table; the first heading is the one of the words. `rows` are `tr` with a `th` and cells of class `number`.
pub fn matrix(caption: &str, headings: &[String], rows: &Markup) -> Markup {
    html! {
        div.table-frame tabindex="0" role="region" aria-label=(caption) {
            table.quiet-table.matrix {
                caption.visually-hidden { (caption) }
                thead { tr {
                    @for (number, heading) in headings.iter().enumerate() {
                        @let is_bar = heading.is_empty();
                        th scope="col" .number[number > 0 && !is_bar] .bar-head[is_bar] { (heading) }
                    }
                } }
                tbody { (rows) }
            }
        }
    }
}

/// A figure that opens its list; none is a quiet dash without a link.
pub fn figure(count: u64, path: &str) -> Markup {
    html! {
        @if count == 0 { span.quiet { "–" } }
        @else { a.figure href=(path) { (crate::format::count(count)) } }
    }
}

/// The same numbers as the chart above it, folded away.
pub fn beneath(summary: &str, table: &Markup) -> Markup {
    html! { details.beneath { summary { (summary) } (table) } }
}
