//! Tables below a block.

use shukun_base::Text;

use super::Reader;
use crate::document::{Cell, MarkTable, Span};
use crate::finding::Finding;

impl Reader<'_> {
    /// The table at `span`: header, a line of dashes, rows.
    pub(super) fn table(&mut self, span: Span) -> MarkTable {
        let mut rows = Vec::new();
        let mut at = span.start;
        let raw = self.slice(span).to_owned();
        for (number, line) in raw.split_inclusive('\n').enumerate() {
            if number != 1 && !line.trim().is_empty() {
                rows.push(self.cells(line, at));
            }
            at += line.len();
        }
        let mut rows = rows.into_iter();
        let header = rows.next().unwrap_or_default();
        let rows = rows.map(|row| self.fitted(row, header.len())).collect();
        MarkTable { header, rows, span }
    }

    fn cells(&self, line: &str, at: usize) -> Vec<Cell> {
        let row = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        let (row, start) = row.strip_prefix('|').map_or((row, start), |row| (row, start + 1));
        let mut cells = Vec::new();
        let mut from = 0;
        for (bar, _) in
            row.match_indices('|').filter(|(bar, _)| !row.get(..*bar).is_some_and(|left| left.ends_with('\\')))
        {
            cells.push(self.table_cell(start + from, start + bar));
            from = bar + 1;
        }
        if cells.is_empty() || row.get(from..).is_some_and(|rest| !rest.trim().is_empty()) {
            cells.push(self.table_cell(start + from, start + row.len()));
        }
        cells
    }

    fn table_cell(&self, start: usize, end: usize) -> Cell {
        let cell = self.cell(start, end);
        Cell { text: cell.text.replace("\\|", "|"), ..cell }
    }

    /// The row with as many cells as the header; one that has not is reported.
    fn fitted(&mut self, mut row: Vec<Cell>, width: usize) -> Vec<Cell> {
        if row.len() != width {
            let first = row.first().map(|cell| cell.span).unwrap_or_default();
            let end = row.last().map(|cell| cell.span.end).unwrap_or_default();
            let (zh, en) = (
                format!("这一行有 {} 格，表头有 {width} 格", row.len()),
                format!("This row has {} cells, the header has {width}", row.len()),
            );
            self.say(Finding::error(
                "P0113",
                Span { end, ..first },
                Text::new(zh, en),
                Text::new(
                    "补齐或删去多余的格；空着的格也要有竖线。",
                    "Add or remove cells; an empty cell needs its bars too.",
                ),
            ));
            let last = Span { start: end, end, ..first };
            row.resize(width, Cell { text: String::new(), span: last });
        }
        row
    }
}
