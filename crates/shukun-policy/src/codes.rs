//! All codes of findings, with their titles. A code never changes its meaning and is never used again.
//!
//! P01 reading the text · P02 clauses · P03 packs linked together · P04 readings · P09 worked examples that were run.

use std::fmt::Write as _;

use crate::finding::Severity;

/// A code and what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `P0101`
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// What it is about.
    pub zh: &'static str,
    /// What it is about.
    pub en: &'static str,
}

const fn error(code: &'static str, zh: &'static str, en: &'static str) -> Code {
    Code { code, severity: Severity::Error, zh, en }
}

const fn warning(code: &'static str, zh: &'static str, en: &'static str) -> Code {
    Code { code, severity: Severity::Warning, zh, en }
}

/// Every code, in order.
pub const CODES: &[Code] = &[
    error("P0101", "文件不是 UTF-8 编码", "the file is not UTF-8"),
    error("P0102", "文件过大", "the file is too large"),
    warning("P0103", "不认识的块名", "unknown block label"),
    error("P0104", "块没有结束", "a block is not closed"),
    error("P0105", "空的块", "a block is empty"),
    error("P0106", "不认识的声明", "unknown declaration"),
    error("P0107", "声明没有名称", "a declaration has no name"),
    error("P0108", "不认识的关键词", "unknown keyword"),
    error("P0109", "关键词后面没有冒号", "a keyword has no colon"),
    error("P0110", "同一条写了两次", "a clause is written twice"),
    error("P0111", "没有写值", "a clause has no value"),
    error("P0112", "声明里不该有这一条", "a clause does not belong to its declaration"),
    error("P0113", "表的一行格数不对", "a table row has too many or too few cells"),
    error("P0121", "读不懂的金额", "unreadable amount"),
    error("P0122", "读不懂的百分比", "unreadable percentage"),
    error("P0123", "读不懂的日期", "unreadable date"),
    error("P0124", "读不懂的数字", "unreadable figure"),
    error("P0131", "疑义不足两种读法", "an ambiguity has fewer than two readings"),
    error("P0132", "疑义没有暂定的读法", "an ambiguity has no provisional reading"),
    error("P0133", "暂定的不是其中一种读法", "the provisional reading is none of the readings"),
    error("P0134", "两个疑义同一编号", "two ambiguities have one id"),
    error("P0135", "疑义缺编号或问题", "an ambiguity has no id or question"),
    error("P0136", "两种读法同名", "two readings have one name"),
    error("P0141", "算例没有表", "a worked example has no table"),
    error("P0142", "读不懂的算例条件", "an unreadable fact of a worked example"),
    error("P0143", "算例多于一张表", "a worked example has more than one table"),
    error("P0151", "pack.toml 不是 TOML 格式", "pack.toml is not TOML"),
    error("P0152", "pack.toml 有不认识的项", "pack.toml has an unknown key"),
    error("P0153", "pack.toml 缺少必有的项", "pack.toml lacks a required key"),
    error("P0154", "pack.toml 有读不懂的值", "pack.toml has an unreadable value"),
    error("P0155", "失效早于生效", "the pack expires before it begins"),
    error("P0900", "算例与规则算出来的不同", "a worked example states another amount than the rules give"),
    error("P0901", "算例里不认识的列", "unknown column of a worked example"),
    error("P0902", "读不懂的算例数值", "unreadable value of a worked example"),
    error("P0903", "算例的一行缺少日期或规则", "a row of a worked example lacks a day or a rule"),
    error(
        "P0904",
        "算例的结果不知道指哪条规则，或者写错了行",
        "a result names no known rule, or stands in the wrong row",
    ),
    error("P0905", "算例要用的规则接不起来", "the rules that a worked example needs do not link"),
];

/// The entry of a code.
pub fn find_code(code: &str) -> Option<&'static Code> {
    CODES.iter().find(|known| known.code == code)
}

/// docs/errors.md
pub fn manual() -> String {
    let mut page = String::from(
        "# 检查结果的代码 · Codes of findings\n\n\
         Made from the list of codes. What each looks like, with its mend, is in \
         `crates/shukun-policy/tests/it/gallery/`.\n\n\
         | 代码 code | 程度 severity | 含义 | meaning |\n|---|---|---|---|\n",
    );
    for code in CODES {
        let severity = match code.severity {
            Severity::Error => "错误 error",
            Severity::Warning => "警告 warning",
            Severity::Advice => "提示 advice",
        };
        let _ = writeln!(page, "| {} | {severity} | {} | {} |", code.code, code.zh, code.en);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_unique() {
        assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
