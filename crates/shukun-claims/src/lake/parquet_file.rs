//! One Parquet file: written batch by batch, read whole or only where some keys are, with encodings by column type.
//!
//! Knows nothing of what the rows mean. Start at [`TableFile`] (writing a file of the lake), [`Scan`] (reading one) and
//! [`read_tables`] (reading a result table). Encodings and sizes are measured in `docs/decisions/0009`.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array as _, BooleanArray, RecordBatch, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder, RowFilter, RowSelection, RowSelector,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::{KeyValue, PageIndexPolicy, ParquetMetaData, RowGroupMetaData};
use parquet::file::page_index::column_index::ColumnIndexMetaData;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;
#[cfg(test)]
use sha2::{Digest as _, Sha256};

use super::disk::{Disk, DiskFile};
use super::error::{LakeError, damaged, file_failed};
use super::manifest::FileEntry;
use super::sealed::{SealedFile, Sealing};

/// Rows in a row group.
pub(crate) const ROWS_IN_GROUP: usize = 65_536;
/// Rows in a page: what a look-up of one household decodes of each column.
const ROWS_IN_PAGE: usize = 4_096;
/// Where the footer holds the hashes of the blocks.
const BLOCKS_KEY: &str = "shukun.blocks";

/// How a file of this schema is written.
pub(crate) fn properties(schema: &Schema) -> WriterProperties {
    let start = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_IN_GROUP))
        .set_data_page_row_count_limit(ROWS_IN_PAGE)
        .set_write_batch_size(ROWS_IN_PAGE);
    let builder = schema.fields().iter().fold(start, |builder, field| {
        let path = ColumnPath::new(vec![field.name().clone()]);
        let (encoding, compression) = way_of(field);
        let builder = builder.set_column_compression(path.clone(), compression);
        match encoding {
            Some(encoding) => {
                builder.set_column_dictionary_enabled(path.clone(), false).set_column_encoding(path, encoding)
            }
            None => builder,
        }
    });
    builder.build()
}

const NOT_COMPRESSED: Compression = Compression::UNCOMPRESSED;

/// The encoding (none for a dictionary) and compression of a column, as measured: what is decoded fastest, unless
/// another way is much smaller.
fn way_of(field: &Field) -> (Option<Encoding>, Compression) {
    let zstd = Compression::ZSTD(ZstdLevel::default());
    match field.data_type() {
        // Neighbouring rows have the same; other ids are hashes that nothing makes smaller.
        DataType::UInt64 if matches!(field.name().as_str(), "household_id" | "person_id") => {
            (Some(Encoding::PLAIN), zstd)
        }
        DataType::UInt64 if field.name() == "generation" => (None, NOT_COMPRESSED),
        DataType::UInt64 | DataType::Binary => (Some(Encoding::PLAIN), NOT_COMPRESSED),
        // Money that is mostly not there leaves runs for zstd.
        DataType::Int64 if field.is_nullable() => (Some(Encoding::DELTA_BINARY_PACKED), zstd),
        DataType::Int64 | DataType::UInt32 => (Some(Encoding::DELTA_BINARY_PACKED), NOT_COMPRESSED),
        DataType::Utf8 => (Some(Encoding::PLAIN), zstd),
        DataType::Decimal128(..) => (None, zstd),
        _ => (None, NOT_COMPRESSED),
    }
}

/// A file of the lake that is being written.
pub(crate) struct TableFile<'a> {
    path: &'a Path,
    writer: ArrowWriter<Sealing<DiskFile<'a>>>,
    rows: u64,
}

impl<'a> TableFile<'a> {
    pub(crate) fn create(disk: &'a Disk, path: &'a Path, schema: &SchemaRef) -> Result<TableFile<'a>, LakeError> {
        let to = Sealing::new(disk.create(path)?);
        let writer = ArrowWriter::try_new(to, Arc::clone(schema), Some(properties(schema)));
        Ok(TableFile { path, writer: writer.map_err(|cause| write_failed(path, cause))?, rows: 0 })
    }

    pub(crate) fn write(&mut self, table: &RecordBatch) -> Result<(), LakeError> {
        self.rows += table.num_rows() as u64;
        self.writer.write(table).map_err(|cause| write_failed(self.path, cause))
    }

    /// Ends the file and makes it durable. `name` is its path in the lake.
    pub(crate) fn finish(mut self, name: String, generation: u64) -> Result<FileEntry, LakeError> {
        let (path, rows) = (self.path, self.rows);
        let failed = |cause| write_failed(path, cause);
        self.writer.flush().map_err(failed)?;
        self.writer.sync().map_err(|cause| file_failed(path, &cause))?;
        let blocks = self.writer.inner_mut().end_of_rows();
        self.writer.append_key_value_metadata(KeyValue::new(BLOCKS_KEY.to_owned(), blocks));
        let (seal, file) = self.writer.into_inner().map_err(failed)?.finish();
        file.make_durable()?;
        Ok(FileEntry { path: name, rows, generation, seal })
    }
}

fn write_failed(path: &Path, cause: ParquetError) -> LakeError {
    match cause {
        ParquetError::External(inner) => match inner.downcast::<std::io::Error>() {
            Ok(cause) => file_failed(path, &cause),
            Err(other) => damaged(path.display(), other),
        },
        other => damaged(path.display(), other),
    }
}

/// The bytes of a file that holds `table`, outside any lake.
#[cfg(test)]
pub(crate) fn to_bytes(table: &RecordBatch, place: &str) -> Result<Vec<u8>, LakeError> {
    let mut bytes = Vec::new();
    let written = ArrowWriter::try_new(&mut bytes, table.schema(), Some(properties(table.schema_ref())))
        .and_then(|mut writer| writer.write(table).and_then(|()| writer.close()));
    written.map_err(|cause| damaged(place, cause))?;
    Ok(bytes)
}

/// What is read of a file.
#[derive(Clone, Default)]
pub(crate) struct Select<'a> {
    /// The columns; none for all.
    pub columns: Option<&'a [&'a str]>,
    /// A column of ids in ascending order, and which of them to read; none for all rows.
    pub keys: Option<(&'static str, Arc<BTreeSet<u64>>)>,
}

/// A file of the lake, open for reading.
pub(crate) struct Scan {
    place: String,
    tables: ParquetRecordBatchReader,
}

impl Scan {
    /// Opens a file. What is read later is checked against the manifest, block by block.
    pub(crate) fn open(dir: &Path, entry: &FileEntry, select: &Select) -> Result<Scan, LakeError> {
        let place = entry.path.clone();
        let failed = |cause| damaged(&place, cause);
        let options = ArrowReaderOptions::new().with_page_index_policy(PageIndexPolicy::Optional);
        let file = SealedFile::open(&dir.join(&entry.path), &entry.seal)?;
        let metadata = ArrowReaderMetadata::load(&file, options).map_err(failed)?;
        let file = file.with_blocks(blocks(metadata.metadata()));
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata);
        if let Some((column, keys)) = &select.keys {
            let selection = pages_with(builder.metadata(), column, keys);
            let mask = ProjectionMask::columns(builder.parquet_schema(), [*column]);
            let keys = Arc::clone(keys);
            let predicate = ArrowPredicateFn::new(mask, move |table| rows_with(&table, &keys));
            builder = builder.with_row_selection(selection).with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
        }
        if let Some(names) = select.columns {
            let mask = ProjectionMask::columns(builder.parquet_schema(), names.iter().copied());
            builder = builder.with_projection(mask);
        }
        let tables = builder.build().map_err(failed)?;
        Ok(Scan { place, tables })
    }

    /// The file's path in the lake.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }
}

impl Iterator for Scan {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.tables.next().map(|table| table.map_err(|cause| damaged(&self.place, cause)))
    }
}

fn blocks(metadata: &ParquetMetaData) -> &str {
    let values = metadata.file_metadata().key_value_metadata();
    let found = values.into_iter().flatten().find(|value| value.key == BLOCKS_KEY);
    found.and_then(|found| found.value.as_deref()).unwrap_or_default()
}

/// The pages that may hold one of the keys.
fn pages_with(metadata: &ParquetMetaData, column: &str, keys: &BTreeSet<u64>) -> RowSelection {
    let groups = metadata.row_groups().iter().enumerate();
    groups.flat_map(|(group, rows)| pages_of_group(metadata, group, rows, column, keys)).collect::<Vec<_>>().into()
}

fn pages_of_group(
    metadata: &ParquetMetaData,
    group: usize,
    rows: &RowGroupMetaData,
    column: &str,
    keys: &BTreeSet<u64>,
) -> Vec<RowSelector> {
    let count = usize::try_from(rows.num_rows()).unwrap_or(0);
    let at = rows.columns().iter().position(|chunk| chunk.column_path().string() == column);
    let index = at.and_then(|at| metadata.column_index()?.get(group)?.get(at));
    let offsets = at.and_then(|at| metadata.offset_index()?.get(group)?.get(at));
    let (Some(ColumnIndexMetaData::INT64(index)), Some(offsets)) = (index, offsets) else {
        return vec![RowSelector::select(count)];
    };
    let firsts = offsets.page_locations().iter().map(|page| usize::try_from(page.first_row_index).unwrap_or(0));
    let starts: Vec<usize> = firsts.chain([count]).collect();
    let lengths = starts.windows(2).map(|ends| ends.iter().rev().copied().reduce(usize::saturating_sub).unwrap_or(0));
    let bounds = index.min_values().iter().zip(index.max_values());
    let is_wanted = bounds.map(|(min, max)| {
        let (min, max) = (min.cast_unsigned(), max.cast_unsigned());
        min <= max && keys.range(min..=max).next().is_some()
    });
    let selector = |(length, wanted)| if wanted { RowSelector::select(length) } else { RowSelector::skip(length) };
    lengths.zip(is_wanted).map(selector).collect()
}

fn rows_with(table: &RecordBatch, keys: &BTreeSet<u64>) -> Result<BooleanArray, ArrowError> {
    let column = table.columns().first().and_then(|column| column.as_any().downcast_ref::<UInt64Array>());
    let column = column.ok_or_else(|| ArrowError::SchemaError("a key column of another type".to_owned()))?;
    Ok(column.values().iter().map(|key| Some(keys.contains(key))).collect())
}

/// Hands the tables of a result file to `each`, in order; `only` names the columns to read, or none for all.
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
#[cfg(test)]
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::columns::{Rows, ids, table_of};

    const ROWS: u64 = 60_000;

    /// A file of many pages: three rows a key, each with a value that does not compress.
    fn file_of_many_pages(dir: &Path) -> FileEntry {
        let value = |row: u64| {
            let mixed = (row + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9)
        };
        let columns = vec![ids("household_id", (0..ROWS).map(|row| row / 3)), ids("value", (0..ROWS).map(value))];
        let table = table_of(columns, "t").unwrap();
        let (disk, path) = (Disk::default(), dir.join("t.parquet"));
        let mut file = TableFile::create(&disk, &path, table.schema_ref()).unwrap();
        for at in (0..table.num_rows()).step_by(7_000) {
            file.write(&table.slice(at, 7_000.min(table.num_rows() - at))).unwrap();
        }
        file.finish("t.parquet".to_owned(), 1).unwrap()
    }

    fn keys_read(dir: &Path, entry: &FileEntry, keys: &[u64]) -> Result<Vec<u64>, LakeError> {
        let keys = ("household_id", Arc::new(keys.iter().copied().collect()));
        let mut found = Vec::new();
        for table in Scan::open(dir, entry, &Select { columns: None, keys: Some(keys) })? {
            let table = table?;
            found.extend(Rows { table: &table, place: "t" }.ids("household_id")?.values());
        }
        Ok(found)
    }

    #[test]
    fn some_keys_are_read_and_no_others() {
        let dir = tempfile::tempdir().unwrap();
        let entry = file_of_many_pages(dir.path());
        assert_eq!(entry.rows, ROWS);
        for keys in [vec![], vec![0], vec![19_999], vec![20_000], vec![1_365, 1_366, 9_000], (5_000..9_000).collect()] {
            let expected: Vec<u64> = keys.iter().filter(|key| **key < ROWS / 3).flat_map(|key| [*key; 3]).collect();
            assert_eq!(keys_read(dir.path(), &entry, &keys).unwrap(), expected);
        }
    }

    /// A look-up neither reads nor checks the pages of others: damage there is noticed by those who read it.
    #[test]
    fn a_look_up_reads_only_where_its_keys_are() {
        let dir = tempfile::tempdir().unwrap();
        let entry = file_of_many_pages(dir.path());
        let path = dir.path().join(&entry.path);
        let whole = std::fs::read(&path).unwrap();
        let mut noticed = [0, 0];
        for at in (0..whole.len()).step_by(16_384) {
            let mut damaged = whole.clone();
            damaged[at] ^= 1;
            std::fs::write(&path, damaged).unwrap();
            noticed[0] += usize::from(keys_read(dir.path(), &entry, &[10_000]).is_err());
            let everything = Scan::open(dir.path(), &entry, &Select::default()).and_then(|scan| {
                scan.map(|table| table.map(|table| table.num_rows())).sum::<Result<usize, LakeError>>()
            });
            noticed[1] += usize::from(everything.is_err());
        }
        let places = whole.len().div_ceil(16_384);
        assert_eq!(noticed[1], places, "who reads everything notices everything");
        assert!(noticed[0] > 0 && noticed[0] * 3 < places, "{} of {places} noticed", noticed[0]);
    }
}
