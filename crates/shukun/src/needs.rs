//! What a program has to know of people and claims: the fields and declared facts that its rules name.

use std::collections::BTreeSet;

use shukun_policy::program::{
    Base, BracketScale, Cond, Expr, FactIx, Field, Kind, Program, Rule, Scale, TableIx, Trigger,
};

/// Fields and facts, each once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Fixed columns.
    pub fields: BTreeSet<Field>,
    /// Facts that packs declare.
    pub facts: BTreeSet<FactIx>,
}

/// What one rule needs.
pub fn needs_of(program: &Program, rule: &Rule) -> Needs {
    let mut walk = Walk { program, needs: Needs::default() };
    walk.cond(&rule.who);
    rule.collect.only.iter().for_each(|cond| walk.cond(cond));
    rule.collect.floor.iter().for_each(|floor| walk.expr(&floor.amount));
    rule.limits.iter().for_each(|limit| walk.expr(&limit.cap));
    rule.minimum.iter().chain(&rule.prorate).for_each(|expr| walk.expr(expr));
    walk.kind(&rule.kind);
    walk.needs
}

struct Walk<'a> {
    program: &'a Program,
    needs: Needs,
}

impl Walk<'_> {
    fn kind(&mut self, kind: &Kind) {
        match kind {
            Kind::Pay { base, deductible, scale } => {
                self.base(base);
                deductible.iter().for_each(|deductible| self.expr(&deductible.amount));
                match scale {
                    Scale::Rate { rate } => self.expr(rate),
                    Scale::Brackets { scales, .. } => scales.iter().for_each(|scale| self.tests(scale)),
                }
            }
            Kind::BringDown { base, trigger, target } => {
                self.base(base);
                self.trigger(trigger);
                self.expr(target);
            }
            Kind::Fixed { base, trigger, amount } => {
                base.iter().for_each(|base| self.base(base));
                trigger.iter().for_each(|trigger| self.trigger(trigger));
                self.expr(amount);
            }
            Kind::ByResolution { base, trigger, ceiling, .. } => {
                self.base(base);
                self.trigger(trigger);
                ceiling.iter().for_each(|ceiling| self.expr(ceiling));
            }
            Kind::Subsidy { share, premium, .. } => {
                self.expr(share);
                premium.iter().for_each(|premium| self.expr(premium));
            }
            Kind::Service { ceiling, .. } => ceiling.iter().for_each(|ceiling| self.expr(ceiling)),
            Kind::Alert { base, levels } => {
                self.base(base);
                levels.iter().for_each(|(_, trigger)| self.trigger(trigger));
            }
            Kind::Eligibility { .. } => {}
        }
    }

    fn base(&mut self, base: &Base) {
        self.expr(&base.amount);
    }

    fn trigger(&mut self, trigger: &Trigger) {
        self.expr(&trigger.line);
    }

    fn tests(&mut self, scale: &BracketScale) {
        scale.tests.iter().for_each(|(field, _)| self.field(*field));
    }

    fn table(&mut self, table: TableIx) {
        if let Some(table) = self.program.tables.get(table.0) {
            table.inputs.iter().for_each(|field| self.field(*field));
        }
    }

    /// A declared fact may stand where a column does.
    fn field(&mut self, field: Field) {
        match field {
            Field::Declared(fact) => drop(self.needs.facts.insert(fact)),
            column => drop(self.needs.fields.insert(column)),
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Field(field) => self.field(*field),
            Expr::Fact(fact) => drop(self.needs.facts.insert(*fact)),
            Expr::Measure(measure) => {
                if let Some(measure) = self.program.measures.get(measure.0) {
                    self.expr(&measure.amount);
                }
            }
            Expr::Lookup(table, _) => self.table(*table),
            Expr::Add(a, b)
            | Expr::Sub(a, b)
            | Expr::Mul(a, b)
            | Expr::Div(a, b)
            | Expr::Min(a, b)
            | Expr::Max(a, b) => {
                self.expr(a);
                self.expr(b);
            }
            Expr::PeriodTotal(of) => self.expr(of),
            Expr::Money(_) | Expr::Number(_) | Expr::Paid(_) | Expr::Left | Expr::Hits { .. } => {}
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::And(all) | Cond::Or(all) => all.iter().for_each(|cond| self.cond(cond)),
            Cond::Not(inner) => self.cond(inner),
            Cond::Flag(field) | Cond::OneOf(field, _) => self.field(*field),
            Cond::FactFlag(fact) | Cond::FactOneOf(fact, _) => drop(self.needs.facts.insert(*fact)),
            Cond::Compare(a, _, b) => {
                self.expr(a);
                self.expr(b);
            }
            Cond::Everyone | Cond::CompareDay(..) | Cond::Has(_) => {}
        }
    }
}
