//! The two workloads and the shapes of their files: how they are encoded, and which columns a result has.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::failure::{Failure, Outcome};

/// Rows in a row group, as in the lake.
pub const ROWS_IN_GROUP: usize = 65_536;

/// The payers of both workloads, first to last, as the packs name them.
pub const PAYERS: [&str; 4] = ["基本医保", "大病保险", "医疗救助", "慈善救助"];

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// One row for each person and year.
    PersonYear,
    /// Claims sorted by person, then day.
    ClaimStream,
}

/// What is wanted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The sums by payer.
    Totals,
    /// Who paid what of every claim, written.
    Split,
    /// Every person-year with all its columns, written.
    Standings,
}

impl Work {
    pub fn parse(word: &str) -> Outcome<Work> {
        match word {
            "person-year" => Ok(Work::PersonYear),
            "claim-stream" => Ok(Work::ClaimStream),
            _ => Err(Failure(format!("no workload is called {word}"))),
        }
    }
}

impl Mode {
    pub fn parse(word: &str) -> Outcome<Mode> {
        match word {
            "totals" => Ok(Mode::Totals),
            "split" => Ok(Mode::Split),
            "standings" => Ok(Mode::Standings),
            _ => Err(Failure(format!("nobody can ask for {word}"))),
        }
    }
}

/// What every person-year of a result has: from the bill, then by payer, then what stays with the family.
pub fn standings_schema() -> SchemaRef {
    let mut fields = vec![number("person_id", DataType::UInt64), number("household_id", DataType::UInt64)];
    fields.push(number("year", DataType::Int16));
    fields.extend(
        ["total_fen", "in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"]
            .map(|name| number(name, DataType::Int64)),
    );
    fields.extend(paid_fields());
    Arc::new(Schema::new(fields))
}

/// What every claim of a result has.
pub fn split_schema() -> SchemaRef {
    let mut fields = vec![number("claim_id", DataType::UInt64), number("person_id", DataType::UInt64)];
    fields.extend(paid_fields());
    Arc::new(Schema::new(fields))
}

/// The columns of amounts in every result.
pub fn paid_columns() -> Vec<String> {
    PAYERS.iter().map(|payer| format!("paid_{payer}_fen")).chain(["family_fen".to_owned()]).collect()
}

fn paid_fields() -> Vec<Field> {
    paid_columns().iter().map(|name| number(name, DataType::Int64)).collect()
}

fn number(name: &str, of: DataType) -> Field {
    Field::new(name, of, false)
}

/// As the lake writes its tables: zstd, whole numbers and days as differences, words by dictionary.
pub fn properties(schema: &Schema) -> WriterProperties {
    let start = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_IN_GROUP));
    let is_whole =
        |of: &DataType| matches!(of, DataType::UInt64 | DataType::Int64 | DataType::UInt32 | DataType::Date32);
    let whole = schema.fields().iter().filter(|field| is_whole(field.data_type()));
    let builder = whole.fold(start, |builder, field| {
        let path = ColumnPath::new(vec![field.name().clone()]);
        builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
    });
    builder.build()
}

/// A file being written, batch by batch.
pub struct Output {
    schema: SchemaRef,
    writer: ArrowWriter<File>,
}

impl Output {
    pub fn create(path: &Path, schema: SchemaRef) -> Outcome<Output> {
        let file = File::create(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties(&schema)))?;
        Ok(Output { schema, writer })
    }

    pub fn write(&mut self, columns: Vec<ArrayRef>) -> Outcome<()> {
        Ok(self.writer.write(&RecordBatch::try_new(self.schema.clone(), columns)?)?)
    }

    pub fn close(self) -> Outcome<()> {
        self.writer.close()?;
        Ok(())
    }
}

/// A result is one file, or a folder of parts.
pub fn parts(path: &Path) -> Outcome<Vec<PathBuf>> {
    if path.is_file() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries = std::fs::read_dir(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    let mut parts: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    parts.retain(|part| part.extension().is_some_and(|extension| extension == "parquet"));
    parts.sort();
    if parts.is_empty() { Err(Failure(format!("{} holds no Parquet file", path.display()))) } else { Ok(parts) }
}

/// Removes a test's folder.
#[cfg(test)]
pub fn remove_all(folder: &Path) {
    std::fs::remove_dir_all(folder).ok();
}
