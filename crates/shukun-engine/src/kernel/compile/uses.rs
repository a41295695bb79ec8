//! What a condition asks for that changes between a bill's day and its period's last day.

use shukun_policy::program::{Cond, Expr, Field, Kind, Rule};

/// Whether a rule's conditions or base ask for 年龄 or 自然年, or for a table that could test them.
pub(crate) fn asks_day_of_person(rule: &Rule) -> bool {
    let base = match &rule.kind {
        Kind::Pay { base, .. }
        | Kind::BringDown { base, .. }
        | Kind::ByResolution { base, .. }
        | Kind::Alert { base, .. } => Some(base),
        Kind::Fixed { base, .. } => base.as_ref(),
        _ => None,
    };
    asks_age_or_year(&rule.who)
        || rule.collect.only.as_ref().is_some_and(asks_age_or_year)
        || base.is_some_and(|base| expr_asks(&base.amount))
}

fn asks_age_or_year(cond: &Cond) -> bool {
    match cond {
        Cond::And(parts) | Cond::Or(parts) => parts.iter().any(asks_age_or_year),
        Cond::Not(inner) => asks_age_or_year(inner),
        Cond::OneOf(field, _) | Cond::Flag(field) => is_dated(*field),
        Cond::Compare(a, _, b) => expr_asks(a) || expr_asks(b),
        // Another rule's conditions are looked at from the same day.
        Cond::Has(_) => true,
        Cond::Everyone | Cond::FactFlag(_) | Cond::FactOneOf(..) | Cond::CompareDay(..) => false,
    }
}

fn is_dated(field: Field) -> bool {
    matches!(field, Field::Age | Field::CalendarYear)
}

fn expr_asks(expr: &Expr) -> bool {
    match expr {
        Expr::Field(field) => is_dated(*field),
        Expr::Add(a, b) | Expr::Sub(a, b) | Expr::Mul(a, b) | Expr::Div(a, b) | Expr::Min(a, b) | Expr::Max(a, b) => {
            expr_asks(a) || expr_asks(b)
        }
        Expr::PeriodTotal(inner) => expr_asks(inner),
        Expr::Lookup(..) | Expr::Hits { .. } => true,
        // A measure that asked for a person's age would be seen from the bill only; none does without a table.
        Expr::Measure(_) | Expr::Money(_) | Expr::Number(_) | Expr::Fact(_) | Expr::Paid(_) | Expr::Left => false,
    }
}
