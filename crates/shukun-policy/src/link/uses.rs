//! Which readings shaped each rule: its own words, and those of the measures, tables and the order it rests on.

use std::collections::BTreeSet;

use super::rules::Draft;
use crate::document::DeclarationKind;
use crate::inherit::Part;
use crate::program::{Base, BaseMode, Expr, Measure, MeasureIx, Program, Rule, Table};
use crate::typed::names::canonical;
use crate::walk::{base_of, visit_rule_through};

/// Fills [`Rule::readings`].
pub(super) fn mark(
    program: &mut Program,
    drafts: &[Draft<'_>],
    order: &BTreeSet<usize>,
    (parts, above): (&[Part], &[Vec<usize>]),
) {
    let shared = Shared { parts, above, order, measures: &program.measures, tables: &program.tables };
    let all: Vec<Vec<usize>> =
        program.rules.iter().zip(drafts).map(|(rule, draft)| shared.of_rule(rule, draft.part)).collect();
    for (rule, readings) in program.rules.iter_mut().zip(all) {
        rule.readings = readings;
    }
}

struct Shared<'p> {
    parts: &'p [Part],
    /// For each pack those it inherits from.
    above: &'p [Vec<usize>],
    order: &'p BTreeSet<usize>,
    measures: &'p [Measure],
    tables: &'p [Table],
}

impl Shared<'_> {
    fn of_rule(&self, rule: &Rule, part: &Part) -> Vec<usize> {
        let mut used = all_of(part);
        let above = self.above.get(part.pack).map(Vec::as_slice).unwrap_or_default();
        let validity = self.parts.iter().filter(|other| {
            other.decl.kind == DeclarationKind::Validity && (other.pack == part.pack || above.contains(&other.pack))
        });
        let states_date = part.decl.clauses.iter().any(|clause| clause.key == "decided_by");
        used.extend(validity.filter(|_| !states_date).flat_map(all_of));
        let mut rests_on_order = matches!(base_of(&rule.kind), Some(Base { mode: BaseMode::Residual, .. }));
        let amount_of = |measure: MeasureIx| self.measures.get(measure.0).map(|measure| &measure.amount);
        visit_rule_through(rule, &amount_of, &mut |expr| self.of_expr(expr, &mut used, &mut rests_on_order));
        if rests_on_order {
            used.extend(self.order);
        }
        used.into_iter().collect()
    }

    fn of_expr(&self, expr: &Expr, used: &mut BTreeSet<usize>, rests_on_order: &mut bool) {
        match expr {
            Expr::Left => *rests_on_order = true,
            Expr::Lookup(table, _) => {
                if let Some(table) = self.tables.get(table.0) {
                    used.extend(self.declared(&table.name, &[DeclarationKind::Parameters, DeclarationKind::Decision]));
                }
            }
            Expr::Measure(measure) => {
                if let Some(measure) = self.measures.get(measure.0) {
                    used.extend(self.declared(&measure.name, &[DeclarationKind::Measure]));
                }
            }
            _ => {}
        }
    }

    fn declared(&self, name: &str, kinds: &[DeclarationKind]) -> BTreeSet<usize> {
        let named = |part: &&Part| kinds.contains(&part.decl.kind) && canonical(&part.decl.name) == name;
        self.parts.iter().filter(named).flat_map(all_of).collect()
    }
}

fn all_of(part: &Part) -> BTreeSet<usize> {
    part.uses.values().flatten().copied().collect()
}
