//! Money.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

use serde::{Deserialize, Serialize};

/// An amount of money in fen (分), one hundredth of a yuan. Never a float; arithmetic that overflows panics
/// in every build profile (the workspace keeps overflow checks on in release).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct Fen(pub i64);

impl Fen {
    /// No money.
    pub const ZERO: Fen = Fen(0);

    /// Whole yuan.
    pub const fn yuan(yuan: i64) -> Fen {
        Fen(yuan * 100)
    }

    /// The larger of `self` and zero.
    pub fn or_zero(self) -> Fen {
        self.max(Fen::ZERO)
    }

    /// Whether this is below zero, as in a reversal.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether this is exactly nothing.
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl Add for Fen {
    type Output = Fen;
    fn add(self, other: Fen) -> Fen {
        Fen(self.0 + other.0)
    }
}

impl Sub for Fen {
    type Output = Fen;
    fn sub(self, other: Fen) -> Fen {
        Fen(self.0 - other.0)
    }
}

impl Neg for Fen {
    type Output = Fen;
    fn neg(self) -> Fen {
        Fen(-self.0)
    }
}

impl AddAssign for Fen {
    fn add_assign(&mut self, other: Fen) {
        *self = *self + other;
    }
}

impl SubAssign for Fen {
    fn sub_assign(&mut self, other: Fen) {
        *self = *self - other;
    }
}

impl Sum for Fen {
    fn sum<I: Iterator<Item = Fen>>(amounts: I) -> Fen {
        amounts.fold(Fen::ZERO, Add::add)
    }
}

/// `12,345.67`, with thousands commas and both decimals; the caller adds 元 where it is wanted.
impl fmt::Display for Fen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let magnitude = self.0.unsigned_abs();
        let digits = (magnitude / 100).to_string();
        let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        f.pad(&format!("{sign}{grouped}.{:02}", magnitude % 100))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_commas_and_both_decimals() {
        for (fen, shown) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (42_978_533, "429,785.33"),
            (-100_000, "-1,000.00"),
            (100_000_000_000, "1,000,000,000.00"),
        ] {
            assert_eq!(Fen(fen).to_string(), shown);
        }
    }
}
