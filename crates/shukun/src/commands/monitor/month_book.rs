//! The month as a workbook for the officers who work on it: names joined, ID numbers masked unless a purpose was given.

use std::collections::HashMap;
use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};
use shukun_analysis::watch::{Expected, Listed, Month, Precision, TrainedOn, town};
use shukun_base::{Lang, PersonId, RegionCode};
use shukun_claims::Identity;
use shukun_claims::import::Regions;
use shukun_engine::outcome::Colour;

use super::evaluate::percent;
use super::month_text::{COLOURS, colour_or_none};
use super::results::{RejectedRow, ResultsRead, precision_header, precision_rows};
use super::through::MonthFound;
use crate::book::{Cell, Formats, Sheet, masked, write_sheet};
use crate::error::CliError;
use crate::words::{colour, pick};

/// Who the codes are, and how much of it may be written.
pub struct Names<'a> {
    /// From the identity vault.
    pub identities: &'a HashMap<PersonId, Identity>,
    /// The purpose for which whole ID numbers and phones are written.
    pub full_ids: Option<&'a str>,
}

/// Writes the workbook.
pub fn write_book(
    found: &MonthFound,
    names: &Names<'_>,
    regions: &Regions,
    out: &Path,
    lang: Lang,
) -> Result<(), CliError> {
    let mut book = Book { workbook: Workbook::new(), formats: Formats::new(), names, regions, lang };
    book.write(found).and_then(|()| book.workbook.save(out)).map_err(|error| CliError::unwritable(out, &error))
}

struct Book<'a> {
    workbook: Workbook,
    formats: Formats,
    names: &'a Names<'a>,
    regions: &'a Regions,
    lang: Lang,
}

impl Book<'_> {
    fn write(&mut self, found: &MonthFound) -> Result<(), XlsxError> {
        let report = &found.report;
        let illustrative = found.sources.illustrative;
        let lists = [
            (pick(self.lang, "本月上升", "Rose"), &report.rose),
            (pick(self.lang, "本月下降", "Fell"), &report.fell),
            (pick(self.lang, "在色名单", "With a colour"), &report.current),
        ];
        for (name, rows) in lists {
            self.people_sheet(name, report.month, illustrative, rows)?;
        }
        if let Some(expected) = &found.expected {
            self.expected_sheet(found, expected)?;
        }
        if let Some(precision) = &found.precision {
            self.precision_sheet(found, precision)?;
        }
        if let Some(read) = &found.results {
            self.rejects_sheet(read)?;
        }
        self.counts_sheet(found)?;
        self.about_sheet(found)
    }

    fn people_sheet(&mut self, name: &str, month: Month, illustrative: bool, rows: &[Listed]) -> Result<(), XlsxError> {
        let lang = self.lang;
        let mut header: Vec<String> = [
            ("本月", "now"),
            ("上月", "last month"),
            ("负担（元）", "burden (yuan)"),
            ("上月负担（元）", "burden last month (yuan)"),
        ]
        .map(|(zh, en)| pick(lang, zh, en).to_owned())
        .to_vec();
        header.extend(self.person_header());
        header.extend(
            [
                ("费用年度", "year of costs"),
                ("首次有色", "first coloured"),
                ("有色自", "coloured since"),
                ("升过几次", "rises"),
                ("降过几次", "falls"),
                ("规则", "rule"),
            ]
            .map(|(zh, en)| pick(lang, zh, en).to_owned()),
        );
        let cells: Vec<Vec<Cell>> = rows.iter().map(|row| self.listed(row)).collect();
        let title = format!("{month} {name}");
        let sheet = Sheet { name, title: &title, illustrative, header: &header, rows: &cells };
        write_sheet(&mut self.workbook, &self.formats, &sheet, lang)
    }

    fn listed(&self, row: &Listed) -> Vec<Cell> {
        let mut cells = vec![
            self.colour_cell(row.colour),
            self.colour_cell(row.before),
            Cell::Money(row.burden_fen),
            Cell::Money(row.burden_before_fen),
        ];
        cells.extend(self.person_cells(row.person_id, &row.region));
        let month = |month: Option<Month>| Cell::Words(month.map(|month| month.to_string()).unwrap_or_default());
        cells.extend([
            Cell::Count(row.year.unsigned_abs().into()),
            month(row.first_coloured),
            month(row.coloured_since),
            Cell::Count(row.rises.into()),
            Cell::Count(row.falls.into()),
            Cell::Words(row.rules.join("、")),
        ]);
        cells
    }

    fn colour_cell(&self, reached: Option<Colour>) -> Cell {
        reached.map_or_else(|| Cell::Words(colour_or_none(None, self.lang)), Cell::Colour)
    }

    fn person_header(&self) -> Vec<String> {
        let words = [
            ("姓名", "name"),
            ("身份证号", "ID number"),
            ("联系电话", "phone"),
            ("乡镇（街道）", "town"),
            ("村（社区）", "village"),
            ("区划代码", "region code"),
            ("人员编号", "person code"),
        ];
        words.iter().map(|(zh, en)| pick(self.lang, zh, en).to_owned()).collect()
    }

    fn person_cells(&self, person: PersonId, region: &RegionCode) -> Vec<Cell> {
        let identity = self.names.identities.get(&person);
        let is_full = self.names.full_ids.is_some();
        let shown = |value: &str| if is_full { value.to_owned() } else { masked(value) };
        let phone = identity.and_then(|known| known.phone.as_ref()).map(|phone| shown(phone.reveal()));
        let words = [
            identity.map(|known| known.name.reveal().clone()).unwrap_or_default(),
            identity.map(|known| shown(known.id_number.reveal())).unwrap_or_default(),
            phone.unwrap_or_default(),
            self.regions.find_town_name(&town(region)).unwrap_or_default().to_owned(),
            self.regions.find_village_name(region.as_str()).unwrap_or_default().to_owned(),
            region.to_string(),
            person.to_string(),
        ];
        words.map(Cell::Words).into()
    }

    fn expected_sheet(&mut self, found: &MonthFound, expected: &[Expected]) -> Result<(), XlsxError> {
        let lang = self.lang;
        let words = [
            ("可能性", "how likely"),
            ("概率", "probability"),
            ("今年已有负担（元）", "burden so far (yuan)"),
            ("线性外推也到线", "extrapolation agrees"),
            ("主要原因", "main reasons"),
        ];
        let mut header: Vec<String> = words.map(|(zh, en)| pick(lang, zh, en).to_owned()).to_vec();
        header.extend(self.person_header());
        let row = |row: &Expected| {
            let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.in_lang(lang)).collect();
            let agrees = if row.by_extrapolation { pick(lang, "是", "yes") } else { pick(lang, "否", "no") };
            let mut cells = vec![
                Cell::Words(row.outlook.text().in_lang(lang).to_owned()),
                Cell::Words(percent(row.probability)),
                Cell::Money(row.burden_fen),
                Cell::Words(agrees.to_owned()),
                Cell::Words(reasons.join(pick(lang, "；", "; "))),
            ];
            cells.extend(self.person_cells(row.person_id, &row.region));
            cells
        };
        let rows: Vec<Vec<Cell>> = expected.iter().map(row).collect();
        let name = pick(lang, "预计到线", "Expected");
        let title = format!(
            "{} {}",
            found.report.month,
            pick(
                lang,
                "年底前可能到线：只用来排先看谁，不据此给付或拒绝",
                "may cross the line by December: only orders whom to look at first; nothing is paid or refused because of it"
            )
        );
        let sheet =
            Sheet { name, title: &title, illustrative: found.sources.illustrative, header: &header, rows: &rows };
        write_sheet(&mut self.workbook, &self.formats, &sheet, lang)
    }

    fn precision_sheet(&mut self, found: &MonthFound, precision: &Precision) -> Result<(), XlsxError> {
        let lang = self.lang;
        let header = precision_header(lang).map(str::to_owned);
        let rows = precision_rows(precision, self.regions, lang).into_iter();
        let rows: Vec<Vec<Cell>> = rows.map(|cells| cells.into_iter().map(Cell::Words).collect()).collect();
        let name = pick(lang, "核查准确率", "Precision");
        let sheet = Sheet { name, title: name, illustrative: found.sources.illustrative, header: &header, rows: &rows };
        write_sheet(&mut self.workbook, &self.formats, &sheet, lang)
    }

    fn rejects_sheet(&mut self, read: &ResultsRead) -> Result<(), XlsxError> {
        let lang = self.lang;
        let header =
            [("行", "row"), ("列", "column"), ("代码", "code"), ("问题", "what is wrong"), ("办法", "how to mend it")]
                .map(|(zh, en)| pick(lang, zh, en).to_owned());
        let row = |bad: &RejectedRow| {
            vec![
                Cell::Count(bad.row.into()),
                Cell::Words(bad.column.to_owned()),
                Cell::Words(bad.code.to_owned()),
                Cell::Words(bad.what.in_lang(lang).to_owned()),
                Cell::Words(bad.mend.in_lang(lang).to_owned()),
            ]
        };
        let rows: Vec<Vec<Cell>> = read.rejected.iter().map(row).collect();
        let name = pick(lang, "核查结果退回行", "Rejected results");
        let sheet = Sheet { name, title: name, illustrative: false, header: &header, rows: &rows };
        write_sheet(&mut self.workbook, &self.formats, &sheet, lang)
    }

    fn counts_sheet(&mut self, found: &MonthFound) -> Result<(), XlsxError> {
        let lang = self.lang;
        let mut header = vec![pick(lang, "乡镇（街道）", "town").to_owned()];
        header.extend(COLOURS.iter().map(|reached| colour(*reached).in_lang(lang).to_owned()));
        header.push(pick(lang, "合计", "all").to_owned());
        let row = |(code, counts): (&String, &shukun_analysis::watch::ColourCounts)| {
            let mut cells = vec![Cell::Words(self.regions.find_town_name(code).unwrap_or(code).to_owned())];
            cells.extend(COLOURS.iter().map(|reached| Cell::Count(counts.of(*reached))));
            cells.push(Cell::Count(counts.sum()));
            cells
        };
        let rows: Vec<Vec<Cell>> = found.report.towns.iter().map(row).collect();
        let name = pick(lang, "各乡镇", "Towns");
        let title = format!("{} {name}", found.report.month);
        let sheet =
            Sheet { name, title: &title, illustrative: found.sources.illustrative, header: &header, rows: &rows };
        write_sheet(&mut self.workbook, &self.formats, &sheet, lang)
    }

    fn about_sheet(&mut self, found: &MonthFound) -> Result<(), XlsxError> {
        let lang = self.lang;
        let sheet = self.workbook.add_worksheet().set_name(pick(lang, "说明", "About"))?;
        sheet.set_column_width(0, 110)?;
        for (row, line) in (0_u32..).zip(about(found, self.names.full_ids, lang)) {
            sheet.write_with_format(row, 0, line, &self.formats.wrapped)?;
        }
        Ok(())
    }
}

/// What the lists rest on.
pub fn about(found: &MonthFound, full_ids: Option<&str>, lang: Lang) -> Vec<String> {
    let month = found.report.month;
    let mut lines = vec![
        pick(
            lang,
            "本名单含个人信息，只供核查使用，用后按规定保管或销毁。",
            "This list holds personal data; it is for verification only.",
        )
        .to_owned(),
        match lang {
            Lang::Zh => format!(
                "按 {month} 月末已知的情况：结算日期在 {} 以前（含当天）的结算和冲正、认定日期在此以前的认定。",
                month.last_day()
            ),
            Lang::En => format!(
                "As known at the end of {month}: claims and reversals settled, and certifications decided, by {}.",
                month.last_day()
            ),
        },
    ];
    if let Some(purpose) = full_ids {
        lines.push(format!(
            "{}{purpose}",
            pick(lang, "写出完整身份证号的用途：", "Whole ID numbers were written for: ")
        ));
    }
    lines.extend(found.trained_on.iter().map(|trained| model_line(trained, lang)));
    lines.extend(crate::screening_book::about_sources(&found.sources, lang));
    lines
}

/// What a prediction rests on.
pub fn model_line(trained: &TrainedOn, lang: Lang) -> String {
    let years: Vec<String> = trained.years.iter().map(ToString::to_string).collect();
    match lang {
        Lang::Zh => format!(
            "预测模型：用 {} 年训练（{}），线 {} 元；{}。换了年份、制度或人群要重新训练。",
            years.join("、"),
            trained.source,
            trained.line_fen,
            trained.library
        ),
        Lang::En => format!(
            "prediction: trained on {} ({}), line {} yuan; {}. Train it anew for other years, packs or people.",
            years.join(", "),
            trained.source,
            trained.line_fen,
            trained.library
        ),
    }
}
