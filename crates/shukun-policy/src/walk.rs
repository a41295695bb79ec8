//! Going through all amounts and conditions of a program. One place that knows their parts.

use std::collections::BTreeSet;

use crate::program::{Cond, Expr, Kind, MeasureIx, Rule, Scale, Trigger};

/// Calls `see` with `expr` and everything inside it.
pub(crate) fn visit(expr: &Expr, see: &mut dyn FnMut(&Expr)) {
    see(expr);
    match expr {
        Expr::Add(a, b) | Expr::Sub(a, b) | Expr::Mul(a, b) | Expr::Div(a, b) | Expr::Min(a, b) | Expr::Max(a, b) => {
            visit(a, see);
            visit(b, see);
        }
        Expr::PeriodTotal(inner) => visit(inner, see),
        Expr::Money(_) | Expr::Number(_) | Expr::Field(_) | Expr::Fact(_) | Expr::Measure(_) | Expr::Paid(_) => {}
        Expr::Left | Expr::Lookup(..) | Expr::Hits { .. } => {}
    }
}

/// The same, and everything inside the measures that it names, each measure once.
pub(crate) fn visit_through<'m>(
    expr: &'m Expr,
    amount_of: &dyn Fn(MeasureIx) -> Option<&'m Expr>,
    see: &mut dyn FnMut(&Expr),
) {
    let mut seen = BTreeSet::new();
    let mut ahead = vec![expr];
    while let Some(next) = ahead.pop() {
        visit(next, &mut |part| {
            see(part);
            if let Expr::Measure(measure) = part
                && seen.insert(*measure)
            {
                ahead.extend(amount_of(*measure));
            }
        });
    }
}

/// Calls `see` with `cond` and every condition inside it.
pub(crate) fn visit_cond(cond: &Cond, see: &mut dyn FnMut(&Cond)) {
    see(cond);
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| visit_cond(part, see)),
        Cond::Not(inner) => visit_cond(inner, see),
        _ => {}
    }
}

/// Calls `see` with every amount of a rule, those compared in its conditions too, and everything inside.
pub(crate) fn visit_rule(rule: &Rule, see: &mut dyn FnMut(&Expr)) {
    for expr in amounts(rule) {
        visit(expr, see);
    }
}

/// The same, and everything inside the measures that they name.
pub(crate) fn visit_rule_through<'m>(
    rule: &'m Rule,
    amount_of: &dyn Fn(MeasureIx) -> Option<&'m Expr>,
    see: &mut dyn FnMut(&Expr),
) {
    for expr in amounts(rule) {
        visit_through(expr, amount_of, see);
    }
}

/// Every amount of a rule, whole.
fn amounts(rule: &Rule) -> Vec<&Expr> {
    let mut found = Vec::new();
    conditions(rule).for_each(|cond| compared(cond, &mut found));
    found.extend(rule.collect.floor.iter().map(|floor| &floor.amount));
    found.extend(rule.limits.iter().map(|limit| &limit.cap));
    found.extend(rule.minimum.iter().chain(&rule.prorate));
    found.extend(kind_amounts(&rule.kind));
    found
}

fn compared<'c>(cond: &'c Cond, found: &mut Vec<&'c Expr>) {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| compared(part, found)),
        Cond::Not(inner) => compared(inner, found),
        Cond::Compare(left, _, right) => found.extend([&**left, &**right]),
        _ => {}
    }
}

/// 对象 and 仅.
pub(crate) fn conditions(rule: &Rule) -> impl Iterator<Item = &Cond> {
    std::iter::once(&rule.who).chain(&rule.collect.only)
}

/// The base amount a rule is computed on.
pub(crate) fn base_of(kind: &Kind) -> Option<&crate::program::Base> {
    match kind {
        Kind::Pay { base, .. } | Kind::BringDown { base, .. } => Some(base),
        Kind::ByResolution { base, .. } | Kind::Alert { base, .. } => Some(base),
        Kind::Fixed { base, .. } => base.as_ref(),
        Kind::Subsidy { .. } | Kind::Eligibility { .. } | Kind::Service { .. } => None,
    }
}

fn kind_amounts(kind: &Kind) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = base_of(kind).map(|base| &base.amount).into_iter().collect();
    match kind {
        Kind::Pay { deductible, scale, .. } => {
            found.extend(deductible.iter().map(|deductible| &deductible.amount));
            if let Scale::Rate { rate } = scale {
                found.push(rate);
            }
        }
        Kind::BringDown { trigger, target, .. } => found.extend([&trigger.line, target]),
        Kind::Fixed { trigger, amount, .. } => found.extend(trigger.iter().map(line).chain([amount])),
        Kind::ByResolution { trigger, ceiling, .. } => found.extend(std::iter::once(&trigger.line).chain(ceiling)),
        Kind::Subsidy { share, premium, .. } => found.extend(std::iter::once(share).chain(premium)),
        Kind::Service { ceiling, .. } => found.extend(ceiling),
        Kind::Alert { levels, .. } => found.extend(levels.iter().map(|(_, trigger)| &trigger.line)),
        Kind::Eligibility { .. } => {}
    }
    found
}

fn line(trigger: &Trigger) -> &Expr {
    &trigger.line
}

#[cfg(test)]
mod tests {
    use shukun_base::Fen;

    use super::*;

    #[test]
    fn goes_through_each_measure_once() {
        let twice =
            |at: usize| Expr::Add(Box::new(Expr::Measure(MeasureIx(at))), Box::new(Expr::Measure(MeasureIx(at))));
        // Each rests twice on the next: 2^64 parts for who does not remember.
        let measures: Vec<Expr> = (1..64).map(twice).chain([Expr::Left]).collect();
        let mut left = 0;
        visit_through(&twice(0), &|measure| measures.get(measure.0), &mut |part| {
            left += usize::from(*part == Expr::Left)
        });
        assert_eq!(left, 1);
    }

    #[test]
    fn sees_every_part_once() {
        let one = || Box::new(Expr::Money(Fen(1)));
        let expr = Expr::Add(one(), Box::new(Expr::PeriodTotal(Box::new(Expr::Min(one(), Box::new(Expr::Left))))));
        let mut seen = 0;
        visit(&expr, &mut |_| seen += 1);
        assert_eq!(seen, 6);
    }
}
