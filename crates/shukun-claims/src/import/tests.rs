//! Whole files through [`plan_import`]: own synthetic workbooks, and the sample files where they lie beside the
//! workspace.

use std::cell::RefCell;
use std::collections::HashMap;

use shukun_base::{ClaimId, HouseholdId, PersonId};
use shukun_engine::facts::Claim;

use super::*;
use crate::batch::{Batch, Kind};

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
    number.extend(values::check_character(&number));
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
