//! What is wrong with a file: with all of it, or with one cell.

use shukun_base::{Masked, Text};

use super::AmountFault;

/// Largest file: 20 MiB.
pub const MOST_BYTES: usize = 20 << 20;
/// Most rows of a file, headings and empty ones among them.
pub const MOST_ROWS: usize = 100_000;

shukun_base::words! {
    /// Why a file is not taken at all. The key is the stable code.
    pub enum FileRefusal {
        TooLarge "pay-file-size" "文件过大（20 MB 或 100000 行以上）：请分成几个文件。" "The file is too large (above 20 MB or 100,000 rows): split it.",
        Unknown "pay-file-form" "认不出文件：请上传 XLSX、CSV，对账单也可以是 camt.053。" "The file is not known: bring XLSX or CSV; a statement may be camt.053.",
        Damaged "pay-file-damaged" "文件不完整或已损坏：请重新从银行下载。" "The file is damaged or cut short: fetch it from the bank again.",
        Hostile "pay-file-hostile" "文件里有不该有的东西（文档类型声明、过深的层次或异常的压缩比）：不读取。" "The file holds what it should not (a document type, too deep a nesting, a strange compression): it is not read.",
        NoHeading "pay-file-heading" "没有找到表头：请核对列名对照。" "No heading was found: look at how its columns are named.",
        OtherMoney "pay-file-currency" "有人民币以外的币种：不能记入账册。" "It holds money other than CNY: that has no place in the books.",
        Unsafe "pay-file-unsafe" "姓名、开户行或附言以 = + - @ 开头或含有控制字符，表格程序会当作公式：请更正。" "A name, bank or remark begins with = + - @ or holds control characters, which spreadsheet programs take for a formula: correct it.",
        Unwritable "pay-file-unwritable" "有的字在所选编码里写不出：请改用 UTF-8 或更正这个字。" "A letter cannot be written in the chosen encoding: use UTF-8, or correct it.",
        Totals "pay-file-totals" "明细与文件自己写的笔数、合计或余额不符：请向银行核对。" "The lines do not add up to what the file itself states: ask the bank.",
        Field "pay-file-field" "必填的一项是空的、过长或不是正数：请更正名单。" "A needed field is empty, too long or not positive: correct the list.",
    }
}

/// A file that is not taken, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRefused {
    /// Why.
    pub why: FileRefusal,
    /// The row, from 1, where it is known.
    pub row: Option<u64>,
}

impl FileRefused {
    /// What happened, where, how to mend it.
    pub fn text(&self) -> Text {
        let text = self.why.text();
        match self.row {
            Some(row) => Text::new(format!("第{row}行：{}", text.zh), format!("Row {row}: {}", text.en)),
            None => text,
        }
    }
}

impl From<FileRefusal> for FileRefused {
    fn from(why: FileRefusal) -> FileRefused {
        FileRefused { why, row: None }
    }
}

/// Refuses at a row.
pub(super) fn at(row: u64, why: FileRefusal) -> FileRefused {
    FileRefused { why, row: Some(row) }
}

/// Why a cell is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellReason {
    /// Not an amount.
    Amount(AmountFault),
    /// Not a day such as 2026-03-02.
    Day,
    /// Nothing stands where something has to.
    Missing,
    /// A word that the list of results does not know.
    UnknownResult,
    /// Both a debit and a credit, or neither.
    Direction,
    /// Not the number of a payment of ours.
    Reference,
    /// Another amount than that of the payment.
    OtherAmount,
    /// A formula, whose value nobody can check.
    Formula,
}

impl CellReason {
    /// What is wrong and how to mend it.
    pub fn text(self) -> Text {
        match self {
            CellReason::Amount(fault) => fault.text(),
            CellReason::Day => Text::new("日期读不出：请写成 2026-03-02。", "Not a day: write it as 2026-03-02."),
            CellReason::Missing => Text::new("这一格是空的：请补上。", "The cell is empty: fill it in."),
            CellReason::UnknownResult => Text::new(
                "处理结果不在对照里：请在对照里写明它是成功还是失败。",
                "A result that is not on the list: say there whether it is a success or a failure.",
            ),
            CellReason::Direction => {
                Text::new("借方、贷方应当只填一个。", "Either a debit or a credit has to stand here, not both.")
            }
            CellReason::Reference => {
                Text::new("不是本系统的付款编号：请核对。", "Not the number of a payment of this office: look at it.")
            }
            CellReason::OtherAmount => {
                Text::new("金额与这笔付款不同：请向银行核对。", "It is not the amount of the payment: ask the bank.")
            }
            CellReason::Formula => Text::new("这一格是公式：请另存为数值。", "The cell is a formula: save its value."),
        }
    }
}

/// A cell that could not be read. Its row is left out, and stands here with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// The row as a spreadsheet program numbers it.
    pub row: u64,
    /// The column's heading, or the element's name.
    pub column: String,
    /// What stands there: it may be anybody's number, so it is not printed.
    pub value: Masked<String>,
    /// Why it is not read.
    pub why: CellReason,
}

impl CellFault {
    /// The value for the person who brought the file: numbers longer than eight digits as stars.
    pub fn shown(&self) -> String {
        let mut shown = String::new();
        let mut digits = String::new();
        for letter in self.value.reveal().chars().take(40).chain([' ']) {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            shown.push_str(if digits.len() > 8 { "***" } else { &digits });
            digits.clear();
            shown.push(letter);
        }
        shown.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_not_shown() {
        let fault = |value: &str| CellFault {
            row: 3,
            column: "金额".to_owned(),
            value: Masked::new(value.to_owned()),
            why: CellReason::Amount(AmountFault::NotPlain),
        };
        assert_eq!(fault("12,3 元").shown(), "12,3 元");
        assert_eq!(fault("6222000000000000000 元").shown(), "*** 元");
        assert!(!format!("{:?}", fault("6222000000000000000")).contains("6222"));
    }
}
