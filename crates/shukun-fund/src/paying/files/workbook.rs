//! The first visible sheet of a workbook that a bank wrote, within bounds; and the sheet that goes to a bank.
//!
//! The importer of claims has a reader with more bounds and every sheet, for files of hundreds of megabytes; it lies above this
//! crate. What a bank sends is one small table, so this reads one sheet and inflates at most [`MOST_INFLATED`].

use std::io::{BufRead, BufReader, Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rust_xlsxwriter::{Format, Workbook};

use super::fault::{FileRefusal, FileRefused, MOST_ROWS};
use super::table::{Cell, Kind, Row};

/// Bytes of one part after inflating.
const MOST_INFLATED: u64 = 100 << 20;
/// Parts of a package.
const MOST_PARTS: usize = 200;
/// Columns of a row.
const MOST_COLUMNS: usize = 200;
/// Letters of one cell.
const MOST_LETTERS: usize = 10_000;
/// Attributes of one tag.
const MOST_ATTRIBUTES: usize = 64;

type Archive<'a> = zip::ZipArchive<Cursor<&'a [u8]>>;

pub(super) fn read(bytes: &[u8]) -> Result<Vec<Row>, FileRefused> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileRefusal::Damaged)?;
    if archive.len() > MOST_PARTS {
        return Err(FileRefusal::Hostile.into());
    }
    if archive.index_for_name("xl/workbook.xml").is_none() {
        return Err(FileRefusal::Unknown.into());
    }
    let strings = shared_strings(&mut archive)?;
    let part = first_sheet(&mut archive)?;
    let mut sheet = Sheet { strings: &strings, rows: Vec::new(), cell: None, in_value: false };
    each_event(&mut archive, &part, &mut |event| sheet.event(event))?;
    Ok(sheet.rows)
}

/// Hands every event of a part to `each`, which answers whether to go on.
fn each_event(
    archive: &mut Archive<'_>,
    part: &str,
    each: &mut dyn FnMut(&Event<'_>) -> Result<bool, FileRefused>,
) -> Result<(), FileRefused> {
    let file = archive.by_name(part).map_err(|_| FileRefusal::Damaged)?;
    // One byte more than is taken: a part that goes on there is too large, not cut.
    let mut input = BufReader::new(file.take(MOST_INFLATED + 1));
    let outcome = read_events(&mut input, each);
    if input.into_inner().limit() == 0 { Err(FileRefusal::Hostile.into()) } else { outcome }
}

fn read_events(
    input: &mut impl BufRead,
    each: &mut dyn FnMut(&Event<'_>) -> Result<bool, FileRefused>,
) -> Result<(), FileRefused> {
    let mut xml = Reader::from_reader(input);
    xml.config_mut().check_end_names = false;
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer) {
            Ok(Event::Eof) => return Ok(()),
            Ok(Event::DocType(_)) => return Err(FileRefusal::Hostile.into()),
            Ok(event) => {
                if !each(&event)? {
                    return Ok(());
                }
            }
            Err(_) => return Err(FileRefusal::Damaged.into()),
        }
    }
}

/// One attribute; the prefix before `:id` is the writer's own choice.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let matches = |key: &str| key == name || name.starts_with(':') && key.ends_with(name);
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).take(MOST_ATTRIBUTES).flatten().find(|one| matches(one.key.as_ref()))?;
    quick_xml::escape::unescape(&found.value).ok().map(std::borrow::Cow::into_owned)
}

/// Adds the text of an event, entities resolved.
pub(super) fn push_text(into: &mut String, event: &Event<'_>) {
    if into.len() > MOST_LETTERS {
        return;
    }
    match event {
        Event::Text(text) => into.push_str(&text.xml10_content()),
        Event::CData(text) => into.push_str(&text.xml10_content()),
        Event::GeneralRef(name) => {
            let letter = match name.resolve_char_ref() {
                Ok(Some(letter)) => Some(letter),
                _ => match name.xml10_content().as_ref() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => None,
                },
            };
            into.extend(letter);
        }
        _ => {}
    }
}

fn shared_strings(archive: &mut Archive<'_>) -> Result<Vec<String>, FileRefused> {
    let part = "xl/sharedStrings.xml";
    let mut strings = Vec::new();
    if archive.index_for_name(part).is_none() {
        return Ok(strings);
    }
    let (mut text, mut in_text, mut in_reading_aid) = (String::new(), false, false);
    each_event(archive, part, &mut |event| {
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "t" => in_text = !in_reading_aid,
                "rPh" => in_reading_aid = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => in_text = false,
                "rPh" => in_reading_aid = false,
                "si" => strings.push(std::mem::take(&mut text)),
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.push(String::new()),
            event if in_text => push_text(&mut text, event),
            _ => {}
        }
        if strings.len() > MOST_ROWS * 10 { Err(FileRefusal::TooLarge.into()) } else { Ok(true) }
    })?;
    Ok(strings)
}

/// The part of the first sheet that is not hidden.
fn first_sheet(archive: &mut Archive<'_>) -> Result<String, FileRefused> {
    let mut relation = None;
    each_event(archive, "xl/workbook.xml", &mut |event| {
        let (Event::Start(tag) | Event::Empty(tag)) = event else { return Ok(true) };
        let is_sheet = tag.local_name().as_ref() == "sheet";
        if is_sheet && attribute(tag, "state").is_none_or(|state| state == "visible") {
            relation = attribute(tag, ":id");
            return Ok(false);
        }
        Ok(true)
    })?;
    let relation = relation.ok_or(FileRefusal::Damaged)?;
    let mut target = None;
    each_event(archive, "xl/_rels/workbook.xml.rels", &mut |event| {
        let (Event::Start(tag) | Event::Empty(tag)) = event else { return Ok(true) };
        if attribute(tag, "Id").as_ref() == Some(&relation) {
            target = attribute(tag, "Target");
        }
        Ok(target.is_none())
    })?;
    let target = target.ok_or(FileRefusal::Damaged)?;
    Ok(target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned))
}

struct OpenCell {
    column: usize,
    stored_as: Option<String>,
    has_formula: bool,
    text: String,
}

struct Sheet<'a> {
    strings: &'a [String],
    rows: Vec<Row>,
    cell: Option<OpenCell>,
    in_value: bool,
}

impl Sheet<'_> {
    fn event(&mut self, event: &Event<'_>) -> Result<bool, FileRefused> {
        match event {
            Event::Start(tag) => self.start(tag)?,
            Event::Empty(tag) => {
                self.start(tag)?;
                return Ok(self.end(tag.local_name().as_ref()));
            }
            Event::End(tag) => return Ok(self.end(tag.local_name().as_ref())),
            event => {
                if let Some(cell) = self.cell.as_mut().filter(|_| self.in_value) {
                    push_text(&mut cell.text, event);
                }
            }
        }
        Ok(true)
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), FileRefused> {
        match tag.local_name().as_ref() {
            "row" => {
                let before = self.rows.last().map_or(0, |row| row.number);
                let stated = attribute(tag, "r").and_then(|number| number.parse().ok()).unwrap_or(0);
                if self.rows.len() >= MOST_ROWS {
                    return Err(FileRefusal::TooLarge.into());
                }
                self.rows.push(Row { number: before.saturating_add(1).max(stated), cells: Vec::new() });
            }
            "c" => self.start_cell(tag)?,
            "v" | "t" => self.in_value = true,
            "f" => {
                if let Some(cell) = self.cell.as_mut() {
                    cell.has_formula = true;
                }
            }
            "rPh" => self.in_value = false,
            _ => {}
        }
        Ok(())
    }

    fn start_cell(&mut self, tag: &BytesStart<'_>) -> Result<(), FileRefused> {
        let next = self.rows.last().and_then(|row| row.cells.last()).map_or(0, |cell| cell.column + 1);
        let column = attribute(tag, "r").and_then(|place| column_of(&place)).unwrap_or(next);
        let width = self.rows.last().map_or(0, |row| row.cells.len());
        if column >= MOST_COLUMNS || width >= MOST_COLUMNS {
            return Err(FileRefusal::TooLarge.into());
        }
        let stored_as = attribute(tag, "t");
        self.cell = Some(OpenCell { column, stored_as, has_formula: false, text: String::new() });
        Ok(())
    }

    fn end(&mut self, name: &str) -> bool {
        match name {
            "v" | "t" => self.in_value = false,
            "c" => {
                let cell = self.cell.take().and_then(|cell| finish(cell, self.strings));
                if let (Some(cell), Some(row)) = (cell, self.rows.last_mut()) {
                    row.cells.push(cell);
                }
            }
            "row" => {
                self.rows.pop_if(|row| row.cells.is_empty());
            }
            "sheetData" => return false,
            _ => {}
        }
        true
    }
}

fn finish(cell: OpenCell, strings: &[String]) -> Option<Cell> {
    let (text, kind) = match cell.stored_as.as_deref() {
        Some("s") => (strings.get(cell.text.trim().parse::<usize>().ok()?)?.clone(), Kind::Text),
        Some("str" | "inlineStr" | "d" | "b" | "e") => (cell.text, Kind::Text),
        _ => (cell.text, Kind::Number),
    };
    let kind = if cell.has_formula { Kind::Formula } else { kind };
    let text = text.trim().to_owned();
    (!text.is_empty() || kind == Kind::Formula).then_some(Cell { column: cell.column, kind, text })
}

/// The column of a place such as `AA12`, from 0.
fn column_of(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic).take(6);
    let number = letters.fold(0_usize, |number, letter| {
        number.saturating_mul(26).saturating_add(usize::from(letter.to_ascii_uppercase().saturating_sub(b'A')) + 1)
    });
    number.checked_sub(1)
}

/// A sheet of texts: every cell is written as text, so that nothing is a formula and no digit of an account is lost.
pub(super) fn write(name: &str, rows: &[Vec<String>]) -> Result<Vec<u8>, FileRefused> {
    let unwritable = |_| FileRefused::from(FileRefusal::Unwritable);
    let mut book = Workbook::new();
    let text = Format::new().set_num_format("@");
    let sheet = book.add_worksheet();
    sheet.set_name(name).map_err(unwritable)?;
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string_with_format(row, column, cell, &text).map_err(unwritable)?;
        }
    }
    // Made anew it has to be the same bytes: its hash is what is approved.
    let made = rust_xlsxwriter::ExcelDateTime::from_ymd(2000, 1, 1).map_err(unwritable)?;
    book.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&made));
    book.save_to_buffer().map_err(unwritable)
}

/// Days of a workbook count from 30 December 1899.
pub(super) fn day_of_number(text: &str) -> Option<shukun_base::Day> {
    let days: i64 = text.split('.').next()?.parse().ok()?;
    if !(36_526..=73_050).contains(&days) {
        return None;
    }
    jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// For tests: parts by name, as a package.
#[cfg(test)]
pub(super) fn package(parts: &std::collections::BTreeMap<&str, String>) -> Vec<u8> {
    use std::io::Write as _;
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
