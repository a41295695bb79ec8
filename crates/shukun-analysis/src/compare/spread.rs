//! Lorenz curve and Gini coefficient of amounts, exactly: sums in whole fen, one division at the end.
#![expect(clippy::float_arithmetic, reason = "the Gini coefficient is a statistic; no amount is made of it")]

use shukun_base::Fen;

use super::ordered::{Pass, in_order};
use super::report::{LorenzPoint, Spread};

/// How unequally the amounts of `pass` lie; `held` as in [`in_order`].
///
/// # Errors
/// Those of going through the amounts.
pub fn spread<E>(pass: &Pass<'_, E>, held: u64) -> Result<Spread, E> {
    let mut count = 0_u64;
    pass(&mut |_| count += 1)?;
    let mut curve = Curve { count, points: vec![LorenzPoint::default()], so_far: 0, sum: 0, by_rank: 0 };
    in_order(pass, held, &mut |amount, times| curve.add(amount, times))?;
    Ok(Spread { household_years: count, sum_fen: fen(curve.sum), gini: curve.gini(), lorenz: curve.points })
}

struct Curve {
    count: u64,
    points: Vec<LorenzPoint>,
    so_far: u64,
    sum: i128,
    /// Σ rank × amount, ranks from 1.
    by_rank: i128,
}

impl Curve {
    /// The next larger amount, `times` over.
    fn add(&mut self, amount: i64, times: u64) {
        let (amount, times_wide, before) = (i128::from(amount), i128::from(times), i128::from(self.so_far));
        for percent in self.points.len()..=100 {
            let households = households_at(percent, self.count);
            if households > self.so_far + times {
                break;
            }
            let burden = self.sum + amount * (i128::from(households) - before);
            let percent = u8::try_from(percent).unwrap_or(100);
            self.points.push(LorenzPoint { percent, household_years: households, burden_fen: fen(burden) });
        }
        // ranks before + 1 … before + times
        self.by_rank += amount * (times_wide * before + times_wide * (times_wide + 1) / 2);
        self.sum += amount * times_wide;
        self.so_far += times;
    }

    /// `2 Σ rank × amount ÷ (n Σ amount) − (n + 1) ÷ n`; nothing to share is shared equally.
    fn gini(&self) -> f64 {
        let count = i128::from(self.count);
        let (above, below) = (2 * self.by_rank - (count + 1) * self.sum, count * self.sum);
        if below == 0 { 0.0 } else { as_float(above) / as_float(below) }
    }
}

fn households_at(percent: usize, count: u64) -> u64 {
    let wide = u128::from(count) * u128::try_from(percent).unwrap_or(100) / 100;
    u64::try_from(wide).unwrap_or(count)
}

/// Fifteen digits are enough for a coefficient.
fn as_float(wide: i128) -> f64 {
    wide as f64
}

/// A sum of household burdens is less than all money there is.
fn fen(wide: i128) -> Fen {
    Fen(i64::try_from(wide).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn of(amounts: &[i64]) -> Spread {
        let pass = |visit: &mut dyn FnMut(i64)| -> Result<(), Infallible> {
            amounts.iter().for_each(|amount| visit(*amount));
            Ok(())
        };
        spread(&pass, 2).unwrap()
    }

    fn near(found: f64, known: f64) {
        assert!((found - known).abs() < 1e-12, "{found} is not {known}");
    }

    #[test]
    fn known_distributions() {
        near(of(&[]).gini, 0.0);
        near(of(&[0, 0, 0]).gini, 0.0);
        near(of(&[7, 7, 7, 7]).gini, 0.0);
        // one of n bears all: (n − 1) ÷ n
        near(of(&[0, 0, 0, 900]).gini, 0.75);
        // 1 … n: (n − 1) ÷ 3n
        near(of(&(1..=100).collect::<Vec<_>>()).gini, 99.0 / 300.0);
        // by hand: 2 (1·1 + 2·3 + 3·8) ÷ (3 · 12) − 4 ÷ 3
        near(of(&[8, 1, 3]).gini, 62.0 / 36.0 - 4.0 / 3.0);
    }

    #[test]
    fn the_curve_runs_from_nobody_to_everybody() {
        let found = of(&[40, 10, 30, 20]);
        assert_eq!(found.lorenz.len(), 101);
        let at = |percent: usize| (found.lorenz[percent].household_years, found.lorenz[percent].burden_fen.0);
        assert_eq!(
            [at(0), at(24), at(25), at(50), at(75), at(100)],
            [(0, 0), (0, 0), (1, 10), (2, 30), (3, 60), (4, 100)]
        );
        assert_eq!(found.sum_fen, Fen(100));
    }

    #[test]
    fn equal_amounts_make_a_straight_line() {
        let found = of(&[5; 100]);
        assert!(found.lorenz.iter().all(|point| point.burden_fen.0 == 5 * i64::from(point.percent)));
    }
}
