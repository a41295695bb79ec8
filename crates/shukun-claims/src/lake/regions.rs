//! How many households live where: what a run asks before it settles anybody, to know which packs it needs.

use std::collections::BTreeMap;

use shukun_base::RegionCode;

use super::Lake;
use super::bucket::Table;
use super::columns::Rows;
use super::error::{LakeError, damaged};
use super::parquet_file::{Scan, Select};

impl Lake {
    /// Households by region code, as the manifest remembers them; from one column where an earlier version wrote the
    /// lake.
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn count_households(&self) -> Result<BTreeMap<RegionCode, u64>, LakeError> {
        let counts = match &self.manifest.regions {
            Some(counts) => counts.clone(),
            None => self.count_regions()?,
        };
        let coded = |(word, count): (String, u64)| match RegionCode::new(&word) {
            Some(code) => Ok((code, count)),
            None => Err(damaged(self.dir.display(), "region_code")),
        };
        counts.into_iter().map(coded).collect()
    }

    /// The same from the column, by the codes as they are written.
    pub(crate) fn count_regions(&self) -> Result<BTreeMap<String, u64>, LakeError> {
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let files = self.manifest.parts.iter().filter(|(slot, _)| slot.table == Table::Households);
        for (_, file) in files {
            let select = Select { columns: Some(&["region_code"]), keys: None };
            for table in Scan::open(&self.dir, file, &select)? {
                count_words(&Rows { table: &table?, place: &file.path }, &mut counts)?;
            }
        }
        Ok(counts)
    }
}

fn count_words(rows: &Rows, counts: &mut BTreeMap<String, u64>) -> Result<(), LakeError> {
    let words = rows.words("region_code")?;
    for row in 0..rows.table.num_rows() {
        let word = words.get(row)?;
        match counts.get_mut(word) {
            Some(known) => *known += 1,
            None => {
                counts.insert(word.to_owned(), 1);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::{all, any_files, small_lake};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn every_household_is_counted_where_it_lives(files in any_files()) {
            let dir = tempfile::tempdir().unwrap();
            let mut lake = small_lake(dir.path());
            let (first, second) = files.split_at(files.len() / 2);
            lake.commit(first, "t").unwrap();
            lake.commit(second, "t").unwrap();
            let mut expected: BTreeMap<RegionCode, u64> = BTreeMap::new();
            for facts in all(&lake) {
                *expected.entry(facts.household.region_code).or_default() += 1;
            }
            prop_assert_eq!(&lake.count_households().unwrap(), &expected);
            lake.manifest.regions = None;
            prop_assert_eq!(lake.count_households().unwrap(), expected);
        }
    }
}
