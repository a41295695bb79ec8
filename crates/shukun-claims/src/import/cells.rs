//! One row's cells by column, read as values; what cannot be read is collected, so that a row's every defect is
//! told at once.

use shukun_base::{Day, Fen};

use super::column::{Column, Content};
use super::header::Layout;
use super::mapping::{Mapping, half_width};
use super::reader::{Cell, CellKind, Row};
use super::reason::Reason;
use super::values::{self, MoneyFault};

/// One thing wrong with a row, and the column it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Defect {
    pub column: Option<Column>,
    pub reason: Reason,
}

/// A row under its headers.
pub(super) struct Cells<'r> {
    row: &'r Row,
    layout: &'r Layout,
    mapping: &'r Mapping,
    epoch_1904: bool,
    /// What was found wrong so far.
    pub defects: Vec<Defect>,
    /// The amounts that could be read.
    pub amounts: Vec<(Column, Fen)>,
}

impl<'r> Cells<'r> {
    pub fn new(row: &'r Row, layout: &'r Layout, mapping: &'r Mapping, epoch_1904: bool) -> Cells<'r> {
        Cells { row, layout, mapping, epoch_1904, defects: Vec::new(), amounts: Vec::new() }
    }

    /// Notes a defect.
    pub fn reject(&mut self, column: Column, reason: Reason) {
        self.defects.push(Defect { column: Some(column), reason });
    }

    /// Whether the file has this column.
    pub fn has(&self, column: Column) -> bool {
        self.layout.place(column).is_some()
    }

    /// Whether this column was found wrong.
    pub fn is_bad(&self, column: Column) -> bool {
        self.defects.iter().any(|defect| defect.column == Some(column))
    }

    /// Notes that a value must be there, unless its cell was found wrong already.
    pub fn require<T>(&mut self, column: Column, value: Option<T>) -> Option<T> {
        if value.is_none() && !self.is_bad(column) {
            self.reject(column, Reason::MissingValue);
        }
        value
    }

    /// The text of a name, number or code; `None` where it is blank or wrong. Codes are taken in half-width form.
    pub fn text(&mut self, column: Column) -> Option<String> {
        let text = self.raw(column)?;
        match column.content() {
            _ if values::is_blank(&text) => None,
            Content::Code => Some(text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect()),
            _ => Some(text),
        }
    }

    /// The meaning of a word in the first of `tables` that knows it.
    pub fn word(&mut self, column: Column, tables: &[&str]) -> Option<&'static str> {
        let text = self.raw(column)?;
        let meaning = tables.iter().find_map(|table| self.mapping.meaning(table, &text));
        if meaning.is_none() && !values::is_blank(&text) {
            self.reject(column, Reason::UnknownValue);
        }
        meaning
    }

    /// 是 / 否
    pub fn flag(&mut self, column: Column, table: &str) -> Option<bool> {
        self.word(column, &[table, "flag"]).map(|meaning| meaning == "yes")
    }

    /// A day.
    pub fn day(&mut self, column: Column) -> Option<Day> {
        let text = self.computed(column)?.0;
        if values::is_blank(&text) {
            return None;
        }
        let day = values::day(&text, self.epoch_1904);
        if day.is_none() {
            self.reject(column, Reason::BadDate);
        }
        day
    }

    /// An amount.
    pub fn amount(&mut self, column: Column) -> Option<Fen> {
        let (text, stored_as_number) = self.computed(column)?;
        if values::is_blank(&text) {
            return None;
        }
        match values::money(&text, stored_as_number) {
            Ok(fen) => {
                self.amounts.push((column, fen));
                return Some(fen);
            }
            Err(MoneyFault::NotANumber) => self.reject(column, Reason::NotANumber),
            Err(MoneyFault::FinerThanFen) => self.reject(column, Reason::FinerThanFen),
        }
        None
    }

    /// A text cell as stored, or the default for a column that the file does not have.
    fn raw(&mut self, column: Column) -> Option<String> {
        let Some(place) = self.layout.place(column) else {
            return self.mapping.default_of(self.layout.kind, column).map(str::to_owned);
        };
        let cell = self.row.cell(place)?;
        let fault = text_fault(cell, column.content());
        let text = if cell.kind == CellKind::Number { whole_number(&cell.text) } else { &cell.text };
        match fault {
            Some(fault) => {
                self.reject(column, fault);
                None
            }
            None => Some(text.trim().to_owned()),
        }
    }

    /// An amount or a day: a formula counts by the value that the spreadsheet program last computed.
    fn computed(&mut self, column: Column) -> Option<(String, bool)> {
        let Some(place) = self.layout.place(column) else {
            return self.mapping.default_of(self.layout.kind, column).map(|text| (text.to_owned(), false));
        };
        let cell = self.row.cell(place)?;
        let has_no_value = cell.kind == CellKind::Formula && cell.text.trim().is_empty();
        if has_no_value || (cell.kind == CellKind::Text && is_formula_text(&cell.text)) {
            self.reject(column, Reason::FormulaText);
            return None;
        }
        Some((cell.text.clone(), cell.kind != CellKind::Text))
    }
}

fn text_fault(cell: &Cell, content: Content) -> Option<Reason> {
    if cell.kind == CellKind::Formula || is_formula_text(&cell.text) {
        return Some(Reason::FormulaText);
    }
    if cell.text.contains(char::REPLACEMENT_CHARACTER) {
        return Some(Reason::UnreadableText);
    }
    let is_number_like = matches!(content, Content::Code | Content::Personal);
    (is_number_like && has_lost_digits(cell)).then_some(Reason::DigitsLost)
}

/// Spreadsheet programs keep 15 digits of a number, and write long ones as `3.30305E+17` into text files.
fn has_lost_digits(cell: &Cell) -> bool {
    let text = cell.text.trim();
    let is_scientific = text.split_once(['e', 'E']).is_some_and(|(mantissa, exponent)| {
        let is_plain =
            |text: &str, sign: char| text.bytes().all(|byte| byte.is_ascii_digit() || char::from(byte) == sign);
        (exponent.starts_with('+') || cell.kind == CellKind::Number)
            && is_plain(mantissa, '.')
            && is_plain(exponent, '+')
            && !mantissa.is_empty()
    });
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    is_scientific || (cell.kind == CellKind::Number && digits > 15)
}

/// A text that a spreadsheet program would run: `=…`, `@…`, or a call behind a sign.
fn is_formula_text(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with(['=', '@']) || (text.starts_with(['+', '-']) && text.contains('('))
}

fn whole_number(text: &str) -> &str {
    text.strip_suffix(".0").unwrap_or(text)
}
