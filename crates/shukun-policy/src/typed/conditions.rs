//! 对象, 仅: who and which claims.

use shukun_base::Text;

use super::Parse;
use super::amounts::{Scope, sum};
use super::cursor::Cursor;
use super::fields::{Sort, sort_of, sort_of_fact};
use super::literals::{flag, set_of, value_of};
use super::names::{expect_name, take_name, unknown};
use crate::document::Token;
use crate::finding::Finding;
use crate::program::{Comparison, Cond, DateField, FactIx, Field, Literal};
use crate::registry;

/// A condition up to the end of the clause or the next comma.
pub(crate) fn condition(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    let first = all_of(cursor, scope)?;
    let mut any = vec![first];
    while cursor.eat_known("or") {
        any.push(all_of(cursor, scope)?);
    }
    Ok(single_or(any, Cond::Or))
}

fn all_of(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    let mut all = vec![negation(cursor, scope)?];
    while cursor.eat_known("and") {
        all.push(negation(cursor, scope)?);
    }
    Ok(single_or(all, Cond::And))
}

fn single_or(mut parts: Vec<Cond>, several: fn(Vec<Cond>) -> Cond) -> Cond {
    match parts.pop() {
        Some(only) if parts.is_empty() => only,
        Some(last) => {
            parts.push(last);
            several(parts)
        }
        None => Cond::Everyone,
    }
}

fn negation(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    if cursor.eat_known("not") {
        return Ok(Cond::Not(Box::new(negation(cursor, scope)?)));
    }
    single(cursor, scope)
}

fn single(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    match cursor.peek() {
        Some(Token::Open) => in_parentheses(cursor, scope),
        Some(Token::Known("everyone")) => {
            cursor.take();
            Ok(Cond::Everyone)
        }
        Some(Token::Known("has")) => has(cursor, scope),
        Some(Token::Known(key)) => match (registry::date_field(key), registry::field(key)) {
            (Some(date), _) => day(cursor, date),
            (_, Some(field)) => of_field(cursor, scope, field),
            _ => comparison(cursor, scope),
        },
        Some(Token::Name(_)) => of_name(cursor, scope),
        _ => comparison(cursor, scope),
    }
}

/// Parentheses hold a condition, or begin an amount that is compared.
fn in_parentheses(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    let before = *cursor;
    cursor.take();
    let inner = condition(cursor, scope).and_then(|inner| cursor.expect_close().map(|()| inner));
    match inner {
        Ok(inner) => Ok(inner),
        Err(why) => {
            let mut as_amount = before;
            let compared = comparison(&mut as_amount, scope).map_err(|_| why)?;
            *cursor = as_amount;
            Ok(compared)
        }
    }
}

/// 具备（资格规则）
fn has(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    cursor.take();
    cursor.expect_open()?;
    let (name, place) = expect_name(cursor, &Text::new("资格规则的名称", "the name of an eligibility rule"))?;
    cursor.expect_close()?;
    let known = scope.names.rules.keys().map(String::as_str);
    let rules = scope.names.rules.get(&name);
    let rules = rules.ok_or_else(|| unknown(&name, place, &Text::new("规则", "rule"), known))?;
    Ok(single_or(rules.iter().map(|rule| Cond::Has(*rule)).collect(), Cond::Or))
}

/// A column: a flag, a word in a set, a number compared.
fn of_field(cursor: &mut Cursor<'_>, scope: &Scope<'_>, field: Field) -> Parse<Cond> {
    match sort_of(field, &scope.names.facts) {
        Sort::Flag => {
            cursor.take();
            flag_value(cursor, Cond::Flag(field))
        }
        Sort::ClosedWord | Sort::FreeWord => {
            cursor.take();
            in_set(cursor, scope, field, |values| Cond::OneOf(field, values))
        }
        Sort::Number if follows_set(cursor) => {
            cursor.take();
            in_set(cursor, scope, field, |values| Cond::OneOf(field, values))
        }
        Sort::Money | Sort::Number => comparison(cursor, scope),
    }
}

fn follows_set(cursor: &Cursor<'_>) -> bool {
    matches!(cursor.peek_at(1), Some(Token::Known("one_of" | "not_one_of")))
}

/// A declared fact, or an amount by name.
fn of_name(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    let before = *cursor;
    let Some((name, place)) = take_name(cursor) else { return comparison(cursor, scope) };
    let fact = scope.names.find_fact(&name);
    let sort = fact.and_then(|fact| scope.names.facts.get(fact.0)).map(|fact| sort_of_fact(fact.kind));
    match (fact, sort) {
        (Some(fact), Some(Sort::Flag)) => flag_value(cursor, Cond::FactFlag(fact)),
        (Some(fact), Some(Sort::FreeWord | Sort::ClosedWord)) => of_word_fact(cursor, scope, fact),
        (Some(_), _) => comparison_from(cursor, before, scope),
        (None, _) if scope.names.measures.contains_key(&name) => comparison_from(cursor, before, scope),
        (None, _) => {
            let facts = scope.names.facts.iter().map(|fact| fact.name.as_str());
            let known: Vec<&str> = facts.chain(scope.names.measures.keys().map(String::as_str)).collect();
            Err(unknown(&name, place, &Text::new("字段或事实", "field or fact"), known))
        }
    }
}

fn of_word_fact(cursor: &mut Cursor<'_>, scope: &Scope<'_>, fact: FactIx) -> Parse<Cond> {
    in_set(cursor, scope, Field::Declared(fact), |values| Cond::FactOneOf(fact, values))
}

fn comparison_from(cursor: &mut Cursor<'_>, before: Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    let mut again = before;
    let found = comparison(&mut again, scope)?;
    while cursor.position() < again.position() && cursor.take().is_some() {}
    Ok(found)
}

/// `因病`, `因病＝是`
fn flag_value(cursor: &mut Cursor<'_>, cond: Cond) -> Parse<Cond> {
    if cursor.eat(&Token::Equal) && !flag(cursor)? {
        return Ok(Cond::Not(Box::new(cond)));
    }
    Ok(cond)
}

/// `属于【低保、低边】`, `不属于【…】`, `＝ 低保`
fn in_set(
    cursor: &mut Cursor<'_>,
    scope: &Scope<'_>,
    field: Field,
    build: impl Fn(Vec<Literal>) -> Cond,
) -> Parse<Cond> {
    if cursor.eat_known("one_of") {
        return set_of(cursor, field, scope.names).map(build);
    }
    if cursor.eat_known("not_one_of") {
        return set_of(cursor, field, scope.names).map(|values| Cond::Not(Box::new(build(values))));
    }
    let negated = match cursor.peek() {
        Some(Token::Equal) => false,
        Some(Token::NotEqual) => true,
        _ => return Err(cursor.expected(&Text::new("“属于【…】”", "`one_of [...]`"))),
    };
    cursor.take();
    let only = build(vec![value_of(cursor, field, scope.names)?]);
    Ok(if negated { Cond::Not(Box::new(only)) } else { only })
}

/// `费用发生日 ≥ 2022年1月1日`
fn day(cursor: &mut Cursor<'_>, date: DateField) -> Parse<Cond> {
    cursor.take();
    let sign = sign(cursor)?;
    let Some(Token::Day(day)) = cursor.peek() else {
        return Err(cursor.expected(&Text::new("日期（如 2022年1月1日）", "a day (such as 2022-01-01)")));
    };
    cursor.take();
    Ok(Cond::CompareDay(date, sign, *day))
}

/// `年龄 不低于 60`
fn comparison(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Cond> {
    let start = cursor.position();
    let left = sum(cursor, scope)?;
    let sign = sign(cursor)?;
    let right = sum(cursor, scope)?;
    let comparable = left.unit == right.unit || [left.unit, right.unit].contains(&super::amounts::Unit::Any);
    if comparable {
        return Ok(Cond::Compare(Box::new(left.expr), sign, Box::new(right.expr)));
    }
    Err(Box::new(Finding::error(
        "P0304",
        Some(cursor.since(start)),
        Text::new("金额与数字不能比较", "money cannot be compared with a number"),
        Text::new("金额写单位（如 3万元）", "write the amount with its unit (such as 30,000元)"),
    )))
}

/// ＜ ≤ ＝ ≠ ≥ ＞
pub(crate) fn sign(cursor: &mut Cursor<'_>) -> Parse<Comparison> {
    let sign = match cursor.peek() {
        Some(Token::Less) => Comparison::Less,
        Some(Token::AtMost) => Comparison::AtMost,
        Some(Token::Equal) => Comparison::Equal,
        Some(Token::NotEqual) => Comparison::NotEqual,
        Some(Token::AtLeast) => Comparison::AtLeast,
        Some(Token::More) => Comparison::More,
        _ => return Err(cursor.expected(&Text::new("“达到”“超过”“低于”等", "a comparison (≥, >, <, …)"))),
    };
    cursor.take();
    Ok(sign)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Span;
    use crate::program::Expr;
    use crate::typed::testing::{names, words};

    fn read(text: &str) -> Parse<Cond> {
        let (words, names) = (words(text), names());
        let mut cursor = Cursor::new(&words, Span::default());
        let found = condition(&mut cursor, &Scope { names: &names, own_tables: &[] })?;
        cursor.expect_end()?;
        Ok(found)
    }

    fn category(words: &[&str]) -> Cond {
        Cond::OneOf(Field::Category, words.iter().map(|word| Literal::Word((*word).to_owned())).collect())
    }

    #[test]
    fn reads_the_retroactive_aid() {
        let newly = Cond::Flag(Field::NewlyCertified);
        let ill = Cond::Flag(Field::DueToIllness);
        let expected = Cond::And(vec![newly, category(&["dibao", "dibao_marginal"]), ill]);
        assert_eq!(read("新认定 且 认定类别 属于【低保、低边】 且 因病"), Ok(expected));
    }

    #[test]
    fn and_binds_before_or() {
        let (a, b, c) = (Field::LocalRegister, Field::DueToIllness, Field::Insured);
        let expected = Cond::Or(vec![Cond::Flag(a), Cond::And(vec![Cond::Flag(b), Cond::Flag(c)])]);
        assert_eq!(read("本地户籍 或 因病 且 参保"), Ok(expected));
        let grouped = Cond::And(vec![Cond::Or(vec![Cond::Flag(a), Cond::Flag(b)]), Cond::Flag(c)]);
        assert_eq!(read("（本地户籍 或 因病） 且 参保"), Ok(grouped));
    }

    #[test]
    fn other_forms() {
        assert!(matches!(read("年龄 不低于 60"), Ok(Cond::Compare(_, Comparison::AtLeast, _))));
        assert!(matches!(read("（费用总额 － 自费） ＞ 5万元"), Ok(Cond::Compare(_, Comparison::More, _))));
        assert!(matches!(read("费用发生日 ≥ 2022年1月1日"), Ok(Cond::CompareDay(..))));
        assert_eq!(read("认定类别 不属于【低保】"), Ok(Cond::Not(Box::new(category(&["dibao"])))));
        assert_eq!(read("有暴力倾向"), Ok(Cond::FactFlag(FactIx(0))));
        assert!(
            matches!(read("个人负担 超过 5万元"), Ok(Cond::Compare(left, ..)) if matches!(*left, Expr::Measure(_)))
        );
        assert_eq!(read("非 因病"), Ok(Cond::Not(Box::new(Cond::Flag(Field::DueToIllness)))));
        assert_eq!(read("因病＝否"), Ok(Cond::Not(Box::new(Cond::Flag(Field::DueToIllness)))));
    }

    #[test]
    fn errors() {
        for (text, code) in [
            ("年龄 超过 3万元", "P0304"),
            ("有暴力倾象", "P0303"),
            ("认定类别", "P0301"),
            ("因病 且", "P0301"),
            ("因病 因病", "P0302"),
            ("具备（没有的规则）", "P0303"),
        ] {
            assert_eq!(read(text).map_err(|found| found.code), Err(code), "{text}");
        }
    }
}
