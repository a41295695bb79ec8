//! The head clause of a rule: what kind it is, and what it does.

use shukun_base::{Exact, Text};

use super::amounts::{Scope, money, money_or_table, number_or_table};
use super::conditions::sign;
use super::cursor::Cursor;
use super::names::expect_name;
use super::periods::deductible;
use super::rule::{Clauses, Own};
use super::{Parse, scales, tables};
use crate::document::{Clause, Token};
use crate::finding::Finding;
use crate::program::{AlertColour, Base, BaseMode, Comparison, Expr, Field, Kind, Scale, Trigger};
use crate::registry;

/// Head clauses, one of which every rule has.
pub(crate) const HEADS: &[&str] =
    &["rate", "brackets", "bring_down_to", "fixed", "by_resolution", "subsidy", "eligibility", "service", "alert"];

/// Whether rules of that head clause pay money under a tier.
pub(crate) fn pays_money(head: &str) -> bool {
    matches!(head, "rate" | "brackets" | "bring_down_to" | "fixed" | "by_resolution")
}

/// Reads the head clause and those that belong to its kind.
pub(crate) fn kind(head: &Clause, clauses: &Clauses<'_>, own: &Own<'_>) -> Parse<Kind> {
    let scope = &own.scope();
    let mut cursor = Cursor::of(head);
    match head.key {
        "rate" => pay(clauses, scope, scales::rate(&mut cursor, scope)?),
        "brackets" => pay(clauses, scope, scales::bracket_scale(&mut cursor, own.brackets)?),
        "bring_down_to" => {
            let target = money_or_table(&mut cursor, scope, "bring_down_to")?;
            cursor.expect_end()?;
            Ok(Kind::BringDown {
                base: base(clauses.get("base")?, scope)?,
                trigger: trigger(clauses.get("trigger")?, scope)?,
                target,
            })
        }
        "fixed" => {
            let amount = money_or_table(&mut cursor, scope, "fixed")?;
            cursor.expect_end()?;
            let base = clauses.find("base").map(|clause| base(clause, scope)).transpose()?;
            let trigger = clauses.find("trigger").map(|clause| trigger(clause, scope)).transpose()?;
            Ok(Kind::Fixed { base, trigger, amount })
        }
        "by_resolution" => by_resolution(&mut cursor, clauses, scope),
        "subsidy" => subsidy(&mut cursor, scope),
        "eligibility" => Ok(Kind::Eligibility { grants: head.text.clone() }),
        "service" => service(head, scope),
        _ => alert(&mut cursor, clauses, own),
    }
}

fn pay(clauses: &Clauses<'_>, scope: &Scope<'_>, scale: Scale) -> Parse<Kind> {
    let deductible = clauses.find("deductible").map(|clause| deductible(&mut Cursor::of(clause), scope)).transpose()?;
    Ok(Kind::Pay { base: base(clauses.get("base")?, scope)?, deductible, scale })
}

/// 基数: `余额 政策范围内费用`, `全额 费用总额`, `费用总额 － 已付（…）`, `余额` alone.
pub(crate) fn base(clause: &Clause, scope: &Scope<'_>) -> Parse<Base> {
    let mut cursor = Cursor::of(clause);
    let mode = match (cursor.peek(), cursor.peek_at(1)) {
        (Some(Token::Known("left")), None) => {
            return Ok(Base { amount: Expr::Field(Field::Total), mode: BaseMode::Residual });
        }
        (Some(Token::Known("left")), Some(next)) if !is_operator(next) => BaseMode::Residual,
        (Some(Token::Known("gross")), _) => BaseMode::Gross,
        _ => BaseMode::AsWritten,
    };
    if mode != BaseMode::AsWritten {
        cursor.take();
        cursor.eat_list_comma();
    }
    let amount = money(&mut cursor, scope)?;
    cursor.expect_end()?;
    Ok(Base { amount, mode })
}

fn is_operator(token: &Token) -> bool {
    matches!(token, Token::Plus | Token::Minus | Token::Times | Token::Over)
}

/// 触发: `超过 5万元` is strict, `达到 5万元` is not.
fn trigger(clause: &Clause, scope: &Scope<'_>) -> Parse<Trigger> {
    let mut cursor = Cursor::of(clause);
    let place = cursor.here();
    let strict = match sign(&mut cursor)? {
        Comparison::More => true,
        Comparison::AtLeast => false,
        _ => {
            return Err(Box::new(Finding::error(
                "P0301",
                Some(place),
                Text::new("触发只写“超过”或“达到”", "a trigger is `above` or `at_least`"),
                Text::new(
                    "“超过”不含本数，“达到”含本数",
                    "`above` leaves the figure itself out, `at_least` includes it",
                ),
            )));
        }
    };
    let line = money_or_table(&mut cursor, scope, "trigger")?;
    cursor.expect_end()?;
    Ok(Trigger { line, strict })
}

/// `联席会议，最高 5万元`
fn by_resolution(cursor: &mut Cursor<'_>, clauses: &Clauses<'_>, scope: &Scope<'_>) -> Parse<Kind> {
    let (body, _) =
        expect_name(cursor, &Text::new("由谁议定（如 联席会议）", "who decides (such as a joint meeting)"))?;
    if !cursor.eat_list_comma() {
        return Err(cursor
            .expected(&Text::new("“，最高 5万元”或“，最高 未载明”", "`, up_to` an amount, or `, up_to unstated`")));
    }
    let ceiling = up_to(cursor, scope, "by_resolution")?;
    cursor.expect_end()?;
    Ok(Kind::ByResolution {
        base: base(clauses.get("base")?, scope)?,
        trigger: trigger(clauses.get("trigger")?, scope)?,
        body,
        ceiling,
    })
}

fn up_to(cursor: &mut Cursor<'_>, scope: &Scope<'_>, column: &'static str) -> Parse<Option<Expr>> {
    cursor.expect_known("up_to")?;
    if unstated(cursor) { Ok(None) } else { money_or_table(cursor, scope, column).map(Some) }
}

fn unstated(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat(&Token::Dash) || cursor.eat_known("unstated")
}

/// `全民健康补充医疗保险，全额，保费 150元`
fn subsidy(cursor: &mut Cursor<'_>, scope: &Scope<'_>) -> Parse<Kind> {
    let (scheme, _) = expect_name(cursor, &Text::new("资助哪一项保险", "which insurance it pays for"))?;
    if !cursor.eat_list_comma() {
        return Err(cursor.expected(&Text::new("“，全额”或“，比例”", "`, full` or a share")));
    }
    let share = if cursor.eat_known("gross") {
        Expr::Number(Exact::from_integer(1))
    } else {
        number_or_table(cursor, scope, "subsidy")?
    };
    let mut premium = None;
    if cursor.eat_list_comma() {
        cursor.expect_known("premium")?;
        premium = if unstated(cursor) { None } else { Some(money_or_table(cursor, scope, "premium")?) };
    }
    cursor.expect_end()?;
    Ok(Kind::Subsidy { scheme, share, premium })
}

/// Free text, then perhaps `，最高 3500元`.
fn service(clause: &Clause, scope: &Scope<'_>) -> Parse<Kind> {
    let words = &clause.words;
    let last_comma = words.iter().rposition(|word| word.token == Token::Comma);
    let ceiling =
        last_comma.filter(|at| matches!(words.get(at + 1), Some(word) if word.token == Token::Known("up_to")));
    let Some(at) = ceiling else {
        return Ok(Kind::Service { what: clause.text.clone(), ceiling: None });
    };
    let mut cursor = Cursor::new(words.get(at + 1..).unwrap_or_default(), clause.span);
    let amount = up_to(&mut cursor, scope, "service")?;
    cursor.expect_end()?;
    let comma = words.get(at).map_or(clause.span.end, |word| word.span.start);
    let what = clause.text.get(..comma.saturating_sub(clause.span.start)).unwrap_or(&clause.text);
    Ok(Kind::Service { what: what.trim().to_owned(), ceiling: amount })
}

/// `红` with 触发, or `依下表`.
fn alert(cursor: &mut Cursor<'_>, clauses: &Clauses<'_>, own: &Own<'_>) -> Parse<Kind> {
    let scope = &own.scope();
    let base = base(clauses.get("base")?, scope)?;
    let here = cursor.here();
    let levels = if cursor.eat_known("table_below") {
        own.levels.cloned().ok_or_else(|| tables::no_column("alert", here))?
    } else {
        vec![(colour(cursor)?, trigger(clauses.get("trigger")?, scope)?)]
    };
    cursor.expect_end()?;
    Ok(Kind::Alert { base, levels })
}

fn colour(cursor: &mut Cursor<'_>) -> Parse<AlertColour> {
    let colour = match cursor.peek() {
        Some(Token::Known(key)) => registry::colour(key),
        _ => None,
    };
    let wanted = Text::new("“红”“橙”“黄”或“依下表”", "`red`, `orange`, `yellow` or `table_below`");
    let colour = colour.ok_or_else(|| cursor.expected(&wanted))?;
    cursor.take();
    Ok(colour)
}

/// 口径: its 金额.
pub(crate) fn measure(clause: &Clause, scope: &Scope<'_>) -> Parse<Expr> {
    let mut cursor = Cursor::of(clause);
    let amount = money(&mut cursor, scope)?;
    cursor.expect_end()?;
    Ok(amount)
}

/// 折算
pub(crate) fn factor(clause: &Clause, scope: &Scope<'_>) -> Parse<Expr> {
    let mut cursor = Cursor::of(clause);
    let factor = number_or_table(&mut cursor, scope, "prorate")?;
    cursor.expect_end()?;
    Ok(factor)
}

/// 最低
pub(crate) fn minimum(clause: &Clause, scope: &Scope<'_>) -> Parse<Expr> {
    let mut cursor = Cursor::of(clause);
    let least = money_or_table(&mut cursor, scope, "minimum")?;
    cursor.expect_end()?;
    Ok(least)
}
