//! The office's settlement export: XLSX with two title rows, the office's headers, dates in mixed forms, amounts as
//! text with and without commas, a total row; a new file where one would grow too long.

use std::path::{Path, PathBuf};

use shukun_base::{Day, Fen};

use super::CountyName;
use super::error::WriteError;
use super::sheet_row::{SheetRow, category_zh, date_in_form, insurance_words, kind_words, level_zh, plain_yuan};
use super::workbook::Book;

const HEADERS: [&str; 30] = [
    "结算id",
    "镇街",
    "村社",
    "参保类别",
    "身份证号",
    "姓名",
    "救助身份",
    "就诊医疗机构名称",
    "医疗机构编码",
    "医疗机构等级",
    "医保就诊类别",
    "病种编码",
    "病种名称",
    "病组编码",
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
    "本地户籍",
    "异地就医",
    "备注",
];

/// Where 费用总额 stands.
const TOTAL_COLUMN: usize = 17;

/// The settlement files of one year, or of some months of it.
pub(super) struct SettlementSheets {
    county: CountyName,
    year: i16,
    /// The months, as they stand in the file's name.
    span: Option<String>,
    folder: PathBuf,
    rows_per_file: u64,
    open: Option<OpenSheet>,
    part: u32,
    done: Vec<PathBuf>,
}

struct OpenSheet {
    book: Book,
    rows: u64,
    total: Fen,
}

impl SettlementSheets {
    pub(super) fn new(
        (county, year, span): (CountyName, i16, Option<String>),
        folder: &Path,
        rows_per_file: u64,
    ) -> SettlementSheets {
        let folder = folder.to_owned();
        SettlementSheets { county, year, span, folder, rows_per_file, open: None, part: 0, done: Vec::new() }
    }

    pub(super) fn write(&mut self, row: &SheetRow<'_>) -> Result<(), WriteError> {
        if self.open.as_ref().is_some_and(|open| open.rows >= self.rows_per_file) {
            self.close()?;
        }
        if self.open.is_none() {
            self.open = Some(self.open_part()?);
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        open.rows += 1;
        open.total += row.total;
        open.book.texts(&cells(row))
    }

    /// The files written; at least one, even with no rows.
    pub(super) fn finish(mut self) -> Result<Vec<PathBuf>, WriteError> {
        if self.open.is_none() && self.part == 0 {
            self.open = Some(self.open_part()?);
        }
        self.close()?;
        Ok(self.done)
    }

    fn open_part(&mut self) -> Result<OpenSheet, WriteError> {
        self.part += 1;
        let part = if self.part == 1 { String::new() } else { format!("_{}", self.part) };
        let span = self.span.as_ref().map(|span| format!("_{span}")).unwrap_or_default();
        let name = format!("settlements_{}_{}{span}{part}.xlsx", self.county.key(), self.year);
        let mut book = Book::create(self.folder.join(name), "结算明细", &self.folder)?;
        book.texts(&[format!("{}医疗费用结算明细表", self.county.zh())])?;
        book.texts(&[format!("导出时间：{}-06-15", self.year + 1)])?;
        book.texts(&HEADERS)?;
        Ok(OpenSheet { book, rows: 0, total: Fen::ZERO })
    }

    fn close(&mut self) -> Result<(), WriteError> {
        if let Some(mut open) = self.open.take() {
            let mut cells = vec![String::new(); TOTAL_COLUMN];
            if let Some(first) = cells.first_mut() {
                "合计".clone_into(first);
            }
            cells.push(plain_yuan(open.total));
            open.book.texts(&cells)?;
            self.done.push(open.book.save()?);
        }
        Ok(())
    }
}

/// The cells of a row. The synthetic county certifies the expenditure type for illness only, so its word is the one for
/// that.
fn cells(row: &SheetRow<'_>) -> [String; 30] {
    let claim = row.claim;
    let look = row.look();
    let date = |day: Day| date_in_form(day, look);
    let money = |amount: Fen| if look % 4 == 1 { amount.to_string() } else { plain_yuan(amount) };
    let flag = |yes: bool| if yes { "是" } else { "否" }.to_owned();
    let remark = claim.reverses.as_deref().map_or_else(String::new, |original| format!("冲正 {original}"));
    [
        claim.settlement_no.clone(),
        row.household.village.town.clone(),
        row.household.village.name.clone(),
        insurance_words(row.member.insurance).0.to_owned(),
        row.id_number.clone(),
        row.name.clone(),
        claim.category.map_or("", |category| category_zh(category, true)).to_owned(),
        claim.institution.name.clone(),
        claim.institution.code.clone(),
        level_zh(claim.institution.level).to_owned(),
        kind_words(claim.kind).0.to_owned(),
        claim.diagnosis.code.to_owned(),
        claim.diagnosis.name.to_owned(),
        claim.drg.unwrap_or_default().to_owned(),
        date(claim.admitted_on),
        row.discharged_text.map_or_else(|| date(claim.discharged_on), str::to_owned),
        date(claim.settled_on),
        money(row.total),
        money(claim.amounts.out_of_catalogue),
        money(claim.amounts.over_limit),
        money(claim.amounts.pre_selfpay),
        money(claim.amounts.in_scope),
        money(claim.paid.basic),
        money(claim.paid.critical_illness),
        money(claim.paid.medical_assistance),
        money(claim.paid.account),
        row.cash_text.map_or_else(|| money(claim.paid.cash), str::to_owned),
        flag(row.household.local_register),
        flag(claim.institution.out_of_area),
        remark,
    ]
}
