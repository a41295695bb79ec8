//! Joining new rows to what is stored: idempotent, and blind to the order of arrival (see `roster` for the one
//! exception).
//!
//! Values in, values out; knows no files. Start at [`Content`].

use std::collections::{BTreeMap, HashMap, hash_map};

use shukun_base::{ClaimId, Day, HouseholdId, PersonId};
use shukun_engine::facts::{Category, Certification, Claim, Household, HouseholdFacts, Resolution};

use super::bucket::{StoredHousehold, sort_facts};
use super::error::{LakeError, claims_differ, person_missing};
use super::roster::StoredPerson;
use super::tables::empty_facts;
use crate::{Batch, Kind};

/// What a commit changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitReport {
    /// The state of the lake after the commit; unchanged where it brought nothing new.
    pub generation: u64,
    /// Persons seen for the first time.
    pub persons_new: u64,
    /// Persons that a roster moved to another household, with all their claims.
    pub persons_moved: u64,
    /// Certifications that were not on file.
    pub certifications_new: u64,
    /// Claims that were not on file.
    pub claims_new: u64,
    /// Claims that were on file with the same content.
    pub claims_known: u64,
    /// Claims that are on file with another content, which stays as it is: a claim is corrected by a reversal.
    pub claims_conflicting: Vec<ClaimId>,
    /// Resolutions that were not on file.
    pub resolutions_new: u64,
    /// Resolutions on file for another amount under the same document, which stays as it is.
    pub resolutions_conflicting: u64,
}

/// New rows to join: a batch, or resolutions, which no spreadsheet brings.
#[derive(Debug)]
pub(crate) struct Addition<'a> {
    pub batch: Option<&'a Batch>,
    pub resolutions: &'a [Resolution],
}

impl<'a> Addition<'a> {
    pub(crate) fn certifications(&self) -> &'a [Certification] {
        self.batch.map(|batch| batch.certifications.as_slice()).unwrap_or_default()
    }

    pub(crate) fn claims(&self) -> &'a [Claim] {
        self.batch.map(|batch| batch.claims.as_slice()).unwrap_or_default()
    }
}

type CertificationKey = (PersonId, Day, Category);
type ResolutionKey = (PersonId, i16, String, String);

/// Who there is and who lives with whom: the persons and households that a commit is about, whole households.
#[derive(Default)]
pub(crate) struct People {
    /// Households that a file told of.
    households: BTreeMap<HouseholdId, Household>,
    persons: BTreeMap<PersonId, StoredPerson>,
}

impl People {
    /// Adds households as they were stored.
    pub(crate) fn load(&mut self, stored: Vec<StoredHousehold>) {
        for household in stored {
            let StoredHousehold { facts, stated, provenance } = household;
            if stated {
                self.households.insert(facts.household.household_id, facts.household);
            }
            for (person, provenance) in facts.persons.into_iter().zip(provenance) {
                self.persons.insert(person.person_id, StoredPerson { person, provenance });
            }
        }
    }

    /// Joins the new persons and households, and checks that every other new row has its person.
    pub(crate) fn add(&mut self, new: &Addition, report: &mut CommitReport) -> Result<(), LakeError> {
        if let Some(batch) = new.batch {
            let kind = batch.source.kind;
            batch.persons.iter().for_each(|row| self.add_person(StoredPerson::new(row.clone(), kind), report));
            batch.households.iter().for_each(|row| self.add_household(row, kind));
        }
        self.need_persons(new.certifications().iter().map(|row| row.person_id), "certifications")?;
        self.need_persons(new.claims().iter().map(|row| row.person_id), "claims")?;
        self.need_persons(new.resolutions.iter().map(|row| row.person_id), "resolutions")?;
        refuse_two_in_one(new.claims())
    }

    // INVARIANT: every row belongs to a person who has a row.
    fn need_persons(&self, mut persons: impl Iterator<Item = PersonId>, table: &str) -> Result<(), LakeError> {
        let missing = persons.find(|person| !self.persons.contains_key(person));
        missing.map_or(Ok(()), |person| Err(person_missing(person, table)))
    }

    fn add_person(&mut self, new: StoredPerson, report: &mut CommitReport) {
        let Some(stored) = self.persons.get_mut(&new.person.person_id) else {
            report.persons_new += 1;
            self.persons.insert(new.person.person_id, new);
            return;
        };
        let before = stored.person.household_id;
        stored.join(&new);
        report.persons_moved += u64::from(stored.person.household_id != before);
    }

    fn add_household(&mut self, new: &Household, kind: Kind) {
        let Some(stored) = self.households.get_mut(&new.household_id) else {
            self.households.insert(new.household_id, new.clone());
            return;
        };
        if kind == Kind::Roster {
            let income = new.annual_income_fen.or(stored.annual_income_fen);
            let keeps_village = new.region_code.contains(&stored.region_code);
            let region_code = if keeps_village { stored.region_code.clone() } else { new.region_code.clone() };
            let members = if new.members > 0 { new.members } else { stored.members };
            *stored = Household { annual_income_fen: income, region_code, members, ..new.clone() };
        }
    }

    /// The households, in the order of their ids, with their persons and no other rows yet.
    pub(crate) fn into_families(self) -> BTreeMap<HouseholdId, StoredHousehold> {
        let mut families: BTreeMap<HouseholdId, StoredHousehold> = self
            .households
            .into_iter()
            .map(|(id, row)| (id, StoredHousehold { facts: empty_facts(row), stated: true, provenance: vec![] }))
            .collect();
        for stored in self.persons.into_values() {
            join_family(&mut families, stored);
        }
        families
    }
}

/// One file does not tell two different things under one number.
fn refuse_two_in_one(claims: &[Claim]) -> Result<(), LakeError> {
    let mut by_id: HashMap<ClaimId, &Claim> = HashMap::new();
    for claim in claims {
        if by_id.insert(claim.claim_id, claim).is_some_and(|other| other != claim) {
            return Err(claims_differ(claim.claim_id));
        }
    }
    Ok(())
}

/// The other rows of some persons, each by its key.
#[derive(Default)]
pub(crate) struct PersonRows {
    certifications: BTreeMap<CertificationKey, Certification>,
    claims: HashMap<ClaimId, Claim>,
    resolutions: BTreeMap<ResolutionKey, Resolution>,
    new_claims: Vec<(ClaimId, PersonId)>,
}

impl PersonRows {
    /// The claims that were not on file.
    pub(crate) fn new_claims(&mut self) -> Vec<(ClaimId, PersonId)> {
        std::mem::take(&mut self.new_claims)
    }

    /// Adds what was stored of the persons that `is_of` chooses.
    pub(crate) fn load(&mut self, facts: HouseholdFacts, is_of: impl Fn(PersonId) -> bool) {
        let certifications = facts.certifications.into_iter().filter(|row| is_of(row.person_id));
        self.certifications.extend(certifications.map(|row| (certification_key(&row), row)));
        let claims = facts.claims.into_iter().filter(|row| is_of(row.person_id));
        self.claims.extend(claims.map(|row| (row.claim_id, row)));
        let resolutions = facts.resolutions.into_iter().filter(|row| is_of(row.person_id));
        self.resolutions.extend(resolutions.map(|row| (resolution_key(&row), row)));
    }

    /// Joins the new rows of the persons that `is_of` chooses; `owners` says whose claim an id is.
    pub(crate) fn add(
        &mut self,
        new: &Addition,
        is_of: impl Fn(PersonId) -> bool,
        owners: &HashMap<ClaimId, PersonId>,
        report: &mut CommitReport,
    ) {
        for row in new.certifications().iter().filter(|row| is_of(row.person_id)) {
            self.add_certification(row, report);
        }
        for claim in new.claims().iter().filter(|row| is_of(row.person_id)) {
            match owners.get(&claim.claim_id) {
                Some(owner) if *owner != claim.person_id => report.claims_conflicting.push(claim.claim_id),
                _ => self.add_claim(claim, report),
            }
        }
        for row in new.resolutions.iter().filter(|row| is_of(row.person_id)) {
            self.add_resolution(row, report);
        }
    }

    fn add_certification(&mut self, new: &Certification, report: &mut CommitReport) {
        let Some(stored) = self.certifications.get_mut(&certification_key(new)) else {
            report.certifications_new += 1;
            self.certifications.insert(certification_key(new), new.clone());
            return;
        };
        // An end, once known, stays; a later file may correct it but not open it again: that is a new certification.
        stored.valid_to = new.valid_to.or(stored.valid_to);
        stored.certified_on = stored.certified_on.min(new.certified_on);
        stored.applied_on = earlier(stored.applied_on, new.applied_on);
        stored.due_to_illness |= new.due_to_illness;
    }

    fn add_claim(&mut self, new: &Claim, report: &mut CommitReport) {
        match self.claims.entry(new.claim_id) {
            hash_map::Entry::Vacant(place) => {
                place.insert(new.clone());
                self.new_claims.push((new.claim_id, new.person_id));
                report.claims_new += 1;
            }
            hash_map::Entry::Occupied(stored) if stored.get() == new => report.claims_known += 1,
            hash_map::Entry::Occupied(_) => report.claims_conflicting.push(new.claim_id),
        }
    }

    fn add_resolution(&mut self, new: &Resolution, report: &mut CommitReport) {
        match self.resolutions.get(&resolution_key(new)) {
            None => {
                self.resolutions.insert(resolution_key(new), new.clone());
                report.resolutions_new += 1;
            }
            Some(stored) => report.resolutions_conflicting += u64::from(stored != new),
        }
    }

    /// Gives every row to the household of its person, in the order in which it is stored.
    pub(crate) fn give_to(
        self,
        families: &mut BTreeMap<HouseholdId, StoredHousehold>,
        homes: &HashMap<PersonId, HouseholdId>,
    ) {
        for row in self.certifications.into_values() {
            if let Some(facts) = facts_of(row.person_id, families, homes) {
                facts.certifications.push(row);
            }
        }
        for row in self.claims.into_values() {
            if let Some(facts) = facts_of(row.person_id, families, homes) {
                facts.claims.push(row);
            }
        }
        for row in self.resolutions.into_values() {
            if let Some(facts) = facts_of(row.person_id, families, homes) {
                facts.resolutions.push(row);
            }
        }
        families.values_mut().for_each(|family| sort_facts(&mut family.facts));
    }
}

/// The facts of the household of a person.
fn facts_of<'a>(
    person: PersonId,
    families: &'a mut BTreeMap<HouseholdId, StoredHousehold>,
    homes: &HashMap<PersonId, HouseholdId>,
) -> Option<&'a mut HouseholdFacts> {
    homes.get(&person).and_then(|home| families.get_mut(home)).map(|family| &mut family.facts)
}

/// Puts a person, who comes in the order of the ids, into their household; one that no file told of is made of
/// its members: as many as there are, living where the first of them lives. A household has never fewer members than
/// there are persons of it.
fn join_family(families: &mut BTreeMap<HouseholdId, StoredHousehold>, stored: StoredPerson) {
    let household_id = stored.person.household_id;
    let family = families.entry(household_id).or_insert_with(|| {
        let row = Household {
            household_id,
            region_code: stored.person.region_code.clone(),
            annual_income_fen: None,
            members: 0,
        };
        StoredHousehold { facts: empty_facts(row), stated: false, provenance: vec![] }
    });
    family.facts.persons.push(stored.person);
    family.provenance.push(stored.provenance);
    let on_file = i16::try_from(family.facts.persons.len()).unwrap_or(i16::MAX);
    let members = &mut family.facts.household.members;
    *members = on_file.max(*members);
}

fn certification_key(row: &Certification) -> CertificationKey {
    (row.person_id, row.valid_from, row.category)
}

fn resolution_key(row: &Resolution) -> ResolutionKey {
    (row.person_id, row.year, row.rule.clone(), row.document.clone())
}

fn earlier(one: Option<Day>, other: Option<Day>) -> Option<Day> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
