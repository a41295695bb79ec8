//! Small inputs for the tests of the clause families.

use std::collections::BTreeMap;

use super::names::Names;
use crate::document::{Cell, MarkTable, Span, Word};
use crate::lexer;
use crate::program::{FactDecl, FactIx, FactKind, MeasureIx, RuleIx, TierIx};

/// The words of a text.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let span = Span { file: 0, start: 0, end: text.len() };
    let declared: lexer::Names = ["有暴力倾向", "伤残等级", "追溯救助", "基本医保", "个人负担"].iter().collect();
    let (words, findings) = lexer::lex(text, span, &declared);
    assert_eq!(findings, [], "{text}");
    words
}

/// A run with two tiers, one rule, one measure and two facts.
pub(crate) fn names() -> Names {
    let fact = |name: &str, kind| FactDecl { name: name.to_owned(), kind, of_claim: false, source: String::new() };
    Names {
        facts: vec![fact("有暴力倾向", FactKind::Flag), fact("伤残等级", FactKind::Word)],
        measures: BTreeMap::from([("个人负担".to_owned(), MeasureIx(0))]),
        tiers: BTreeMap::from([("基本医保".to_owned(), TierIx(0)), ("大病保险".to_owned(), TierIx(1))]),
        rules: BTreeMap::from([("追溯救助".to_owned(), vec![RuleIx(0)])]),
        tables: vec![super::amounts::unstated_table()],
        ..Names::default()
    }
}

/// A table from lines of cells; `FactIx(1)` is 伤残等级.
pub(crate) fn table(lines: &[&str]) -> MarkTable {
    let cells =
        |line: &&str| line.split('|').map(|text| Cell { text: text.to_owned(), span: Span::default() }).collect();
    let mut rows: Vec<Vec<Cell>> = lines.iter().map(cells).collect();
    let header = rows.remove(0);
    assert!(names().facts.get(FactIx(1).0).is_some());
    MarkTable { header, rows, span: Span::default() }
}
