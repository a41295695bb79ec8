//! The lake's five tables as a chunk: persons, certifications and claims find their places by merging sorted ids.
//!
//! Start at [`Tables::build`].

use std::borrow::Cow;
use std::collections::BTreeMap;

use arrow::array::{AsArray as _, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{Int16Type, Int32Type};
use shukun_base::{Fen, PersonId, RegionCode};
use shukun_engine::facts::{Category, Insurance, Resolution, Sex};
use shukun_engine::kernel::{CertificationRows, Chunk, HouseholdRows, Names, Needs, PersonRows};

use super::alone::reversals;
use super::cells::{Cells, find};
use super::claims::{ClaimColumns, category, known_words, words_of};
use super::error::{Place, missing_column, stray_row, unsorted, wrong_type};
use super::facts::{FactRows, read_facts};
use super::slow::{Beside, insurance_code, sex_code};
use crate::lake::LakeError;
use crate::lake::codes::Code as _;
use crate::lake::error::damaged;

/// Rows of some whole households, table by table, each by household.
#[derive(Debug)]
pub(crate) struct Households {
    pub households: RecordBatch,
    pub persons: RecordBatch,
    pub certifications: RecordBatch,
    pub claims: RecordBatch,
    /// Whether the claims stand by household already.
    pub claims_in_order: bool,
    pub resolutions: RecordBatch,
}

/// Buffers for chunks of the lake's tables.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    claims: ClaimColumns,
    /// The claims by household, where they had to be put in order.
    sorted: Option<RecordBatch>,
    ids: [Vec<u64>; 7],
    amounts: [Vec<i64>; 2],
    days: [Vec<i32>; 5],
    codes: [Vec<u8>; 7],
    /// Place of each person's household, of each certification's and each claim's person.
    places: [Vec<u32>; 3],
    /// Where each household's persons begin; with the end behind the last.
    first_person: Vec<u32>,
}

/// Whole households, and what a chunk has no place for.
pub(crate) struct Built<'a> {
    pub chunk: Chunk<'a>,
    claim_facts: FactRows,
    person_facts: FactRows,
    reverses: Vec<(usize, u64)>,
    resolutions: BTreeMap<u64, Vec<Resolution>>,
}

impl<'a> Built<'a> {
    /// What the slow lane needs beside the chunk.
    pub(crate) fn beside<'b>(&self, region: &'b RegionCode) -> Beside<'b> {
        Beside {
            claim_facts: self.claim_facts.clone(),
            person_facts: self.person_facts.clone(),
            reverses: self.reverses.clone(),
            resolutions: self.resolutions.clone(),
            region,
        }
    }

    /// The words to give back.
    pub(crate) fn words(self) -> [Vec<String>; 3] {
        words_of(self.chunk.claims)
    }
}

impl Tables {
    /// The chunk of these households.
    pub(crate) fn build<'a>(
        &'a mut self,
        of: &'a Households,
        names: &Names,
        needs: &Needs,
        place: Place<'a>,
    ) -> Result<Built<'a>, LakeError> {
        let [h_ids, p_homes, p_ids, k_homes, k_ids, c_homes, c_ids] = &mut self.ids;
        let [home_of, certified, person_of] = &mut self.places;
        let homes = column(&of.households, "household_id", place)?.ids(h_ids)?;
        ascending(&homes, place)?;
        let person_homes = ids(&of.persons, "household_id", p_homes, place)?;
        let person_ids = ids(&of.persons, "person_id", p_ids, place)?;
        find_homes(&homes, &person_homes, &person_ids, home_of, &mut self.first_person, place)?;
        let people = People { homes: &homes, ids: &person_ids, first: &self.first_person };

        let certified_homes = ids(&of.certifications, "household_id", k_homes, place)?;
        let certified_ids = ids(&of.certifications, "person_id", k_ids, place)?;
        people.find("certifications", &certified_homes, &certified_ids, certified, place)?;

        self.sorted = if of.claims_in_order { None } else { Some(by_household(&of.claims, place)?) };
        let rows: &'a RecordBatch = self.sorted.as_ref().unwrap_or(&of.claims);
        let claim_homes = ids(rows, "household_id", c_homes, place)?;
        let claim_ids = ids(rows, "person_id", c_ids, place)?;
        people.find("claims", &claim_homes, &claim_ids, person_of, place)?;
        let (mut claims, claim_facts) =
            if rows.num_columns() == 0 { Default::default() } else { self.claims.read(rows, names, needs, place)? };
        claims.person = Cow::Borrowed(person_of);

        let resolutions = resolutions(&of.resolutions, place)?;
        let [income, members] = &mut self.amounts;
        let [birth, from, to, certified_on, applied_on] = &mut self.days;
        let [sex, insurance, register, disability, categories, illness, resolved] = &mut self.codes;
        resolved.clear();
        resolved.extend(homes.iter().map(|home| u8::from(resolutions.contains_key(home))));
        let mut household_rows =
            HouseholdRows { id: homes, has_resolution: Cow::Borrowed(resolved), ..HouseholdRows::default() };
        if let Some(cells) = find(&of.households, "annual_income_fen", place) {
            household_rows.annual_income_fen = cells.amounts(income)?;
        }
        if let Some(cells) = find(&of.households, "members", place) {
            household_rows.members = cells.amounts(members)?;
        }
        let facts = if needs.person_facts { find(&of.persons, "facts", place) } else { None };
        let person_facts = read_facts(facts)?;
        let mut persons = PersonRows {
            facts: person_facts.columns(names, false, person_ids.len()),
            id: person_ids,
            household: Cow::Borrowed(home_of),
            ..PersonRows::default()
        };
        if let Some(cells) = find(&of.persons, "birth_date", place) {
            persons.birth = cells.days(birth)?;
        }
        if let Some(cells) = find(&of.persons, "sex", place) {
            persons.sex = cells.codes(|word| Sex::from_word(word).map(sex_code), "M, F", sex)?;
        }
        if let Some(cells) = find(&of.persons, "insurance", place) {
            let code = |word: &str| Insurance::from_word(word).map(insurance_code);
            persons.insurance = cells.codes(code, &known_words::<Insurance>(), insurance)?;
        }
        if let Some(cells) = find(&of.persons, "local_register", place) {
            persons.local_register = cells.flags(register)?;
        }
        if let Some(cells) = find(&of.persons, "disability_certificate", place) {
            persons.disability_certificate = cells.flags(disability)?;
        }
        let mut certifications = CertificationRows { person: Cow::Borrowed(certified), ..CertificationRows::default() };
        if of.certifications.num_rows() > 0 {
            let cell = |name| column(&of.certifications, name, place);
            certifications.category =
                cell("category")?.known_codes(category, &known_words::<Category>(), categories)?;
            certifications.valid_from = cell("valid_from")?.known_days(from)?;
            certifications.valid_to = cell("valid_to")?.days(to)?;
            certifications.certified_on = cell("certified_on")?.known_days(certified_on)?;
            certifications.applied_on = cell("applied_on")?.days(applied_on)?;
            certifications.due_to_illness = cell("due_to_illness")?.flags(illness)?;
        }
        let reverses = reversals(rows, needs, place)?;
        let chunk = Chunk { households: household_rows, persons, certifications, claims };
        Ok(Built { chunk, claim_facts, person_facts, reverses, resolutions })
    }

    /// Keeps what a chunk that is done with held for the next one.
    pub(crate) fn give_back(&mut self, words: [Vec<String>; 3]) {
        self.claims.give_back(words);
    }
}

fn column<'a>(rows: &'a RecordBatch, name: &'a str, place: Place<'a>) -> Result<Cells<'a>, LakeError> {
    find(rows, name, place).ok_or_else(|| missing_column(name, place.file))
}

/// A column of ids; none where the table has no rows here.
fn ids<'a>(
    rows: &'a RecordBatch,
    name: &'a str,
    slot: &'a mut Vec<u64>,
    place: Place<'a>,
) -> Result<Cow<'a, [u64]>, LakeError> {
    if rows.num_rows() == 0 { Ok(Cow::Borrowed(&[])) } else { column(rows, name, place)?.ids(slot) }
}

fn ascending(ids: &[u64], place: Place<'_>) -> Result<(), LakeError> {
    match ids.array_windows().position(|[before, id]| id <= before) {
        None => Ok(()),
        Some(row) => Err(unsorted("household_id", row.saturating_add(1), place)),
    }
}

/// The household of each person, and where each household's persons begin.
fn find_homes(
    homes: &[u64],
    person_homes: &[u64],
    persons: &[u64],
    home_of: &mut Vec<u32>,
    first_person: &mut Vec<u32>,
    place: Place<'_>,
) -> Result<(), LakeError> {
    home_of.clear();
    first_person.clear();
    let mut rows = person_homes.iter().zip(persons).enumerate().peekable();
    for (at, home) in (0_u32..).zip(homes) {
        first_person.push(u32::try_from(home_of.len()).unwrap_or(u32::MAX));
        let mut before = None;
        while let Some((row, (_, person))) = rows.next_if(|(_, (of, _))| *of == home) {
            if before.replace(*person).is_some_and(|before| before >= *person) {
                return Err(unsorted("person_id", row, place));
            }
            home_of.push(at);
        }
    }
    first_person.push(u32::try_from(home_of.len()).unwrap_or(u32::MAX));
    rows.next().map_or(Ok(()), |(row, _)| Err(stray_row("persons", row, place)))
}

/// Who the persons are.
struct People<'a> {
    homes: &'a [u64],
    ids: &'a [u64],
    first: &'a [u32],
}

impl People<'_> {
    /// The person's place of each row; rows stand by household.
    fn find(
        &self,
        table: &str,
        homes: &[u64],
        persons: &[u64],
        places: &mut Vec<u32>,
        place: Place<'_>,
    ) -> Result<(), LakeError> {
        places.clear();
        let (mut home, mut last) = (0_usize, None);
        for (row, (of, person)) in homes.iter().zip(persons).enumerate() {
            // Rows of a person mostly follow one another.
            if let Some((known, at)) = last
                && known == (of, person)
            {
                places.push(at);
                continue;
            }
            let ahead = self.homes.get(home..).unwrap_or_default();
            home = home.saturating_add(ahead.iter().take_while(|known| *known < of).count());
            let found = (self.homes.get(home) == Some(of)).then(|| self.member(home, *person)).flatten();
            let Some(at) = found else { return Err(stray_row(table, row, place)) };
            places.push(at);
            last = Some(((of, person), at));
        }
        Ok(())
    }

    fn member(&self, home: usize, person: u64) -> Option<u32> {
        let index = |place: usize| self.first.get(place).and_then(|first| usize::try_from(*first).ok());
        let (from, to) = (index(home)?, index(home.saturating_add(1))?);
        let member = self.ids.get(from..to)?.binary_search(&person).ok()?;
        u32::try_from(from.saturating_add(member)).ok()
    }
}

/// The rows by household, otherwise in the order they had.
fn by_household(rows: &RecordBatch, place: Place<'_>) -> Result<RecordBatch, LakeError> {
    let mut slot = Vec::new();
    let homes = ids(rows, "household_id", &mut slot, place)?;
    let mut order: Vec<u32> = (0..u32::try_from(homes.len()).unwrap_or(u32::MAX)).collect();
    order.sort_by_key(|row| usize::try_from(*row).ok().and_then(|row| homes.get(row)).copied());
    take_record_batch(rows, &UInt32Array::from(order)).map_err(|cause| damaged(place.file, cause))
}

/// Meetings' decisions by household.
fn resolutions(rows: &RecordBatch, place: Place<'_>) -> Result<BTreeMap<u64, Vec<Resolution>>, LakeError> {
    let mut found: BTreeMap<u64, Vec<Resolution>> = BTreeMap::new();
    if rows.num_rows() == 0 {
        return Ok(found);
    }
    let (mut homes, mut persons, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
    let homes = ids(rows, "household_id", &mut homes, place)?;
    let persons = ids(rows, "person_id", &mut persons, place)?;
    let amounts = column(rows, "amount_fen", place)?.money(&mut amounts)?;
    let wrong = |name: &str| wrong_type(name, "?", "Utf8", place.file);
    let rules = column(rows, "rule", place)?.array.as_dictionary_opt::<Int32Type>().ok_or_else(|| wrong("rule"))?;
    let rules = rules.downcast_dict::<arrow::array::StringArray>().ok_or_else(|| wrong("rule"))?;
    let years = column(rows, "year", place)?.array.as_primitive_opt::<Int16Type>().ok_or_else(|| wrong("year"))?;
    let documents = column(rows, "document", place)?.array.as_string_opt::<i32>().ok_or_else(|| wrong("document"))?;
    let cells = homes.iter().zip(persons.iter()).zip(amounts.iter()).zip(rules).zip(years).zip(documents);
    for (((((home, person), amount), rule), year), document) in cells {
        found.entry(*home).or_default().push(Resolution {
            person_id: PersonId(*person),
            rule: rule.unwrap_or_default().to_owned(),
            year: year.unwrap_or_default(),
            amount_fen: Fen(*amount),
            document: document.unwrap_or_default().to_owned(),
        });
    }
    Ok(found)
}
