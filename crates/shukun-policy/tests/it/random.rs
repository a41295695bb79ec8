//! Random documents: reading never fails, and what can be read is formatted and turned into JSON without loss.

use proptest::prelude::*;
use shukun_base::Lang;
use shukun_policy::coverage::{check_articles, check_original};
use shukun_policy::document::Sources;
use shukun_policy::finding::Severity;
use shukun_policy::format::format_document;
use shukun_policy::json::{from_json, to_json};
use shukun_policy::lexer::Names;
use shukun_policy::markdown::{decode, read_document};
use shukun_policy::render;

/// Lines and pieces of lines that mean something to a reader.
const PIECES: [&str; 72] = [
    "\n",
    "\n",
    "\n",
    "\n\n",
    " ",
    "  ",
    "\t",
    "# ",
    "## 三、追溯\n",
    "### （一）\n",
    "---\n",
    "===\n",
    "> ",
    "- ",
    "1. ",
    "```纾困\n",
    "```shukun\n",
    "```疑义\n",
    "```算例 四种\n",
    "```\n",
    "```\n",
    "```\n",
    "~~~\n",
    "~~~~疑义\n",
    "````纾困\n",
    "`",
    "规则 甲\n",
    "rule late aid\n",
    "次序：甲（测算）、乙（已结算）\n",
    "口径 丙\n",
    "施行\n",
    "依据：三（三）\n",
    "对象：全体\n",
    "对象：新认定 且 因病 # 谁\n",
    "基数：政策范围内费用-已付(甲,乙)\n",
    "触发：>=3万元\n",
    "不计：43、2022年：文号\n",
    "who: everyone\n",
    "服务：体检，最高 3500元\n",
    "封顶：与（甲）合计 每人 终身 20万元\n",
    "Y1 分段方式\n",
    "  分别累进：各段\n",
    "  整额：全部\n",
    "【示例】认定年 ＝ 认定日：窗口\n",
    "暂定：整额    确认人：局\n",
    "确认人：局\n",
    "暂定：整额\n",
    "规则：甲\n",
    "设：a＝1，b＝2，234＝5\n",
    "出处：公报\n",
    "| a | b |\n|---|---|\n",
    "|a|\n|-|\n",
    "| 1 | 2 |\n",
    "|x\\|y|\n",
    "||\n",
    "# 注\n",
    "＃ 注二",
    "：",
    "＝",
    "|",
    "三万元起",
    "百分之十",
    "2022年12月23日",
    "“原文”",
    "<div>\n",
    "<!--",
    "-->",
    "[a]: b\n",
    "\\",
    "**粗**",
    "　",
    "！",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..40).prop_map(|pieces| pieces.concat()),
        1 => prop::collection::vec(block(), 1..6).prop_map(|blocks| blocks.concat()),
        1 => "\\PC{0,200}",
    ]
}

/// A block that can mostly be read, so that formatting has something to do.
fn block() -> impl Strategy<Value = String> {
    let lines = prop::sample::subsequence(PIECES[31..40].to_vec(), 0..6).prop_shuffle();
    let comment = prop::sample::select(vec!["", "# 注\n", "  # 续\n", "\n"]);
    let rule = (lines, comment.clone(), prop::bool::ANY).prop_map(|(lines, comment, table)| {
        let table = if table { "| a | 比例 |\n|--|:-:|\n| 3万元 | 10% |\n" } else { "" };
        format!("```纾困\n规则 甲\n{}{comment}```\n{table}\n", lines.join(comment))
    });
    let doubt = comment.prop_map(|comment| {
        format!(
            "```疑义\nY1 问\n{comment}确认人：局 # 一\n 甲：一 # 二\n{comment} 乙 = >=3万元：二\n暂定：甲 # 三\n```\n\n"
        )
    });
    let prose = prop::sample::select(vec![
        "段落\n\n",
        "## 题 #\n",
        "题\n--\n",
        "- 项\n\n  续\n",
        "| a |\n|-|\n| 1 |\n\n",
        "    码\n\n",
    ]);
    prop_oneof![rule, doubt, prose.prop_map(str::to_owned)]
}

fn check(raw: &str) -> Result<(), TestCaseError> {
    let text = decode(0, raw.as_bytes()).unwrap();
    let (document, findings) = read_document(0, &text, &Names::new());
    let sources = Sources { files: vec![("规则.md".to_owned(), text.clone())] };
    for place in findings.iter().filter_map(|finding| finding.place) {
        prop_assert!(text.get(place.start..place.end).is_some(), "{:?}", place);
    }
    render::to_text(&findings, &sources, Lang::Zh, false);
    render::to_json(&findings, &sources);
    check_articles(&document);
    check_original(&document, &text);
    if findings.iter().any(|finding| finding.severity == Severity::Error) {
        return Ok(());
    }
    let once = format_document(&document);
    let (again, _) = read_document(0, &once, &Names::new());
    prop_assert_eq!(format_document(&again), once.clone(), "{}", text);
    prop_assert_eq!(to_json(&again), to_json(&document), "{}\n→\n{}", text, once);
    let (back, findings) = from_json(0, &to_json(&document).to_string(), &Names::new());
    prop_assert_eq!(findings.iter().filter(|finding| finding.severity == Severity::Error).count(), 0, "{:?}", findings);
    prop_assert_eq!(back.unwrap().markdown, once);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_document(text in text()) {
        check(&text)?;
    }
}
