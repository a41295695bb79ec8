//! The page of docs/ about the tables, made from the tables themselves. `SHUKUN_BLESS=1` writes it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use arrow::datatypes::{DataType, Field, Schema};

use super::bucket::Table;
use super::changes::changes_table;
use super::colour_history::history_table;
use super::notes::notes_table;
use super::postings::postings_table;
use super::standings::{StandingColumns, standings_table};
use super::tables::table;
use crate::columns::split_schema;
use shukun_engine::kernel::Names;

/// What each column means: 中文, English.
const MEANINGS: &[(&str, &str, &str)] = &[
    ("account", "资金", "the fund that pays"),
    ("account_paid_fen", "个人账户支付", "paid from the person's own account"),
    ("admitted_on", "入院日期", "day of admission"),
    ("amount_before_rounding", "取整前金额（分，六位小数）", "the exact amount in fen, six decimals, halves to even"),
    ("amount_fen", "金额", "the amount"),
    ("annual_income_fen", "家庭年收入", "yearly income of the household"),
    ("applied_on", "申请日期", "day of application"),
    ("article", "依据", "the article it rests on"),
    ("as_settled", "已结算", "taken from the claim instead of computed"),
    ("base_fen", "基数", "what the rate was applied to"),
    ("basic_paid_fen", "基本医保支付", "paid by basic insurance"),
    ("birth_date", "出生日期", "day of birth"),
    ("bracket", "分档（从 1 起）", "row of the scale, from 1"),
    ("burden_fen", "预警所看的负担", "burden that the alerts measure"),
    ("burden_个人负担_fen", "口径下的负担，每个口径一列", "burden by a named base, one column a base"),
    (
        "cap_left_慈善救助_fen",
        "限额余额，每条有限额的规则一列",
        "what is left under a limit, one column a limited rule",
    ),
    ("cash_paid_fen", "个人现金支付", "paid in cash"),
    ("category", "认定类别", "category of hardship"),
    ("ceiling_fen", "最高金额", "ceiling of a resolution or an entitlement"),
    ("certified_on", "认定日期", "day of the certification"),
    ("claim_id", "结算（编号的散列）", "the claim: a hash of its settlement number"),
    ("colour", "预警颜色", "colour of the alert"),
    ("computed_fen", "计算金额", "what the formula or the rule gives, or the measured burden"),
    ("critical_illness_paid_fen", "大病保险支付", "paid by critical illness insurance"),
    ("disability_certificate", "持残疾人证", "holds a disability certificate"),
    ("discharged_on", "出院日期", "day of discharge"),
    ("document", "决议文号", "number of the resolution"),
    ("drg_code", "病组", "diagnosis-related group"),
    ("due_to_illness", "因病", "hardship due to illness"),
    ("facts", "其他事实（JSON）", "declared facts, as JSON"),
    ("family_fen", "个人负担", "what stays with the family"),
    ("hospital_level", "医院等级 1–3", "level of the hospital, 1–3"),
    ("household_id", "户（带密钥的散列）", "the household: a keyed hash"),
    ("in_scope_fen", "政策范围内费用", "cost within the policy's scope"),
    ("institution_code", "医药机构编码", "code of the institution"),
    ("insurance", "参保类型", "kind of insurance"),
    ("kind", "就医类别", "kind of visit"),
    ("local_register", "本地户籍", "registered here"),
    ("medical_assistance_paid_fen", "医疗救助支付", "paid by medical assistance"),
    ("members", "家庭人数", "members of the household"),
    ("missing", "缺少的资料", "what is not known"),
    ("month", "月末已知的月份", "the month at whose end it was known"),
    ("other_paid_fen", "其他支付", "paid by others"),
    ("out_of_area", "异地就医", "treated elsewhere"),
    ("out_of_catalogue_fen", "自费", "cost outside the catalogue"),
    ("outcome", "结果种类", "kind of outcome"),
    ("over_limit_fen", "超限价", "cost above a price limit"),
    ("paid_fen", "支付或已结算金额", "what was paid, or settled"),
    ("paid_基本医保_fen", "各层级支付，每个层级一列", "paid by a tier, one column a tier"),
    ("period", "待遇期", "benefit period"),
    ("person_id", "人员（带密钥的散列）", "the person: a keyed hash"),
    ("pre_selfpay_fen", "先行自付", "paid first by the person"),
    ("principal_diagnosis", "主要诊断", "principal diagnosis"),
    ("rate_ppm", "比例（百万分之一）", "rate in millionths; null where it is no whole number of them"),
    ("reading", "所选读法", "readings that were chosen"),
    ("region_code", "区划代码", "region code, as fine as known"),
    ("reverses_claim_id", "冲正的结算", "the claim that this one reverses"),
    ("roster_fields", "名册提供的字段（位）", "fields that a roster gave, as bits"),
    ("roster_region", "名册上的区划", "region by rosters"),
    ("rule", "规则名称", "name of the rule"),
    ("seq", "顺序", "order within the run"),
    ("settled_category", "结算时身份", "category that the settlement carries"),
    ("settled_on", "结算日期", "day of settlement"),
    ("settled_region", "结算中的区划", "region by settlements"),
    ("settlement_no", "结算编号", "settlement number as the office writes it"),
    ("sex", "性别", "sex"),
    ("stated", "有文件说明该户", "a file told of the household; otherwise derived from its members"),
    ("supplementary_paid_fen", "补充保险支付", "paid by supplementary insurance"),
    ("text_en", "英文说明", "the same in English"),
    ("text_zh", "说明", "the outcome in words, Chinese"),
    ("total_fen", "费用总额", "total cost"),
    ("valid_from", "生效日期", "first day in force"),
    ("valid_to", "失效日期（含）", "last day in force; null = open"),
    ("year", "年度", "calendar year"),
];

/// How the lake's files lie.
const LAYOUT: &str = "
`claims/year=2025/county=330305/003-of-008-17.parquet`: 2025 年的费用、330305 县、八个分桶中的第 3 个（从 0 数起）、第 17 次提交写入。
A year of costs (discharge, else settlement), a county (six digits, fewer where the county is not known), bucket 3 of 8, written by commit 17.
The other tables have no year. DuckDB reads a table with
`read_parquet('claims/*/*/*.parquet', hive_partitioning = true)` and prunes by `year` and `county`. Only files that
`manifest.json` names count; after a stop there may be others until the next import.
";

fn schemas() -> Vec<(&'static str, &'static str, Schema)> {
    let one = |name: &str| vec![name.to_owned()];
    let names = StandingColumns { tiers: one("基本医保"), bases: one("个人负担"), limits: one("慈善救助") };
    let input = |which: Table| table(which, None, &[]).unwrap().schema().as_ref().clone();
    let output = |table: arrow::array::RecordBatch| table.schema().as_ref().clone();
    vec![
        ("persons", "人员", input(Table::Persons)),
        ("certifications", "认定", input(Table::Certifications)),
        ("households", "户", input(Table::Households)),
        ("claims", "结算", input(Table::Claims)),
        ("resolutions", "决议", input(Table::Resolutions)),
        ("postings.parquet", "分录", output(postings_table(&[]).unwrap())),
        ("standings.parquet", "年度状况", output(standings_table(&[], &names).unwrap())),
        ("notes.parquet", "说明", output(notes_table(&[]).unwrap())),
        ("history.parquet", "逐月颜色", output(history_table(&[]).unwrap())),
        ("delta_standings.parquet", "年度状况的变化", output(changes_table(&[], &names).unwrap())),
        ("splits.parquet", "每笔结算由谁支付", split_schema(&Names { tiers: one("基本医保"), ..Names::default() })),
    ]
}

fn type_name(field: &Field) -> String {
    let name = match field.data_type() {
        DataType::Dictionary(..) => "Utf8, dictionary".to_owned(),
        other => other.to_string(),
    };
    if field.is_nullable() { format!("{name}, null") } else { name }
}

fn page() -> String {
    let meanings: BTreeMap<&str, (&str, &str)> = MEANINGS.iter().map(|(name, zh, en)| (*name, (*zh, *en))).collect();
    let mut page = String::from(
        "# 数据表 · The tables\n\nMade from the tables themselves. Money is in fen (`_fen`); null is \"not known\", never \"no\". \
         The first five are the lake's, by county and buckets of whole households (claims by year too), sorted by household, \
         person and day; the next three and \
         the one before the last are what `shukun settle` writes (`delta_postings.parquet` has the columns of the postings), \
         `history.parquet` is what `shukun monitor` writes, the last what `shukun settle-file --split` writes.\n",
    );
    page.push_str(LAYOUT);
    for (name, zh, schema) in schemas() {
        writeln!(page, "\n## {name} · {zh}\n\n| 列 column | 类型 type | 含义 | meaning |\n|---|---|---|---|").unwrap();
        for field in schema.fields() {
            let (zh, en) = meanings[own_name(field.name())];
            let (before, after) = (field.name().starts_with("before_"), field.name().starts_with("after_"));
            let (zh, en) = match (before, after) {
                (true, _) => (format!("此前：{zh}"), format!("before: {en}")),
                (_, true) => (format!("此后：{zh}"), format!("after: {en}")),
                _ => (zh.to_owned(), en.to_owned()),
            };
            writeln!(page, "| {} | {} | {zh} | {en} |", field.name(), type_name(field)).unwrap();
        }
    }
    page
}

/// The name of a column without its side.
fn own_name(name: &str) -> &str {
    name.strip_prefix("before_").or(name.strip_prefix("after_")).unwrap_or(name)
}

#[test]
fn the_page_is_that_of_the_tables() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/tables.md");
    if std::env::var_os("SHUKUN_BLESS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, page(), "docs/tables.md is out of date: run this test with SHUKUN_BLESS=1");
}

#[test]
fn every_meaning_is_of_a_column() {
    let columns: BTreeSet<String> = schemas()
        .iter()
        .flat_map(|(_, _, schema)| schema.fields().iter().map(|field| own_name(field.name()).to_owned()))
        .collect();
    let explained: BTreeSet<String> = MEANINGS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(explained, columns);
    assert_eq!(explained.len(), MEANINGS.len());
}
