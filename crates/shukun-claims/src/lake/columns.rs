//! Building and reading the columns of one table: ids, money, days, codes, flags.
//!
//! Knows Arrow types and nothing of what the columns mean. Writing: collect [`Column`]s and call [`table_of`].
//! Reading: [`Rows`] gives typed columns by name, and every cell says where it lies when it is not as expected.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int8Array, Int16Array,
    Int64Array, RecordBatch, StringArray, StringDictionaryBuilder, UInt8Array, UInt32Array, UInt64Array,
};
use arrow::datatypes::{Field, Int32Type, Schema};
use jiff::civil::date;
use shukun_base::{Day, Fen};
use shukun_engine::facts::Facts;

use super::codes::Code;
use super::error::{LakeError, damaged, out_of_range};

/// One named column and its cells.
pub(crate) struct Column {
    field: Field,
    cells: ArrayRef,
}

impl Column {
    fn new(name: &str, nullable: bool, cells: impl Array + 'static) -> Column {
        let field = Field::new(name, cells.data_type().clone(), nullable);
        Column { field, cells: Arc::new(cells) }
    }
}

/// The table of these columns, which are equally long.
pub(crate) fn table_of(columns: Vec<Column>, place: &str) -> Result<RecordBatch, LakeError> {
    let (fields, cells): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().map(|c| (c.field, c.cells)).unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), cells).map_err(|cause| damaged(place, cause))
}

pub(crate) fn ids(name: &str, cells: impl Iterator<Item = u64>) -> Column {
    Column::new(name, false, UInt64Array::from_iter_values(cells))
}

pub(crate) fn optional_ids(name: &str, cells: impl Iterator<Item = Option<u64>>) -> Column {
    Column::new(name, true, cells.collect::<UInt64Array>())
}

pub(crate) fn amounts(name: &str, cells: impl Iterator<Item = Fen>) -> Column {
    Column::new(name, false, Int64Array::from_iter_values(cells.map(|fen| fen.0)))
}

pub(crate) fn optional_amounts(name: &str, cells: impl Iterator<Item = Option<Fen>>) -> Column {
    optional_numbers(name, cells.map(|fen| fen.map(|fen| fen.0)))
}

pub(crate) fn optional_numbers(name: &str, cells: impl Iterator<Item = Option<i64>>) -> Column {
    Column::new(name, true, cells.collect::<Int64Array>())
}

pub(crate) fn counts(name: &str, cells: impl Iterator<Item = u32>) -> Column {
    Column::new(name, false, UInt32Array::from_iter_values(cells))
}

pub(crate) fn shorts(name: &str, cells: impl Iterator<Item = i16>) -> Column {
    Column::new(name, false, Int16Array::from_iter_values(cells))
}

pub(crate) fn optional_shorts(name: &str, cells: impl Iterator<Item = Option<i16>>) -> Column {
    Column::new(name, true, cells.collect::<Int16Array>())
}

pub(crate) fn optional_levels(name: &str, cells: impl Iterator<Item = Option<i8>>) -> Column {
    Column::new(name, true, cells.collect::<Int8Array>())
}

pub(crate) fn bits(name: &str, cells: impl Iterator<Item = u8>) -> Column {
    Column::new(name, false, UInt8Array::from_iter_values(cells))
}

pub(crate) fn flags(name: &str, cells: impl Iterator<Item = bool>) -> Column {
    Column::new(name, false, cells.map(Some).collect::<BooleanArray>())
}

pub(crate) fn optional_flags(name: &str, cells: impl Iterator<Item = Option<bool>>) -> Column {
    Column::new(name, true, cells.collect::<BooleanArray>())
}

pub(crate) fn days(name: &str, cells: impl Iterator<Item = Day>) -> Column {
    Column::new(name, false, Date32Array::from_iter_values(cells.map(day_number)))
}

pub(crate) fn optional_days(name: &str, cells: impl Iterator<Item = Option<Day>>) -> Column {
    Column::new(name, true, cells.map(|day| day.map(day_number)).collect::<Date32Array>())
}

/// A column of few distinct words, kept as a dictionary.
pub(crate) fn words<'a>(name: &str, cells: impl Iterator<Item = &'a str>) -> Column {
    Column { field: word_field(name, false), cells: dictionary(cells.map(Some)) }
}

pub(crate) fn optional_words<'a>(name: &str, cells: impl Iterator<Item = Option<&'a str>>) -> Column {
    Column { field: word_field(name, true), cells: dictionary(cells) }
}

pub(crate) fn codes<C: Code>(name: &str, cells: impl Iterator<Item = C>) -> Column {
    words(name, cells.map(Code::word))
}

pub(crate) fn optional_codes<C: Code>(name: &str, cells: impl Iterator<Item = Option<C>>) -> Column {
    optional_words(name, cells.map(|code| code.map(Code::word)))
}

fn word_field(name: &str, nullable: bool) -> Field {
    use arrow::datatypes::DataType::{Dictionary, Int32, Utf8};
    Field::new(name, Dictionary(Box::new(Int32), Box::new(Utf8)), nullable)
}

fn dictionary<'a>(cells: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    cells.for_each(|cell| builder.append_option(cell));
    Arc::new(builder.finish())
}

/// A column of mostly distinct text.
pub(crate) fn optional_texts<'a>(name: &str, cells: impl Iterator<Item = Option<&'a str>>) -> Column {
    Column::new(name, true, cells.collect::<StringArray>())
}

pub(crate) fn texts<'a>(name: &str, cells: impl Iterator<Item = &'a str>) -> Column {
    Column::new(name, false, StringArray::from_iter_values(cells))
}

/// Declared facts as JSON text; null where there are none.
pub(crate) fn facts<'a>(name: &str, cells: impl Iterator<Item = &'a Facts>) -> Result<Column, LakeError> {
    let json = cells
        .map(|facts| if facts.is_empty() { Ok(None) } else { serde_json::to_string(facts).map(Some) })
        .collect::<Result<StringArray, _>>();
    json.map(|cells| Column::new(name, true, cells)).map_err(|cause| damaged(name, cause))
}

pub(crate) fn optional_bytes<'a>(name: &str, cells: impl Iterator<Item = Option<&'a [u8]>>) -> Column {
    Column::new(name, true, cells.collect::<BinaryArray>())
}

/// Exact amounts as `Decimal128(38, 6)`; the cells are millionths.
pub(crate) fn optional_decimals(name: &str, cells: impl Iterator<Item = Option<i128>>) -> Result<Column, LakeError> {
    let cells = cells.collect::<Decimal128Array>().with_precision_and_scale(38, 6);
    cells.map(|cells| Column::new(name, true, cells)).map_err(|_| out_of_range(name, name))
}

/// Days since 1970-01-01, as Date32 counts them.
fn day_number(day: Day) -> i32 {
    // A jiff day lies within the years -9999 to 9999, some 7.3 million days around 1970.
    let span = day.duration_since(date(1970, 1, 1)).as_hours() / 24;
    i32::try_from(span).unwrap_or(i32::MAX)
}

fn day_of(number: i32) -> Option<Day> {
    date(1970, 1, 1).checked_add(jiff::SignedDuration::from_hours(i64::from(number) * 24)).ok()
}

/// The rows of one read table.
pub(crate) struct Rows<'a> {
    /// The columns.
    pub table: &'a RecordBatch,
    /// The file, for messages.
    pub place: &'a str,
}

/// A typed column of read rows.
pub(crate) struct Cells<'a, A> {
    array: &'a A,
    name: &'a str,
    place: &'a str,
}

impl<'a> Rows<'a> {
    /// The column `name`, which must have the array type `A`.
    pub(crate) fn column<A: Array + 'static>(&self, name: &'a str) -> Result<Cells<'a, A>, LakeError> {
        let array = self.table.column_by_name(name).and_then(|column| column.as_any().downcast_ref::<A>());
        let array = array.ok_or_else(|| damaged(self.place, format!("column {name} is missing or of another type")))?;
        Ok(Cells { array, name, place: self.place })
    }

    pub(crate) fn ids(&self, name: &'a str) -> Result<Cells<'a, UInt64Array>, LakeError> {
        self.column(name)
    }

    pub(crate) fn numbers(&self, name: &'a str) -> Result<Cells<'a, Int64Array>, LakeError> {
        self.column(name)
    }

    pub(crate) fn flags(&self, name: &'a str) -> Result<Cells<'a, BooleanArray>, LakeError> {
        self.column(name)
    }

    pub(crate) fn days(&self, name: &'a str) -> Result<Cells<'a, Date32Array>, LakeError> {
        self.column(name)
    }

    pub(crate) fn words(&self, name: &'a str) -> Result<Cells<'a, DictionaryArray<Int32Type>>, LakeError> {
        self.column(name)
    }

    pub(crate) fn texts(&self, name: &'a str) -> Result<Cells<'a, StringArray>, LakeError> {
        self.column(name)
    }
}

impl<A> Cells<'_, A> {
    fn bad(&self, row: usize, why: &str) -> LakeError {
        damaged(self.place, format!("{} row {}: {why}", self.name, row + 1))
    }

    fn required<T>(&self, row: usize, cell: Option<T>) -> Result<T, LakeError> {
        cell.ok_or_else(|| self.bad(row, "empty"))
    }
}

macro_rules! optional_cells {
    ($($array:ty => $value:ty),*) => {$(
        impl Cells<'_, $array> {
            /// The cell, or none where it is null.
            pub(crate) fn find(&self, row: usize) -> Option<$value> {
                (row < self.array.len() && self.array.is_valid(row)).then(|| self.array.value(row))
            }
        }
    )*};
}

macro_rules! required_cells {
    ($($array:ty => $value:ty),*) => {$(
        impl Cells<'_, $array> {
            /// The cell, which may not be null.
            pub(crate) fn get(&self, row: usize) -> Result<$value, LakeError> {
                self.required(row, self.find(row))
            }
        }
    )*};
}

optional_cells!(
    UInt64Array => u64, UInt32Array => u32, UInt8Array => u8, Int64Array => i64, Int16Array => i16,
    Int8Array => i8, BooleanArray => bool, Decimal128Array => i128
);
required_cells!(
    UInt64Array => u64, UInt32Array => u32, UInt8Array => u8, Int64Array => i64, Int16Array => i16, BooleanArray => bool
);

impl<'a> Cells<'a, UInt64Array> {
    /// All cells of a column that has no nulls.
    pub(crate) fn values(&self) -> &'a [u64] {
        self.array.values()
    }
}

impl Cells<'_, Int64Array> {
    pub(crate) fn fen(&self, row: usize) -> Result<Fen, LakeError> {
        self.get(row).map(Fen)
    }

    pub(crate) fn find_fen(&self, row: usize) -> Option<Fen> {
        self.find(row).map(Fen)
    }
}

impl Cells<'_, Date32Array> {
    pub(crate) fn find(&self, row: usize) -> Result<Option<Day>, LakeError> {
        if self.array.is_null(row) {
            return Ok(None);
        }
        day_of(self.array.value(row)).map(Some).ok_or_else(|| self.bad(row, "not a day"))
    }

    pub(crate) fn get(&self, row: usize) -> Result<Day, LakeError> {
        self.required(row, self.find(row)?)
    }
}

impl Cells<'_, StringArray> {
    pub(crate) fn find(&self, row: usize) -> Option<&str> {
        self.array.is_valid(row).then(|| self.array.value(row))
    }

    pub(crate) fn get(&self, row: usize) -> Result<&str, LakeError> {
        self.required(row, self.find(row))
    }

    pub(crate) fn facts(&self, row: usize) -> Result<Facts, LakeError> {
        let Some(json) = self.find(row) else { return Ok(Facts::new()) };
        serde_json::from_str(json).map_err(|_| self.bad(row, "not the JSON of facts"))
    }
}

impl Cells<'_, BinaryArray> {
    pub(crate) fn find(&self, row: usize) -> Option<&[u8]> {
        self.array.is_valid(row).then(|| self.array.value(row))
    }
}

impl Cells<'_, DictionaryArray<Int32Type>> {
    pub(crate) fn find(&self, row: usize) -> Option<&str> {
        let key = self.array.key(row)?;
        let words = self.array.values().as_any().downcast_ref::<StringArray>()?;
        (key < words.len()).then(|| words.value(key))
    }

    pub(crate) fn get(&self, row: usize) -> Result<&str, LakeError> {
        self.required(row, self.find(row))
    }

    pub(crate) fn find_owned(&self, row: usize) -> Option<String> {
        self.find(row).map(str::to_owned)
    }

    pub(crate) fn get_owned(&self, row: usize) -> Result<String, LakeError> {
        self.get(row).map(str::to_owned)
    }

    pub(crate) fn find_code<C: Code>(&self, row: usize) -> Result<Option<C>, LakeError> {
        let Some(word) = self.find(row) else { return Ok(None) };
        C::from_word(word).map(Some).ok_or_else(|| self.bad(row, "not a code of this column"))
    }

    pub(crate) fn get_code<C: Code>(&self, row: usize) -> Result<C, LakeError> {
        self.required(row, self.find_code(row)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_count_from_1970() {
        for (day, number) in
            [(date(1970, 1, 1), 0), (date(1969, 12, 31), -1), (date(2024, 2, 29), 19_782), (date(1900, 1, 1), -25_567)]
        {
            assert_eq!(day_number(day), number);
            assert_eq!(day_of(number), Some(day));
        }
    }

    #[test]
    fn a_missing_column_says_which() {
        let table = table_of(vec![ids("claim_id", [1].into_iter())], "t").unwrap();
        let rows = Rows { table: &table, place: "claims/000-1.parquet" };
        let Err(error) = rows.days("settled_on") else { panic!("found a column that is not there") };
        assert_eq!(error.code, "lake-damaged");
        assert!(error.what.en.contains("settled_on"), "{error}");
    }
}
