//! Which households a later commit touched, and some households by their codes.

use std::collections::BTreeSet;

use shukun_base::HouseholdId;
use shukun_engine::facts::HouseholdFacts;

use super::Lake;
use super::bucket::bucket_of;
use super::error::LakeError;

impl Lake {
    /// The households about which anything was said after `generation`, and possibly others of their buckets.
    ///
    /// # Errors
    /// As [`Lake::read_bucket`].
    pub fn touched_since(&self, generation: u64) -> Result<BTreeSet<HouseholdId>, LakeError> {
        let mut found = BTreeSet::new();
        for bucket in 0..self.bucket_count() {
            let is_later = |path: &str| {
                let name = path.rsplit('-').next().and_then(|end| end.strip_suffix(".parquet"));
                name.and_then(|number| number.parse::<u64>().ok()).is_none_or(|number| number > generation)
            };
            let files = self.manifest.files.iter().filter(|file| file.bucket == Some(bucket));
            if files.into_iter().any(|file| is_later(&file.path)) {
                found.extend(self.read_bucket(bucket)?.into_iter().map(|facts| facts.household.household_id));
            }
        }
        Ok(found)
    }

    /// The facts of these households, by id; those that the lake does not know are left out.
    ///
    /// # Errors
    /// As [`Lake::read_bucket`].
    pub fn read_households(&self, of: &BTreeSet<HouseholdId>) -> Result<Vec<HouseholdFacts>, LakeError> {
        let buckets: BTreeSet<u16> = of.iter().map(|id| bucket_of(*id, self.bucket_count())).collect();
        let mut found = Vec::new();
        for bucket in buckets {
            let facts = self.read_bucket(bucket)?;
            found.extend(facts.into_iter().filter(|facts| of.contains(&facts.household.household_id)));
        }
        found.sort_by_key(|facts| facts.household.household_id);
        Ok(found)
    }
}
