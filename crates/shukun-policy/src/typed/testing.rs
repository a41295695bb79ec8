//! Small inputs for the tests of the clause families.

use std::collections::BTreeMap;

use shukun_base::{Day, Fen, Rounding};

use super::names::Names;
use crate::document::{Cell, MarkTable, Span, Word};
use crate::lexer;
use crate::program::{
    Accumulation, Base, BaseMode, Collect, Cond, DateField, Expr, FactDecl, FactIx, FactKind, Field, Kind, MeasureIx,
    PackIx, Period, PeriodKind, Rule, RuleIx, TierIx, Timing, Trigger, Unit, Validity,
};

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

/// A rule that brings 政策范围内费用 above 50,000 down to 49,500.
pub(crate) fn rule() -> Rule {
    let over = Accumulation { unit: Unit::Person, period: Period { kind: PeriodKind::Year, key: DateField::Incurred } };
    Rule {
        name: "高额化解".to_owned(),
        pack: PackIx(0),
        article: "三（四）".to_owned(),
        tier: TierIx(0),
        validity: Validity { from: Day::constant(2022, 1, 1), to: None, decided_by: DateField::Incurred },
        who: Cond::Everyone,
        status_on: None,
        collect: Collect::default(),
        timing: Timing::PeriodEnd,
        kind: Kind::BringDown {
            base: Base { amount: Expr::Field(Field::InScope), mode: BaseMode::Residual },
            trigger: Trigger { line: Expr::Money(Fen::yuan(50_000)), strict: true },
            target: Expr::Money(Fen::yuan(49_500)),
        },
        accumulate: over,
        limits: Vec::new(),
        minimum: None,
        prorate: None,
        rounding: Rounding::HalfUp,
        rounding_unit: Fen(1),
        account: "慈善基金".to_owned(),
        purpose: None,
        lead: None,
        responsible: Vec::new(),
        readings: Vec::new(),
    }
}
