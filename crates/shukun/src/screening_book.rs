//! The alert list as a workbook: names joined for the officer who reads it, ID numbers masked unless a purpose was
//! given. Every cell is written typed, so that nothing in it can run as a formula.

use std::collections::HashMap;
use std::path::Path;

use rust_xlsxwriter::{Color, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use shukun_base::{Fen, Lang, PersonId};
use shukun_claims::Identity;
use shukun_claims::import::Regions;
use shukun_engine::facts::{Category, Insurance, Sex};
use shukun_engine::outcome::{Colour, NoteKind};

use crate::error::CliError;
use crate::screening::{Alerted, Found, Pending, Subject, Summary, town};
use crate::words::{category, colour, illustrative_warning, pick, provenance};

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

struct Formats {
    title: Format,
    header: Format,
    text: Format,
    money: Format,
    wrapped: Format,
    warning: Format,
    colours: [Format; 3],
}

impl Formats {
    fn new() -> Formats {
        let coloured = |ground: u32| Format::new().set_background_color(Color::RGB(ground)).set_bold();
        Formats {
            title: Format::new().set_bold().set_font_size(14),
            header: Format::new()
                .set_bold()
                .set_background_color(Color::RGB(0x00E9_EDF2))
                .set_align(FormatAlign::Top)
                .set_text_wrap(),
            text: Format::new().set_num_format("@"),
            money: Format::new().set_num_format("#,##0.00"),
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            warning: Format::new()
                .set_bold()
                .set_font_color(Color::RGB(0x009C_5700))
                .set_background_color(Color::RGB(0x00FF_F3D6)),
            colours: [coloured(0x00FF_F2B8), coloured(0x00FF_D8A8), coloured(0x00FF_C9C4)],
        }
    }

    fn of(&self, colour: Colour) -> &Format {
        let [yellow, orange, red] = &self.colours;
        match colour {
            Colour::Yellow => yellow,
            Colour::Orange => orange,
            Colour::Red => red,
        }
    }
}

struct Book<'a> {
    workbook: Workbook,
    formats: Formats,
    names: &'a Names<'a>,
    regions: Regions,
    lang: Lang,
}

/// A cell: words or an amount.
enum Cell {
    Words(String),
    Money(Fen),
    Colour(Colour),
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
        self.sheet(pick(lang, "预警名单", "Alerts"), &title, found.summary.sources.illustrative, &header, &rows)
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
        self.sheet(name, name, false, &header, &rows)
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

    fn sheet(
        &mut self,
        name: &str,
        title: &str,
        illustrative: bool,
        header: &[String],
        rows: &[Vec<Cell>],
    ) -> Result<(), XlsxError> {
        let sheet = self.workbook.add_worksheet().set_name(name)?;
        sheet.write_with_format(0, 0, title, &self.formats.title)?;
        if illustrative {
            sheet.write_with_format(1, 0, illustrative_warning().in_lang(self.lang), &self.formats.warning)?;
        }
        const HEADER: u32 = 2;
        for (column, words) in (0_u16..).zip(header) {
            sheet.write_with_format(HEADER, column, words, &self.formats.header)?;
            sheet.set_column_width(column, width(words))?;
        }
        for (row, cells) in (HEADER + 1..).zip(rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                write_cell(sheet, &self.formats, (row, column), cell, self.lang)?;
            }
        }
        if rows.is_empty() {
            sheet.write(HEADER + 1, 0, pick(self.lang, "没有", "none"))?;
        }
        let last_column = u16::try_from(header.len().saturating_sub(1)).unwrap_or(0);
        let last_row = HEADER + u32::try_from(rows.len().max(1)).unwrap_or(1);
        sheet.autofilter(HEADER, 0, last_row, last_column)?;
        sheet.set_freeze_panes(HEADER + 1, 0)?;
        sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(HEADER, HEADER)?;
        Ok(())
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
    if summary.sources.illustrative {
        lines.push(illustrative_warning().in_lang(lang).to_owned());
    }
    lines.push(pick(lang, "依据的制度：", "Packs:").to_owned());
    for pack in &summary.sources.packs {
        let number = pack.document_number.clone().unwrap_or_default();
        let kind = provenance(pack.provenance);
        lines.push(format!("  {} {number} [{}] {} {}", pack.title, kind.in_lang(lang), pack.id, pack.hash));
    }
    lines.push(pick(lang, "疑义取的读法：", "Readings:").to_owned());
    for reading in &summary.sources.readings {
        let state = if reading.provisional { pick(lang, "（暂定）", " (provisional)") } else { "" };
        let invented = if reading.illustrative { pick(lang, "【示例】", " [illustrative]") } else { "" };
        lines.push(format!(
            "  {}:{} {} ＝ {}{state}{invented}",
            reading.pack, reading.ambiguity, reading.question, reading.reading
        ));
    }
    lines
}

fn write_cell(
    sheet: &mut Worksheet,
    formats: &Formats,
    at: (u32, u16),
    cell: &Cell,
    lang: Lang,
) -> Result<(), XlsxError> {
    let (row, column) = at;
    match cell {
        Cell::Words(words) => sheet.write_string_with_format(row, column, words, &formats.text)?,
        Cell::Money(amount) => sheet.write_number_with_format(row, column, yuan(*amount), &formats.money)?,
        Cell::Colour(reached) => {
            sheet.write_string_with_format(row, column, colour(*reached).in_lang(lang), formats.of(*reached))?
        }
    };
    Ok(())
}

/// An amount as a spreadsheet holds it. Only here does money become a float: the file format knows no other number,
/// and amounts below 90 trillion yuan come back to the fen.
fn yuan(amount: Fen) -> f64 {
    let sign = if amount.is_negative() { "-" } else { "" };
    let magnitude = amount.0.unsigned_abs();
    let text = format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100);
    text.parse().unwrap_or_default()
}

/// Columns wide enough for their header; Chinese letters count double.
fn width(words: &str) -> u16 {
    let letters: u16 = words.chars().map(|letter| if letter.is_ascii() { 1 } else { 2 }).sum();
    letters.clamp(8, 24) + 3
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

/// `330305********001X`, `138****1234`: enough to tell two people apart, not enough to use.
fn masked(value: &str) -> String {
    let letters: Vec<char> = value.chars().collect();
    let (front, back) = if letters.len() >= 15 { (6, 4) } else { (3, 4) };
    let hidden = |place: usize| place >= front && place + back < letters.len();
    letters
        .iter()
        .enumerate()
        .map(|(place, letter)| if hidden(place) || letters.len() < 8 { '*' } else { *letter })
        .collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_keep_the_ends() {
        assert_eq!(masked("33030519600101001X"), "330305********001X");
        assert_eq!(masked("13800001234"), "138****1234");
        assert_eq!(masked("12345"), "*****");
    }

    #[test]
    fn amounts_come_back_to_the_fen() {
        for (fen, shown) in [
            (0, "0.00"),
            (5, "0.05"),
            (-5, "-0.05"),
            (42_978_533, "429785.33"),
            (-100_001, "-1000.01"),
            (9_007_199_254_740_000, "90071992547400.00"),
        ] {
            assert_eq!(format!("{:.2}", yuan(Fen(fen))), shown);
        }
    }
}
