//! What may come of cases that nobody determined yet: each lives the whole life of a case that ended, chosen by chance, with what
//! charity paid for it and how many months that took. Most ended with nothing, as most will again.

use shukun_base::Fen;

use super::dice::Dice;

/// Ended cases below which nothing is expected of those that wait.
pub const LEAST_ENDED: usize = 30;

/// A case that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// What charity paid for it; nothing for most.
    pub relief: Fen,
    /// Months from its opening to its end.
    pub months: u32,
}

/// Cases that wait, and those that ended before them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Months that each has waited.
    pub waited: Vec<u32>,
    /// Those that ended.
    pub ended: Vec<Ended>,
}

impl Waiting {
    /// Whether enough cases ended to say what those that wait may cost.
    pub fn is_priced(&self) -> bool {
        self.ended.len() >= LEAST_ENDED
    }

    /// Relief by month ahead in one future; what takes longer than `months` is left out. Nothing where it is not priced.
    pub(super) fn live(&self, months: usize, dice: &mut Dice) -> Vec<Fen> {
        let mut relief = vec![Fen::ZERO; months];
        if !self.is_priced() {
            return relief;
        }
        for waited in &self.waited {
            let Some(again) = self.ended.get(dice.below(self.ended.len())) else { continue };
            let ahead = usize::try_from(again.months.saturating_sub(*waited)).unwrap_or(usize::MAX);
            if let Some(month) = relief.get_mut(ahead) {
                *month += again.relief;
            }
        }
        relief
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(waited: &[u32], ended: usize) -> Waiting {
        Waiting { waited: waited.to_vec(), ended: vec![Ended { relief: Fen::yuan(100), months: 3 }; ended] }
    }

    #[test]
    fn each_case_ends_as_one_before_it_did_less_the_months_it_has_waited() {
        let relief = waiting(&[0, 1, 1, 9], LEAST_ENDED).live(12, &mut Dice::new(1));
        let yuan: Vec<i64> = relief.iter().map(|amount| amount.0 / 100).collect();
        assert_eq!(yuan[..5], [100, 0, 200, 100, 0]);
        let short = waiting(&[0, 1], LEAST_ENDED).live(3, &mut Dice::new(1));
        assert_eq!(short, [Fen::ZERO, Fen::ZERO, Fen::yuan(100)], "what comes after the last month is not in it");
    }

    #[test]
    fn too_few_ended_cases_say_nothing() {
        let waiting = waiting(&[0, 1], LEAST_ENDED - 1);
        assert!(!waiting.is_priced());
        assert_eq!(waiting.live(3, &mut Dice::new(1)), [Fen::ZERO; 3]);
    }
}
