//! Rows below the data that are no data: totals, which are checked, and notes such as 制表人.

use std::collections::BTreeMap;

use shukun_base::Fen;

use super::column::{Column, Content};
use super::header::Layout;
use super::mapping::plain;
use super::reader::{CellKind, Row};
use super::values;

/// What a row below the headers is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowIs {
    Data,
    /// 合计, 总计: the sum of all rows above.
    Total,
    /// 小计, 本页合计: the sum of some.
    Subtotal,
    /// 制表人：…, 注：…
    Note,
}

/// Tells rows apart by their first text. A row with an ID number is always data.
pub(super) fn classify(row: &Row, layout: &Layout) -> RowIs {
    let has_person = layout.place(Column::IdNumber).is_some_and(|place| row.cell(place).is_some());
    let Some(first) = row.cells.first().filter(|_| !has_person) else { return RowIs::Data };
    let word = plain(&first.text);
    match word.trim_end_matches([':', '：']) {
        "合计" | "总计" | "总合计" | "累计" | "total" => RowIs::Total,
        "小计" | "本页合计" | "本页小计" | "subtotal" => RowIs::Subtotal,
        word if row.cells.len() <= 3 && is_note(word) => RowIs::Note,
        _ => RowIs::Data,
    }
}

fn is_note(word: &str) -> bool {
    const BEGINNINGS: [&str; 12] =
        ["注:", "备注:", "说明:", "制表", "填表", "审核", "复核", "经办", "负责人", "打印", "导出", "单位负责人"];
    BEGINNINGS.iter().any(|beginning| word.starts_with(beginning))
}

/// A printed total that the rows do not add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TotalMismatch {
    pub column: Column,
    pub printed: Fen,
    pub computed: Fen,
}

/// The sums of the readable amounts of one sheet.
#[derive(Default)]
pub(super) struct Totals(BTreeMap<Column, i64>);

impl Totals {
    /// Adds a row's amounts.
    pub fn add(&mut self, amounts: &[(Column, Fen)]) {
        for (column, amount) in amounts {
            let sum = self.0.entry(*column).or_default();
            *sum = sum.saturating_add(amount.0);
        }
    }

    /// Compares a printed total row; only cells under a column of amounts are looked at.
    pub fn check(&self, row: &Row, layout: &Layout) -> Vec<TotalMismatch> {
        let money = Column::ALL.iter().copied().filter(|column| column.content() == Content::Money);
        let mismatch = |column: Column| {
            let cell = row.cell(layout.place(column)?)?;
            let printed = values::money(&cell.text, cell.kind != CellKind::Text).ok()?;
            let computed = Fen(self.0.get(&column).copied().unwrap_or(0));
            (printed != computed).then_some(TotalMismatch { column, printed, computed })
        };
        money.filter_map(mismatch).collect()
    }
}
