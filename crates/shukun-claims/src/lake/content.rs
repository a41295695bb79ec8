//! The hash over all facts of a lake, which a commit brings up to date without reading the rest of the lake.
//!
//! It is LtHash (Bellare and Micciancio's sum of hashes, with 1,024 sums of 16 bits): every household is hashed and
//! spread over the sums; adding and taking away commute, so equal facts give an equal hash whatever the order or the
//! number of the commits and however the rows are laid out in files. Knows no files. Start at [`ContentHash`].

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use shukun_engine::facts::HouseholdFacts;

use super::error::{LakeError, damaged};
use super::parquet_file::hex;

/// Sums in the hash.
const SUMS: usize = 1_024;

/// The sum of the hashes of some households.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentHash(Vec<u16>);

impl Default for ContentHash {
    /// Of nothing.
    fn default() -> ContentHash {
        ContentHash(vec![0; SUMS])
    }
}

impl ContentHash {
    /// The hash of one household.
    pub(crate) fn of(facts: &HouseholdFacts) -> Result<ContentHash, LakeError> {
        let mut hash = HashSink(Sha256::new());
        serde_json::to_writer(&mut hash, facts).map_err(|cause| damaged("content hash", cause))?;
        let mut spread = ChaCha8Rng::from_seed(hash.0.finalize().into());
        let mut bytes = vec![0; SUMS * 2];
        spread.fill_bytes(&mut bytes);
        let (pairs, _) = bytes.as_chunks::<2>();
        Ok(ContentHash(pairs.iter().map(|pair| u16::from_le_bytes(*pair)).collect()))
    }

    /// With the households of `other` as well.
    pub(crate) fn add(&mut self, other: &ContentHash) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, more)| *sum = sum.wrapping_add(*more));
    }

    /// Without the households of `other`.
    pub(crate) fn take_away(&mut self, other: &ContentHash) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, less)| *sum = sum.wrapping_sub(*less));
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|sum| sum.to_le_bytes()).collect()
    }

    /// As 64 hex digits, for receipts.
    pub(crate) fn short(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"shukun lake facts 2\n");
        hash.update(self.bytes());
        hex(&hash.finalize())
    }
}

impl Serialize for ContentHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.bytes()))
    }
}

impl<'de> Deserialize<'de> for ContentHash {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ContentHash, D::Error> {
        let text = String::deserialize(from)?;
        let sum = |digits: &[u8]| {
            let digits = std::str::from_utf8(digits).ok()?;
            u16::from_str_radix(digits, 16).ok().map(u16::swap_bytes)
        };
        let sums: Option<Vec<u16>> = text.as_bytes().chunks(4).map(sum).collect();
        let sums = sums.filter(|sums| sums.len() == SUMS);
        sums.map(ContentHash).ok_or_else(|| serde::de::Error::custom("not a content hash"))
    }
}

struct HashSink(Sha256);

impl std::io::Write for HashSink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::any_stored;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn order_changes_nothing_and_what_was_added_can_be_taken_away(one in any_stored(3), two in any_stored(7)) {
            let [one, two] = [one, two].map(|stored| ContentHash::of(&stored.facts).unwrap());
            let mut both = one.clone();
            both.add(&two);
            let mut other_way = two.clone();
            other_way.add(&one);
            prop_assert_eq!(&both, &other_way);
            prop_assert_ne!(both.short(), one.short());
            let text = serde_json::to_string(&both).unwrap();
            prop_assert_eq!(&serde_json::from_str::<ContentHash>(&text).unwrap(), &both);
            both.take_away(&two);
            prop_assert_eq!(both.short(), one.short());
        }
    }
}
