//! Curves: what the family bears under one rule as the cost grows, for drawing. Between two points the line is straight, or
//! near enough to be seen; at a cliff stand two points, one fen apart.
//!
//! Looks at each rule by itself, on its own base, like [`crate::cliffs`]. Start at [`curves`].

use std::collections::BTreeSet;

use serde::Serialize;
use shukun_base::{Exact, Fen};
use shukun_policy::program::{BracketsOn, Kind, Program, Rule, Scale};

use crate::cliffs::{last_below, paid, pairs, past, readings};
use crate::evaluate::scales;

/// Points between nothing and half as much again as the last line.
const STEPS: i64 = 48;

/// What the family bears of each cost under one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Curve {
    /// The rule.
    pub rule: String,
    /// The article it rests on.
    pub article: String,
    /// The readings it follows, as `Y1=整额`.
    pub readings: Vec<String>,
    /// Cost and burden, the least cost first.
    pub points: Vec<(Fen, Fen)>,
}

/// One for each scale and line of each money rule that looks at its base alone.
pub fn curves(program: &Program) -> Vec<Curve> {
    program.rules.iter().flat_map(|rule| of_rule(rule, program)).collect()
}

fn of_rule(rule: &Rule, program: &Program) -> Vec<Curve> {
    match &rule.kind {
        Kind::Pay { scale: Scale::Brackets { mode, on: BracketsOn::Base, scales }, .. } => scales
            .iter()
            .map(|scale| {
                let lines = scale.rows.iter().map(|row| row.from - Fen(1)).collect();
                let formula = |base: Fen| {
                    rule.rounding.apply(scales::amount(&scale.rows, *mode, Exact::from(base)), rule.rounding_unit)
                };
                curve(rule, program, lines, formula)
            })
            .collect(),
        Kind::BringDown { trigger, target, .. } => pairs(&trigger.line, target, program)
            .into_iter()
            .map(|(line, target)| {
                let formula = |base| past(base, line, trigger, base - target);
                curve(rule, program, vec![last_below(trigger, line)], formula)
            })
            .collect(),
        Kind::Fixed { trigger: Some(trigger), amount, .. } => pairs(&trigger.line, amount, program)
            .into_iter()
            .map(|(line, amount)| {
                let formula = |base| past(base, line, trigger, amount);
                curve(rule, program, vec![last_below(trigger, line)], formula)
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn curve(rule: &Rule, program: &Program, lines: Vec<Fen>, formula: impl Fn(Fen) -> Fen) -> Curve {
    let last = lines.iter().copied().max().unwrap_or(Fen::ZERO).max(Fen::yuan(1_000));
    let end = last.0.saturating_mul(3) / 2;
    let even = (0..=STEPS).map(|step| Fen(end / STEPS * step));
    let edges = lines.into_iter().filter(|below| !below.is_negative()).flat_map(|below| [below, below + Fen(1)]);
    let costs: BTreeSet<Fen> = even.chain(edges).collect();
    let burden = |cost: Fen| cost - paid(rule, program, cost, formula(cost));
    Curve {
        rule: rule.name.clone(),
        article: rule.article.clone(),
        readings: readings(rule, program),
        points: costs.into_iter().map(|cost| (cost, burden(cost))).collect(),
    }
}
