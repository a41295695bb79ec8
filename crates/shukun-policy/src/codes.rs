//! All codes of findings, with their titles. A code never changes its meaning and is never used again.
//!
//! P01 reading the text · P03 clauses · P04 packs linked together · P05 scales and tables · P06 readings and worked
//! examples · P07 days · P08 coverage of figures · P09 worked examples
//! that were run.

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

const fn advice(code: &'static str, zh: &'static str, en: &'static str) -> Code {
    Code { code, severity: Severity::Advice, zh, en }
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
    error("P0161", "不是 JSON", "not JSON"),
    error("P0162", "JSON 形式不对", "JSON of the wrong form"),
    warning("P0171", "条文里的数字没有规则用到", "no rule uses a figure of the article"),
    warning("P0172", "不计的数字不在条文里", "a waived figure is not in the article"),
    warning("P0173", "规则的数字不在原文里", "the official text does not state a rule's figure"),
    warning("P0174", "引文与原文不符", "a quotation is not verbatim in the official text"),
    error("P0301", "这里应当是别的字", "another word is expected"),
    error("P0302", "多余的字", "words left over"),
    error("P0303", "没有这个名称", "an unknown name"),
    error("P0304", "单位不合", "units that do not go together"),
    error("P0305", "这种规则没有这一条", "a clause that the kind of rule does not know"),
    error("P0306", "缺少必有的一条", "a required clause is missing"),
    error("P0307", "规则没有说做什么，或做两件事", "a rule that does nothing, or two things"),
    error("P0309", "不是该字段的值", "not a value of the field"),
    error("P0310", "基数没有说与前面已付的关系", "a base that does not say how it relates to earlier payers"),
    error("P0311", "没有写以哪一天的身份为准", "no day on which the category must be held"),
    error("P0312", "没有写短月怎么办", "no rule for short months"),
    error("P0313", "基金不能用在这里", "a fund used for what it is not declared for"),
    error("P0314", "时点与累计或计入不合", "a time of payment that does not fit the accumulation"),
    error("P0315", "已付扣了两次", "earlier payers taken off twice"),
    error("P0316", "用到认定日而没有时间窗", "a day of certification without a window"),
    error("P0317", "空的时间窗", "an empty window"),
    error("P0318", "太长或套得太深的一条", "a clause too long or too deep"),
    error("P0401", "没有次序", "no order of payers"),
    error("P0402", "层级不在次序里", "a tier that is not in the order"),
    error("P0403", "要测算的支付方没有规则", "a computed payer without a rule"),
    error("P0404", "已付写了更晚的支付方", "a later payer named as paid"),
    error("P0405", "口径用到自己", "a measure that rests on itself"),
    error("P0406", "资格问到自己", "a status that asks for itself"),
    error("P0407", "费用的先后不一致", "rules disagree on the order of claims"),
    error("P0408", "两处次序相反", "two orders of payers disagree"),
    error("P0409", "没有给出上级制度包", "the parent pack is not given"),
    error("P0410", "要改的规则不存在", "the rule to be amended does not exist"),
    error("P0411", "没有给出被覆盖的制度包", "the pack under an overlay is not given"),
    error("P0412", "同名声明了两次", "a name declared twice"),
    error("P0413", "逐笔的规则要看期末才付的", "a claim-level rule that looks at a period-level one"),
    error("P0414", "支付方在次序里出现两次", "a payer stands twice in the order"),
    error("P0415", "制度包成了自己的上级", "a pack is its own parent"),
    error("P0416", "制度包缺少文件", "a pack lacks a file"),
    error("P0417", "不同地区的制度包混在一起", "packs of different regions are mixed"),
    warning("P0418", "规则不会运行", "a rule that never runs"),
    warning("P0419", "下级的次序与上级不同", "a child's order differs from its parent's"),
    warning("P0420", "制度包没有写规则", "the pack states no rule"),
    error("P0501", "分段有空档", "a gap between brackets"),
    error("P0502", "分段重叠", "brackets overlap"),
    error("P0503", "空的一档", "an empty bracket"),
    warning("P0504", "比例随费用下降", "a rate that falls as the cost grows"),
    advice("P0505", "断崖：多一分钱多付很多", "a cliff: one fen more pays much more"),
    error("P0506", "比例不在 0% 与 100% 之间", "a rate outside 0% to 100%"),
    error("P0507", "表里两行同时符合", "two rows of a table fit at once"),
    warning("P0508", "表没有覆盖所有情形", "a table that does not cover every case"),
    error("P0509", "没有这样的表", "no such table"),
    error("P0510", "不认识的列", "an unknown column"),
    error("P0511", "读不懂的一格", "an unreadable cell"),
    error("P0512", "表太大", "a table that is too large"),
    error("P0513", "分段没有首尾", "a scale without a start or end"),
    error("P0514", "没有写命中", "a table by category without `hit`"),
    warning("P0515", "轮不到的一行", "a row that never counts"),
    warning("P0516", "多一分钱反而少付", "one fen more pays less"),
    error("P0601", "没有这个疑义", "an unknown ambiguity"),
    error("P0602", "没有这种读法", "an unknown choice of reading"),
    warning("P0603", "没有用到的疑义", "an ambiguity that no clause uses"),
    warning("P0606", "读法没有算例", "a reading without an example"),
    warning("P0607", "规则没有算例", "an article with a rule and no example"),
    warning("P0608", "读法太多，没有全部检查", "too many readings to check each"),
    error("P0701", "日期与 pack.toml 不一致", "a day that differs from pack.toml"),
    error("P0702", "两个版本同时有效", "two versions in force on one day"),
    warning("P0703", "版本之间有空档", "a gap between versions"),
    warning("P0704", "没有写从哪一天起", "no first day of benefits"),
    error("P0705", "没有写按哪个日期判断", "no date decides whether a rule applies"),
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
