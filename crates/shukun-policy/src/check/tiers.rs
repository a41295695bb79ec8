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
            (Source::AsSettled, Some((rule, _))) if is_own_rule(places, at, rule) => {
                found.push(never_runs(&tier.name, places, rule));
            }
            (Source::AsSettled, _) | (_, Some(_)) => {}
            (_, None) => found.push(no_rule(&tier.name, places, at)),
        }
    }
    found
}

/// Whether the order and the rule stand in one document. Where a county's order takes as settled what its province's
/// rules could compute, that is the county's choice.
fn is_own_rule(places: &Places<'_>, tier: usize, rule: usize) -> bool {
    let of_order = places.tiers.get(tier).map(|place| place.file);
    let of_rule = places.clause(rule, "tier").map(|place| place.file);
    of_order == of_rule
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
