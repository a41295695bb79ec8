//! What can go wrong, with words for whoever started the program.

use serde_json::json;
use shukun_base::Text;
use shukun_paper::PaperFault;

/// Why no PDF was made.
#[derive(Debug)]
pub enum Fault {
    /// Standard input is not a paper.
    Unreadable(String),
    /// More bytes than it reads.
    TooLong(u64),
    /// A table that is none.
    Table(PaperFault),
    /// A QR code cannot hold so much.
    Code(usize),
    /// The typesetter refused: a fault of this program.
    Setting(String),
    /// Standard output could not be written.
    Unwritable(String),
}

impl Fault {
    /// Stable.
    pub const fn code(&self) -> &'static str {
        match self {
            Fault::Unreadable(_) => "print-unreadable",
            Fault::TooLong(_) => "print-too-long",
            Fault::Table(_) => "print-table",
            Fault::Code(_) => "print-code",
            Fault::Setting(_) => "print-setting",
            Fault::Unwritable(_) => "print-unwritable",
        }
    }

    /// What happened, where, and how to mend it. Nothing of the paper's content is in it.
    pub fn text(&self) -> Text {
        match self {
            Fault::Unreadable(why) => Text::new(
                format!("标准输入不是一份文书的JSON（{why}）。请传入 shukun-paper 所定格式。"),
                format!("Standard input is no paper in JSON ({why}). Hand in the form that shukun-paper defines."),
            ),
            Fault::TooLong(most) => Text::new(
                format!("文书超过{most}字节。请分成几份打印。"),
                format!("The paper is longer than {most} bytes. Print it in several parts."),
            ),
            Fault::Table(PaperFault::Cells { block, row }) => Text::new(
                format!("第{block}部分的表格第{row}行（0为合计行）格数与栏数不同。请补齐每一格。"),
                format!(
                    "Row {row} (0 is the total) of the table in block {block} has not one cell for each column. Fill it."
                ),
            ),
            Fault::Table(PaperFault::Columns { block }) => Text::new(
                format!("第{block}部分的表格没有栏，或有栏没有宽度。请写明每一栏。"),
                format!("The table in block {block} has no columns, or one without a width. State each."),
            ),
            Fault::Code(length) => Text::new(
                format!("二维码放不下{length}字节。请缩短其内容。"),
                format!("A QR code does not hold {length} bytes. Shorten its text."),
            ),
            Fault::Setting(why) => Text::new(
                format!("排版失败：{why}。这是程序的错误，请连同本句报告。"),
                format!("Typesetting failed: {why}. It is a fault of the program; report this sentence."),
            ),
            Fault::Unwritable(why) => Text::new(
                format!("无法写到标准输出（{why}）。请检查接收方。"),
                format!("Standard output cannot be written ({why}). Look at who reads it."),
            ),
        }
    }

    /// One line of JSON.
    pub fn line(&self) -> String {
        let text = self.text();
        json!({ "code": self.code(), "zh": text.zh, "en": text.en }).to_string()
    }
}
