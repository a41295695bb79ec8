//! Setting one paper.

use serde_json::json;
use shukun_paper::Paper;
use typst::foundations::Smart;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, pdf};

use crate::error::Fault;
use crate::ground::Ground;
use crate::qr;

/// The paper as PDF.
pub fn set(paper: &Paper) -> Result<Vec<u8>, Fault> {
    if let Some(fault) = paper.faults().into_iter().next() {
        return Err(Fault::Table(fault));
    }
    let code = qr::drawn(paper.code.as_ref().map(|code| code.text.as_str()))?;
    let content = json!({ "paper": paper, "code": code }).to_string();
    let ground = Ground::new(&content)?;
    let document = typst::compile::<PagedDocument>(&ground).output;
    let document = document.map_err(|faults| Fault::Setting(first(&faults)))?;
    let options = PdfOptions { creator: Smart::Custom(Some("Shukun".to_owned())), ..PdfOptions::default() };
    pdf(&document, &options).map_err(|faults| Fault::Setting(first(&faults)))
}

fn first(faults: &[typst::diag::SourceDiagnostic]) -> String {
    faults.first().map(|fault| fault.message.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shukun_base::Lang;
    use shukun_paper::{Block, Code, Column, Look};

    fn column(name: &str, is_figure: bool, parts: u8) -> Column {
        Column { name: name.to_owned(), is_figure, parts }
    }

    fn summary(rows: usize) -> Paper {
        let row =
            |index: usize| vec![index.to_string(), "张*".to_owned(), "安阳街道".to_owned(), "1,234.56".to_owned()];
        Paper {
            lang: Lang::Zh,
            look: Look::Office,
            issuer: "某市慈善总会".to_owned(),
            title: "拨付汇总表".to_owned(),
            number: "2026年第3批".to_owned(),
            blocks: vec![
                Block::Paragraph {
                    text: "依据联席会议决议，本批拨付如下。#emph[不是标记] $x$ \\ *不加粗*".to_owned()
                },
                Block::Table {
                    columns: vec![
                        column("序号", true, 1),
                        column("姓名", false, 2),
                        column("镇街", false, 2),
                        column("金额（元）", true, 2),
                    ],
                    rows: (1..=rows).map(row).collect(),
                    total: vec!["".to_owned(), "合计".to_owned(), "".to_owned(), "92,592.00".to_owned()],
                },
                Block::Facts { facts: vec![("银行文件".to_owned(), "sha256 0a1b2c".to_owned())] },
                Block::Remark { text: "金额为示例。".to_owned() },
                Block::Signatures { names: vec!["经办".to_owned(), "复核".to_owned(), "出纳".to_owned()] },
            ],
            seals: vec!["某市慈善总会".to_owned(), "某市医疗保障局".to_owned()],
            dated: "2026年11月22日".to_owned(),
            code: Some(Code { text: "https://example.org/open/verify".to_owned(), caption: "扫码核验".to_owned() }),
            footer: "纾困".to_owned(),
        }
    }

    #[test]
    fn the_same_paper_is_the_same_bytes() {
        let paper = summary(60);
        let once = set(&paper).unwrap();
        assert!(once.starts_with(b"%PDF-"));
        assert_eq!(once, set(&paper).unwrap());
        assert_ne!(once, set(&summary(61)).unwrap());
    }

    #[test]
    fn every_look_and_language_is_set() {
        for look in [Look::Certificate, Look::Office, Look::Wide] {
            for lang in [Lang::Zh, Lang::En] {
                let paper = Paper { look, lang, ..summary(2) };
                assert!(set(&paper).is_ok(), "{look:?} {lang:?}");
            }
        }
        let bare = Paper { blocks: Vec::new(), seals: Vec::new(), code: None, number: String::new(), ..summary(0) };
        assert!(set(&bare).is_ok());
    }

    #[test]
    fn a_broken_table_is_told() {
        let mut paper = summary(1);
        let Block::Table { total, .. } = &mut paper.blocks[1] else { panic!() };
        total.pop();
        assert_eq!(set(&paper).unwrap_err().code(), "print-table");
    }
}
