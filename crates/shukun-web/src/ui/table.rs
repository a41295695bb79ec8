//! Quiet tables: a caption for who cannot see them, headings, rows. On a phone a row is a card, and each cell says
//! itself what it is, since there are no headings above it.

use maud::{Markup, PreEscaped, html};

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
                tbody { (labelled(rows, columns)) }
            }
        }
    }
}

/// The rows with each cell's heading written on it. The first cell names the row and needs none. A cell of one of ours
/// holds no table, so that every `<td` is a cell of this one.
fn labelled(rows: &Markup, columns: &[Column<'_>]) -> Markup {
    let mut told = String::with_capacity(rows.0.len() * 2);
    let (mut rest, mut at) = (rows.0.as_str(), 0);
    while let Some(found) = rest.find("<t") {
        let (before, tag) = rest.split_at(found);
        told.push_str(before);
        let kind = tag.get(..3).unwrap_or(tag);
        told.push_str(kind);
        match kind {
            "<tr" => at = 0,
            "<td" | "<th" => {
                if let Some(column) = columns.get(at).filter(|column| at > 0 && !column.name.is_empty()) {
                    told.push_str(&format!(" data-label=\"{}\"", html! { (column.name) }.into_string()));
                }
                at += 1;
            }
            _ => {}
        }
        rest = tag.get(kind.len()..).unwrap_or_default();
    }
    told.push_str(rest);
    PreEscaped(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_says_what_it_is_but_for_the_first_and_those_without_a_heading() {
        let columns = [Column::words("人员"), Column::number("金额 \"元\""), Column::words("")];
        let rows =
            html! { @for name in ["甲", "乙"] { tr { td { (name) } td.number { "1 < 2 " time { "3" } } td { "x" } } } };
        let shown = table("名单", &columns, &rows).into_string();
        assert_eq!(shown.matches("data-label=\"金额 &quot;元&quot;\"").count(), 2);
        assert_eq!(shown.matches("data-label").count(), 2);
        assert!(shown.contains("<td data-label=\"金额 &quot;元&quot;\" class=\"number\">1 &lt; 2 <time>3</time></td>"));
        assert!(shown.contains("<tr><td>甲</td>"));
    }

    #[test]
    fn rows_are_otherwise_as_they_were() {
        let rows = html! { tr { th scope="row" { "甲" } td { "乙" } } };
        assert_eq!(labelled(&rows, &[]).0, rows.0);
    }
}
