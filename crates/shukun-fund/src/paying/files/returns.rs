//! What the bank answers to a file of payments: each paid, or not and why. CSV or a workbook, by the bank's own headings.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, Masked};

use super::fault::{CellFault, CellReason, FileRefused};
use super::table::{Cell, Kind, Row, find_heading, read_table};
use super::workbook::day_of_number;
use super::{amount, parse_amount};
use crate::paying::FailureReason;

/// What the bank did with a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnResult {
    /// It was paid.
    Paid,
    /// It was not.
    Failed(FailureReason),
}

/// The bank's headings, and what its words for results mean. Data: every bank has its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReturnColumns {
    /// Heading of our number of the payment.
    pub reference: String,
    /// Heading of the amount.
    pub amount: String,
    /// Heading of the result.
    pub result: String,
    /// Heading of the day.
    pub day: String,
    /// The bank's words for results. A word that is not here is told, never guessed.
    pub results: BTreeMap<String, ReturnResult>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnLine {
    /// The row in the file.
    pub row: u64,
    /// Our number of the payment.
    pub reference: String,
    /// How much, as the bank says.
    pub amount: Fen,
    /// What it did.
    pub result: ReturnResult,
    /// When.
    pub day: Day,
}

/// The answers that could be read, and the cells that could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReturnFile {
    /// Rows that were read whole.
    pub lines: Vec<ReturnLine>,
    /// Rows that were not, each with the first cell that is wrong.
    pub faults: Vec<CellFault>,
}

/// Reads a bank's answer. Every row below the heading is a line or a fault.
///
/// # Errors
/// A file that is none of ours: see [`super::FileRefusal`].
pub fn read_returns(bytes: &[u8], columns: &ReturnColumns) -> Result<ReturnFile, FileRefused> {
    let rows = read_table(bytes)?;
    let headings = [&*columns.reference, &columns.amount, &columns.result, &columns.day];
    let (heading, places) = find_heading(&rows, &headings)?;
    let mut file = ReturnFile::default();
    for row in rows.iter().skip(heading + 1) {
        match read_line(row, columns, &headings, &places) {
            Ok(line) => file.lines.push(line),
            Err(fault) => file.faults.push(fault),
        }
    }
    Ok(file)
}

fn read_line(row: &Row, columns: &ReturnColumns, headings: &[&str], places: &[usize]) -> Result<ReturnLine, CellFault> {
    let cell = |index: usize| cell_at(row, headings, places, index);
    let reference = cell(0)?;
    let amount = cell(1)?;
    let result = cell(2)?;
    let day = cell(3)?;
    if !shukun_base::is_text_id(&reference.text) {
        return Err(fault(row, headings, 0, &reference.text, CellReason::Reference));
    }
    let amount = read_amount(amount).map_err(|why| fault(row, headings, 1, &amount.text, why))?;
    let unknown = || fault(row, headings, 2, &result.text, CellReason::UnknownResult);
    let result = *columns.results.get(result.text.trim()).ok_or_else(unknown)?;
    let day = read_day(day).ok_or_else(|| fault(row, headings, 3, &day.text, CellReason::Day))?;
    Ok(ReturnLine { row: row.number, reference: reference.text.clone(), amount, result, day })
}

/// The cell of one of the headings, which may not be empty and not be a formula.
pub(super) fn cell_at<'a>(
    row: &'a Row,
    headings: &[&str],
    places: &[usize],
    index: usize,
) -> Result<&'a Cell, CellFault> {
    let cell = places.get(index).and_then(|place| row.cell(*place));
    match cell {
        None => Err(fault(row, headings, index, "", CellReason::Missing)),
        Some(cell) if cell.kind == Kind::Formula => Err(fault(row, headings, index, &cell.text, CellReason::Formula)),
        Some(cell) => Ok(cell),
    }
}

pub(super) fn fault(row: &Row, headings: &[&str], index: usize, value: &str, why: CellReason) -> CellFault {
    let column = headings.get(index).copied().unwrap_or_default().to_owned();
    CellFault { row: row.number, column, value: Masked::new(value.to_owned()), why }
}

/// The amount of a cell: a number cell as programs show it.
pub(super) fn read_amount(cell: &Cell) -> Result<Fen, CellReason> {
    let shown = match cell.kind {
        Kind::Number => amount::shown_number(&cell.text),
        Kind::Text | Kind::Formula => cell.text.clone(),
    };
    parse_amount(&shown).map_err(CellReason::Amount)
}

/// `2026-03-02`, `2026/3/2`, `20260302`, `2026年3月2日`, with a time behind it or not; or the number of a workbook.
pub(super) fn read_day(cell: &Cell) -> Option<Day> {
    if cell.kind == Kind::Number && cell.text.len() != 8 {
        return day_of_number(&cell.text);
    }
    let text = cell.text.split([' ', 'T']).next()?.trim();
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return day_of(text.get(..4)?, text.get(4..6)?, text.get(6..)?);
    }
    let mut parts = text.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty());
    let day = day_of(parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(day).flatten()
}

fn day_of(year: &str, month: &str, day: &str) -> Option<Day> {
    let year: i16 = year.parse().ok().filter(|year| (1990..2200).contains(year))?;
    Day::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}
