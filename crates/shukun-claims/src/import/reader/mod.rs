//! A workbook or a CSV file as one stream of rows of text, within [`Caps`].
//!
//! Does not know what the columns mean. Cells keep the text of the file: a number cell its decimal digits, so that
//! money never passes through a float. Start at [`read_rows`].

mod csv;
mod package;
mod xlsx;

use std::time::{Duration, Instant};

use super::caps::{Cap, Caps};
use super::error::ImportError;

/// How a cell was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CellKind {
    /// Text.
    Text,
    /// A number; the text is its decimal form as stored.
    Number,
    /// A formula; the text is its last computed value, empty where the file has none.
    Formula,
}

/// One cell that is not empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    /// Column, from 0.
    pub column: u16,
    pub kind: CellKind,
    pub text: String,
}

/// One row, with only its cells that are not empty, in column order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Row {
    /// Row number as the spreadsheet program shows it, from 1.
    pub number: u32,
    pub cells: Vec<Cell>,
}

impl Row {
    /// The cell in `column`, if it is not empty.
    pub fn cell(&self, column: u16) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.cells.get(at)
    }
}

/// Who receives the rows of [`read_rows`].
pub(crate) trait RowSink {
    /// A sheet begins. `epoch_1904` tells how it counts days.
    fn sheet(&mut self, name: &str, epoch_1904: bool) -> Result<(), ImportError>;
    /// The next row that has a cell.
    fn row(&mut self, row: Row) -> Result<(), ImportError>;
}

/// Reads every row of every visible sheet. A CSV file is one sheet with the file's name.
pub(crate) fn read_rows(name: &str, bytes: &[u8], caps: &Caps, sink: &mut dyn RowSink) -> Result<(), ImportError> {
    let mut meter = Meter::new(caps);
    meter.check(Cap::BodyBytes, bytes.len() as u64, caps.body_bytes)?;
    if bytes.starts_with(b"PK\x03\x04") {
        return xlsx::read_workbook(bytes, &mut meter, sink);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(ImportError::OldOrLockedWorkbook);
    }
    // Some systems export a web page and call it a workbook.
    if bytes.trim_ascii_start().starts_with(b"<") {
        return Err(ImportError::UnknownFormat);
    }
    csv::read_text(name, bytes, &mut meter, sink)
}

/// Counts what was read against the caps.
pub(crate) struct Meter<'c> {
    caps: &'c Caps,
    cells: u64,
    started: Instant,
}

/// How many cells are read between two looks at the clock.
const CELLS_BETWEEN_CLOCK_LOOKS: u64 = 4096;

impl<'c> Meter<'c> {
    fn new(caps: &'c Caps) -> Meter<'c> {
        Meter { caps, cells: 0, started: Instant::now() }
    }

    fn check(&self, cap: Cap, count: u64, limit: u64) -> Result<(), ImportError> {
        if count > limit { Err(ImportError::TooBig { cap, limit }) } else { Ok(()) }
    }

    /// One more cell, at a row and column counted from 1.
    fn cell(&mut self, row: u64, column: u64) -> Result<(), ImportError> {
        self.cells += 1;
        self.check(Cap::Cells, self.cells, self.caps.cells)?;
        self.check(Cap::Rows, row, self.caps.rows)?;
        self.check(Cap::Columns, column, self.caps.columns)?;
        if self.cells.is_multiple_of(CELLS_BETWEEN_CLOCK_LOOKS) { self.look_at_clock() } else { Ok(()) }
    }

    fn look_at_clock(&self) -> Result<(), ImportError> {
        if self.started.elapsed() > Duration::from_secs(self.caps.seconds) {
            return Err(ImportError::TooBig { cap: Cap::Seconds, limit: self.caps.seconds });
        }
        Ok(())
    }
}
