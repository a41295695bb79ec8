//! The comparison as a workbook: one sheet a question.

use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};
use shukun_analysis::compare::report::{Cell as Side, CliffCount, GroupRow, Line};
use shukun_base::{Fen, Lang, Text};

use super::report::{PolicySide, Report};
use super::text::unit_word;
use crate::book::{Cell, Formats, Sheet, write_sheet};
use crate::error::CliError;
use crate::words::{pick, provenance};

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

type Header<'a> = &'a [(&'a str, &'a str)];

impl Book {
    fn write(&mut self, report: &Report) -> Result<(), XlsxError> {
        self.totals(report)?;
        self.changes(report)?;
        self.groups(report)?;
        self.burdens(report)?;
        self.lorenz(report)?;
        self.cliffs(report)?;
        self.largest(report)?;
        self.sources(report)
    }

    fn sheet(&mut self, name: Text, title: &Text, header: Header<'_>, rows: &[Vec<Cell>]) -> Result<(), XlsxError> {
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

    fn words(&self, text: &Text) -> Cell {
        Cell::Words(text.in_lang(self.lang).to_owned())
    }

    fn totals(&mut self, report: &Report) -> Result<(), XlsxError> {
        let found = &report.comparison;
        let mut rows = Vec::new();
        let blocks = [
            (Text::new("层级", "payer"), found.payers.as_slice()),
            (Text::new("基金", "fund"), &found.funds),
            (Text::new("规则", "rule"), &found.rules),
            (Text::new("家庭", "family"), std::slice::from_ref(&found.family)),
            (Text::new("就医类别：家庭负担", "kind of care: burden of families"), &found.kinds),
        ];
        for (kind, lines) in &blocks {
            rows.extend(lines.iter().map(|line| self.line(kind, line)));
        }
        let header: Header<'_> = &[
            ("项目", "what"),
            ("名称", "name"),
            ("基准（元）", "baseline (yuan)"),
            ("对照（元）", "variant (yuan)"),
            ("相差（元）", "difference (yuan)"),
            ("涉及人年", "person-years changed"),
            ("涉及人数", "persons changed"),
            ("涉及户数", "households changed"),
        ];
        let title =
            Text::new("各层级、基金、规则的支付和家庭负担", "What payers, funds and rules pay, and what families bear");
        self.sheet(Text::new("总账", "Totals"), &title, header, &rows)
    }

    fn line(&self, kind: &Text, line: &Line) -> Vec<Cell> {
        vec![
            self.words(kind),
            Cell::Words(line_name(&line.name, self.lang)),
            Cell::Money(line.baseline_fen),
            Cell::Money(line.variant_fen),
            Cell::Money(line.difference_fen),
            Cell::Count(line.person_years_changed),
            Cell::Count(line.persons_changed),
            Cell::Count(line.households_changed),
        ]
    }

    fn changes(&mut self, report: &Report) -> Result<(), XlsxError> {
        let lang = self.lang;
        let units = report.comparison.change.iter().map(|change| {
            vec![
                Cell::Words(unit_word(change.unit, lang).to_owned()),
                Cell::Count(change.gaining),
                Cell::Count(change.losing),
                Cell::Count(change.unchanged),
                Cell::Money(change.gained_fen),
                Cell::Money(change.lost_fen),
            ]
        });
        let units: Vec<Vec<Cell>> = units.collect();
        let header: Header<'_> = &[
            ("单位", "unit"),
            ("负担减轻", "bear less"),
            ("负担加重", "bear more"),
            ("不变", "the same"),
            ("减轻合计（元）", "less in all (yuan)"),
            ("加重合计（元）", "more in all (yuan)"),
        ];
        let title =
            Text::new("谁多谁少（按最后留给家庭的钱）", "Who gains and who loses, by what stays with the family");
        self.sheet(Text::new("多与少", "Gains and losses"), &title, header, &units)?;
        let edge = |edge: Option<Fen>| edge.map_or(Cell::Words(String::new()), Cell::Money);
        let bars = report.comparison.histogram.iter();
        let bars: Vec<Vec<Cell>> =
            bars.map(|bar| vec![edge(bar.above_fen), edge(bar.up_to_fen), Cell::Count(bar.person_years)]).collect();
        let header: Header<'_> =
            &[("多于（元）", "more than (yuan)"), ("不多于（元）", "not more than (yuan)"), ("人年", "person-years")];
        let title = Text::new("负担变化的分布（负数是减轻）", "How much the burden changes (below zero: less to bear)");
        self.sheet(Text::new("变化分布", "Histogram"), &title, header, &bars)
    }

    fn groups(&mut self, report: &Report) -> Result<(), XlsxError> {
        let mut rows = Vec::new();
        for grouping in &report.comparison.groups {
            let by = grouping.by.text();
            rows.extend(grouping.rows.iter().map(|row| self.group(&by, row)));
        }
        let header: Header<'_> = &[
            ("分组", "by"),
            ("组", "group"),
            ("人年", "person-years"),
            ("人数", "persons"),
            ("户数", "households"),
            ("基准负担（元）", "burden, baseline (yuan)"),
            ("对照负担（元）", "burden, variant (yuan)"),
            ("相差（元）", "difference (yuan)"),
            ("减轻：人年", "less: person-years"),
            ("减轻：户数", "less: households"),
            ("减轻：合计（元）", "less: sum (yuan)"),
            ("减轻：中位（元）", "less: median (yuan)"),
            ("减轻：最大（元）", "less: largest (yuan)"),
            ("加重：人年", "more: person-years"),
            ("加重：户数", "more: households"),
            ("加重：合计（元）", "more: sum (yuan)"),
            ("加重：中位（元）", "more: median (yuan)"),
            ("加重：最大（元）", "more: largest (yuan)"),
            ("可否公开", "may be published"),
        ];
        let title = Text::new(
            "分组的多与少；不满11户的不能公开，“最大”是一个人的数，也不能公开",
            "Gains and losses by group; fewer than 11 households are not for publication, nor is \"largest\", one person's figure",
        );
        self.sheet(Text::new("分组", "Groups"), &title, header, &rows)
    }

    fn group(&self, by: &Text, row: &GroupRow) -> Vec<Cell> {
        let mut cells = vec![
            self.words(by),
            self.words(&row.name),
            Cell::Count(row.person_years),
            Cell::Count(row.persons),
            Cell::Count(row.households),
            Cell::Money(row.baseline_fen),
            Cell::Money(row.variant_fen),
            Cell::Money(row.difference_fen),
        ];
        let side = |side: &Side| {
            [
                Cell::Count(side.person_years),
                Cell::Count(side.households),
                Cell::Money(side.sum_fen),
                Cell::Money(side.median_fen),
                Cell::Money(side.largest_fen),
            ]
        };
        cells.extend(side(&row.gaining));
        cells.extend(side(&row.losing));
        cells.push(Cell::Words(publish_words(row, self.lang)));
        cells
    }

    fn burdens(&mut self, report: &Report) -> Result<(), XlsxError> {
        let (lang, found) = (self.lang, &report.comparison);
        let mut rows = Vec::new();
        for above in &found.burden_above {
            for (unit, count) in [
                (pick(lang, "人年", "person-years"), above.person_years),
                (pick(lang, "户年", "household-years"), above.household_years),
            ] {
                let what =
                    format!("{} {}", pick(lang, "负担超过（元）", "burden above (yuan)"), above.line_fen.0 / 100);
                rows.push(vec![
                    Cell::Words(what),
                    Cell::Words(unit.to_owned()),
                    Cell::Count(count.baseline),
                    Cell::Count(count.variant),
                ]);
            }
        }
        for above in &found.catastrophic.above {
            let what = format!(
                "{} {}%",
                pick(lang, "负担超过家庭年收入的", "burden above this share of income:"),
                above.percent
            );
            rows.push(vec![
                Cell::Words(what),
                Cell::Words(pick(lang, "户年", "household-years").to_owned()),
                Cell::Count(above.household_years.baseline),
                Cell::Count(above.household_years.variant),
            ]);
        }
        for (what, count) in [
            (pick(lang, "收入已知", "income known"), found.catastrophic.income_known),
            (
                pick(lang, "收入不详（不在占比之内）", "income not known (in none of the shares)"),
                found.catastrophic.income_unknown,
            ),
        ] {
            let unit = pick(lang, "户年", "household-years").to_owned();
            rows.push(vec![Cell::Words(what.to_owned()), Cell::Words(unit), Cell::Count(count), Cell::Count(count)]);
        }
        let header: Header<'_> = &[("项目", "what"), ("单位", "unit"), ("基准", "baseline"), ("对照", "variant")];
        let title = Text::new("高额负担", "High burdens");
        self.sheet(Text::new("高额负担", "High burdens"), &title, header, &rows)
    }

    fn lorenz(&mut self, report: &Report) -> Result<(), XlsxError> {
        let both = &report.comparison.concentration;
        let points = both.baseline.lorenz.iter().zip(&both.variant.lorenz);
        let rows: Vec<Vec<Cell>> = points
            .map(|(before, after)| {
                vec![
                    Cell::Count(before.percent.into()),
                    Cell::Count(before.household_years),
                    Cell::Money(before.burden_fen),
                    Cell::Money(after.burden_fen),
                ]
            })
            .collect();
        let header: Header<'_> = &[
            ("负担最低的百分之几", "least burdened percent"),
            ("户年", "household-years"),
            ("基准：合计负担（元）", "baseline: burden in all (yuan)"),
            ("对照：合计负担（元）", "variant: burden in all (yuan)"),
        ];
        let (before, after) = (both.baseline.gini, both.variant.gini);
        let title = Text::new(
            format!("洛伦兹曲线（基尼系数：基准 {before:.4}，对照 {after:.4}）"),
            format!("Lorenz curves (Gini: baseline {before:.4}, variant {after:.4})"),
        );
        self.sheet(Text::new("洛伦兹曲线", "Lorenz"), &title, header, &rows)
    }

    fn cliffs(&mut self, report: &Report) -> Result<(), XlsxError> {
        let (lang, found) = (self.lang, &report.comparison);
        let mut rows = Vec::new();
        let sides = [
            (pick(lang, "基准", "baseline"), &found.cliffs.baseline),
            (pick(lang, "对照", "variant"), &found.cliffs.variant),
        ];
        for (side, cliffs) in sides {
            rows.extend(cliffs.iter().map(|cliff| cliff_row(side, cliff, lang)));
        }
        let header: Header<'_> = &[
            ("方案", "policy"),
            ("规则", "rule"),
            ("依据", "article"),
            ("读法", "readings"),
            ("费用到（元）", "base up to (yuan)"),
            ("多一分少负担（元）", "drop one fen later (yuan)"),
            ("差一点的人数", "persons just below"),
            ("刚过的人数", "persons just past"),
            ("户数", "households"),
            ("可否公开", "may be published"),
        ];
        let near = found.cliff_within_fen;
        let title = Text::new(
            format!("断崖：多一分钱，负担少一截；旁边 {near} 元以内有多少人"),
            format!("Cliffs: one fen more, and the family bears much less; how many stand within {near} yuan"),
        );
        self.sheet(Text::new("断崖", "Cliffs"), &title, header, &rows)
    }

    fn largest(&mut self, report: &Report) -> Result<(), XlsxError> {
        let rows: Vec<Vec<Cell>> = report
            .comparison
            .largest
            .iter()
            .map(|change| {
                let rules = change.rules.iter().map(|rule| {
                    format!("{}（{}）{} → {}", rule.rule, rule.article, rule.baseline_fen, rule.variant_fen)
                });
                vec![
                    Cell::Words(change.person.clone()),
                    Cell::Words(change.household.clone()),
                    Cell::Count(u64::from(change.year.unsigned_abs())),
                    Cell::Money(change.bills_fen),
                    Cell::Money(change.baseline_fen),
                    Cell::Money(change.variant_fen),
                    Cell::Money(change.difference_fen),
                    Cell::Words(rules.collect::<Vec<_>>().join("；")),
                ]
            })
            .collect();
        let header: Header<'_> = &[
            ("人员编号", "person code"),
            ("户编号", "household code"),
            ("年度", "year"),
            ("费用总额（元）", "bills (yuan)"),
            ("基准负担（元）", "burden, baseline (yuan)"),
            ("对照负担（元）", "burden, variant (yuan)"),
            ("相差（元）", "difference (yuan)"),
            ("哪些规则付的不同：基准 → 对照", "rules that pay another amount: baseline → variant"),
        ];
        let title = Text::new("变化最大的50个人年（只供内部看）", "The 50 largest changes (for the office only)");
        self.sheet(Text::new("变化最大", "Largest changes"), &title, header, &rows)
    }

    fn sources(&mut self, report: &Report) -> Result<(), XlsxError> {
        let lang = self.lang;
        let mut rows = Vec::new();
        for (side, of) in
            [(pick(lang, "基准", "baseline"), &report.baseline), (pick(lang, "对照", "variant"), &report.variant)]
        {
            rows.extend(source_rows(side, of, lang));
        }
        let note = |what: &str, value: String| vec![what.to_owned(), value, String::new(), String::new()];
        rows.push(note(pick(lang, "数据指纹", "hash of the facts"), report.input_hash.clone()));
        for (county, households) in &report.households_without_pack {
            rows.push(note(pick(lang, "没有比较的户数", "households not compared"), format!("{county}: {households}")));
        }
        let rows: Vec<Vec<Cell>> = rows.into_iter().map(|row| row.into_iter().map(Cell::Words).collect()).collect();
        let header: Header<'_> = &[
            ("方案", "policy"),
            ("制度包 / 疑义", "pack / ambiguity"),
            ("标题 / 读法", "title / reading"),
            ("来源 / 指纹", "source / hash"),
        ];
        let title = Text::new("依据的制度和读法", "Packs and readings");
        self.sheet(Text::new("依据", "Sources"), &title, header, &rows)
    }
}

pub fn source_rows(side: &str, of: &PolicySide, lang: Lang) -> Vec<Vec<String>> {
    let mut rows = vec![vec![side.to_owned(), of.spec.clone(), String::new(), String::new()]];
    rows.extend(of.sources.packs.iter().map(|pack| {
        let source = format!("{} {}", provenance(pack.provenance).in_lang(lang), pack.hash);
        vec![side.to_owned(), pack.id.clone(), pack.title.clone(), source]
    }));
    rows.extend(of.sources.readings.iter().map(|reading| {
        let name = format!("{}:{} {}", reading.pack, reading.ambiguity, reading.question);
        let marks = if reading.illustrative { pick(lang, "示例", "illustrative") } else { "" };
        vec![side.to_owned(), name, reading.reading.clone(), marks.to_owned()]
    }));
    rows
}

fn cliff_row(side: &str, cliff: &CliffCount, lang: Lang) -> Vec<Cell> {
    let word = if cliff.publishable {
        pick(lang, "可", "yes")
    } else {
        pick(lang, "不可（不满11户）", "no (under 11)")
    };
    vec![
        Cell::Words(side.to_owned()),
        Cell::Words(cliff.rule.clone()),
        Cell::Words(cliff.article.clone()),
        Cell::Words(cliff.readings.join(";")),
        Cell::Money(cliff.below_fen),
        Cell::Money(cliff.drop_fen),
        Cell::Count(cliff.persons_below),
        Cell::Count(cliff.persons_past),
        Cell::Count(cliff.households),
        Cell::Words(word.to_owned()),
    ]
}

/// Kinds of care have codes; payers, funds and rules have their own names.
pub fn line_name(name: &str, lang: Lang) -> String {
    match name {
        "inpatient" => pick(lang, "住院", "inpatient").to_owned(),
        "outpatient" => pick(lang, "门诊", "outpatient").to_owned(),
        "special_outpatient" => pick(lang, "门诊特病", "special outpatient").to_owned(),
        "pharmacy" => pick(lang, "药店", "pharmacy").to_owned(),
        "emergency" => pick(lang, "急诊", "emergency").to_owned(),
        _ => name.to_owned(),
    }
}

/// What of a group may be published.
pub fn publish_words(row: &GroupRow, lang: Lang) -> String {
    let words = match (row.publishable, row.gaining.publishable, row.losing.publishable) {
        (false, ..) => pick(lang, "不可（不满11户）", "no (under 11 households)"),
        (true, true, true) => pick(lang, "可", "yes"),
        (true, false, true) => pick(lang, "减轻一栏不可", "not those who bear less"),
        (true, true, false) => pick(lang, "加重一栏不可", "not those who bear more"),
        (true, false, false) => pick(lang, "只可公开合计", "only the sums of the group"),
    };
    words.to_owned()
}
