//! The projection as a workbook.

use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};
use shukun_analysis::project::report::{LinePath, Path as Years};
use shukun_base::{Lang, Text};

use super::report::Report;
use super::text::{growth_words, line_name, sample_words};
use crate::book::{Cell, Formats, Sheet, write_sheet};
use crate::commands::compare::book::source_rows;
use crate::error::CliError;
use crate::words::pick;

/// Writes the workbook.
pub fn write_book(report: &Report, out: &Path, lang: Lang) -> Result<(), CliError> {
    let mut book = Book { workbook: Workbook::new(), formats: Formats::new(), illustrative: report.illustrative, lang };
    book.write(report).and_then(|()| book.workbook.save(out)).map_err(|error| CliError::unwritable(out, &error))
}

struct Book {
    workbook: Workbook,
    formats: Formats,
    illustrative: bool,
    lang: Lang,
}

impl Book {
    fn write(&mut self, report: &Report) -> Result<(), XlsxError> {
        self.paths(report)?;
        self.assumed(report)?;
        self.seen(report)?;
        self.sources(report)
    }

    fn sheet(
        &mut self,
        name: &Text,
        title: &Text,
        header: &[(&str, &str)],
        rows: &[Vec<Cell>],
    ) -> Result<(), XlsxError> {
        let header: Vec<String> = header.iter().map(|(zh, en)| pick(self.lang, zh, en).to_owned()).collect();
        let list = Sheet {
            name: name.in_lang(self.lang),
            title: title.in_lang(self.lang),
            illustrative: self.illustrative,
            header: &header,
            rows,
        };
        write_sheet(&mut self.workbook, &self.formats, &list, self.lang)
    }

    fn paths(&mut self, report: &Report) -> Result<(), XlsxError> {
        let lang = self.lang;
        let mut rows = Vec::new();
        for line in &report.projection.lines {
            let sides = [
                (pick(lang, "方案", "policy"), Some(&line.baseline)),
                (pick(lang, "对照", "variant"), line.variant.as_ref()),
                (pick(lang, "相差", "difference"), line.difference.as_ref()),
            ];
            for (side, path) in sides {
                rows.extend(
                    path.into_iter().flat_map(|path| path_rows(line, side, path, report.projection.base_year, lang)),
                );
            }
        }
        let header = [
            ("项目", "line"),
            ("方案", "policy"),
            ("年度", "year"),
            ("中间（元）", "middle (yuan)"),
            ("低 P10（元）", "low P10 (yuan)"),
            ("一半 P50（元）", "half P50 (yuan)"),
            ("高 P90（元）", "high P90 (yuan)"),
            ("抽样误差（元）", "sampling error (yuan)"),
            ("基准年户数", "households in the base year"),
        ];
        let title = Text::new(
            "各基金今后几年的支付：十种可能里八种落在低与高之间",
            "Each fund's next years: eight of ten futures lie between low and high",
        );
        self.sheet(&Text::new("推算", "Projection"), &title, &header, &rows)
    }

    fn assumed(&mut self, report: &Report) -> Result<(), XlsxError> {
        let (lang, found) = (self.lang, &report.projection);
        let words = |what: &str, value: String| vec![Cell::Words(what.to_owned()), Cell::Words(value)];
        let mut rows = vec![
            words(pick(lang, "有费用的人数", "persons with a bill"), growth_words(&found.growth.claimants, lang)),
            words(pick(lang, "人均费用", "cost of each"), growth_words(&found.growth.cost, lang)),
        ];
        if let Some(income) = &found.growth.income {
            rows.push(words(pick(lang, "家庭收入", "incomes"), format!("{} {}", income.growth, income.source)));
        }
        rows.push(words(pick(lang, "结算了谁", "who was settled"), sample_words(report, lang)));
        rows.push(words(pick(lang, "抽取的可能", "futures drawn"), found.draws.to_string()));
        rows.push(words(pick(lang, "种子", "seed"), found.seed.to_string()));
        let title = Text::new("假定", "What is assumed");
        self.sheet(&title, &title, &[("项目", "what"), ("内容", "value")], &rows)
    }

    fn seen(&mut self, report: &Report) -> Result<(), XlsxError> {
        let row = |seen: &shukun_analysis::project::YearSeen| {
            vec![
                Cell::Count(u64::from(seen.year.unsigned_abs())),
                Cell::Count(seen.claimants),
                Cell::Money(seen.bills_fen),
                Cell::Count(seen.months.into()),
            ]
        };
        let rows: Vec<Vec<Cell>> = report.projection.seen.iter().map(row).collect();
        let header = [
            ("年度", "year"),
            ("有费用的人数", "persons with a bill"),
            ("费用总额（元）", "bills (yuan)"),
            ("有费用的月数", "months with bills"),
        ];
        self.sheet(
            &Text::new("历年", "Past years"),
            &Text::new("数据湖里的历年", "The years in the lake"),
            &header,
            &rows,
        )
    }

    fn sources(&mut self, report: &Report) -> Result<(), XlsxError> {
        let lang = self.lang;
        let mut rows = source_rows(pick(lang, "方案", "policy"), &report.baseline, lang);
        rows.extend(
            report.variant.iter().flat_map(|variant| source_rows(pick(lang, "对照", "variant"), variant, lang)),
        );
        let rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| row.into_iter().map(Cell::Words).collect()).collect();
        let header = [
            ("方案", "policy"),
            ("制度包 / 疑义", "pack / ambiguity"),
            ("标题 / 读法", "title / reading"),
            ("来源 / 指纹", "source / hash"),
        ];
        self.sheet(&Text::new("依据", "Sources"), &Text::new("依据的制度和读法", "Packs and readings"), &header, &rows)
    }
}

fn path_rows(line: &LinePath, side: &str, path: &Years, base_year: i16, lang: Lang) -> Vec<Vec<Cell>> {
    let blank = || Cell::Words(String::new());
    let start = |year: i16| {
        vec![
            Cell::Words(line_name(line, lang)),
            Cell::Words(side.to_owned()),
            Cell::Count(u64::from(year.unsigned_abs())),
        ]
    };
    let mut first = start(base_year);
    first.extend([Cell::Money(path.base_fen), blank(), blank(), blank(), Cell::Money(path.sampling_error_fen)]);
    first.push(Cell::Count(path.households_paid));
    let mut rows = vec![first];
    rows.extend(path.years.iter().map(|year| {
        let mut row = start(year.year);
        row.extend([year.middle_fen, year.p10_fen, year.p50_fen, year.p90_fen].map(Cell::Money));
        row.push(blank());
        row
    }));
    rows
}
