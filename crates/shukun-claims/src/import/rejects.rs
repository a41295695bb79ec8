//! The rejects workbook: only the bad rows, under the source's own headers, with what is wrong and how to mend it
//! beside them. Mended, it is imported like any other file and completes the batch.
//!
//! Every cell is written as text in text format: nothing in it can run, and a number typed over keeps its digits.

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use shukun_base::Lang;

use super::column::{Column, Content};
use super::reader::{Cell, CellKind};
use super::report::{BadRow, ImportReport, SheetLayout};
use super::values;

/// The last column of which three more still fit into a sheet.
const LAST_SOURCE_COLUMN: u16 = 16_380;

/// No cell holds more.
const LONGEST_TEXT: usize = 32_000;

/// Writes the workbook (XLSX); `None` where no row was rejected. It holds names and ID numbers, as the source does:
/// it is for the office that sent the file.
///
/// # Errors
/// Only where the workbook cannot be put together, which is a defect of this program.
pub fn rejects_workbook(report: &ImportReport, lang: Lang) -> Result<Option<Vec<u8>>, XlsxError> {
    if report.bad_rows.is_empty() {
        return Ok(None);
    }
    let mut workbook = Workbook::new();
    for (place, layout) in report.sheets.iter().enumerate() {
        let rows: Vec<&BadRow> = report.bad_rows.iter().filter(|bad| bad.sheet == place).collect();
        if !rows.is_empty() {
            let name = sheet_name(&layout.name, place);
            write_sheet(workbook.add_worksheet().set_name(name)?, layout, &rows, lang)?;
        }
    }
    workbook.save_to_buffer().map(Some)
}

/// A name that a workbook allows; the place keeps two shortened names apart.
fn sheet_name(name: &str, place: usize) -> String {
    let allowed = name.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control());
    let name: String = allowed.take(26).collect();
    if place == 0 && !name.is_empty() { name } else { format!("{name}-{}", place + 1) }
}

struct Formats {
    header: Format,
    text: Format,
    bad: Format,
    said: Format,
}

impl Formats {
    fn new() -> Formats {
        let text = Format::new().set_num_format("@");
        Formats {
            header: text.clone().set_bold(),
            bad: text.clone().set_background_color(Color::RGB(0x00FF_C7CE)),
            said: text.clone().set_text_wrap().set_align(FormatAlign::Top),
            text,
        }
    }
}

fn write_sheet(sheet: &mut Worksheet, source: &SheetLayout, rows: &[&BadRow], lang: Lang) -> Result<(), XlsxError> {
    let formats = Formats::new();
    let placed = source.layout.headers.iter().map(|(place, _)| *place);
    let cells = rows.iter().flat_map(|bad| bad.row.cells.iter().map(|cell| cell.column));
    let first_free = placed.chain(cells).filter(|place| *place <= LAST_SOURCE_COLUMN).max().map_or(0, |last| last + 1);

    for (place, header) in source.layout.headers.iter().filter(|(place, _)| *place <= LAST_SOURCE_COLUMN) {
        write(sheet, 0, *place, header, &formats.header)?;
    }
    let titles = match lang {
        Lang::Zh => ["退回原因", "修改办法", "来源"],
        Lang::En => ["reason", "mend", "source"],
    };
    for (title, column) in titles.iter().zip(first_free..) {
        write(sheet, 0, column, title, &formats.header)?;
        sheet.set_column_width(column, if column == first_free + 2 { 24 } else { 48 })?;
    }
    sheet.set_freeze_panes(1, 0)?;
    for (bad, row) in rows.iter().zip(1..) {
        write_row(sheet, row, source, bad, &formats)?;
        for (text, column) in said(bad, source, lang).iter().zip(first_free..) {
            write(sheet, row, column, text, &formats.said)?;
        }
    }
    Ok(())
}

fn write_row(
    sheet: &mut Worksheet,
    row: u32,
    source: &SheetLayout,
    bad: &BadRow,
    formats: &Formats,
) -> Result<(), XlsxError> {
    let wrong = |place: u16| {
        bad.defects.iter().any(|defect| defect.column.and_then(|column| source.layout.place(column)) == Some(place))
    };
    for cell in bad.row.cells.iter().filter(|cell| cell.column <= LAST_SOURCE_COLUMN) {
        let format = if wrong(cell.column) { &formats.bad } else { &formats.text };
        write(sheet, row, cell.column, &as_text(cell, source), format)?;
    }
    let empty = bad.defects.iter().filter_map(|defect| source.layout.place(defect.column?));
    for place in empty.filter(|place| *place <= LAST_SOURCE_COLUMN && bad.row.cell(*place).is_none()) {
        sheet.write_blank(row, place, &formats.bad)?;
    }
    Ok(())
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST_TEXT).collect();
    sheet.write_string_with_format(row, column, text, format).map(|_| ())
}

/// A cell as the officer saw it: stored day numbers as days, stored binary fractions as amounts.
fn as_text(cell: &Cell, source: &SheetLayout) -> String {
    let at_cell = |column: &&Column| source.layout.place(**column) == Some(cell.column);
    let content = Column::ALL.iter().find(at_cell).map(|column| column.content());
    let shown = match content {
        _ if cell.kind == CellKind::Text => None,
        Some(Content::Money) => values::money(&cell.text, true).ok().map(|fen| fen.to_string()),
        Some(Content::Date) => values::day(&cell.text, source.epoch_1904).map(|day| day.to_string()),
        _ => None,
    };
    shown.unwrap_or_else(|| cell.text.clone())
}

/// What is wrong, how to mend it, and where the row stood.
fn said(bad: &BadRow, source: &SheetLayout, lang: Lang) -> [String; 3] {
    let rejects = bad.rejects(source);
    let reasons = rejects.iter().map(|reject| format!("{}：{}", reject.header, reject.text.in_lang(lang)));
    let mut mends: Vec<&str> = rejects.iter().map(|reject| reject.mend.in_lang(lang)).collect();
    mends.dedup();
    let place = match lang {
        Lang::Zh => format!("{} 第 {} 行", source.name, bad.row.number),
        Lang::En => format!("{} row {}", source.name, bad.row.number),
    };
    [reasons.collect::<Vec<_>>().join("\n"), mends.join("\n"), place]
}
