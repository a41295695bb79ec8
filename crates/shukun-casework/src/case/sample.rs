//! Drawing closings for a second look: by chance for whoever does not know the seed, and the same again for whoever does.

use crate::ids::CaseId;

/// Whether the closing of this round is drawn, at `percent` of a hundred.
pub fn is_drawn(seed: u64, case: &CaseId, round: u16, percent: u32) -> bool {
    let bytes = case.as_str().bytes().chain(round.to_be_bytes());
    // FNV-1a, then the finisher of splitmix64: neighbouring ids fall far apart.
    let folded = bytes
        .fold(0xcbf2_9ce4_8422_2325_u64 ^ seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (folded ^ (folded >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) % 100 < u64::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(seed: u64, percent: u32) -> Vec<bool> {
        (0..10_000).map(|n| is_drawn(seed, &CaseId::new(&format!("c{n}")).unwrap(), 1, percent)).collect()
    }

    #[test]
    fn about_as_many_as_asked_for_and_the_same_again() {
        for (percent, least, most) in [(0, 0, 0), (5, 430, 570), (10, 900, 1_100), (100, 10_000, 10_000)] {
            let count = drawn(7, percent).iter().filter(|drawn| **drawn).count();
            assert!((least..=most).contains(&count), "{percent} %: {count}");
        }
        assert_eq!(drawn(7, 5), drawn(7, 5));
        assert_ne!(drawn(7, 5), drawn(8, 5), "another seed draws others");
    }
}
