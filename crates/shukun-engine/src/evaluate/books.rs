//! What has been paid so far, and every counter that rules run over.
//!
//! Knows no rule: amounts by bill, payer and accumulation.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{Exact, Fen};
use shukun_policy::program::{Payer, Program};

use super::events::Event;
use super::number::{add, zero};
use super::periods::PeriodKey;

/// Whose accumulation it is: rule, person or household, period.
pub(crate) type BucketKey = (usize, u64, PeriodKey);

/// What a rule has accumulated in one period for one unit.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    /// Base after the deductible.
    pub base: Exact,
    /// The formula's amount before rounding.
    pub exact: Exact,
    /// The rounded total so far.
    pub owed: Fen,
    /// What the patient has borne of the base.
    pub borne: Exact,
    /// Owed, but did not fit into the bill.
    pub carry: Fen,
    /// The bills, in order.
    pub events: Vec<usize>,
}

impl Default for Bucket {
    fn default() -> Bucket {
        Bucket { base: zero(), exact: zero(), owed: Fen::ZERO, borne: zero(), carry: Fen::ZERO, events: Vec::new() }
    }
}

impl Bucket {
    /// Adds a later (or another month's) bucket to this one.
    pub(crate) fn add(&mut self, other: &Bucket) {
        self.base = add(self.base, other.base);
        self.exact = add(self.exact, other.exact);
        self.owed += other.owed;
        self.borne = add(self.borne, other.borne);
        self.carry += other.carry;
        self.events.extend_from_slice(&other.events);
    }
}

/// The state of one household's run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    rules: usize,
    tiers: usize,
    tier_of: Vec<usize>,
    totals: Vec<Fen>,
    at_claims: Vec<Fen>,
    at_periods: Vec<Fen>,
    by_rule: Vec<Fen>,
    by_tier: Vec<Fen>,
    /// In which months (since year 0) a rule paid a unit anything: rule, unit, month.
    pub months_paid: BTreeSet<(usize, u64, i32)>,
    /// What counts toward a limit: rule, limit, unit, period.
    pub limits_used: BTreeMap<(usize, usize, u64, PeriodKey), Fen>,
    /// Caps as last evaluated, by calendar year of cost.
    pub caps_seen: BTreeMap<(i16, usize, usize, u64, PeriodKey), Fen>,
    /// Accumulations of claim-level rules.
    pub buckets: BTreeMap<BucketKey, Bucket>,
    /// Deductibles used up.
    pub deducted: BTreeMap<BucketKey, Exact>,
}

fn at(amounts: &[Fen], index: usize) -> Fen {
    amounts.get(index).copied().unwrap_or_default()
}

fn add_at(amounts: &mut [Fen], index: usize, amount: Fen) {
    if let Some(slot) = amounts.get_mut(index) {
        *slot += amount;
    }
}

impl Books {
    /// Nothing paid yet.
    pub(crate) fn open(program: &Program, events: &[Event<'_>]) -> Books {
        let (rules, tiers, bills) = (program.rules.len(), program.tiers.len(), events.len());
        Books {
            rules,
            tiers,
            tier_of: program.rules.iter().map(|rule| rule.tier.0).collect(),
            totals: events.iter().map(Event::total).collect(),
            at_claims: vec![Fen::ZERO; bills],
            at_periods: vec![Fen::ZERO; bills],
            by_rule: vec![Fen::ZERO; bills * rules],
            by_tier: vec![Fen::ZERO; bills * tiers],
            ..Books::default()
        }
    }

    /// The bill minus everything paid of it.
    pub(crate) fn left(&self, event: usize) -> Fen {
        at(&self.totals, event) - at(&self.at_claims, event) - at(&self.at_periods, event)
    }

    /// What claim-level payers paid of a bill.
    pub(crate) fn paid_at_claims(&self, event: usize) -> Fen {
        at(&self.at_claims, event)
    }

    /// What period-level rules paid of a bill.
    pub(crate) fn paid_at_periods(&self, event: usize) -> Fen {
        at(&self.at_periods, event)
    }

    /// What a tier paid of a bill, at both levels.
    pub(crate) fn paid_by_tier(&self, tier: usize, event: usize) -> Fen {
        at(&self.by_tier, event * self.tiers + tier)
    }

    /// What these payers paid of a bill; a rule named beside its own tier does not count twice.
    pub(crate) fn paid_by(&self, payers: &[Payer], event: usize) -> Fen {
        let is_new = |index: usize, payer: &Payer| !payers.iter().take(index).any(|earlier| earlier == payer);
        payers
            .iter()
            .enumerate()
            .filter(|(index, payer)| is_new(*index, payer))
            .map(|(_, payer)| self.paid_by_one(payers, payer, event))
            .sum()
    }

    fn paid_by_one(&self, all: &[Payer], payer: &Payer, event: usize) -> Fen {
        match payer {
            Payer::Tier(tier) => self.paid_by_tier(tier.0, event),
            Payer::Rule(rule) => {
                let tier = self.tier_of.get(rule.0).copied().unwrap_or(usize::MAX);
                let counted = all.iter().any(|other| matches!(other, Payer::Tier(other) if other.0 == tier));
                if counted { Fen::ZERO } else { at(&self.by_rule, event * self.rules + rule.0) }
            }
        }
    }

    /// A rule pays `amount` of a bill.
    pub(crate) fn pay(&mut self, rule: usize, event: usize, amount: Fen, at_period: bool) {
        let level = if at_period { &mut self.at_periods } else { &mut self.at_claims };
        add_at(level, event, amount);
        add_at(&mut self.by_rule, event * self.rules + rule, amount);
        let tier = self.tier_of.get(rule).copied().unwrap_or(usize::MAX);
        if tier < self.tiers {
            add_at(&mut self.by_tier, event * self.tiers + tier, amount);
        }
    }

    /// `amount` of a bill was settled under a tier.
    pub(crate) fn pay_settled(&mut self, tier: usize, event: usize, amount: Fen) {
        add_at(&mut self.at_claims, event, amount);
        add_at(&mut self.by_tier, event * self.tiers + tier, amount);
    }

    /// Takes back what `rule` paid of a bill at claim level; gives the amount.
    pub(crate) fn take_back(&mut self, rule: usize, event: usize) -> Fen {
        let amount = at(&self.by_rule, event * self.rules + rule);
        self.pay(rule, event, -amount, false);
        amount
    }

    /// Everything accumulated from `first` to `last` (one period, or the months of a rolling one).
    pub(crate) fn accumulated(&self, rule: usize, unit: u64, first: PeriodKey, last: PeriodKey) -> Bucket {
        let mut sum = Bucket::default();
        for (_, bucket) in self.buckets.range((rule, unit, first)..=(rule, unit, last)) {
            sum.add(bucket);
        }
        sum
    }

    /// Adds a bill to an accumulation; what was carried before is in `change.carry` now.
    pub(crate) fn accumulate(&mut self, rule: usize, unit: u64, first: PeriodKey, last: PeriodKey, change: &Bucket) {
        for (_, bucket) in self.buckets.range_mut((rule, unit, first)..=(rule, unit, last)) {
            bucket.carry = Fen::ZERO;
        }
        self.buckets.entry((rule, unit, last)).or_default().add(change);
    }

    /// What already counts toward a limit.
    pub(crate) fn used(&self, rule: usize, limit: usize, unit: u64, first: PeriodKey, last: PeriodKey) -> Fen {
        self.limits_used.range((rule, limit, unit, first)..=(rule, limit, unit, last)).map(|(_, used)| *used).sum()
    }
}
