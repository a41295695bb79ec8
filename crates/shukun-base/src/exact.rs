//! Exact numbers between two roundings, and the rounding itself.

use num_rational::Ratio;
use serde::{Deserialize, Serialize};

use crate::Fen;

/// An exact rational number: a rate (90 % is 9/10), a count, or an amount in fen before it is rounded.
pub type Exact = Ratio<i128>;

/// How an exact amount becomes money. A pack always writes both the unit and the direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// 四舍五入: halves go away from zero.
    HalfUp,
    /// 银行家舍入: halves go to the even neighbour.
    HalfEven,
    /// 舍去: toward zero.
    Down,
    /// 进一: away from zero.
    Up,
}

impl Rounding {
    /// Rounds `amount` (in fen) to a whole multiple of `unit` (到分 1 fen, 到角 10, 到元 100).
    ///
    /// # Panics
    /// When `unit` is zero, or the result exceeds what [`Fen`] holds.
    pub fn apply(self, amount: Exact, unit: Fen) -> Fen {
        let units = amount / Exact::from_integer(i128::from(unit.0));
        let whole = match self {
            Rounding::HalfUp => units.round(),
            Rounding::Down => units.trunc(),
            Rounding::Up if units < Exact::from_integer(0) => units.floor(),
            Rounding::Up => units.ceil(),
            Rounding::HalfEven => round_half_even(units),
        };
        let fen = whole.to_integer() * i128::from(unit.0);
        #[expect(clippy::expect_used, reason = "an amount above 92 quadrillion yuan is a broken invariant, not input")]
        Fen(i64::try_from(fen).expect("a rounded amount fits in 64 bits"))
    }
}

fn round_half_even(units: Exact) -> Exact {
    let floor = units.floor();
    let half = Exact::new(1, 2);
    let is_even = floor.to_integer() % 2 == 0;
    match (units - floor).cmp(&half) {
        std::cmp::Ordering::Less => floor,
        std::cmp::Ordering::Greater => floor + Exact::from_integer(1),
        std::cmp::Ordering::Equal if is_even => floor,
        std::cmp::Ordering::Equal => floor + Exact::from_integer(1),
    }
}

impl From<Fen> for Exact {
    fn from(fen: Fen) -> Exact {
        Exact::from_integer(i128::from(fen.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_as_written() {
        // amount in tenths of a fen → half up, half even, down, up
        for (tenths, half_up, half_even, down, up) in [
            (24, 2, 2, 2, 3),
            (25, 3, 2, 2, 3),
            (35, 4, 4, 3, 4),
            (-25, -3, -2, -2, -3),
            (-21, -2, -2, -2, -3),
            (30, 3, 3, 3, 3),
        ] {
            let amount = Exact::new(tenths, 10);
            assert_eq!(Rounding::HalfUp.apply(amount, Fen(1)), Fen(half_up), "{tenths}");
            assert_eq!(Rounding::HalfEven.apply(amount, Fen(1)), Fen(half_even), "{tenths}");
            assert_eq!(Rounding::Down.apply(amount, Fen(1)), Fen(down), "{tenths}");
            assert_eq!(Rounding::Up.apply(amount, Fen(1)), Fen(up), "{tenths}");
        }
    }

    #[test]
    fn rounds_to_whole_yuan() {
        assert_eq!(Rounding::HalfUp.apply(Exact::from_integer(12_350), Fen::yuan(1)), Fen::yuan(124));
        assert_eq!(Rounding::Down.apply(Exact::from_integer(12_399), Fen::yuan(1)), Fen::yuan(123));
    }
}
