//! A claims file by itself: any Parquet file whose columns are named as the lake's claims.
//!
//! Start at [`ClaimsFile::open`]. Which columns a run decodes is [`ClaimsFile::group`]'s business: those that the
//! kernel asks for and the keys, nothing else.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, FieldRef, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use parquet::file::metadata::{ColumnChunkMetaData, RowGroupMetaData};
use parquet::file::statistics::Statistics;
use sha2::{Digest as _, Sha256};
use shukun_engine::kernel::{LARGEST_FEN, Needs, Wanted};

use super::error::{missing_column, not_parquet, other_compression};
use crate::lake::LakeError;
use crate::lake::error::file_failed;
use crate::lake::parquet_file::hex;

/// Columns of few words: read as dictionaries, whatever the file calls them.
const WORDS: [&str; 5] = ["kind", "institution_code", "drg_code", "principal_diagnosis", "settled_category"];
/// Columns that are read whatever the packs ask for.
const KEYS: [&str; 4] = ["claim_id", "person_id", "household_id", "settled_on"];

/// A claims file and what its footer says.
#[derive(Clone, Debug)]
pub struct ClaimsFile {
    path: PathBuf,
    name: String,
    bytes: u64,
    metadata: ArrowReaderMetadata,
}

impl ClaimsFile {
    /// Reads the footer and looks whether the columns that nothing can be settled without are there.
    ///
    /// # Errors
    /// `lake-file`, `columns-not-parquet`, `columns-compression`, `columns-missing`.
    pub fn open(path: &Path) -> Result<ClaimsFile, LakeError> {
        let file = File::open(path).map_err(|cause| file_failed(path, &cause))?;
        let bytes = file.metadata().map_err(|cause| file_failed(path, &cause))?.len();
        let found = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new());
        let found = found.map_err(|cause| not_parquet(path, cause))?;
        let options = ArrowReaderOptions::new().with_schema(Arc::new(with_dictionaries(found.schema())));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options);
        let metadata = metadata.map_err(|cause| not_parquet(path, cause))?;
        let file = ClaimsFile { path: path.to_owned(), name: path.display().to_string(), bytes, metadata };
        if let Some(other) = file.other_compression() {
            return Err(other_compression(other, &file.name));
        }
        match ["person_id", "settled_on"].iter().find(|name| !file.has(name)) {
            Some(name) => Err(missing_column(name, &file.name)),
            None => Ok(file),
        }
    }

    /// A compression of some column that this program was built without.
    fn other_compression(&self) -> Option<Compression> {
        let groups = self.metadata.metadata().row_groups().iter();
        let mut found = groups.flat_map(|group| group.columns()).map(|column| column.compression());
        found.find(|found| !is_read(*found))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The path in words, for messages.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its size.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many claims it holds.
    pub fn rows(&self) -> u64 {
        u64::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or_default()
    }

    /// SHA-256 of the footer in lower-case hex: columns, row groups, their sizes and bounds. A cheap sign that two runs
    /// read the same file.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn footer_hash(&self) -> Result<String, LakeError> {
        self.read_footer().map(|footer| hex(&Sha256::digest(footer))).map_err(|cause| file_failed(&self.path, &cause))
    }

    fn read_footer(&self) -> std::io::Result<Vec<u8>> {
        let mut file = File::open(&self.path)?;
        let mut tail = [0; 8];
        file.seek(SeekFrom::End(-8))?;
        file.read_exact(&mut tail)?;
        let [a, b, c, d, ..] = tail;
        let length = i64::from(u32::from_le_bytes([a, b, c, d]));
        file.seek(SeekFrom::End(-8 - length))?;
        let mut footer = Vec::new();
        file.read_to_end(&mut footer)?;
        Ok(footer)
    }

    /// SHA-256 of the whole file in lower-case hex.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn content_hash(&self) -> Result<String, LakeError> {
        let mut hash = Sha256::new();
        let copied = File::open(&self.path).and_then(|mut file| {
            let mut buffer = vec![0; 1 << 20];
            loop {
                let read = file.read(&mut buffer)?;
                if read == 0 {
                    return Ok(());
                }
                hash.update(buffer.get(..read).unwrap_or_default());
            }
        });
        copied.map_err(|cause| file_failed(&self.path, &cause))?;
        Ok(hex(&hash.finalize()))
    }

    /// Whether it has this column.
    pub fn has(&self, column: &str) -> bool {
        self.metadata.schema().field_with_name(column).is_ok()
    }

    /// The column by which households stand together; without `household_id` each person is a household of their own.
    pub fn key(&self) -> &'static str {
        if self.has("household_id") { "household_id" } else { "person_id" }
    }

    /// How many row groups there are.
    pub(crate) fn group_count(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The number of the first row of each row group, and behind the last one the number of rows.
    pub(crate) fn first_rows(&self) -> Vec<u64> {
        let groups = self.metadata.metadata().row_groups().iter();
        let mut rows = 0_u64;
        let ends = groups.map(|group| {
            rows = rows.saturating_add(u64::try_from(group.num_rows()).unwrap_or_default());
            rows
        });
        std::iter::once(0).chain(ends.collect::<Vec<_>>()).collect()
    }

    /// The columns that a run decodes. Those in which, by what the file says of every row group, nothing can stand that
    /// matters to it are left out.
    pub(crate) fn columns_read(&self, needs: &Needs, wanted: Wanted) -> BTreeSet<&'static str> {
        let facts = needs.claim_facts.then_some("facts");
        let mut columns: BTreeSet<&'static str> = needs.claims.iter().copied().chain(KEYS).chain(facts).collect();
        let groups = self.metadata.metadata().row_groups();
        columns.retain(|name| KEYS.contains(name) || !groups.iter().all(|group| is_idle(name, group, needs, wanted)));
        columns
    }

    /// Reads these columns of one row group, so many rows at a time, by a file handle of its own.
    pub(crate) fn group(
        &self,
        group: usize,
        columns: &BTreeSet<&'static str>,
        rows_at_once: usize,
    ) -> Result<ParquetRecordBatchReader, LakeError> {
        let file = File::open(&self.path).map_err(|cause| file_failed(&self.path, &cause))?;
        let mask = ProjectionMask::columns(self.metadata.parquet_schema(), columns.iter().copied());
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let builder = builder.with_row_groups(vec![group]).with_projection(mask).with_batch_size(rows_at_once);
        builder.build().map_err(|cause| not_parquet(&self.path, cause))
    }
}

fn is_read(compression: Compression) -> bool {
    matches!(compression, Compression::UNCOMPRESSED | Compression::ZSTD(_))
}

/// Whether a column of a row group tells nothing: money that no rule looks at and that lies within bounds, reversals where
/// there are none.
fn is_idle(name: &str, group: &RowGroupMetaData, needs: &Needs, wanted: Wanted) -> bool {
    let column = group.columns().iter().find(|column| column.column_path().string() == name);
    let Some(statistics) = column.and_then(ColumnChunkMetaData::statistics) else { return false };
    let nulls = statistics.null_count_opt();
    if name == "reverses_claim_id" {
        return nulls.is_some() && nulls == u64::try_from(group.num_rows()).ok();
    }
    needs.bounds_only.contains(name) && !wanted.years && nulls == Some(0) && is_within_bounds(statistics)
}

fn is_within_bounds(statistics: &Statistics) -> bool {
    let Statistics::Int64(of) = statistics else { return false };
    matches!((of.min_opt(), of.max_opt()), (Some(min), Some(max)) if *min >= 0 && *max <= LARGEST_FEN)
}

/// The file's schema with few-word columns as dictionaries and facts as plain text.
fn with_dictionaries(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().map(|field| match wanted_type(field) {
        None => Arc::clone(field),
        Some(wanted) => Arc::new(Field::clone(field).with_data_type(wanted)),
    });
    Schema::new_with_metadata(fields.collect::<Vec<FieldRef>>(), schema.metadata().clone())
}

fn wanted_type(field: &Field) -> Option<DataType> {
    let is_text = |of: &DataType| matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    let has_text = match field.data_type() {
        DataType::Dictionary(_, values) => is_text(values),
        other => is_text(other),
    };
    let wanted = if field.name() == "facts" {
        DataType::Utf8
    } else {
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
    };
    (has_text && (field.name() == "facts" || WORDS.contains(&field.name().as_str()))).then_some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::basic::ZstdLevel;

    #[test]
    fn what_this_program_was_built_without_is_refused() {
        assert!(is_read(Compression::UNCOMPRESSED) && is_read(Compression::ZSTD(ZstdLevel::default())));
        assert!(!is_read(Compression::SNAPPY) && !is_read(Compression::LZ4_RAW));
    }

    #[test]
    fn money_that_no_rule_looks_at_is_read_only_where_it_may_be_out_of_bounds() {
        use arrow::array::{Array, Date32Array, Int64Array, RecordBatch, UInt64Array};
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("claims.parquet");
        let money = |cells: [Option<i64>; 2]| Arc::new(Int64Array::from_iter(cells)) as Arc<dyn Array>;
        let reversed = Arc::new(UInt64Array::from(vec![None, None])) as Arc<dyn Array>;
        let columns = [
            ("person_id", Arc::new(UInt64Array::from(vec![1, 2])) as Arc<dyn Array>),
            ("settled_on", Arc::new(Date32Array::from(vec![1, 2])) as Arc<dyn Array>),
            ("total_fen", money([Some(5), Some(6)])),
            ("in_scope_fen", money([Some(0), Some(LARGEST_FEN)])),
            ("out_of_catalogue_fen", money([Some(0), Some(-1)])),
            ("over_limit_fen", money([Some(0), Some(LARGEST_FEN + 1)])),
            ("pre_selfpay_fen", money([Some(0), None])),
            ("reverses_claim_id", reversed),
        ];
        let rows = RecordBatch::try_from_iter(columns).unwrap();
        let mut writer =
            parquet::arrow::ArrowWriter::try_new(File::create(&path).unwrap(), rows.schema(), None).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        let file = ClaimsFile::open(&path).unwrap();
        let names = ["total_fen", "in_scope_fen", "out_of_catalogue_fen", "over_limit_fen", "pre_selfpay_fen"];
        let needs = Needs {
            claims: names.into_iter().chain(["reverses_claim_id"]).collect(),
            bounds_only: names.into_iter().skip(1).collect(),
            ..Needs::default()
        };
        let all: BTreeSet<&str> = names.into_iter().chain(KEYS).collect();
        let but = |name: &str| all.iter().copied().filter(|known| *known != name).collect::<BTreeSet<&str>>();
        assert_eq!(file.columns_read(&needs, Wanted::default()), but("in_scope_fen"));
        assert_eq!(file.columns_read(&needs, Wanted { years: true, ..Wanted::default() }), all);
    }

    #[test]
    fn few_word_columns_are_read_as_dictionaries_and_facts_as_text() {
        let word = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        let pandas = DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::LargeUtf8));
        for (name, of, wanted) in [
            ("kind", DataType::Utf8, Some(word.clone())),
            ("drg_code", DataType::Utf8View, Some(word.clone())),
            ("settled_category", pandas, Some(word)),
            ("facts", DataType::LargeUtf8, Some(DataType::Utf8)),
            ("settlement_no", DataType::Utf8, None),
            ("kind", DataType::Int64, None),
        ] {
            assert_eq!(wanted_type(&Field::new(name, of, true)), wanted, "{name}");
        }
    }
}
