//! What a printed sheet says, without how it looks: a certificate, minutes, a payment summary, a notice for the board.
//!
//! Whoever has the facts makes a [`Paper`]; `shukun-print` sets it as PDF. It knows nothing of the fund, the cases or the
//! fonts. Every text is shown as it stands: nothing in it is markup.

use serde::{Deserialize, Serialize};
use shukun_base::Lang;

/// One document, of as many pages as it needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The language of the words that setting it adds (page numbers).
    pub lang: Lang,
    /// How it is laid out.
    pub look: Look,
    /// Who issues it, above the title.
    pub issuer: String,
    /// Its title.
    pub title: String,
    /// Its number, empty for none.
    pub number: String,
    /// What it says, from top to bottom.
    pub blocks: Vec<Block>,
    /// Boxes for seals, one for each body.
    pub seals: Vec<String>,
    /// The day under the seals, written out, empty for none.
    pub dated: String,
    /// What can be checked with a telephone.
    pub code: Option<Code>,
    /// A line at the foot of every page.
    pub footer: String,
}

/// How a document is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Look {
    /// A certificate: A4 lying, in a frame, few and large words.
    Certificate,
    /// A document of an office: A4 standing.
    Office,
    /// The same for wide tables: A4 lying.
    Wide,
}

/// A part of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Block {
    /// A heading.
    Heading {
        /// Its words.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its words.
        text: String,
    },
    /// A remark in small letters: what is illustrative, what is not proved.
    Remark {
        /// Its words.
        text: String,
    },
    /// Names and values beside each other.
    Facts {
        /// Name and value.
        facts: Vec<(String, String)>,
    },
    /// A table; its head is repeated on every page.
    Table {
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows, each with a cell for every column.
        rows: Vec<Vec<String>>,
        /// The last row, in bold; empty for none.
        total: Vec<String>,
    },
    /// Lines to sign on.
    Signatures {
        /// Who signs.
        names: Vec<String>,
    },
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its head.
    pub name: String,
    /// Whether its cells are figures, set flush right.
    pub is_figure: bool,
    /// How wide it is beside the others.
    pub parts: u8,
}

/// A QR code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// What it holds.
    pub text: String,
    /// What stands under it.
    pub caption: String,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaperFault {
    /// A row, or the total, has another number of cells than the table has columns: block and row, counted from one;
    /// row 0 is the total.
    Cells {
        /// The block.
        block: usize,
        /// The row.
        row: usize,
    },
    /// A table without columns, or with a column that has no width.
    Columns {
        /// The block.
        block: usize,
    },
}

impl Paper {
    /// Every fault of its tables, so that setting it cannot fail on them.
    pub fn faults(&self) -> Vec<PaperFault> {
        let blocks = self.blocks.iter().enumerate();
        blocks.flat_map(|(index, block)| faults_of(index + 1, block)).collect()
    }
}

fn faults_of(block: usize, content: &Block) -> Vec<PaperFault> {
    let Block::Table { columns, rows, total } = content else { return Vec::new() };
    if columns.is_empty() || columns.iter().any(|column| column.parts == 0) {
        return vec![PaperFault::Columns { block }];
    }
    let misses = |cells: &Vec<String>| cells.len() != columns.len();
    let rows = rows.iter().enumerate().filter(|(_, cells)| misses(cells)).map(|(index, _)| index + 1);
    let total = (!total.is_empty() && misses(total)).then_some(0);
    rows.chain(total).map(|row| PaperFault::Cells { block, row }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(block: Block) -> Paper {
        Paper {
            lang: Lang::Zh,
            look: Look::Office,
            issuer: "某慈善总会".to_owned(),
            title: "拨付汇总表".to_owned(),
            number: String::new(),
            blocks: vec![Block::Heading { text: "一、明细".to_owned() }, block],
            seals: Vec::new(),
            dated: String::new(),
            code: None,
            footer: String::new(),
        }
    }

    fn column(name: &str, parts: u8) -> Column {
        Column { name: name.to_owned(), is_figure: false, parts }
    }

    fn table(columns: &[Column], rows: &[&[&str]], total: &[&str]) -> Block {
        let cells = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        Block::Table {
            columns: columns.to_vec(),
            rows: rows.iter().map(|row| cells(row)).collect(),
            total: cells(total),
        }
    }

    #[test]
    fn every_row_has_a_cell_for_every_column() {
        let two = [column("项目", 2), column("金额", 1)];
        assert_eq!(paper(table(&two, &[&["救助", "1.00"]], &[])).faults(), []);
        let faulty = paper(table(&two, &[&["救助", "1.00"], &["救助"]], &["合计"]));
        assert_eq!(faulty.faults(), [PaperFault::Cells { block: 2, row: 2 }, PaperFault::Cells { block: 2, row: 0 }]);
        for columns in [&[][..], &[column("项目", 0)][..]] {
            assert_eq!(paper(table(columns, &[], &[])).faults(), [PaperFault::Columns { block: 2 }]);
        }
    }

    #[test]
    fn a_paper_goes_through_json() {
        let whole = paper(Block::Facts { facts: vec![("编号".to_owned(), "2026-001".to_owned())] });
        let text = serde_json::to_string(&whole).unwrap();
        assert_eq!(serde_json::from_str::<Paper>(&text).unwrap(), whole);
        assert!(serde_json::from_str::<Paper>(&text.replace("\"look\"", "\"font\"")).is_err());
    }
}
