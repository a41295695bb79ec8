//! The sheets of an XLSX workbook, one row at a time. Start at [`read_workbook`].
//!
//! A cell at the far corner costs one cell, not a grid: rows are lists of the cells that are there. Formulas are
//! seen as formulas; number cells keep their digits as stored.

use quick_xml::events::{BytesRef, BytesStart, Event};

use super::super::caps::Caps;
use super::super::error::ImportError;
use super::package::{Package, attribute};
use super::{Cell, CellKind, Meter, Row, RowSink};

/// Reads the visible sheets in the workbook's order.
pub(super) fn read_workbook(bytes: &[u8], meter: &mut Meter<'_>, sink: &mut dyn RowSink) -> Result<(), ImportError> {
    let mut package = Package::open(bytes, meter)?;
    if !package.has("xl/workbook.xml") {
        // Another kind of package: ODS, XLSB, a folder of files.
        return Err(ImportError::UnknownFormat);
    }
    let workbook = read_contents(&mut package, meter)?;
    let strings = SharedStrings::read(&mut package, meter)?;
    for sheet in &workbook.sheets {
        if !package.has(&sheet.part) {
            continue;
        }
        sink.sheet(&sheet.name, workbook.epoch_1904)?;
        let mut rows = SheetRows { strings: &strings, row: Row::default(), cell: None, text_of: None, sink };
        package.events(&sheet.part, meter, &mut |meter, event| rows.event(meter, event))?;
        rows.end_row()?;
    }
    Ok(())
}

struct Contents {
    sheets: Vec<SheetPart>,
    epoch_1904: bool,
}

struct SheetPart {
    name: String,
    relation: String,
    part: String,
}

fn read_contents(package: &mut Package<'_>, meter: &mut Meter<'_>) -> Result<Contents, ImportError> {
    let mut contents = Contents { sheets: Vec::new(), epoch_1904: false };
    package.events("xl/workbook.xml", meter, &mut |meter, event| {
        if let Event::Start(tag) | Event::Empty(tag) = event {
            workbook_tag(tag, meter.caps, &mut contents)?;
        }
        Ok(true)
    })?;
    package.events("xl/_rels/workbook.xml.rels", meter, &mut |meter, event| {
        let (Event::Start(tag) | Event::Empty(tag)) = event else { return Ok(true) };
        let id = attribute(tag, "Id", meter.caps)?.unwrap_or_default();
        let target = attribute(tag, "Target", meter.caps)?.unwrap_or_default();
        for sheet in contents.sheets.iter_mut().filter(|sheet| sheet.relation == id) {
            sheet.part = part_name(&target);
        }
        Ok(true)
    })?;
    Ok(contents)
}

fn workbook_tag(tag: &BytesStart<'_>, caps: &Caps, contents: &mut Contents) -> Result<(), ImportError> {
    match tag.local_name().as_ref() {
        "sheet" => {
            let hidden = attribute(tag, "state", caps)?.is_some_and(|state| state != "visible");
            let name = attribute(tag, "name", caps)?.unwrap_or_default();
            let relation = attribute(tag, ":id", caps)?.unwrap_or_default();
            if !hidden {
                contents.sheets.push(SheetPart { name, relation, part: String::new() });
            }
        }
        "workbookPr" => {
            let flag = attribute(tag, "date1904", caps)?;
            contents.epoch_1904 = matches!(flag.as_deref(), Some("1" | "true"));
        }
        _ => {}
    }
    Ok(())
}

/// `worksheets/sheet1.xml` and `/xl/worksheets/sheet1.xml` name the same part.
fn part_name(target: &str) -> String {
    match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("xl/{target}"),
    }
}

/// The workbook's table of strings: one long text and where each string ends.
#[derive(Default)]
struct SharedStrings {
    text: String,
    ends: Vec<usize>,
}

impl SharedStrings {
    fn read(package: &mut Package<'_>, meter: &mut Meter<'_>) -> Result<SharedStrings, ImportError> {
        let mut strings = SharedStrings::default();
        if !package.has("xl/sharedStrings.xml") {
            return Ok(strings);
        }
        let mut in_text = false;
        let mut in_reading_aid = false;
        package.events("xl/sharedStrings.xml", meter, &mut |_, event| {
            match event {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "t" => in_text = !in_reading_aid,
                    "rPh" => in_reading_aid = true,
                    _ => {}
                },
                Event::End(tag) => match tag.local_name().as_ref() {
                    "t" => in_text = false,
                    "rPh" => in_reading_aid = false,
                    "si" => strings.ends.push(strings.text.len()),
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => strings.ends.push(strings.text.len()),
                event if in_text => push_text(&mut strings.text, event),
                _ => {}
            }
            Ok(true)
        })?;
        Ok(strings)
    }

    fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.text.get(start..end)
    }
}

fn push_text(into: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(text) => into.push_str(&text.xml10_content()),
        Event::CData(text) => into.push_str(&text.xml10_content()),
        Event::GeneralRef(name) => into.extend(resolve(name)),
        _ => {}
    }
}

fn resolve(name: &BytesRef<'_>) -> Option<char> {
    if let Ok(Some(character)) = name.resolve_char_ref() {
        return Some(character);
    }
    match name.xml10_content().as_ref() {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }
}

/// Which text of a cell is being read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum TextOf {
    Value,
    Formula,
}

/// A cell while it is being read.
struct OpenCell {
    column: u16,
    stored_as: StoredAs,
    has_formula: bool,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum StoredAs {
    Number,
    Shared,
    Text,
    Flag,
    /// `#N/A` and its kin.
    Failure,
}

struct SheetRows<'a> {
    strings: &'a SharedStrings,
    row: Row,
    cell: Option<OpenCell>,
    text_of: Option<TextOf>,
    sink: &'a mut dyn RowSink,
}

impl SheetRows<'_> {
    fn event(&mut self, meter: &mut Meter<'_>, event: &Event<'_>) -> Result<bool, ImportError> {
        match event {
            Event::Start(tag) => self.start(tag, meter)?,
            Event::Empty(tag) => {
                self.start(tag, meter)?;
                return self.end(tag.local_name().as_ref());
            }
            Event::End(tag) => return self.end(tag.local_name().as_ref()),
            event => {
                if let (Some(TextOf::Value), Some(cell)) = (self.text_of, self.cell.as_mut()) {
                    push_text(&mut cell.text, event);
                }
            }
        }
        Ok(true)
    }

    fn start(&mut self, tag: &BytesStart<'_>, meter: &mut Meter<'_>) -> Result<(), ImportError> {
        match tag.local_name().as_ref() {
            "row" => {
                self.end_row()?;
                let stated = attribute(tag, "r", meter.caps)?.and_then(|number| number.parse().ok());
                // A row never goes back: a file that says so is read in its own order.
                self.row.number = stated.unwrap_or(0).max(self.row.number.saturating_add(1));
            }
            "c" => self.start_cell(tag, meter)?,
            "v" | "t" if self.cell.is_some() => self.text_of = Some(TextOf::Value),
            "f" => {
                self.text_of = Some(TextOf::Formula);
                if let Some(cell) = self.cell.as_mut() {
                    cell.has_formula = true;
                }
            }
            "rPh" => self.text_of = None,
            _ => {}
        }
        Ok(())
    }

    fn start_cell(&mut self, tag: &BytesStart<'_>, meter: &mut Meter<'_>) -> Result<(), ImportError> {
        let stated = attribute(tag, "r", meter.caps)?.and_then(|reference| column_of(&reference));
        let next = self.row.cells.last().map_or(0, |cell| u32::from(cell.column) + 1);
        let column = stated.unwrap_or(next);
        // A row that names one column over and over is as wide as it is long.
        let width = (u64::from(column) + 1).max(self.row.cells.len() as u64 + 1);
        meter.cell(u64::from(self.row.number), width)?;
        let stored_as = match attribute(tag, "t", meter.caps)?.as_deref() {
            Some("s") => StoredAs::Shared,
            Some("str" | "inlineStr" | "d") => StoredAs::Text,
            Some("b") => StoredAs::Flag,
            Some("e") => StoredAs::Failure,
            _ => StoredAs::Number,
        };
        let column = u16::try_from(column).unwrap_or(u16::MAX);
        self.cell = Some(OpenCell { column, stored_as, has_formula: false, text: String::new() });
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<bool, ImportError> {
        match name {
            "v" | "t" | "f" => self.text_of = None,
            "c" => {
                let cell = self.cell.take().and_then(|cell| cell.finish(self.strings));
                self.row.cells.extend(cell);
            }
            "row" => self.end_row()?,
            "sheetData" => return Ok(false),
            _ => {}
        }
        Ok(true)
    }

    /// Hands the row on. Cells out of order or twice are put in order, the last of two kept, as programs show it.
    fn end_row(&mut self) -> Result<(), ImportError> {
        if self.row.cells.is_empty() {
            return Ok(());
        }
        let number = self.row.number;
        let mut row = std::mem::take(&mut self.row);
        self.row.number = number;
        if !row.cells.is_sorted_by(|one, two| one.column < two.column) {
            row.cells.reverse();
            row.cells.sort_by_key(|cell| cell.column);
            row.cells.dedup_by_key(|cell| cell.column);
        }
        self.sink.row(row)
    }
}

impl OpenCell {
    fn finish(self, strings: &SharedStrings) -> Option<Cell> {
        let text = match self.stored_as {
            StoredAs::Shared => strings.get(self.text.trim().parse().ok()?).unwrap_or_default().to_owned(),
            StoredAs::Flag => if self.text.trim() == "1" { "是" } else { "否" }.to_owned(),
            StoredAs::Number | StoredAs::Text | StoredAs::Failure => self.text,
        };
        let kind = match self.stored_as {
            _ if self.has_formula => CellKind::Formula,
            StoredAs::Number => CellKind::Number,
            _ => CellKind::Text,
        };
        let is_empty = text.trim().is_empty() && kind != CellKind::Formula;
        (!is_empty).then_some(Cell { column: self.column, kind, text })
    }
}

/// The column of a reference such as `AA12`, from 0.
fn column_of(reference: &str) -> Option<u32> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic);
    let column = letters.take(6).fold(0u32, |column, letter| {
        column.saturating_mul(26).saturating_add(u32::from(letter.to_ascii_uppercase() - b'A') + 1)
    });
    column.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_letters() {
        for (reference, column) in
            [("A1", Some(0)), ("Z9", Some(25)), ("AA3", Some(26)), ("XFD1048576", Some(16_383)), ("12", None)]
        {
            assert_eq!(column_of(reference), column, "{reference}");
        }
    }
}
