//! `splits.parquet`: who paid what of every claim, one row a claim, straight from the answer's columns.
//!
//! `paid_<层级>_fen` is a column for each payer in payer order; with `family_fen` they add up to the bill after
//! reversals. A row that reversals leave out, or that is one, holds zero. Start at [`SplitsFile`].

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use shukun_engine::kernel::Names;

use super::settled::{Settled, Take};
use crate::lake::error::damaged;
use crate::lake::{LakeError, Part, TableWriter};

/// A row of splits; it only ever exists as columns.
#[derive(Clone, Copy, Debug)]
pub enum SplitRow {}

/// A file of splits that is being written. It gets its name with [`SplitsFile::finish`].
#[derive(Debug)]
pub struct SplitsFile {
    writer: TableWriter<SplitRow>,
    schema: SchemaRef,
}

/// The columns of a program's splits.
pub fn split_schema(names: &Names) -> Schema {
    let number = |name: String, of: DataType| Field::new(name, of, false);
    let ids = ["claim_id", "person_id"].map(|name| number(name.to_owned(), DataType::UInt64));
    let paid = names.tiers.iter().map(|tier| number(format!("paid_{tier}_fen"), DataType::Int64));
    let family = number("family_fen".to_owned(), DataType::Int64);
    Schema::new(ids.into_iter().chain(paid).chain([family]).collect::<Vec<_>>())
}

impl SplitsFile {
    /// Begins a file.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn create(path: &Path, names: &Names) -> Result<SplitsFile, LakeError> {
        let schema = Arc::new(split_schema(names));
        let writer = TableWriter::create_as(path, Arc::clone(&schema))?;
        Ok(SplitsFile { writer, schema })
    }

    /// Writes what is left and gives the file its name. Returns the number of rows.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn finish(self) -> Result<u64, LakeError> {
        self.writer.finish()
    }
}

impl Take for SplitsFile {
    fn take(&mut self, settled: &mut Settled) -> Result<(), LakeError> {
        let split = &mut settled.answer.split;
        let ids = [&mut settled.claim_id, &mut settled.person_id]
            .map(|ids| -> ArrayRef { Arc::new(UInt64Array::from(std::mem::take(ids))) });
        let amounts = split.paid_fen.iter_mut().chain([&mut split.family_fen]);
        let amounts = amounts.map(|column| -> ArrayRef { Arc::new(Int64Array::from(std::mem::take(column))) });
        let table = RecordBatch::try_new(Arc::clone(&self.schema), ids.into_iter().chain(amounts).collect());
        self.writer.append(Part::of(table.map_err(|cause| damaged("splits", cause))?))
    }
}
