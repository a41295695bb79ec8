//! What one bucket holds, as rows of its five tables, and how a household finds its bucket.
//!
//! The unit is the whole household, not the person: some accumulators are the household's (household deductibles
//! and caps), so a person apart from the rest of the household could not be settled. Knows no files. Start at
//! [`StoredHousehold`]; the tables are in the neighbouring `*_table` modules.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use shukun_base::{HouseholdId, PersonId};
use shukun_engine::facts::{Certification, Claim, HouseholdFacts, Resolution};

use super::error::{LakeError, damaged, person_missing};
use super::roster::Provenance;

/// The five tables of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Table {
    Households,
    Persons,
    Certifications,
    Claims,
    Resolutions,
}

impl Table {
    pub(crate) const ALL: [Table; 5] =
        [Table::Households, Table::Persons, Table::Certifications, Table::Claims, Table::Resolutions];

    /// The folder its files lie in.
    pub(crate) fn folder(self) -> &'static str {
        match self {
            Table::Households => "households",
            Table::Persons => "persons",
            Table::Certifications => "certifications",
            Table::Claims => "claims",
            Table::Resolutions => "resolutions",
        }
    }
}

/// The bucket of a household: a hash of its id, the same on every machine and for ever.
pub(crate) fn bucket_of(household: HouseholdId, buckets: u16) -> u16 {
    let digest = Sha256::digest(household.0.to_le_bytes());
    let head = digest.first_chunk::<8>().copied().map_or(0, u64::from_le_bytes);
    u16::try_from(head % u64::from(buckets.max(1))).unwrap_or(0)
}

/// A household with what the lake must remember beside the facts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredHousehold {
    pub facts: HouseholdFacts,
    /// Whether a file told of the household; otherwise its row was derived from its members.
    pub stated: bool,
    /// Where the persons' fields come from, by the position of the person in `facts.persons`.
    pub provenance: Vec<Provenance>,
}

/// Puts every part of the facts in the order in which it is stored.
pub(crate) fn sort_facts(facts: &mut HouseholdFacts) {
    facts.certifications.sort_by_key(|row| (row.person_id, row.valid_from, row.category));
    facts.claims.sort_by_key(|row| (row.person_id, row.settled_on, row.claim_id));
    facts.resolutions.sort_by(|one, other| resolution_order(one).cmp(&resolution_order(other)));
}

fn resolution_order(row: &Resolution) -> (PersonId, i16, &str, &str) {
    (row.person_id, row.year, &row.rule, &row.document)
}

/// A hash over the facts of a bucket: equal for equal facts.
pub(crate) fn content_hash(households: &[StoredHousehold]) -> Result<[u8; 32], LakeError> {
    let mut hash = HashSink(Sha256::new());
    for household in households {
        serde_json::to_writer(&mut hash, &household.facts).map_err(|cause| damaged("content hash", cause))?;
        hash.0.update(b"\n");
    }
    Ok(hash.0.finalize().into())
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

/// Puts the rows of a bucket's tables together again and checks that they belong there, in order and complete.
#[derive(Default)]
pub(crate) struct Assembly {
    households: BTreeMap<HouseholdId, StoredHousehold>,
    last: Option<HouseholdId>,
}

impl Assembly {
    /// Begins the next table, whose rows come in household order again.
    pub(crate) fn next_table(&mut self) {
        self.last = None;
    }

    pub(crate) fn add_household(&mut self, household: StoredHousehold) -> Result<(), LakeError> {
        let id = household.facts.household.household_id;
        self.in_order(id)?;
        self.households.insert(id, household);
        Ok(())
    }

    pub(crate) fn add_person(
        &mut self,
        person: shukun_engine::facts::Person,
        provenance: Provenance,
    ) -> Result<(), LakeError> {
        let household = self.household(person.household_id)?;
        household.facts.persons.push(person);
        household.provenance.push(provenance);
        Ok(())
    }

    pub(crate) fn add_certification(&mut self, id: HouseholdId, row: Certification) -> Result<(), LakeError> {
        self.member(id, row.person_id, "certifications")?.certifications.push(row);
        Ok(())
    }

    pub(crate) fn add_claim(&mut self, id: HouseholdId, row: Claim) -> Result<(), LakeError> {
        self.member(id, row.person_id, "claims")?.claims.push(row);
        Ok(())
    }

    pub(crate) fn add_resolution(&mut self, id: HouseholdId, row: Resolution) -> Result<(), LakeError> {
        self.member(id, row.person_id, "resolutions")?.resolutions.push(row);
        Ok(())
    }

    /// The households in the order of their ids.
    pub(crate) fn finish(self) -> Vec<StoredHousehold> {
        let sorted = self.households.into_values().map(|mut household| {
            sort_facts(&mut household.facts);
            household
        });
        sorted.collect()
    }

    fn member(&mut self, id: HouseholdId, person: PersonId, table: &str) -> Result<&mut HouseholdFacts, LakeError> {
        let facts = &mut self.household(id)?.facts;
        let is_member = facts.persons.iter().any(|member| member.person_id == person);
        if is_member { Ok(facts) } else { Err(person_missing(person, table)) }
    }

    fn household(&mut self, id: HouseholdId) -> Result<&mut StoredHousehold, LakeError> {
        self.in_order(id)?;
        self.households.get_mut(&id).ok_or_else(|| damaged(format!("household {id}"), "a household without its row"))
    }

    // INVARIANT: every table of a bucket is sorted by household.
    fn in_order(&mut self, id: HouseholdId) -> Result<(), LakeError> {
        if self.last.is_some_and(|last| last > id) {
            return Err(damaged(format!("household {id}"), "rows out of order"));
        }
        self.last = Some(id);
        Ok(())
    }
}
