use super::*;

const PACK: &str = include_str!("../../tests/it/packs/dongtou.md");

fn json_of(text: &str) -> String {
    let (document, findings) = read_document(0, text, &Names::new());
    assert_eq!(findings, []);
    to_json(&document).to_string()
}

#[test]
fn there_and_back_is_the_formatted_text() {
    let (back, findings) = from_json(0, &json_of(PACK), &Names::new());
    assert_eq!(findings, []);
    let back = back.unwrap();
    assert_eq!(back.markdown, crate::format::format_text(0, PACK, &Names::new()).unwrap());
    assert_eq!(read_document(0, &back.markdown, &Names::new()).0, back.document);
}

#[test]
fn words_are_english_and_names_stay() {
    let json: serde_json::Value = serde_json::from_str(&json_of(PACK)).unwrap();
    let clauses = &json["articles"][1]["items"][1]["declaration"]["clauses"];
    assert_eq!(clauses[4]["key"], "base");
    assert_eq!(clauses[4]["value"], "in_scope - paid(基本医保, 大病保险, 补充保险, 省级追溯救助)");
    assert_eq!(clauses[6]["value"], "this_rule per_person per_year(by reading Y3), capped_at 50000 yuan");
    assert_eq!(json["lang"], "zh");
}

/// The English message of the finding.
fn wrong(from: &str, to: &str) -> String {
    let text = json_of(PACK).replacen(from, to, 1);
    let (_, findings) = from_json(0, &text, &Names::new());
    let finding = findings.into_iter().find(|finding| ["P0161", "P0162"].contains(&finding.code));
    finding.unwrap_or_else(|| panic!("{from} → {to}")).message.en
}

#[test]
fn what_is_wrong_is_named_by_its_path() {
    for (from, to, message) in [
        ("{\"language_version\"", "[\"language_version\"", "Not JSON from line 1"),
        ("\"articles\"", "\"article\"", "(root)"),
        ("\"level\":1", "\"level\":\"1\"", "articles[0]:"),
        ("{\"prose\"", "{\"prosa\"", "articles[1].items[0]:"),
        ("{\"key\":\"who\",", "{\"kay\":\"who\",", "articles[1].items[1].declaration.clauses[1]:"),
        ("\"key\":\"who\"", "\"key\":\"whom\"", "articles[1].items[1].declaration.clauses[1].key: whom"),
        ("\"kind\":\"rule\"", "\"kind\":\"ruler\"", "articles[1].items[1].declaration.kind: ruler"),
        ("\"meaning\"", "\"means\"", "articles[1].items[2].ambiguity.readings[0]:"),
        ("\"language_version\":1", "\"language_version\":2", "language_version: 2"),
        ("\"prose\":\"", "\"prose\":\"# a\\n", "articles[1]"),
        ("\"name\":\"追溯救助\"", "\"name\":\"追溯\\n救助\"", "articles[1].items[1]"),
        ("\"lang\":\"zh\"", "\"lang\":\"zh\",\"x\":1", "(root)"),
    ] {
        let found = wrong(from, to);
        assert!(found.contains(message), "{from} → {to}: {found}");
    }
}

#[test]
fn chinese_values_are_read_too() {
    let text = json_of(PACK).replace("half_up to_fen", "四舍五入到分").replace("50000 yuan", "5万元");
    let (back, findings) = from_json(0, &text, &Names::new());
    assert_eq!(findings, []);
    assert_eq!(back.unwrap().markdown, crate::format::format_text(0, PACK, &Names::new()).unwrap());
}
