//! One claim as a row of an office's export, before it takes the office's or the national form.

use shukun_base::{Day, Fen};
use shukun_engine::facts::{Category, ClaimKind, Insurance};

use super::people::{Household, Member};
use super::settle::Settled;

/// A claim with what a defect may have spoilt.
pub(super) struct SheetRow<'a> {
    pub(super) household: &'a Household,
    pub(super) member: &'a Member,
    pub(super) claim: &'a Settled,
    pub(super) id_number: String,
    pub(super) name: String,
    pub(super) total: Fen,
    /// Instead of the cash amount.
    pub(super) cash_text: Option<&'static str>,
    /// Instead of the day of discharge.
    pub(super) discharged_text: Option<&'static str>,
}

impl<'a> SheetRow<'a> {
    pub(super) fn new(household: &'a Household, member: &'a Member, claim: &'a Settled) -> SheetRow<'a> {
        SheetRow {
            household,
            member,
            claim,
            id_number: member.id_number.clone(),
            name: member.name.clone(),
            total: claim.amounts.total,
            cash_text: None,
            discharged_text: None,
        }
    }

    /// A number that stays the same for the row: what decides its forms of dates and amounts.
    pub(super) fn look(&self) -> u64 {
        self.household.number + self.claim.settlement_no.bytes().map(u64::from).sum::<u64>()
    }
}

/// `1234.50`, without commas.
pub(super) fn plain_yuan(amount: Fen) -> String {
    let sign = if amount.is_negative() { "-" } else { "" };
    let fen = amount.0.unsigned_abs();
    format!("{sign}{}.{:02}", fen / 100, fen % 100)
}

/// One of the three forms of a date that offices mix in one column.
pub(super) fn date_in_form(day: Day, form: u64) -> String {
    let (year, month, day) = (day.year(), day.month(), day.day());
    match form % 3 {
        0 => format!("{year}-{month:02}-{day:02}"),
        1 => format!("{year}/{month:02}/{day:02}"),
        _ => format!("{year}{month:02}{day:02}"),
    }
}

/// 救助身份
pub(super) fn category_zh(category: Category, due_to_illness: bool) -> &'static str {
    match category {
        Category::Destitute => "特困人员",
        Category::Dibao => "低保对象",
        Category::DibaoMarginal => "低保边缘家庭成员",
        Category::LowIncome => "低收入家庭",
        Category::ExpenditureType if due_to_illness => "因病致贫重病患者",
        Category::ExpenditureType => "支出型困难家庭成员",
        Category::Other => "其他困难人员",
    }
}

/// 参保类别 and its national code.
pub(super) fn insurance_words(insurance: Insurance) -> (&'static str, &'static str) {
    match insurance {
        Insurance::Employee => ("职工基本医疗保险", "310"),
        Insurance::Resident => ("城乡居民基本医疗保险", "390"),
    }
}

/// 医保就诊类别 and its national code.
pub(super) fn kind_words(kind: ClaimKind) -> (&'static str, &'static str) {
    match kind {
        ClaimKind::Inpatient => ("普通住院", "21"),
        ClaimKind::SpecialOutpatient => ("门诊慢特病", "14"),
        ClaimKind::Outpatient => ("普通门诊", "11"),
        ClaimKind::Pharmacy => ("定点药店购药", "41"),
        ClaimKind::Emergency => ("急诊", "13"),
    }
}

/// 医疗机构等级
pub(super) fn level_zh(level: i8) -> &'static str {
    match level {
        1 => "一级",
        2 => "二级",
        _ => "三级",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_dates_are_written_as_offices_do() {
        assert_eq!(plain_yuan(Fen(-123_405)), "-1234.05");
        let day = Day::new(2022, 3, 9).unwrap();
        let forms: Vec<String> = (0..3).map(|form| date_in_form(day, form)).collect();
        assert_eq!(forms, ["2022-03-09", "2022/03/09", "20220309"]);
    }
}
