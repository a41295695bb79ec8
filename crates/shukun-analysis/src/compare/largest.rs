//! The largest changes, kept while person-years come by.

use super::report::LargestChange;

/// How many are kept.
pub const KEPT: usize = 50;

/// At most [`KEPT`] changes, the largest first; of equal ones those with the smaller codes.
#[derive(Clone, Debug, Default)]
pub struct Largest(Vec<(Rank, LargestChange)>);

/// Larger changes first, then by person and year.
type Rank = (std::cmp::Reverse<u64>, u64, i16);

impl Largest {
    /// Offers a change; `tell` makes it only where it is kept.
    pub fn offer(&mut self, change: i64, person: u64, year: i16, tell: impl FnOnce() -> LargestChange) {
        let rank = (std::cmp::Reverse(change.unsigned_abs()), person, year);
        let is_full = self.0.len() >= KEPT;
        if change == 0 || is_full && self.0.last().is_some_and(|(last, _)| *last < rank) {
            return;
        }
        let place = self.0.partition_point(|(kept, _)| *kept < rank);
        self.0.insert(place, (rank, tell()));
        self.0.truncate(KEPT);
    }

    /// Takes in those of other households.
    pub fn merge(&mut self, other: Largest) {
        self.0.extend(other.0);
        self.0.sort_by_key(|(rank, _)| *rank);
        self.0.truncate(KEPT);
    }

    /// The changes.
    pub fn finish(self) -> Vec<LargestChange> {
        self.0.into_iter().map(|(_, change)| change).collect()
    }
}

#[cfg(test)]
mod tests {
    use shukun_base::Fen;

    use super::*;

    fn change(amount: i64) -> LargestChange {
        LargestChange {
            person: String::new(),
            household: String::new(),
            year: 2022,
            category: String::new(),
            bills_fen: Fen::ZERO,
            baseline_fen: Fen::ZERO,
            variant_fen: Fen(amount),
            difference_fen: Fen(amount),
            rules: Vec::new(),
        }
    }

    #[test]
    fn keeps_the_largest_either_way_whatever_the_order() {
        let amounts: Vec<i64> = (-40..=40).collect();
        let (mut forth, mut back, mut halves) = (Largest::default(), Largest::default(), Largest::default());
        let offer = |to: &mut Largest, amount: i64| {
            to.offer(amount, amount.unsigned_abs() * 2 + u64::from(amount < 0), 2022, || change(amount));
        };
        amounts.iter().for_each(|amount| offer(&mut forth, *amount));
        amounts.iter().rev().for_each(|amount| offer(&mut back, *amount));
        for half in amounts.chunks(40) {
            let mut some = Largest::default();
            half.iter().for_each(|amount| offer(&mut some, *amount));
            halves.merge(some);
        }
        let found = forth.finish();
        assert_eq!(found, back.finish());
        assert_eq!(found, halves.finish());
        let told: Vec<i64> = found.iter().map(|change| change.difference_fen.0).collect();
        assert_eq!((told.len(), &told[..4]), (50, &[40, -40, 39, -39][..]));
    }
}
