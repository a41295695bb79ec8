//! What the importer asks of the lake: is this claim on file, who reverses it, what is this person's code.
//!
//! The index of claim ids is read at the first question; a bucket's claims when one of them is asked for, so a file
//! that brings only new claims reads no bucket at all.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use shukun_base::{ClaimId, HouseholdId, PersonId};
use shukun_engine::facts::Claim;

use super::bucket::Table;
use super::columns::Rows;
use super::error::LakeError;
use super::{Lake, tables};
use crate::identity::{IdentityVault, claim_id};
use crate::import::Known;

type Bucket = HashMap<ClaimId, Claim>;

#[derive(Debug, Default)]
struct ClaimIndex {
    bucket_of: HashMap<ClaimId, u16>,
    reversals_of: HashMap<ClaimId, Vec<ClaimId>>,
}

/// The lake as the importer knows it.
#[derive(Debug)]
pub struct LakeKnown<'a> {
    lake: &'a Lake,
    vault: &'a IdentityVault,
    index: OnceCell<ClaimIndex>,
    buckets: RefCell<HashMap<u16, Bucket>>,
    failure: RefCell<Option<LakeError>>,
}

impl Lake {
    /// Answers the importer's questions about this lake.
    pub fn known<'a>(&'a self, vault: &'a IdentityVault) -> LakeKnown<'a> {
        LakeKnown {
            lake: self,
            vault,
            index: OnceCell::new(),
            buckets: RefCell::default(),
            failure: RefCell::default(),
        }
    }

    fn claim_index(&self) -> Result<ClaimIndex, LakeError> {
        let mut index = ClaimIndex::default();
        for bucket in 0..self.bucket_count() {
            let Some(entry) = self.manifest.find(Table::Claims.folder(), Some(bucket)) else { continue };
            self.read_entry(entry, Some(&["claim_id", "reverses_claim_id"]), |table| {
                let rows = Rows { table, place: &entry.path };
                let (claim_id, reverses) = (rows.ids("claim_id")?, rows.ids("reverses_claim_id")?);
                for row in 0..table.num_rows() {
                    let id = ClaimId(claim_id.get(row)?);
                    index.bucket_of.insert(id, bucket);
                    if let Some(reversed) = reverses.find(row) {
                        index.reversals_of.entry(ClaimId(reversed)).or_default().push(id);
                    }
                }
                Ok(())
            })?;
        }
        Ok(index)
    }

    fn claims_in(&self, bucket: u16) -> Result<Bucket, LakeError> {
        let mut claims = Bucket::new();
        let Some(entry) = self.manifest.find(Table::Claims.folder(), Some(bucket)) else { return Ok(claims) };
        self.read_entry(entry, None, |table| {
            tables::each_claim(&Rows { table, place: &entry.path }, |_, claim| {
                claims.insert(claim.claim_id, claim);
                Ok(())
            })
        })?;
        Ok(claims)
    }
}

impl LakeKnown<'_> {
    /// The first failure to read the lake, if any: the answers given since are then not to be trusted. To be asked
    /// once all questions are put.
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn finish(self) -> Result<(), LakeError> {
        self.failure.into_inner().map_or(Ok(()), Err)
    }

    fn or_note<T: Default>(&self, answer: Result<T, LakeError>) -> T {
        answer.unwrap_or_else(|error| {
            self.failure.borrow_mut().get_or_insert(error);
            T::default()
        })
    }

    fn index(&self) -> &ClaimIndex {
        self.index.get_or_init(|| self.or_note(self.lake.claim_index()))
    }
}

impl Known for LakeKnown<'_> {
    fn claim(&self, id: ClaimId) -> Option<Claim> {
        let bucket = *self.index().bucket_of.get(&id)?;
        let mut buckets = self.buckets.borrow_mut();
        let claims = buckets.entry(bucket).or_insert_with(|| self.or_note(self.lake.claims_in(bucket)));
        claims.get(&id).cloned()
    }

    fn reversals_of(&self, id: ClaimId) -> Vec<Claim> {
        let reversals = self.index().reversals_of.get(&id);
        reversals.into_iter().flatten().filter_map(|reversal| self.claim(*reversal)).collect()
    }

    fn person_id(&self, id_number: &str) -> PersonId {
        self.vault.person_id(id_number)
    }

    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        self.vault.household_id(householder_id_number)
    }

    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        claim_id(settlement_no)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::{claim_of, empty_batch, small_lake, stranger};
    use crate::{Batch, Kind};
    use shukun_base::Fen;

    fn lake_with_a_reversal(dir: &std::path::Path) -> Lake {
        let mut lake = small_lake(dir);
        let reversal = Claim { reverses_claim_id: Some(ClaimId(11)), total_fen: Fen(-10_000), ..claim_of(1, 12) };
        let batch = Batch {
            persons: vec![stranger(1), stranger(2)],
            claims: vec![claim_of(1, 11), reversal, claim_of(2, 21)],
            ..empty_batch("a.csv", Kind::Settlement)
        };
        lake.commit(&[batch], "t").unwrap();
        lake
    }

    #[test]
    fn claims_and_their_reversals_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let lake = lake_with_a_reversal(&dir.path().join("lake"));
        let vault = IdentityVault::open_or_create(lake.dir()).unwrap();
        let known = lake.known(&vault);
        assert_eq!(known.claim(ClaimId(21)), Some(claim_of(2, 21)));
        assert_eq!(known.claim(ClaimId(99)), None);
        let reversals: Vec<ClaimId> = known.reversals_of(ClaimId(11)).iter().map(|claim| claim.claim_id).collect();
        assert_eq!(reversals, [ClaimId(12)]);
        assert_eq!(known.reversals_of(ClaimId(21)), []);
        known.finish().unwrap();
    }

    #[test]
    fn new_claims_read_no_bucket() {
        let dir = tempfile::tempdir().unwrap();
        let lake = lake_with_a_reversal(&dir.path().join("lake"));
        let vault = IdentityVault::open_or_create(lake.dir()).unwrap();
        let known = lake.known(&vault);
        assert!((1_000..2_000).all(|id| known.claim(ClaimId(id)).is_none()));
        assert!(known.buckets.borrow().is_empty());
        assert!(known.claim(ClaimId(11)).is_some());
        assert_eq!(known.buckets.borrow().len(), 1);
    }

    #[test]
    fn a_damaged_lake_is_not_mistaken_for_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        let lake = lake_with_a_reversal(&dir.path().join("lake"));
        let vault = IdentityVault::open_or_create(lake.dir()).unwrap();
        let claims = lake.manifest.files.iter().find(|file| file.table == "claims").unwrap();
        std::fs::write(lake.dir().join(&claims.path), b"PAR1").unwrap();
        let known = lake.known(&vault);
        let _answer = known.claim(ClaimId(11));
        assert_eq!(known.finish().unwrap_err().code, "lake-damaged");
    }
}
