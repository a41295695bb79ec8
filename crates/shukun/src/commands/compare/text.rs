//! A comparison on the terminal: what a meeting asks first.

use shukun_analysis::compare::report::{BeforeAfter, Line, Unit, UnitChange};
use shukun_base::{Fen, Lang};

use super::report::Report;
use crate::output::table;
use crate::words::{illustrative_warning, pick};

/// The first figures in words.
pub fn text(report: &Report, lang: Lang) -> String {
    let found = &report.comparison;
    let mut text = heading(report, lang);
    text.push_str(&lines(pick(lang, "各基金支付（元）", "paid by each fund (yuan)"), &found.funds, lang));
    text.push('\n');
    let family = Line { name: pick(lang, "留给家庭", "left to the families").to_owned(), ..found.family.clone() };
    text.push_str(&lines(pick(lang, "家庭负担（元）", "burden of families (yuan)"), &[family], lang));
    text.push('\n');
    text.push_str(&changes(&found.change, lang));
    text.push('\n');
    text.push_str(&burdens(report, lang));
    text.push_str(&closing_notes(report, lang));
    text
}

fn heading(report: &Report, lang: Lang) -> String {
    let population = &report.comparison.population;
    let (baseline, variant) = (&report.baseline.spec, &report.variant.spec);
    let mut text = match lang {
        Lang::Zh => format!(
            "基准方案 {baseline}\n对照方案 {variant}\n有费用的 {} 户、{} 人、{} 人年\n",
            population.households, population.persons, population.person_years
        ),
        Lang::En => format!(
            "baseline {baseline}\nvariant  {variant}\n{} households, {} persons, {} person-years with a bill\n",
            population.households, population.persons, population.person_years
        ),
    };
    if report.illustrative {
        text.push_str(&format!("⚠ {}\n", illustrative_warning().in_lang(lang)));
    }
    text.push('\n');
    text
}

/// `+1,000.00`, `−1,000.00`, `0.00`
pub fn signed(amount: Fen) -> String {
    match amount.0.cmp(&0) {
        std::cmp::Ordering::Less => format!("−{}", -amount),
        std::cmp::Ordering::Equal => amount.to_string(),
        std::cmp::Ordering::Greater => format!("+{amount}"),
    }
}

fn lines(heading: &str, lines: &[Line], lang: Lang) -> String {
    let header = [
        heading,
        pick(lang, "基准", "baseline"),
        pick(lang, "对照", "variant"),
        pick(lang, "相差", "difference"),
        pick(lang, "涉及户数", "households"),
    ];
    let row = |line: &Line| {
        vec![
            line.name.clone(),
            line.baseline_fen.to_string(),
            line.variant_fen.to_string(),
            signed(line.difference_fen),
            line.households_changed.to_string(),
        ]
    };
    table(&header, &lines.iter().map(row).collect::<Vec<_>>(), 1)
}

/// Whose gains and losses.
pub fn unit_word(unit: Unit, lang: Lang) -> &'static str {
    match unit {
        Unit::PersonYear => pick(lang, "人年", "person-years"),
        Unit::Person => pick(lang, "人", "persons"),
        Unit::Household => pick(lang, "户", "households"),
    }
}

fn changes(changes: &[UnitChange], lang: Lang) -> String {
    let header = [
        pick(lang, "谁多谁少", "who gains, who loses"),
        pick(lang, "负担减轻", "bear less"),
        pick(lang, "负担加重", "bear more"),
        pick(lang, "不变", "the same"),
        pick(lang, "减轻合计（元）", "less (yuan)"),
        pick(lang, "加重合计（元）", "more (yuan)"),
    ];
    let row = |change: &UnitChange| {
        vec![
            unit_word(change.unit, lang).to_owned(),
            change.gaining.to_string(),
            change.losing.to_string(),
            change.unchanged.to_string(),
            change.gained_fen.to_string(),
            change.lost_fen.to_string(),
        ]
    };
    table(&header, &changes.iter().map(row).collect::<Vec<_>>(), 1)
}

fn burdens(report: &Report, lang: Lang) -> String {
    let found = &report.comparison;
    let header = [
        pick(lang, "负担的分布", "how the burden lies"),
        pick(lang, "基准", "baseline"),
        pick(lang, "对照", "variant"),
    ];
    let row = |what: String, values: BeforeAfter<String>| vec![what, values.baseline, values.variant];
    let counts = |count: BeforeAfter<u64>| BeforeAfter {
        baseline: count.baseline.to_string(),
        variant: count.variant.to_string(),
    };
    let gini = BeforeAfter {
        baseline: format!("{:.4}", found.concentration.baseline.gini),
        variant: format!("{:.4}", found.concentration.variant.gini),
    };
    let mut rows = vec![row(pick(lang, "基尼系数（户年）", "Gini (household-years)").to_owned(), gini)];
    rows.extend(found.burden_above.iter().map(|above| {
        let yuan = above.line_fen.0 / 100;
        let what = match lang {
            Lang::Zh => format!("负担超过 {yuan} 元的人年"),
            Lang::En => format!("person-years bearing more than {yuan} yuan"),
        };
        row(what, counts(above.person_years))
    }));
    rows.extend(found.catastrophic.above.iter().map(|above| {
        let what = match lang {
            Lang::Zh => format!("负担超过家庭年收入 {}% 的户年", above.percent),
            Lang::En => format!("household-years bearing more than {} % of income", above.percent),
        };
        row(what, counts(above.household_years))
    }));
    let mut text = table(&header, &rows, 1);
    let (known, unknown) = (found.catastrophic.income_known, found.catastrophic.income_unknown);
    text.push_str(&match lang {
        Lang::Zh => format!("收入已知 {known} 户年，收入不详 {unknown} 户年（不在收入占比之内）\n"),
        Lang::En => {
            format!("income known for {known} household-years, not known for {unknown} (in none of the shares)\n")
        }
    });
    text
}

fn closing_notes(report: &Report, lang: Lang) -> String {
    let mut text = String::new();
    for (county, households) in &report.households_without_pack {
        text.push_str(&match lang {
            Lang::Zh => format!("注意：{county} 的 {households} 户不在两边制度包的范围里，没有比较\n"),
            Lang::En => {
                format!(
                    "note: {households} households of {county} are not covered by both sides and were not compared\n"
                )
            }
        });
    }
    text.push_str(pick(
        lang,
        "提醒：不满 11 户的格子只供内部看，不能公开（表里有标记）\n",
        "note: cells of fewer than 11 households are for the office only and not for publication (they are marked)\n",
    ));
    text
}
