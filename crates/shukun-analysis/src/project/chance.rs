//! Chance: how often a household stands in a drawn future. Seeded, the same on every machine.
//!
//! A drawn future counts every household a whole number of times. First the base year itself could have been
//! otherwise, then so could the year to come: both are drawn, else the band would only tell how well the base year is
//! known.
#![expect(clippy::float_arithmetic, reason = "chances; amounts are multiplied by the whole numbers that come out")]

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// The stream of one household's draws.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of this household under this seed: it does not depend on who else is drawn, or in which order.
    pub fn of(seed: u64, household: u64) -> Chance {
        let mut key = [0_u8; 32];
        let words = [seed, household, seed ^ 0x7368_756b_756e_5f50, household.rotate_left(17)];
        for (place, word) in key.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        Chance(ChaCha8Rng::from_seed(key))
    }

    /// Evenly between 0 and 1, never 0.
    #[expect(clippy::as_conversions, reason = "53 bits are exact in a float")]
    fn even(&mut self) -> f64 {
        ((self.0.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64
    }

    /// A number from 0 to `bound` − 1.
    pub fn below(&mut self, bound: u64) -> u64 {
        u64::try_from((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// How often something happens that happens `mean` times on the average (Poisson). Means above 60 by the normal
    /// curve, whose difference is then below what two hundred draws can show.
    pub fn times(&mut self, mean: f64) -> u32 {
        if mean <= 0.0 {
            return 0;
        }
        if mean > 60.0 {
            return self.many_times(mean);
        }
        let (drawn, mut likely) = (self.even(), (-mean).exp());
        let (mut count, mut up_to) = (0_u32, likely);
        while drawn > up_to && count < 400 {
            count += 1;
            likely *= mean / f64::from(count);
            up_to += likely;
        }
        count
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::as_conversions,
        reason = "clamped to 32 bits"
    )]
    fn many_times(&mut self, mean: f64) -> u32 {
        let normal = (-2.0 * self.even().ln()).sqrt() * (std::f64::consts::TAU * self.even()).cos();
        (mean + mean.sqrt() * normal).round().clamp(0.0, f64::from(u32::MAX)) as u32
    }

    /// How often a household stands in what the base year could have been, when it was picked with this chance: on
    /// the average `1 ÷ chance` times, more uncertain the smaller the chance.
    pub fn base_times(&mut self, chance: f64) -> u32 {
        let picked = f64::from(self.times(1.0));
        let spread = (1.0 - chance).max(0.0).sqrt();
        self.times((1.0 + spread * (picked - 1.0)) / chance)
    }
}

/// The P10, P50 and P90 of drawn amounts: of `n` in order, the ones at `n ÷ 10`, `n ÷ 2` and `9n ÷ 10`, rounded up.
pub fn quantiles(mut drawn: Vec<i128>) -> [i128; 3] {
    drawn.sort_unstable();
    [10, 50, 90].map(|percent| {
        let rank = (drawn.len() * percent).div_ceil(100).saturating_sub(1);
        drawn.get(rank).copied().unwrap_or(0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_and_variance(of: impl Fn(&mut Chance) -> u32) -> (f64, f64) {
        let drawn: Vec<f64> = (0..20_000).map(|number| f64::from(of(&mut Chance::of(7, number)))).collect();
        let mean = drawn.iter().sum::<f64>() / 20_000.0;
        (mean, drawn.iter().map(|one| (one - mean).powi(2)).sum::<f64>() / 20_000.0)
    }

    #[test]
    fn counts_have_the_mean_and_the_variance_of_poisson() {
        for expected in [0.3, 1.0, 12.0, 59.0, 200.0] {
            let (mean, variance) = mean_and_variance(|chance| chance.times(expected));
            assert!((mean / expected - 1.0).abs() < 0.03, "{mean} for {expected}");
            assert!((variance / expected - 1.0).abs() < 0.06, "variance {variance} for {expected}");
        }
        assert_eq!(Chance::of(1, 1).times(0.0), 0);
    }

    #[test]
    fn a_picked_household_stands_for_those_that_were_not() {
        // mean 1 ÷ p; variance 1 ÷ p of the year itself and (1 − p) ÷ p² of the picking
        let (mean, variance) = mean_and_variance(|chance| chance.base_times(0.2));
        assert!((mean / 5.0 - 1.0).abs() < 0.04, "{mean}");
        assert!((variance / 25.0 - 1.0).abs() < 0.1, "{variance}");
        let (mean, variance) = mean_and_variance(|chance| chance.base_times(1.0));
        assert!((mean - 1.0).abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }

    #[test]
    fn a_stream_belongs_to_its_household_and_seed() {
        let first = |seed, household| Chance::of(seed, household).0.next_u64();
        assert_eq!(first(1, 2), first(1, 2));
        assert_ne!(first(1, 2), first(2, 1));
        assert_ne!(first(1, 2), first(1, 3));
    }

    #[test]
    fn quantiles_by_hand() {
        assert_eq!(quantiles((1..=10).rev().collect()), [1, 5, 9]);
        assert_eq!(quantiles((1..=200).collect()), [20, 100, 180]);
        assert_eq!(quantiles(vec![7]), [7, 7, 7]);
        assert_eq!(quantiles(Vec::new()), [0, 0, 0]);
    }
}
