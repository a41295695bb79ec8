//! Exact order statistics of amounts that are gone through again and again instead of being held.
//!
//! A first pass counts amounts in coarse classes (each at most 1/2048 of its amounts wide); later passes hold the exact
//! amounts of one class, or of as many classes as fit, at a time. Nothing is estimated: only memory is bounded, by the
//! number of different amounts in a class. Knows no money and no people.

use std::collections::BTreeMap;

/// Classes of one power of two.
const STEPS: i64 = 1 << 11;

/// How many amounts are held at once while going through them in order.
pub const HELD: u64 = 4_000_000;

/// The class of an amount: never falls when the amount rises.
pub fn class_of(amount: i64) -> i32 {
    let magnitude = amount.unsigned_abs();
    let bits = i32::try_from(u64::BITS - magnitude.leading_zeros()).unwrap_or(0);
    let drop = (bits - 12).max(0);
    let steps = i64::from(drop) * STEPS + i64::try_from(magnitude >> drop).unwrap_or(i64::MAX);
    let class = i32::try_from(steps).unwrap_or(i32::MAX);
    if amount < 0 { -class } else { class }
}

/// How many amounts fall in each class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coarse(BTreeMap<i32, u64>);

impl Coarse {
    /// Counts an amount.
    pub fn add(&mut self, amount: i64) {
        *self.0.entry(class_of(amount)).or_default() += 1;
    }

    /// The class in which the amount of this rank (from 0, smallest first) lies, and its rank within the class.
    pub fn find(&self, rank: u64) -> Option<(i32, u64)> {
        let mut rest = rank;
        for (class, count) in &self.0 {
            if rest < *count {
                return Some((*class, rest));
            }
            rest -= count;
        }
        None
    }

    /// The lowest class so that it and those above hold at most `most` amounts, and how many they hold.
    pub fn top(&self, most: u64) -> (i32, u64) {
        let (mut lowest, mut held) = (i32::MAX, 0);
        for (class, count) in self.0.iter().rev() {
            if held + count > most {
                break;
            }
            (lowest, held) = (*class, held + count);
        }
        (lowest, held)
    }

    /// Adds the counts of others.
    pub fn merge(&mut self, other: Coarse) {
        for (class, count) in other.0 {
            *self.0.entry(class).or_default() += count;
        }
    }

    /// How many amounts there are.
    pub fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// Runs of neighbouring classes with at most `held` amounts each (a class with more stands alone), as first and
    /// last class.
    fn parts(&self, held: u64) -> Vec<(i32, i32)> {
        let mut parts: Vec<(i32, i32)> = Vec::new();
        let mut here = 0;
        for (class, count) in &self.0 {
            match parts.last_mut() {
                Some(part) if here + count <= held => {
                    part.1 = *class;
                    here += count;
                }
                _ => {
                    parts.push((*class, *class));
                    here = *count;
                }
            }
        }
        parts
    }
}

/// The exact amounts of one class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exactly(BTreeMap<i64, u64>);

impl Exactly {
    /// Counts an amount.
    pub fn add(&mut self, amount: i64) {
        *self.0.entry(amount).or_default() += 1;
    }

    /// The amount of this rank, from 0.
    pub fn find(&self, rank: u64) -> Option<i64> {
        let mut rest = rank;
        for (amount, count) in &self.0 {
            if rest < *count {
                return Some(*amount);
            }
            rest -= count;
        }
        None
    }
}

/// Goes through a source of amounts once.
pub type Pass<'a, E> = dyn Fn(&mut dyn FnMut(i64)) -> Result<(), E> + 'a;

/// Every different amount with how often it occurs, smallest first; `held` amounts in memory at most, or the different
/// amounts of one class.
///
/// # Errors
/// Those of going through the source.
pub fn in_order<E>(pass: &Pass<'_, E>, held: u64, visit: &mut dyn FnMut(i64, u64)) -> Result<(), E> {
    let mut coarse = Coarse::default();
    pass(&mut |amount| coarse.add(amount))?;
    for (first, last) in coarse.parts(held.max(1)) {
        let mut exactly = Exactly::default();
        pass(&mut |amount| {
            if (first..=last).contains(&class_of(amount)) {
                exactly.add(amount);
            }
        })?;
        exactly.0.into_iter().for_each(|(amount, count)| visit(amount, count));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    fn amounts() -> impl Strategy<Value = Vec<i64>> {
        let amount = prop_oneof![0_i64..50, 0_i64..10_000_000, -5_000_i64..5_000, Just(i64::MAX), Just(0)];
        proptest::collection::vec(amount, 0..200)
    }

    proptest! {
        #[test]
        fn every_amount_comes_in_order_however_little_is_held(amounts in amounts(), held in 1_u64..50) {
            let pass = |visit: &mut dyn FnMut(i64)| -> Result<(), Infallible> {
                amounts.iter().for_each(|amount| visit(*amount));
                Ok(())
            };
            let mut found = Vec::new();
            in_order(&pass, held, &mut |amount, count| (0..count).for_each(|_| found.push(amount))).unwrap();
            let mut sorted = amounts.clone();
            sorted.sort_unstable();
            prop_assert_eq!(found, sorted);
        }

        #[test]
        fn two_passes_find_any_rank(amounts in amounts(), rank in 0_usize..200) {
            let mut coarse = Coarse::default();
            amounts.iter().for_each(|amount| coarse.add(*amount));
            let found = coarse.find(rank as u64).and_then(|(class, within)| {
                let mut exactly = Exactly::default();
                amounts.iter().filter(|amount| class_of(**amount) == class).for_each(|amount| exactly.add(*amount));
                exactly.find(within)
            });
            let mut sorted = amounts.clone();
            sorted.sort_unstable();
            prop_assert_eq!(found, sorted.get(rank).copied());
        }

        #[test]
        fn classes_never_fall(a in any::<i64>(), b in any::<i64>()) {
            prop_assert!(class_of(a.min(b)) <= class_of(a.max(b)));
        }
    }

    #[test]
    fn the_largest_are_taken_class_by_class() {
        let mut coarse = Coarse::default();
        [1, 2, 2, 3, 3, 9].iter().for_each(|amount| coarse.add(*amount));
        assert_eq!([0, 1, 2, 3, 6].map(|most| coarse.top(most)), [(i32::MAX, 0), (9, 1), (9, 1), (3, 3), (1, 6)]);
    }

    #[test]
    fn a_class_is_a_two_thousandth_of_its_amounts() {
        assert_eq!(class_of(4_095), 4_095);
        assert_eq!(class_of(4_096), class_of(4_097));
        assert_ne!(class_of(4_097), class_of(4_098));
        assert_eq!(class_of(9_998_336), class_of(10_002_431));
        assert_ne!(class_of(10_002_431), class_of(10_002_432));
    }
}
