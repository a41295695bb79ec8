//! A household's person-years with what each rule paid of them: for comparing and projecting.
//!
//! Payments of whole periods are divided among the bills they were paid for, so that every sum by rule, tier or kind of
//! care is that of the person-year's [`Standing`], to the fen. Start at [`Prepared::settle_years`].

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{Fen, PersonId};
use shukun_policy::program::{Payer, RuleIx, Source};

use super::number::to_fen;
use super::periods::{PeriodKey, first_key};
use super::{Detail, Prepared, Run};
use crate::facts::HouseholdFacts;
use crate::kernel::kind_code;
use crate::outcome::Standing;

/// How many kinds of care there are; [`kind_code`] is a place among them.
pub const KINDS: usize = 5;

/// A person's year, payer by payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YearDetail {
    /// The year in one row.
    pub standing: Standing,
    /// What each rule paid, in the order of the program's rules.
    pub rule_fen: Vec<Fen>,
    /// What was taken from the claim data under each tier, in the order of the program's tiers.
    pub settled_fen: Vec<Fen>,
    /// The bills by kind of care.
    pub kind_total_fen: [Fen; KINDS],
    /// What stays with the family of them.
    pub kind_family_fen: [Fen; KINDS],
}

/// How far an accumulation of a rule came: what its lines are measured on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseReached {
    /// The rule.
    pub rule: RuleIx,
    /// Whose bills it added up.
    pub persons: Vec<PersonId>,
    /// The calendar year of the last of them.
    pub year: i16,
    /// The base, after the deductible.
    pub base_fen: Fen,
}

/// What [`Prepared::settle_years`] gives.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Years {
    /// By person, then year.
    pub years: Vec<YearDetail>,
    /// Accumulations of the rules that were computed, in the order of the rules.
    pub bases: Vec<BaseReached>,
}

impl Prepared<'_> {
    /// Settles one household and gives its person-years in detail, without postings and notes.
    pub fn settle_years(&self, facts: &HouseholdFacts) -> Years {
        let mut run = Run::begin(self, facts, Detail::BRIEF).finish();
        let standings = std::mem::take(&mut run.out.standings);
        let years = standings.into_iter().map(|standing| run.year_detail(standing)).collect();
        Years { years, bases: run.bases_reached() }
    }
}

impl Run<'_> {
    fn year_detail(&self, standing: Standing) -> YearDetail {
        let is_of = |event: &usize| {
            let owner = self.people.get(self.person_of(*event));
            owner.is_some_and(|owner| owner.person_id == standing.person_id) && self.year_of(*event) == standing.year
        };
        let bills: Vec<usize> = (0..self.events.len()).filter(is_of).collect();
        let rules = self.program.rules.len();
        let rule_fen: Vec<Fen> = (0..rules)
            .map(|rule| bills.iter().map(|event| self.books.paid_by(&[Payer::Rule(RuleIx(rule))], *event)).sum())
            .collect();
        let (mut kind_total_fen, mut kind_family_fen) = ([Fen::ZERO; KINDS], [Fen::ZERO; KINDS]);
        for (event, bill) in bills.iter().filter_map(|event| Some((*event, self.events.get(*event)?))) {
            let kind = usize::from(kind_code(bill.claim.kind));
            if let (Some(total), Some(family)) = (kind_total_fen.get_mut(kind), kind_family_fen.get_mut(kind)) {
                *total += bill.total();
                *family += self.books.left(event);
            }
        }
        let settled_fen = self.settled_of(&standing, &rule_fen);
        YearDetail { standing, rule_fen, settled_fen, kind_total_fen, kind_family_fen }
    }

    /// What a tier paid and none of its rules did.
    fn settled_of(&self, standing: &Standing, rule_fen: &[Fen]) -> Vec<Fen> {
        let of_tier = |tier: usize| {
            let rules = self.program.rules.iter().zip(rule_fen).filter(|(rule, _)| rule.tier.0 == tier);
            rules.map(|(_, paid)| *paid).sum::<Fen>()
        };
        standing.paid_fen.iter().enumerate().map(|(tier, (_, paid))| *paid - of_tier(tier)).collect()
    }

    fn bases_reached(&self) -> Vec<BaseReached> {
        let mut found: BTreeMap<(usize, u64, PeriodKey), BaseReached> = BTreeMap::new();
        for (rule, unit, key) in self.books.buckets.keys() {
            let Some(period) = self.program.rules.get(*rule).map(|rule| rule.accumulate.period.kind) else { continue };
            let whole = self.books.accumulated(*rule, *unit, first_key(period, *key), *key);
            let computed: Vec<usize> =
                whole.events.iter().copied().filter(|event| self.is_computed(*rule, *event)).collect();
            if let Some(reached) = self.reached(*rule, &computed, to_fen(whole.base)) {
                found.insert((*rule, *unit, *key), reached);
            }
        }
        let mut all: Vec<BaseReached> = found.into_values().collect();
        all.extend(self.period_bases.iter().filter_map(|(rule, events, base)| self.reached(*rule, events, *base)));
        all.sort_by_key(|reached| reached.rule);
        all
    }

    fn reached(&self, rule: usize, events: &[usize], base_fen: Fen) -> Option<BaseReached> {
        let last = events.last()?;
        let owners = events.iter().filter_map(|event| self.people.get(self.person_of(*event)));
        let persons: BTreeSet<PersonId> = owners.map(|owner| owner.person_id).collect();
        let year = self.year_of(*last);
        Some(BaseReached { rule: RuleIx(rule), persons: persons.into_iter().collect(), year, base_fen })
    }

    /// Whether a rule's amount counts at this bill, not what the claim data say of its tier.
    fn is_computed(&self, rule: usize, event: usize) -> bool {
        let Some(tier) = self.program.rules.get(rule).map(|rule| rule.tier.0) else { return false };
        match self.program.tiers.get(tier).map(|tier| tier.source) {
            Some(Source::Computed) => true,
            Some(Source::SettledElseComputed) => self.settled_under(tier, event).is_none(),
            Some(Source::AsSettled | Source::Reconciled) | None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use shukun_policy::program::{BracketMode, BracketsOn, PeriodKind, Unit};

    use super::*;
    use crate::testing::{A_YEAR, at_period_end, bracketed, claim, household, over, program, rated, rule};

    fn two_years() -> HouseholdFacts {
        let mut first = claim(1, 1, date(2022, 3, 1), 30_000);
        first.basic_paid_fen = Some(Fen::yuan(10_000));
        let second = claim(2, 2, date(2022, 5, 1), 8_000);
        let third = claim(3, 1, date(2023, 5, 1), 1_000);
        household(vec![first, second, third])
    }

    #[test]
    fn what_rules_and_data_paid_adds_up_to_the_standing() {
        let relief = at_period_end(rule("纾困", rated(50)), over(Unit::Household, PeriodKind::Lifetime));
        let program = program(vec![rule("救助", rated(10)), relief]);
        let prepared = Prepared::new(&program);
        let facts = two_years();
        let found = prepared.settle_years(&facts);
        let standings: Vec<Standing> = found.years.iter().map(|year| year.standing.clone()).collect();
        assert_eq!(standings, prepared.settle(&facts, Detail::BRIEF).standings);
        assert_eq!(standings.len(), 3);
        for year in &found.years {
            let paid: Fen = year.rule_fen.iter().chain(&year.settled_fen).copied().sum();
            assert_eq!(paid + year.standing.family_fen, year.standing.total_fen);
            assert_eq!(year.kind_total_fen.iter().copied().sum::<Fen>(), year.standing.total_fen);
            assert_eq!(year.kind_family_fen.iter().copied().sum::<Fen>(), year.standing.family_fen);
        }
        assert_eq!(found.years[0].settled_fen[0], Fen::yuan(10_000));
    }

    #[test]
    fn tells_how_far_each_accumulation_came() {
        let rows = [(0, Some(20_000), 10), (20_000, None, 20)];
        let brackets = rule("分段", bracketed(BracketMode::Whole, BracketsOn::Base, &rows));
        let program = program(vec![brackets.clone(), at_period_end(brackets, A_YEAR)]);
        let found = Prepared::new(&program).settle_years(&two_years());
        let reached = |rule: usize| -> Vec<(Vec<u64>, i16, i64)> {
            let of_rule = found.bases.iter().filter(|base| base.rule == RuleIx(rule));
            let ids = |base: &BaseReached| base.persons.iter().map(|person| person.0).collect();
            of_rule.map(|base| (ids(base), base.year, base.base_fen.0)).collect()
        };
        let per_claim = [(vec![1], 2022, 2_000_000), (vec![1], 2023, 100_000), (vec![2], 2022, 800_000)];
        assert_eq!(reached(0), per_claim);
        assert_eq!(reached(1).len(), 3, "the same periods, of what the first rule left");
        assert!(reached(1).iter().all(|base| base.2 < 2_000_000));
    }
}
