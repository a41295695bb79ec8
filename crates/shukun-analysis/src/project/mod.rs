//! What a policy would cost each fund over the coming years, with bands that say how uncertain that is.
//!
//! The base year is lived again under other prices: every household's bills are multiplied and settled through the real
//! rules, so that lines and caps bite; then futures are drawn in which households stand more or less often. Growth comes
//! in from outside or from the lake's own past, never from here. Pure: no files, seeded chance. Start at
//! [`Projector`]; what it means and where it ends is in docs/project.md.

mod chance;
mod growth;
pub mod report;
mod sample;
mod scale;
mod sums;
mod survey;

use std::collections::BTreeSet;

use shukun_base::{Exact, Fen};
use shukun_engine::Prepared;
use shukun_engine::facts::HouseholdFacts;
use shukun_policy::program::{Field, Program};

use chance::Chance;
pub use growth::{Growth, LEVELS, Rate};
use sample::Picked;
pub use sample::Sample;
use scale::{Factors, money_facts, scaled, up_to_year};
pub use sums::Sums;
use sums::{LineKey, SIDES, Values};
pub use survey::{Survey, YearSeen, bills_in};

/// What is assumed of the years to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// How many have bills.
    pub claimants: Growth,
    /// What each of them costs.
    pub cost: Growth,
    /// Incomes; none where no rule looks at them.
    pub income: Option<Rate>,
}

/// What a projection is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The year that is lived again.
    pub base_year: i16,
    /// How many years ahead.
    pub years: u32,
    /// How many futures are drawn.
    pub draws: u32,
    /// The same seed gives the same futures.
    pub seed: u64,
    /// Growth.
    pub assumed: Assumed,
    /// Who is settled.
    pub sample: Sample,
}

/// Whether any rule looks at a household's income.
pub fn looks_at_income(program: &Program) -> bool {
    program.needs().fields.contains(&Field::HouseholdIncome)
}

/// Which drawn growth a future has: every pair of cost and claimants as often as any other.
fn levels_of(draw: u32) -> (usize, usize) {
    let level = |number: u32| usize::try_from(number).unwrap_or(0) % LEVELS;
    let wide = u32::try_from(LEVELS).unwrap_or(1);
    (level(draw), level(draw / wide))
}

/// The middle of the levels.
const MIDDLE: usize = LEVELS / 2;

/// One program, ready.
#[derive(Clone, Debug)]
struct Side<'p> {
    program: &'p Program,
    prepared: Prepared<'p>,
    money_facts: BTreeSet<String>,
}

/// One or two programs for the same people over the coming years.
#[derive(Clone, Debug)]
pub struct Projector<'p> {
    sides: Vec<Side<'p>>,
    plan: &'p Plan,
    /// Different prices: factor of costs, factor of incomes.
    prices: Vec<(Exact, Exact)>,
    /// Place among the prices, by year ahead and level.
    price_at: Vec<[usize; LEVELS]>,
    /// Factor of the number of claimants, by year ahead and level.
    claimants_at: Vec<[f64; LEVELS]>,
}

impl<'p> Projector<'p> {
    /// Prepares the policy and, where there is one, the variant.
    pub fn new(baseline: &'p Program, variant: Option<&'p Program>, plan: &'p Plan) -> Projector<'p> {
        let side = |program: &'p Program| Side {
            program,
            prepared: Prepared::new(program),
            money_facts: money_facts(program),
        };
        let mut projector = Projector {
            sides: std::iter::once(baseline).chain(variant).map(side).collect(),
            plan,
            prices: Vec::new(),
            price_at: Vec::new(),
            claimants_at: Vec::new(),
        };
        for year in 0..=plan.years {
            let income = plan.assumed.income.unwrap_or_else(Rate::zero).factor(year);
            let price_at = plan.assumed.cost.levels().map(|rate| projector.price(rate.factor(year), income));
            projector.price_at.push(price_at);
            let claimants = plan.assumed.claimants.levels();
            projector.claimants_at.push(claimants.map(|rate| as_chance(rate.factor(year))));
        }
        projector
    }

    fn price(&mut self, cost: Exact, income: Exact) -> usize {
        let known = self.prices.iter().position(|price| *price == (cost, income));
        known.unwrap_or_else(|| {
            self.prices.push((cost, income));
            self.prices.len() - 1
        })
    }

    /// Settles a household at every price and adds it to the futures it stands in.
    pub fn add(&self, facts: HouseholdFacts, sums: &mut Sums) {
        let (household, year) = (facts.household.household_id.0, self.plan.base_year);
        let Some(picked) = self.plan.sample.pick(household, bills_in(&facts, year)) else { return };
        let facts = up_to_year(facts, year);
        let mut values = Values::default();
        for (side, of) in self.sides.iter().enumerate() {
            let is_same = side > 0 && self.sides.first().is_some_and(|first| first.program == of.program);
            if is_same {
                values.copy_side(0, side);
            } else {
                self.settle(&facts, side, of, &mut values);
            }
        }
        if self.sides.len() == SIDES - 1 {
            values.add_difference();
        }
        sums.add(&values, picked, &self.price_at, &self.times(household, picked));
    }

    fn settle(&self, facts: &HouseholdFacts, side: usize, of: &Side<'_>, values: &mut Values) {
        for (place, (cost, income)) in self.prices.iter().enumerate() {
            let by = Factors { cost: *cost, income: *income, money_facts: &of.money_facts };
            let years = of.prepared.settle_years(&scaled(facts, &by)).years;
            let mut put = |key: LineKey, amount: Fen| values.put(side, key, place, self.prices.len(), amount);
            for year in years.iter().filter(|year| year.standing.year == self.plan.base_year) {
                put(LineKey::Bills, year.standing.total_fen);
                put(LineKey::Family, year.standing.family_fen);
                for ((number, tier), paid) in of.program.tiers.iter().enumerate().zip(&year.settled_fen) {
                    if !paid.is_zero() {
                        put(LineKey::Fund(2 * number, tier.name.clone()), *paid);
                    }
                }
                let paying = of.program.rules.iter().zip(&year.rule_fen).filter(|(rule, _)| !rule.account.is_empty());
                for (rule, paid) in paying {
                    put(LineKey::Fund(2 * rule.tier.0 + 1, rule.account.clone()), *paid);
                }
            }
        }
    }

    /// How often the household stands in each future: draw by draw, year by year.
    #[expect(clippy::float_arithmetic, reason = "the mean of a chance")]
    fn times(&self, household: u64, picked: Picked) -> Vec<Drawn> {
        let mut chance = Chance::of(self.plan.seed, household);
        let probability = self.plan.sample.chance(picked);
        let years = || self.claimants_at.iter().skip(1);
        let one = |draw: u32| {
            let (cost, claimants) = levels_of(draw);
            let base = f64::from(chance.base_times(probability));
            let mean = |levels: &[f64; LEVELS]| base * levels.get(claimants).copied().unwrap_or(1.0);
            Drawn { cost, times: years().map(|levels| chance.times(mean(levels))).collect() }
        };
        (0..self.plan.draws).map(one).collect()
    }
}

/// One drawn future of one household.
struct Drawn {
    /// The level of the growth of cost.
    cost: usize,
    /// How often it stands in each year.
    times: Vec<u32>,
}

/// A factor as the mean of a chance.
#[expect(clippy::float_arithmetic, clippy::as_conversions, reason = "chances, not amounts")]
fn as_chance(factor: Exact) -> f64 {
    *factor.numer() as f64 / *factor.denom() as f64
}

#[cfg(test)]
mod tests;
