//! The month in words, for the terminal.

use shukun_analysis::watch::{ColourCounts, Flow, MonthCounts, Outlook};
use shukun_base::Lang;
use shukun_claims::import::Regions;
use shukun_engine::outcome::Colour;

use super::results::{precision_text, read_text};
use super::through::MonthFound;
use crate::output::table;
use crate::words::{colour, illustrative_warning, pick};

/// All colours, most urgent first.
pub const COLOURS: [Colour; 3] = [Colour::Red, Colour::Orange, Colour::Yellow];

/// A colour or 无色.
pub fn colour_or_none(reached: Option<Colour>, lang: Lang) -> String {
    match reached {
        Some(reached) => colour(reached).in_lang(lang).to_owned(),
        None => pick(lang, "○ 无色", "○ none").to_owned(),
    }
}

/// The counts of one row: red, orange, yellow, all.
pub fn count_cells(counts: &ColourCounts) -> Vec<String> {
    COLOURS.iter().map(|colour| counts.of(*colour)).chain([counts.sum()]).map(|count| count.to_string()).collect()
}

/// The summary.
pub fn text(found: &MonthFound, regions: &Regions, lang: Lang) -> String {
    let report = &found.report;
    let mut text = heading(found, lang);
    if found.sources.illustrative {
        text.push_str(&format!("⚠ {}\n", illustrative_warning().in_lang(lang)));
    }
    text.push('\n');
    text.push_str(&months(&report.months, lang));
    text.push('\n');
    text.push_str(&flows(&report.flows, lang));
    text.push('\n');
    text.push_str(&towns(found, regions, lang));
    text.push_str(&expected(found, lang));
    if let Some(read) = &found.results {
        text.push('\n');
        text.push_str(&read_text(read, lang));
    }
    if let Some(precision) = &found.precision {
        text.push('\n');
        text.push_str(&precision_text(precision, regions, lang));
    }
    for (county, households) in &found.households_without_pack {
        text.push_str(&match lang {
            Lang::Zh => format!("注意：{county} 的 {households} 户没有适用的制度包，没有监测\n"),
            Lang::En => format!("note: no pack covers {households} households of {county}; they were not watched\n"),
        });
    }
    if found.households_without_alerts > 0 {
        let count = found.households_without_alerts;
        text.push_str(&match lang {
            Lang::Zh => format!("注意：{count} 户的制度包里没有预警规则，没有监测\n"),
            Lang::En => format!("note: the packs of {count} households have no alert rule; they were not watched\n"),
        });
    }
    text
}

/// How many are expected, by the words of their probability; nothing without a model.
fn expected(found: &MonthFound, lang: Lang) -> String {
    let Some(rows) = &found.expected else { return no_month(found, lang) };
    let count = |outlook: &Outlook| rows.iter().filter(|row| row.outlook == *outlook).count().to_string();
    let cells: Vec<Vec<String>> =
        OUTLOOKS.iter().map(|outlook| vec![outlook_words(*outlook, lang), count(outlook)]).collect();
    let heading = pick(lang, "年底前可能到线（现在无色）", "may cross the line by December (no colour now)");
    let mut text = format!("\n{}", table(&[heading, pick(lang, "人数", "persons")], &cells, 1));
    text.push_str(pick(
        lang,
        "预测只用来排先看谁，不据此给付或拒绝\n",
        "the prediction only orders whom to look at first; nothing is paid or refused because of it\n",
    ));
    if found.households_without_prediction > 0 {
        let count = found.households_without_prediction;
        text.push_str(&match lang {
            Lang::Zh => format!("注意：{count} 户的预警线与模型训练时不同，没有预测\n"),
            Lang::En => {
                format!("note: the packs of {count} households draw another line than the model's; not predicted\n")
            }
        });
    }
    text
}

/// A model that knows nothing of this month; nothing without a model.
pub fn no_month(found: &MonthFound, lang: Lang) -> String {
    if found.trained_on.is_none() || found.expected.is_some() {
        return String::new();
    }
    pick(
        lang,
        "\n预测模型里没有这个月：十二月不必预测，其他月份是往年在此以后到线的人太少\n",
        "\nthe model has no such month: in December there is nothing to predict, after other months too few crossed in past years\n",
    )
    .to_owned()
}

/// All words of probability, the most probable first.
pub const OUTLOOKS: [Outlook; 4] = [Outlook::VeryLikely, Outlook::Likely, Outlook::Possible, Outlook::Watch];

/// `很可能（60 % 以上）`
pub fn outlook_words(outlook: Outlook, lang: Lang) -> String {
    let bounds = match outlook {
        Outlook::VeryLikely => pick(lang, "60 % 以上", "60 % or more"),
        Outlook::Likely => "30–60 %",
        Outlook::Possible => "10–30 %",
        Outlook::Watch => "5–10 %",
    };
    let words = outlook.text();
    match lang {
        Lang::Zh => format!("{}（{bounds}）", words.zh),
        Lang::En => format!("{} ({bounds})", words.en),
    }
}

fn heading(found: &MonthFound, lang: Lang) -> String {
    let report = &found.report;
    let (rose, fell, current) = (report.rose.len(), report.fell.len(), report.current.len());
    match lang {
        Lang::Zh => format!(
            "截至 {}：在色 {current} 人；本月上升 {rose} 人次，下降 {fell} 人次；当年有费用 {} 人\n",
            report.month, report.with_claims
        ),
        Lang::En => format!(
            "as of {}: {current} persons with a colour; {rose} rose this month, {fell} fell; {} with a bill this year\n",
            report.month, report.with_claims
        ),
    }
}

fn colour_header(lang: Lang) -> Vec<String> {
    let mut header: Vec<String> = COLOURS.iter().map(|reached| colour(*reached).in_lang(lang).to_owned()).collect();
    header.push(pick(lang, "合计", "all").to_owned());
    header
}

fn table_of(first: &str, rest: &[String], rows: &[Vec<String>]) -> String {
    let header: Vec<&str> = std::iter::once(first).chain(rest.iter().map(String::as_str)).collect();
    table(&header, rows, 1)
}

fn months(months: &[MonthCounts], lang: Lang) -> String {
    let mut header = colour_header(lang);
    header.extend([pick(lang, "上升", "rose").to_owned(), pick(lang, "下降", "fell").to_owned()]);
    let row = |counts: &MonthCounts| {
        let mut cells = vec![counts.month.to_string()];
        cells.extend(count_cells(&counts.colours));
        cells.extend([counts.rose.to_string(), counts.fell.to_string()]);
        cells
    };
    let rows: Vec<Vec<String>> = months.iter().map(row).collect();
    table_of(pick(lang, "月末", "month's end"), &header, &rows)
}

fn flows(flows: &[Flow], lang: Lang) -> String {
    let row = |flow: &Flow| {
        let (from, to) = (colour_or_none(flow.from, lang), colour_or_none(flow.to, lang));
        vec![format!("{from} → {to}"), flow.persons.to_string()]
    };
    let rows: Vec<Vec<String>> = flows.iter().map(row).collect();
    table(&[pick(lang, "上月 → 本月", "last month → this month"), pick(lang, "人数", "persons")], &rows, 1)
}

fn towns(found: &MonthFound, regions: &Regions, lang: Lang) -> String {
    let row = |(code, counts): (&String, &ColourCounts)| {
        let mut cells = vec![regions.find_town_name(code).unwrap_or(code).to_owned()];
        cells.extend(count_cells(counts));
        cells
    };
    let rows: Vec<Vec<String>> = found.report.towns.iter().map(row).collect();
    table_of(pick(lang, "乡镇（街道）", "town"), &colour_header(lang), &rows)
}
