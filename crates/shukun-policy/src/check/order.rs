//! A rule sees only what was paid before it.

use shukun_base::Text;

use super::Places;
use crate::finding::Finding;
use crate::program::{BaseMode, Cond, Expr, MeasureIx, Payer, Program, Rule, Source, Timing};
use crate::typed::rule::is_money;
use crate::walk::{base_of, conditions, visit_cond, visit_rule_through};

/// 已付 that names a payer not yet due, and claim-level rules that must see a period-level one.
pub(crate) fn payers(program: &Program, places: &Places<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for (at, rule) in program.rules.iter().enumerate().filter(|(_, rule)| is_money(&rule.kind)) {
        let sees = seen_by(program, rule);
        let too_late = sees.named.iter().filter(|payer| !comes_before(program, at, rule, **payer));
        found.extend(too_late.map(|payer| names_later(program, places, at, *payer)));
        found.extend(unseen(program, &sees, at, rule).map(|other| not_yet_paid(program, places, at, other)));
    }
    found
}

/// What a rule looks at of earlier payers.
#[derive(Default)]
struct Seen {
    named: Vec<Payer>,
    /// 余额: all of them.
    all: bool,
}

fn seen_by(program: &Program, rule: &Rule) -> Seen {
    let mut seen =
        Seen { named: Vec::new(), all: base_of(&rule.kind).is_some_and(|base| base.mode == BaseMode::Residual) };
    let amount_of = |measure: MeasureIx| program.measures.get(measure.0).map(|measure| &measure.amount);
    visit_rule_through(rule, &amount_of, &mut |expr| match expr {
        Expr::Paid(payers) => seen.named.extend(payers),
        Expr::Left => seen.all = true,
        _ => {}
    });
    seen
}

fn comes_before(program: &Program, at: usize, rule: &Rule, payer: Payer) -> bool {
    match payer {
        Payer::Tier(tier) => tier < rule.tier,
        Payer::Rule(other) => {
            let tier = program.rules.get(other.0).map(|other| other.tier);
            tier.is_some_and(|tier| tier < rule.tier || (tier == rule.tier && other.0 < at))
        }
    }
}

/// The period-level rule that a claim-level rule should see and cannot.
fn unseen(program: &Program, sees: &Seen, at: usize, rule: &Rule) -> Option<usize> {
    if rule.timing != Timing::PerClaim {
        return None;
    }
    let runs = |other: &Rule| {
        let source = program.tiers.get(other.tier.0).map(|tier| tier.source);
        is_money(&other.kind) && source != Some(Source::AsSettled)
    };
    program.rules.iter().enumerate().position(|(ix, other)| {
        let is_seen = (sees.all && other.tier < rule.tier)
            || sees.named.iter().any(|payer| match payer {
                Payer::Tier(tier) => *tier == other.tier,
                Payer::Rule(named) => named.0 == ix,
            });
        ix != at && is_seen && other.timing == Timing::PeriodEnd && runs(other)
    })
}

fn payer_name(program: &Program, payer: Payer) -> &str {
    let name = match payer {
        Payer::Tier(tier) => program.tiers.get(tier.0).map(|tier| tier.name.as_str()),
        Payer::Rule(rule) => program.rules.get(rule.0).map(|rule| rule.name.as_str()),
    };
    name.unwrap_or_default()
}

fn names_later(program: &Program, places: &Places<'_>, at: usize, payer: Payer) -> Finding {
    let name = payer_name(program, payer);
    Finding::error(
        "P0404",
        places.clause(at, "base"),
        Text::new(
            format!("“{name}”在次序里不早于本规则，轮到本规则时它还没有付"),
            format!("“{name}” does not come before this rule in the order: it has not paid yet"),
        ),
        Text::new("只写次序更早的支付方，或改次序", "name earlier payers only, or change the order"),
    )
}

fn not_yet_paid(program: &Program, places: &Places<'_>, at: usize, other: usize) -> Finding {
    let name = program.rules.get(other).map(|rule| rule.name.as_str()).unwrap_or_default();
    let finding = Finding::error(
        "P0413",
        places.clause(at, "timing"),
        Text::new(
            format!("本规则逐笔支付，要看“{name}”付了多少，而它期末才付"),
            format!(
                "this rule pays at each claim and looks at what “{name}” paid, which pays at the end of the period"
            ),
        ),
        Text::new("两条规则用同一个时点，或改次序", "let both pay at the same time, or change the order"),
    );
    match places.clause(other, "timing") {
        Some(place) => finding.with_related(place, Text::new("期末支付", "pays at the end of the period")),
        None => finding,
    }
}

/// Statuses that rest on themselves.
pub(crate) fn circles(program: &Program, places: &Places<'_>) -> Vec<Finding> {
    (0..program.rules.len())
        .filter(|at| rests_on_itself(program, *at))
        .filter_map(|at| circle(program, places, at))
        .collect()
}

fn asked_by(program: &Program, at: usize) -> Vec<usize> {
    let mut asked = Vec::new();
    for cond in program.rules.get(at).into_iter().flat_map(conditions) {
        visit_cond(cond, &mut |part| {
            if let Cond::Has(rule) = part {
                asked.push(rule.0);
            }
        });
    }
    asked
}

fn rests_on_itself(program: &Program, start: usize) -> bool {
    let mut ahead = asked_by(program, start);
    let mut seen = vec![false; program.rules.len()];
    while let Some(at) = ahead.pop() {
        if at == start {
            return true;
        }
        if let Some(seen) = seen.get_mut(at).filter(|seen| !**seen) {
            *seen = true;
            ahead.extend(asked_by(program, at));
        }
    }
    false
}

fn circle(program: &Program, places: &Places<'_>, at: usize) -> Option<Finding> {
    let name = &program.rules.get(at)?.name;
    Some(Finding::error(
        "P0406",
        places.clause(at, "who"),
        Text::new(
            format!("“{name}”的条件绕了一圈又问自己"),
            format!("the condition of “{name}” asks for itself in a circle"),
        ),
        Text::new("去掉其中一个“具备（…）”", "remove one of the `has(...)`"),
    ))
}
