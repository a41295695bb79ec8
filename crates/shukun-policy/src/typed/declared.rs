//! 事实, 施行, 基金: declarations that are neither rules nor tables.

use shukun_base::{Day, Text};

use super::Parse;
use super::cursor::Cursor;
use super::names::canonical;
use super::rule::{Clauses, decided_by};
use crate::document::{Clause, Declaration, Span, Token};
use crate::program::{DateField, FactDecl, FactKind};

/// 事实
pub(crate) fn fact(decl: &Declaration) -> Parse<FactDecl> {
    let clauses = Clauses::of(decl);
    let kind = one_word(
        clauses.get("type")?,
        &[
            ("flag", FactKind::Flag),
            ("money", FactKind::Money),
            ("integer", FactKind::Number),
            ("text", FactKind::Word),
        ],
    )?;
    let of_claim = one_word(clauses.get("of")?, &[("person", false), ("claim", true)])?;
    let source = clauses.get("source")?.text.clone();
    Ok(FactDecl { name: canonical(&decl.name), kind, of_claim, source })
}

fn one_word<T: Copy>(clause: &Clause, choices: &[(&'static str, T)]) -> Parse<T> {
    let mut cursor = Cursor::of(clause);
    for (key, meant) in choices {
        if cursor.eat_known(key) {
            cursor.expect_end()?;
            return Ok(*meant);
        }
    }
    let quoted = choices.iter().map(|(key, _)| super::spelling::quoted(key));
    let (zh, en): (Vec<String>, Vec<String>) = quoted.map(|text| (text.zh, text.en)).unzip();
    Err(cursor.expected(&Text::new(zh.join("或"), en.join(" or "))))
}

/// 施行: what the pack says of its own days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct StatedDays {
    pub(crate) in_force: Option<(Day, Span)>,
    pub(crate) benefits_from: Option<(Day, Span)>,
    pub(crate) expires: Option<(Day, Span)>,
    pub(crate) decided_by: Option<DateField>,
}

/// 施行; a day that is 未载明 counts as not stated.
pub(crate) fn stated_days(decl: &Declaration) -> Parse<StatedDays> {
    let clauses = Clauses::of(decl);
    let day = |key| clauses.find(key).map(stated_day).transpose().map(Option::flatten);
    Ok(StatedDays {
        in_force: day("in_force")?,
        benefits_from: day("benefits_from")?,
        expires: day("expires")?,
        decided_by: clauses.find("decided_by").map(decided_by).transpose()?,
    })
}

fn stated_day(clause: &Clause) -> Parse<Option<(Day, Span)>> {
    let mut cursor = Cursor::of(clause);
    let found = match cursor.peek() {
        Some(Token::Day(day)) => Some((*day, clause.span)),
        Some(Token::Known("unstated") | Token::Dash) => None,
        _ => return Err(cursor.expected(&Text::new("日期（如 2022年12月23日）", "a day (such as 2022-12-23)"))),
    };
    cursor.take();
    cursor.expect_end()?;
    Ok(found)
}

/// 基金: its purposes.
pub(crate) fn purposes(decl: &Declaration) -> Vec<String> {
    let text = Clauses::of(decl).text("purpose").unwrap_or_default();
    let parts = text.split(['、', '，', ',', '；', ';']).map(str::trim);
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}
