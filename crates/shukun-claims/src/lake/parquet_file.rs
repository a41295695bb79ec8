//! One Parquet file: to bytes and back, zstd, with encodings by column type.
//!
//! Knows nothing of what the rows mean. Keys, money and days are written without dictionaries, which decode
//! slower there; words keep theirs.

use std::fs::File;
use std::path::Path;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
use sha2::{Digest as _, Sha256};

use super::error::{LakeError, damaged, file_failed};

/// Rows in a row group: small enough that a look-up of one person reads little.
pub(crate) const ROWS_IN_GROUP: usize = 65_536;

/// How a file of this schema is written.
pub(crate) fn properties(schema: &Schema) -> WriterProperties {
    let start = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_IN_GROUP));
    let whole = schema.fields().iter().filter(|field| {
        matches!(field.data_type(), DataType::UInt64 | DataType::Int64 | DataType::UInt32 | DataType::Date32)
    });
    let builder = whole.fold(start, |builder, field| {
        let path = ColumnPath::new(vec![field.name().clone()]);
        builder
            .set_column_dictionary_enabled(path.clone(), false)
            .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
    });
    builder.build()
}

/// The bytes of a file that holds `table`; equal tables give equal bytes.
pub(crate) fn to_bytes(table: &RecordBatch, place: &str) -> Result<Vec<u8>, LakeError> {
    let mut bytes = Vec::new();
    let written = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties(table.schema_ref())))
        .and_then(|mut writer| writer.write(table).and_then(|()| writer.close()));
    written.map_err(|cause| damaged(place, cause))?;
    Ok(bytes)
}

/// Hands the tables of a file to `each`, in order; `only` names the columns to read, or none for all.
pub(crate) fn read_tables(
    path: &Path,
    only: Option<&[&str]>,
    mut each: impl FnMut(&RecordBatch) -> Result<(), LakeError>,
) -> Result<(), LakeError> {
    let place = path.display();
    let file = File::open(path).map_err(|cause| file_failed(path, &cause))?;
    let mut builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|cause| damaged(&place, cause))?;
    if let Some(names) = only {
        let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
        builder = builder.with_projection(mask);
    }
    let tables = builder.build().map_err(|cause| damaged(&place, cause))?;
    for table in tables {
        each(&table.map_err(|cause| damaged(&place, cause))?)?;
    }
    Ok(())
}

/// The SHA-256 of some bytes in lower-case hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
