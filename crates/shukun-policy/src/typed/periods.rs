//! 累计, 封顶, 起付: whose and over which period something is added up, and the amounts that run over it.

use shukun_base::Text;

use super::Parse;
use super::amounts::{Scope, money_or_table};
use super::cursor::Cursor;
use super::names::payers;
use crate::document::Token;
use crate::program::{Accumulation, DateField, Deductible, Limit, Period, PeriodKind};
use crate::registry;

/// `本规则 每人 每自然年（按 费用发生日）`
pub(crate) fn accumulation(cursor: &mut Cursor<'_>) -> Parse<Accumulation> {
    cursor.eat_known("this_rule");
    let unit = match cursor.peek() {
        Some(Token::Known(key)) => registry::unit(key),
        _ => None,
    };
    let unit = unit.ok_or_else(|| cursor.expected(&Text::new("“每人”或“每户”", "`per_person` or `per_household`")))?;
    cursor.take();
    Ok(Accumulation { unit, period: period(cursor)? })
}

/// 每次, 每月（按 日期）, …
pub(crate) fn period(cursor: &mut Cursor<'_>) -> Parse<Period> {
    let without_key = |kind| Ok(Period { kind, key: DateField::Incurred });
    match cursor.peek() {
        Some(Token::Known("per_event")) => {
            cursor.take();
            without_key(PeriodKind::Event)
        }
        Some(Token::Known("this_window")) => {
            cursor.take();
            without_key(PeriodKind::Window)
        }
        Some(Token::Known("lifetime")) => {
            cursor.take();
            without_key(PeriodKind::Lifetime)
        }
        Some(Token::Known("per_month")) => keyed(cursor, PeriodKind::Month),
        Some(Token::Known("per_year")) => keyed(cursor, PeriodKind::Year),
        Some(Token::RollingMonths(months)) => keyed(cursor, PeriodKind::Rolling { months: *months }),
        Some(Token::Known("per_policy_year")) => policy_year(cursor),
        _ => Err(cursor.expected(&Text::new(
            "“每次”“每月（按 …）”“每自然年（按 …）”“终身”等",
            "a period: `per_event`, `per_month (by …)`, `per_year (by …)`, `lifetime`, …",
        ))),
    }
}

fn keyed(cursor: &mut Cursor<'_>, kind: PeriodKind) -> Parse<Period> {
    cursor.take();
    cursor.expect_open()?;
    let key = by_date(cursor)?;
    cursor.expect_close()?;
    Ok(Period { kind, key })
}

/// `每政策年度（7月1日起，按 费用发生日）`
fn policy_year(cursor: &mut Cursor<'_>) -> Parse<Period> {
    cursor.take();
    cursor.expect_open()?;
    let wanted = Text::new("“7月1日起”", "the first day of the year, such as `7月1日起`");
    let Some(Token::MonthDay { month, day }) = cursor.peek() else {
        return Err(cursor.expected(&wanted));
    };
    let (month, day) = (*month, *day);
    cursor.take();
    if !cursor.eat_list_comma() {
        return Err(cursor.expected(&Text::new("“，按 日期”", "`, by` a date")));
    }
    let key = by_date(cursor)?;
    cursor.expect_close()?;
    Ok(Period { kind: PeriodKind::PolicyYear { month, day }, key })
}

/// `按 费用发生日`
pub(crate) fn by_date(cursor: &mut Cursor<'_>) -> Parse<DateField> {
    cursor.expect_known("by")?;
    date(cursor)
}

/// 费用发生日, 结算日, …
pub(crate) fn date(cursor: &mut Cursor<'_>) -> Parse<DateField> {
    let found = match cursor.peek() {
        Some(Token::Known(key)) => registry::date_field(key),
        _ => None,
    };
    let found = found.ok_or_else(|| {
        cursor.expected(&Text::new("日期（费用发生日、结算日、认定日等）", "a date (incurred_on, settled_on, …)"))
    })?;
    cursor.take();
    Ok(found)
}

/// `每人 每自然年（按 费用发生日），封顶 5万元`
pub(crate) fn accumulate(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<(Accumulation, Option<Limit>)> {
    let over = accumulation(cursor)?;
    let mut limit = None;
    if cursor.eat_list_comma() {
        cursor.expect_known("capped_at")?;
        limit = Some(Limit { counts: Vec::new(), over, cap: money_or_table(cursor, scope, "limit")? });
    }
    cursor.expect_end()?;
    Ok((over, limit))
}

/// `与（规则甲、层级乙）合计 每户 每自然年（按 …） 10万元`
pub(crate) fn limit(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Limit> {
    let mut counts = Vec::new();
    if cursor.eat_known("together_with") {
        counts = payers(cursor, scope.names)?;
        cursor.expect_known("combined")?;
    }
    let over = accumulation(cursor)?;
    cursor.eat_list_comma();
    let cap = money_or_table(cursor, scope, "limit")?;
    cursor.expect_end()?;
    Ok(Limit { counts, over, cap })
}

/// `2000元，每人 每次`
pub(crate) fn deductible(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Deductible> {
    let amount = money_or_table(cursor, scope, "deductible")?;
    if !cursor.eat_list_comma() {
        return Err(
            cursor.expected(&Text::new("“，每人 每次”或其他周期", "`, per_person per_event` or another period"))
        );
    }
    let over = accumulation(cursor)?;
    cursor.expect_end()?;
    Ok(Deductible { amount, over })
}

#[cfg(test)]
mod tests {
    use shukun_base::Fen;

    use super::*;
    use crate::document::Span;
    use crate::program::{Expr, Payer, RuleIx, Unit};
    use crate::typed::testing::{names, words};

    fn read<T>(text: &str, parse: impl Fn(&mut Cursor<'_>, &Scope<'_>) -> Parse<T>) -> Parse<T> {
        let (words, names) = (words(text), names());
        parse(&mut Cursor::new(&words, Span::default()), &Scope { names: &names, own_tables: &[] })
    }

    #[test]
    fn periods() {
        for (text, kind, key) in [
            ("每人 每次", PeriodKind::Event, DateField::Incurred),
            ("每人 每月（按 结算日）", PeriodKind::Month, DateField::Settled),
            ("每户 每自然年（按 费用发生日）", PeriodKind::Year, DateField::Incurred),
            (
                "每人 每政策年度（7月1日起，按 入院日）",
                PeriodKind::PolicyYear { month: 7, day: 1 },
                DateField::Admitted,
            ),
            ("每人 连续12个月（按 费用发生日）", PeriodKind::Rolling { months: 12 }, DateField::Incurred),
            ("本规则 每人 本窗口", PeriodKind::Window, DateField::Incurred),
            ("每人 终身", PeriodKind::Lifetime, DateField::Incurred),
        ] {
            assert_eq!(
                read(text, |cursor, _| accumulation(cursor)).map(|over| over.period),
                Ok(Period { kind, key }),
                "{text}"
            );
        }
        for text in ["每人", "每人 每自然年", "每年", "每人 每政策年度（按 结算日）"] {
            assert_eq!(read(text, |cursor, _| accumulation(cursor)).unwrap_err().code, "P0301", "{text}");
        }
    }

    #[test]
    fn caps_and_deductibles() {
        let (over, cap) = read("每人 每自然年（按 认定日），封顶 5万元", accumulate).unwrap();
        assert_eq!(cap, Some(Limit { counts: vec![], over, cap: Expr::Money(Fen::yuan(50_000)) }));
        let shared = read("与（追溯救助）合计 每户 终身 10万元", limit).unwrap();
        assert_eq!((shared.counts, shared.over.unit), (vec![Payer::Rule(RuleIx(0))], Unit::Household));
        let once = read("2000元，每人 每次", deductible).unwrap();
        assert_eq!((once.amount, once.over.period.kind), (Expr::Money(Fen::yuan(2000)), PeriodKind::Event));
        assert_eq!(read("2000元", deductible).unwrap_err().code, "P0301");
        assert_eq!(read("每人 终身 10", limit).unwrap_err().code, "P0304");
    }
}
