//! A share with its 95 % interval by Wilson's score (E. B. Wilson, 1927): it stays between 0 and 1 and means something
//! also for small counts and shares near 0, as shares of alerts are. Start at [`Wilson::of`].
#![expect(clippy::float_arithmetic, reason = "statistics: a share and its interval, no amount is paid from them")]

use serde::Serialize;

/// 97.5 % of a normal distribution lie below.
const Z: f64 = 1.959_963_984_540_054;

/// A share and the interval in which the true one lies, 95 times in 100.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Wilson {
    /// How many were so.
    pub hits: u64,
    /// Out of how many.
    pub of: u64,
    /// Their share; 0 of nothing.
    pub share: f64,
    /// Lower bound; 0 of nothing.
    pub low: f64,
    /// Upper bound; 1 of nothing.
    pub high: f64,
}

impl Wilson {
    /// The share `hits` of `of`.
    pub fn of(hits: u64, of: u64) -> Wilson {
        if of == 0 {
            return Wilson { hits, of, share: 0.0, low: 0.0, high: 1.0 };
        }
        let number = f64::from(u32::try_from(of).unwrap_or(u32::MAX));
        let share = f64::from(u32::try_from(hits).unwrap_or(u32::MAX)) / number;
        let below = 1.0 + Z * Z / number;
        let middle = (share + Z * Z / (2.0 * number)) / below;
        let half = Z / below * (share * (1.0 - share) / number + Z * Z / (4.0 * number * number)).sqrt();
        Wilson { hits, of, share, low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Intervals as published: Newcombe (1998), Statistics in Medicine 17, table I, method 3.
    #[test]
    fn the_published_intervals_come_out() {
        for (hits, of, low, high) in
            [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let found = Wilson::of(hits, of);
            assert!(
                (found.low - low).abs() < 0.000_05 && (found.high - high).abs() < 0.000_05,
                "{hits}/{of}: {found:?}"
            );
        }
    }

    #[test]
    fn the_published_funnel_of_ruian() {
        let (at_risk, aided) = (Wilson::of(268, 3_807), Wilson::of(67, 3_807));
        let shown =
            |share: Wilson| format!("{:.2} {:.2} {:.2}", share.share * 100.0, share.low * 100.0, share.high * 100.0);
        assert_eq!(shown(at_risk), "7.04 6.27 7.90");
        assert_eq!(shown(aided), "1.76 1.39 2.23");
    }

    #[test]
    fn of_nothing_everything_is_possible() {
        let none = Wilson::of(0, 0);
        assert_eq!((none.share, none.low, none.high), (0.0, 0.0, 1.0));
        assert!(Wilson::of(5, 5).low > 0.5 && Wilson::of(5, 5).high <= 1.0);
    }
}
