//! Why a row was not accepted: stable codes, what happened, and how to mend it, in both languages.

use shukun_base::{Fen, Text};

/// One thing wrong with one cell or row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A cell that must be filled is empty.
    MissingValue,
    /// A cell holds a formula where text belongs, or a formula without a computed value.
    FormulaText,
    /// A cell holds characters that could not be decoded.
    UnreadableText,
    /// A long number was stored as a number and has lost its last digits.
    DigitsLost,
    /// The ID-card number has not the right form.
    IdFormat,
    /// The ID-card number's check character or birth date does not fit.
    IdChecksum,
    /// An amount is not a number.
    NotANumber,
    /// An amount is finer than a fen.
    FinerThanFen,
    /// A date does not exist or is in no known form.
    BadDate,
    /// A word or code is in no table of values.
    UnknownValue,
    /// Dates stand in the wrong order.
    DatesOrder,
    /// The parts of the bill do not add up to its total.
    IdentityTotal {
        /// The stated total.
        total_fen: Fen,
        /// Sum of in-scope, out-of-catalogue, over-limit and pre-paid parts.
        parts_fen: Fen,
        /// Sum of everyone who paid, where the file states them.
        payers_fen: Option<Fen>,
    },
    /// The funds' payments do not add up to their stated total.
    IdentityFund {
        /// The stated total.
        total_fen: Fen,
        /// The sum of its parts.
        parts_fen: Fen,
    },
    /// Account and cash do not add up to the stated personal burden.
    IdentityPersonal {
        /// The stated total.
        total_fen: Fen,
        /// The sum of its parts.
        parts_fen: Fen,
    },
    /// A negative amount in a row that reverses nothing.
    NegativeAmount,
    /// A positive amount in a row that reverses another.
    ReversalSign,
    /// The row has the shape of a reversal but names no claim.
    ReversalUnnamed,
    /// The claim it reverses is neither in the file nor in the lake, or was itself rejected.
    ReversalTargetMissing,
    /// The claim it reverses is a reversal itself.
    ReversalOfReversal,
    /// The claim it reverses is another person's.
    ReversalOtherPerson,
    /// More would be reversed than was settled.
    ReversalExceeds,
    /// The same settlement number with the same content was there before.
    DuplicateRow,
    /// The same settlement number (or person) with another content was there before.
    ConflictingDuplicate,
}

impl Reason {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Reason::MissingValue => "missing_value",
            Reason::FormulaText => "formula_text",
            Reason::UnreadableText => "unreadable_text",
            Reason::DigitsLost => "digits_lost",
            Reason::IdFormat => "id_format",
            Reason::IdChecksum => "id_checksum",
            Reason::NotANumber => "not_a_number",
            Reason::FinerThanFen => "finer_than_fen",
            Reason::BadDate => "bad_date",
            Reason::UnknownValue => "unknown_value",
            Reason::DatesOrder => "dates_order",
            Reason::IdentityTotal { .. } => "identity_total",
            Reason::IdentityFund { .. } => "identity_fund",
            Reason::IdentityPersonal { .. } => "identity_personal",
            Reason::NegativeAmount => "negative_amount",
            Reason::ReversalSign => "reversal_sign",
            Reason::ReversalUnnamed => "reversal_unnamed",
            Reason::ReversalTargetMissing => "reversal_target_missing",
            Reason::ReversalOfReversal => "reversal_of_reversal",
            Reason::ReversalOtherPerson => "reversal_other_person",
            Reason::ReversalExceeds => "reversal_exceeds",
            Reason::DuplicateRow => "duplicate_row",
            Reason::ConflictingDuplicate => "conflicting_duplicate",
        }
    }

    /// What happened.
    pub fn text(&self) -> Text {
        match self {
            Reason::MissingValue => Text::new("必填项为空", "a value that must be there is empty"),
            Reason::FormulaText => {
                Text::new("单元格是公式，不是文字或数值", "the cell is a formula, not a text or an amount")
            }
            Reason::UnreadableText => Text::new("含有无法识别的字符", "characters could not be decoded"),
            Reason::DigitsLost => Text::new(
                "长号码被表格软件存成数值，末几位已丢失",
                "a long number was stored as an amount and lost its last digits",
            ),
            Reason::IdFormat => Text::new("不是 18 位身份证号", "not an ID-card number of 18 characters"),
            Reason::IdChecksum => {
                Text::new("身份证号校验不通过", "the ID-card number fails its check character or birth date")
            }
            Reason::NotANumber => Text::new("金额不是数字", "the amount is not a number"),
            Reason::FinerThanFen => Text::new("金额精确到分以下", "the amount is finer than a fen"),
            Reason::BadDate => Text::new("日期不存在或格式无法识别", "the date does not exist or has no known form"),
            Reason::UnknownValue => Text::new("不认识的取值", "a word or code that is not known"),
            Reason::DatesOrder => Text::new(
                "日期先后颠倒（应为出生≤入院≤出院≤结算，生效≤失效）",
                "dates stand in the wrong order (birth, admission, discharge, settlement; valid from, to)",
            ),
            Reason::IdentityTotal { total_fen, parts_fen, payers_fen } => {
                identity_total(*total_fen, *parts_fen, *payers_fen)
            }
            Reason::IdentityFund { total_fen, parts_fen } => Text::new(
                format!("基金支付总额 {total_fen}，各项之和 {parts_fen}"),
                format!("the funds' total is {total_fen}, its parts add up to {parts_fen}"),
            ),
            Reason::IdentityPersonal { total_fen, parts_fen } => Text::new(
                format!("个人负担总额 {total_fen}，账户加现金 {parts_fen}"),
                format!("the personal total is {total_fen}, account and cash add up to {parts_fen}"),
            ),
            Reason::NegativeAmount => Text::new("非冲正记录出现负数", "a negative amount in a row that is no reversal"),
            Reason::ReversalSign => Text::new("冲正记录出现正数", "a positive amount in a reversal"),
            Reason::ReversalUnnamed => {
                Text::new("金额为负，但没有写明冲正哪一笔", "the bill is negative but names no claim that it reverses")
            }
            Reason::ReversalTargetMissing => Text::new(
                "找不到被冲正的结算（本文件和数据湖中都没有，或其本身被退回）",
                "the claim that it reverses is not in the file or the lake, or was rejected itself",
            ),
            Reason::ReversalOfReversal => {
                Text::new("被冲正的记录本身就是冲正", "the claim that it reverses is a reversal itself")
            }
            Reason::ReversalOtherPerson => {
                Text::new("被冲正的结算属于另一个人", "the claim that it reverses is another person's")
            }
            Reason::ReversalExceeds => {
                Text::new("冲正金额超过原结算的剩余金额", "more would be reversed than is left of the claim")
            }
            Reason::DuplicateRow => {
                Text::new("与先前的一行完全相同，只计一次", "equal to a row that was there before; it counts once")
            }
            Reason::ConflictingDuplicate => Text::new(
                "编号（或人员）与先前的记录相同，内容却不同",
                "the settlement number (or person) was there before with another content",
            ),
        }
    }

    /// How to mend it.
    pub fn mend(&self) -> Text {
        match self {
            Reason::MissingValue => Text::new("请补填", "fill it in"),
            Reason::FormulaText => {
                Text::new("请选择性粘贴为数值，或改填实际内容", "paste it as a value, or type what belongs there")
            }
            Reason::UnreadableText => {
                Text::new("请另存为 UTF-8 编码的 CSV 或 XLSX", "save the file as UTF-8 CSV or XLSX")
            }
            Reason::DigitsLost => Text::new(
                "请把该列设为文本格式后重新导出或重新填写",
                "format the column as text, then export or type it again",
            ),
            Reason::IdFormat | Reason::IdChecksum => Text::new("请对照身份证原件更正", "correct it from the ID card"),
            Reason::NotANumber => Text::new("请填写以元为单位的数字", "write a number in yuan"),
            Reason::FinerThanFen => Text::new("请保留两位小数", "keep two decimals"),
            Reason::BadDate => Text::new("请写成 2024-01-31 的形式", "write it as 2024-01-31"),
            Reason::UnknownValue => Text::new(
                "请改成通用说法，或在 --mapping 文件的 [values] 中补充",
                "use the common word, or add this one under [values] in a --mapping file",
            ),
            Reason::DatesOrder => Text::new("请核对并更正日期", "check and correct the dates"),
            Reason::IdentityTotal { .. } | Reason::IdentityFund { .. } | Reason::IdentityPersonal { .. } => Text::new(
                "请对照结算单更正不相等的金额",
                "correct the amount that differs from the settlement statement",
            ),
            Reason::NegativeAmount | Reason::ReversalUnnamed => Text::new(
                "若是冲正，请在备注写“冲正 原结算编号”；否则更正金额",
                "for a reversal write 冲正 and the claim's number into 备注; otherwise correct the amount",
            ),
            Reason::ReversalSign => {
                Text::new("冲正的各项金额应为负数或零", "every amount of a reversal is negative or zero")
            }
            Reason::ReversalTargetMissing | Reason::ReversalOfReversal => Text::new(
                "请核对被冲正的结算编号，并先导入（或一并更正）原结算",
                "check the number of the claim that it reverses, and import or mend that claim as well",
            ),
            Reason::ReversalOtherPerson => {
                Text::new("请核对结算编号和身份证号", "check the settlement number and the ID number")
            }
            Reason::ReversalExceeds => Text::new("请核对是否重复冲正", "check whether it was reversed before"),
            Reason::DuplicateRow => Text::new("无需处理", "nothing to do"),
            Reason::ConflictingDuplicate => {
                Text::new("请确认哪一行正确，删去另一行", "find out which one is right and delete the other")
            }
        }
    }
}

fn identity_total(total: Fen, parts: Fen, payers: Option<Fen>) -> Text {
    let (mut zh, mut en) = (format!("费用总额 {total}"), format!("the total is {total}"));
    if parts != total {
        zh += &format!("，费用各部分之和 {parts}");
        en += &format!(", its parts add up to {parts}");
    }
    if let Some(payers) = payers.filter(|payers| *payers != total) {
        zh += &format!("，各方支付之和 {payers}");
        en += &format!(", all payers together paid {payers}");
    }
    Text::new(zh, en)
}
