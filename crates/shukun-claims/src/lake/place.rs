//! Where a household's rows lie: its county, and a bucket of the county's households.
//!
//! The county is the first six digits of the household's region code (all of them where fewer are known, so that
//! households whose county nobody knows lie by themselves). A county has one bucket for every 32,768 people, in powers
//! of two: decided when it first gets rows, and grown before a commit that would leave the buckets too full. A small
//! county is one file a table and year; a bucket's file is neither tiny nor larger than a core likes to hold.
//! Knows no files. Start at [`Partition`].

use sha2::{Digest as _, Sha256};
use shukun_base::{HouseholdId, RegionCode};

use super::bucket::Table;

/// People in a bucket, at most, when the number of a county's buckets is decided.
pub(crate) const PEOPLE_IN_BUCKET: u64 = 32_768;
/// Digits of a county's code.
const COUNTY_DIGITS: usize = 6;

/// Whole households that can be settled without any others: one bucket of one county.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The county's six digits, or fewer where the county is not known.
    pub county: String,
    /// Which of the county's buckets, from 0.
    pub bucket: u16,
}

impl std::fmt::Display for Partition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{:03}", self.county, self.bucket)
    }
}

/// The county of a region code.
pub(crate) fn county_of(region: &RegionCode) -> &str {
    let code = region.as_str();
    code.get(..COUNTY_DIGITS).unwrap_or(code)
}

/// The bucket of a household among so many: a hash of its id, the same on every machine and for ever.
pub(crate) fn bucket_of(household: HouseholdId, buckets: u16) -> u16 {
    let digest = Sha256::digest(household.0.to_le_bytes());
    let head = digest.first_chunk::<8>().copied().map_or(0, u64::from_le_bytes);
    u16::try_from(head % u64::from(buckets.max(1))).unwrap_or(0)
}

/// The buckets of a county with so many people: never fewer than it has.
pub(crate) fn buckets_for(people: u64, people_in_bucket: u64, has: u16) -> u16 {
    let needed = people.div_ceil(people_in_bucket.max(1)).max(1).next_power_of_two();
    has.max(u16::try_from(needed).unwrap_or(1 << 15))
}

/// A table's share of a partition, which is one file: claims have one for each year of their cost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub table: Table,
    pub partition: Partition,
    pub year: Option<i16>,
}

impl Slot {
    /// The folder of its file, in the form `key=value` that DuckDB and Spark read as columns.
    pub(crate) fn folder(&self) -> String {
        let (table, county) = (self.table.folder(), &self.partition.county);
        match self.year {
            Some(year) => format!("{table}/year={year}/county={county}"),
            None => format!("{table}/county={county}"),
        }
    }

    /// The path of its file when `generation` writes it, in a county of so many buckets.
    pub(crate) fn path(&self, buckets: u16, generation: u64) -> String {
        format!("{}/{:03}-of-{buckets:03}-{generation}.parquet", self.folder(), self.partition.bucket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_grow_with_the_county_and_never_shrink() {
        for (people, has, buckets) in [
            (0, 0, 1),
            (32_768, 0, 1),
            (32_769, 1, 2),
            (100_000, 1, 4),
            (100_000, 8, 8),
            (1_200_000, 0, 64),
            (10_000_000, 64, 512),
        ] {
            assert_eq!(buckets_for(people, PEOPLE_IN_BUCKET, has), buckets, "{people} people");
        }
    }

    #[test]
    fn a_bucket_is_split_without_mixing() {
        for id in 0..200 {
            let [few, many] = [4, 16].map(|buckets| bucket_of(HouseholdId(id), buckets));
            assert_eq!(many % 4, few);
        }
    }

    #[test]
    fn a_county_is_six_digits_or_what_is_known() {
        for (code, county) in [("330381001002", "330381"), ("330381", "330381"), ("3303", "3303"), ("33", "33")] {
            assert_eq!(county_of(&RegionCode::new(code).unwrap()), county);
        }
    }
}
