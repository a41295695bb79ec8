//! Single values: in sets, in cells.

use shukun_base::{Exact, Lang, Text};

use super::cursor::Cursor;
use super::fields::{Sort, closed_words, find_closed_word, sort_of};
use super::names::{Names, take_name};
use super::{Parse, spelling};
use crate::document::{Span, Token};
use crate::finding::Finding;
use crate::program::{Field, Literal};
use crate::registry::nearest;

/// A value of `field` at the cursor.
pub(crate) fn value_of(cursor: &mut Cursor<'_>, field: Field, names: &Names) -> Parse<Literal> {
    let here = cursor.here();
    match sort_of(field, &names.facts) {
        Sort::Money => money(cursor),
        Sort::Number => number(cursor).map(Literal::Number),
        Sort::Flag => flag(cursor).map(Literal::Flag),
        Sort::ClosedWord => closed_word(cursor, field, here),
        Sort::FreeWord => free_word(cursor).map(Literal::Word),
    }
}

fn money(cursor: &mut Cursor<'_>) -> Parse<Literal> {
    match cursor.peek() {
        Some(Token::Money(fen)) => {
            cursor.take();
            Ok(Literal::Money(*fen))
        }
        _ => Err(cursor.expected(&Text::new("金额（如 3万元）", "an amount (such as 30,000元)"))),
    }
}

/// A number or percentage.
pub(crate) fn number(cursor: &mut Cursor<'_>) -> Parse<Exact> {
    match cursor.peek() {
        Some(Token::Number(number) | Token::Percent(number)) => {
            cursor.take();
            Ok(*number)
        }
        _ => Err(cursor.expected(&Text::new("数字", "a number"))),
    }
}

/// 是 or 否
pub(crate) fn flag(cursor: &mut Cursor<'_>) -> Parse<bool> {
    if cursor.eat_known("yes") {
        Ok(true)
    } else if cursor.eat_known("no") {
        Ok(false)
    } else {
        Err(cursor.expected(&Text::new("“是”或“否”", "`yes` or `no`")))
    }
}

fn closed_word(cursor: &mut Cursor<'_>, field: Field, here: Span) -> Parse<Literal> {
    if let Some(Token::Known(key)) = cursor.peek()
        && let Some(spelling) = find_closed_word(field, key)
    {
        cursor.take();
        return Ok(Literal::Word(spelling.to_owned()));
    }
    let written = take_name(cursor).map(|(name, _)| name).unwrap_or_default();
    Err(not_a_value(&written, field, here))
}

fn not_a_value(written: &str, field: Field, here: Span) -> Box<Finding> {
    let allowed = closed_words(field);
    let key = crate::registry::field_word(field);
    let name = Text::new(spelling::spelled(key, Lang::Zh), spelling::spelled(key, Lang::En));
    let zh: Vec<&str> = allowed.iter().map(|word| word_zh(word)).collect();
    let near = nearest(written, zh.iter().copied()).or_else(|| nearest(written, allowed.iter().copied()));
    Box::new(Finding::error(
        "P0309",
        Some(here),
        Text::new(format!("“{written}”不是{}的值", name.zh), format!("“{written}” is not a value of {}", name.en)),
        match near {
            Some(near) => Text::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
            None => Text::new(format!("可用的有：{}", zh.join("、")), format!("there are: {}", allowed.join(", "))),
        },
    ))
}

/// The Chinese spelling of a program's word.
pub(crate) fn word_zh(word: &str) -> &str {
    super::fields::closed_word_key(word).map_or(word, |key| spelling::zh(key))
}

fn free_word(cursor: &mut Cursor<'_>) -> Parse<String> {
    if let Some(Token::Number(number)) = cursor.peek() {
        cursor.take();
        return Ok(number.to_string());
    }
    take_name(cursor).map(|(word, _)| word).ok_or_else(|| cursor.expected(&Text::new("一个值", "a value")))
}

/// `【低保、低边】`
pub(crate) fn set_of(cursor: &mut Cursor<'_>, field: Field, names: &Names) -> Parse<Vec<Literal>> {
    if !cursor.eat(&Token::OpenSet) {
        return Err(cursor.expected(&Text::new("“【”", "\"[\"")));
    }
    let mut values = vec![value_of(cursor, field, names)?];
    while cursor.eat_list_comma() {
        values.push(value_of(cursor, field, names)?);
    }
    if !cursor.eat(&Token::CloseSet) {
        return Err(cursor.expected(&Text::new("“】”", "\"]\"")));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::testing::{names, words};

    fn set(text: &str, field: Field) -> Parse<Vec<Literal>> {
        let words = words(text);
        set_of(&mut Cursor::new(&words, Span::default()), field, &names())
    }

    #[test]
    fn words_of_columns_are_the_fact_types() {
        let expected = ["dibao", "expenditure_type"].map(|word| Literal::Word(word.to_owned())).to_vec();
        assert_eq!(set("【低保、支出型】", Field::Category), Ok(expected));
        assert_eq!(set("【2、3】", Field::HospitalLevel).map(|set| set.len()), Ok(2));
        assert_eq!(set("【低保户】", Field::Category).unwrap_err().code, "P0309");
        assert_eq!(set("【低保", Field::Category).unwrap_err().code, "P0301");
    }
}
