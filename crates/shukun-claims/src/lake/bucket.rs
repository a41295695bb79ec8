//! Whole households as rows of the five tables: their order, and putting them together again.
//!
//! The unit is the whole household, not the person: some accumulators are the household's (household deductibles
//! and caps), so a person apart from the rest of the household could not be settled. Knows no files. Start at
//! [`StoredHousehold`]; the columns are in `tables`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shukun_base::{ClaimId, Day, HouseholdId, PersonId};
use shukun_engine::facts::{Category, Certification, Claim, HouseholdFacts, Person, Resolution};

use super::error::{LakeError, damaged, person_missing};
use super::roster::Provenance;

/// The five tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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

/// A household with what the lake must remember beside the facts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredHousehold {
    pub facts: HouseholdFacts,
    /// Whether a file told of the household; otherwise its row was derived from its members.
    pub stated: bool,
    /// Where the persons' fields come from, by the position of the person in `facts.persons`.
    pub provenance: Vec<Provenance>,
}

impl StoredHousehold {
    /// Its id.
    pub(crate) fn id(&self) -> HouseholdId {
        self.facts.household.household_id
    }

    /// Whether both have the same rows in a table, or in one year of the claims.
    pub(crate) fn is_same_in(&self, other: &StoredHousehold, table: Table, year: Option<i16>) -> bool {
        let (one, two) = (&self.facts, &other.facts);
        match table {
            Table::Households => one.household == two.household && self.stated == other.stated,
            Table::Persons => one.persons == two.persons && self.provenance == other.provenance,
            Table::Certifications => one.certifications == two.certifications,
            Table::Claims => claims_of_year(one, year).eq(claims_of_year(two, year)),
            Table::Resolutions => one.resolutions == two.resolutions,
        }
    }
}

/// The claims whose cost belongs to a year; all where no year is named.
pub(crate) fn claims_of_year(facts: &HouseholdFacts, year: Option<i16>) -> impl Iterator<Item = &Claim> {
    facts.claims.iter().filter(move |claim| year.is_none_or(|year| year_of(claim) == year))
}

/// The calendar year of the cost: of the discharge, else of the settlement.
pub(crate) fn year_of(claim: &Claim) -> i16 {
    claim.incurred_on().year()
}

/// Puts every part of the facts in the order in which it is stored.
pub(crate) fn sort_facts(facts: &mut HouseholdFacts) {
    facts.certifications.sort_by_key(certification_order);
    facts.claims.sort_by_key(claim_order);
    facts.resolutions.sort_by(|one, other| resolution_order(one).cmp(&resolution_order(other)));
}

fn certification_order(row: &Certification) -> (PersonId, Day, Category) {
    (row.person_id, row.valid_from, row.category)
}

/// By person, then as the bills came: by the day of the cost, the day of settlement, the id.
fn claim_order(row: &Claim) -> (PersonId, Day, Day, ClaimId) {
    (row.person_id, row.incurred_on(), row.settled_on, row.claim_id)
}

fn resolution_order(row: &Resolution) -> (PersonId, i16, &str, &str) {
    (row.person_id, row.year, &row.rule, &row.document)
}

/// Puts the rows of some households together again and checks that they are complete and in their order.
#[derive(Default)]
pub(crate) struct Assembly {
    households: BTreeMap<HouseholdId, StoredHousehold>,
    /// The household of the row before, in the same file.
    last: Option<HouseholdId>,
}

impl Assembly {
    /// Begins the next file, whose rows come in household order again.
    pub(crate) fn next_file(&mut self) {
        self.last = None;
    }

    pub(crate) fn add_household(&mut self, household: StoredHousehold) -> Result<(), LakeError> {
        let id = household.id();
        if self.last.is_some_and(|last| last >= id) {
            return Err(out_of_order(id));
        }
        self.last = Some(id);
        self.households.insert(id, household);
        Ok(())
    }

    pub(crate) fn add_person(&mut self, person: Person, provenance: Provenance) -> Result<(), LakeError> {
        let id = person.household_id;
        let (household, before) = self.household(id)?;
        let facts = &mut household.facts;
        is_in_order(id, before, facts.persons.last(), &person, |one, two| one.person_id < two.person_id)?;
        facts.persons.push(person);
        household.provenance.push(provenance);
        Ok(())
    }

    pub(crate) fn add_certification(&mut self, id: HouseholdId, row: Certification) -> Result<(), LakeError> {
        let (facts, before) = self.member(id, row.person_id, Table::Certifications)?;
        let ascends = |one: &Certification, two: &Certification| certification_order(one) < certification_order(two);
        is_in_order(id, before, facts.certifications.last(), &row, ascends)?;
        facts.certifications.push(row);
        Ok(())
    }

    pub(crate) fn add_claim(&mut self, id: HouseholdId, row: Claim) -> Result<(), LakeError> {
        let (facts, before) = self.member(id, row.person_id, Table::Claims)?;
        is_in_order(id, before, facts.claims.last(), &row, |one, two| claim_order(one) < claim_order(two))?;
        facts.claims.push(row);
        Ok(())
    }

    pub(crate) fn add_resolution(&mut self, id: HouseholdId, row: Resolution) -> Result<(), LakeError> {
        let (facts, before) = self.member(id, row.person_id, Table::Resolutions)?;
        let ascends = |one: &Resolution, two: &Resolution| resolution_order(one) < resolution_order(two);
        is_in_order(id, before, facts.resolutions.last(), &row, ascends)?;
        facts.resolutions.push(row);
        Ok(())
    }

    /// The households in the order of their ids.
    pub(crate) fn finish(self) -> Vec<StoredHousehold> {
        let sorted = self.households.into_values().map(|mut household| {
            // The years of the claims came one after the other.
            sort_facts(&mut household.facts);
            household
        });
        sorted.collect()
    }

    fn member(
        &mut self,
        id: HouseholdId,
        person: PersonId,
        table: Table,
    ) -> Result<(&mut HouseholdFacts, bool), LakeError> {
        let (household, before) = self.household(id)?;
        let is_member = household.facts.persons.iter().any(|member| member.person_id == person);
        if is_member { Ok((&mut household.facts, before)) } else { Err(person_missing(person, table.folder())) }
    }

    /// The household, and whether the row before was of it too.
    // INVARIANT: every file is sorted by household.
    fn household(&mut self, id: HouseholdId) -> Result<(&mut StoredHousehold, bool), LakeError> {
        if self.last.is_some_and(|last| last > id) {
            return Err(out_of_order(id));
        }
        let before = self.last.replace(id) == Some(id);
        let found = self.households.get_mut(&id);
        let found = found.ok_or_else(|| damaged(format!("household {id}"), "a household without its row"))?;
        Ok((found, before))
    }
}

fn out_of_order(id: HouseholdId) -> LakeError {
    damaged(format!("household {id}"), "rows out of order")
}

// INVARIANT: within a household every file is sorted by person and event.
fn is_in_order<T>(
    id: HouseholdId,
    before: bool,
    last: Option<&T>,
    row: &T,
    ascends: impl FnOnce(&T, &T) -> bool,
) -> Result<(), LakeError> {
    match last.filter(|_| before) {
        Some(last) if !ascends(last, row) => Err(out_of_order(id)),
        _ => Ok(()),
    }
}
