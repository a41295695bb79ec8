//! What a case must supply for a program to decide it: columns, dates, declared facts, settled amounts.
//!
//! Import templates, the one-person document and "facts missing" are made from it. Knows no values.

use std::collections::BTreeSet;

use crate::program::{
    Cond, DateField, Expr, FactIx, Field, Kind, MeasureIx, Period, PeriodKind, Program, Rule, RuleIx, Scale, SortKey,
    Source, StatusOn, TierIx,
};
use crate::walk::{conditions, visit_cond, visit_rule_through};

/// What a program or rule looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Columns of claims, persons, certifications and households.
    pub fields: BTreeSet<Field>,
    /// Dates of claims and certifications.
    pub dates: BTreeSet<DateField>,
    /// Facts that packs declare.
    pub facts: BTreeSet<FactIx>,
    /// Payers whose settled amounts count.
    pub settled: BTreeSet<TierIx>,
    /// Whether a meeting's decision is looked up.
    pub resolutions: bool,
}

impl Program {
    /// What the whole program looks at.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for rule in &self.rules {
            needs.add_rule(self, rule);
        }
        let settled = self.tiers.iter().enumerate().filter(|(_, tier)| tier.source != Source::Computed);
        needs.settled.extend(settled.map(|(at, _)| TierIx(at)));
        let dates =
            self.event_order.iter().filter_map(|key| if let SortKey::Date(date) = key { Some(*date) } else { None });
        needs.dates.extend(dates);
        needs
    }

    /// What one rule looks at itself: not what other rules it asks with 具备 look at.
    pub fn needs_of(&self, rule: RuleIx) -> Needs {
        let mut needs = Needs::default();
        if let Some(rule) = self.rules.get(rule.0) {
            needs.add_rule(self, rule);
        }
        needs
    }
}

impl Needs {
    fn add_rule(&mut self, program: &Program, rule: &Rule) {
        self.dates.insert(rule.validity.decided_by);
        if let Some(StatusOn::Date(date)) = rule.status_on {
            self.dates.insert(date);
        }
        if let Some(window) = &rule.collect.window {
            self.dates.extend([window.claim_date, window.anchor]);
        }
        if !rule.collect.kinds.is_empty() {
            self.fields.insert(Field::Kind);
        }
        if let Some(floor) = &rule.collect.floor {
            self.fields.extend(floor.per_institution.then_some(Field::Institution));
            self.fields.extend(floor.per_kind.then_some(Field::Kind));
            self.add_period(floor.period);
        }
        self.add_period(rule.accumulate.period);
        rule.limits.iter().for_each(|limit| self.add_period(limit.over.period));
        for cond in conditions(rule) {
            visit_cond(cond, &mut |part| self.add_cond(part));
        }
        let amount_of = |measure: MeasureIx| program.measures.get(measure.0).map(|measure| &measure.amount);
        visit_rule_through(rule, &amount_of, &mut |expr| self.add_expr(program, expr));
        self.add_kind(&rule.kind);
    }

    fn add_period(&mut self, period: Period) {
        if !matches!(period.kind, PeriodKind::Event | PeriodKind::Window | PeriodKind::Lifetime) {
            self.dates.insert(period.key);
        }
    }

    fn add_field(&mut self, field: Field) {
        match field {
            Field::Declared(fact) => self.facts.insert(fact),
            _ => self.fields.insert(field),
        };
    }

    fn add_cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Flag(field) | Cond::OneOf(field, _) => self.add_field(*field),
            Cond::FactFlag(fact) | Cond::FactOneOf(fact, _) => self.add_field(Field::Declared(*fact)),
            Cond::CompareDay(date, ..) => {
                self.dates.insert(*date);
            }
            _ => {}
        }
    }

    fn add_expr(&mut self, program: &Program, expr: &Expr) {
        match expr {
            Expr::Field(field) => self.add_field(*field),
            Expr::Fact(fact) => self.add_field(Field::Declared(*fact)),
            Expr::Left => self.add_field(Field::Total),
            Expr::Lookup(table, _) => {
                let inputs = program.tables.get(table.0).map(|table| table.inputs.clone());
                inputs.into_iter().flatten().for_each(|field| self.add_field(field));
            }
            _ => {}
        }
    }

    fn add_kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Pay { deductible, scale, .. } => {
                deductible.iter().for_each(|deductible| self.add_period(deductible.over.period));
                if let Scale::Brackets { scales, .. } = scale {
                    scales.iter().flat_map(|scale| &scale.tests).for_each(|(field, _)| self.add_field(*field));
                }
            }
            Kind::ByResolution { .. } => self.resolutions = true,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::{SettledColumn, Tier};
    use crate::typed::testing::{names, rule};

    #[test]
    fn lists_what_a_rule_looks_at() {
        let mut rule = rule();
        rule.who = Cond::And(vec![Cond::Flag(Field::LocalRegister), Cond::FactFlag(FactIx(0))]);
        rule.status_on = Some(StatusOn::Date(DateField::Settled));
        let tier = |source| Tier { name: String::new(), source, settled: SettledColumn::Fact };
        let program = Program {
            facts: names().facts,
            tiers: vec![tier(Source::AsSettled), tier(Source::Computed)],
            rules: vec![rule],
            ..Program::default()
        };
        let needs = program.needs();
        assert_eq!(needs.fields, BTreeSet::from([Field::InScope, Field::LocalRegister]));
        assert_eq!(needs.facts, BTreeSet::from([FactIx(0)]));
        assert_eq!(needs.dates, BTreeSet::from([DateField::Incurred, DateField::Settled]));
        assert_eq!(needs.settled, BTreeSet::from([TierIx(0)]));
        assert!(!needs.resolutions);
        assert_eq!(program.needs_of(RuleIx(7)), Needs::default());
    }
}
