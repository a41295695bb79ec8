//! Random draws in whole numbers: everything here ends in money or dates, so there is no floating point.
//!
//! Knows nothing of people or claims. Start at [`Draw`].

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// One million: the unit of every chance here.
pub(super) const MILLION: u32 = 1_000_000;

/// A table from share (per million, rising, last one a million) to a value; between two rows the value is
/// drawn evenly.
pub(super) type Quantiles = [(u32, i64)];

/// A stream of draws that belongs to one household and one purpose, so that what one household gets never depends on
/// how many others were drawn before it or on which thread.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of household `number`; `lane` 0 is for its people, the year is for that year's illness.
    pub(super) fn for_household(key: [u8; 32], number: u64, lane: u16) -> Draw {
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream((number << 16) | u64::from(lane));
        Draw(stream)
    }

    /// A number from 0 to `bound` - 1.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// A number from `low` to `high`, both included; `low` when the range is empty.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).map_or(0, |span| span);
        low + i64::try_from(self.below(span + 1)).unwrap_or(0)
    }

    /// Like [`Draw::between`], for the parts of a date.
    pub(super) fn small(&mut self, low: i8, high: i8) -> i8 {
        i8::try_from(self.between(i64::from(low), i64::from(high))).unwrap_or(low)
    }

    /// Whether something with this chance per million happens.
    pub(super) fn chance(&mut self, per_million: u32) -> bool {
        self.below(u64::from(MILLION)) < u64::from(per_million)
    }

    /// One of `choices`, all equally likely.
    #[expect(clippy::indexing_slicing, reason = "the draw is below the length; the tables are constants, never empty")]
    #[expect(clippy::cast_possible_truncation, reason = "below the length of a slice")]
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len() as u64) as usize]
    }

    /// One of `choices` by weight.
    #[expect(clippy::indexing_slicing, reason = "the tables are constants, never empty")]
    pub(super) fn weighted<'a, T>(&mut self, choices: &'a [(u32, T)]) -> &'a T {
        let whole: u64 = choices.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut left = self.below(whole);
        for (weight, choice) in choices {
            match left.checked_sub(u64::from(*weight)) {
                Some(rest) => left = rest,
                None => return choice,
            }
        }
        &choices[choices.len() - 1].1
    }

    /// A value from a quantile table, times `scale`: amounts written in yuan come out in fen with `scale` 100.
    pub(super) fn quantile(&mut self, table: &Quantiles, scale: i64) -> i64 {
        let at = i64::try_from(self.below(1_000_000_000)).unwrap_or(0);
        let mut before = (0, 0);
        for &(share, value) in table {
            let here = (i64::from(share) * 1000, value * scale);
            if at < here.0 {
                let (from, low) = before;
                return low + (here.1 - low) * (at - from) / (here.0 - from);
            }
            before = here;
        }
        before.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_household_and_lane_only() {
        let first = |number, lane| Draw::for_household([7; 32], number, lane).below(u64::MAX);
        assert_eq!(first(3, 2022), first(3, 2022));
        assert_ne!(first(3, 2022), first(4, 2022));
        assert_ne!(first(3, 2022), first(3, 2023));
    }

    #[test]
    fn draws_stay_in_range_and_reach_both_ends() {
        let mut draw = Draw::for_household([1; 32], 0, 0);
        let drawn: Vec<i64> = (0..1000).map(|_| draw.between(-2, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&2)));
        let table = [(0, 10), (500_000, 20), (MILLION, 100)];
        let values: Vec<i64> = (0..1000).map(|_| draw.quantile(&table, 100)).collect();
        assert!(values.iter().all(|value| (1000..=10_000).contains(value)));
        let below_middle = values.iter().filter(|value| **value < 2000).count();
        assert!((430..570).contains(&below_middle), "{below_middle}");
    }

    #[test]
    fn weights_are_followed() {
        let mut draw = Draw::for_household([2; 32], 0, 0);
        let ones = (0..10_000).filter(|_| *draw.weighted(&[(1, 1), (3, 2)]) == 1).count();
        assert!((2300..2700).contains(&ones), "{ones}");
    }
}
