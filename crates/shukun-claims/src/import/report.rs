//! What an import tells: the counts, the reasons, the warnings. Personal values appear as `***`.

use std::collections::BTreeMap;

use serde::Serialize;
use shukun_base::Text;

use super::cells::Defect;
use super::column::{Column, Content};
use super::header::Layout;
use super::reader::Row;
use super::values;
use crate::batch::Kind;

/// The outcome of one file. `accepted + rejected + duplicates = rows`; title, total and note rows are not rows.
#[derive(Clone, Debug, Serialize)]
pub struct ImportReport {
    /// The file's name.
    pub file: String,
    /// What it holds.
    pub kind: Kind,
    /// Rows of data.
    pub rows: u64,
    /// Rows taken, reversals among them.
    pub accepted: u64,
    /// Rows with a defect.
    pub rejected: u64,
    /// Rows that were there before, in the file or in the lake.
    pub duplicates: u64,
    /// Accepted rows that reverse another claim.
    pub reversals: u64,
    /// Rows by reason code; a row with several reasons counts under each.
    pub by_reason: BTreeMap<&'static str, u64>,
    /// What an officer should know though no row was refused for it.
    pub warnings: Vec<Warning>,
    /// Headers that have no meaning here.
    pub unknown_columns: Vec<String>,
    /// Each defect of each rejected row.
    pub rejects: Vec<Reject>,
    /// The duplicate rows.
    pub duplicate_rows: Vec<Place>,
    #[serde(skip)]
    pub(super) sheets: Vec<SheetLayout>,
    #[serde(skip)]
    pub(super) bad_rows: Vec<BadRow>,
}

/// A row of the source file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The sheet.
    pub sheet: String,
    /// The row as the spreadsheet program counts, from 1.
    pub row: u32,
}

/// One defect of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The sheet.
    pub sheet: String,
    /// The row as the spreadsheet program counts, from 1.
    pub row: u32,
    /// The column's letters, empty where the defect is the row's as a whole.
    pub column: String,
    /// The column's header as the file writes it.
    pub header: String,
    /// What the cell holds; `***` where that is personal.
    pub value: String,
    /// The reason's stable code.
    pub reason: &'static str,
    /// What happened.
    pub text: Text,
    /// How to mend it.
    pub mend: Text,
}

/// Something an officer should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Warning {
    /// The stable code.
    pub code: &'static str,
    /// How often.
    pub count: u64,
    /// In words.
    pub text: Text,
}

/// The headers of one sheet.
#[derive(Clone, Debug)]
pub(super) struct SheetLayout {
    pub name: String,
    pub layout: Layout,
    pub epoch_1904: bool,
}

/// A rejected row with its cells, for the rejects workbook. Never printed.
#[derive(Clone)]
pub(super) struct BadRow {
    /// Place in [`ImportReport::sheets`].
    pub sheet: usize,
    pub row: Row,
    pub defects: Vec<Defect>,
}

impl std::fmt::Debug for BadRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BadRow {{ row: {}, cells: *** }}", self.row.number)
    }
}

impl BadRow {
    /// The defects as the report tells them.
    pub fn rejects(&self, sheet: &SheetLayout) -> Vec<Reject> {
        self.defects.iter().map(|defect| self.reject(defect, sheet)).collect()
    }

    fn reject(&self, defect: &Defect, sheet: &SheetLayout) -> Reject {
        let place = defect.column.and_then(|column| sheet.layout.place(column));
        let value = place.and_then(|place| self.row.cell(place)).map_or("", |cell| &cell.text);
        let is_personal = defect.column.is_some_and(|column| column.content() == Content::Personal)
            // An ID number that slipped into another column is no less personal.
            || value.split(|c: char| !c.is_ascii_alphanumeric()).any(|part| values::id_card(part).is_ok());
        let header = place.map(|place| sheet.layout.header_at(place).to_owned());
        Reject {
            sheet: sheet.name.clone(),
            row: self.row.number,
            column: place.map(column_letters).unwrap_or_default(),
            header: header.unwrap_or_else(|| defect.column.map(Column::zh).unwrap_or_default().to_owned()),
            value: if is_personal && !value.is_empty() { "***".to_owned() } else { value.chars().take(60).collect() },
            reason: defect.reason.code(),
            text: defect.reason.text(),
            mend: defect.reason.mend(),
        }
    }
}

/// The letters a spreadsheet program shows over a column, from 0.
pub(super) fn column_letters(column: u16) -> String {
    let mut letters = Vec::new();
    let mut left = u32::from(column) + 1;
    while left > 0 {
        let letter = u8::try_from((left - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        left = (left - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")] {
            assert_eq!(column_letters(column), letters);
        }
    }
}
