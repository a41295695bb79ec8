//! Declared facts (事实) of claims or persons: JSON text of the few rows that have any, as columns of the kernel.
//!
//! Start at [`read_facts`] and [`FactRows::columns`].

use std::borrow::Cow;

use arrow::array::{Array as _, AsArray as _};
use shukun_engine::facts::{FactValue, Facts};
use shukun_engine::kernel::{Amounts, FactColumn, NO_AMOUNT, NO_CODE, Names, Words};

use super::cells::Cells;
use super::error::{unknown_value, wrong_type};
use crate::lake::LakeError;

/// The rows that have facts, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct FactRows(Vec<(usize, Facts)>);

/// Reads the facts of the rows that have any.
pub(crate) fn read_facts(cells: Option<Cells<'_>>) -> Result<FactRows, LakeError> {
    let Some(cells) = cells else { return Ok(FactRows::default()) };
    let wrong = || wrong_type(cells.name, cells.array.data_type(), "Utf8", cells.place.file);
    let texts = cells.array.as_string_opt::<i32>().ok_or_else(wrong)?;
    if texts.null_count() == texts.len() {
        return Ok(FactRows::default());
    }
    let rows = texts.iter().enumerate().filter_map(|(row, text)| text.map(|text| (row, text)));
    let read = |(row, text): (usize, &str)| match serde_json::from_str::<Facts>(text) {
        Ok(facts) => Ok((row, facts)),
        Err(_) => Err(unknown_value(cells.name, row, r#"{"名称": true}"#, cells.place)),
    };
    let found = rows.map(read).filter(|found| !matches!(found, Ok((_, facts)) if facts.is_empty()));
    found.collect::<Result<_, _>>().map(FactRows)
}

impl FactRows {
    /// What one row has.
    pub(crate) fn of_row(&self, row: usize) -> Facts {
        let found = self.0.binary_search_by_key(&row, |(row, _)| *row).ok().and_then(|at| self.0.get(at));
        found.map(|(_, facts)| facts.clone()).unwrap_or_default()
    }

    /// A column for each of the program's facts; those of the other table are absent.
    pub(crate) fn columns(&self, names: &Names, of_claims: bool, rows: usize) -> Vec<FactColumn<'static>> {
        let facts = names.facts.iter().zip(&names.fact_of_claim);
        let column =
            |(name, of): (&String, &bool)| if *of == of_claims { self.column(name, rows) } else { FactColumn::Absent };
        facts.map(column).collect()
    }

    /// What tiers without a fixed column were settled at; empty for all others.
    pub(crate) fn settled(&self, names: &Names, rows: usize) -> Vec<Amounts<'static>> {
        let tiers = names.tiers.iter().zip(&names.settled_in_fact);
        tiers.map(|(name, is_fact)| if *is_fact { self.numbers(name, rows) } else { Cow::Borrowed(&[][..]) }).collect()
    }

    fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (usize, &'a FactValue)> {
        self.0.iter().filter_map(move |(row, facts)| facts.get(name).map(|value| (*row, value)))
    }

    fn column(&self, name: &str, rows: usize) -> FactColumn<'static> {
        let (mut flags, mut numbers, mut words) = (false, false, false);
        for (_, value) in self.named(name) {
            match value {
                FactValue::Flag(_) => flags = true,
                FactValue::Number(_) => numbers = true,
                FactValue::Word(_) => words = true,
            }
        }
        match (flags, numbers, words) {
            (false, false, false) => FactColumn::Absent,
            (true, false, false) => {
                let flag =
                    |value: &FactValue| if let FactValue::Flag(flag) = value { u8::from(*flag) } else { NO_CODE };
                FactColumn::Flags(self.filled(name, rows, NO_CODE, flag))
            }
            (false, true, false) => FactColumn::Numbers(self.numbers(name, rows)),
            (false, false, true) => FactColumn::Words(self.words(name, rows)),
            _ => FactColumn::Mixed(self.filled(name, rows, 0, |_| 1)),
        }
    }

    fn numbers(&self, name: &str, rows: usize) -> Amounts<'static> {
        if self.named(name).next().is_none() {
            return Cow::Borrowed(&[]);
        }
        self.filled(name, rows, NO_AMOUNT, |value| match value {
            FactValue::Number(number) => *number,
            _ => NO_AMOUNT,
        })
    }

    fn words(&self, name: &str, rows: usize) -> Words<'static> {
        let mut values: Vec<String> = Vec::new();
        let place = self.filled(name, rows, u32::MAX, |value| {
            let FactValue::Word(word) = value else { return u32::MAX };
            let known = values.iter().position(|known| known == word).unwrap_or_else(|| {
                values.push(word.clone());
                values.len() - 1
            });
            u32::try_from(known).unwrap_or(u32::MAX)
        });
        Words { place, values }
    }

    fn filled<T: Clone>(
        &self,
        name: &str,
        rows: usize,
        none: T,
        mut cell: impl FnMut(&FactValue) -> T,
    ) -> Cow<'static, [T]> {
        let mut column = vec![none; rows];
        for (row, value) in self.named(name) {
            if let Some(slot) = column.get_mut(row) {
                *slot = cell(value);
            }
        }
        Cow::Owned(column)
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::Place;
    use super::*;
    use arrow::array::{ArrayRef, StringArray};
    use std::sync::Arc;

    fn read(rows: &[Option<&str>]) -> Result<FactRows, LakeError> {
        let array: ArrayRef = Arc::new(StringArray::from(rows.to_vec()));
        read_facts(Some(Cells { array: &array, name: "facts", place: Place { file: "f", first_row: 0 } }))
    }

    fn declared(names: &[(&str, bool)]) -> Names {
        Names {
            facts: names.iter().map(|(name, _)| (*name).to_owned()).collect(),
            fact_of_claim: names.iter().map(|(_, of_claim)| *of_claim).collect(),
            tiers: vec!["乙".to_owned(), "丙".to_owned(), "乙".to_owned()],
            settled_in_fact: vec![true, true, false],
            ..Names::default()
        }
    }

    #[test]
    fn each_fact_becomes_a_column_of_its_type() {
        let facts = read(&[
            Some(r#"{"甲": true, "乙": 5, "丁": "x"}"#),
            None,
            Some(r#"{"甲": false, "丙": "药", "丁": 1}"#),
            Some("{}"),
        ])
        .unwrap();
        let names = declared(&[("甲", true), ("乙", true), ("丙", true), ("丁", true), ("戊", true), ("甲", false)]);
        let columns = facts.columns(&names, true, 4);
        assert!(matches!(&columns[0], FactColumn::Flags(cells) if **cells == [1, NO_CODE, 0, NO_CODE]));
        assert!(matches!(&columns[1], FactColumn::Numbers(cells) if **cells == [5, NO_AMOUNT, NO_AMOUNT, NO_AMOUNT]));
        let FactColumn::Words(words) = &columns[2] else { panic!("{columns:?}") };
        assert_eq!(
            (words.place.as_ref(), words.values.as_slice()),
            (&[u32::MAX, u32::MAX, 0, u32::MAX][..], &["药".to_owned()][..])
        );
        assert!(matches!(&columns[3], FactColumn::Mixed(cells) if **cells == [1, 0, 1, 0]));
        assert!(matches!((&columns[4], &columns[5]), (FactColumn::Absent, FactColumn::Absent)));
        let [number, word, fixed] = facts.settled(&names, 4).try_into().unwrap();
        assert_eq!(number, [5, NO_AMOUNT, NO_AMOUNT, NO_AMOUNT].as_slice());
        assert!(word.iter().all(|cell| *cell == NO_AMOUNT) && fixed.is_empty());
        assert_eq!(facts.of_row(2).len(), 3);
        assert!(facts.of_row(3).is_empty() && facts.of_row(1).is_empty());
    }

    #[test]
    fn what_is_no_json_of_facts_is_refused_by_row() {
        let error = read(&[None, Some("{")]).unwrap_err();
        assert_eq!((error.code, error.what.en.contains("row 2")), ("columns-value", true));
    }
}
