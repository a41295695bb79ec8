//! Rows point to their person and household by place: worked out from sorted ids in one pass, the order checked on
//! every row.
//!
//! Start at [`Places`].

use super::error::{Place, unsorted};
use crate::lake::LakeError;

/// The persons and households of the rows at hand. Buffers are kept from chunk to chunk; they may be longer than what
/// counts.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// Place of the person, row by row.
    person_of: Vec<u32>,
    persons: Vec<u64>,
    household_of: Vec<u32>,
    households: Vec<u64>,
    person_count: usize,
    household_count: usize,
    /// 0, 1, 2 …: the household of each person, where each is a household of their own.
    own: Vec<u32>,
    is_alone: bool,
    /// Scratch of households whose rows are not in the order of persons.
    members: Vec<u64>,
}

/// The next place where `starts`, else the same one.
fn step(place: &mut u32, starts: bool) -> u32 {
    *place = place.wrapping_add(u32::from(starts));
    *place
}

fn put<T>(list: &mut [T], place: u32, value: T) {
    if let Some(slot) = usize::try_from(place).ok().and_then(|place| list.get_mut(place)) {
        *slot = value;
    }
}

fn count(place: u32) -> usize {
    usize::try_from(place).map_or(usize::MAX, |place| place.saturating_add(1))
}

fn room<T: Clone + Default>(list: &mut Vec<T>, rows: usize) {
    if list.len() < rows {
        list.resize(rows, T::default());
    }
}

impl Places {
    /// Persons by themselves: each is a household of their own. Ids ascend.
    pub(crate) fn of_persons(&mut self, persons: &[u64], place: Place<'_>) -> Result<(), LakeError> {
        self.begin(persons.len());
        self.is_alone = true;
        let Some(first) = persons.first() else { return Ok(()) };
        put(&mut self.persons, 0, *first);
        let (mut at, mut is_unsorted) = (0, false);
        let list = &mut self.persons;
        self.person_of.push(0);
        self.person_of.extend(persons.array_windows().map(|[before, id]| {
            is_unsorted |= id < before;
            let at = step(&mut at, id != before);
            put(list, at, *id);
            at
        }));
        if is_unsorted {
            return Err(out_of_order("person_id", persons, place));
        }
        self.person_count = count(at);
        let known = u32::try_from(self.own.len()).unwrap_or(u32::MAX);
        self.own.extend(known..=at);
        Ok(())
    }

    /// Persons within households. Household ids ascend; within one, persons may come in any order.
    pub(crate) fn of_households(
        &mut self,
        households: &[u64],
        persons: &[u64],
        place: Place<'_>,
    ) -> Result<(), LakeError> {
        self.begin(persons.len());
        self.household_of.clear();
        let (Some(household), Some(person)) = (households.first(), persons.first()) else { return Ok(()) };
        put(&mut self.households, 0, *household);
        put(&mut self.persons, 0, *person);
        self.household_of.resize(persons.len(), 0);
        let (mut at, mut home) = (0, 0);
        let (mut is_unsorted, mut is_mixed) = (false, false);
        self.person_of.push(0);
        let rows = households.array_windows().zip(persons.array_windows());
        let (person_list, home_of, home_list) = (&mut self.persons, &mut self.household_of, &mut self.households);
        self.person_of.extend(rows.map(|([home_before, household], [before, person])| {
            let moves = household != home_before;
            is_unsorted |= household < home_before;
            is_mixed |= !moves && person < before;
            let home = step(&mut home, moves);
            let at = step(&mut at, moves || person != before);
            put(person_list, at, *person);
            put(home_of, at, home);
            put(home_list, home, *household);
            at
        }));
        if is_unsorted {
            return Err(out_of_order("household_id", households, place));
        }
        (self.person_count, self.household_count) = (count(at), count(home));
        if is_mixed {
            self.sort_members(households, persons);
        }
        Ok(())
    }

    fn begin(&mut self, rows: usize) {
        self.person_of.clear();
        room(&mut self.persons, rows);
        room(&mut self.households, rows);
        (self.person_count, self.household_count, self.is_alone) = (0, 0, false);
    }

    /// Places again, household by household, where some household's rows are not in the order of persons.
    fn sort_members(&mut self, households: &[u64], persons: &[u64]) {
        self.person_of.clear();
        let (mut at, mut row) = (0_usize, 0_usize);
        for (home, rows) in households.chunk_by(|one, other| one == other).enumerate() {
            let people = persons.get(row..row.saturating_add(rows.len())).unwrap_or_default();
            row = row.saturating_add(rows.len());
            self.members.clear();
            self.members.extend_from_slice(people);
            self.members.sort_unstable();
            self.members.dedup();
            let (members, home) = (&self.members, u32::try_from(home).unwrap_or(u32::MAX));
            let place = |id: &u64| at.saturating_add(members.partition_point(|member| member < id));
            self.person_of.extend(people.iter().map(|id| u32::try_from(place(id)).unwrap_or(u32::MAX)));
            for (slot, member) in self.persons.iter_mut().skip(at).zip(members) {
                *slot = *member;
            }
            self.household_of.iter_mut().skip(at).take(members.len()).for_each(|slot| *slot = home);
            at = at.saturating_add(members.len());
        }
        self.person_count = at;
    }

    /// Place of the person, row by row.
    pub(crate) fn person_of(&self) -> &[u32] {
        &self.person_of
    }

    /// Ids of persons, ascending within a household.
    pub(crate) fn persons(&self) -> &[u64] {
        self.persons.get(..self.person_count).unwrap_or_default()
    }

    /// Place of each person's household.
    pub(crate) fn household_of(&self) -> &[u32] {
        let list = if self.is_alone { &self.own } else { &self.household_of };
        list.get(..self.person_count).unwrap_or_default()
    }

    /// Ids of households, ascending; those of the persons where each is a household of their own.
    pub(crate) fn households(&self) -> &[u64] {
        if self.is_alone {
            return self.persons();
        }
        self.households.get(..self.household_count).unwrap_or_default()
    }
}

fn out_of_order(key: &str, ids: &[u64], place: Place<'_>) -> LakeError {
    let row = ids.array_windows().position(|[before, id]| id < before).unwrap_or_default();
    unsorted(key, row.saturating_add(1), place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PLACE: Place<'static> = Place { file: "f", first_row: 0 };

    /// Household and person of each row, households ascending.
    fn any_rows() -> impl Strategy<Value = Vec<(u64, u64)>> {
        prop::collection::vec((0_u64..6, 0_u64..9), 0..40).prop_map(|mut rows| {
            rows.sort_by_key(|row| row.0);
            rows
        })
    }

    proptest! {
        #[test]
        fn every_row_points_to_its_person_and_household(one in any_rows(), other in any_rows(), sorts in any::<bool>()) {
            let mut places = Places::default();
            for mut rows in [one, other] {
                if sorts {
                    rows.sort();
                }
                let (homes, ids): (Vec<u64>, Vec<u64>) = rows.iter().copied().unzip();
                places.of_households(&homes, &ids, PLACE).unwrap();
                let found: Vec<(u64, u64)> = places.person_of().iter().map(|place| {
                    let person = usize::try_from(*place).unwrap();
                    let home = usize::try_from(places.household_of()[person]).unwrap();
                    (places.households()[home], places.persons()[person])
                }).collect();
                prop_assert_eq!(&found, &rows);
                let mut unique = rows.clone();
                unique.sort();
                unique.dedup();
                let listed: Vec<u64> = places.persons().to_vec();
                prop_assert_eq!(listed, unique.iter().map(|row| row.1).collect::<Vec<_>>());
                prop_assert!(places.household_of().is_sorted());

                let mut ids = ids;
                ids.sort();
                places.of_persons(&ids, PLACE).unwrap();
                let found: Vec<u64> =
                    places.person_of().iter().map(|place| places.persons()[usize::try_from(*place).unwrap()]).collect();
                prop_assert_eq!(&found, &ids);
                prop_assert!(places.household_of().iter().enumerate().all(|(at, home)| usize::try_from(*home).unwrap() == at));
            }
        }
    }

    #[test]
    fn a_row_out_of_order_is_named() {
        let error = Places::default().of_persons(&[1, 2, 5, 4], Place { file: "f", first_row: 10 }).unwrap_err();
        assert_eq!((error.code, error.what.en.contains("row 14 ")), ("columns-unsorted", true), "{error}");
        let error = Places::default().of_households(&[1, 2, 1], &[1, 1, 1], PLACE).unwrap_err();
        assert!(error.mend.en.contains("ORDER BY household_id"));
    }
}
