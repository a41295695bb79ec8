//! Periods, times of payment and dates that do not go together.

use shukun_base::Text;

use super::Places;
use crate::finding::Finding;
use crate::program::{DateField, Deductible, Kind, Period, PeriodKind, Program, Rule, Timing};

/// 计入 with 逐笔, 连续N个月 with 期末, 本窗口 or a date of certification without a window.
pub(crate) fn periods(program: &Program, places: &Places<'_>) -> Vec<Finding> {
    program.rules.iter().enumerate().flat_map(|(at, rule)| of_rule(rule, places, at)).collect()
}

fn of_rule(rule: &Rule, places: &Places<'_>, at: usize) -> Vec<Finding> {
    let mut found = Vec::new();
    if rule.timing == Timing::PerClaim && rule.collect.floor.is_some() {
        found.push(at_the_end_only(places, at));
    }
    let limits = rule.limits.iter().map(|limit| ("limit", limit.over.period));
    let all = std::iter::once(("accumulate", rule.accumulate.period)).chain(limits).chain(deductible(rule));
    for (clause, period) in all {
        if rule.timing == Timing::PeriodEnd && matches!(period.kind, PeriodKind::Rolling { .. }) {
            found.push(rolling_at_the_end(places, at, clause));
        }
        if rule.collect.window.is_none() && rests_on_certification(period) {
            found.push(no_window(places, at, clause));
        }
    }
    if rule.collect.window.is_none() && is_of_certification(rule.validity.decided_by) {
        found.push(no_window(places, at, "decided_by"));
    }
    found
}

fn deductible(rule: &Rule) -> Option<(&'static str, Period)> {
    match &rule.kind {
        Kind::Pay { deductible: Some(Deductible { over, .. }), .. } => Some(("deductible", over.period)),
        _ => None,
    }
}

fn is_of_certification(date: DateField) -> bool {
    matches!(date, DateField::Certified | DateField::Applied)
}

fn rests_on_certification(period: Period) -> bool {
    match period.kind {
        PeriodKind::Window => true,
        PeriodKind::Event | PeriodKind::Lifetime => false,
        _ => is_of_certification(period.key),
    }
}

fn at_the_end_only(places: &Places<'_>, at: usize) -> Finding {
    Finding::error(
        "P0314",
        places.clause(at, "floor"),
        Text::new(
            "“计入”要等一组费用凑齐才知道，不能逐笔支付",
            "whether a group reaches its floor is known only when it is complete: it cannot be paid at each claim",
        ),
        Text::new("写“时点：期末”", "write `timing: period_end`"),
    )
}

fn rolling_at_the_end(places: &Places<'_>, at: usize, clause: &str) -> Finding {
    Finding::error(
        "P0314",
        places.clause(at, clause),
        Text::new("连续若干个月的累计随每一笔移动，没有期末", "a rolling period moves with each claim and has no end"),
        Text::new("写“时点：逐笔”，或换一种周期", "write `timing: per_claim`, or another period"),
    )
}

fn no_window(places: &Places<'_>, at: usize, clause: &str) -> Finding {
    Finding::error(
        "P0316",
        places.clause(at, clause),
        Text::new(
            "这里用到认定日（或本窗口），而“归集”没有以认定日计的时间窗：一个人可以有几次认定",
            "this rests on a day of certification (or the window), and `collect` has no window: a person may be certified several times",
        ),
        Text::new("在“归集”里写时间窗，或改用费用的日期", "give `collect` a window, or use a date of the claim"),
    )
}
