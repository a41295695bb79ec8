//! A projection on the terminal: each fund's next years, with what was assumed.

use shukun_analysis::project::Growth;
use shukun_analysis::project::report::{FEW_HOUSEHOLDS, LineKind, LinePath, Path};
use shukun_base::Lang;

use super::report::Report;
use crate::output::table;
use crate::words::{illustrative_warning, pick};

/// The figures in words.
pub fn text(report: &Report, lang: Lang) -> String {
    let mut text = heading(report, lang);
    for line in report.projection.lines.iter().filter(|line| !is_empty(line)) {
        text.push('\n');
        text.push_str(&line_table(line, lang));
    }
    for (county, households) in &report.households_without_pack {
        text.push_str(&match lang {
            Lang::Zh => format!("注意：{county} 的 {households} 户不在制度包的范围里，没有推算\n"),
            Lang::En => format!("note: {households} households of {county} are not covered and are in no figure\n"),
        });
    }
    text
}

/// Whether there is nothing to show of a line.
pub fn is_empty(line: &LinePath) -> bool {
    let nothing = |path: &Path| path.base_fen.is_zero() && path.years.iter().all(|year| year.p90_fen.is_zero());
    nothing(&line.baseline) && line.variant.as_ref().is_none_or(nothing)
}

/// What a line is called.
pub fn line_name(line: &LinePath, lang: Lang) -> String {
    match line.kind {
        LineKind::Bills => pick(lang, "费用总额", "bills").to_owned(),
        LineKind::Family => pick(lang, "留给家庭", "left to the families").to_owned(),
        LineKind::Fund => line.name.clone(),
    }
}

/// `一年 5%（3%–8%），来源：…`
pub fn growth_words(growth: &Growth, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("每年 {}（{} 至 {}），来源：{}", growth.growth, growth.low, growth.high, growth.source),
        Lang::En => format!("{} a year ({} to {}); source: {}", growth.growth, growth.low, growth.high, growth.source),
    }
}

/// Who was settled.
pub fn sample_words(report: &Report, lang: Lang) -> String {
    let sample = &report.projection.sample;
    match (lang, sample.others) {
        (Lang::Zh, 0) => format!("{} 户全部结算", sample.households),
        (Lang::En, 0) => format!("all {} households settled", sample.households),
        (Lang::Zh, others) => format!(
            "{} 户里，费用最高的 {} 户全部结算，其余 {others} 户抽 {} 户左右",
            sample.households, sample.taken, sample.picked
        ),
        (Lang::En, others) => format!(
            "of {} households the {} with the largest bills, and about {} of the other {others}",
            sample.households, sample.taken, sample.picked
        ),
    }
}

fn heading(report: &Report, lang: Lang) -> String {
    let found = &report.projection;
    let mut text = format!("{} {}\n", pick(lang, "方案", "policy"), report.baseline.spec);
    if let Some(variant) = &report.variant {
        text.push_str(&format!("{} {}\n", pick(lang, "对照方案", "variant"), variant.spec));
    }
    text.push_str(&format!("{} {}\n", pick(lang, "基准年", "base year"), found.base_year));
    let claimants = growth_words(&found.growth.claimants, lang);
    text.push_str(&format!("{} {claimants}\n", pick(lang, "有费用的人数", "persons with a bill")));
    let cost = growth_words(&found.growth.cost, lang);
    text.push_str(&format!("{} {cost}\n", pick(lang, "人均费用", "cost of each")));
    if let Some(income) = &found.growth.income {
        text.push_str(&format!(
            "{} {} ({})\n",
            pick(lang, "家庭收入每年", "incomes a year"),
            income.growth,
            income.source
        ));
    }
    text.push_str(&format!("{}\n", sample_words(report, lang)));
    if report.illustrative {
        text.push_str(&format!("⚠ {}\n", illustrative_warning().in_lang(lang)));
    }
    text
}

fn line_table(line: &LinePath, lang: Lang) -> String {
    let name = format!("{}{}", line_name(line, lang), pick(lang, "（元）", " (yuan)"));
    let (middle, low, high) =
        (pick(lang, "中间", "middle"), pick(lang, "低（P10）", "low (P10)"), pick(lang, "高（P90）", "high (P90)"));
    let mut header = vec![name.as_str(), middle, low, high];
    if line.difference.is_some() {
        header.extend([pick(lang, "对照相差：中间", "variant's difference: middle"), low, high]);
    }
    let mut rows = Vec::new();
    for (place, year) in line.baseline.years.iter().enumerate() {
        let mut row = vec![year.year.to_string()];
        row.extend([year.middle_fen, year.p10_fen, year.p90_fen].map(|amount| amount.to_string()));
        if let Some(year) = line.difference.as_ref().and_then(|path| path.years.get(place)) {
            row.extend([year.middle_fen, year.p10_fen, year.p90_fen].map(|amount| amount.to_string()));
        }
        rows.push(row);
    }
    table(&header, &rows, 1) + &few_words(line, lang).map(|words| words + "\n").unwrap_or_default()
}

/// Said of a line that rests on few households.
pub fn few_words(line: &LinePath, lang: Lang) -> Option<String> {
    let least = [Some(&line.baseline), line.variant.as_ref()].into_iter().flatten().map(|path| path.households_paid);
    let least = least.filter(|households| *households > 0).min()?;
    let words = match lang {
        Lang::Zh => format!("注意：基准年里只有 {least} 户，不满 {FEW_HOUSEHOLDS} 户，高低范围偏窄，只能当参考"),
        Lang::En => format!(
            "note: it rests on {least} households, fewer than {FEW_HOUSEHOLDS}; its band is too narrow and only a hint"
        ),
    };
    (least < FEW_HOUSEHOLDS).then_some(words)
}
