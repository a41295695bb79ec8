//! What a commit will do, before it writes: who is named, who will live with whom, and in which partition.
//!
//! Holds the people that the batches name and their households, never all people of the lake, and none of their
//! claims. Start at [`Plan`].

use std::collections::{BTreeMap, BTreeSet, HashMap};

use shukun_base::{ClaimId, HouseholdId, PersonId};

use super::Lake;
use super::bucket::{StoredHousehold, Table};
use super::error::LakeError;
use super::manifest::Manifest;
use super::merge::{Addition, CommitReport, People};
use super::place::{Partition, buckets_for, county_of};
use super::read::partition_of;
use super::runs::CLAIMS;

/// The households that a commit is about, before and after.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// The households as they will be, without claims, certifications and resolutions yet.
    pub families: BTreeMap<HouseholdId, StoredHousehold>,
    /// Where households lie now.
    pub was: BTreeMap<HouseholdId, Partition>,
    /// Where people of the lake live now.
    pub came_from: HashMap<PersonId, HouseholdId>,
    /// Where they will live.
    pub homes: HashMap<PersonId, HouseholdId>,
    /// Whose claim an id is: of those on file and of those that come.
    pub owners: HashMap<ClaimId, PersonId>,
}

/// What happens in one partition.
#[derive(Clone, Debug, Default)]
pub(crate) struct Work {
    /// Households that have rows here now.
    pub were: BTreeSet<HouseholdId>,
    /// Households that will have rows here.
    pub will_be: BTreeSet<HouseholdId>,
}

impl Lake {
    /// Plans what these additions do.
    pub(crate) fn plan(&self, additions: &[Addition], report: &mut CommitReport) -> Result<Plan, LakeError> {
        let (persons, mut households) = named(additions);
        households.extend(self.homes_of(&persons)?.into_values());
        let was = self.places_of(&households)?;
        let stored = self.read_stored(&was, &[Table::Households, Table::Persons])?;
        let came_from = stored.iter().flat_map(homes_in).collect();
        let mut people = People::default();
        people.load(stored);
        additions.iter().try_for_each(|addition| people.add(addition, report))?;
        let families = people.into_families();
        let homes = families.values().flat_map(homes_in).collect();
        Ok(Plan { families, was, came_from, homes, owners: self.owners(additions)? })
    }

    /// Whose the claims are: the first who had a number keeps it.
    fn owners(&self, additions: &[Addition]) -> Result<HashMap<ClaimId, PersonId>, LakeError> {
        let claims = || additions.iter().flat_map(Addition::claims);
        let mut owners = HashMap::new();
        CLAIMS.find(self.place(), claims().map(|claim| claim.claim_id.0).collect(), |claim, rows, row| {
            owners.insert(ClaimId(claim), PersonId(rows.ids("person_id")?.get(row)?));
            Ok(())
        })?;
        for claim in claims() {
            owners.entry(claim.claim_id).or_insert(claim.person_id);
        }
        Ok(owners)
    }
}

impl Plan {
    /// The counties that need more buckets than they have, with how many.
    pub(crate) fn buckets(&self, manifest: &Manifest, people_in_bucket: u64) -> BTreeMap<String, u16> {
        let mut come: BTreeMap<&str, u64> = BTreeMap::new();
        for family in self.families.values() {
            *come.entry(county_of(&family.facts.household.region_code)).or_default() += people_of(family);
        }
        let mut go: BTreeMap<&str, u64> = BTreeMap::new();
        for partition in self.came_from.values().filter_map(|home| self.was.get(home)) {
            *go.entry(partition.county.as_str()).or_default() += 1;
        }
        let needed = come.into_iter().filter_map(|(county, come)| {
            let stay = manifest.rows_in(Table::Persons, county).saturating_sub(go.get(county).copied().unwrap_or(0));
            let has = manifest.counties.get(county).copied().unwrap_or(0);
            let needed = buckets_for(stay.saturating_add(come), people_in_bucket, has);
            (needed > has).then(|| (county.to_owned(), needed))
        });
        needed.collect()
    }

    /// What happens where, in the layout of `next`.
    pub(crate) fn work(&self, next: &Manifest) -> BTreeMap<Partition, Work> {
        let mut work: BTreeMap<Partition, Work> = BTreeMap::new();
        for (id, partition) in &self.was {
            work.entry(partition.clone()).or_default().were.insert(*id);
        }
        for (id, family) in &self.families {
            let partition = partition_of(next, *id, county_of(&family.facts.household.region_code));
            work.entry(partition).or_default().will_be.insert(*id);
        }
        work
    }

    /// People who are new or live elsewhere than before, in the order of their ids.
    pub(crate) fn moves(&self) -> BTreeMap<PersonId, HouseholdId> {
        let moved = self.homes.iter().filter(|(person, home)| self.came_from.get(person) != Some(home));
        moved.map(|(person, home)| (*person, *home)).collect()
    }
}

fn homes_in(stored: &StoredHousehold) -> Vec<(PersonId, HouseholdId)> {
    stored.facts.persons.iter().map(|person| (person.person_id, person.household_id)).collect()
}

fn people_of(family: &StoredHousehold) -> u64 {
    family.facts.persons.len() as u64
}

/// The people and the households that the additions name.
fn named(additions: &[Addition]) -> (BTreeSet<PersonId>, BTreeSet<HouseholdId>) {
    let (mut persons, mut households) = (BTreeSet::new(), BTreeSet::new());
    for addition in additions {
        persons.extend(addition.certifications().iter().map(|row| row.person_id));
        persons.extend(addition.claims().iter().map(|row| row.person_id));
        persons.extend(addition.resolutions.iter().map(|row| row.person_id));
        if let Some(batch) = addition.batch {
            persons.extend(batch.persons.iter().map(|row| row.person_id));
            households.extend(batch.persons.iter().map(|row| row.household_id));
            households.extend(batch.households.iter().map(|row| row.household_id));
        }
    }
    (persons, households)
}
