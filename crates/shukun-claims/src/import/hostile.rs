//! Files made to hurt: every one is refused quickly, or read for the little that it holds.

use std::io::{Cursor, Write as _};
use std::time::Instant;

use zip::write::SimpleFileOptions;

use super::tests::{HEADER, TestLake, clean_row, csv_of};
use super::*;
use crate::batch::Batch;

const WORKBOOK: &str = r#"<workbook xmlns:r="x"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// An XLSX package with this sheet.
pub(super) fn workbook_with(sheet: &[u8]) -> Vec<u8> {
    package(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

fn package(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Small limits, so that a test need not be large to break them.
fn small() -> Caps {
    Caps { inflated_bytes: 4 << 20, ratio_from_bytes: 1 << 20, cells: 10_000, ..Caps::default() }
}

fn import_with(caps: Caps, bytes: &[u8]) -> Result<(Batch, ImportReport), ImportError> {
    let settings = Settings { caps, ..Settings::default() };
    let started = Instant::now();
    let outcome = plan_import(Source { name: "f", bytes }, None, &settings, &TestLake::default());
    assert!(started.elapsed().as_secs() < 10);
    outcome
}

fn cap_of(outcome: Result<(Batch, ImportReport), ImportError>) -> Option<Cap> {
    match outcome {
        Err(ImportError::TooBig { cap, .. }) => Some(cap),
        _ => None,
    }
}

#[test]
fn a_far_corner_costs_one_cell() {
    let sheet =
        r#"<worksheet><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>"#;
    let bytes = workbook_with(sheet.as_bytes());
    assert!(bytes.len() < 2_000);
    let error = import_with(Caps::for_uploads(), &bytes).unwrap_err();
    assert_eq!(error, ImportError::HeaderNotFound { sheets: vec!["S".to_owned()] });
    for (sheet, cap) in [("XFE1", Cap::Columns), ("A1048577", Cap::Rows), ("ZZZZZZZZZZ1", Cap::Columns)] {
        let row = sheet.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let sheet = format!(
            r#"<worksheet><sheetData><row r="{row}"><c r="{sheet}"><v>1</v></c></row></sheetData></worksheet>"#
        );
        assert_eq!(cap_of(import_with(small(), &workbook_with(sheet.as_bytes()))), Some(cap));
    }
}

#[test]
fn bombs_are_stopped_while_they_inflate() {
    let blanks = vec![b' '; 3 << 20];
    let rows = "<row><c><v>1</v></c></row>".repeat(200_000);
    let bomb = workbook_with(rows.as_bytes());
    assert!(bomb.len() < 50_000);
    assert_eq!(cap_of(import_with(small(), &bomb)), Some(Cap::Cells));
    let any_cells = Caps { cells: u64::MAX, ..small() };
    assert_eq!(cap_of(import_with(any_cells.clone(), &bomb)), Some(Cap::Ratio));
    let no_ratio = Caps { ratio: u64::MAX, ..any_cells };
    assert_eq!(cap_of(import_with(no_ratio.clone(), &bomb)), Some(Cap::InflatedBytes));
    let one_text = [b"<worksheet><x>", blanks.as_slice()].concat();
    assert_eq!(cap_of(import_with(no_ratio, &workbook_with(&one_text))), Some(Cap::EventBytes));
}

#[test]
fn one_column_named_over_and_over_is_no_longer_row() {
    let sheet = format!(
        "<worksheet><sheetData><row>{}</row></sheetData></worksheet>",
        r#"<c r="A1"><v>1</v></c>"#.repeat(16_385)
    );
    let caps = Caps { cells: u64::MAX, ..small() };
    assert_eq!(cap_of(import_with(caps, &workbook_with(sheet.as_bytes()))), Some(Cap::Columns));
    let long_cell = [b"a,b\n".as_slice(), &vec![b'x'; 2 << 20]].concat();
    assert_eq!(cap_of(import_with(small(), &long_cell)), Some(Cap::EventBytes));
}

#[test]
fn forty_thousand_attributes_are_not_compared_with_each_other() {
    let attributes: String = (0..40_000).map(|number| format!(" a{number}=\"\"")).collect();
    let sheet = format!("<worksheet><sheetData><row{attributes}><c><v>1</v></c></row></sheetData></worksheet>");
    assert_eq!(cap_of(import_with(small(), &workbook_with(sheet.as_bytes()))), Some(Cap::Attributes));
}

#[test]
fn sizes_that_lie_gain_nothing() {
    let rows = "<row><c><v>1</v></c></row>".repeat(200_000);
    let mut bytes = workbook_with(rows.as_bytes());
    // The stated inflated size of every part, in the local and the central headers.
    for (signature, offset) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let places: Vec<usize> = (0..bytes.len() - 4).filter(|at| bytes[*at..].starts_with(signature)).collect();
        for place in places {
            bytes[place + offset..place + offset + 4].copy_from_slice(&10u32.to_le_bytes());
        }
    }
    assert!(import_with(small(), &bytes).is_err());
}

#[test]
fn many_parts_and_many_bytes_are_refused() {
    let names: Vec<String> = (0..300).map(|number| format!("x{number}")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(cap_of(import_with(small(), &package(&parts))), Some(Cap::Entries));
    let tiny = Caps { body_bytes: 10, ..small() };
    assert_eq!(cap_of(import_with(tiny, b"more than ten bytes")), Some(Cap::BodyBytes));
    let hurried = Caps { seconds: 0, cells: u64::MAX, ..small() };
    let rows = csv_of(&(0..400).map(clean_row).collect::<Vec<_>>());
    // Zero seconds have passed only if the clock has not moved at all.
    assert!(matches!(cap_of(import_with(hurried, &rows)), Some(Cap::Seconds)));
}

#[test]
fn torn_files_are_answered() {
    let mut sheet = "<worksheet><sheetData>".to_owned();
    for (number, row) in [HEADER.map(str::to_owned).to_vec(), clean_row(1)].iter().enumerate() {
        sheet += &format!("<row r=\"{}\">", number + 1);
        for text in row {
            sheet += &format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
        }
        sheet += "</row>";
    }
    sheet += "</sheetData></worksheet>";
    let bytes = workbook_with(sheet.as_bytes());
    let (_, report) = import_with(small(), &bytes).unwrap();
    assert_eq!((report.rows, report.accepted), (1, 1));
    for end in (0..bytes.len()).step_by(7) {
        let _ = import_with(small(), &bytes[..end]);
    }
    for place in (0..bytes.len()).step_by(3) {
        let mut torn = bytes.clone();
        torn[place] ^= 0x55;
        let _ = import_with(small(), &torn);
    }
    for end in (0..sheet.len()).filter(|end| sheet.is_char_boundary(*end)).step_by(5) {
        let _ = import_with(small(), &workbook_with(&sheet.as_bytes()[..end]));
    }
}

#[test]
fn pictures_and_old_workbooks_are_named() {
    assert_eq!(import_with(small(), b"\x89PNG\r\n\x1a\n\0\0\0").unwrap_err(), ImportError::UnknownFormat);
    assert_eq!(import_with(small(), b"\xD0\xCF\x11\xE0rest").unwrap_err(), ImportError::OldOrLockedWorkbook);
    assert_eq!(import_with(small(), b"  <html><table></table></html>").unwrap_err(), ImportError::UnknownFormat);
    let other = package(&[("content.xml", b"<office/>")]);
    assert_eq!(import_with(small(), &other).unwrap_err(), ImportError::UnknownFormat);
    assert_eq!(import_with(small(), b"PK\x03\x04rest").unwrap_err().code(), "damaged_file");
    assert_eq!(import_with(small(), b"").unwrap_err().code(), "header_not_found");
}
