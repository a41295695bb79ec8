//! Person-years that the column kernel gave, on their way to `standings.parquet`: the columns and the cuts that the
//! same rows would have as rows, so that the file is the same, byte for byte.
//!
//! Start at [`YearParts`].

use std::sync::Arc;

use arrow::array::{
    ArrayRef, DictionaryArray, Int16Array, Int32Array, Int64Array, RecordBatch, StringArray, UInt64Array,
};
use arrow::compute::concat_batches;
use arrow::datatypes::SchemaRef;
use shukun_engine::kernel::{NO_AMOUNT, NO_CODE, Names, YearRows};
use shukun_engine::outcome::{Colour, Standing};

use super::codes::Code as _;
use super::error::{LakeError, damaged};
use super::output::{Part, ROWS_AT_ONCE};
use super::standings::{StandingColumns, standings_table};
use crate::columns::Settled;

/// Columns of person-years as columns of the file: a program's names found among those of the run.
#[derive(Debug)]
pub struct YearParts {
    schema: SchemaRef,
    /// By tier of the file: the places of the program's tiers of that name; their payments are added.
    tiers: Vec<Vec<usize>>,
    /// By base of the file: the places of the program's measures of that name; the last that could be had counts.
    bases: Vec<Vec<usize>>,
    /// By limit of the file: the places of the program's limited rules; the tightest counts.
    limits: Vec<Vec<usize>>,
    tables: Vec<RecordBatch>,
}

impl YearParts {
    /// Begins a part of a file with these columns, for households under the program of these names.
    ///
    /// # Errors
    /// `lake-damaged`, where the columns are none for a table.
    pub fn new(columns: &StandingColumns, names: &Names) -> Result<YearParts, LakeError> {
        let limited: Vec<Option<&String>> =
            names.rules.iter().zip(&names.limited).map(|(name, limited)| limited.then_some(name)).collect();
        Ok(YearParts {
            schema: standings_table(&[], columns)?.schema(),
            tiers: columns.tiers.iter().map(|name| places(&names.tiers, |known| known == name)).collect(),
            bases: columns.bases.iter().map(|name| places(&names.measures, |known| known == name)).collect(),
            limits: columns.limits.iter().map(|name| places(&limited, |known| *known == Some(name))).collect(),
            tables: Vec::new(),
        })
    }

    /// Adds the person-years of some households.
    ///
    /// # Errors
    /// `lake-damaged`, where the columns are not equally long.
    pub fn push(&mut self, settled: &Settled) -> Result<(), LakeError> {
        let years = &settled.answer.years;
        let whole = |column: &Vec<i64>| -> ArrayRef { Arc::new(Int64Array::from(column.clone())) };
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.schema.fields().len());
        for ids in [&settled.year_person_id, &settled.year_household_id] {
            columns.push(Arc::new(UInt64Array::from(ids.clone())));
        }
        columns.push(Arc::new(Int16Array::from(years.year.clone())));
        columns.extend(years.money.iter().map(whole));
        columns.extend(self.tiers.iter().map(|places| joined(&years.paid_fen, places, years, |sum, fen| sum + fen)));
        columns.push(whole(&years.family_fen));
        columns.extend(self.bases.iter().map(|places| joined(&years.burden_fen, places, years, |_, last| last)));
        columns.push(colours(&years.colour)?);
        columns.extend(self.limits.iter().map(|places| joined(&years.cap_left_fen, places, years, i64::min)));
        let table = RecordBatch::try_new(Arc::clone(&self.schema), columns);
        self.tables.push(table.map_err(|cause| damaged("standings", cause))?);
        Ok(())
    }

    /// All of them, cut as rows are cut.
    ///
    /// # Errors
    /// As [`YearParts::push`].
    pub fn finish(self) -> Result<Part<Standing>, LakeError> {
        let all = concat_batches(&self.schema, &self.tables).map_err(|cause| damaged("standings", cause))?;
        let mut part = Part::default();
        for start in (0..all.num_rows()).step_by(ROWS_AT_ONCE) {
            part.add(all.slice(start, ROWS_AT_ONCE.min(all.num_rows() - start)));
        }
        Ok(part)
    }
}

fn places<T>(names: &[T], is_it: impl Fn(&T) -> bool) -> Vec<usize> {
    names.iter().enumerate().filter(|(_, name)| is_it(name)).map(|(place, _)| place).collect()
}

/// Several columns of one name in one; nothing where none has anything.
fn joined(columns: &[Vec<i64>], places: &[usize], years: &YearRows, join: impl Fn(i64, i64) -> i64) -> ArrayRef {
    let own: Vec<&Vec<i64>> = places.iter().filter_map(|place| columns.get(*place)).collect();
    let cell = |row: usize| {
        let amounts = own.iter().filter_map(|column| column.get(row).copied());
        amounts.filter(|amount| *amount != NO_AMOUNT).reduce(&join)
    };
    Arc::new((0..years.year.len()).map(cell).collect::<Int64Array>())
}

fn colours(codes: &[u8]) -> Result<ArrayRef, LakeError> {
    let words: StringArray = Colour::WORDS.iter().map(|(word, _)| Some(*word)).collect();
    let keys: Int32Array = codes.iter().map(|code| (*code != NO_CODE).then(|| i32::from(*code))).collect();
    let array = DictionaryArray::try_new(keys, Arc::new(words)).map_err(|cause| damaged("colour", cause))?;
    Ok(Arc::new(array))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::read_standings;
    use crate::lake::standings::standings_writer;
    use shukun_base::{Fen, HouseholdId, PersonId};

    fn list(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// Two tiers, two measures and two rules share a name; one of the run's names is another county's.
    #[test]
    fn names_that_several_have_stand_in_one_column() {
        let names = Names {
            tiers: list(&["基本医保", "救助", "救助"]),
            measures: list(&["自付", "自付"]),
            rules: list(&["补充", "补充", "无限额"]),
            limited: vec![true, true, false],
            ..Names::default()
        };
        let columns = StandingColumns {
            tiers: list(&["救助", "基本医保", "邻县的"]),
            bases: list(&["自付"]),
            limits: list(&["补充", "邻县的"]),
        };
        let mut settled = Settled { year_person_id: vec![5, 6], year_household_id: vec![1, 1], ..Settled::default() };
        let years = &mut settled.answer.years;
        years.year = vec![2022, 2023];
        years.money = [vec![1, 2], vec![3, 4], vec![5, 6], vec![7, 8], vec![9, 10]];
        years.paid_fen = vec![vec![11, 12], vec![13, 14], vec![100, 200]];
        years.family_fen = vec![15, 16];
        years.burden_fen = vec![vec![17, 18], vec![19, NO_AMOUNT]];
        years.colour = vec![NO_CODE, 2];
        years.cap_left_fen = vec![vec![30, NO_AMOUNT], vec![20, NO_AMOUNT], vec![1, 1]];
        let mut parts = YearParts::new(&columns, &names).unwrap();
        parts.push(&settled).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("standings.parquet");
        let mut writer = standings_writer(&path, columns).unwrap();
        writer.append(parts.finish().unwrap()).unwrap();
        assert_eq!(writer.finish().unwrap(), 2);
        let [first, second] = read_standings(&path).unwrap().try_into().unwrap();
        let named = |names: &[(&str, i64)]| names.iter().map(|(name, fen)| ((*name).to_owned(), Fen(*fen))).collect();
        let expected = Standing {
            person_id: PersonId(5),
            household_id: HouseholdId(1),
            year: 2022,
            total_fen: Fen(1),
            in_scope_fen: Fen(3),
            out_of_catalogue_fen: Fen(5),
            over_limit_fen: Fen(7),
            pre_selfpay_fen: Fen(9),
            paid_fen: vec![("救助".to_owned(), Fen(113)), ("基本医保".to_owned(), Fen(11))],
            family_fen: Fen(15),
            burden_fen: named(&[("自付", 19)]),
            colour: None,
            cap_left_fen: named(&[("补充", 20)]),
        };
        assert_eq!(first, expected);
        assert_eq!((second.colour, second.burden_fen.get("自付")), (Some(Colour::Red), Some(&Fen(18))));
        assert!(second.cap_left_fen.is_empty());
    }
}
