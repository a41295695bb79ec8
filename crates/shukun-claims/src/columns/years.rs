//! `standings.parquet` straight from the answer's columns: the table that [`crate::lake::write_standings`] writes of
//! rows.
//!
//! Start at [`YearsFile`].

use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray, UInt64Array,
};
use arrow::datatypes::SchemaRef;
use shukun_engine::kernel::{NO_AMOUNT, NO_CODE, Names, YearRows};
use shukun_engine::outcome::Colour;

use super::cells::optional_amounts;
use super::settled::{Settled, Take};
use crate::lake::codes::Code as _;
use crate::lake::error::damaged;
use crate::lake::standings::standings_table;
use crate::lake::{LakeError, Part, StandingColumns, TableWriter};

/// A row of standings; here it only ever exists as columns.
#[derive(Clone, Copy, Debug)]
pub enum YearRow {}

/// A file of standings that is being written. It gets its name with [`YearsFile::finish`].
#[derive(Debug)]
pub struct YearsFile {
    writer: TableWriter<YearRow>,
    schema: SchemaRef,
    /// By name: the places of the measures that have it; the last one counts, as with the reference evaluator.
    bases: Vec<(String, usize)>,
    /// By name: the places of the rules that have it; the tightest limit counts.
    limits: Vec<(String, Vec<usize>)>,
}

fn bases(names: &Names) -> Vec<(String, usize)> {
    let mut bases: Vec<(String, usize)> = names.measures.iter().cloned().zip(0..).collect();
    bases.sort_by(|one, other| one.0.cmp(&other.0).then(other.1.cmp(&one.1)));
    bases.dedup_by(|later, kept| later.0 == kept.0);
    bases
}

fn limits(names: &Names) -> Vec<(String, Vec<usize>)> {
    let mut limits: Vec<(String, Vec<usize>)> = Vec::new();
    let limited = names.rules.iter().enumerate().zip(&names.limited).filter(|(_, limited)| **limited);
    for ((place, name), _) in limited {
        match limits.iter_mut().find(|(known, _)| known == name) {
            Some((_, places)) => places.push(place),
            None => limits.push((name.clone(), vec![place])),
        }
    }
    limits.sort();
    limits
}

impl YearsFile {
    /// Begins a file.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn create(path: &Path, names: &Names) -> Result<YearsFile, LakeError> {
        let (bases, limits) = (bases(names), limits(names));
        let columns = StandingColumns {
            tiers: names.tiers.clone(),
            bases: bases.iter().map(|(name, _)| name.clone()).collect(),
            limits: limits.iter().map(|(name, _)| name.clone()).collect(),
        };
        let schema = standings_table(&[], &columns)?.schema();
        let writer = TableWriter::create_as(path, Arc::clone(&schema))?;
        Ok(YearsFile { writer, schema, bases, limits })
    }

    /// Writes what is left and gives the file its name. Returns the number of rows.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn finish(self) -> Result<u64, LakeError> {
        self.writer.finish()
    }

    /// What is left under the tightest limit of the rules of one name.
    fn tightest(&self, years: &mut YearRows) -> Vec<Vec<i64>> {
        let columns = &mut years.cap_left_fen;
        let mut take = |place: &usize| columns.get_mut(*place).map(std::mem::take).unwrap_or_default();
        let mut tightest = |places: &[usize]| {
            let taken: Vec<Vec<i64>> = places.iter().map(&mut take).collect();
            let merged = taken.into_iter().reduce(|mut left, other| {
                left.iter_mut().zip(other).for_each(|(one, other)| *one = tighter(*one, other));
                left
            });
            merged.unwrap_or_default()
        };
        self.limits.iter().map(|(_, places)| tightest(places)).collect()
    }
}

/// The smaller of what is there; nothing is more than anything.
fn tighter(one: i64, other: i64) -> i64 {
    match (one, other) {
        (NO_AMOUNT, other) => other,
        (one, NO_AMOUNT) => one,
        (one, other) => one.min(other),
    }
}

fn colours(codes: &[u8]) -> Result<ArrayRef, LakeError> {
    let words: StringArray = Colour::WORDS.iter().map(|(word, _)| Some(*word)).collect();
    let keys: Int32Array = codes.iter().map(|code| (*code != NO_CODE).then(|| i32::from(*code))).collect();
    let array = DictionaryArray::try_new(keys, Arc::new(words)).map_err(|cause| damaged("colour", cause))?;
    Ok(Arc::new(array))
}

impl Take for YearsFile {
    fn take(&mut self, settled: &mut Settled) -> Result<(), LakeError> {
        let limits = self.tightest(&mut settled.answer.years);
        let years = &mut settled.answer.years;
        let whole = |column: &mut Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(std::mem::take(column))) };
        let optional = |column: Vec<i64>| -> ArrayRef { Arc::new(optional_amounts(column)) };
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for ids in [&mut settled.year_person_id, &mut settled.year_household_id] {
            columns.push(Arc::new(UInt64Array::from(std::mem::take(ids))));
        }
        columns.push(Arc::new(Int16Array::from(std::mem::take(&mut years.year))));
        columns.extend(years.money.iter_mut().chain(&mut years.paid_fen).map(whole));
        columns.push(whole(&mut years.family_fen));
        for (_, place) in &self.bases {
            columns.push(optional(years.burden_fen.get_mut(*place).map(std::mem::take).unwrap_or_default()));
        }
        columns.push(colours(&years.colour)?);
        columns.extend(limits.into_iter().map(optional));
        let table = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.writer.append(Part::of(table.map_err(|cause| damaged("standings", cause))?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_name_has_one_column() {
        let names = Names {
            measures: list(&["合规自付", "个人负担", "合规自付"]),
            rules: list(&["大病保险", "慈善救助", "大病保险"]),
            limited: vec![true, false, true],
            ..Names::default()
        };
        assert_eq!(bases(&names), [("个人负担".to_owned(), 1), ("合规自付".to_owned(), 2)]);
        assert_eq!(limits(&names), [("大病保险".to_owned(), vec![0, 2])]);
    }

    #[test]
    fn the_tightest_limit_counts() {
        for (one, other, left) in [(3, 5, 3), (NO_AMOUNT, 5, 5), (0, NO_AMOUNT, 0), (NO_AMOUNT, NO_AMOUNT, NO_AMOUNT)] {
            assert_eq!((tighter(one, other), tighter(other, one)), (left, left));
        }
    }
}
