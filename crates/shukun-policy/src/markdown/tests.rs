//! Tests of the reader: Markdown in, document and findings out.

use super::*;
use crate::document::{Ambiguity, Example};

const PACK: &str = include_str!("../../tests/it/packs/dongtou.md");

fn read(text: &str) -> Document {
    let (document, findings) = read_document(0, text, &Names::new());
    assert_eq!(findings, [], "{text}");
    document
}

fn codes(text: &str) -> Vec<&'static str> {
    read_document(0, text, &Names::new()).1.iter().map(|finding| finding.code).collect()
}

fn items(document: &Document) -> Vec<&Item> {
    document.articles.iter().flat_map(|article| &article.items).collect()
}

#[test]
fn an_article_with_its_rule_tables_ambiguity_and_example() {
    let document = read(PACK);
    assert_eq!(document.lang, Lang::Zh);
    let article = &document.articles[1];
    assert_eq!((article.level, article.heading.as_str()), (2, "三、（三）追溯救助"));
    let [Item::Prose(prose), Item::Declaration(rule), Item::Ambiguity(doubt), Item::Example(example)] =
        items(&document)[..]
    else {
        panic!("{:#?}", items(&document));
    };
    assert!(prose.text.starts_with("新认定的"));
    assert_eq!((rule.kind, rule.name.as_str()), (DeclarationKind::Rule, "追溯救助"));
    assert_eq!(
        rule.tables[0].rows[2].iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>(),
        ["15万元", "—", "20%"]
    );
    let collect = rule.clauses.iter().find(|clause| clause.key == "collect").unwrap();
    assert_eq!(collect.words.first().map(|word| &word.token), Some(&Token::Known("claim")));
    assert_eq!(&PACK[collect.key_span.start..collect.key_span.end], "归集");
    check_ambiguity(doubt);
    check_example(example);
}

fn check_ambiguity(doubt: &Ambiguity) {
    assert_eq!((doubt.id.as_str(), doubt.question.as_str()), ("Y1", "分段方式"));
    let readings: Vec<&str> = doubt.readings.iter().map(|reading| reading.name.as_str()).collect();
    assert_eq!(readings, ["分别累进", "整额", "扣起付整额", "达线累进"]);
    assert_eq!(doubt.readings[0].words[0].token, Token::Known("marginal"));
    assert_eq!(doubt.provisional.as_ref().unwrap().text, "分别累进");
    assert_eq!(doubt.confirmed_by.as_ref().unwrap().text, "（待书面答复）");
}

fn check_example(example: &Example) {
    assert_eq!(example.title, "四种读法");
    assert_eq!(example.rule.as_ref().unwrap().text, "追溯救助");
    let given: Vec<(&str, &str)> =
        example.given.iter().map(|(name, value)| (name.text.as_str(), value.text.as_str())).collect();
    assert_eq!(given, [("认定类别", "低保"), ("认定日", "2022-07-15"), ("已付（大病保险，补充）", "29，999.99")]);
    assert_eq!(example.table.header.len(), 3);
    assert_eq!(example.table.rows[0][1].text, "29,999.99");
}

#[test]
fn an_english_pack_and_readings_with_words() {
    let document = read(
        "# Relief\n\n```shukun\nrule late aid # why\nbasis: art. 3\n  and art. 4\nwho: everyone\n```\n\n```ambiguity\nY3 which year\n\
         [illustrative]by certification = certified_on: the year of the certification\nby cost = incurred_on: the year of the cost\n\
         provisional: by cost\n```\n```shukun\norder\norder: basic (as_settled), late aid (computed)\n```\n",
    );
    assert_eq!(document.lang, Lang::En);
    let [Item::Declaration(rule), Item::Ambiguity(doubt), Item::Declaration(order)] = items(&document)[..] else {
        panic!("{document:#?}");
    };
    assert_eq!(rule.clauses[0].text, "art. 3 and art. 4");
    assert_eq!(rule.comments[0].text, "why");
    assert!(doubt.readings[0].illustrative && !doubt.readings[1].illustrative);
    assert_eq!(doubt.readings[0].words[0].token, Token::Known("certified_on"));
    assert_eq!(order.clauses[0].words[4].token, Token::Comma);
    assert_eq!(order.clauses[0].words[5].token, Token::Name("late aid".to_owned()));
}

#[test]
fn who_confirms_needs_no_space_before_it() {
    for line in ["暂定：费用当日确认人：（待书面答复）", "暂定：费用当日　确认人：（待书面答复）"]
    {
        let document = read(&format!("```疑义\nY1 问\n费用当日：一\n结算当日：二\n{line}\n```"));
        let [Item::Ambiguity(doubt)] = items(&document)[..] else { panic!("{document:#?}") };
        let texts = [&doubt.provisional, &doubt.confirmed_by].map(|cell| cell.as_ref().map(|cell| cell.text.as_str()));
        assert_eq!(texts, [Some("费用当日"), Some("（待书面答复）")], "{line}");
    }
}

#[test]
fn other_blocks_tables_and_lists_are_prose() {
    let text =
        "前言\n\n```rust\nlet x = 1;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- 一\n\n  ```纾困\n  规则 甲\n  ```\n";
    let document = read(text);
    let [Item::Prose(prose)] = items(&document)[..] else { panic!("{document:#?}") };
    assert_eq!(prose.text, text.trim_end());
}

#[test]
fn what_is_wrong_is_found() {
    for (text, code) in [
        ("```纾因\n规则 甲\n```", "P0103"),
        ("```规则\n追溯\n```", "P0103"),
        ("```纾困\n规则 甲\n依据：一", "P0104"),
        ("```纾困\n```", "P0105"),
        ("```纾困\n规矩 甲\n```", "P0106"),
        ("```纾困\n规则\n依据：一\n```", "P0107"),
        ("```纾困\n规则 甲\n触法：超过 5万元\n```", "P0108"),
        ("```纾困\n规则 甲\n对象 全体\n```", "P0109"),
        ("```纾困\n规则 甲\n对象：全体\n对象：全体\n```", "P0110"),
        ("```纾困\n规则 甲\n对象： # 空\n```", "P0111"),
        ("```纾困\n口径 甲\n对象：全体\n```", "P0112"),
        ("```纾困\n规则 甲\n```\n|a|b|\n|-|-|\n|1|2|3|", "P0113"),
        ("```纾困\n规则 甲\n最低：3万园\n```", "P0121"),
        ("```疑义\nY1 问\n甲：一\n暂定：甲\n```", "P0131"),
        ("```疑义\nY1 问\n甲：一\n乙：二\n```", "P0132"),
        ("```疑义\nY1 问\n甲：一\n乙：二\n暂定：丙\n```", "P0133"),
        ("```疑义\nY1 问\n甲：一\n乙：二\n暂定：乙\n```\n\n```疑义\nY1 问\n甲：一\n乙：二\n暂定：乙\n```", "P0134"),
        ("```疑义\n分段方式\n甲：一\n乙：二\n暂定：乙\n```", "P0135"),
        ("```疑义\nY1 问\n甲：一\n甲：二\n暂定：甲\n```", "P0136"),
        ("```算例\n规则：甲\n```", "P0141"),
        ("```算例\n设：因病\n```\n|a|\n|-|\n|1|", "P0142"),
        ("```算例\n```\n|a|\n|-|\n|1|\n\n|a|\n|-|\n|1|", "P0143"),
    ] {
        assert_eq!(codes(text), [code], "{text}");
    }
}

#[test]
fn bytes_that_are_not_text() {
    assert_eq!(decode(0, b"\xef\xbb\xbfabc"), Ok("abc".to_owned()));
    assert_eq!(decode(0, b"ab\xc4\xe3").map_err(|finding| finding.code), Err("P0101"));
    assert_eq!(decode(0, &vec![b'a'; MAX_FILE_BYTES + 1]).map_err(|finding| finding.code), Err("P0102"));
}

#[test]
fn a_megabyte_of_anything_ends_soon() {
    for unit in [
        "```纾困\n",
        "Y1 ：\n",
        "|a|b\n|-|-\n",
        "```疑义\nY1 a\n 确认人 a：b\n```\n",
        "- ",
        "> ",
        "暂定：a 确认人：",
        "设：，",
        "[",
        "*_`",
    ] {
        let text = unit.repeat(300_000 / unit.len());
        read_document(0, &text, &Names::new());
    }
}
