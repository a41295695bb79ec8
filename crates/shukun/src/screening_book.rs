//! The alert list as a workbook: names joined for the officer who reads it, ID numbers masked unless a purpose was
//! given. Every cell is written typed, so that nothing in it can run as a formula.

use std::collections::HashMap;
use std::path::Path;

use rust_xlsxwriter::{Workbook, XlsxError};
use shukun_base::{Lang, PersonId};
use shukun_claims::Identity;
use shukun_claims::import::Regions;
use shukun_engine::facts::{Category, Insurance, Sex};
use shukun_engine::outcome::NoteKind;

use crate::book::{Cell, Formats, Sheet, masked, write_sheet};
use crate::error::CliError;
use crate::screening::{Alerted, Found, Pending, Subject, Summary, town};
use crate::sources::Sources;
use crate::words::{category, illustrative_warning, pick, provenance};

/// Who the codes are, and how much of it may be written.
pub struct Names<'a> {
    /// From the identity vault.
    pub identities: &'a HashMap<PersonId, Identity>,
    /// The purpose for which whole ID numbers and phones are written.
    pub full_ids: Option<&'a str>,
}

/// Writes the workbook.
pub fn write_book(found: &Found, names: &Names<'_>, out: &Path, lang: Lang) -> Result<(), CliError> {
    let mut book =
        Book { workbook: Workbook::new(), formats: Formats::new(), names, regions: Regions::default(), lang };
    book.write(found).and_then(|()| book.workbook.save(out)).map_err(|error| CliError::unwritable(out, &error))
}

struct Book<'a> {
    workbook: Workbook,
    formats: Formats,
    names: &'a Names<'a>,
    regions: Regions,
    lang: Lang,
}

impl Book<'_> {
    fn write(&mut self, found: &Found) -> Result<(), XlsxError> {
        self.alert_sheet(found)?;
        self.pending_sheet(pick(self.lang, "待议", "Awaiting decision"), &found.awaiting)?;
        self.pending_sheet(pick(self.lang, "资料不足待核", "Facts missing"), &found.unknown)?;
        self.summary_sheet(&found.summary)?;
        self.about_sheet(&found.summary)
    }

    fn alert_sheet(&mut self, found: &Found) -> Result<(), XlsxError> {
        let lang = self.lang;
        let tiers = tiers(&found.alerted);
        let mut header: Vec<String> =
            vec![pick(lang, "三色", "colour").to_owned(), pick(lang, "个人负担（元）", "burden (yuan)").to_owned()];
        header.extend(self.subject_header());
        header.push(pick(lang, "费用总额（元）", "total charges (yuan)").to_owned());
        header.extend(tiers.iter().map(|tier| match lang {
            Lang::Zh => format!("{tier}支付（元）"),
            Lang::En => format!("paid by {tier} (yuan)"),
        }));
        header.extend(
            [
                pick(lang, "最后留给家庭（元）", "left to the family (yuan)"),
                pick(lang, "规则", "rule"),
                pick(lang, "依据", "article"),
                pick(lang, "读法", "reading"),
            ]
            .map(str::to_owned),
        );
        let rows: Vec<Vec<Cell>> = found.alerted.iter().map(|row| self.alert_row(row, &tiers)).collect();
        let title = match lang {
            Lang::Zh => format!("{}年三色预警名单", found.summary.year),
            Lang::En => format!("Alert list {}", found.summary.year),
        };
        let (name, illustrative) = (pick(lang, "预警名单", "Alerts"), found.summary.sources.illustrative);
        self.sheet(&Sheet { name, title: &title, illustrative, header: &header, rows: &rows })
    }

    fn alert_row(&self, row: &Alerted, tiers: &[String]) -> Vec<Cell> {
        let mut cells = vec![Cell::Colour(row.colour), Cell::Money(row.burden)];
        cells.extend(self.subject_cells(&row.subject));
        cells.push(Cell::Money(row.total));
        let paid =
            |tier: &String| row.paid.iter().find(|(name, _)| name == tier).map(|(_, paid)| *paid).unwrap_or_default();
        cells.extend(tiers.iter().map(|tier| Cell::Money(paid(tier))));
        cells.push(Cell::Money(row.family));
        cells.extend([row.rule.clone(), row.article.clone(), row.reading.clone()].map(Cell::Words));
        cells
    }

    fn pending_sheet(&mut self, name: &str, rows: &[Pending]) -> Result<(), XlsxError> {
        let lang = self.lang;
        let mut header = self.subject_header();
        header.extend(
            [
                pick(lang, "规则", "rule"),
                pick(lang, "依据", "article"),
                pick(lang, "最高（元）", "at most (yuan)"),
                pick(lang, "说明", "what is to be done"),
            ]
            .map(str::to_owned),
        );
        let rows: Vec<Vec<Cell>> = rows.iter().map(|row| self.pending_row(row)).collect();
        self.sheet(&Sheet { name, title: name, illustrative: false, header: &header, rows: &rows })
    }

    fn pending_row(&self, row: &Pending) -> Vec<Cell> {
        let mut cells = self.subject_cells(&row.subject);
        cells.extend([row.rule.clone(), row.article.clone()].map(Cell::Words));
        cells.push(match row.note.outcome {
            NoteKind::AwaitsResolution { ceiling_fen: Some(ceiling) } => Cell::Money(ceiling),
            _ => Cell::Words(String::new()),
        });
        cells.push(Cell::Words(row.note.text.in_lang(self.lang).to_owned()));
        cells
    }

    fn subject_header(&self) -> Vec<String> {
        let words = [
            ("姓名", "name"),
            ("身份证号", "ID number"),
            ("联系电话", "phone"),
            ("性别", "sex"),
            ("年龄", "age"),
            ("乡镇（街道）", "town"),
            ("区划代码", "region code"),
            ("参保类型", "scheme"),
            ("认定类别", "category"),
            ("家庭年收入（元）", "household income (yuan)"),
            ("人员编号", "person code"),
            ("户编号", "household code"),
        ];
        words.iter().map(|(zh, en)| pick(self.lang, zh, en).to_owned()).collect()
    }

    fn subject_cells(&self, subject: &Subject) -> Vec<Cell> {
        let identity = self.names.identities.get(&subject.person_id);
        let is_full = self.names.full_ids.is_some();
        let shown = |value: &str| if is_full { value.to_owned() } else { masked(value) };
        let name = identity.map(|known| known.name.reveal().clone()).unwrap_or_default();
        let id_number = identity.map(|known| shown(known.id_number.reveal())).unwrap_or_default();
        let phone =
            identity.and_then(|known| known.phone.as_ref()).map(|phone| shown(phone.reveal())).unwrap_or_default();
        let lang = self.lang;
        let words = vec![
            name,
            id_number,
            phone,
            subject.sex.map(|sex| sex_word(sex, lang)).unwrap_or_default().to_owned(),
            subject.age.map(|age| age.to_string()).unwrap_or_default(),
            self.regions.find_town_name(&town(&subject.region)).unwrap_or_default().to_owned(),
            subject.region.to_string(),
            subject.insurance.map(|scheme| insurance_word(scheme, lang)).unwrap_or_default().to_owned(),
            categories(&subject.categories, lang),
        ];
        let mut cells: Vec<Cell> = words.into_iter().map(Cell::Words).collect();
        cells.push(subject.income.map_or(Cell::Words(String::new()), Cell::Money));
        cells.push(Cell::Words(subject.person_id.to_string()));
        cells.push(Cell::Words(subject.household_id.to_string()));
        cells
    }

    fn sheet(&mut self, list: &Sheet<'_>) -> Result<(), XlsxError> {
        write_sheet(&mut self.workbook, &self.formats, list, self.lang)
    }

    fn summary_sheet(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        let lang = self.lang;
        let sheet = self.workbook.add_worksheet().set_name(pick(lang, "汇总", "Summary"))?;
        sheet.set_column_width(0, 34)?;
        let title = format!("{} {}", summary.year, pick(lang, "年预警漏斗", "alert funnel"));
        sheet.write_with_format(0, 0, title, &self.formats.title)?;
        let uncovered = pick(lang, "没有适用的制度包、没有筛查的户数", "households that no pack covers, not screened");
        let mut rows = summary.rows(lang);
        let left_out = summary.households_without_pack.iter();
        rows.extend(left_out.map(|(county, households)| (format!("{uncovered}（{county}）"), *households)));
        let mut at = 0;
        for (what, count) in rows {
            at += 1;
            sheet.write(at, 0, what)?.write(at, 1, u32::try_from(count).unwrap_or(u32::MAX))?;
        }
        at += 1;
        at += 1;
        sheet.write_with_format(
            at,
            0,
            pick(lang, "各乡镇（街道）预警人数", "Alerted persons by town"),
            &self.formats.header,
        )?;
        for (code, count) in &summary.by_town {
            at += 1;
            let name = self.regions.find_town_name(code).unwrap_or(code);
            sheet.write(at, 0, name)?.write(at, 1, u32::try_from(*count).unwrap_or(u32::MAX))?;
        }
        Ok(())
    }

    fn about_sheet(&mut self, summary: &Summary) -> Result<(), XlsxError> {
        let lang = self.lang;
        let sheet = self.workbook.add_worksheet().set_name(pick(lang, "说明", "About"))?;
        sheet.set_column_width(0, 110)?;
        for (row, line) in (0_u32..).zip(about(summary, self.names.full_ids, lang)) {
            sheet.write_with_format(row, 0, line, &self.formats.wrapped)?;
        }
        Ok(())
    }
}

/// What the list rests on.
fn about(summary: &Summary, full_ids: Option<&str>, lang: Lang) -> Vec<String> {
    let mut lines = vec![
        pick(
            lang,
            "本名单含个人信息，只供核查使用，用后按规定保管或销毁。",
            "This list holds personal data; it is for verification only.",
        )
        .to_owned(),
    ];
    if let Some(purpose) = full_ids {
        lines.push(format!(
            "{}{purpose}",
            pick(lang, "写出完整身份证号的用途：", "Whole ID numbers were written for: ")
        ));
    }
    lines.extend(about_sources(&summary.sources, lang));
    lines
}

/// Packs and readings, one a line.
pub fn about_sources(sources: &Sources, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if sources.illustrative {
        lines.push(illustrative_warning().in_lang(lang).to_owned());
    }
    lines.push(pick(lang, "依据的制度：", "Packs:").to_owned());
    for pack in &sources.packs {
        let number = pack.document_number.clone().unwrap_or_default();
        let kind = provenance(pack.provenance);
        lines.push(format!("  {} {number} [{}] {} {}", pack.title, kind.in_lang(lang), pack.id, pack.hash));
    }
    lines.push(pick(lang, "疑义取的读法：", "Readings:").to_owned());
    for reading in &sources.readings {
        let state = if reading.provisional { pick(lang, "（暂定）", " (provisional)") } else { "" };
        let invented = if reading.illustrative { pick(lang, "【示例】", " [illustrative]") } else { "" };
        lines.push(format!(
            "  {}:{} {} ＝ {}{state}{invented}",
            reading.pack, reading.ambiguity, reading.question, reading.reading
        ));
    }
    lines
}

/// The names of the payers, in the order in which they come up.
fn tiers(rows: &[Alerted]) -> Vec<String> {
    let mut tiers: Vec<String> = Vec::new();
    for (tier, _) in rows.iter().flat_map(|row| &row.paid) {
        if !tiers.contains(tier) {
            tiers.push(tier.clone());
        }
    }
    tiers
}

fn sex_word(sex: Sex, lang: Lang) -> &'static str {
    match sex {
        Sex::M => pick(lang, "男", "male"),
        Sex::F => pick(lang, "女", "female"),
    }
}

fn insurance_word(scheme: Insurance, lang: Lang) -> &'static str {
    match scheme {
        Insurance::Employee => pick(lang, "职工", "employee"),
        Insurance::Resident => pick(lang, "居民", "resident"),
    }
}

fn categories(held: &[Category], lang: Lang) -> String {
    let words: Vec<String> = held.iter().map(|held| category(*held).in_lang(lang).to_owned()).collect();
    words.join(pick(lang, "、", ", "))
}
