//! Every computed payer has a rule, and every rule of a payer can run.

use shukun_base::Text;

use super::Places;
use crate::finding::Finding;
use crate::program::{Program, Source, TierIx};
use crate::typed::rule::is_money;

/// Payers without a rule, and rules that never run.
pub(crate) fn tiers(program: &Program, places: &Places<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, tier) in program.tiers.iter().enumerate() {
        let mut rules =
            program.rules.iter().enumerate().filter(|(_, rule)| rule.tier == TierIx(at) && is_money(&rule.kind));
        let first = rules.next();
        match (tier.source, first) {
            (Source::AsSettled, Some((rule, _))) => found.push(never_runs(&tier.name, places, rule)),
            (Source::AsSettled, None) | (_, Some(_)) => {}
            (_, None) => found.push(no_rule(&tier.name, places, at)),
        }
    }
    found
}

fn no_rule(name: &str, places: &Places<'_>, at: usize) -> Finding {
    Finding::error(
        "P0403",
        places.tiers.get(at).copied(),
        Text::new(
            format!("“{name}”要测算，而没有一条规则属于它"),
            format!("“{name}” is to be computed, and no rule belongs to it"),
        ),
        Text::new(
            "写“（已结算）”，或给它一条规则（层级写它）",
            "write `(as_settled)`, or give it a rule whose `tier` names it",
        ),
    )
}

fn never_runs(name: &str, places: &Places<'_>, rule: usize) -> Finding {
    Finding::warning(
        "P0418",
        places.clause(rule, "tier"),
        Text::new(
            format!("“{name}”只取已结算的金额，这条规则不会算"),
            format!("“{name}” takes settled amounts only: this rule never runs"),
        ),
        Text::new(
            "次序里改写“（测算）”“（已结算优先）”或“（核对）”，或停用这条规则",
            "write `(computed)`, `(settled_else_computed)` or `(reconciled)` in the order, or repeal the rule",
        ),
    )
}
