//! What an officer should know though no row was refused for it.

use shukun_base::Text;

use super::report::{Place, Warning};
use super::totals::TotalMismatch;

/// What was noticed while the rows went by.
#[derive(Default)]
pub(super) struct Noticed {
    /// Rows whose town is in no table.
    pub towns_unknown: u64,
    /// Rows that name no town.
    pub towns_missing: u64,
    /// Rows that give another name for an ID number than before.
    pub names_that_differ: u64,
    /// Rows that are notes.
    pub notes: u64,
    /// Printed totals that do not fit, and where.
    pub total_mismatches: Vec<(Place, TotalMismatch)>,
    /// Sheets passed over.
    pub sheets_without_header: Vec<String>,
}

impl Noticed {
    /// The same in words.
    pub fn warnings(&self) -> Vec<Warning> {
        let totals = self.total_mismatches.iter().map(|(place, mismatch)| of_total(place, mismatch));
        let sheets = self.sheets_without_header.iter().map(|sheet| of_sheet(sheet));
        totals.chain(self.counted()).chain(sheets).collect()
    }

    fn counted(&self) -> impl Iterator<Item = Warning> {
        [
            (
                "region_unknown",
                self.towns_unknown,
                "行的乡镇名不在区划表中，只记到县",
                "rows name a town that is not in the table of regions; only their county is kept",
            ),
            (
                "town_missing",
                self.towns_missing,
                "行没有乡镇，只记到参保地或身份证所属的县",
                "rows name no town; only the county of insurance or of the ID number is kept",
            ),
            (
                "names_differ",
                self.names_that_differ,
                "行的姓名与同一身份证号先前的姓名不同",
                "rows give another name for an ID number than before",
            ),
            ("note_rows", self.notes, "行是说明或签名，不是数据", "rows are notes or signatures, not data"),
        ]
        .into_iter()
        .filter(|(_, count, _, _)| *count > 0)
        .map(|(code, count, zh, en)| {
            let text = Text::new(format!("{count} {zh}"), format!("{count} {en}"));
            Warning { code, count, text }
        })
    }
}

fn of_total(place: &Place, mismatch: &TotalMismatch) -> Warning {
    let (Place { sheet, row }, TotalMismatch { column, printed, computed }) = (place, mismatch);
    let text = Text::new(
        format!("“{sheet}”第 {row} 行合计的{}为 {printed}，各行可读金额之和为 {computed}", column.zh()),
        format!("row {row} of “{sheet}” states {} {printed}, its readable rows add up to {computed}", column.name()),
    );
    Warning { code: "total_mismatch", count: 1, text }
}

fn of_sheet(sheet: &str) -> Warning {
    let text = Text::new(
        format!("工作表“{sheet}”没有表头，未读取"),
        format!("sheet “{sheet}” has no header row and was not read"),
    );
    Warning { code: "sheet_without_header", count: 1, text }
}
