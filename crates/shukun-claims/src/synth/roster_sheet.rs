//! The offices' roster of people in hardship and holders of disability certificates, or of everybody.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::CountyName;
use super::error::WriteError;
use super::people::{CertifiedSpan, Household, Member};
use super::sheet_row::{category_zh, insurance_words};
use super::workbook::Book;

const HEADERS: [&str; 18] = [
    "序号",
    "街道/乡镇",
    "村/社区",
    "姓名",
    "证件类型",
    "证件号码",
    "户主证件号码",
    "与户主关系",
    "参保类别",
    "本地户籍",
    "救助身份",
    "认定日期",
    "失效日期",
    "因病",
    "残疾人证号",
    "家庭年收入（元）",
    "家庭人数",
    "备注",
];

/// The roster file.
pub(super) struct RosterSheet {
    book: Book,
    rows: u32,
    everyone: bool,
}

impl RosterSheet {
    pub(super) fn create(
        county: CountyName,
        year: i16,
        folder: &Path,
        everyone: bool,
    ) -> Result<RosterSheet, WriteError> {
        let path = folder.join(format!("roster_{}_{year}.xlsx", county.key()));
        let (sheet, title) = match everyone {
            true => ("参保人员花名册", "参保人员花名册"),
            false => ("困难群众花名册", "困难群众及残疾人花名册"),
        };
        let mut book = Book::create(path, sheet, folder)?;
        book.texts(&[title])?;
        book.texts(&HEADERS)?;
        Ok(RosterSheet { book, rows: 0, everyone })
    }

    /// The household's rows: one for each certification of a person, or one for a person without any.
    pub(super) fn write(&mut self, household: &Household) -> Result<(), WriteError> {
        let everyone = self.everyone;
        for member in household.members.iter().filter(|member| everyone || member.is_on_roster()) {
            if member.certifications.is_empty() {
                self.person(household, member, None)?;
            }
            for span in &member.certifications {
                self.person(household, member, Some(span))?;
            }
        }
        Ok(())
    }

    /// The file and how many rows it has.
    pub(super) fn finish(self) -> Result<(PathBuf, u32), WriteError> {
        Ok((self.book.save()?, self.rows))
    }

    fn person(
        &mut self,
        household: &Household,
        member: &Member,
        span: Option<&CertifiedSpan>,
    ) -> Result<(), WriteError> {
        self.rows += 1;
        let (number, everyone) = (self.rows, self.everyone);
        self.book.row(|sheet, row| {
            sheet.write_number(row, 0, number)?;
            write_texts(sheet, row, &texts(household, member, span, everyone))?;
            if household.is_on_roster() {
                let yuan = u32::try_from(household.annual_income.0 / 100).unwrap_or(u32::MAX);
                sheet.write_number(row, 15, yuan)?;
            }
            sheet.write_number(row, 16, u32::try_from(household.members.len()).unwrap_or(u32::MAX))?;
            Ok(())
        })
    }
}

/// Texts from the second column on.
fn write_texts(sheet: &mut Worksheet, row: u32, texts: &[String]) -> Result<(), XlsxError> {
    for (column, text) in (1_u16..).zip(texts).filter(|(_, text)| !text.is_empty()) {
        sheet.write_string(row, column, text)?;
    }
    Ok(())
}

/// The texts of a row. A roster of everybody says 否 where there is no disability certificate; the usual one leaves the
/// cell blank, which says nothing.
fn texts(household: &Household, member: &Member, span: Option<&CertifiedSpan>, everyone: bool) -> [String; 14] {
    let no_certificate = if everyone { "否" } else { "" };
    let head = household.members.first().unwrap_or(member);
    let due_to_illness = span.is_some_and(|span| span.due_to_illness);
    let flag = |yes: bool| if yes { "是" } else { "否" }.to_owned();
    [
        household.village.town.clone(),
        household.village.name.clone(),
        member.name.clone(),
        "居民身份证".to_owned(),
        member.id_number.clone(),
        head.id_number.clone(),
        member.relation.zh(member.sex).to_owned(),
        insurance_words(member.insurance).0.to_owned(),
        flag(household.local_register),
        span.map_or("", |span| category_zh(span.category, span.due_to_illness)).to_owned(),
        span.map_or_else(String::new, |span| span.valid_from.to_string()),
        span.and_then(|span| span.valid_to).map_or_else(String::new, |day| day.to_string()),
        flag(due_to_illness),
        member
            .disability
            .map_or_else(|| no_certificate.to_owned(), |(kind, grade)| format!("{}{kind}{grade}", member.id_number)),
    ]
}
