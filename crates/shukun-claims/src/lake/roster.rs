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

use shukun_base::RegionCode;
use shukun_engine::facts::{Facts, Insurance, Person, Sex};

use super::codes::Code as _;
use crate::Kind;

/// Which fields of a person a roster gave, one bit a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OnRoster(pub u8);

impl OnRoster {
    const HOUSEHOLD: u8 = 1;
    const BIRTH_DATE: u8 = 2;
    const SEX: u8 = 4;
    const REGION: u8 = 8;
    const INSURANCE: u8 = 16;
    const LOCAL_REGISTER: u8 = 32;
    const DISABILITY: u8 = 64;
    const FACTS: u8 = 128;

    fn has(self, field: u8) -> bool {
        self.0 & field != 0
    }
}

/// A person as the lake keeps them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredPerson {
    pub person: Person,
    pub on_roster: OnRoster,
}

impl StoredPerson {
    /// A person seen for the first time.
    pub(crate) fn new(person: Person, kind: Kind) -> StoredPerson {
        let known = [
            (true, OnRoster::HOUSEHOLD),
            (person.birth_date.is_some(), OnRoster::BIRTH_DATE),
            (person.sex.is_some(), OnRoster::SEX),
            (true, OnRoster::REGION),
            (person.insurance.is_some(), OnRoster::INSURANCE),
            (person.local_register.is_some(), OnRoster::LOCAL_REGISTER),
            (person.disability_certificate.is_some(), OnRoster::DISABILITY),
            (!person.facts.is_empty(), OnRoster::FACTS),
        ];
        let bits = known.into_iter().filter(|(is_known, _)| *is_known).fold(0, |bits, (_, bit)| bits | bit);
        let on_roster = if kind == Kind::Roster { OnRoster(bits) } else { OnRoster::default() };
        StoredPerson { person, on_roster }
    }

    /// Joins what another row says of the same person.
    pub(crate) fn join(&mut self, new: &StoredPerson) {
        let (old_bits, new_bits) = (self.on_roster, new.on_roster);
        let new_wins = |field: u8, is_greater: bool| match (old_bits.has(field), new_bits.has(field)) {
            (_, true) => true,
            (true, false) => false,
            (false, false) => is_greater,
        };
        let (old, new) = (&mut self.person, &new.person);
        let greater = new.household_id > old.household_id;
        if new_wins(OnRoster::HOUSEHOLD, greater) {
            old.household_id = new.household_id;
        }
        if keeps_region(&old.region_code, &new.region_code, new_wins(OnRoster::REGION, false), old_bits, new_bits) {
            old.region_code = new.region_code.clone();
        }
        join_field(&mut old.birth_date, &new.birth_date, |one, two| new_wins(OnRoster::BIRTH_DATE, two > one));
        join_field(&mut old.sex, &new.sex, |one, two| new_wins(OnRoster::SEX, sex_order(*two) > sex_order(*one)));
        join_field(&mut old.insurance, &new.insurance, |one, two| {
            new_wins(OnRoster::INSURANCE, insurance_order(*two) > insurance_order(*one))
        });
        join_field(&mut old.local_register, &new.local_register, |one, two| {
            new_wins(OnRoster::LOCAL_REGISTER, two > one)
        });
        join_field(&mut old.disability_certificate, &new.disability_certificate, |one, two| {
            new_wins(OnRoster::DISABILITY, two > one)
        });
        join_facts(&mut old.facts, &new.facts, |is_greater| new_wins(OnRoster::FACTS, is_greater));
        self.on_roster = OnRoster(old_bits.0 | new_bits.0);
    }
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

/// Whether the new region replaces the old. Among equals the finer code wins (a village over its town), and then
/// the greater; a roster is replaced by a roster unless that only says the town of the village on file.
fn keeps_region(old: &RegionCode, new: &RegionCode, new_wins: bool, old_bits: OnRoster, new_bits: OnRoster) -> bool {
    let order = |code: &RegionCode| (code.as_str().len(), code.as_str().to_owned());
    match (old_bits.has(OnRoster::REGION), new_bits.has(OnRoster::REGION)) {
        (false, false) => order(new) > order(old),
        (true, true) => !new.contains(old),
        _ => new_wins,
    }
}

fn sex_order(sex: Sex) -> &'static str {
    sex.word()
}

fn insurance_order(insurance: Insurance) -> &'static str {
    insurance.word()
}

fn join_facts(old: &mut Facts, new: &Facts, new_wins: impl Fn(bool) -> bool) {
    for (name, value) in new {
        let take = old.get(name).is_none_or(|stored| new_wins(format!("{value:?}") > format!("{stored:?}")));
        if take {
            old.insert(name.clone(), value.clone());
        }
    }
}
