//! A first look at a file: where its headings stand, what each is taken for, and a few masked cells below them.
//!
//! For showing the recognition to whoever imports, before any row is judged: also where it failed, so that the columns
//! can be told by hand. Start at [`examine`].

use serde::Serialize;

use super::column::{Column, Content};
use super::error::ImportError;
use super::header::{Nearest, ROWS_LOOKED_AT, nearest};
use super::mapping::{Mapping, plain_header};
use super::plan::Source;
use super::reader::{Row, RowSink, read_rows};
use super::report::column_letters;
use super::{Caps, values};
use crate::batch::Kind;

/// Rows below the headings that are looked at.
const SAMPLE_ROWS: usize = 5;
/// Cells shown of a column.
const SAMPLES: usize = 3;
/// Letters shown of a cell.
const SAMPLE_LETTERS: usize = 20;

/// What the first sheet with headings holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Examined {
    /// The sheet.
    pub sheet: String,
    /// The row of headings, from 1.
    pub row: u32,
    /// What the file is taken for.
    pub kind: Kind,
    /// Each heading, in the order of the columns.
    pub columns: Vec<ExaminedColumn>,
    /// Columns that cannot be done without and that no heading means, by their names in mapping files.
    pub missing: Vec<&'static str>,
}

/// One heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExaminedColumn {
    /// The column's letters.
    pub letters: String,
    /// As the file writes it.
    pub header: String,
    /// The column it is taken for, by its name in mapping files.
    pub means: Option<&'static str>,
    /// Known to be of no use.
    pub is_ignored: bool,
    /// A few cells below it; what may be personal is masked.
    pub samples: Vec<String>,
}

impl Examined {
    /// The headings as they are compared, in the order of the alphabet: files of one office have the same.
    pub fn headings(&self) -> String {
        let mut headings: Vec<String> = self.columns.iter().map(|column| plain_header(&column.header)).collect();
        headings.sort();
        headings.dedup();
        headings.join("\n")
    }
}

/// Looks at the beginning of a file; `None` where no sheet has a row that could be headings.
///
/// # Errors
/// [`ImportError`] where the file cannot be read at all.
pub fn examine(
    source: Source<'_>,
    kind: Option<Kind>,
    mapping: &Mapping,
    caps: &Caps,
) -> Result<Option<Examined>, ImportError> {
    let mut look = Look { kind, mapping, sheet: String::new(), rows: Vec::new(), found: None };
    match read_rows(source.name, source.bytes, caps, &mut look) {
        Err(_) if look.is_enough() => {}
        Err(error) => return Err(error),
        Ok(()) => look.end_sheet(),
    }
    Ok(look.found.map(|(found, _)| found))
}

struct Look<'a> {
    kind: Option<Kind>,
    mapping: &'a Mapping,
    sheet: String,
    rows: Vec<Row>,
    /// The best so far, and how many columns of it are known.
    found: Option<(Examined, usize)>,
}

/// Ends the reading; never seen outside.
const ENOUGH: ImportError = ImportError::UnknownFormat;

impl RowSink for Look<'_> {
    fn sheet(&mut self, name: &str, _: bool) -> Result<(), ImportError> {
        self.end_sheet();
        self.sheet = name.to_owned();
        if self.is_enough() { Err(ENOUGH) } else { Ok(()) }
    }

    fn row(&mut self, row: Row) -> Result<(), ImportError> {
        if self.rows.len() < ROWS_LOOKED_AT + SAMPLE_ROWS {
            self.rows.push(row);
            return Ok(());
        }
        self.end_sheet();
        if self.is_enough() { Err(ENOUGH) } else { Ok(()) }
    }
}

impl Look<'_> {
    /// Whether headings were found that lack nothing.
    fn is_enough(&self) -> bool {
        self.found.as_ref().is_some_and(|(found, known)| *known > 0 && found.missing.is_empty())
    }

    fn end_sheet(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        let above = rows.get(..rows.len().min(ROWS_LOOKED_AT)).unwrap_or_default();
        let Some(near) = nearest(above, self.kind, self.mapping) else { return };
        if self.found.as_ref().is_none_or(|(_, known)| near.known > *known) {
            let known = near.known;
            self.found = Some((self.examined(&near, &rows), known));
        }
    }

    fn examined(&self, near: &Nearest, rows: &[Row]) -> Examined {
        let below: Vec<&Row> = rows.iter().filter(|row| row.number > near.row).take(SAMPLE_ROWS).collect();
        let column = |(place, header): &(u16, String)| {
            let means = Column::ALL.iter().copied().find(|column| near.layout.place(*column) == Some(*place));
            let cells = below.iter().filter_map(|row| row.cell(*place)).take(SAMPLES);
            ExaminedColumn {
                letters: column_letters(*place),
                header: header.clone(),
                means: means.map(Column::name),
                is_ignored: means.is_none() && self.mapping.is_ignored(header),
                samples: cells.map(|cell| sample(&cell.text, means)).collect(),
            }
        };
        Examined {
            sheet: self.sheet.clone(),
            row: near.row,
            kind: near.layout.kind,
            columns: near.layout.headers.iter().map(column).collect(),
            missing: near.missing.iter().map(|column| column.name()).collect(),
        }
    }
}

/// A cell to show: of a column that nobody knows only its first letter, since it may hold names.
fn sample(text: &str, means: Option<Column>) -> String {
    let is_plain = means.is_some_and(|column| column.content() != Content::Personal) && !has_number_of_a_person(text);
    let shown: String = text.chars().take(SAMPLE_LETTERS).collect();
    if is_plain {
        return shown;
    }
    let mut letters = shown.chars();
    let first: String = letters.next().into_iter().collect();
    first + &"＊".repeat(letters.count().min(6))
}

/// Whether an ID number, a phone or an account may stand in it.
fn has_number_of_a_person(text: &str) -> bool {
    let parts = || text.split(|c: char| !c.is_ascii_alphanumeric());
    let longest = text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    parts().any(|part| values::id_card(part).is_ok()) || longest >= 11 && !text.starts_with(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(text: &str, mapping: &Mapping) -> Option<Examined> {
        examine(Source { name: "结算.csv", bytes: text.as_bytes() }, None, mapping, &Caps::for_uploads()).unwrap()
    }

    const NUMBER: &str = "11010519491231002X";

    fn settlement(total: &str) -> String {
        format!(
            "洞头区结算明细表\n结算id,身份证号,姓名,医疗类别,结算日期,{total},自费,符合政策范围金额,患者\n\
             JS000001,{NUMBER},王小明,住院,2024-03-01,100.00,0,100.00,王小明\n"
        )
    }

    #[test]
    fn headings_are_found_and_what_is_personal_is_masked() {
        let found = look(&settlement("费用总额（元）"), &Mapping::default()).unwrap();
        assert_eq!((found.row, found.kind, found.missing.len()), (2, Kind::Settlement, 0));
        let of = |header: &str| found.columns.iter().find(|column| column.header == header).unwrap();
        assert_eq!((of("费用总额（元）").means, of("费用总额（元）").letters.as_str()), (Some("total"), "F"));
        assert_eq!(of("费用总额（元）").samples, ["100.00"]);
        assert_eq!((of("患者").means, of("患者").samples.clone()), (None, vec!["王＊＊".to_owned()]));
        let shown = serde_json::to_string(&found).unwrap();
        assert!(!shown.contains(NUMBER) && !shown.contains("王小明"), "{shown}");
    }

    #[test]
    fn a_heading_nobody_knows_is_told_by_hand_and_the_set_is_known_again() {
        let text = settlement("本次花费");
        let found = look(&text, &Mapping::default()).unwrap();
        assert_eq!(found.missing, ["total"]);
        let mapping = Mapping::default().extended("[settlement.columns]\ntotal = [\"本次花费\"]\n").unwrap();
        let told = look(&text, &mapping).unwrap();
        assert!(told.missing.is_empty());
        assert_eq!(told.headings(), found.headings());
        assert_ne!(look(&settlement("费用总额"), &mapping).unwrap().headings(), found.headings());
    }

    #[test]
    fn a_file_without_headings_has_none() {
        assert_eq!(look("只有一句话\n", &Mapping::default()), None);
        let strange = look("甲,乙,丙,丁\n1,2,3,4\n", &Mapping::default()).unwrap();
        assert_eq!((strange.row, strange.columns.len()), (1, 4));
        assert!(strange.columns.iter().all(|column| column.means.is_none()));
    }

    #[test]
    fn numbers_of_persons_in_known_columns_are_masked_too() {
        assert_eq!(sample(NUMBER, Some(Column::Remark)), "1＊＊＊＊＊＊");
        assert_eq!(sample("13800001234", Some(Column::Village)), "1＊＊＊＊＊＊");
        assert_eq!(sample("JS20240301000001", Some(Column::SettlementNo)), "JS20240301000001");
    }
}
