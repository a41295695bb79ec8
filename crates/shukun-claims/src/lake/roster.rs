//! How two rows about one person become one, field by field.
//!
//! A roster knows better than a settlement, so the lake remembers which fields a roster gave. The rules do not look
//! at the order of arrival, with one exception that is wanted: where two *rosters* say different things, the later
//! import is the correction and wins.
//!
//! | stored | new | what is kept |
//! |---|---|---|
//! | unknown | known | the new value |
//! | known | unknown | the stored value |
//! | from a settlement | from a settlement | the greater of the two, so that any order gives the same |
//! | from a settlement | from a roster | the roster's |
//! | from a roster | from a settlement | the roster's |
//! | from a roster | from a roster | the new one |
//!
//! Declared facts count as one field for the question whether a roster gave them; no settlement file has any.
//!
//! The region is kept apart for each of the two, since offices know it to different depths: what a roster says
//! stands, unless a settlement names a place inside it (the village of the town). A coarser code never replaces a
//! finer one around the same place.

use shukun_base::RegionCode;
use shukun_engine::facts::{Facts, Person};

use super::codes::Code as _;
use crate::Kind;

/// Where the fields of a person come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Provenance {
    /// The fields that a roster gave, one bit a field.
    pub roster_fields: u8,
    /// The region that rosters give.
    pub roster_region: Option<RegionCode>,
    /// The finest region that settlements give.
    pub settled_region: Option<RegionCode>,
}

const HOUSEHOLD: u8 = 1;
const BIRTH_DATE: u8 = 2;
const SEX: u8 = 4;
const INSURANCE: u8 = 8;
const LOCAL_REGISTER: u8 = 16;
const DISABILITY: u8 = 32;
const FACTS: u8 = 64;

/// A person as the lake keeps them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredPerson {
    pub person: Person,
    pub provenance: Provenance,
}

impl StoredPerson {
    /// A person seen for the first time.
    pub(crate) fn new(person: Person, kind: Kind) -> StoredPerson {
        let region = Some(person.region_code.clone());
        let provenance = match kind {
            Kind::Settlement => Provenance { settled_region: region, ..Provenance::default() },
            Kind::Roster => {
                Provenance { roster_fields: known_fields(&person), roster_region: region, ..Provenance::default() }
            }
        };
        StoredPerson { person, provenance }
    }

    /// Joins what another row says of the same person.
    pub(crate) fn join(&mut self, new: &StoredPerson) {
        let (old_bits, new_bits) = (self.provenance.roster_fields, new.provenance.roster_fields);
        let new_wins = |field: u8, is_greater: bool| match (old_bits & field != 0, new_bits & field != 0) {
            (_, true) => true,
            (true, false) => false,
            (false, false) => is_greater,
        };
        self.provenance.join(&new.provenance);
        let (old, new) = (&mut self.person, &new.person);
        if new_wins(HOUSEHOLD, new.household_id > old.household_id) {
            old.household_id = new.household_id;
        }
        if let Some(region) = self.provenance.region() {
            old.region_code = region.clone();
        }
        join_field(&mut old.birth_date, &new.birth_date, |one, two| new_wins(BIRTH_DATE, two > one));
        join_field(&mut old.sex, &new.sex, |one, two| new_wins(SEX, two.word() > one.word()));
        join_field(&mut old.insurance, &new.insurance, |one, two| new_wins(INSURANCE, two.word() > one.word()));
        join_field(&mut old.local_register, &new.local_register, |one, two| new_wins(LOCAL_REGISTER, two > one));
        join_field(&mut old.disability_certificate, &new.disability_certificate, |one, two| {
            new_wins(DISABILITY, two > one)
        });
        join_facts(&mut old.facts, &new.facts, |is_greater| new_wins(FACTS, is_greater));
    }
}

fn known_fields(person: &Person) -> u8 {
    let fields = [
        (true, HOUSEHOLD),
        (person.birth_date.is_some(), BIRTH_DATE),
        (person.sex.is_some(), SEX),
        (person.insurance.is_some(), INSURANCE),
        (person.local_register.is_some(), LOCAL_REGISTER),
        (person.disability_certificate.is_some(), DISABILITY),
        (!person.facts.is_empty(), FACTS),
    ];
    fields.into_iter().filter(|(is_known, _)| *is_known).fold(0, |bits, (_, bit)| bits | bit)
}

impl Provenance {
    fn join(&mut self, new: &Provenance) {
        self.roster_fields |= new.roster_fields;
        join_field(&mut self.settled_region, &new.settled_region, |old, new| fineness(new) > fineness(old));
        join_field(&mut self.roster_region, &new.roster_region, |old, new| !new.contains(old));
    }

    /// The region that both together tell of.
    fn region(&self) -> Option<&RegionCode> {
        match (&self.roster_region, &self.settled_region) {
            (Some(listed), Some(settled)) if listed.contains(settled) => Some(settled),
            (listed, settled) => listed.as_ref().or(settled.as_ref()),
        }
    }
}

/// A finer code goes before a coarser one; the digits decide among equals, so that there is one answer.
fn fineness(region: &RegionCode) -> (usize, &str) {
    (region.as_str().len(), region.as_str())
}

fn join_field<T: Clone>(old: &mut Option<T>, new: &Option<T>, new_wins: impl FnOnce(&T, &T) -> bool) {
    let take = match (&*old, new) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(one), Some(two)) => new_wins(one, two),
    };
    if take {
        old.clone_from(new);
    }
}

fn join_facts(old: &mut Facts, new: &Facts, new_wins: impl Fn(bool) -> bool) {
    for (name, value) in new {
        let take = old.get(name).is_none_or(|stored| new_wins(format!("{value:?}") > format!("{stored:?}")));
        if take {
            old.insert(name.clone(), value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::stranger;
    use shukun_engine::facts::Insurance;

    fn row(kind: Kind, change: impl FnOnce(&mut Person)) -> StoredPerson {
        let mut person = stranger(1);
        change(&mut person);
        StoredPerson::new(person, kind)
    }

    fn joined(rows: &[&StoredPerson]) -> Person {
        let (first, rest) = rows.split_first().unwrap();
        let mut stored = (*first).clone();
        rest.iter().for_each(|row| stored.join(row));
        stored.person
    }

    #[test]
    fn a_known_value_is_not_overwritten_by_unknown() {
        let knows = row(Kind::Settlement, |person| person.local_register = Some(false));
        for kind in [Kind::Settlement, Kind::Roster] {
            let does_not = row(kind, |_| ());
            assert_eq!(joined(&[&knows, &does_not]).local_register, Some(false));
            assert_eq!(joined(&[&does_not, &knows]).local_register, Some(false));
        }
    }

    #[test]
    fn a_roster_knows_better_and_a_later_roster_better_still() {
        let insured = |kind, insurance| row(kind, |person| person.insurance = Some(insurance));
        let settled = insured(Kind::Settlement, Insurance::Resident);
        let listed = insured(Kind::Roster, Insurance::Employee);
        let corrected = insured(Kind::Roster, Insurance::Resident);
        assert_eq!(joined(&[&settled, &listed]).insurance, Some(Insurance::Employee));
        assert_eq!(joined(&[&listed, &settled]).insurance, Some(Insurance::Employee));
        assert_eq!(joined(&[&listed, &corrected]).insurance, Some(Insurance::Resident));
        assert_eq!(joined(&[&corrected, &listed]).insurance, Some(Insurance::Employee));
    }

    #[test]
    fn the_region_is_as_fine_as_anybody_knows_it() {
        let lives = |kind, code| row(kind, |person| person.region_code = RegionCode::new(code).unwrap());
        for (listed, settled, kept) in [
            ("330381", "330381001", "330381001"),
            ("330381001", "330381001002", "330381001002"),
            ("330381001002", "330381001", "330381001002"),
            ("330381001002", "330381001003", "330381001002"),
            ("330381", "330305100", "330381"),
        ] {
            let (listed, settled) = (lives(Kind::Roster, listed), lives(Kind::Settlement, settled));
            let kept = RegionCode::new(kept).unwrap();
            assert_eq!(joined(&[&listed, &settled]).region_code, kept);
            assert_eq!(joined(&[&settled, &listed]).region_code, kept);
        }
    }
}
