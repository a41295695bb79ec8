//! Row groups of the claims files as plain columns: what the floor and the reference run read.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::{Date32Type, Int8Type, Int32Type, Int64Type, UInt64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use crate::failure::{Failure, Outcome};
use crate::files::ROWS_IN_GROUP;

/// No category, or no level.
pub const NONE: u8 = u8::MAX;

/// The lake's words in the order of their codes.
pub const KINDS: [&str; 5] = ["inpatient", "outpatient", "special_outpatient", "pharmacy", "emergency"];
pub const CATEGORIES: [&str; 6] = ["destitute", "dibao", "dibao_marginal", "low_income", "expenditure_type", "other"];

/// Columns that every way of settling needs; others are named beside them.
pub const NEEDED: [&str; 8] = [
    "person_id",
    "discharged_on",
    "settled_on",
    "kind",
    "hospital_level",
    "settled_category",
    "total_fen",
    "in_scope_fen",
];

/// Some rows. Columns that were not asked for are empty.
#[derive(Default)]
pub struct Claims {
    pub claim_id: ScalarBuffer<u64>,
    pub person: ScalarBuffer<u64>,
    pub household: ScalarBuffer<u64>,
    /// 费用发生日, in days since 1970.
    pub incurred: Vec<i32>,
    pub settled: ScalarBuffer<i32>,
    /// Which rows have a day of discharge; none where all have.
    pub discharged: Option<NullBuffer>,
    pub kind: Vec<u8>,
    pub level: Vec<u8>,
    pub category: Vec<u8>,
    pub total: ScalarBuffer<i64>,
    pub in_scope: ScalarBuffer<i64>,
    pub out_of_catalogue: ScalarBuffer<i64>,
    pub over_limit: ScalarBuffer<i64>,
    pub pre_selfpay: ScalarBuffer<i64>,
}

/// A claims file, opened once; any thread may read any of its row groups.
pub struct ClaimsFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    columns: Vec<String>,
}

impl ClaimsFile {
    pub fn open(path: &Path, more: &[&str]) -> Outcome<ClaimsFile> {
        let file = File::open(path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
        let columns = NEEDED.iter().chain(more).map(|name| (*name).to_owned()).collect();
        Ok(ClaimsFile { path: path.to_path_buf(), metadata, columns })
    }

    pub fn row_groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// All rows of a row group.
    pub fn read(&self, row_group: usize) -> Outcome<Claims> {
        let batch = self.batch(row_group, &self.columns)?;
        batch.map_or_else(|| Ok(Claims::default()), |batch| claims_of(&batch))
    }

    /// Whose the last row of a row group is.
    pub fn last_person(&self, row_group: usize) -> Outcome<Option<u64>> {
        let batch = self.batch(row_group, &["person_id".to_owned()])?;
        Ok(batch.and_then(|batch| batch.column(0).as_primitive::<UInt64Type>().values().last().copied()))
    }

    fn batch(&self, row_group: usize, columns: &[String]) -> Outcome<Option<RecordBatch>> {
        // Opened anew: clones of one file would share its position between threads.
        let file = File::open(&self.path)?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().map(String::as_str));
        let builder = builder.with_row_groups(vec![row_group]).with_projection(mask);
        let mut batches = builder.with_batch_size(ROWS_IN_GROUP).build()?;
        Ok(batches.next().transpose()?)
    }
}

fn claims_of(batch: &RecordBatch) -> Outcome<Claims> {
    let column = |name: &str| batch.column_by_name(name);
    let ids =
        |name: &str| column(name).map(|ids| ids.as_primitive::<UInt64Type>().values().clone()).unwrap_or_default();
    let money =
        |name: &str| column(name).map(|fen| fen.as_primitive::<Int64Type>().values().clone()).unwrap_or_default();
    let get = |name: &str| column(name).ok_or_else(|| Failure(format!("the file has no column {name}")));
    let settled = get("settled_on")?.as_primitive::<Date32Type>().values().clone();
    let discharged = get("discharged_on")?.as_primitive::<Date32Type>();
    let incurred = match discharged.nulls() {
        None => discharged.values().to_vec(),
        Some(nulls) => {
            let mut incurred = settled.to_vec();
            nulls.valid_indices().for_each(|row| incurred[row] = discharged.values()[row]);
            incurred
        }
    };
    Ok(Claims {
        claim_id: ids("claim_id"),
        person: ids("person_id"),
        household: ids("household_id"),
        incurred,
        settled,
        discharged: discharged.nulls().cloned(),
        kind: codes(get("kind")?, &KINDS)?,
        level: levels(get("hospital_level")?),
        category: codes(get("settled_category")?, &CATEGORIES)?,
        total: money("total_fen"),
        in_scope: money("in_scope_fen"),
        out_of_catalogue: money("out_of_catalogue_fen"),
        over_limit: money("over_limit_fen"),
        pre_selfpay: money("pre_selfpay_fen"),
    })
}

fn levels(column: &dyn Array) -> Vec<u8> {
    let levels = column.as_primitive::<Int8Type>();
    let mut codes: Vec<u8> = levels.values().iter().map(|level| *level as u8).collect();
    if let Some(nulls) = levels.nulls() {
        (!nulls.inner()).set_indices().for_each(|row| codes[row] = NONE);
    }
    codes
}

fn codes(column: &dyn Array, words: &[&str]) -> Outcome<Vec<u8>> {
    let places = column.as_dictionary::<Int32Type>();
    let values = places.values().as_string::<i32>();
    let code_of = |word: Option<&str>| {
        let place = word.and_then(|word| words.iter().position(|known| *known == word));
        place.map(|place| place as u8).ok_or_else(|| Failure(format!("an unknown word: {word:?}")))
    };
    let codes = values.iter().map(code_of).collect::<Outcome<Vec<u8>>>()?;
    let keys = places.keys();
    Ok(match keys.nulls() {
        None => keys.values().iter().map(|key| codes[*key as usize]).collect(),
        Some(nulls) => {
            let mut all = vec![NONE; keys.len()];
            nulls.valid_indices().for_each(|row| all[row] = codes[keys.values()[row] as usize]);
            all
        }
    })
}
