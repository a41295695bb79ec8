//! Text files with a separator: UTF-8, UTF-16 with its mark, GB18030 and GBK. Start at [`read_text`].

use std::io::{self, Read};

use encoding_rs::{Encoding, GB18030, UTF_8};

use super::super::caps::Cap;
use super::super::error::ImportError;
use super::{Cell, CellKind, Meter, Row, RowSink};

/// Reads the whole text as one sheet with the file's name.
pub(super) fn read_text(
    name: &str,
    bytes: &[u8],
    meter: &mut Meter<'_>,
    sink: &mut dyn RowSink,
) -> Result<(), ImportError> {
    let (encoding, mark_bytes) = detect_encoding(bytes)?;
    let text = bytes.get(mark_bytes..).unwrap_or_default();
    let separator = detect_separator(encoding, text);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(Decoded::new(encoding, text));
    sink.sheet(name, false)?;
    let mut record = csv::StringRecord::new();
    let mut last_line = 0;
    while reader.read_record(&mut record).map_err(|_| ImportError::UnknownFormat)? {
        let line = record.position().map_or(last_line + 1, csv::Position::line);
        last_line = line;
        if record.iter().any(|text| has_swallowed_rows(text, char::from(separator))) {
            return Err(ImportError::OpenQuote { line });
        }
        let row = Row { number: u32::try_from(line).unwrap_or(u32::MAX), cells: cells(&record, line, meter)? };
        if !row.cells.is_empty() {
            sink.row(row)?;
        }
    }
    Ok(())
}

/// A cell may hold line breaks, but a line of it that is full of separators is a row behind an open quotation mark.
fn has_swallowed_rows(text: &str, separator: char) -> bool {
    const SEPARATORS_OF_A_ROW: usize = 5;
    text.contains('\n') && text.lines().any(|line| line.matches(separator).count() >= SEPARATORS_OF_A_ROW)
}

fn cells(record: &csv::StringRecord, line: u64, meter: &mut Meter<'_>) -> Result<Vec<Cell>, ImportError> {
    let mut cells = Vec::with_capacity(record.len());
    for (index, text) in record.iter().enumerate() {
        if text.trim().is_empty() {
            continue;
        }
        // A text file has no last row that a program could not show, so only its columns are held to the cap.
        meter.check(Cap::EventBytes, text.len() as u64, meter.caps.event_bytes)?;
        meter.cell(line.min(meter.caps.rows), index as u64 + 1)?;
        let text = without_text_guard(text);
        cells.push(Cell { column: u16::try_from(index).unwrap_or(u16::MAX), kind: CellKind::Text, text });
    }
    Ok(cells)
}

/// Office systems write `="330305…"` or a leading tab to keep spreadsheet programs from shortening a long number.
fn without_text_guard(text: &str) -> String {
    let trimmed = text.trim();
    let guarded = trimmed.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    match guarded {
        Some(inner) if inner.chars().all(char::is_alphanumeric) => inner.to_owned(),
        _ => trimmed.strip_prefix('\'').unwrap_or(trimmed).to_owned(),
    }
}

/// The encoding, and how many bytes its mark takes.
fn detect_encoding(bytes: &[u8]) -> Result<(&'static Encoding, usize), ImportError> {
    if let Some(marked) = Encoding::for_bom(bytes) {
        return Ok(marked);
    }
    // No text that an office exports holds a zero byte; pictures and archives do.
    if bytes.iter().take(4096).any(|byte| *byte == 0) {
        return Err(ImportError::UnknownFormat);
    }
    let encoding = if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { GB18030 };
    Ok((encoding, 0))
}

/// The separator that the first lines hold most of.
fn detect_separator(encoding: &'static Encoding, text: &[u8]) -> u8 {
    let mut start = String::new();
    let limited = Decoded::new(encoding, text.get(..text.len().min(16 << 10)).unwrap_or_default());
    // The cut may go through a character at the end; what was decoded before it is enough.
    let _ = limited.take(64 << 10).read_to_string(&mut start);
    let count = |separator: u8| start.bytes().filter(|byte| *byte == separator).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// Bytes in an encoding, read as UTF-8. What cannot be decoded becomes U+FFFD, which the row checks find.
struct Decoded<'b> {
    decoder: encoding_rs::Decoder,
    rest: &'b [u8],
    ended: bool,
}

impl<'b> Decoded<'b> {
    fn new(encoding: &'static Encoding, bytes: &'b [u8]) -> Decoded<'b> {
        Decoded { decoder: encoding.new_decoder_without_bom_handling(), rest: bytes, ended: false }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        // The decoder wants room for one whole character.
        if self.ended || buffer.len() < 8 {
            return Ok(0);
        }
        let (outcome, read, written, _) = self.decoder.decode_to_utf8(self.rest, buffer, true);
        self.rest = self.rest.get(read..).unwrap_or_default();
        self.ended = outcome == encoding_rs::CoderResult::InputEmpty;
        Ok(written)
    }
}
