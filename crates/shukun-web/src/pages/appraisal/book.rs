//! The bulletin as a workbook: one sheet of offices and their figures, one of measures. Units and figures, no family.
//!
//! Texts are written as texts, whatever they begin with: a cell runs nothing.

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use shukun_base::{Day, Lang};
use shukun_store::{Measure, OfficeTasks};

use super::state_word;
use crate::desk::Places;
use crate::pages::figures::{average, office_name};
use crate::ui::chart::percent;
use crate::words::{self, Word};

/// What stands in it.
pub struct Bulletin<'a> {
    /// `2026年11月1日至2026年11月22日`
    pub period: &'a str,
    /// When it was made.
    pub made: &'a str,
    /// The offices.
    pub offices: &'a [OfficeTasks],
    /// The names of their places.
    pub places: &'a Places,
    /// The county's measures.
    pub measures: &'a [Measure],
    /// The day on which a measure is late or not.
    pub today: Day,
    /// Whether the data is made up.
    pub is_illustrative: bool,
}

const OFFICES: [(Word, u8); 9] = [
    (words::TASKS_OFFICE, 26),
    (words::TASKS_RECEIVED, 10),
    (words::TASKS_IN_TIME, 10),
    (words::TASKS_LATE, 10),
    (words::TASKS_WAITING, 10),
    (words::TASKS_OVERDUE, 10),
    (words::TASKS_SUPERVISION, 10),
    (words::TASKS_AVERAGE, 14),
    (words::TASKS_SHARE, 12),
];

const MEASURES: [(Word, u8); 6] = [
    (words::MEASURE, 44),
    (words::MEASURE_LEAD, 22),
    (words::MEASURE_UNITS, 30),
    (words::MEASURE_DUE, 12),
    (words::MEASURE_STATE, 16),
    (words::MEASURE_SOURCE, 28),
];

/// The bytes.
///
/// # Errors
/// The workbook's own.
pub fn written(bulletin: &Bulletin<'_>, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    offices(book.add_worksheet(), bulletin, lang)?;
    measures(book.add_worksheet(), bulletin, lang)?;
    book.save_to_buffer()
}

fn headed(sheet: &mut Worksheet, row: u32, columns: &[(Word, u8)], lang: Lang) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (column, (word, width)) in (0_u16..).zip(columns) {
        sheet.set_column_width(column, f64::from(*width))?;
        sheet.write_string_with_format(row, column, word.text(lang), &bold)?;
    }
    Ok(())
}

/// Period and origin in the first two lines, then one line for each office.
fn offices(sheet: &mut Worksheet, bulletin: &Bulletin<'_>, lang: Lang) -> Result<(), XlsxError> {
    sheet.set_name(words::BULLETIN_TASKS.text(lang))?;
    sheet.write_string(0, 0, bulletin.period)?;
    let made = if bulletin.is_illustrative { words::ILLUSTRATIVE.text(lang) } else { "" };
    sheet.write_string(1, 0, format!("{} {made}", bulletin.made).trim())?;
    headed(sheet, 2, &OFFICES, lang)?;
    for (row, office) in (3_u32..).zip(bulletin.offices) {
        let place = office.town.as_ref().map(|town| bulletin.places.own_name(town));
        sheet.write_string(row, 0, office_name(office.office, place, lang))?;
        let counts = [office.received, office.in_time, office.late, office.waiting, office.overdue, office.supervision];
        for (column, count) in (1_u16..).zip(counts) {
            sheet.write_number(row, column, number(count))?;
        }
        text(sheet, row, 7, &average(office))?;
        text(sheet, row, 8, &percent(office.in_time, office.in_time + office.late))?;
    }
    Ok(())
}

fn measures(sheet: &mut Worksheet, bulletin: &Bulletin<'_>, lang: Lang) -> Result<(), XlsxError> {
    sheet.set_name(words::BULLETIN_MEASURES.text(lang))?;
    headed(sheet, 0, &MEASURES, lang)?;
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (row, measure) in (1_u32..).zip(bulletin.measures) {
        let new = &measure.measure;
        for (column, cell) in [(0, &new.words), (1, &new.lead_unit), (2, &new.responsible_units), (5, &new.source)] {
            text(sheet, row, column, cell)?;
        }
        if let Some(due) = new.due_on {
            sheet.write_datetime_with_format(row, 3, &date(due)?, &day)?;
        }
        let late = measure.is_late(bulletin.today).then(|| words::MEASURE_LATE.text(lang));
        let state: Vec<&str> = [Some(state_word(measure.state).text(lang)), late].into_iter().flatten().collect();
        text(sheet, row, 4, &state.join(" "))?;
    }
    Ok(())
}

fn text(sheet: &mut Worksheet, row: u32, column: u16, value: &str) -> Result<(), XlsxError> {
    if !value.is_empty() {
        sheet.write_string(row, column, value)?;
    }
    Ok(())
}

/// A count of tasks; a spreadsheet's numbers are floats.
fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

fn date(day: Day) -> Result<ExcelDateTime, XlsxError> {
    let part = |part: i8| u8::try_from(part).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).unwrap_or(1900), part(day.month()), part(day.day()))
}
