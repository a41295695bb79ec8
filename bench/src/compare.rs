//! Whether two results are equal to the fen, row for row, and where they first differ.
//!
//! The order of rows does not matter: rows are found by claim, or by person where there are no claims. First both
//! results are boiled down to a digest; only where those differ are the rows put side by side. Start at [`compare`].

use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, UInt64Type};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::failure::{Failure, Outcome};
use crate::files::{paid_columns, parts};

/// A row of a result: its claim (or person), its person, and the amounts.
type Row = (u64, u64, [i64; 5]);

/// Fails with the first difference by id; else tells how many rows there were.
pub fn compare(expected: &Path, actual: &Path) -> Outcome<serde_json::Value> {
    let (one, other) = (digest(expected)?, digest(actual)?);
    if one == other {
        return Ok(serde_json::json!({"rows": one.rows, "equal": true, "sums": one.sums}));
    }
    Err(Failure(first_difference(expected, actual)?))
}

/// Added up over rows, so that their order does not matter.
#[derive(Debug, Default, PartialEq, Eq)]
struct Digest {
    rows: u64,
    sums: [i64; 5],
    mixed: [u64; 2],
}

fn digest(path: &Path) -> Outcome<Digest> {
    let mut digest = Digest::default();
    each_row(path, |(id, _, amounts)| {
        digest.rows += 1;
        let mut state = [mix(id), mix(!id)];
        for (sum, amount) in digest.sums.iter_mut().zip(amounts) {
            *sum += amount;
            state = [mix(state[0] ^ amount as u64), mix(state[1].wrapping_add(amount as u64))];
        }
        digest.mixed.iter_mut().zip(state).for_each(|(sum, bits)| *sum = sum.wrapping_add(bits));
    })?;
    Ok(digest)
}

fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_add(0x9E37_79B9_7F4A_7C15).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^ (bits >> 31)
}

fn first_difference(expected: &Path, actual: &Path) -> Outcome<String> {
    let (one, other) = (sorted(expected)?, sorted(actual)?);
    let place = one.iter().zip(&other).position(|(one, other)| (one.0, one.2) != (other.0, other.2));
    let differ = match place {
        Some(place) => format!("expected {:?}, found {:?}", one[place], other[place]),
        None => "one ends where the other goes on".to_owned(),
    };
    Ok(format!(
        "{} differs from {}: {} rows against {}; first (id, person, {}): {differ}",
        actual.display(),
        expected.display(),
        other.len(),
        one.len(),
        paid_columns().join(", "),
    ))
}

fn sorted(path: &Path) -> Outcome<Vec<Row>> {
    let mut rows = Vec::new();
    each_row(path, |row| rows.push(row))?;
    rows.sort_unstable();
    Ok(rows)
}

fn each_row(path: &Path, mut each: impl FnMut(Row)) -> Outcome<()> {
    let amounts = paid_columns();
    for part in parts(path)? {
        let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(&part)?)?;
        let ids = ["claim_id", "person_id"];
        let wanted = ids.into_iter().chain(amounts.iter().map(String::as_str));
        let mask = ProjectionMask::columns(builder.parquet_schema(), wanted);
        for batch in builder.with_projection(mask).with_batch_size(65_536).build()? {
            rows_of(&batch?, &amounts, &mut each)
                .map_err(|Failure(why)| Failure(format!("{}: {why}", part.display())))?;
        }
    }
    Ok(())
}

fn rows_of(batch: &RecordBatch, amounts: &[String], each: &mut impl FnMut(Row)) -> Outcome<()> {
    let whole = |name: &str, of: &DataType| -> Outcome<ArrayRef> {
        let column = batch.column_by_name(name).ok_or_else(|| Failure(format!("no column {name}")))?;
        if column.data_type().is_floating() || column.null_count() > 0 {
            return Err(Failure(format!("{name} is no column of whole known numbers")));
        }
        Ok(cast(column, of)?)
    };
    let person = whole("person_id", &DataType::UInt64)?;
    let claim = batch.column_by_name("claim_id").map(|_| whole("claim_id", &DataType::UInt64)).transpose()?;
    let id = claim.as_ref().unwrap_or(&person).as_primitive::<UInt64Type>().values();
    let person = person.as_primitive::<UInt64Type>().values();
    let columns = amounts.iter().map(|name| whole(name, &DataType::Int64)).collect::<Outcome<Vec<_>>>()?;
    let columns: Vec<&[i64]> =
        columns.iter().map(|column| column.as_primitive::<Int64Type>().values().as_ref()).collect();
    for row in 0..batch.num_rows() {
        each((id[row], person[row], std::array::from_fn(|payer| columns[payer][row])));
    }
    Ok(())
}
