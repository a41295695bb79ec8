//! Some households of a partition, chosen by what is known of them already.

use std::collections::BTreeSet;

use shukun_base::HouseholdId;
use shukun_engine::facts::HouseholdFacts;

use super::bucket::Table;
use super::columns::Rows;
use super::parquet_file::{Scan, Select};
use super::{Lake, LakeError, Partition};

/// Households whose facts are in memory together.
const HOUSEHOLDS_AT_ONCE: usize = 4_096;

impl Lake {
    /// The households of a partition in which somebody is, or was, certified; from one column.
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn certified_in(&self, partition: &Partition) -> Result<BTreeSet<HouseholdId>, LakeError> {
        let mut certified = BTreeSet::new();
        for (_, file) in self.manifest.files_of(Table::Certifications, partition) {
            let select = Select { columns: Some(&["household_id"]), keys: None };
            for table in Scan::open(&self.dir, file, &select)? {
                let rows = Rows { table: &table?, place: &file.path };
                certified.extend(rows.ids("household_id")?.values().iter().copied().map(HouseholdId));
            }
        }
        Ok(certified)
    }

    /// Hands the chosen households of a partition to `each`, by id, some thousand at a time, with everything known of
    /// them. All of them must lie in the partition.
    ///
    /// # Errors
    /// `lake-damaged` where one does not or where a file is not what the manifest says; or what `each` gives.
    pub fn read_chosen<E: From<LakeError>>(
        &self,
        partition: &Partition,
        chosen: &BTreeSet<HouseholdId>,
        mut each: impl FnMut(Vec<HouseholdFacts>) -> Result<(), E>,
    ) -> Result<(), E> {
        let chosen: Vec<u64> = chosen.iter().map(|id| id.0).collect();
        for some in chosen.chunks(HOUSEHOLDS_AT_ONCE) {
            let stored = self.read_some(partition, some.iter().copied().collect(), &Table::ALL)?;
            each(stored.into_iter().map(|stored| stored.facts).collect())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::{any_files, small_lake};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn the_chosen_and_no_others(files in any_files(), one_in in 1_usize..4) {
            let dir = tempfile::tempdir().unwrap();
            let mut lake = small_lake(dir.path());
            lake.commit(&files, "t").unwrap();
            for (at, partition) in (0..).zip(lake.partitions()) {
                let everybody = lake.read_bucket(at).unwrap();
                let certified: BTreeSet<HouseholdId> = everybody.iter().filter(|facts| !facts.certifications.is_empty()).map(|facts| facts.household.household_id).collect();
                prop_assert_eq!(lake.certified_in(&partition).unwrap(), certified);
                let chosen: Vec<HouseholdFacts> = everybody.into_iter().step_by(one_in).collect();
                let ids = chosen.iter().map(|facts| facts.household.household_id).collect();
                let mut found = Vec::new();
                lake.read_chosen(&partition, &ids, |facts| {
                    found.extend(facts);
                    Ok::<(), LakeError>(())
                }).unwrap();
                prop_assert_eq!(found, chosen);
            }
        }
    }
}
