//! Amounts and numbers, with their units checked as they are read: money times money has no meaning.

use shukun_base::Text;

use super::cursor::Cursor;
use super::fields::{Sort, sort_of, sort_of_fact};
use super::names::{Names, expect_name, payers, take_name, unknown};
use super::{Parse, tables};
use crate::document::{Span, Token};
use crate::finding::Finding;
use crate::program::{Expr, Hit, Literal, Measure, MeasureIx, RuleIx, Table, TableIx, TableRow};
use crate::registry;

/// Money or a bare number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Yuan and fen.
    Money,
    /// A count, a rate.
    Number,
    /// An empty slot (未载明): fits either.
    Any,
}

impl Unit {
    fn fits(self, other: Unit) -> bool {
        self == other || self == Unit::Any || other == Unit::Any
    }

    fn or(self, other: Unit) -> Unit {
        if self == Unit::Any { other } else { self }
    }

    fn named(self) -> Text {
        match self {
            Unit::Money => Text::new("金额", "money"),
            Unit::Number => Text::new("数字", "a number"),
            Unit::Any => Text::new("未载明的值", "an unstated value"),
        }
    }
}

/// An expression with what it is measured in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Measured {
    pub(crate) expr: Expr,
    pub(crate) unit: Unit,
}

/// 未载明 as an amount: every run's first table has one row with one empty slot.
pub(crate) const UNSTATED: TableIx = TableIx(0);

/// That table.
pub(crate) fn unstated_table() -> Table {
    let row = TableRow { tests: Vec::new(), values: vec![Literal::Unstated] };
    let name = super::spelling::zh("unstated").to_owned();
    Table { outputs: vec![name.clone()], name, inputs: Vec::new(), rows: vec![row], hit: Hit::First }
}

/// Where amounts may come from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope<'a> {
    /// What may be named.
    pub(crate) names: &'a Names,
    /// The tables below the rule that is read.
    pub(crate) own_tables: &'a [TableIx],
}

/// An amount of money that ends the clause or is followed by something else.
pub(crate) fn money(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Expr> {
    in_unit(cursor, scope, Unit::Money)
}

fn in_unit(cursor: &mut Cursor<'_>, scope: &Scope<'_>, unit: Unit) -> Parse<Expr> {
    let start = cursor.position();
    let found = sum(cursor, scope)?;
    if found.unit.fits(unit) {
        return Ok(found.expr);
    }
    let (wanted, got) = (unit.named(), found.unit.named());
    Err(unit_error(
        cursor.since(start),
        Text::new(
            format!("这里应当是{}，写的却是{}", wanted.zh, got.zh),
            format!("{} expected, {} written", wanted.en, got.en),
        ),
    ))
}

/// The value of the clause's own column below (依下表), or an amount as written.
pub(crate) fn money_or_table(cursor: &mut Cursor<'_>, scope: &Scope<'_>, column: &'static str) -> Parse<Expr> {
    or_table(cursor, scope, column, Unit::Money)
}

/// The same for a rate or factor.
pub(crate) fn number_or_table(cursor: &mut Cursor<'_>, scope: &Scope<'_>, column: &'static str) -> Parse<Expr> {
    or_table(cursor, scope, column, Unit::Number)
}

fn or_table(cursor: &mut Cursor<'_>, scope: &Scope<'_>, column: &'static str, unit: Unit) -> Parse<Expr> {
    let here = cursor.here();
    if !cursor.eat_known("table_below") {
        return in_unit(cursor, scope, unit);
    }
    let (table, output) = tables::own_column(scope, column, here)?;
    let written = unit_of_column(scope.names, table, output);
    if written.is_some_and(|written| written.fits(unit)) {
        return Ok(Expr::Lookup(table, output));
    }
    let wanted = unit.named();
    Err(unit_error(
        here,
        Text::new(format!("表中该列应当都是{}", wanted.zh), format!("that column must hold {} only", wanted.en)),
    ))
}

/// What a column holds; `None` where that is not one unit.
pub(crate) fn unit_of_column(names: &Names, table: TableIx, output: usize) -> Option<Unit> {
    let mut unit = Unit::Any;
    for row in &names.tables.get(table.0)?.rows {
        let next = match row.values.get(output)? {
            Literal::Money(_) => Unit::Money,
            Literal::Number(_) => Unit::Number,
            Literal::Unstated => Unit::Any,
            Literal::Flag(_) | Literal::Word(_) | Literal::Day(_) => return None,
        };
        if !unit.fits(next) {
            return None;
        }
        unit = unit.or(next);
    }
    Some(unit)
}

fn unit_error(place: Span, message: Text) -> Box<Finding> {
    Box::new(Finding::error(
        "P0304",
        Some(place),
        message,
        Text::new(
            "金额写单位（3万元、500元），比例写 %；金额只能与金额相加减、比较，只能乘除数字",
            "write amounts with 元 and rates with %; money adds to and compares with money, and is multiplied by numbers only",
        ),
    ))
}

/// a ＋ b － c
pub(crate) fn sum(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Measured> {
    let start = cursor.position();
    let mut left = product(cursor, scope)?;
    loop {
        let build = match cursor.peek() {
            Some(Token::Plus) => Expr::Add,
            Some(Token::Minus) => Expr::Sub,
            _ => return Ok(left),
        };
        cursor.take();
        let right = product(cursor, scope)?;
        left = same_unit(left, right, build, cursor.since(start))?;
    }
}

fn same_unit(left: Measured, right: Measured, build: fn(Box<Expr>, Box<Expr>) -> Expr, place: Span) -> Parse<Measured> {
    if !left.unit.fits(right.unit) {
        return Err(unit_error(
            place,
            Text::new("金额与数字不能相加减或比较", "money and a number cannot be added or compared"),
        ));
    }
    Ok(Measured { unit: left.unit.or(right.unit), expr: build(Box::new(left.expr), Box::new(right.expr)) })
}

/// a × b ÷ c
fn product(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Measured> {
    let start = cursor.position();
    let mut left = single(cursor, scope)?;
    loop {
        let divides = match cursor.peek() {
            Some(Token::Times) => false,
            Some(Token::Over) => true,
            _ => return Ok(left),
        };
        cursor.take();
        let right = single(cursor, scope)?;
        let place = cursor.since(start);
        let unit = if divides {
            quotient_unit(left.unit, right.unit, place)?
        } else {
            product_unit(left.unit, right.unit, place)?
        };
        let build = if divides { Expr::Div } else { Expr::Mul };
        left = Measured { unit, expr: build(Box::new(left.expr), Box::new(right.expr)) };
    }
}

fn product_unit(left: Unit, right: Unit, place: Span) -> Parse<Unit> {
    match (left, right) {
        (Unit::Money, Unit::Money) => {
            Err(unit_error(place, Text::new("金额不能乘以金额", "money cannot be multiplied by money")))
        }
        (Unit::Money, _) | (_, Unit::Money) => Ok(Unit::Money),
        _ => Ok(Unit::Number),
    }
}

fn quotient_unit(left: Unit, right: Unit, place: Span) -> Parse<Unit> {
    match (left, right) {
        (Unit::Number, Unit::Money) => {
            Err(unit_error(place, Text::new("数字不能除以金额", "a number cannot be divided by money")))
        }
        (Unit::Money, Unit::Money) => Ok(Unit::Number),
        (unit, _) => Ok(unit),
    }
}

/// One amount: a figure, a column, a function, something in parentheses.
fn single(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Measured> {
    let money = |expr| Ok(Measured { expr, unit: Unit::Money });
    match cursor.peek() {
        Some(Token::Money(fen)) => {
            cursor.take();
            money(Expr::Money(*fen))
        }
        Some(Token::Number(value) | Token::Percent(value)) => {
            cursor.take();
            Ok(Measured { expr: Expr::Number(*value), unit: Unit::Number })
        }
        Some(Token::Dash | Token::Known("unstated")) => column(cursor, Expr::Lookup(UNSTATED, 0), Unit::Any),
        Some(Token::Open) => {
            cursor.take();
            let inner = sum(cursor, scope)?;
            cursor.expect_close()?;
            Ok(inner)
        }
        Some(Token::Known(key)) => known(cursor, scope, key),
        Some(Token::Name(_)) => named(cursor, scope),
        _ => Err(cursor.expected(&Text::new("金额或数字", "an amount or number"))),
    }
}

fn known(cursor: &mut Cursor<'_>, scope: &Scope<'_>, key: &'static str) -> Parse<Measured> {
    let here = cursor.here();
    if let Some(field) = registry::field(key) {
        return match sort_of(field, &scope.names.facts) {
            Sort::Money => column(cursor, Expr::Field(field), Unit::Money),
            Sort::Number => column(cursor, Expr::Field(field), Unit::Number),
            Sort::Flag | Sort::ClosedWord | Sort::FreeWord => Err(unit_error(
                here,
                Text::new("这一字段不是金额也不是数字", "this field is neither an amount nor a number"),
            )),
        };
    }
    match key {
        "left" => column(cursor, Expr::Left, Unit::Money),
        "paid" => {
            cursor.take();
            Ok(Measured { expr: Expr::Paid(payers(cursor, scope.names)?), unit: Unit::Money })
        }
        "smaller" => pair(cursor, scope, Expr::Min),
        "larger" => pair(cursor, scope, Expr::Max),
        "period_total" => period_total(cursor, scope),
        "lookup" => lookup(cursor, scope),
        "hits" => hits(cursor, scope),
        _ => named(cursor, scope),
    }
}

fn column(cursor: &mut Cursor<'_>, expr: Expr, unit: Unit) -> Parse<Measured> {
    cursor.take();
    Ok(Measured { expr, unit })
}

/// 较小（a、b）
fn pair(cursor: &mut Cursor<'_>, scope: &Scope<'_>, build: fn(Box<Expr>, Box<Expr>) -> Expr) -> Parse<Measured> {
    let start = cursor.position();
    cursor.take();
    cursor.expect_open()?;
    let mut least = sum(cursor, scope)?;
    let mut count = 1;
    while cursor.eat_list_comma() {
        let next = sum(cursor, scope)?;
        least = same_unit(least, next, build, cursor.since(start))?;
        count += 1;
    }
    if count < 2 {
        return Err(cursor.expected(&Text::new("“、”和另一个数", "a comma and another amount")));
    }
    cursor.expect_close()?;
    Ok(least)
}

/// 本期合计（x）
fn period_total(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Measured> {
    cursor.take();
    cursor.expect_open()?;
    let inner = sum(cursor, scope)?;
    cursor.expect_close()?;
    Ok(Measured { expr: Expr::PeriodTotal(Box::new(inner.expr)), unit: inner.unit })
}

/// 查表（表名，列名）
fn lookup(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Measured> {
    cursor.take();
    cursor.expect_open()?;
    let (name, place) = expect_name(cursor, &Text::new("参数表的名称", "the name of a table"))?;
    let table = scope.names.named_tables.get(&name).copied();
    let known = scope.names.named_tables.keys().map(String::as_str);
    let table = table.ok_or_else(|| unknown(&name, place, &Text::new("参数表", "table"), known))?;
    if !cursor.eat_list_comma() {
        return Err(cursor.expected(&Text::new("“，”和列名", "a comma and a column")));
    }
    let (output, column_place) = table_column(cursor, scope, table)?;
    cursor.expect_close()?;
    match unit_of_column(scope.names, table, output) {
        Some(unit) => Ok(Measured { expr: Expr::Lookup(table, output), unit }),
        None => Err(unit_error(
            column_place,
            Text::new("该列不是金额或数字", "that column holds neither amounts nor numbers"),
        )),
    }
}

fn table_column(cursor: &mut Cursor<'_>, scope: &Scope<'_>, table: TableIx) -> Parse<(usize, Span)> {
    let (column, place) = expect_name(cursor, &Text::new("列名", "the name of a column"))?;
    let outputs = scope.names.tables.get(table.0).map(|table| table.outputs.as_slice()).unwrap_or_default();
    let found = outputs.iter().position(|output| *output == column);
    found
        .map(|output| (output, place))
        .ok_or_else(|| unknown(&column, place, &Text::new("列", "column"), outputs.iter().map(String::as_str)))
}

/// 次数（规则，前12个月）; every version of the rule counts.
fn hits(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Measured> {
    cursor.take();
    cursor.expect_open()?;
    let (name, place) = expect_name(cursor, &Text::new("规则的名称", "the name of a rule"))?;
    let rules = scope.names.rules.get(&name).cloned().unwrap_or_default();
    if !cursor.eat_list_comma() {
        return Err(cursor.expected(&Text::new("“，前12个月”", "`, 12 months before`")));
    }
    let Some(Token::MonthsBefore(months)) = cursor.peek() else {
        return Err(cursor.expected(&Text::new("“前12个月”", "`12 months before`")));
    };
    cursor.take();
    cursor.expect_close()?;
    let each = rules.iter().map(|rule: &RuleIx| Expr::Hits { rule: *rule, months: *months });
    let expr = each.reduce(|all, one| Expr::Add(Box::new(all), Box::new(one)));
    let known = scope.names.rules.keys().map(String::as_str);
    let expr = expr.ok_or_else(|| unknown(&name, place, &Text::new("规则", "rule"), known))?;
    Ok(Measured { expr, unit: Unit::Number })
}

/// A 口径 or a declared fact.
fn named(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Measured> {
    let nothing = cursor.expected(&Text::new("金额或数字", "an amount or number"));
    let (name, place) = take_name(cursor).ok_or(nothing)?;
    if let Some(measure) = scope.names.measures.get(&name) {
        return Ok(Measured { expr: Expr::Measure(*measure), unit: Unit::Money });
    }
    let Some(fact) = scope.names.find_fact(&name) else {
        return Err(unknown_amount(&name, place, scope.names));
    };
    match scope.names.facts.get(fact.0).map(|fact| sort_of_fact(fact.kind)) {
        Some(Sort::Money) => Ok(Measured { expr: Expr::Fact(fact), unit: Unit::Money }),
        Some(Sort::Number) => Ok(Measured { expr: Expr::Fact(fact), unit: Unit::Number }),
        _ => Err(unit_error(
            place,
            Text::new("这个事实不是金额也不是整数", "this fact is neither an amount nor a whole number"),
        )),
    }
}

fn unknown_amount(name: &str, place: Span, names: &Names) -> Box<Finding> {
    let facts = names.facts.iter().map(|fact| fact.name.as_str());
    let known = names.measures.keys().map(String::as_str).chain(facts);
    unknown(name, place, &Text::new("字段、口径或事实", "field, measure or fact"), known)
}

/// Whether an amount says itself what earlier payers paid or left, also through a 口径.
pub(crate) fn names_payers(amount: &Expr, measures: &[Measure]) -> bool {
    let mut found = false;
    let amount_of = |measure: MeasureIx| measures.get(measure.0).map(|measure| &measure.amount);
    crate::walk::visit_through(amount, &amount_of, &mut |part| found |= matches!(part, Expr::Paid(_) | Expr::Left));
    found
}

#[cfg(test)]
mod tests {
    use shukun_base::{Exact, Fen};

    use super::*;
    use crate::program::{Field, Payer, TierIx};
    use crate::typed::testing::{names, words};

    fn read(text: &str) -> Parse<Measured> {
        let (words, names) = (words(text), names());
        let mut cursor = Cursor::new(&words, Span::default());
        let scope = Scope { names: &names, own_tables: &[] };
        let found = sum(&mut cursor, &scope)?;
        cursor.expect_end()?;
        Ok(found)
    }

    #[test]
    fn times_binds_before_plus() {
        let found = read("政策范围内费用 × 50% － 已付（基本医保）").unwrap();
        let half = Expr::Mul(Box::new(Expr::Field(Field::InScope)), Box::new(Expr::Number(Exact::new(1, 2))));
        let paid = Expr::Paid(vec![Payer::Tier(TierIx(0))]);
        assert_eq!(found.expr, Expr::Sub(Box::new(half), Box::new(paid)));
        assert_eq!(found.unit, Unit::Money);
    }

    #[test]
    fn units_are_checked() {
        for (text, unit) in [
            ("费用总额 ÷ 家庭人数", Unit::Money),
            ("费用总额 ÷ 家庭年收入", Unit::Number),
            ("较小（费用总额、3万元）", Unit::Money),
            ("（1 ＋ 2） × 12", Unit::Number),
            ("个人负担 － 自费", Unit::Money),
            ("本期合计（费用总额）", Unit::Money),
            ("次数（追溯救助，前12个月）", Unit::Number),
        ] {
            assert_eq!(read(text).map(|found| found.unit), Ok(unit), "{text}");
        }
        for text in ["费用总额 × 自费", "费用总额 ＋ 5", "12 ÷ 费用总额", "较大（费用总额、3）", "就医类别 ＋ 1元"]
        {
            assert_eq!(read(text).unwrap_err().code, "P0304", "{text}");
        }
    }

    #[test]
    fn names_are_looked_up() {
        assert_eq!(read("个人负担").unwrap().expr, Expr::Measure(MeasureIx(0)));
        assert_eq!(read("个人负坦").unwrap_err().code, "P0303");
        assert_eq!(read("较小（3元）").unwrap_err().code, "P0301");
        assert_eq!(read("3万元").unwrap().expr, Expr::Money(Fen::yuan(30_000)));
    }
}
