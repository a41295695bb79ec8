//! What the importer asks of the lake: is this claim on file, who reverses it, what is this person's code.
//!
//! The importer tells beforehand which claims it will ask for. Those that are on file are looked up in the index, and
//! only their people's households are read; a file that brings only new claims reads no household at all.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};

use shukun_base::{ClaimId, HouseholdId, PersonId};
use shukun_engine::facts::Claim;

use super::Lake;
use super::error::LakeError;
use super::runs::CLAIMS;
use crate::identity::{IdentityVault, claim_id};
use crate::import::Known;

#[derive(Debug, Default)]
struct Seen {
    /// Claims that were looked up: on file, or not.
    asked: BTreeSet<ClaimId>,
    /// All claims of the households that were read.
    claims: HashMap<ClaimId, Claim>,
    reversals_of: HashMap<ClaimId, BTreeSet<ClaimId>>,
    households_read: usize,
}

/// The lake as the importer knows it.
#[derive(Debug)]
pub struct LakeKnown<'a> {
    lake: &'a Lake,
    vault: &'a IdentityVault,
    seen: RefCell<Seen>,
    failure: RefCell<Option<LakeError>>,
}

impl Lake {
    /// Answers the importer's questions about this lake.
    pub fn known<'a>(&'a self, vault: &'a IdentityVault) -> LakeKnown<'a> {
        LakeKnown { lake: self, vault, seen: RefCell::default(), failure: RefCell::default() }
    }

    /// The households in which some claims are.
    fn households_with(&self, claims: &BTreeSet<ClaimId>) -> Result<BTreeSet<HouseholdId>, LakeError> {
        let mut persons = BTreeSet::new();
        CLAIMS.find(self.place(), claims.iter().map(|id| id.0).collect(), |_, rows, row| {
            persons.insert(PersonId(rows.ids("person_id")?.get(row)?));
            Ok(())
        })?;
        Ok(self.homes_of(&persons)?.into_values().collect())
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

    fn load(&self, claims: BTreeSet<ClaimId>) -> Result<(), LakeError> {
        let mut seen = self.seen.borrow_mut();
        let new: BTreeSet<ClaimId> = claims.difference(&seen.asked).copied().collect();
        let households = self.lake.read_households(&self.lake.households_with(&new)?)?;
        seen.asked.extend(new);
        seen.households_read += households.len();
        for claim in households.into_iter().flat_map(|household| household.claims) {
            if let Some(reversed) = claim.reverses_claim_id {
                seen.reversals_of.entry(reversed).or_default().insert(claim.claim_id);
            }
            seen.claims.insert(claim.claim_id, claim);
        }
        Ok(())
    }

    fn load_or_note(&self, claims: BTreeSet<ClaimId>) {
        if let Err(error) = self.load(claims) {
            self.failure.borrow_mut().get_or_insert(error);
        }
    }
}

impl Known for LakeKnown<'_> {
    fn look_ahead(&self, claims: &[ClaimId]) {
        self.load_or_note(claims.iter().copied().collect());
    }

    fn claim(&self, id: ClaimId) -> Option<Claim> {
        if !self.seen.borrow().asked.contains(&id) {
            self.load_or_note(BTreeSet::from([id]));
        }
        self.seen.borrow().claims.get(&id).cloned()
    }

    fn reversals_of(&self, id: ClaimId) -> Vec<Claim> {
        if self.claim(id).is_none() {
            return Vec::new();
        }
        let seen = self.seen.borrow();
        let reversals = seen.reversals_of.get(&id).into_iter().flatten();
        reversals.filter_map(|reversal| seen.claims.get(reversal).cloned()).collect()
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
    fn new_claims_read_no_household() {
        let dir = tempfile::tempdir().unwrap();
        let lake = lake_with_a_reversal(&dir.path().join("lake"));
        let vault = IdentityVault::open_or_create(lake.dir()).unwrap();
        let known = lake.known(&vault);
        let new: Vec<ClaimId> = (1_000..2_000).map(ClaimId).collect();
        known.look_ahead(&new);
        assert!(new.iter().all(|id| known.claim(*id).is_none()));
        assert_eq!(known.seen.borrow().households_read, 0);
        assert!(known.claim(ClaimId(11)).is_some());
        assert_eq!(known.seen.borrow().households_read, 1);
    }

    #[test]
    fn a_damaged_lake_is_not_mistaken_for_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        let lake = lake_with_a_reversal(&dir.path().join("lake"));
        let vault = IdentityVault::open_or_create(lake.dir()).unwrap();
        let claims = lake.manifest.entries().find(|file| file.path.starts_with("claims/")).unwrap();
        std::fs::write(lake.dir().join(&claims.path), b"PAR1").unwrap();
        let known = lake.known(&vault);
        let _answer = known.claim(ClaimId(11));
        assert_eq!(known.finish().unwrap_err().code, "lake-damaged");
    }
}
