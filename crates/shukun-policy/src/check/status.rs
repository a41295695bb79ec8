//! A category is held from a day to a day: a rule that asks for it says on which day it must be held.

use shukun_base::Text;

use super::Places;
use crate::finding::Finding;
use crate::program::{Cond, Expr, Field, Kind, Program, Rule, Scale};
use crate::walk::{conditions, visit_cond, visit_rule};

/// Rules that ask for a category without a day (身份) and without a window, which has its own certification.
pub(crate) fn status_days(program: &Program, places: &Places<'_>) -> Vec<Finding> {
    let asks =
        |rule: &Rule| rule.status_on.is_none() && rule.collect.window.is_none() && asks_for_category(program, rule);
    let found = program.rules.iter().enumerate().filter(|(_, rule)| asks(rule));
    found.map(|(at, _)| no_day(places, at)).collect()
}

fn is_of_certification(field: Field) -> bool {
    matches!(field, Field::Category | Field::DueToIllness | Field::NewlyCertified)
}

fn asks_for_category(program: &Program, rule: &Rule) -> bool {
    let mut asks = false;
    for cond in conditions(rule) {
        visit_cond(cond, &mut |part| {
            asks |= matches!(part, Cond::Flag(field) | Cond::OneOf(field, _) if is_of_certification(*field));
        });
    }
    visit_rule(rule, &mut |expr| {
        if let Expr::Lookup(table, _) = expr {
            asks |= program
                .tables
                .get(table.0)
                .is_some_and(|table| table.inputs.iter().any(|input| is_of_certification(*input)));
        }
    });
    asks || scale_asks(&rule.kind)
}

fn scale_asks(kind: &Kind) -> bool {
    let Kind::Pay { scale: Scale::Brackets { scales, .. }, .. } = kind else { return false };
    scales.iter().any(|scale| scale.tests.iter().any(|(field, _)| is_of_certification(*field)))
}

fn no_day(places: &Places<'_>, at: usize) -> Finding {
    Finding::error(
        "P0311",
        places.clause(at, "who"),
        Text::new(
            "规则问认定类别，没有写以哪一天的身份为准",
            "the rule asks for a category and does not say on which day it must be held",
        ),
        Text::new(
            "写“身份：费用发生日”（或结算日、期末、期内曾具备）",
            "write `status_on: incurred_on` (or settled_on, period_end, any_day_in_period)",
        ),
    )
}
