//! The way back: a rejects workbook, mended and imported again, completes the batch.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_xlsxwriter::Workbook;
use shukun_base::Lang;

use super::reader::{CellKind, Row, RowSink, read_rows};
use super::tests::{HEADER, TestLake, TextRow, at, clean_row, csv_of, import, reversal_of};
use super::*;
use crate::batch::Kind;

/// A workbook's rows as text, for looking at what was written.
#[derive(Default)]
struct Written(Vec<Row>);

impl RowSink for Written {
    fn sheet(&mut self, _: &str, _: bool) -> Result<(), ImportError> {
        Ok(())
    }

    fn row(&mut self, row: Row) -> Result<(), ImportError> {
        self.0.push(row);
        Ok(())
    }
}

fn read_back(workbook: &[u8]) -> Vec<Row> {
    let mut written = Written::default();
    read_rows("rejects.xlsx", workbook, &Caps::default(), &mut written).unwrap();
    written.0
}

fn text_at(row: &Row, column: usize) -> String {
    row.cell(u16::try_from(column).unwrap()).map_or(String::new(), |cell| cell.text.clone())
}

/// Replaces every bad row's cells by the clean row's, as an officer would who looks at `来源`; the reasons stay.
fn mended(workbook: &[u8], clean: &BTreeMap<u32, TextRow>) -> Vec<u8> {
    let rows = read_back(workbook);
    let mut mended = Workbook::new();
    let sheet = mended.add_worksheet();
    for (number, row) in (0u32..).zip(&rows) {
        let source: Option<u32> = text_at(row, HEADER.len() + 2).split_whitespace().find_map(|word| word.parse().ok());
        let clean = source.map(|line| &clean[&line]);
        for cell in row.cells.iter().filter(|cell| clean.is_none() || usize::from(cell.column) >= HEADER.len()) {
            sheet.write_string(number, cell.column, &cell.text).unwrap();
        }
        for (column, text) in (0u16..).zip(clean.into_iter().flatten()) {
            sheet.write_string(number, column, text).unwrap();
        }
    }
    mended.save_to_buffer().unwrap()
}

/// Ways to spoil a row.
const SPOILT: [(&str, &str); 10] = [
    ("结算id", ""),
    ("身份证号", "110105194912310021"),
    ("姓名", "=HYPERLINK(\"x\",\"点此\")"),
    ("救助身份", "不详"),
    ("医保就诊类别", "?"),
    ("入院日期", "2022-02-30"),
    ("费用总额", "99.99"),
    ("个人现金支付金额（元）", "待核"),
    ("大病报销金额", "0.001"),
    ("结算日期", "2001-01-01"),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn mending_and_importing_again_gives_the_clean_file(
        spoilt in proptest::collection::vec(proptest::option::weighted(0.4, 0..SPOILT.len()), 2..30),
        reversed in 0..2usize,
    ) {
        let mut clean: Vec<TextRow> = (0..spoilt.len()).map(clean_row).collect();
        clean.push(reversal_of(&clean[reversed]));
        let mut rows = clean.clone();
        for (row, how) in rows.iter_mut().zip(&spoilt) {
            if let Some((header, value)) = how.and_then(|how| SPOILT.get(how)) {
                row[at(header)] = (*value).to_owned();
            }
        }
        let wanted = TestLake::default();
        wanted.apply(&import("clean.csv", &csv_of(&clean), &wanted).unwrap().0);

        let lake = TestLake::default();
        let (batch, report) = import("spoilt.csv", &csv_of(&rows), &lake).unwrap();
        prop_assert_eq!(report.accepted + report.rejected + report.duplicates, report.rows);
        lake.apply(&batch);
        if let Some(workbook) = rejects_workbook(&report, Lang::Zh).unwrap() {
            let (_, unmended) = import("rejects.xlsx", &workbook, &lake).unwrap();
            prop_assert_eq!(unmended.rejected, report.rejected, "unmended rows stay rejected");
            // Line 1 is the title, line 2 the header.
            let by_line = (3u32..).zip(clean.iter().cloned()).collect();
            let (batch, report) = import("mended.xlsx", &mended(&workbook, &by_line), &lake).unwrap();
            prop_assert_eq!(report.rejected, 0, "{:?}", report.rejects);
            lake.apply(&batch);
        }
        prop_assert_eq!(lake.claims(), wanted.claims());
    }
}

#[test]
fn nothing_in_the_workbook_can_run_and_the_reasons_stand_beside() {
    let mut row = clean_row(3);
    row[at("姓名")] = "=HYPERLINK(\"x\",\"点此\")".to_owned();
    row[at("个人现金支付金额（元）")] = "待核".to_owned();
    let (_, report) = import("a.csv", &csv_of(&[clean_row(1), row]), &TestLake::default()).unwrap();
    let workbook = rejects_workbook(&report, Lang::Zh).unwrap().unwrap();
    let rows = read_back(&workbook);
    assert_eq!(rows.len(), 2, "the header and the bad row");
    assert!(rows.iter().flat_map(|row| &row.cells).all(|cell| cell.kind == CellKind::Text));
    assert_eq!(
        text_at(&rows[1], HEADER.len()),
        "姓名：单元格是公式，不是文字或数值\n个人现金支付金额（元）：金额不是数字"
    );
    assert_eq!(text_at(&rows[1], HEADER.len() + 2), "a.csv 第 4 行");
    let english = rejects_workbook(&report, Lang::En).unwrap().unwrap();
    assert_eq!(text_at(&read_back(&english)[0], HEADER.len()), "reason");
}

#[test]
fn a_clean_file_leaves_no_workbook() {
    let (_, report) = import("a.csv", &csv_of(&[clean_row(1)]), &TestLake::default()).unwrap();
    assert!(rejects_workbook(&report, Lang::Zh).unwrap().is_none());
}

#[test]
fn stored_numbers_and_days_are_written_as_they_were_shown() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, header) in (0u16..).zip(["身份证号", "姓名", "救助身份", "认定日期", "家庭年收入（元）"])
    {
        sheet.write_string(0, column, header).unwrap();
    }
    sheet.write_string(1, 0, "110105194912310021").unwrap();
    sheet.write_string(1, 1, "测试甲").unwrap();
    sheet.write_string(1, 2, "低保").unwrap();
    sheet.write_number(1, 3, 45322).unwrap();
    sheet.write_number(1, 4, 1158.5).unwrap();
    let (_, report) = import("r.xlsx", &book.save_to_buffer().unwrap(), &TestLake::default()).unwrap();
    assert_eq!((report.kind, report.rejected), (Kind::Roster, 1));
    let rows = read_back(&rejects_workbook(&report, Lang::Zh).unwrap().unwrap());
    assert_eq!((text_at(&rows[1], 3), text_at(&rows[1], 4)), ("2024-01-31".to_owned(), "1,158.50".to_owned()));
}
