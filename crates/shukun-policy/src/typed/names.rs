//! The names of a run: facts, measures, tables, tiers and rules, and what each stands for.
//!
//! A name that the registry also knows (个人负担 is a column of examples) is kept in its Chinese spelling, so that
//! it is the same name in both languages.

use std::collections::BTreeMap;

use shukun_base::{Lang, Text};

use super::cursor::Cursor;
use super::{Parse, spelling};
use crate::document::{Span, Token};
use crate::finding::Finding;
use crate::program::{FactDecl, FactIx, MeasureIx, Payer, RuleIx, Table, TableIx, TierIx};
use crate::registry::nearest;

/// Everything that a clause may name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Declared facts.
    pub(crate) facts: Vec<FactDecl>,
    /// 口径 by name.
    pub(crate) measures: BTreeMap<String, MeasureIx>,
    /// 参数表 and 判定表 first, then the tables of rules.
    pub(crate) tables: Vec<Table>,
    /// Those tables that 查表 may name.
    pub(crate) named_tables: BTreeMap<String, TableIx>,
    /// 层级 by name.
    pub(crate) tiers: BTreeMap<String, TierIx>,
    /// Rules by name; two versions of one rule share a name.
    pub(crate) rules: BTreeMap<String, Vec<RuleIx>>,
}

impl Names {
    /// A declared fact by name.
    pub(crate) fn find_fact(&self, name: &str) -> Option<FactIx> {
        self.facts.iter().position(|fact| fact.name == name).map(FactIx)
    }

    /// The payers a name means: the tier, or the rule (all its versions).
    pub(crate) fn find_payers(&self, name: &str) -> Option<Vec<Payer>> {
        if let Some(tier) = self.tiers.get(name) {
            return Some(vec![Payer::Tier(*tier)]);
        }
        self.rules.get(name).map(|rules| rules.iter().map(|rule| Payer::Rule(*rule)).collect())
    }
}

/// One spelling for a name: the registry's Chinese one if it is a word of the registry.
pub(crate) fn canonical(name: &str) -> String {
    let name = name.trim();
    crate::registry::value(name).map_or_else(|| name.to_owned(), |word| word.spelling(Lang::Zh).to_owned())
}

/// The name at the cursor; nothing is taken if none stands there.
pub(crate) fn take_name(cursor: &mut Cursor<'_>) -> Option<(String, Span)> {
    let start = cursor.position();
    let mut name = String::new();
    while let Some(part) = name_part(cursor.peek(), !name.is_empty()) {
        let needs_space =
            name.ends_with(|last: char| last.is_ascii()) && part.starts_with(|first: char| first.is_ascii());
        if needs_space {
            name.push(' ');
        }
        name.push_str(&part);
        cursor.take();
    }
    (!name.is_empty()).then(|| (name, cursor.since(start)))
}

/// A keyword is a name only where it stands alone: inside a longer name it would be an operator.
fn name_part(token: Option<&Token>, inside: bool) -> Option<String> {
    match token? {
        Token::Name(name) => Some(name.clone()),
        Token::Known(key) if !inside => Some(spelling::zh(key).to_owned()),
        Token::Number(number) if inside => Some(number.to_string()),
        _ => None,
    }
}

/// A name that must be there.
pub(crate) fn expect_name(cursor: &mut Cursor<'_>, what: &Text) -> Parse<(String, Span)> {
    take_name(cursor).ok_or_else(|| cursor.expected(what))
}

/// `（基本医保、大病保险）`
pub(crate) fn payers(cursor: &mut Cursor<'_>, names: &Names) -> Parse<Vec<Payer>> {
    cursor.expect_open()?;
    let mut payers = Vec::new();
    loop {
        let (name, span) = expect_name(cursor, &Text::new("层级或规则的名称", "the name of a tier or rule"))?;
        payers.extend(names.find_payers(&name).ok_or_else(|| unknown_payer(&name, span, names))?);
        if !cursor.eat_list_comma() {
            break;
        }
    }
    cursor.expect_close()?;
    Ok(payers)
}

fn unknown_payer(name: &str, span: Span, names: &Names) -> Box<Finding> {
    let known = names.tiers.keys().chain(names.rules.keys()).map(String::as_str);
    unknown(name, span, &Text::new("层级或规则", "tier or rule"), known)
}

/// `name` is not the name of a `what`; says which known one is nearest.
pub(crate) fn unknown<'a>(
    name: &str,
    span: Span,
    what: &Text,
    known: impl IntoIterator<Item = &'a str>,
) -> Box<Finding> {
    let known: Vec<&str> = known.into_iter().collect();
    let mend = match nearest(name, known.iter().copied()) {
        Some(near) => Text::new(format!("是不是“{near}”？"), format!("did you mean “{near}”?")),
        None if known.is_empty() => Text::new(format!("先声明该{}", what.zh), format!("declare the {} first", what.en)),
        None => Text::new(format!("可用的有：{}", known.join("、")), format!("there are: {}", known.join(", "))),
    };
    Box::new(Finding::error(
        "P0303",
        Some(span),
        Text::new(format!("没有名为“{name}”的{}", what.zh), format!("there is no {} named “{name}”", what.en)),
        mend,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::typed::testing::{names, words};

    #[test]
    fn payers_are_tiers_and_rules() {
        let words = words("（基本医保、追溯救助）");
        let mut cursor = Cursor::new(&words, Span::default());
        assert_eq!(payers(&mut cursor, &names()), Ok(vec![Payer::Tier(TierIx(0)), Payer::Rule(RuleIx(0))]));
    }

    #[test]
    fn a_slip_is_pointed_out() {
        let words = words("（基本医疗）");
        let found = payers(&mut Cursor::new(&words, Span::default()), &names()).unwrap_err();
        assert_eq!(found.code, "P0303");
        assert_eq!(found.mend.zh, "是不是“基本医保”？");
    }
}
