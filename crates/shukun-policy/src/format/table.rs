//! Tables whose columns stand below each other, Chinese characters being two wide.

use unicode_width::UnicodeWidthStr as _;

use crate::document::{Cell, MarkTable};

/// Wider cells do not widen the whole column.
const MAX_WIDTH: usize = 40;

pub(super) fn print_table(table: &MarkTable) -> String {
    let rows: Vec<Vec<String>> = std::iter::once(&table.header).chain(&table.rows).map(|row| escape(row)).collect();
    let widths: Vec<usize> = (0..table.header.len())
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width());
            cells.filter(|width| *width <= MAX_WIDTH).max().unwrap_or_default().max(3)
        })
        .collect();
    let dashes: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
    let mut lines: Vec<String> = rows.iter().map(|row| print_row(row, &widths)).collect();
    lines.insert(1.min(lines.len()), print_row(&dashes, &widths));
    lines.join("\n")
}

fn escape(row: &[Cell]) -> Vec<String> {
    row.iter().map(|cell| cell.text.replace('|', "\\|")).collect()
}

fn print_row(row: &[String], widths: &[usize]) -> String {
    let mut line = String::from("|");
    for (cell, width) in row.iter().zip(widths) {
        let padding = " ".repeat(width.saturating_sub(cell.width()));
        line.push_str(&format!(" {cell}{padding} |"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let cell = |text: &str| Cell { text: text.to_owned(), ..Cell::default() };
        let table = MarkTable {
            header: vec![cell("基数从（含）"), cell("a")],
            rows: vec![vec![cell("3万元"), cell("x|y")]],
            ..MarkTable::default()
        };
        let lines = print_table(&table);
        assert_eq!(lines, "| 基数从（含） | a    |\n| ------------ | ---- |\n| 3万元        | x\\|y |");
    }
}
