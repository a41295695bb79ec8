//! Keyset paging: onwards from the last row shown, and back to the first. No page numbers: they cost a count, and a row
//! that moves makes them lie.

use maud::{Markup, html};
use shukun_base::Lang;

use crate::words;

/// `next` leads onwards where there is more; `first` back where this is not the first page.
pub fn pager(first: Option<&str>, next: Option<&str>, lang: Lang) -> Markup {
    html! {
        @if first.is_some() || next.is_some() {
            nav.pager aria-label=(words::PAGER.text(lang)) {
                span { @if let Some(path) = first { a href=(path) rel="first" { (words::FIRST_PAGE.text(lang)) } } }
                span { @if let Some(path) = next { a href=(path) rel="next" { (words::NEXT_PAGE.text(lang)) " →" } } }
            }
        }
    }
}
