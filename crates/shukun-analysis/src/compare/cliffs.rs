//! How many people stand near a cliff: a line where one fen more of the base changes the payment by a jump.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{Fen, PersonId};
use shukun_engine::cliffs::{Cliff, cliffs};
use shukun_engine::evaluate::BaseReached;
use shukun_policy::program::Program;

use super::report::{CliffCount, SMALLEST_PUBLISHED};

/// A program's cliffs with the places of their rules.
#[derive(Clone, Debug)]
pub struct KnownCliffs(Vec<(usize, Cliff)>);

impl KnownCliffs {
    /// Every cliff of the program.
    pub fn of(program: &Program) -> KnownCliffs {
        let place = |cliff: &Cliff| {
            program.rules.iter().position(|rule| rule.name == cliff.rule && rule.article == cliff.article)
        };
        KnownCliffs(cliffs(program).into_iter().filter_map(|cliff| Some((place(&cliff)?, cliff))).collect())
    }
}

#[derive(Clone, Debug)]
struct Count {
    cliff: Cliff,
    below: u64,
    past: u64,
    households: u64,
}

/// Counts by rule and line, while households come by.
#[derive(Clone, Debug, Default)]
pub struct CliffTally(BTreeMap<(String, Fen, Fen), Count>);

impl CliffTally {
    /// Counts the people of one household whose base ends at most `within` below or past a line.
    pub fn add(&mut self, known: &KnownCliffs, reached: &[BaseReached], within: Fen) {
        for (rule, cliff) in &known.0 {
            let (mut below, mut past) = (BTreeSet::<PersonId>::new(), BTreeSet::<PersonId>::new());
            for base in reached.iter().filter(|base| base.rule.0 == *rule) {
                let beyond = base.base_fen - cliff.below_fen;
                if (-within < beyond) && beyond <= Fen::ZERO {
                    below.extend(&base.persons);
                } else if Fen::ZERO < beyond && beyond <= within {
                    past.extend(&base.persons);
                }
            }
            self.count(cliff, below.len() as u64, past.len() as u64);
        }
    }

    /// A cliff is listed even where nobody stands near it.
    fn count(&mut self, cliff: &Cliff, below: u64, past: u64) {
        let key = (cliff.rule.clone(), cliff.below_fen, cliff.drop_fen);
        let new = || Count { cliff: cliff.clone(), below: 0, past: 0, households: 0 };
        let count = self.0.entry(key).or_insert_with(new);
        count.below += below;
        count.past += past;
        count.households += u64::from(below + past > 0);
    }

    /// Adds the counts of other households.
    pub fn merge(&mut self, other: CliffTally) {
        for (key, theirs) in other.0 {
            match self.0.get_mut(&key) {
                Some(own) => {
                    own.below += theirs.below;
                    own.past += theirs.past;
                    own.households += theirs.households;
                }
                None => drop(self.0.insert(key, theirs)),
            }
        }
    }

    /// By rule, then line.
    pub fn finish(self) -> Vec<CliffCount> {
        let row = |count: Count| CliffCount {
            rule: count.cliff.rule,
            article: count.cliff.article,
            readings: count.cliff.readings,
            below_fen: count.cliff.below_fen,
            drop_fen: count.cliff.drop_fen,
            persons_below: count.below,
            persons_past: count.past,
            households: count.households,
            publishable: count.households == 0 || count.households >= SMALLEST_PUBLISHED,
        };
        self.0.into_values().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use shukun_policy::program::RuleIx;

    use super::*;

    fn cliff() -> Cliff {
        Cliff {
            rule: "追溯救助".into(),
            article: "三（三）".into(),
            readings: vec!["Y1=整额".into()],
            below_fen: Fen(2_999_999),
            burden_below_fen: Fen(2_999_999),
            burden_past_fen: Fen(2_700_000),
            drop_fen: Fen(299_999),
        }
    }

    fn base(rule: usize, persons: &[u64], base: i64) -> BaseReached {
        let persons = persons.iter().map(|person| PersonId(*person)).collect();
        BaseReached { rule: RuleIx(rule), persons, year: 2022, base_fen: Fen(base) }
    }

    #[test]
    fn people_within_the_distance_are_counted_once() {
        let known = KnownCliffs(vec![(1, cliff())]);
        let mut tally = CliffTally::default();
        let reached = [
            base(1, &[1], 2_999_999),
            base(1, &[1], 2_990_000),
            base(1, &[2], 2_989_999),
            base(1, &[3], 3_000_000),
            base(1, &[4], 3_009_999),
            base(1, &[5], 3_010_000),
            base(0, &[6], 2_999_999),
        ];
        tally.add(&known, &reached, Fen::yuan(100));
        tally.add(&known, &[], Fen::yuan(100));
        let mut other = CliffTally::default();
        other.add(&known, &[base(1, &[7, 8], 2_999_000)], Fen::yuan(100));
        tally.merge(other);
        let [found] = tally.finish().try_into().unwrap();
        assert_eq!((found.persons_below, found.persons_past, found.households), (3, 2, 2));
        assert!(!found.publishable);
    }
}
