//! Whole files through [`plan_import`]: own synthetic workbooks, and the sample files where they lie beside the
//! workspace.

use std::cell::RefCell;
use std::collections::HashMap;

use shukun_base::{ClaimId, Fen, HouseholdId, PersonId};
use shukun_engine::facts::Claim;

use super::*;
use crate::batch::{Batch, Kind};
use crate::identity::IdentityVault;
use crate::lake::Lake;

/// A lake in memory.
#[derive(Default)]
pub(super) struct TestLake {
    claims: RefCell<HashMap<ClaimId, Claim>>,
}

impl TestLake {
    pub fn apply(&self, batch: &Batch) {
        let claims = batch.claims.iter().map(|claim| (claim.claim_id, claim.clone()));
        self.claims.borrow_mut().extend(claims);
    }

    pub fn claims(&self) -> Vec<Claim> {
        let mut claims: Vec<Claim> = self.claims.borrow().values().cloned().collect();
        claims.sort_by_key(|claim| claim.claim_id);
        claims
    }
}

fn hashed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl Known for TestLake {
    fn claim(&self, id: ClaimId) -> Option<Claim> {
        self.claims.borrow().get(&id).cloned()
    }

    fn reversals_of(&self, id: ClaimId) -> Vec<Claim> {
        self.claims.borrow().values().filter(|claim| claim.reverses_claim_id == Some(id)).cloned().collect()
    }

    fn person_id(&self, id_number: &str) -> PersonId {
        PersonId(hashed(id_number))
    }

    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        HouseholdId(hashed(householder_id_number) ^ 1)
    }

    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        ClaimId(hashed(settlement_no))
    }
}

pub(super) fn import(name: &str, bytes: &[u8], lake: &TestLake) -> Result<(Batch, ImportReport), ImportError> {
    plan_import(Source { name, bytes }, None, &Settings::default(), lake)
}

/// The header of an office's own export.
pub(super) const HEADER: [&str; 25] = [
    "结算id",
    "镇街",
    "村社",
    "参保类别",
    "身份证号",
    "姓名",
    "救助身份",
    "医疗机构编码",
    "医疗机构等级",
    "医保就诊类别",
    "病种编码",
    "入院日期",
    "出院日期",
    "结算日期",
    "费用总额",
    "全自费金额",
    "超限价自费",
    "先行自付金额",
    "符合医保报销金额",
    "基本医疗保险报销金额",
    "大病报销金额",
    "医疗救助",
    "个人账户支付金额（元）",
    "个人现金支付金额（元）",
    "备注",
];

/// The place of a header in [`HEADER`].
pub(super) fn at(header: &str) -> usize {
    HEADER.iter().position(|one| *one == header).unwrap()
}

pub(super) fn id_number(person: usize) -> String {
    let mut number = format!("3303051960010{}{:03}", 1 + person % 9, person % 1000);
    number.extend(shukun_base::id_number_check(&number));
    number
}

pub(super) type TextRow = Vec<String>;

/// A row without defects; amounts differ from row to row.
pub(super) fn clean_row(number: usize) -> TextRow {
    let id = id_number(number / 2);
    let cash = format!("{}.{:02}", 400 + number, number % 100);
    let total = format!("1,{}.{:02}", 400 + number, number % 100);
    let settlement = format!("33030520221100{number:04}");
    [
        &settlement,
        "北岙街道",
        "小三盘村委会",
        "城乡居民基本医疗保险",
        &id,
        "测试甲",
        "低保对象",
        "H33030500007",
        "二级",
        "普通住院",
        "J18.900",
        "20221030",
        "2022/11/05",
        "2022-11-05",
        &total,
        "100.00",
        "0.00",
        "200.00",
        &format!("{}.{:02}", 1100 + number, number % 100),
        "800.00",
        "0.00",
        "200.00",
        "0.00",
        &cash,
        "",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// The row that takes another one back.
pub(super) fn reversal_of(row: &TextRow) -> TextRow {
    let mut reversal = row.clone();
    for amount in &mut reversal[at("费用总额")..=at("个人现金支付金额（元）")] {
        *amount = format!("-{amount}");
    }
    reversal[0] = format!("{}R", row[0]);
    reversal[at("备注")] = format!("冲正 {}", row[0]);
    reversal
}

/// A CSV file in UTF-8 with a title row.
pub(super) fn csv_of(rows: &[TextRow]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(["洞头区医疗费用结算明细表"]).unwrap();
    writer.write_record(HEADER).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

#[test]
fn importing_twice_is_importing_once() {
    let mut rows: Vec<TextRow> = (0..6).map(clean_row).collect();
    rows.push(reversal_of(&rows[2]));
    let bytes = csv_of(&rows);
    let lake = TestLake::default();
    let (batch, report) = import("a.csv", &bytes, &lake).unwrap();
    assert_eq!((report.rows, report.accepted, report.reversals), (7, 7, 1), "{:?}", report.rejects);
    assert_eq!(batch.persons.len(), 3);
    lake.apply(&batch);
    let once = lake.claims();
    let (batch, report) = import("a.csv", &bytes, &lake).unwrap();
    assert_eq!((report.rows, report.accepted, report.duplicates, report.reversals), (7, 0, 7, 0));
    assert_eq!((batch.claims.len(), batch.persons.len()), (0, 0));
    lake.apply(&batch);
    assert_eq!(lake.claims(), once);
}

#[test]
fn the_lake_knows_every_row_again() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("lake");
    let vault = IdentityVault::open_or_create(&folder).unwrap();
    let mut lake = Lake::open_or_create(&folder).unwrap();
    let mut rows: Vec<TextRow> = (0..6).map(clean_row).collect();
    rows[3][at("大病报销金额")].clear();
    rows.push(reversal_of(&rows[2]));
    let bytes = csv_of(&rows);
    let source = Source { name: "a.csv", bytes: &bytes };
    let (batch, _) = plan_import(source, None, &Settings::default(), &lake.known(&vault)).unwrap();
    lake.commit(&[batch], "2023-01-15").unwrap();
    let known = lake.known(&vault);
    let (again, report) = plan_import(source, None, &Settings::default(), &known).unwrap();
    known.finish().unwrap();
    assert_eq!((report.accepted, report.duplicates, report.rejected), (0, 7, 0), "{:?}", report.by_reason);
    assert!(again.claims.is_empty());
}

fn import_ok(name: &str, bytes: &[u8]) -> (Batch, ImportReport) {
    import(name, bytes, &TestLake::default()).unwrap()
}

fn warning_codes(report: &ImportReport) -> Vec<&'static str> {
    report.warnings.iter().map(|warning| warning.code).collect()
}

#[test]
fn every_encoding_and_separator_gives_the_same_rows() {
    let rows: Vec<TextRow> = (0..4).map(clean_row).collect();
    let plain = csv_of(&rows);
    let wanted = import_ok("a.csv", &plain).0;
    assert_eq!(wanted.claims.len(), 4);
    let text = String::from_utf8(plain.clone()).unwrap();
    // The amounts' commas stand in quotation marks; other separators need none.
    let with = |separator: u8| {
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .delimiter(separator)
            .terminator(csv::Terminator::CRLF)
            .from_writer(vec![]);
        let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(plain.as_slice());
        for record in reader.records() {
            writer.write_record(&record.unwrap()).unwrap();
        }
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    };
    let (gbk, _, lossy) = encoding_rs::GBK.encode(&text);
    assert!(!lossy);
    let utf_16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(with(b'\t').encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let marked = [b"\xEF\xBB\xBF".as_slice(), &plain].concat();
    for (form, bytes) in [
        ("gbk", gbk.to_vec()),
        ("utf-16 with tabs", utf_16),
        ("utf-8 with mark", marked),
        ("semicolons", with(b';').into_bytes()),
    ] {
        let batch = import_ok("a.csv", &bytes).0;
        assert_eq!((batch.claims, batch.persons), (wanted.claims.clone(), wanted.persons.clone()), "{form}");
    }
}

#[test]
fn rare_characters_of_gb18030_are_kept() {
    let mut row = clean_row(1);
    row[at("姓名")] = "䶮㐂".to_owned();
    let text = String::from_utf8(csv_of(&[row])).unwrap();
    let (bytes, _, _) = encoding_rs::GB18030.encode(&text);
    let (batch, _) = import_ok("a.csv", &bytes);
    assert_eq!(batch.identities[0].1.name.reveal(), "䶮㐂");
}

#[test]
fn an_open_quotation_mark_loses_no_row_silently() {
    let mut rows: Vec<TextRow> = (0..4).map(clean_row).collect();
    rows[1][at("备注")] = "第一行\n第二行".to_owned();
    assert_eq!(import_ok("a.csv", &csv_of(&rows)).1.accepted, 4, "line breaks in a cell are no open mark");
    // With no other marks in the file the open one runs to its end.
    for row in &mut rows {
        row[at("费用总额")] = row[at("费用总额")].replace(',', "");
        row[at("备注")].clear();
    }
    let text = String::from_utf8(csv_of(&rows)).unwrap().replacen("330305202211000002", "\"330305202211000002", 1);
    let error = import("a.csv", text.as_bytes(), &TestLake::default()).unwrap_err();
    assert_eq!(error, ImportError::OpenQuote { line: 5 });
}

#[test]
fn totals_and_notes_are_no_rows_and_totals_are_checked() {
    let rows: Vec<TextRow> = (0..3).map(clean_row).collect();
    let below = |total: &str| {
        let mut subtotal = vec![String::new(); HEADER.len()];
        subtotal[0] = "小 计".to_owned();
        subtotal[at("费用总额")] = "1.00".to_owned();
        let mut sum = subtotal.clone();
        sum[0] = "合计：".to_owned();
        sum[at("费用总额")] = total.to_owned();
        let repeated = HEADER.map(str::to_owned).to_vec();
        let note = vec!["制表人：某某".to_owned(), "审核：某某".to_owned()];
        let all = rows.iter().cloned().chain([repeated, subtotal, sum, note]);
        import_ok("a.csv", &csv_of(&all.collect::<Vec<_>>())).1
    };
    // 1,400.00 + 1,401.01 + 1,402.02
    let right = below("4,203.03");
    assert_eq!((right.rows, right.accepted), (3, 3));
    assert_eq!(warning_codes(&right), ["note_rows"]);
    assert_eq!(warning_codes(&below("4,203.04")), ["total_mismatch", "note_rows"]);
}

#[test]
fn a_workbook_of_numbers_days_and_formulas_is_read() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let cover = book.add_worksheet();
    cover.set_name("说明").unwrap().write_string(0, 0, "本表由系统导出").unwrap();
    let hidden = book.add_worksheet();
    hidden.set_name("旧").unwrap().set_hidden(true);
    for name in ["一月", "二月"] {
        let sheet = book.add_worksheet();
        sheet.set_name(name).unwrap().write_string(0, 0, "结算明细").unwrap();
        for (column, header) in (0u16..).zip(HEADER) {
            sheet.write_string(2, column, header).unwrap();
        }
        let number = if name == "一月" { 1 } else { 2 };
        for (column, text) in (0u16..).zip(clean_row(number)) {
            let at_column = |header| usize::from(column) == at(header);
            match text.replace(',', "").parse::<f64>() {
                Ok(amount) if usize::from(column) >= at("费用总额") => {
                    sheet.write_number(3, column, amount).unwrap();
                }
                _ if at_column("入院日期") => {
                    sheet.write_number(3, column, 44_864).unwrap();
                }
                _ => {
                    sheet.write_string(3, column, &text).unwrap();
                }
            }
        }
        let total =
            rust_xlsxwriter::Formula::new("=SUM(Q4:Z4)").set_result(clean_row(number)[at("费用总额")].replace(',', ""));
        sheet.write_formula(3, u16::try_from(at("费用总额")).unwrap(), total).unwrap();
    }
    let (batch, report) = import_ok("a.xlsx", &book.save_to_buffer().unwrap());
    assert_eq!((report.rows, report.accepted), (2, 2), "{:?}", report.rejects);
    assert_eq!(warning_codes(&report), ["sheet_without_header"]);
    assert_eq!(batch.claims, import_ok("a.csv", &csv_of(&[clean_row(1), clean_row(2)])).0.claims);
}

#[test]
fn a_column_that_is_the_same_for_all_rows_comes_from_the_mapping() {
    let rows = [clean_row(1)];
    let mut lines: Vec<TextRow> = vec![HEADER.map(str::to_owned).to_vec()];
    lines.extend(rows);
    for line in &mut lines {
        line.remove(at("医保就诊类别"));
    }
    let mut writer = csv::Writer::from_writer(vec![]);
    lines.iter().for_each(|line| writer.write_record(line).unwrap());
    let bytes = writer.into_inner().unwrap();
    let source = Source { name: "a.csv", bytes: &bytes };
    let error = plan_import(source, None, &Settings::default(), &TestLake::default()).unwrap_err();
    assert_eq!(error.code(), "missing_columns");
    let mapping = Mapping::default().extended("[settlement.defaults]\nkind = \"普通住院\"").unwrap();
    let settings = Settings { mapping, ..Settings::default() };
    let (_, report) = plan_import(source, None, &settings, &TestLake::default()).unwrap();
    assert_eq!(report.accepted, 1);
}

#[test]
fn an_empty_payer_is_nothing_where_the_others_paid_all_and_unknown_where_not() {
    let mut row = clean_row(1);
    row[at("大病报销金额")].clear();
    let paid = |row: &TextRow| import_ok("a.csv", &csv_of(std::slice::from_ref(row))).0.claims[0].clone();
    assert_eq!(paid(&row).critical_illness_paid_fen, Some(Fen::ZERO));
    row[at("医疗救助")].clear();
    let claim = paid(&row);
    assert_eq!((claim.critical_illness_paid_fen, claim.medical_assistance_paid_fen), (None, None));
}

#[test]
fn part_of_a_claim_may_be_reversed_but_never_more_than_is_left() {
    let lake = TestLake::default();
    let row = clean_row(1);
    lake.apply(&import("a.csv", &csv_of(std::slice::from_ref(&row)), &lake).unwrap().0);
    // The claim is 1,401.01; each part takes back 600.00 of the pool's 800.00.
    let part = |suffix: &str| {
        let mut part = reversal_of(&row);
        part[0] = format!("{}{suffix}", row[0]);
        for header in ["费用总额", "符合医保报销金额", "基本医疗保险报销金额"] {
            part[at(header)] = "-600.00".to_owned();
        }
        for header in ["全自费金额", "先行自付金额", "医疗救助", "个人现金支付金额（元）"] {
            part[at(header)] = "0".to_owned();
        }
        part
    };
    let (batch, report) = import("b.csv", &csv_of(&[part("R1")]), &lake).unwrap();
    assert_eq!((report.accepted, report.reversals), (1, 1), "{:?}", report.rejects);
    lake.apply(&batch);
    let (_, report) = import("c.csv", &csv_of(&[part("R2")]), &lake).unwrap();
    assert_eq!(report.by_reason.into_keys().collect::<Vec<_>>(), ["reversal_exceeds"]);
}

#[test]
fn other_documents_than_id_cards_are_taken_as_they_are() {
    let header = "setl_id,psn_name,psn_cert_type,certno,med_type,setl_time,medfee_sumamt,fulamt_ownpay_amt,inscp_scp_amt,insuplc";
    let file = |place: &str| format!("{header}\n12,测试甲,06,E1234567,21,2022-04-21,100,10,90,{place}\n");
    let (batch, report) = import_ok("a.csv", file("330381").as_bytes());
    assert_eq!(report.accepted, 1, "{:?}", report.rejects);
    assert_eq!((batch.persons[0].birth_date, batch.persons[0].region_code.as_str()), (None, "330381"));
    let (_, report) = import_ok("a.csv", file("").as_bytes());
    assert_eq!(report.by_reason.into_keys().collect::<Vec<_>>(), ["unknown_value"], "no county is known");
}

#[test]
fn nothing_personal_is_told() {
    let mut rows: Vec<TextRow> = (0..4).map(clean_row).collect();
    rows[0][at("姓名")] = "=测试乙".to_owned();
    rows[1][at("身份证号")] = "330305196001019999".to_owned();
    rows[2][at("救助身份")] = format!("见 {}", id_number(5));
    rows[3][at("结算日期")] = "不详".to_owned();
    let (batch, report) = import_ok("a.csv", &csv_of(&rows));
    assert_eq!(report.rejected, 4);
    let told = format!("{} {report:?} {batch:?}", serde_json::to_string(&report).unwrap());
    for personal in ["测试", "330305196001019999", &id_number(5), &id_number(0), &id_number(1)] {
        assert!(!told.contains(personal), "{personal}");
    }
    assert!(told.contains("不详"), "what is not personal is shown");
}

#[test]
fn the_report_is_what_scripts_read() {
    let mut row = clean_row(3);
    row[at("入院日期")] = "2022-02-30".to_owned();
    let (_, report) = import_ok("a.csv", &csv_of(&[clean_row(1), clean_row(1), row]));
    let json = serde_json::to_value(&report).unwrap();
    let expected = serde_json::json!({
        "file": "a.csv", "kind": "settlement", "rows": 3, "accepted": 1, "rejected": 1, "duplicates": 1, "reversals": 0,
        "by_reason": { "bad_date": 1, "duplicate_row": 1 },
    });
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(&json[field], value, "{field}");
    }
    let reject = &json["rejects"][0];
    assert_eq!((&reject["sheet"], &reject["row"], &reject["column"]), (&"a.csv".into(), &5.into(), &"L".into()));
    assert_eq!((&reject["header"], &reject["value"]), (&"入院日期".into(), &"2022-02-30".into()));
}

fn sample(name: &str) -> Option<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/samples");
    let further_up = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/samples");
    [folder, further_up].iter().find_map(|folder| std::fs::read(folder.join(name)).ok())
}

fn summary(report: &ImportReport) -> serde_json::Value {
    let mut summary = serde_json::to_value(report).unwrap();
    let fields = summary.as_object_mut().unwrap();
    fields.retain(|name, _| !["rejects", "duplicate_rows"].contains(&name.as_str()));
    summary
}

#[test]
fn every_planted_defect_of_the_sample_is_accounted_for() {
    let Some(bytes) = sample("settlements_dongtou_2022.xlsx") else { return };
    let (batch, report) = import("settlements_dongtou_2022.xlsx", &bytes, &TestLake::default()).unwrap();
    println!("{:#}", summary(&report));
    assert_eq!((report.rows, report.accepted, report.rejected, report.duplicates), (1001, 907, 77, 17));
    assert_eq!(report.reversals, 13);
    let planted = [
        ("bad_date", 13),
        ("duplicate_row", 17),
        ("formula_text", 12),
        ("id_checksum", 23),
        ("identity_total", 17),
        ("not_a_number", 12),
    ];
    assert_eq!(report.by_reason.into_iter().collect::<Vec<_>>(), planted);
    assert_eq!(batch.claims.len(), 907);
}

#[test]
fn the_national_export_in_gbk_is_clean() {
    let Some(bytes) = sample("settlements_ruian_2022_gbk.csv") else { return };
    let (batch, report) = import("settlements_ruian_2022_gbk.csv", &bytes, &TestLake::default()).unwrap();
    println!("{:#}", summary(&report));
    assert_eq!((report.rows, report.accepted, report.kind), (1326, 1326, Kind::Settlement));
    assert!(batch.claims.iter().all(|claim| claim.basic_paid_fen.is_some()));
}

#[test]
fn the_roster_is_read() {
    let Some(bytes) = sample("roster_dongtou_2022.xlsx") else { return };
    let (batch, report) = import("roster_dongtou_2022.xlsx", &bytes, &TestLake::default()).unwrap();
    println!("{:#}", summary(&report));
    assert_eq!((report.rows, report.accepted, report.kind), (98, 98, Kind::Roster));
    assert_eq!(batch.certifications.len(), 81);
}
