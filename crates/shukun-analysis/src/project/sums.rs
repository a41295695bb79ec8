//! Futures while households come by: sums by line, year and draw, in whole fen times whole numbers.

use std::collections::BTreeMap;

use shukun_base::{Exact, Fen};

use super::chance::quantiles;
use super::growth::LEVELS;
use super::report::{LineKind, LinePath, Path, YearBand};
use super::sample::Picked;
use super::{Drawn, MIDDLE, Plan};

/// Policy, variant, and the difference between them.
pub(super) const SIDES: usize = 3;

/// What a line is: bills, families, then funds by the place of their payer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LineKey {
    Bills,
    Family,
    Fund(usize, String),
}

impl LineKey {
    /// A fund is the same fund wherever it stands in the order.
    fn name(&self) -> (u8, &str) {
        match self {
            LineKey::Bills => (0, ""),
            LineKey::Family => (1, ""),
            LineKey::Fund(_, name) => (2, name),
        }
    }
}

/// One household's amounts: by line, side and price.
#[derive(Clone, Debug, Default)]
pub(super) struct Values(Vec<(LineKey, [Vec<Fen>; SIDES])>);

impl Values {
    /// Adds an amount at a price, of so many prices.
    pub(super) fn put(&mut self, side: usize, key: LineKey, price: usize, prices: usize, amount: Fen) {
        let place = self.0.iter().position(|(known, _)| known.name() == key.name());
        let place = place.unwrap_or_else(|| {
            self.0.push((key, std::array::from_fn(|_| vec![Fen::ZERO; prices])));
            self.0.len() - 1
        });
        let slot = self.0.get_mut(place).and_then(|(_, sides)| sides.get_mut(side)).and_then(|row| row.get_mut(price));
        if let Some(slot) = slot {
            *slot += amount;
        }
    }

    /// The same program on both sides gives the same amounts.
    pub(super) fn copy_side(&mut self, from: usize, to: usize) {
        for (_, sides) in &mut self.0 {
            let copied = sides.get(from).cloned().unwrap_or_default();
            if let Some(side) = sides.get_mut(to) {
                *side = copied;
            }
        }
    }

    /// Variant − baseline.
    pub(super) fn add_difference(&mut self) {
        for (_, [baseline, variant, difference]) in &mut self.0 {
            *difference = variant.iter().zip(baseline.iter()).map(|(after, before)| *after - *before).collect();
        }
    }
}

/// Sums of one line on one side.
#[derive(Clone, Debug, Default)]
struct Sum {
    /// At middle growth, by year from the base year; households that stand for themselves.
    certain: Vec<i128>,
    /// The same, of those picked by chance.
    picked: Vec<i128>,
    /// Squares of the base year's amounts of those picked by chance.
    squares: i128,
    /// Households with something in the base year, of either kind.
    paid: (u64, u64),
    /// By draw, then year.
    drawn: Vec<i128>,
}

/// All futures, while households come by.
#[derive(Clone, Debug, Default)]
pub struct Sums {
    households_picked: u64,
    lines: BTreeMap<(u8, String), (LineKey, [Sum; SIDES])>,
}

fn add_to(slots: &mut Vec<i128>, place: usize, amount: i128) {
    if slots.len() <= place {
        slots.resize(place + 1, 0);
    }
    if let Some(slot) = slots.get_mut(place) {
        *slot += amount;
    }
}

impl Sum {
    fn add(&mut self, row: &[Fen], picked: Picked, price_at: &[[usize; LEVELS]], draws: &[Drawn]) {
        let at = |year: usize, level: usize| -> i128 {
            let price = price_at.get(year).and_then(|levels| levels.get(level)).copied().unwrap_or(usize::MAX);
            row.get(price).map_or(0, |amount| amount.0.into())
        };
        let own = match picked {
            Picked::Certain => &mut self.certain,
            Picked::Chance => &mut self.picked,
        };
        for year in 0..price_at.len() {
            add_to(own, year, at(year, MIDDLE));
        }
        let count = match picked {
            Picked::Certain => &mut self.paid.0,
            Picked::Chance => &mut self.paid.1,
        };
        *count += u64::from(at(0, MIDDLE) != 0);
        if picked == Picked::Chance {
            self.squares += at(0, MIDDLE) * at(0, MIDDLE);
        }
        let years = price_at.len().saturating_sub(1);
        for (draw, drawn) in draws.iter().enumerate() {
            for (year, times) in drawn.times.iter().enumerate() {
                add_to(&mut self.drawn, draw * years + year, i128::from(*times) * at(year + 1, drawn.cost));
            }
        }
    }

    fn merge(&mut self, other: &Sum) {
        let pairs =
            [(&mut self.certain, &other.certain), (&mut self.picked, &other.picked), (&mut self.drawn, &other.drawn)];
        for (own, theirs) in pairs {
            theirs.iter().enumerate().for_each(|(place, amount)| add_to(own, place, *amount));
        }
        self.squares += other.squares;
        self.paid = (self.paid.0 + other.paid.0, self.paid.1 + other.paid.1);
    }

    fn path(&self, plan: &Plan, picked: u64) -> Path {
        let middle = |year: usize| -> Fen {
            let at = |slots: &[i128]| slots.get(year).copied().unwrap_or(0);
            let stands_for = Exact::new(plan.sample.others.into(), i128::from(picked).max(1));
            let all = Exact::from_integer(at(&self.certain)) + Exact::from_integer(at(&self.picked)) * stands_for;
            let ahead = u32::try_from(year).unwrap_or(u32::MAX);
            to_fen((all.round() * plan.assumed.claimants.growth.factor(ahead)).round().to_integer())
        };
        let years = usize::try_from(plan.years).unwrap_or(0);
        let band = |ahead: usize| {
            let of_year = self.drawn.iter().skip(ahead - 1).step_by(years).copied().collect();
            let [p10_fen, p50_fen, p90_fen] = quantiles(of_year).map(to_fen);
            let year = plan.base_year.saturating_add(i16::try_from(ahead).unwrap_or(i16::MAX));
            YearBand { year, middle_fen: middle(ahead), p10_fen, p50_fen, p90_fen }
        };
        Path {
            base_fen: middle(0),
            sampling_error_fen: self.sampling_error(plan.sample.others, picked),
            households_paid: self.paid.0 + self.paid.1 * plan.sample.others / picked.max(1),
            years: (1..=years).map(band).collect(),
        }
    }

    /// `N √((1 − n÷N) s² ÷ n)`, s² the variance among those picked.
    fn sampling_error(&self, others: u64, picked: u64) -> Fen {
        if picked < 2 || picked >= others {
            return Fen::ZERO;
        }
        let (wide, few) = (i128::from(others), i128::from(picked));
        let sum = self.picked.first().copied().unwrap_or(0);
        // n s² (n − 1) = n Σ x² − (Σ x)²
        let spread = few * self.squares - sum * sum;
        let variance = spread / (few * (few - 1)) * wide / few * (wide - few);
        to_fen(variance.max(0).isqrt())
    }
}

fn to_fen(wide: i128) -> Fen {
    Fen(i64::try_from(wide).unwrap_or(if wide < 0 { i64::MIN } else { i64::MAX }))
}

impl Sums {
    /// Adds one household.
    pub(super) fn add(&mut self, values: &Values, picked: Picked, price_at: &[[usize; LEVELS]], draws: &[Drawn]) {
        self.households_picked += u64::from(picked == Picked::Chance);
        for (key, sides) in &values.0 {
            let name = (key.name().0, key.name().1.to_owned());
            let (_, sums) = self.lines.entry(name).or_insert_with(|| (key.clone(), Default::default()));
            for (sum, row) in sums.iter_mut().zip(sides) {
                if row.iter().any(|amount| !amount.is_zero()) {
                    sum.add(row, picked, price_at, draws);
                }
            }
        }
    }

    /// Adds the futures of other households.
    pub fn merge(&mut self, other: Sums) {
        self.households_picked += other.households_picked;
        for (name, (key, theirs)) in other.lines {
            let (own_key, own) = self.lines.entry(name).or_insert_with(|| (key.clone(), Default::default()));
            *own_key = key.min(own_key.clone());
            own.iter_mut().zip(&theirs).for_each(|(own, theirs)| own.merge(theirs));
        }
    }

    /// Every line over the years: bills, families, funds in the order of payers.
    pub fn finish(&self, plan: &Plan, has_variant: bool) -> Vec<LinePath> {
        let mut lines: Vec<&(LineKey, [Sum; SIDES])> = self.lines.values().collect();
        lines.sort_by(|a, b| a.0.cmp(&b.0));
        let path = |sum: &Sum| sum.path(plan, self.households_picked);
        let line = |(key, [baseline, variant, difference]): &(LineKey, [Sum; SIDES])| LinePath {
            kind: match key {
                LineKey::Bills => LineKind::Bills,
                LineKey::Family => LineKind::Family,
                LineKey::Fund(..) => LineKind::Fund,
            },
            name: key.name().1.to_owned(),
            baseline: path(baseline),
            variant: has_variant.then(|| path(variant)),
            difference: has_variant.then(|| path(difference)),
        };
        lines.into_iter().map(line).collect()
    }
}
