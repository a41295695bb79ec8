//! A table in a file: CSV in UTF-8 or GB18030, or the first sheet of a workbook. Rows of cells, nothing is meant yet.

use encoding_rs::{GB18030, UTF_8};

use super::fault::{FileRefusal, FileRefused, MOST_BYTES, MOST_ROWS};
use super::workbook;

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters as they stand.
    Text,
    /// A number of a workbook: a day may be one.
    Number,
    /// A formula, whatever its last value was.
    Formula,
}

/// A cell that is not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub column: usize,
    pub kind: Kind,
    pub text: String,
}

/// A row that is not empty, with its number as programs show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Row {
    pub number: u64,
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell of a column.
    pub fn cell(&self, column: usize) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.column == column)
    }
}

/// Reads either form, told from the first bytes.
pub(super) fn read_table(bytes: &[u8]) -> Result<Vec<Row>, FileRefused> {
    if bytes.len() > MOST_BYTES {
        return Err(FileRefusal::TooLarge.into());
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return workbook::read(bytes);
    }
    if bytes.iter().take(1_000).any(|byte| *byte == 0) {
        return Err(FileRefusal::Unknown.into());
    }
    read_csv(&decoded(bytes))
}

/// UTF-8 where it is that, else GB18030, which banks' programs in China write.
fn decoded(bytes: &[u8]) -> String {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => text.into_owned(),
        None => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

fn read_csv(text: &str) -> Result<Vec<Row>, FileRefused> {
    let first = text.lines().next().unwrap_or_default();
    let separator = if first.contains('\t') && !first.contains(',') { b'\t' } else { b',' };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| FileRefusal::Damaged)?;
        if rows.len() >= MOST_ROWS {
            return Err(FileRefusal::TooLarge.into());
        }
        let number = record.position().map_or(0, csv::Position::line);
        let cell = |(column, text): (usize, &str)| {
            let text = text.trim();
            (!text.is_empty()).then(|| Cell { column, kind: Kind::Text, text: text.to_owned() })
        };
        let cells: Vec<Cell> = record.iter().enumerate().filter_map(cell).collect();
        if !cells.is_empty() {
            rows.push(Row { number, cells });
        }
    }
    Ok(rows)
}

/// The row whose cells are these headings, all of them and in any order, and where each stands. Banks write lines about
/// themselves above the table: the first twenty rows are looked at.
pub(super) fn find_heading(rows: &[Row], headings: &[&str]) -> Result<(usize, Vec<usize>), FileRefused> {
    for (index, row) in rows.iter().enumerate().take(20) {
        let at = |heading: &&str| row.cells.iter().find(|cell| cell.text.trim() == *heading).map(|cell| cell.column);
        let found: Option<Vec<usize>> = headings.iter().map(at).collect();
        if let Some(columns) = found {
            return Ok((index, columns));
        }
    }
    Err(FileRefusal::NoHeading.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_encodings_give_the_same_rows() {
        let text = "户名,金额\n某甲,1.00\n";
        let (gb, _, _) = GB18030.encode(text);
        let utf = read_table(text.as_bytes()).unwrap();
        assert_eq!(read_table(&gb).unwrap(), utf);
        assert_eq!(utf[1].cell(1).unwrap().text, "1.00");
    }

    #[test]
    fn headings_are_found_below_what_a_bank_says_of_itself() {
        let rows = read_table("某某银行对账单\n\n日期,金额,摘要\n".as_bytes()).unwrap();
        assert_eq!(find_heading(&rows, &["金额", "日期"]).unwrap(), (1, vec![1, 0]));
        assert_eq!(find_heading(&rows, &["余额"]).unwrap_err().why, FileRefusal::NoHeading);
    }

    #[test]
    fn other_files_are_refused() {
        assert_eq!(read_table(b"\x00\x01\x02").unwrap_err().why, FileRefusal::Unknown);
        assert_eq!(read_table(b"PK\x03\x04rest").unwrap_err().why, FileRefusal::Damaged);
        assert_eq!(read_table(&vec![b'a'; MOST_BYTES + 1]).unwrap_err().why, FileRefusal::TooLarge);
    }
}
