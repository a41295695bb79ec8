//! What is described is read again as the same.

use super::*;
use crate::document::Span;
use crate::program::{DateField, Measure, PackIx, Rule, RuleIx, SettledColumn, Source, Tier};
use crate::typed::amounts::{Scope, sum};
use crate::typed::conditions::condition;
use crate::typed::cursor::Cursor;
use crate::typed::periods::accumulation;
use crate::typed::testing::{names, rule, words};

fn program() -> Program {
    let tier = |name: &str| Tier { name: name.to_owned(), source: Source::AsSettled, settled: SettledColumn::Fact };
    Program {
        facts: names().facts,
        tables: names().tables,
        tiers: vec![tier("基本医保"), tier("大病保险")],
        rules: vec![Rule { name: "追溯救助".to_owned(), ..rule() }],
        measures: vec![Measure {
            name: "个人负担".to_owned(),
            pack: PackIx(0),
            article: String::new(),
            amount: Expr::Left,
        }],
        ..Program::default()
    }
}

fn read_amount(text: &str) -> Expr {
    let (words, names) = (words(text), names());
    let mut cursor = Cursor::new(&words, Span::default());
    let found =
        sum(&mut cursor, &Scope { names: &names, own_tables: &[] }).unwrap_or_else(|why| panic!("{text}: {why:?}"));
    assert_eq!(cursor.expect_end(), Ok(()), "{text}");
    found.expr
}

fn read_condition(text: &str) -> Cond {
    let (words, names) = (words(text), names());
    let mut cursor = Cursor::new(&words, Span::default());
    let found = condition(&mut cursor, &Scope { names: &names, own_tables: &[] });
    assert_eq!(cursor.expect_end(), Ok(()), "{text}");
    found.unwrap_or_else(|why| panic!("{text}: {why:?}"))
}

#[test]
fn amounts() {
    for (text, zh, en) in [
        (
            "政策范围内费用－已付（基本医保，大病保险）",
            "政策范围内费用 － 已付（基本医保、大病保险）",
            "in_scope - paid(基本医保, 大病保险)",
        ),
        ("（费用总额－自费）×90%", "（费用总额 － 自费） × 90%", "(total - out_of_catalogue) × 90%"),
        ("费用总额－（自费－超限价）", "费用总额 － （自费 － 超限价）", "total - (out_of_catalogue - over_limit)"),
        ("费用总额÷（2×3）", "费用总额 ÷ （2 × 3）", "total ÷ (2 × 3)"),
        ("较小（个人负担、50000元）", "较小（个人负担、5万元）", "smaller(个人负担, 50,000 yuan)"),
        (
            "29999.99元＋次数（追溯救助，前12个月）×1/3×1元",
            "29,999.99元 ＋ 次数（追溯救助、前12个月） × 1/3 × 1元",
            "29,999.99 yuan + hits(追溯救助, 12 months before) × 1/3 × 1 yuan",
        ),
        ("余额×2.5%", "余额 × 2.5%", "left × 2.5%"),
    ] {
        let read = read_amount(text);
        for (lang, expected) in [(Lang::Zh, zh), (Lang::En, en)] {
            let described = program().describe_amount(&read, lang);
            assert_eq!(described, expected);
            assert_eq!(read_amount(&described), read, "{described}");
        }
    }
}

#[test]
fn conditions() {
    for (text, zh, en) in [
        (
            "新认定 且 认定类别 属于【低保、支出型】 且 因病",
            "新认定 且 认定类别 属于【低保、支出型】 且 因病",
            "newly_certified and category one_of [dibao, ",
        ),
        (
            "（本地户籍 或 因病） 且 非 参保",
            "（本地户籍 或 因病） 且 非 参保",
            "(local_register or due_to_illness) and not insured",
        ),
        ("非（本地户籍 且 因病）", "非 （本地户籍 且 因病）", "not (local_register and due_to_illness)"),
        (
            "年龄 ≥ 60 或 费用发生日 ＜ 2022年1月1日",
            "年龄 不低于 60 或 费用发生日 低于 2022年1月1日",
            "age at_least 60 or incurred_on below 2022-01-01",
        ),
        (
            "认定类别 不属于【特困】 且 具备（追溯救助）",
            "认定类别 不属于【特困】 且 具备（追溯救助）",
            "category not_one_of [destitute] and has(追溯救助)",
        ),
    ] {
        let read = read_condition(text);
        for (lang, expected) in [(Lang::Zh, zh), (Lang::En, en)] {
            let described = program().describe_condition(&read, lang);
            assert!(described.starts_with(expected), "{described} / {expected}");
            assert_eq!(read_condition(&described), read, "{described}");
        }
    }
}

#[test]
fn periods() {
    for text in [
        "每人 每次",
        "每户 每自然年（按 费用发生日）",
        "每人 每政策年度（7月1日起，按 结算日）",
        "每人 连续12个月（按 入院日）",
        "每人 本窗口",
        "每户 终身",
        "每人 每月（按 认定日）",
    ] {
        let read = |text: &str| accumulation(&mut Cursor::new(&words(text), Span::default())).unwrap();
        assert_eq!(describe_accumulation(read(text), Lang::Zh), text);
        let english = describe_accumulation(read(text), Lang::En);
        assert_eq!(read(&english), read(text), "{english}");
    }
    let period = Period { kind: PeriodKind::PolicyYear { month: 7, day: 1 }, key: DateField::Settled };
    assert_eq!(describe_period(period, Lang::En), "per_policy_year (--07-01, by settled_on)");
}

#[test]
fn triggers_and_whole_rules() {
    let trigger = Trigger { line: Expr::Money(Fen::yuan(50_000)), strict: true };
    assert_eq!(program().describe_trigger(&trigger, Lang::Zh), "超过 5万元");
    assert_eq!(program().describe_trigger(&trigger, Lang::En), "above 50,000 yuan");
    let program = program();
    let lines = program.describe_rule(RuleIx(0), Lang::Zh);
    assert!(lines.contains(&("对象".to_owned(), "全体".to_owned())), "{lines:?}");
    assert!(lines.contains(&("化解至".to_owned(), "49,500元".to_owned())), "{lines:?}");
    assert!(lines.contains(&("层级".to_owned(), "基本医保".to_owned())), "{lines:?}");
    assert!(lines.contains(&("舍入".to_owned(), "四舍五入到分".to_owned())), "{lines:?}");
    assert_eq!(lines.len(), program.describe_rule(RuleIx(0), Lang::En).len());
}
