//! Why a whole file could not be imported. What is wrong with single rows is in [`super::Reason`].

use std::fmt;

use shukun_base::Text;

use super::caps::Cap;
use super::column::Column;
use crate::batch::Kind;

/// A file that was not imported; nothing of it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImportError {
    /// The file is larger, or unpacks to more, than this program reads.
    TooBig {
        /// Which limit.
        cap: Cap,
        /// Its value.
        limit: u64,
    },
    /// Neither XLSX nor text.
    UnknownFormat,
    /// The old binary format, or a workbook locked with a password (both have the same outer form).
    OldOrLockedWorkbook,
    /// An XLSX package or a part of it cannot be read.
    Damaged {
        /// The part of the package.
        part: String,
    },
    /// A quotation mark that is opened and not closed: the rows behind it cannot be told apart.
    OpenQuote {
        /// The line where its row begins, from 1.
        line: u64,
    },
    /// No sheet has a row of headers that is recognised.
    HeaderNotFound {
        /// The sheets looked at.
        sheets: Vec<String>,
    },
    /// The row of headers was found but columns that cannot be done without are missing.
    MissingColumns {
        /// The sheet.
        sheet: String,
        /// The row of headers, from 1.
        row: u32,
        /// What the file was taken for.
        kind: Kind,
        /// The columns missing.
        missing: Vec<Column>,
        /// The headers nobody knows: one of them is probably it.
        unknown: Vec<String>,
    },
    /// Headers were found that fit neither a settlement file nor a roster for certain.
    KindUnclear {
        /// The sheet.
        sheet: String,
        /// The row of headers, from 1.
        row: u32,
    },
    /// The mapping file cannot be read.
    BadMapping {
        /// What is wrong and where.
        detail: Text,
    },
    /// The table of regions cannot be read.
    BadRegions {
        /// The line, from 1.
        line: u64,
    },
}

impl ImportError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            ImportError::TooBig { .. } => "file_too_big",
            ImportError::UnknownFormat => "unknown_format",
            ImportError::OldOrLockedWorkbook => "old_or_locked_workbook",
            ImportError::Damaged { .. } => "damaged_file",
            ImportError::OpenQuote { .. } => "open_quote",
            ImportError::HeaderNotFound { .. } => "header_not_found",
            ImportError::MissingColumns { .. } => "missing_columns",
            ImportError::KindUnclear { .. } => "kind_unclear",
            ImportError::BadMapping { .. } => "bad_mapping",
            ImportError::BadRegions { .. } => "bad_regions",
        }
    }

    /// What happened and where.
    pub fn text(&self) -> Text {
        match self {
            ImportError::TooBig { cap, limit } => {
                let (zh, en) = cap.words();
                Text::new(
                    format!("文件超出读取上限：{zh}超过 {limit}"),
                    format!("the file is over a reading limit: {en} above {limit}"),
                )
            }
            ImportError::UnknownFormat => Text::new(
                "文件既不是 XLSX 也不是 CSV 文本（有的系统把网页存成 .xls）",
                "the file is neither XLSX nor CSV text (some systems save a web page as .xls)",
            ),
            ImportError::OldOrLockedWorkbook => Text::new(
                "文件是旧版 XLS 格式，或设有打开密码",
                "the file is in the old XLS format or locked with a password",
            ),
            ImportError::Damaged { part } => {
                Text::new(format!("工作簿已损坏，无法读取其中的 {part}"), format!("the workbook is damaged at {part}"))
            }
            ImportError::OpenQuote { line } => Text::new(
                format!("第 {line} 行有一个没有配对的双引号，后面的行连成了一格"),
                format!("a quotation mark in line {line} is not closed; the rows behind it run into one cell"),
            ),
            ImportError::HeaderNotFound { sheets } => Text::new(
                format!("前 40 行中没有找到表头（工作表：{}）", sheets.join("、")),
                format!("no header row within the first 40 rows (sheets: {})", sheets.join(", ")),
            ),
            ImportError::MissingColumns { sheet, row, kind, missing, .. } => {
                let (kind_zh, kind_en) = kind_words(*kind);
                let zh: Vec<_> = missing.iter().map(|column| column.zh()).collect();
                let en: Vec<_> = missing.iter().map(|column| column.name()).collect();
                Text::new(
                    format!("工作表“{sheet}”第 {row} 行的表头（{kind_zh}）缺少必需的列：{}", zh.join("、")),
                    format!("the header in row {row} of sheet “{sheet}” ({kind_en}) lacks columns: {}", en.join(", ")),
                )
            }
            ImportError::KindUnclear { sheet, row } => Text::new(
                format!("工作表“{sheet}”第 {row} 行的表头看不出是结算明细还是花名册"),
                format!("the header in row {row} of sheet “{sheet}” may be a settlement file or a roster"),
            ),
            ImportError::BadMapping { detail } => {
                Text::new(format!("对照文件有误：{}", detail.zh), format!("the mapping file is wrong: {}", detail.en))
            }
            ImportError::BadRegions { line } => {
                Text::new(format!("区划表第 {line} 行有误"), format!("line {line} of the table of regions is wrong"))
            }
        }
    }

    /// How to mend it.
    pub fn mend(&self) -> Text {
        match self {
            ImportError::TooBig { .. } => Text::new(
                "请删去多余的工作表和空白格式，或按月份拆成几个文件再导入",
                "delete sheets and formatting that are not needed, or split the file by month",
            ),
            ImportError::UnknownFormat | ImportError::OldOrLockedWorkbook => Text::new(
                "请用表格软件打开（并取消密码），另存为 .xlsx 或 CSV 后再导入",
                "open it in a spreadsheet program (remove the password) and save it as .xlsx or CSV",
            ),
            ImportError::Damaged { .. } => Text::new(
                "请用表格软件打开并重新另存，或重新导出",
                "open it in a spreadsheet program and save it again, or export it again",
            ),
            ImportError::OpenQuote { .. } => {
                Text::new("请删去或补全该行的双引号", "delete the quotation mark or close it")
            }
            ImportError::HeaderNotFound { .. } => Text::new(
                "请确认表头在前 40 行内；列名不常见时，用 --mapping 文件补充别名",
                "check that the header is within the first 40 rows; give unusual column names in a --mapping file",
            ),
            ImportError::MissingColumns { kind, missing, unknown, .. } => mend_missing(*kind, missing, unknown),
            ImportError::KindUnclear { .. } => {
                Text::new("请加 --kind settlement 或 --kind roster", "add --kind settlement or --kind roster")
            }
            ImportError::BadMapping { .. } => Text::new(
                "请对照 docs/import.md 中的样例修改对照文件",
                "compare the mapping file with the example in docs/import.md",
            ),
            ImportError::BadRegions { .. } => Text::new(
                "每行应为：县代码,乡镇代码,乡镇名,村代码,村名（后两列可省）",
                "each line holds: county,town_code,town,village_code,village (the last two may be left out)",
            ),
        }
    }
}

/// A kind of file in words.
pub(crate) fn kind_words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Settlement => ("结算明细", "settlement"),
        Kind::Roster => ("花名册", "roster"),
    }
}

fn mend_missing(kind: Kind, missing: &[Column], unknown: &[String]) -> Text {
    let seen = if unknown.is_empty() { "—".to_owned() } else { unknown.join("、") };
    let guess = unknown.first().map_or("……", String::as_str);
    let lines: Vec<String> = missing.iter().map(|column| format!("{} = [\"{guess}\"]", column.name())).collect();
    let snippet = format!("[{}.columns]\n{}", kind_words(kind).1, lines.join("\n"));
    Text::new(
        format!("未识别的表头有：{seen}。若其中就是所缺的列，请写入对照文件并用 --mapping 指定：\n{snippet}"),
        format!("headers not recognised: {seen}. Name the right one in a file given with --mapping:\n{snippet}"),
    )
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for ImportError {}
