//! Tests of the formatter: twice is once, and the meaning stays.

use proptest::prelude::*;

use super::*;
use crate::document::{Cell, MarkTable, Prose, Span, Token, Word};
use crate::lexer::lex;

fn format(text: &str) -> String {
    format_text(0, text, &Names::new()).unwrap_or_else(|findings| panic!("{text}\n{findings:#?}"))
}

/// The document without places and without the verbatim text of what is kept as words.
pub(crate) fn meaning(mut document: Document) -> Document {
    for article in &mut document.articles {
        article.span = Span::default();
        article.items.iter_mut().for_each(forget_places);
    }
    document
}

fn forget_places(item: &mut Item) {
    match item {
        Item::Prose(Prose { span, .. }) => *span = Span::default(),
        Item::Declaration(declaration) => {
            (declaration.span, declaration.name_span) = Default::default();
            declaration.tables.iter_mut().for_each(forget_table);
            for clause in &mut declaration.clauses {
                (clause.span, clause.key_span) = Default::default();
                clause.words.iter_mut().for_each(|word| word.span = Span::default());
                if !is_free_text(clause.key) {
                    clause.text.clear();
                }
            }
        }
        Item::Ambiguity(doubt) => {
            doubt.span = Span::default();
            doubt.provisional.iter_mut().chain(&mut doubt.confirmed_by).for_each(forget_cell);
            for reading in &mut doubt.readings {
                reading.span = Span::default();
                reading.words.iter_mut().for_each(|word| word.span = Span::default());
                reading.value = reading.value.take().map(|_| String::new());
            }
        }
        Item::Example(example) => {
            example.span = Span::default();
            example.rule.iter_mut().for_each(forget_cell);
            for (name, value) in &mut example.given {
                (name.text, value.text) = canonical_pair(name, value, Lang::Zh);
                [name, value].into_iter().for_each(forget_cell);
            }
            forget_table(&mut example.table);
        }
    }
}

fn forget_table(table: &mut MarkTable) {
    table.span = Span::default();
    table.header.iter_mut().chain(table.rows.iter_mut().flatten()).for_each(forget_cell);
}

fn forget_cell(cell: &mut Cell) {
    cell.span = Span::default();
}

/// Formatting is stable and keeps the meaning.
fn check(text: &str) -> String {
    let (document, _) = read_document(0, text, &Names::new());
    let once = format(text);
    assert_eq!(format(&once), once);
    let json = crate::json::to_json(&document).to_string();
    let (back, findings) = crate::json::from_json(0, &json, &Names::new());
    assert_eq!((back.map(|back| back.markdown), findings), (Some(once.clone()), Vec::new()));
    assert_eq!(meaning(read_document(0, &once, &Names::new()).0), meaning(document), "{once}");
    once
}

#[test]
fn one_spelling_one_spacing() {
    let shown = check(
        "三\n==\n文 字\n``` shukun\n规则   追溯救助  # 新\n依据: 三(三)\n# 谁\n对象：新认定且认定类别 one_of[低保,低边]且因病\n\
         归集：结算,费用发生日 在 认定日前12个月 至 认定日(不含),月末取前一日\n基数：政策范围内费用-已付(基本医保、大病保险)*( 1+90％ )\n\
         累计：本规则 每人 每政策年度(7月1日起,按结算时间),封顶 50000元\n触发：>=30000元\n舍入：四舍五入 到分\n适用按：费用日\n# 末\n```\n|基数从（含）|至（不含）|比例|\n|-|-|-|\n|3万元|—|10%|\n",
    );
    assert_eq!(
        shown,
        "# 三\n\n文 字\n\n```纾困\n规则 追溯救助  # 新\n依据：三(三)\n# 谁\n对象：新认定 且 认定类别 属于【低保、低边】 且 因病\n\
         归集：结算，费用发生日 在 认定日 前12个月 至 认定日（不含），月末取前一日\n基数：政策范围内费用 － 已付（基本医保、大病保险） × （1 ＋ 90%）\n\
         累计：本规则 每人 每政策年度（7月1日起，按 结算日），封顶 5万元\n触发：达到 3万元\n舍入：四舍五入到分\n适用按：费用发生日\n# 末\n```\n\
         | 基数从（含） | 至（不含） | 比例 |\n| ------------ | ---------- | ---- |\n| 3万元        | —          | 10%  |\n"
    );
}

#[test]
fn english_stays_english() {
    let shown = check(
        "```shukun\nrule late aid\nwho: newly_certified and category one_of [dibao, dibao_marginal]\nbase: in_scope-paid(basic,critical)\n\
         trigger: at_least 3万元\naccumulate: per_person per_policy_year(--07-01, by reading Y1)\n```\n",
    );
    assert_eq!(
        shown,
        "```shukun\nrule late aid\nwho: newly_certified and category one_of [dibao, dibao_marginal]\nbase: in_scope - paid(basic, critical)\n\
         trigger: >= 30000 yuan\naccumulate: per_person per_policy_year(--07-01, by reading Y1)\n```\n"
    );
}

#[test]
fn doubts_and_examples() {
    let shown = check(
        "```疑义\nY3 封顶的年度\n【示例】认定年=认定日:窗口跨年时\n确认人：局 # 问\n费用年 ＝ 费用日：费用所在年\n暂定：费用年\n```\n\n\
         ```算例 一\n设:a=1, 234=x，认定日＝2022-07-15\n# 注\n规则: 甲\n```\n|a|b|\n|-|-|\n|1||\n",
    );
    assert_eq!(
        shown,
        "```疑义\nY3 封顶的年度\n  【示例】认定年 ＝ 认定日：窗口跨年时\n  费用年 ＝ 费用发生日：费用所在年\n暂定：费用年    确认人：局  # 问\n```\n\n\
         ```算例 一\n# 注\n规则：甲\n设：a＝1， 234＝x，认定日＝2022-07-15\n```\n| a   | b   |\n| --- | --- |\n| 1   |     |\n"
    );
}

#[test]
fn odd_markdown() {
    for text in [
        "a #\n---\n\n#a\n===\n",
        "~~~算例 a`b\n~~~\n|a|\n|-|\n|1|\n",
        "    code\n\n# x #\n\n- 一\n\n  ```纾困\n  规则 甲\n  ```\n",
        "````疑义\nY1 问\n```：一\n乙：二\n暂定：乙\n````\n",
        "",
        "```纾困\n次序：甲（测算）、乙 # c\n```\n",
    ] {
        check(text);
    }
}

#[test]
fn what_cannot_be_read_is_not_formatted() {
    assert!(format_text(0, "```纾困\n规责 甲\n```", &Names::new()).is_err());
}

fn word() -> impl Strategy<Value = String> {
    let known: Vec<String> = registry::values()
        .iter()
        .flat_map(|entry| entry.zh.iter().chain(entry.en))
        .map(|word| (*word).to_owned())
        .collect();
    let signs =
        ["＋", "-", "×", "/", "（", ")", "【", "]", "、", ",", "；", "<", "≤", "=", "!=", ">=", "＞", "—", ":", " "];
    prop_oneof![
        3 => proptest::sample::select(known),
        2 => proptest::sample::select(signs.map(str::to_owned).to_vec()),
        1 => (0..100_000_000_i64).prop_map(|fen| format!("{}元", Fen(fen))),
        1 => (0..2000_i64, 0..1000_u32).prop_map(|(whole, part)| format!("{whole}.{part:03}%")),
        1 => (0..2000_i64, 1..50_i64).prop_map(|(over, under)| format!("{over}/{under}")),
        1 => (1..13_u8, 1..29_u8).prop_map(|(month, day)| format!("2022年{month}月{day}日")),
        1 => (1..13_u8, 1..29_u8).prop_map(|(month, day)| format!("{month}月{day}日起")),
        1 => (1..40_u8).prop_map(|months| format!("前{months}个月")),
        1 => (1..40_u8).prop_map(|months| format!("rolling {months} months")),
        1 => (1..9_u8).prop_map(|id| format!("疑义Y{id}")),
        2 => "[a-z甲乙丙丁万元个月年]{1,4}|[0-9]{1,3}",
    ]
}

use shukun_base::Fen;

fn tokens(text: &str) -> Vec<Token> {
    let span = Span { file: 0, start: 0, end: text.len() };
    lex(text, span, &Names::new()).0.into_iter().map(|word: Word| word.token).collect()
}

proptest! {
    #[test]
    fn printed_words_are_read_as_the_same_words(
        pieces in prop::collection::vec((word(), prop::bool::ANY), 1..12),
        clause in prop::sample::select(vec!["who", "trigger"]),
    ) {
        let text: String = pieces.iter().map(|(word, spaced)| format!("{word}{}", if *spaced { " " } else { "" })).collect();
        let span = Span { file: 0, start: 0, end: text.len() };
        let (words, findings) = lex(&text, span, &Names::new());
        // what cannot be read is not formatted
        if !findings.is_empty() {
            return Ok(());
        }
        let meant: Vec<Token> = words.iter().map(|word| word.token.clone()).collect();
        for lang in [Lang::Zh, Lang::En] {
            let shown = print_words(&words, clause, lang);
            prop_assert_eq!(&tokens(&shown), &meant, "{} → {}", text, shown);
        }
    }
}

#[test]
fn what_an_example_and_a_decision_state_has_one_form() {
    let shown = check(
        "# 三\n\n```疑义\nY1 从哪一天起\n整额（甲）：一\n分段：二\n暂定：整额 (甲)  确认人：（待答复）\n```\n\n\
         ```算例 甲\n规则：甲\n设：政策范围内费用=１２，０００,已付(基本医保)=30000元;认定日=2022年7月15日\n```\n| 情形 | 应付 |\n|---|---|\n| 一 | 1 |\n",
    );
    assert!(shown.contains("\n暂定：整额（甲）    确认人：（待答复）\n"), "{shown}");
    assert!(shown.contains("\n设：政策范围内费用＝12,000，已付（基本医保）＝3万元，认定日＝2022-07-15\n"), "{shown}");
}
