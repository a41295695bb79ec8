//! `packs/claim-stream` by hand: claims of a person in order, every rule with its accumulation of the year.
//!
//! Each exact amount is a whole number of hundredths of a fen. A rule's accumulated amount is rounded once; what it
//! pays of a claim is the difference of two rounded totals, so a total under a cap is the smaller of both.

use std::ops::Range;

use super::year::{charity, general, tilted};
use super::{Paid, days_of_year, round, year_of};
use crate::claims::{Claims, NONE};

const YUAN: i64 = 100;

/// What a rule has accumulated.
#[derive(Clone, Copy, Default)]
struct Tally {
    /// Used of the deductible.
    deducted: i64,
    /// In hundredths of a fen (scales: the base in fen).
    exact: i64,
    /// In fen.
    paid: i64,
}

impl Tally {
    /// Takes the deductible off `x`.
    fn deduct(&mut self, x: i64, line: i64) -> i64 {
        let taken = x.min(line - self.deducted);
        self.deducted += taken;
        x - taken
    }

    /// Pays what the new rounded total, up to the cap, is above what was paid.
    fn pay(&mut self, owed: i64, cap: i64) -> i64 {
        let total = owed.min(cap);
        let paid = total - self.paid;
        self.paid = total;
        paid
    }

    fn by_rate(&mut self, base: i64, rate: i64, cap: i64) -> i64 {
        self.exact += base * rate;
        self.pay(round(self.exact), cap)
    }

    fn by_scale(&mut self, base: i64, scale: impl Fn(i64) -> i64, cap: i64) -> i64 {
        self.exact += base;
        self.pay(round(scale(self.exact)), cap)
    }
}

/// A person's year so far.
#[derive(Clone, Copy)]
pub struct Year {
    /// Whose.
    pub person: u64,
    /// The calendar year's first and last day.
    first: i32,
    last: i32,
    inpatient: Tally,
    outpatient: Tally,
    general: Tally,
    tilted: Tally,
    assistance: Tally,
    assistance_marginal: Tally,
    charity: Tally,
}

impl Default for Year {
    fn default() -> Year {
        let tally = Tally::default();
        let (inpatient, outpatient, general, tilted) = (tally, tally, tally, tally);
        let (assistance, assistance_marginal, charity) = (tally, tally, tally);
        // No day lies in it.
        let (person, first, last) = (0, 0, -1);
        Year { person, first, last, inpatient, outpatient, general, tilted, assistance, assistance_marginal, charity }
    }
}

/// Settles the rows in order, going on with `state`; adds to `sums`, and keeps each claim's payments where asked to.
pub fn settle(
    claims: &Claims,
    rows: Range<usize>,
    state: &mut Year,
    sums: &mut Paid,
    mut keep: Option<&mut [Vec<i64>; 5]>,
) {
    for row in rows {
        let (person, day) = (claims.person[row], claims.incurred[row]);
        if person != state.person || !(state.first..=state.last).contains(&day) {
            *state = Year::begin(person, day, state);
        }
        let paid = state.claim(claims, row);
        sums.iter_mut().zip(paid).for_each(|(sum, paid)| *sum += paid);
        if let Some(keep) = &mut keep {
            keep.iter_mut().zip(paid).for_each(|(column, paid)| column.push(paid));
        }
    }
}

impl Year {
    /// Nothing paid yet. The next person's year is mostly the same as `before`.
    fn begin(person: u64, day: i32, before: &Year) -> Year {
        if (before.first..=before.last).contains(&day) {
            return Year { person, first: before.first, last: before.last, ..Year::default() };
        }
        let (first, last) = days_of_year(year_of(day));
        Year { person, first, last, ..Year::default() }
    }

    /// 基本医保, 大病保险, 医疗救助, 慈善救助, 个人
    fn claim(&mut self, claims: &Claims, row: usize) -> Paid {
        let (total, in_scope) = (claims.total[row], claims.in_scope[row]);
        let (level, category) = (claims.level[row], claims.category[row]);
        // 第二条: without a level nobody can say at which rate, so the deductible stays as it is.
        let basic = match (claims.kind[row], level) {
            (_, NONE) => 0,
            (0, level) => {
                let base = self.inpatient.deduct(in_scope, 800 * YUAN);
                self.inpatient.by_rate(base, [85, 75, 65][usize::from(level) - 1], 250_000 * YUAN)
            }
            (_, level) => {
                let base = self.outpatient.deduct(in_scope, 300 * YUAN);
                self.outpatient.by_rate(base, [60, 50, 40][usize::from(level) - 1], 4_000 * YUAN)
            }
        };
        // 第三条
        let base = in_scope - basic;
        let critical = match category {
            0..=2 => self.tilted.by_scale(base, tilted, i64::MAX),
            _ => self.general.by_scale(base, general, i64::MAX),
        };
        // 第四条
        let left = base - critical;
        let assistance = match category {
            0 | 1 => self.assistance.by_rate(left, 90, 100_000 * YUAN),
            2 => {
                let base = self.assistance_marginal.deduct(left, 3_000 * YUAN);
                self.assistance_marginal.by_rate(base, 70, 30_000 * YUAN)
            }
            _ => 0,
        };
        // 第五条
        let left = total - basic - critical - assistance;
        let charity = self.charity.by_scale(left, charity, 50_000 * YUAN);
        [basic, critical, assistance, charity, left - charity]
    }
}
