//! Which households are settled again and again: all that have large bills, some of the others.

use schemars::JsonSchema;
use serde::Serialize;
use shukun_base::Fen;

use super::chance::Chance;
use super::survey::Survey;
use crate::compare::ordered::class_of;

/// How a household came into the sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picked {
    /// It was taken for certain and stands for itself.
    Certain,
    /// It was picked by chance and stands for others too.
    Chance,
}

/// The plan of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Sample {
    /// Households with a bill in the base year.
    pub households: u64,
    /// Those with the largest bills, all taken.
    pub taken: u64,
    /// The others.
    pub others: u64,
    /// How many of the others are to be picked.
    pub picked: u64,
    #[serde(skip)]
    lowest_taken: i32,
    #[serde(skip)]
    seed: u64,
}

impl Sample {
    /// At most about `wanted` households: half of them the largest bills. Everybody where there are not more.
    pub fn plan(survey: &Survey, year: i16, wanted: u64, seed: u64) -> Sample {
        let bills = survey.households(year);
        let households = bills.count();
        if households <= wanted {
            return Sample { households, taken: households, others: 0, picked: 0, lowest_taken: i32::MIN, seed };
        }
        let (lowest_taken, taken) = bills.top(wanted / 2);
        Sample { households, taken, others: households - taken, picked: wanted - taken, lowest_taken, seed }
    }

    /// Whether a household with these bills is in it.
    pub fn pick(&self, household: u64, bills: Fen) -> Option<Picked> {
        if bills <= Fen::ZERO {
            return None;
        }
        if class_of(bills.0) >= self.lowest_taken {
            return Some(Picked::Certain);
        }
        let drawn = Chance::of(!self.seed, household).below(self.others);
        (drawn < self.picked).then_some(Picked::Chance)
    }

    /// The chance of being picked.
    #[expect(clippy::float_arithmetic, clippy::as_conversions, clippy::cast_precision_loss, reason = "a chance")]
    pub fn chance(&self, picked: Picked) -> f64 {
        match picked {
            Picked::Certain => 1.0,
            Picked::Chance => self.picked as f64 / self.others.max(1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{claim, household};

    fn surveyed(people: u64) -> Survey {
        let mut survey = Survey::default();
        for id in 1..=people {
            let yuan = i64::try_from(id).unwrap();
            survey.add(&household(id, None, vec![claim(id, id, 2022, yuan, 0)]));
        }
        survey
    }

    #[test]
    fn everybody_where_there_are_few() {
        let sample = Sample::plan(&surveyed(40), 2022, 40, 1);
        assert!((1..=40).all(|id| sample.pick(id, Fen(1)) == Some(Picked::Certain)));
        assert_eq!(sample.pick(1, Fen::ZERO), None, "who has no bill is not in it");
    }

    #[test]
    fn the_largest_for_certain_the_others_by_chance() {
        let sample = Sample::plan(&surveyed(4_000), 2022, 1_000, 1);
        let picked = |id: u64| sample.pick(id, Fen::yuan(i64::try_from(id).unwrap()));
        let certain = (1..=4_000).filter(|id| picked(*id) == Some(Picked::Certain)).count() as u64;
        let by_chance = (1..=4_000).filter(|id| picked(*id) == Some(Picked::Chance)).count() as u64;
        assert_eq!(certain, sample.taken);
        assert!((450..=500).contains(&certain), "{certain}");
        assert!(by_chance.abs_diff(sample.picked) < 60, "{by_chance} of {}", sample.picked);
        assert_eq!(picked(4_000), Some(Picked::Certain));
    }
}
