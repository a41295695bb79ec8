//! A claims table by itself as a chunk: nothing is known of its persons but their claims.
//!
//! Start at [`Alone::build`]; [`Alone::take_back`] returns the buffers.

use std::borrow::Cow;

use arrow::array::{Array as _, RecordBatch};
use shukun_engine::kernel::{Chunk, HouseholdRows, Names, Needs, PersonRows};

use super::cells::find;
use super::claims::{ClaimColumns, words_of};
use super::error::{Place, missing_column};
use super::facts::FactRows;
use super::places::Places;
use crate::lake::LakeError;

/// Buffers for chunks of one claims file.
#[derive(Debug, Default)]
pub(crate) struct Alone {
    claims: ClaimColumns,
    places: Places,
    person_ids: Vec<u64>,
    household_ids: Vec<u64>,
    members: Vec<i64>,
}

/// Whole households, and what a chunk has no place for.
pub(crate) struct Built<'a> {
    pub chunk: Chunk<'a>,
    pub claim_facts: FactRows,
    pub reverses: Vec<(usize, u64)>,
}

impl Alone {
    /// The chunk of these rows, which are whole households in order.
    pub(crate) fn build<'a>(
        &'a mut self,
        rows: &'a RecordBatch,
        names: &Names,
        needs: &Needs,
        place: Place<'a>,
    ) -> Result<Built<'a>, LakeError> {
        let missing = |name| missing_column(name, place.file);
        let persons = find(rows, "person_id", place).ok_or_else(|| missing("person_id"))?.ids(&mut self.person_ids)?;
        match find(rows, "household_id", place) {
            None => self.places.of_persons(&persons, place)?,
            Some(cells) => {
                let households = cells.ids(&mut self.household_ids)?;
                self.places.of_households(&households, &persons, place)?;
            }
        }
        let (mut claims, claim_facts) = self.claims.read(rows, names, needs, place)?;
        claims.person = Cow::Borrowed(self.places.person_of());
        if needs.households.contains("members") {
            count_members(&self.places, &mut self.members);
        } else {
            self.members.clear();
        }
        let households = HouseholdRows {
            id: Cow::Borrowed(self.places.households()),
            members: Cow::Borrowed(&self.members),
            ..HouseholdRows::default()
        };
        let persons = PersonRows {
            id: Cow::Borrowed(self.places.persons()),
            household: Cow::Borrowed(self.places.household_of()),
            ..PersonRows::default()
        };
        let chunk = Chunk { households, persons, claims, ..Chunk::default() };
        Ok(Built { chunk, claim_facts, reverses: reversals(rows, needs, place)? })
    }

    /// Keeps what a chunk that is done with held for the next one.
    pub(crate) fn give_back(&mut self, words: [Vec<String>; 3]) {
        self.claims.give_back(words);
    }
}

impl Built<'_> {
    /// The words to give back.
    pub(crate) fn words(self) -> [Vec<String>; 3] {
        words_of(self.chunk.claims)
    }
}

/// The rows that reverse another, and which.
pub(crate) fn reversals(rows: &RecordBatch, needs: &Needs, place: Place<'_>) -> Result<Vec<(usize, u64)>, LakeError> {
    let cells = needs.claims.contains("reverses_claim_id").then(|| find(rows, "reverses_claim_id", place)).flatten();
    let Some(cells) = cells.filter(|cells| cells.array.null_count() < cells.array.len()) else { return Ok(Vec::new()) };
    let mut slot = Vec::new();
    let ids = cells.optional_ids(&mut slot)?;
    Ok(ids.iter().enumerate().filter(|(row, _)| cells.array.is_valid(*row)).map(|(row, id)| (row, *id)).collect())
}

/// As many members as are known; a household of which nothing else is known has no others.
fn count_members(places: &Places, members: &mut Vec<i64>) {
    members.clear();
    members.resize(places.households().len(), 0);
    for home in places.household_of() {
        if let Some(count) = usize::try_from(*home).ok().and_then(|home| members.get_mut(home)) {
            *count += 1;
        }
    }
}
