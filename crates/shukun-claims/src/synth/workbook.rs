//! A workbook of one sheet that is written from the top down and never held in memory.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::error::WriteError;

/// An open workbook and the next row to be written.
pub(super) struct Book {
    path: PathBuf,
    workbook: Workbook,
    next_row: u32,
}

impl Book {
    /// A new workbook that will be saved at `path`. Nothing in it depends on the time or the machine.
    pub(super) fn create(path: PathBuf, sheet: &str, folder: &Path) -> Result<Book, WriteError> {
        let mut workbook = Workbook::new();
        let prepare = |workbook: &mut Workbook| -> Result<(), XlsxError> {
            let made_on = ExcelDateTime::from_ymd(2026, 1, 1)?;
            workbook.set_properties(&DocProperties::new().set_author("shukun synth").set_creation_datetime(&made_on));
            workbook.set_tempdir(folder)?;
            workbook.add_worksheet_with_constant_memory()?.set_name(sheet)?;
            Ok(())
        };
        prepare(&mut workbook).map_err(|error| WriteError::workbook(&path, &error))?;
        Ok(Book { path, workbook, next_row: 0 })
    }

    /// A row of texts; empty ones are left out.
    pub(super) fn texts<T: AsRef<str>>(&mut self, cells: &[T]) -> Result<(), WriteError> {
        self.row(|sheet, row| {
            for (column, text) in (0_u16..).zip(cells).filter(|(_, text)| !text.as_ref().is_empty()) {
                sheet.write_string(row, column, text.as_ref())?;
            }
            Ok(())
        })
    }

    /// A row written by `write`.
    pub(super) fn row(
        &mut self,
        write: impl FnOnce(&mut Worksheet, u32) -> Result<(), XlsxError>,
    ) -> Result<(), WriteError> {
        let row = self.next_row;
        let written = self.workbook.worksheet_from_index(0).and_then(|sheet| write(sheet, row));
        written.map_err(|error| WriteError::workbook(&self.path, &error))?;
        self.next_row += 1;
        Ok(())
    }

    /// Writes the file and says where it lies.
    pub(super) fn save(mut self) -> Result<PathBuf, WriteError> {
        self.workbook.save(&self.path).map_err(|error| WriteError::workbook(&self.path, &error))?;
        Ok(self.path)
    }
}
