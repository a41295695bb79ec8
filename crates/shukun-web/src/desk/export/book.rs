//! The workbook: a sheet of typed cells written row by row, and a sheet that says who took it out, when, what for.
//!
//! Texts are written as texts and never as formulas, whatever they begin with; ID numbers too, so that no digit is lost.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use shukun_base::{Day, Lang};

use super::rows::ExportRow;
use crate::words::{self, Word};

/// Who, when, which, what for.
#[derive(Clone, Debug)]
pub struct Watermark {
    /// Who took it out.
    pub by: String,
    /// When.
    pub at: String,
    /// The filter in words.
    pub filter: String,
    /// What it is for.
    pub reason: String,
    /// Rows without the heading.
    pub rows: u64,
    /// Whether names and ID numbers stand in it in clear.
    pub with_numbers: bool,
    /// Whether the data is made up.
    pub is_illustrative: bool,
}

/// Headings and the widths of their columns.
const COLUMNS: [(Word, u8); 15] = [
    (words::FILTER_NUMBER, 36),
    (words::COLOUR, 8),
    (words::PERSON, 16),
    (words::ID_NUMBER, 22),
    (words::EXPORT_AGE, 6),
    (words::HOUSEHOLD, 22),
    (words::PLACE_COLUMN, 26),
    (words::BURDEN, 14),
    (words::RULE, 16),
    (words::FILTER_YEAR, 10),
    (words::STATUS, 10),
    (words::EXPORT_SINCE, 12),
    (words::EXPORT_DUE, 12),
    (words::CLOCKS, 10),
    (words::ASSIGNEE, 12),
];

/// A workbook under way; memory does not grow with its rows.
pub struct Book {
    book: Workbook,
    lang: Lang,
    next: u32,
    money: Format,
    day: Format,
}

impl Book {
    /// With its heading.
    ///
    /// # Errors
    /// The workbook's own: nothing of the rows.
    pub fn new(lang: Lang) -> Result<Book, XlsxError> {
        let mut book = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = book.add_worksheet_with_constant_memory()?;
        sheet.set_name(words::CASES.text(lang))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, (word, width)) in (0_u16..).zip(COLUMNS) {
            sheet.set_column_width(column, f64::from(width))?;
            sheet.write_string_with_format(0, column, word.text(lang), &bold)?;
        }
        let (money, day) = (Format::new().set_num_format("#,##0.00"), Format::new().set_num_format("yyyy-mm-dd"));
        Ok(Book { book, lang, next: 1, money, day })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// The workbook's own.
    pub fn write(&mut self, row: &ExportRow) -> Result<(), XlsxError> {
        let (at, lang) = (self.next, self.lang);
        let (money, day) = (self.money.clone(), self.day.clone());
        let sheet = self.book.worksheet_from_index(0)?;
        let colour = row.case.colour.map_or_else(|| words::COLOUR_NONE.both(&[]), |colour| colour.text());
        text(sheet, at, 0, &row.case_id)?;
        text(sheet, at, 1, colour.in_lang(lang))?;
        text(sheet, at, 2, &row.names)?;
        text(sheet, at, 3, &row.numbers)?;
        if let Some(age) = row.age {
            sheet.write_number(at, 4, f64::from(age))?;
        }
        text(sheet, at, 5, &row.case.household_id.to_string())?;
        text(sheet, at, 6, &row.place)?;
        if let Some(burden) = row.burden() {
            sheet.write_number_with_format(at, 7, yuan(burden.0), &money)?;
        }
        text(sheet, at, 8, row.case.rule.as_deref().unwrap_or_default())?;
        let years: Vec<String> = row.case.years.iter().map(i16::to_string).collect();
        text(sheet, at, 9, &years.join(" "))?;
        text(sheet, at, 10, row.case.status.text().in_lang(lang))?;
        date(sheet, at, 11, row.since, &day)?;
        if let Some(clock) = &row.case.clock {
            if let Some(due) = clock.due_on {
                date(sheet, at, 12, due, &day)?;
            }
            text(sheet, at, 13, clock.level.text().in_lang(lang))?;
        }
        text(sheet, at, 14, &row.assignee)?;
        self.next += 1;
        Ok(())
    }

    /// The bytes, with the sheet that says whose they are.
    ///
    /// # Errors
    /// The workbook's own.
    pub fn finish(mut self, watermark: &Watermark) -> Result<Vec<u8>, XlsxError> {
        let lang = self.lang;
        let last = self.next.saturating_sub(1);
        let columns = u16::try_from(COLUMNS.len()).unwrap_or(u16::MAX);
        self.book.worksheet_from_index(0)?.autofilter(0, 0, last, columns.saturating_sub(1))?;
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(words::EXPORT_SHEET.text(lang))?;
        sheet.set_column_width(0, 16)?.set_column_width(1, 80)?;
        let numbers = if watermark.with_numbers { words::EXPORT_CLEAR } else { words::EXPORT_MASKED };
        let rows = watermark.rows.to_string();
        let lines = [
            (words::EXPORT_BY, watermark.by.as_str()),
            (words::EXPORT_AT, &watermark.at),
            (words::EXPORT_WHAT_FOR, &watermark.reason),
            (words::FILTERS, &watermark.filter),
            (words::EXPORT_ROWS, &rows),
            (words::ID_NUMBER, numbers.text(lang)),
            (words::EXPORT_RULES, words::EXPORT_RULES_TEXT.text(lang)),
        ];
        for (row, (word, value)) in (0_u32..).zip(lines) {
            text(sheet, row, 0, word.text(lang))?;
            text(sheet, row, 1, value)?;
        }
        if watermark.is_illustrative {
            text(sheet, u32::try_from(lines.len()).unwrap_or(u32::MAX), 1, words::ILLUSTRATIVE.text(lang))?;
        }
        self.book.save_to_buffer()
    }
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, value: &str) -> Result<(), XlsxError> {
    if !value.is_empty() {
        sheet.write_string(row, column, value)?;
    }
    Ok(())
}

fn date(sheet: &mut Worksheet, row: u32, column: u16, day: Day, format: &Format) -> Result<(), XlsxError> {
    let date = rust_xlsxwriter::ExcelDateTime::from_ymd(
        u16::try_from(day.year()).unwrap_or(1900),
        u8::try_from(day.month()).unwrap_or(1),
        u8::try_from(day.day()).unwrap_or(1),
    )?;
    sheet.write_datetime_with_format(row, column, &date, format)?;
    Ok(())
}

/// A spreadsheet's numbers are floats; whole fen below 2^53 stay what they are to the fen.
#[expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a cell of a spreadsheet is a float; nothing is reckoned with it"
)]
fn yuan(fen: i64) -> f64 {
    fen as f64 / 100.0
}
