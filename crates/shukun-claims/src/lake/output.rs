//! Writing a result table row group by row group, so that a run of millions of rows holds one group in memory.
//!
//! Rows become columns wherever they are made, on all cores ([`PartBuilder`]); the file takes finished parts in order
//! and encodes the columns of a row group side by side ([`TableWriter`]). The file gets its name only when it is
//! whole. Knows nothing of the columns; the tables themselves are `postings`, `standings`, `notes` and their deltas.

use std::fs::File;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::errors::ParquetError;
use parquet::file::writer::SerializedFileWriter;
use rayon::prelude::*;

use super::disk::Disk;
use super::error::{LakeError, damaged, file_failed};
use super::parquet_file::{ROWS_IN_GROUP, properties};

/// Rows that are turned into columns together.
pub(crate) const ROWS_AT_ONCE: usize = 8_192;

pub(crate) type ToTable<T> = Arc<dyn Fn(&[T]) -> Result<RecordBatch, LakeError> + Send + Sync>;

/// Rows of a result table as columns, on their way to its file.
#[derive(Clone, Debug)]
pub struct Part<T> {
    tables: Vec<RecordBatch>,
    of: PhantomData<fn(T)>,
}

impl<T> Default for Part<T> {
    fn default() -> Part<T> {
        Part { tables: Vec::new(), of: PhantomData }
    }
}

impl<T> Part<T> {
    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(rows_of).sum()
    }

    /// One table.
    pub(crate) fn of(table: RecordBatch) -> Part<T> {
        Part { tables: vec![table], of: PhantomData }
    }

    pub(crate) fn add(&mut self, table: RecordBatch) {
        self.tables.push(table);
    }
}

/// Turns rows into columns some thousand at a time, so that the rows themselves need not be kept.
pub struct PartBuilder<T> {
    to_table: ToTable<T>,
    waiting: Vec<T>,
    part: Part<T>,
}

impl<T> std::fmt::Debug for PartBuilder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PartBuilder").field("waiting", &self.waiting.len()).finish_non_exhaustive()
    }
}

impl<T> PartBuilder<T> {
    pub(crate) fn new(to_table: ToTable<T>) -> PartBuilder<T> {
        PartBuilder { to_table, waiting: Vec::new(), part: Part::default() }
    }

    /// Adds one row.
    ///
    /// # Errors
    /// `lake-range` and `lake-column-missing` for a value that has no place in the table.
    pub fn push(&mut self, row: T) -> Result<(), LakeError> {
        self.waiting.push(row);
        if self.waiting.len() < ROWS_AT_ONCE { Ok(()) } else { self.turn() }
    }

    /// The columns of all rows so far.
    ///
    /// # Errors
    /// As [`PartBuilder::push`].
    pub fn finish(mut self) -> Result<Part<T>, LakeError> {
        self.turn()?;
        Ok(self.part)
    }

    fn turn(&mut self) -> Result<(), LakeError> {
        if !self.waiting.is_empty() {
            self.part.tables.push((self.to_table)(&self.waiting)?);
            self.waiting.clear();
        }
        Ok(())
    }
}

/// A Parquet file that is being written. Without [`TableWriter::finish`] there is no file.
pub struct TableWriter<T> {
    path: PathBuf,
    unfinished: PathBuf,
    schema: SchemaRef,
    open: Option<(SerializedFileWriter<File>, ArrowRowGroupWriterFactory)>,
    builder: PartBuilder<T>,
    group: Vec<RecordBatch>,
    groups: usize,
    rows: u64,
}

impl<T> std::fmt::Debug for TableWriter<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TableWriter").field("path", &self.path).field("rows", &self.rows).finish_non_exhaustive()
    }
}

impl<T> TableWriter<T> {
    /// A file of columns only: nothing is pushed row by row.
    pub(crate) fn create_as(path: &Path, schema: SchemaRef) -> Result<TableWriter<T>, LakeError> {
        TableWriter::create(path, Arc::new(move |_| Ok(RecordBatch::new_empty(Arc::clone(&schema)))))
    }

    pub(crate) fn create(path: &Path, to_table: ToTable<T>) -> Result<TableWriter<T>, LakeError> {
        let schema = to_table(&[])?.schema();
        let unfinished = path.with_added_extension("new");
        let file = File::create(&unfinished).map_err(|cause| file_failed(&unfinished, &cause))?;
        let open = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties(&schema)))
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(|cause| damaged(path.display(), cause))?;
        let builder = PartBuilder::new(to_table);
        Ok(TableWriter {
            path: path.to_owned(),
            unfinished,
            schema,
            open: Some(open),
            builder,
            group: vec![],
            groups: 0,
            rows: 0,
        })
    }

    /// Adds one row.
    ///
    /// # Errors
    /// `lake-range` and `lake-column-missing` for a value that has no place in the table, `lake-file`.
    pub fn push(&mut self, row: T) -> Result<(), LakeError> {
        self.builder.push(row)?;
        if self.builder.part.tables.is_empty() { Ok(()) } else { self.take_built() }
    }

    /// Adds rows that are columns already.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn append(&mut self, part: Part<T>) -> Result<(), LakeError> {
        self.builder.turn()?;
        self.take_built()?;
        part.tables.into_iter().try_for_each(|table| self.take(table))
    }

    /// Writes what is left and gives the file its name, in the place of an older one. Returns the number of rows.
    ///
    /// # Errors
    /// As [`TableWriter::push`].
    pub fn finish(mut self) -> Result<u64, LakeError> {
        self.builder.turn()?;
        self.take_built()?;
        self.write_group()?;
        let Some((writer, _)) = self.open.take() else { return Ok(self.rows) };
        let file = writer.into_inner().map_err(|cause| damaged(self.path.display(), cause))?;
        file.sync_all().map_err(|cause| file_failed(&self.unfinished, &cause))?;
        Disk::default().rename(&self.unfinished, &self.path)?;
        Ok(self.rows)
    }

    fn take_built(&mut self) -> Result<(), LakeError> {
        let built = std::mem::take(&mut self.builder.part.tables);
        built.into_iter().try_for_each(|table| self.take(table))
    }

    fn take(&mut self, table: RecordBatch) -> Result<(), LakeError> {
        if table.num_rows() == 0 {
            return Ok(());
        }
        self.rows += rows_of(&table);
        self.group.push(table);
        let waiting: usize = self.group.iter().map(RecordBatch::num_rows).sum();
        if waiting < ROWS_IN_GROUP { Ok(()) } else { self.write_group() }
    }

    fn write_group(&mut self) -> Result<(), LakeError> {
        let tables = std::mem::take(&mut self.group);
        let Some((writer, factory)) = self.open.as_mut().filter(|_| !tables.is_empty()) else { return Ok(()) };
        let mut write = || -> Result<(), ParquetError> {
            let columns = factory.create_column_writers(self.groups)?;
            let chunks = encode_columns(&self.schema, columns, &tables)?;
            let mut group = writer.next_row_group()?;
            chunks.into_iter().try_for_each(|chunk| chunk.append_to_row_group(&mut group))?;
            group.close().map(|_| ())
        };
        write().map_err(|cause| damaged(self.path.display(), cause))?;
        self.groups += 1;
        Ok(())
    }
}

/// The columns of a row group, each on whichever core is free. No table has a nested column, so that a column of the
/// schema is a column of the file.
fn encode_columns(
    schema: &SchemaRef,
    writers: Vec<ArrowColumnWriter>,
    tables: &[RecordBatch],
) -> Result<Vec<ArrowColumnChunk>, ParquetError> {
    let columns: Vec<_> = writers.into_iter().zip(schema.fields()).enumerate().collect();
    let encode = |(place, (mut writer, field)): (usize, (ArrowColumnWriter, &Arc<arrow::datatypes::Field>))| {
        for table in tables {
            for leaf in compute_leaves(field, table.column(place))? {
                writer.write(&leaf)?;
            }
        }
        writer.close()
    };
    columns.into_par_iter().map(encode).collect()
}

fn rows_of(table: &RecordBatch) -> u64 {
    u64::try_from(table.num_rows()).unwrap_or(u64::MAX)
}

impl<T> Drop for TableWriter<T> {
    /// Takes away what was left unfinished.
    fn drop(&mut self) {
        if self.open.take().is_some() {
            let _gone = std::fs::remove_file(&self.unfinished);
        }
    }
}

/// Writes all rows of an iterator.
pub(crate) fn write_all<T>(mut writer: TableWriter<T>, rows: impl IntoIterator<Item = T>) -> Result<u64, LakeError> {
    rows.into_iter().try_for_each(|row| writer.push(row))?;
    writer.finish()
}
