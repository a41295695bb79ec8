//! Every message an officer may read, in both languages, as one snapshot; and a row or a file that provokes each.

use std::fmt::Write as _;

use shukun_base::{Fen, Text};

use super::tests::{HEADER, TestLake, TextRow, at, clean_row, csv_of, import, reversal_of};
use super::*;
use crate::batch::Kind;

/// One of each. A new reason does not compile until it has a number here, and does not pass until it is listed.
fn number(reason: &Reason) -> usize {
    match reason {
        Reason::MissingValue => 0,
        Reason::FormulaText => 1,
        Reason::UnreadableText => 2,
        Reason::DigitsLost => 3,
        Reason::IdFormat => 4,
        Reason::IdChecksum => 5,
        Reason::NotANumber => 6,
        Reason::FinerThanFen => 7,
        Reason::BadDate => 8,
        Reason::UnknownValue => 9,
        Reason::DatesOrder => 10,
        Reason::IdentityTotal { .. } => 11,
        Reason::IdentityFund { .. } => 12,
        Reason::IdentityPersonal { .. } => 13,
        Reason::NegativeAmount => 14,
        Reason::ReversalSign => 15,
        Reason::ReversalUnnamed => 16,
        Reason::ReversalTargetMissing => 17,
        Reason::ReversalOfReversal => 18,
        Reason::ReversalOtherPerson => 19,
        Reason::ReversalExceeds => 20,
        Reason::DuplicateRow => 21,
        Reason::ConflictingDuplicate => 22,
    }
}

fn reasons() -> Vec<Reason> {
    let (total_fen, parts_fen) = (Fen::yuan(12_000), Fen::yuan(11_000));
    vec![
        Reason::MissingValue,
        Reason::FormulaText,
        Reason::UnreadableText,
        Reason::DigitsLost,
        Reason::IdFormat,
        Reason::IdChecksum,
        Reason::NotANumber,
        Reason::FinerThanFen,
        Reason::BadDate,
        Reason::UnknownValue,
        Reason::DatesOrder,
        Reason::IdentityTotal { total_fen, parts_fen, payers_fen: Some(Fen::yuan(10_000)) },
        Reason::IdentityFund { total_fen, parts_fen },
        Reason::IdentityPersonal { total_fen, parts_fen },
        Reason::NegativeAmount,
        Reason::ReversalSign,
        Reason::ReversalUnnamed,
        Reason::ReversalTargetMissing,
        Reason::ReversalOfReversal,
        Reason::ReversalOtherPerson,
        Reason::ReversalExceeds,
        Reason::DuplicateRow,
        Reason::ConflictingDuplicate,
    ]
}

fn errors() -> Vec<ImportError> {
    let sheet = "结算明细".to_owned();
    let mut errors: Vec<ImportError> = Cap::ALL.map(|cap| ImportError::TooBig { cap, limit: 100 }).to_vec();
    errors.extend([
        ImportError::UnknownFormat,
        ImportError::OldOrLockedWorkbook,
        ImportError::Damaged { part: "xl/workbook.xml".to_owned() },
        ImportError::OpenQuote { line: 12 },
        ImportError::HeaderNotFound { sheets: vec!["封面".to_owned(), "说明".to_owned()] },
        ImportError::MissingColumns {
            sheet: sheet.clone(),
            row: 3,
            kind: Kind::Settlement,
            missing: vec![Column::Total, Column::InScope],
            unknown: vec!["应付总额".to_owned(), "床位号".to_owned()],
        },
        ImportError::KindUnclear { sheet, row: 1 },
        Mapping::default().extended("[settlement.columns]\ntotl = [\"费用\"]").unwrap_err(),
        Mapping::default().extended("[settlement.columns]\n\ntotal = 费用").unwrap_err(),
        ImportError::BadRegions { line: 7 },
    ]);
    errors
}

fn entry(page: &mut String, code: &str, text: &Text, mend: &Text) {
    writeln!(page, "{code}\n  {}\n  → {}\n  {}\n  → {}\n", text.zh, mend.zh, text.en, mend.en).unwrap();
}

#[test]
fn every_message_in_both_languages() {
    let mut page = String::new();
    for (place, reason) in reasons().iter().enumerate() {
        assert_eq!(number(reason), place);
        entry(&mut page, reason.code(), &reason.text(), &reason.mend());
    }
    for error in errors() {
        entry(&mut page, error.code(), &error.text(), &error.mend());
    }
    insta::assert_snapshot!(page);
}

#[test]
fn the_guide_lists_every_reason_and_its_example_is_a_mapping() {
    let guide = include_str!("../../../../docs/import.md");
    for reason in reasons() {
        assert!(guide.contains(&format!("| `{}` |", reason.code())), "{} is not in docs/import.md", reason.code());
    }
    let example = guide.split("```toml").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let mapping = Mapping::default().extended(example).unwrap();
    assert_eq!(mapping.meaning("category", "建档立卡"), Some("low_income"));
}

/// The reason codes of a file with these rows.
fn codes(rows: &[TextRow]) -> Vec<&'static str> {
    let (_, report) = import("a.csv", &csv_of(rows), &TestLake::default()).unwrap();
    assert_eq!(report.accepted + report.rejected + report.duplicates, report.rows);
    assert_eq!(report.rows, rows.len() as u64);
    report.by_reason.into_keys().collect()
}

#[test]
fn each_cell_reason_is_provoked() {
    for (header, value, code) in [
        ("姓名", "", "missing_value"),
        ("费用总额", "", "missing_value"),
        ("姓名", "=HYPERLINK(\"x\",\"y\")", "formula_text"),
        ("姓名", "@SUM(1)", "formula_text"),
        ("结算id", "3.30305E+17", "digits_lost"),
        ("身份证号", "3.30305E+17", "digits_lost"),
        ("身份证号", "33030519600101", "id_format"),
        ("身份证号", "110105194912310021", "id_checksum"),
        ("个人现金支付金额（元）", "待核", "not_a_number"),
        ("医疗救助", "200.001", "finer_than_fen"),
        ("入院日期", "2022-02-30", "bad_date"),
        ("救助身份", "建档立卡", "unknown_value"),
        ("医保就诊类别", "99", "unknown_value"),
        ("出院日期", "2022-10-01", "dates_order"),
        ("入院日期", "1959-10-01", "dates_order"),
        ("费用总额", "1.00", "identity_total"),
        ("医疗救助", "100.00", "identity_total"),
    ] {
        let mut row = clean_row(7);
        row[at(header)] = value.to_owned();
        assert_eq!(codes(&[row]), [code], "{header} {value}");
    }
}

#[test]
fn amounts_that_offset_each_other_are_still_negative() {
    let mut row = clean_row(7);
    row[at("全自费金额")] = "-100.00".to_owned();
    row[at("先行自付金额")] = "400.00".to_owned();
    assert_eq!(codes(&[row]), ["negative_amount"]);
}

#[test]
fn each_reversal_reason_is_provoked() {
    let row = clean_row(7);
    let reversal = reversal_of(&row);
    assert_eq!(codes(&[reversal.clone(), row.clone()]), [""; 0], "a reversal may stand first");

    assert_eq!(codes(std::slice::from_ref(&reversal)), ["reversal_target_missing"]);

    let mut positive = row.clone();
    positive[0] += "R";
    positive[at("备注")] = format!("冲正 {}", row[0]);
    assert_eq!(codes(&[row.clone(), positive]), ["reversal_sign"]);

    let mut unnamed = reversal.clone();
    unnamed[0] = "99".to_owned();
    unnamed[at("备注")].clear();
    assert_eq!(codes(&[row.clone(), unnamed]), ["reversal_unnamed"]);

    let mut again = reversal_of(&reversal);
    again[14..24].clone_from_slice(&reversal[14..24]);
    assert_eq!(codes(&[row.clone(), reversal.clone(), again]), ["reversal_of_reversal"]);

    let mut other = reversal.clone();
    other[at("身份证号")] = clean_row(20)[at("身份证号")].clone();
    assert_eq!(codes(&[row.clone(), other]), ["reversal_other_person"]);

    let mut second = reversal.clone();
    second[0] += "R";
    assert_eq!(codes(&[row.clone(), reversal.clone(), second]), ["reversal_exceeds"]);
}

#[test]
fn repeated_rows_are_told_apart() {
    let row = clean_row(7);
    assert_eq!(codes(&[row.clone(), row.clone()]), ["duplicate_row"]);
    let mut other = row.clone();
    other[at("病种编码")] = "C18.900".to_owned();
    assert_eq!(codes(&[row.clone(), other]), ["conflicting_duplicate"]);
    let mut bad = row.clone();
    bad[at("姓名")].clear();
    assert_eq!(codes(&[bad.clone(), bad, row]), ["duplicate_row", "missing_value"]);
}

#[test]
fn national_sums_are_checked() {
    let header = "setl_id,psn_name,certno,med_type,setl_time,medfee_sumamt,fulamt_ownpay_amt,inscp_scp_amt,hifp_pay,\
                  fund_pay_sumamt,psn_part_amt,acct_pay,psn_cash_pay";
    let file = |amounts: &str| format!("{header}\n12,测试甲,11010519491231002X,21,2022-04-21 10:57:00,{amounts}\n");
    let codes = |amounts: &str| {
        let (_, report) = import("a.csv", file(amounts).as_bytes(), &TestLake::default()).unwrap();
        report.by_reason.into_keys().collect::<Vec<_>>()
    };
    assert_eq!(codes("100,10,90,60,60,40,5,35"), [""; 0]);
    assert_eq!(codes("100,10,90,60,61,40,5,35"), ["identity_fund"]);
    assert_eq!(codes("100,10,90,60,60,41,5,35"), ["identity_personal"]);
    assert_eq!(codes("100,10,90,60,60,40,5,34"), ["identity_personal", "identity_total"]);
}

#[test]
fn undecodable_and_shortened_texts_are_provoked() {
    let (gbk, _, _) = encoding_rs::GB18030.encode("姓名");
    assert_eq!(gbk.len(), 4);
    let mut bytes = csv_of(&[clean_row(7)]);
    let place = bytes.windows("测试甲".len()).position(|window| window == "测试甲".as_bytes()).unwrap();
    // A mark says UTF-8, the name is not.
    bytes[place] = 0xFF;
    let marked = [b"\xEF\xBB\xBF".as_slice(), &bytes].concat();
    let (_, report) = import("a.csv", &marked, &TestLake::default()).unwrap();
    assert_eq!(report.by_reason.into_keys().collect::<Vec<_>>(), ["unreadable_text"]);

    let mut sheet = "<worksheet><sheetData>".to_owned();
    for (row, is_data) in [(HEADER.map(str::to_owned).to_vec(), false), (clean_row(7), true)] {
        let cells = row.iter().enumerate().map(|(column, text)| match column {
            0 if is_data => "<c><v>3.3030520221100001E17</v></c>".to_owned(),
            _ => format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>"),
        });
        sheet += &format!("<row>{}</row>", cells.collect::<String>());
    }
    let bytes = hostile::workbook_with((sheet + "</sheetData></worksheet>").as_bytes());
    let (_, report) = import("a.xlsx", &bytes, &TestLake::default()).unwrap();
    assert_eq!(report.by_reason.into_keys().collect::<Vec<_>>(), ["digits_lost"]);
}
