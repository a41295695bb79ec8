//! Quiet tables: a caption for who cannot see them, headings, rows.

use maud::{Markup, html};

/// A column's heading; numbers stand right.
#[derive(Clone, Copy, Debug)]
pub struct Column<'a> {
    /// The heading.
    pub name: &'a str,
    /// Whether its cells are figures.
    pub is_number: bool,
}

impl<'a> Column<'a> {
    /// A column of words.
    pub const fn words(name: &'a str) -> Column<'a> {
        Column { name, is_number: false }
    }

    /// A column of figures.
    pub const fn number(name: &'a str) -> Column<'a> {
        Column { name, is_number: true }
    }
}

/// A table of `rows` (each a `tr`), which stacks its cells on a phone.
pub fn table(caption: &str, columns: &[Column<'_>], rows: &Markup) -> Markup {
    html! {
        div.table-frame tabindex="0" role="region" aria-label=(caption) {
            table.quiet-table.stacks {
                caption.visually-hidden { (caption) }
                thead { tr { @for column in columns { th scope="col" .number[column.is_number] { (column.name) } } } }
                tbody { (rows) }
            }
        }
    }
}
