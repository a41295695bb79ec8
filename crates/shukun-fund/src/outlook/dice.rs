//! Chance from a seed: the same seed, the same throws, on any machine (SplitMix64).

/// A source of throws.
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `count`; 0 for a count of 0. The bias of the remainder is below 2⁻⁵⁰ for any history.
    pub fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let count = u64::try_from(count).unwrap_or(u64::MAX);
        usize::try_from(mixed.checked_rem(count).unwrap_or(0)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_throws_the_same_and_every_side_comes_up() {
        let throws = |seed| -> Vec<usize> {
            let mut dice = Dice::new(seed);
            (0..6000).map(|_| dice.below(6)).collect()
        };
        assert_eq!(throws(7), throws(7));
        assert_ne!(throws(7), throws(8));
        for side in 0..6 {
            let count = throws(1).iter().filter(|throw| **throw == side).count();
            assert!((850..1150).contains(&count), "{side}: {count}");
        }
        assert_eq!(Dice::new(1).below(0), 0);
    }
}
