//! A plan's payers as lines to be gone through at every bill, where all are of the common shape.
//!
//! Start at [`Lines::new`]; [`super::once`] goes through them.

use shukun_policy::program::BracketMode;

use super::super::plan::{Amount, Basis, Formula, Ix, Op, PaidBy, Plan, RowScale, SettledSource, Step};
use super::codes::ByCodes;
use super::plain::{fixed, fixed_cap, is_of_the_common_shape};
use super::scales::Rounder;
use super::sight::{MOST, Sight};

/// A plan's payers, first to last.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub list: Vec<Line>,
    pub sight: Sight,
    /// Whether any measure or watcher asks what a single rule paid.
    pub asks_rules: bool,
}

/// One payer.
#[derive(Clone, Debug)]
pub(crate) enum Line {
    Rule(Rule),
    /// What was settled under a tier.
    Settled {
        tier: Ix,
        source: SettledSource,
        /// Whether bills with nothing there are left to the rules.
        else_computed: bool,
    },
}

/// A rule that pays.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub rule: Ix,
    pub tier: Ix,
    pub group: Ix,
    pub base: Amount,
    /// What earlier payers paid is taken off the base, times this; 0 = it is not.
    pub residual: i64,
    /// The deductible's line; 0 = none.
    pub line: i64,
    /// The cap's limit and amount.
    pub cap: Option<(Ix, i64)>,
    pub pays: Pays,
    /// Below this an accumulation comes to nothing.
    pub first_line: i64,
    pub rounder: Rounder,
    pub is_of_hundredths: bool,
}

/// How much of the base.
#[derive(Clone, Debug)]
pub(crate) enum Pays {
    Rate(i64),
    RateOf(Amount),
    Rows(RowScale, BracketMode),
}

impl Lines {
    /// The payers of a plan; none where one is of another shape or there are too many.
    pub(crate) fn new(plan: &Plan, by_codes: &[Option<ByCodes>]) -> Option<Lines> {
        let ops = || plan.blocks.iter().flatten();
        let list: Vec<Line> = ops().map(line).collect::<Option<_>>()?;
        let admissions = ops().map(|op| match op {
            Op::Rule(step) => Some(step.admission),
            Op::Settled(_) => None,
        });
        let sight = Sight::new(admissions, by_codes);
        (list.len() <= MOST).then(|| Lines { asks_rules: plan_asks_rules(plan), list, sight })
    }

    /// The lines of a payer: bit n = the n-th.
    pub(crate) fn of(&self, payer: PaidBy) -> u64 {
        let is_it = |line: &Line| match (line, payer) {
            (Line::Rule(rule), PaidBy::Rule(asked)) => rule.rule == asked,
            (Line::Rule(Rule { tier, .. }) | Line::Settled { tier, .. }, PaidBy::Tier(asked)) => *tier == asked,
            (Line::Settled { .. }, PaidBy::Rule(_)) => false,
        };
        let own = self.list.iter().enumerate().filter(|(_, line)| is_it(line));
        own.fold(0, |bits, (place, _)| bits | 1 << place)
    }
}

fn line(op: &Op) -> Option<Line> {
    match op {
        Op::Rule(step) if is_of_the_common_shape(step) => rule(step).map(Line::Rule),
        Op::Rule(_) => None,
        Op::Settled(op) => (op.take_back.is_empty() && op.counted_by.is_empty()).then_some(Line::Settled {
            tier: op.tier,
            source: op.source,
            else_computed: op.else_computed,
        }),
    }
}

fn rule(step: &Step) -> Option<Rule> {
    let (pays, first_line) = match &step.formula {
        Formula::Rate { rate: Amount::Fixed(rate) } => (Pays::Rate(*rate), i64::MIN),
        Formula::Rate { rate } => (Pays::RateOf(rate.clone()), i64::MIN),
        Formula::Brackets { mode, scales, select: None } => {
            let scale = scales.first()?;
            (Pays::Rows(scale.clone(), *mode), scale.rows.first().map_or(i64::MAX, |row| row.from))
        }
        _ => return None,
    };
    let rounder = Rounder::new(step.rounding, step.unit.0, step.x * step.y);
    Some(Rule {
        rule: step.rule,
        tier: step.tier,
        group: step.group,
        base: step.base.clone()?,
        residual: if step.basis == Basis::Residual { step.x } else { 0 },
        line: step.deductible.as_ref().map_or(0, |of| fixed(&of.line)),
        cap: fixed_cap(step),
        pays,
        first_line,
        is_of_hundredths: rounder.is_of_hundredths(),
        rounder,
    })
}

/// Whether anything that is worked out of the columns asks what a single rule paid.
fn plan_asks_rules(plan: &Plan) -> bool {
    let of_watchers = || plan.watchers.iter().filter_map(|watcher| watcher.base.as_ref());
    plan.measures.iter().any(|measure| asks_rules(&measure.amount))
        || of_watchers().any(|(_, base)| asks_rules(&base.amount))
}

fn asks_rules(amount: &Amount) -> bool {
    match amount {
        Amount::Paid(by) => by.iter().any(|payer| matches!(payer, PaidBy::Rule(_))),
        Amount::Add(a, b) | Amount::Sub(a, b) | Amount::Mul(a, b) | Amount::Min(a, b) | Amount::Max(a, b) => {
            asks_rules(a) || asks_rules(b)
        }
        _ => false,
    }
}
