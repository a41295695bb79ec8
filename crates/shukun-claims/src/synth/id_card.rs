//! ID-card numbers that pass every check and belong to nobody.
//!
//! The first six digits are address codes PP91xx–PP99xx, which the state's list of regions has never given out, so
//! no number made here can be a living person's. The rest is as the standard (GB 11643) says: birth date, three
//! sequence digits odd for men and even for women, a check character.

use shukun_base::{Day, id_number_check};
use shukun_engine::facts::Sex;

use super::county::CountyName;

/// Address codes a county may use: four counties share the 900 unused ones.
const ADDRESS_CODES: u64 = 225;
/// Days of the month used, so that every month has them.
const DAYS: u64 = 28;
const MONTHS: u64 = 12;
/// Sequence numbers for one sex.
const SEQUENCES: u64 = 500;
/// Slots for people in one county: each gives another month, day, sequence and address code.
pub(super) const SLOTS: u64 = ADDRESS_CODES * DAYS * MONTHS * SEQUENCES;
/// Coprime to [`SLOTS`], so that multiplying mixes the slots without two falling together.
const MIXER: u64 = 15_485_863;

/// What a person's slot fixes: no two slots of a county give the same number, whatever the birth year and sex.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// 1–12
    pub(super) month: i8,
    /// 1–28
    pub(super) day: i8,
    sequence: u64,
    address: u64,
}

/// The parts of slot `number`, which is below [`SLOTS`].
pub(super) fn slot(number: u64, county: CountyName) -> Slot {
    let mixed = number * MIXER % SLOTS;
    let (mixed, sequence) = (mixed / SEQUENCES, mixed % SEQUENCES);
    let (mixed, day) = (mixed / DAYS, mixed % DAYS);
    let (code, month) = (mixed / MONTHS, mixed % MONTHS);
    Slot {
        month: i8::try_from(month + 1).unwrap_or(1),
        day: i8::try_from(day + 1).unwrap_or(1),
        sequence,
        address: county.profile().province * 10_000 + 9_100 + county.ordinal() * ADDRESS_CODES + code,
    }
}

/// The 18 characters.
pub(super) fn id_number(slot: Slot, birth: Day, sex: Sex) -> String {
    let odd = u64::from(sex == Sex::M);
    let body = format!(
        "{}{:04}{:02}{:02}{:03}",
        slot.address,
        birth.year(),
        birth.month(),
        birth.day(),
        slot.sequence * 2 + odd
    );
    let check = id_number_check(&body);
    body.chars().chain(check).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_two_slots_share_a_number_even_with_the_same_birth_year() {
        let mut seen = HashSet::new();
        for county in CountyName::ALL {
            for number in (0..60_000).chain(SLOTS - 20_000..SLOTS) {
                let slot = slot(number, county);
                let birth = Day::new(1950, slot.month, slot.day).unwrap();
                let number = id_number(slot, birth, Sex::F);
                assert!((9100..10_000).contains(&number[2..6].parse::<u32>().unwrap()), "{number}");
                assert!(seen.insert(number));
            }
        }
    }
}
