//! 归集, 计入, 排序, 身份, 时点: which claims a rule sees, in which order, and when it looks.

use shukun_base::{MonthEnd, Text};

use super::Parse;
use super::amounts::{Scope, money};
use super::conditions::condition;
use super::cursor::Cursor;
use super::fields::find_closed_word;
use super::periods::{date, period};
use crate::document::{Span, Token};
use crate::finding::Finding;
use crate::program::{Collect, DateField, Field, Floor, PeriodKind, SortKey, StatusOn, Timing, Window};

/// `结算，费用发生日 在 认定日 前12个月 至 认定日（不含），月末取前一日，仅 异地就医`
pub(crate) fn collect(cursor: Cursor<'_>, scope: &Scope<'_>) -> Parse<Collect> {
    let place = cursor.here();
    let mut parts = cursor.parts().into_iter();
    let mut collect = Collect::default();
    if let Some(mut first) = parts.next() {
        collect.kinds = kinds(&mut first)?;
        first.expect_end()?;
    }
    let mut month_end = None;
    for mut part in parts {
        match part.peek() {
            Some(Token::Known("month_end_previous_day")) => month_end = Some(MonthEnd::PreviousDay),
            Some(Token::Known("month_end_next_day")) => month_end = Some(MonthEnd::NextDay),
            Some(Token::Known("only")) => {
                part.take();
                collect.only = Some(condition(&mut part, scope)?);
                part.expect_end()?;
                continue;
            }
            _ => {
                collect.window = Some(window(&mut part)?);
                part.expect_end()?;
                continue;
            }
        }
        part.take();
        part.expect_end()?;
    }
    if let Some(window) = &mut collect.window {
        window.month_end = month_end.ok_or_else(|| no_month_end(place))?;
    }
    Ok(collect)
}

fn no_month_end(place: Span) -> Box<Finding> {
    Box::new(Finding::error(
        "P0312",
        Some(place),
        Text::new(
            "没有写明短月怎么办：5月31日前3个月是2月28日还是3月1日？",
            "it is not said what happens in short months: is three months before 31 May 28 February or 1 March?",
        ),
        Text::new(
            "在后面加上“，月末取前一日”或“，月末取次日”",
            "add `, month_end_previous_day` or `, month_end_next_day`",
        ),
    ))
}

fn kinds(cursor: &mut Cursor<'_>) -> Parse<Vec<String>> {
    if cursor.eat_known("claim") {
        return Ok(Vec::new());
    }
    let mut kinds = vec![kind(cursor)?];
    while cursor.eat_list_comma() {
        kinds.push(kind(cursor)?);
    }
    Ok(kinds)
}

fn kind(cursor: &mut Cursor<'_>) -> Parse<String> {
    let found = match cursor.peek() {
        Some(Token::Known(key)) => find_closed_word(Field::Kind, key),
        _ => None,
    };
    let wanted = Text::new(
        "“结算”，或就医类别（住院、门诊、门诊特病、药店、急诊）",
        "`claims`, or kinds of care (inpatient, outpatient, …)",
    );
    let found = found.ok_or_else(|| cursor.expected(&wanted))?;
    cursor.take();
    Ok(found.to_owned())
}

/// `费用发生日 在 认定日 前12个月 至 认定日 前6个月（不含）`; the month-end rule stands apart.
fn window(cursor: &mut Cursor<'_>) -> Parse<Window> {
    let claim_date = date(cursor)?;
    cursor.expect_known("within")?;
    let anchor = anchor(cursor)?;
    let from_months_before =
        months_before(cursor).ok_or_else(|| cursor.expected(&Text::new("“前12个月”", "`12 months before`")))?;
    cursor.expect_known("to")?;
    let end_place = cursor.here();
    let end = if matches!(cursor.peek(), Some(Token::MonthsBefore(_))) { anchor } else { self::anchor(cursor)? };
    if end != anchor {
        return Err(Box::new(Finding::error(
            "P0301",
            Some(end_place),
            Text::new("时间窗的两端要以同一个日期计", "both ends of the window must count from the same date"),
            Text::new("两端写同一个日期", "write the same date at both ends"),
        )));
    }
    let to_months_before = months_before(cursor).unwrap_or(0);
    cursor.expect_open()?;
    let to_inclusive = cursor.eat_known("inclusive");
    if !to_inclusive && !cursor.eat_known("exclusive") {
        return Err(cursor.expected(&Text::new("“含”或“不含”", "`inclusive` or `exclusive`")));
    }
    cursor.expect_close()?;
    if to_months_before >= from_months_before {
        return Err(empty_window(end_place));
    }
    let month_end = MonthEnd::PreviousDay;
    Ok(Window { claim_date, anchor, from_months_before, to_months_before, to_inclusive, month_end })
}

fn empty_window(place: Span) -> Box<Finding> {
    Box::new(Finding::error(
        "P0317",
        Some(place),
        Text::new("时间窗的终点不在起点之后，窗内没有一天", "the window ends before it starts: no day lies in it"),
        Text::new("终点的“前N个月”要小于起点的", "the end must be fewer months before than the start"),
    ))
}

fn anchor(cursor: &mut Cursor<'_>) -> Parse<DateField> {
    let place = cursor.here();
    match date(cursor)? {
        anchor @ (DateField::Certified | DateField::Applied) => Ok(anchor),
        _ => Err(Box::new(Finding::error(
            "P0301",
            Some(place),
            Text::new("时间窗只能以认定日或申请日计", "a window counts from the day of certification or application"),
            Text::new("写“认定日”或“申请日”", "write `certified_on` or `applied_on`"),
        ))),
    }
}

fn months_before(cursor: &mut Cursor<'_>) -> Option<u32> {
    let Some(Token::MonthsBefore(months)) = cursor.peek() else { return None };
    cursor.take();
    Some(*months)
}

/// `每人 每院 每类 每月（按 费用发生日） 政策范围内费用 达到 21000元`
pub(crate) fn floor(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Floor> {
    cursor.expect_known("per_person")?;
    let per_institution = cursor.eat_known("per_institution");
    let per_kind = cursor.eat_known("per_kind");
    let place = cursor.here();
    let period = period(cursor)?;
    if !matches!(period.kind, PeriodKind::Event | PeriodKind::Month) {
        return Err(Box::new(Finding::error(
            "P0301",
            Some(place),
            Text::new("“计入”只按每次或每月", "a floor counts per event or per month"),
            Text::new("写“每次”或“每月（按 …）”", "write `per_event` or `per_month (by …)`"),
        )));
    }
    let amount = money(cursor, scope)?;
    if !cursor.eat(&Token::AtLeast) {
        return Err(cursor.expected(&Text::new("“达到”", "`at_least`")));
    }
    let Some(Token::Money(at_least)) = cursor.peek() else {
        return Err(cursor.expected(&Text::new("金额", "an amount")));
    };
    cursor.take();
    cursor.expect_end()?;
    Ok(Floor { per_institution, per_kind, period, amount, at_least: *at_least })
}

/// `费用发生日、结算时间、结算编号`
pub(crate) fn sort(cursor: &mut Cursor<'_>) -> Parse<Vec<SortKey>> {
    let mut keys = Vec::new();
    loop {
        let key = if cursor.eat_known("claim_number") { SortKey::ClaimNumber } else { SortKey::Date(date(cursor)?) };
        if !keys.contains(&key) {
            keys.push(key);
        }
        if !cursor.eat_list_comma() {
            break;
        }
    }
    cursor.expect_end()?;
    if keys.last() == Some(&SortKey::ClaimNumber) {
        return Ok(keys);
    }
    Err(cursor.expected(&Text::new(
        "最后以“结算编号”定先后，否则同日的两笔没有次序",
        "`claim_number` at the end: two claims of one day would have no order",
    )))
}

/// 身份
pub(crate) fn status_on(cursor: &mut Cursor<'_>) -> Parse<StatusOn> {
    let found = if cursor.eat_known("period_end") {
        StatusOn::PeriodEnd
    } else if cursor.eat_known("any_day_in_period") {
        StatusOn::AnyDayInPeriod
    } else {
        StatusOn::Date(date(cursor)?)
    };
    cursor.expect_end()?;
    Ok(found)
}

/// 时点
pub(crate) fn timing(cursor: &mut Cursor<'_>) -> Parse<Timing> {
    let found = match cursor.peek() {
        Some(Token::Known("per_claim")) => Timing::PerClaim,
        Some(Token::Known("period_end")) => Timing::PeriodEnd,
        _ => return Err(cursor.expected(&Text::new("“逐笔”或“期末”", "`per_claim` or `period_end`"))),
    };
    cursor.take();
    cursor.expect_end()?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use shukun_base::Fen;

    use super::*;
    use crate::typed::testing::{names, words};

    fn read(text: &str) -> Parse<Collect> {
        let (words, names) = (words(text), names());
        collect(Cursor::new(&words, Span::default()), &Scope { names: &names, own_tables: &[] })
    }

    #[test]
    fn a_window_before_the_certification() {
        let found = read("结算，费用发生日 在 认定日 前12个月 至 认定日（不含），月末取前一日").unwrap();
        let window = Window {
            claim_date: DateField::Incurred,
            anchor: DateField::Certified,
            from_months_before: 12,
            to_months_before: 0,
            to_inclusive: false,
            month_end: MonthEnd::PreviousDay,
        };
        assert_eq!(found, Collect { window: Some(window), ..Collect::default() });
        let part = read("结算，费用发生日 在 认定日 前12个月 至 前6个月（含），月末取次日").unwrap().window.unwrap();
        assert_eq!((part.to_months_before, part.to_inclusive, part.month_end), (6, true, MonthEnd::NextDay));
    }

    #[test]
    fn kinds_and_conditions() {
        let found = read("住院、门诊特病，仅 异地就医").unwrap();
        assert_eq!(found.kinds, ["inpatient", "special_outpatient"]);
        assert!(found.only.is_some());
        for (text, code) in [
            ("结算，费用发生日 在 认定日 前12个月 至 认定日（不含）", "P0312"),
            ("结算，费用发生日 在 认定日 前2个月 至 前6个月（不含），月末取次日", "P0317"),
            ("结算，费用发生日 在 结算日 前2个月 至 结算日（不含），月末取次日", "P0301"),
            ("费用总额", "P0301"),
        ] {
            assert_eq!(read(text).unwrap_err().code, code, "{text}");
        }
    }

    #[test]
    fn floors_and_orders() {
        let (words, names) = (words("每人 每院 每类 每月（按 费用发生日） 政策范围内费用 达到 21000元"), names());
        let scope = Scope { names: &names, own_tables: &[] };
        let found = floor(&mut Cursor::new(&words, Span::default()), &scope).unwrap();
        assert!(found.per_institution && found.per_kind);
        assert_eq!(found.at_least, Fen::yuan(21_000));
        let order = crate::typed::testing::words("费用发生日、结算时间、结算编号");
        let keys = sort(&mut Cursor::new(&order, Span::default())).unwrap();
        assert_eq!(keys, [SortKey::Date(DateField::Incurred), SortKey::Date(DateField::Settled), SortKey::ClaimNumber]);
        let open = crate::typed::testing::words("费用发生日");
        assert_eq!(sort(&mut Cursor::new(&open, Span::default())).unwrap_err().code, "P0301");
    }
}
