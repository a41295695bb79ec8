//! Writing a result table row group by row group, so that a run of millions of rows holds one group in memory.
//!
//! The file gets its name only when it is whole. Knows nothing of the columns. Start at [`TableWriter`]; the tables
//! themselves are `postings`, `standings` and `notes`.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;

use super::disk::Disk;
use super::error::{LakeError, damaged, file_failed};
use super::parquet_file::properties;

/// Rows that are turned into columns together.
const ROWS_AT_ONCE: usize = 8_192;

type ToTable<T> = Box<dyn Fn(&[T]) -> Result<RecordBatch, LakeError> + Send>;

/// A Parquet file that is being written. Without [`TableWriter::finish`] there is no file.
pub struct TableWriter<T> {
    path: PathBuf,
    unfinished: PathBuf,
    writer: Option<ArrowWriter<File>>,
    to_table: ToTable<T>,
    waiting: Vec<T>,
    rows: u64,
}

impl<T> std::fmt::Debug for TableWriter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<T> TableWriter<T> {
    pub(crate) fn create(path: &Path, to_table: ToTable<T>) -> Result<TableWriter<T>, LakeError> {
        let schema = to_table(&[])?.schema();
        let unfinished = path.with_added_extension("new");
        let file = File::create(&unfinished).map_err(|cause| file_failed(&unfinished, &cause))?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(&schema)))
            .map_err(|cause| damaged(path.display(), cause))?;
        let (path, waiting) = (path.to_owned(), Vec::with_capacity(ROWS_AT_ONCE));
        Ok(TableWriter { path, unfinished, writer: Some(writer), to_table, waiting, rows: 0 })
    }

    /// Adds one row.
    ///
    /// # Errors
    /// `lake-range` and `lake-column-missing` for a value that has no place in the table, `lake-file`.
    pub fn push(&mut self, row: T) -> Result<(), LakeError> {
        self.waiting.push(row);
        self.rows += 1;
        if self.waiting.len() < ROWS_AT_ONCE { Ok(()) } else { self.write_waiting() }
    }

    /// Writes what is left and gives the file its name, in the place of an older one. Returns the number of rows.
    ///
    /// # Errors
    /// As [`TableWriter::push`].
    pub fn finish(mut self) -> Result<u64, LakeError> {
        self.write_waiting()?;
        let Some(writer) = self.writer.take() else { return Ok(self.rows) };
        let file = writer.into_inner().map_err(|cause| damaged(self.path.display(), cause))?;
        file.sync_all().map_err(|cause| file_failed(&self.unfinished, &cause))?;
        Disk::default().rename(&self.unfinished, &self.path)?;
        Ok(self.rows)
    }

    fn write_waiting(&mut self) -> Result<(), LakeError> {
        let table = (self.to_table)(&self.waiting)?;
        self.waiting.clear();
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write(&table).map_err(|cause| damaged(self.path.display(), cause))
    }
}

impl<T> Drop for TableWriter<T> {
    /// Takes away what was left unfinished.
    fn drop(&mut self) {
        if self.writer.take().is_some() {
            let _gone = std::fs::remove_file(&self.unfinished);
        }
    }
}

/// Writes all rows of an iterator.
pub(crate) fn write_all<T>(mut writer: TableWriter<T>, rows: impl IntoIterator<Item = T>) -> Result<u64, LakeError> {
    rows.into_iter().try_for_each(|row| writer.push(row))?;
    writer.finish()
}
