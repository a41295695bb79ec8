//! 次序: payers first to last, each with its source.

use shukun_base::Text;

use super::Parse;
use super::cursor::Cursor;
use super::names::{canonical, expect_name};
use crate::document::{Clause, Span, Token};
use crate::finding::Finding;
use crate::program::{SettledColumn, Source, Tier};
use crate::registry;

/// `基本医保（已结算）、大病保险（测算）`, each with its place.
pub(crate) fn tiers(clause: &Clause) -> Parse<Vec<(Tier, Span)>> {
    let mut cursor = Cursor::of(clause);
    let mut tiers: Vec<(Tier, Span)> = Vec::new();
    loop {
        let (name, place) = expect_name(&mut cursor, &Text::new("支付方的名称", "the name of a payer"))?;
        let name = canonical(&name);
        cursor.expect_open()?;
        let source = source(&mut cursor)?;
        cursor.expect_close()?;
        if tiers.iter().any(|(tier, _)| tier.name == name) {
            return Err(Box::new(stands_twice(&name, place)));
        }
        let settled = settled_column(&name);
        tiers.push((Tier { name, source, settled }, place));
        if !cursor.eat_list_comma() {
            break;
        }
    }
    cursor.expect_end()?;
    Ok(tiers)
}

fn source(cursor: &mut Cursor<'_>) -> Parse<Source> {
    let source = match cursor.peek() {
        Some(Token::Known(key)) => registry::source(key),
        _ => None,
    };
    let wanted = Text::new(
        "“已结算”“测算”“已结算优先”或“核对”",
        "`as_settled`, `computed`, `settled_else_computed` or `reconciled`",
    );
    let source = source.ok_or_else(|| cursor.expected(&wanted))?;
    cursor.take();
    Ok(source)
}

fn stands_twice(name: &str, place: Span) -> Finding {
    Finding::error(
        "P0414",
        Some(place),
        Text::new(format!("“{name}”在次序里出现两次"), format!("“{name}” stands twice in the order")),
        Text::new("每个支付方只写一次", "name each payer once"),
    )
}

/// The claim column that holds what such a payer settled.
pub(crate) fn settled_column(name: &str) -> SettledColumn {
    match name {
        "基本医保" | "基本医疗保险" | "basic" | "basic insurance" | "basic_insurance" => SettledColumn::Basic,
        "大病保险" | "critical illness" | "critical_illness" | "critical illness insurance" => {
            SettledColumn::CriticalIllness
        }
        "医疗救助" | "medical assistance" | "medical_assistance" => SettledColumn::MedicalAssistance,
        "补充保险" | "补充医疗保险" | "supplementary" | "supplementary insurance" => {
            SettledColumn::Supplementary
        }
        "其他" | "其他支付" | "other" => SettledColumn::Other,
        _ => SettledColumn::Fact,
    }
}
