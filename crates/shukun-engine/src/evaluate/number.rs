//! Arithmetic on exact numbers with a short way for whole ones.
//!
//! Nearly every amount is a whole number of fen; reducing a fraction each time would cost more than the rule.

use std::cmp::Ordering;

use shukun_base::{Exact, Fen, Rounding};

/// Zero fen, or the number 0.
pub(crate) fn zero() -> Exact {
    Exact::from_integer(0)
}

fn both_whole(a: Exact, b: Exact) -> bool {
    *a.denom() == 1 && *b.denom() == 1
}

/// a ＋ b
pub(crate) fn add(a: Exact, b: Exact) -> Exact {
    if both_whole(a, b) { Exact::from_integer(a.numer() + b.numer()) } else { a + b }
}

/// a － b
pub(crate) fn sub(a: Exact, b: Exact) -> Exact {
    if both_whole(a, b) { Exact::from_integer(a.numer() - b.numer()) } else { a - b }
}

/// a × b
pub(crate) fn mul(a: Exact, b: Exact) -> Exact {
    if both_whole(a, b) { Exact::from_integer(a.numer() * b.numer()) } else { a * b }
}

/// a ÷ b; none when b is zero.
pub(crate) fn div(a: Exact, b: Exact) -> Option<Exact> {
    (b != zero()).then(|| a / b)
}

/// Which is larger.
pub(crate) fn cmp(a: Exact, b: Exact) -> Ordering {
    if both_whole(a, b) { a.numer().cmp(b.numer()) } else { a.cmp(&b) }
}

/// The smaller one.
pub(crate) fn min(a: Exact, b: Exact) -> Exact {
    if cmp(a, b) == Ordering::Greater { b } else { a }
}

/// The larger one.
pub(crate) fn max(a: Exact, b: Exact) -> Exact {
    if cmp(a, b) == Ordering::Less { b } else { a }
}

/// `a`, or zero where it is below.
pub(crate) fn or_zero(a: Exact) -> Exact {
    if *a.numer() < 0 { zero() } else { a }
}

/// Rounds as the rule says; whole fen need no work.
pub(crate) fn round(rounding: Rounding, unit: Fen, amount: Exact) -> Fen {
    match i64::try_from(*amount.numer()) {
        Ok(fen) if unit == Fen(1) && *amount.denom() == 1 => Fen(fen),
        _ => rounding.apply(amount, unit),
    }
}

/// An exact amount as money for display and for lines, halves away from zero.
pub(crate) fn to_fen(amount: Exact) -> Fen {
    round(Rounding::HalfUp, Fen(1), amount)
}

/// The whole fen of a cap or of a ceiling: never more than the exact amount.
pub(crate) fn whole_fen(amount: Exact) -> Fen {
    round(Rounding::Down, Fen(1), amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_gives_what_fractions_give() {
        for a in [Exact::from_integer(7), Exact::new(7, 3), Exact::from_integer(-2)] {
            for b in [Exact::from_integer(3), Exact::new(1, 3), Exact::from_integer(0)] {
                assert_eq!((add(a, b), sub(a, b), mul(a, b), cmp(a, b)), (a + b, a - b, a * b, a.cmp(&b)));
                assert_eq!((min(a, b), max(a, b)), (a.min(b), a.max(b)));
            }
        }
        assert_eq!(round(Rounding::HalfUp, Fen(100), Exact::from_integer(12_350)), Fen(12_400));
        assert_eq!(round(Rounding::Down, Fen(1), Exact::new(25, 2)), Fen(12));
        assert_eq!(div(Exact::from_integer(1), zero()), None);
        assert_eq!(or_zero(Exact::new(-1, 2)), zero());
    }
}
