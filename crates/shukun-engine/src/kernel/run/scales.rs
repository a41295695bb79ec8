//! Rates, rows and rounding in whole numbers.

use shukun_base::Rounding;
use shukun_policy::program::BracketMode;

use super::super::plan::{Row, RowScale};

/// The row in which `at` lies; past the end of the last row, the last; none below the first line.
#[inline(always)]
pub(crate) fn row_at(rows: &[Row], at: i64) -> Option<usize> {
    rows.iter().rposition(|row| row.from <= at)
}

/// What is paid on `base` in total, over the rule's denominators.
#[inline(always)]
pub(crate) fn amount(scale: &RowScale, mode: BracketMode, base: i64) -> i64 {
    let rows = &scale.rows;
    let Some(place) = row_at(rows, base) else { return 0 };
    let (Some(row), Some(first), Some(last)) = (rows.get(place), rows.first(), rows.last()) else { return 0 };
    // Unchecked: the plan has proved that a household's amounts stay within 64 bits.
    let part = |from: i64, to: i64| base.min(to).wrapping_sub(from).max(0).wrapping_mul(row.rate);
    match mode {
        BracketMode::Whole => part(0, last.to),
        BracketMode::WholeAboveFirstLine => part(first.from, last.to),
        BracketMode::Marginal => row.before.wrapping_add(part(row.from, row.to)),
        BracketMode::MarginalFromFirstFen => {
            row.before.wrapping_add(part(if place == 0 { 0 } else { row.from }, row.to))
        }
    }
}

/// Rounds an amount over `denominator` to whole multiples of a unit: `step` is denominator × unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounder {
    rounding: Rounding,
    unit: i64,
    step: i64,
    /// Divides by a step known beforehand: high half of a product instead of a division.
    divide: strength_reduce::StrengthReducedU64,
}

impl Rounder {
    pub(crate) fn new(rounding: Rounding, unit: i64, denominator: i64) -> Rounder {
        let step = denominator * unit;
        let divide = strength_reduce::StrengthReducedU64::new(u64::try_from(step).unwrap_or(1).max(1));
        Rounder { rounding, unit, step, divide }
    }

    /// Whether it rounds hundredths of a fen to the nearest fen: what rates in percent come to.
    pub(crate) fn is_of_hundredths(&self) -> bool {
        self.rounding == Rounding::HalfUp && self.unit == 1 && self.step == 100
    }

    /// The rounded amount in fen; `exact` is not below zero.
    #[inline(always)]
    pub(crate) fn round(&self, exact: i64) -> i64 {
        if self.step == 1 {
            return exact;
        }
        let number = exact.unsigned_abs();
        let (whole, rest) = strength_reduce::StrengthReducedU64::div_rem(number, self.divide);
        let step = self.step.unsigned_abs();
        let up = match self.rounding {
            Rounding::Down => false,
            Rounding::Up => rest > 0,
            Rounding::HalfUp => rest * 2 >= step,
            Rounding::HalfEven => rest * 2 > step || (rest * 2 == step && whole % 2 == 1),
        };
        i64::try_from(whole + u64::from(up)).unwrap_or(i64::MAX) * self.unit
    }
}

/// How a loop rounds.
pub(crate) trait Round {
    /// The rounded amount in fen; `exact` is not below zero.
    fn to_fen(&self, exact: i64) -> i64;
}

impl Round for Rounder {
    #[inline(always)]
    fn to_fen(&self, exact: i64) -> i64 {
        self.round(exact)
    }
}

/// Hundredths of a fen to the nearest fen.
pub(crate) struct Hundredths;

impl Round for Hundredths {
    #[inline(always)]
    fn to_fen(&self, exact: i64) -> i64 {
        i64::try_from((exact.unsigned_abs() + 50) / 100).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use shukun_base::{Exact, Fen};

    proptest! {
        #[test]
        fn rounds_as_fractions_do(
            exact in 0_i64..1 << 40,
            denominator in prop_oneof![Just(100_i64), 1_i64..10_000],
            unit in prop::sample::select(vec![1_i64, 10, 100]),
            rounding in prop::sample::select(vec![Rounding::HalfUp, Rounding::HalfEven, Rounding::Down, Rounding::Up]),
        ) {
            let expected = rounding.apply(Exact::new(exact.into(), denominator.into()), Fen(unit));
            let rounder = Rounder::new(rounding, unit, denominator);
            prop_assert_eq!(Fen(rounder.round(exact)), expected);
            if rounder.is_of_hundredths() {
                prop_assert_eq!(Hundredths.to_fen(exact), expected.0);
            }
        }
    }
}
