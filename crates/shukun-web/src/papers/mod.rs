//! Papers to be set as PDF: what each says, from the records; how it looks is `shukun-print`'s.
//!
//! One file per paper, each a function from a record to a [`Paper`]. Names are as masked as on the page beside it.

use shukun_paper::{Block, Column};

pub mod certificate;
pub mod deciding;
pub mod determination;
pub mod payment_summary;
pub mod slip;

/// A fact of a list of facts.
fn fact(name: &str, value: impl Into<String>) -> (String, String) {
    (name.to_owned(), value.into())
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { text: text.into() }
}

fn remark(text: impl Into<String>) -> Block {
    Block::Remark { text: text.into() }
}

fn heading(text: impl Into<String>) -> Block {
    Block::Heading { text: text.into() }
}

/// A column of words, as wide as `parts` beside the others.
fn words_column(name: &str, parts: u8) -> Column {
    Column { name: name.to_owned(), is_figure: false, parts }
}

/// A column of figures.
fn figures_column(name: &str, parts: u8) -> Column {
    Column { name: name.to_owned(), is_figure: true, parts }
}
