//! The month as one self-contained HTML page: no scripts, no outside files, readable at 390 px and on paper.
//!
//! Holds codes, towns and villages, no names. It draws what the report counted and computes nothing but lengths.
//! Start at [`page`].

use maud::{DOCTYPE, Markup, PreEscaped, html};
use shukun_analysis::watch::{ColourCounts, Expected, Listed, town};
use shukun_base::{Lang, RegionCode};
use shukun_claims::import::Regions;
use shukun_engine::outcome::Colour;

use super::evaluate::percent;
use super::month_book::model_line;
use super::month_flow::flow_chart;
use super::month_text::{COLOURS, colour_or_none, no_month};
use super::results::{left_over, precision_header, precision_rows};
use super::through::MonthFound;
use crate::page::style::CSS;
use crate::screening_book::about_sources;
use crate::words::{colour, illustrative_warning, pick};

/// Rows of a list on the page; the workbook has all of them.
const LISTED: usize = 40;

/// The page.
pub fn page(found: &MonthFound, regions: &Regions, lang: Lang) -> String {
    let month = found.report.month;
    let title = format!("{} {month}", pick(lang, "三色监测", "Three-colour monitoring"));
    let markup = html! {
        (DOCTYPE)
        html lang=(pick(lang, "zh-CN", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(CSS)) (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (title) }
                    p.who { (known_by(found, lang)) }
                    @if found.sources.illustrative { p.warning { "⚠ " (illustrative_warning().in_lang(lang)) } }
                    (figures(found, lang))
                    (changes(found, regions, lang))
                    (months(found, lang))
                    (towns(found, regions, lang))
                    (ageing(found, lang))
                    (expected(found, regions, lang))
                    (precision(found, regions, lang))
                    (left_out(found, lang))
                    (sources(found, lang))
                }
            }
        }
    };
    markup.into_string()
}

fn known_by(found: &MonthFound, lang: Lang) -> String {
    let day = found.report.month.last_day();
    match lang {
        Lang::Zh => format!("按 {day} 已经结算、已经认定的情况；晚到的结算和冲正算在它结算的那个月"),
        Lang::En => {
            format!(
                "As settled and certified by {day}; late claims and reversals show up in the month they were settled"
            )
        }
    }
}

fn figures(found: &MonthFound, lang: Lang) -> Markup {
    let report = &found.report;
    let last = report.months.last().map(|counts| counts.colours).unwrap_or_default();
    html! {
        dl.figures {
            @for reached in COLOURS {
                div { dt { (colour(reached).in_lang(lang)) } dd { (last.of(reached)) } }
            }
            div { dt { (pick(lang, "本月上升", "Rose this month")) } dd { (report.rose.len()) } }
            div { dt { (pick(lang, "本月下降", "Fell this month")) } dd { (report.fell.len()) } }
        }
    }
}

fn changes(found: &MonthFound, regions: &Regions, lang: Lang) -> Markup {
    let report = &found.report;
    html! {
        h2 { (pick(lang, "上月到本月", "From last month to this month")) }
        @if report.flows.is_empty() {
            p { (pick(lang, "上月和本月都没有人有颜色。", "Nobody had a colour last month or has one now.")) }
        } @else {
            (flow_chart(&report.flows, lang))
        }
        (list(pick(lang, "本月上升", "Rose this month"), &report.rose, regions, lang))
        (list(pick(lang, "本月下降", "Fell this month"), &report.fell, regions, lang))
    }
}

fn list(heading: &str, rows: &[Listed], regions: &Regions, lang: Lang) -> Markup {
    let more = rows.len().saturating_sub(LISTED);
    html! {
        h2 { (counted(heading, rows.len(), lang)) }
        @if rows.is_empty() { p { (pick(lang, "没有。", "None.")) } }
        @else {
            table.people {
                thead { tr {
                    th { (pick(lang, "颜色", "colour")) }
                    th { (pick(lang, "乡镇、村", "town, village")) }
                    th.number { (pick(lang, "负担（元）", "burden (yuan)")) }
                    th { (pick(lang, "人员编号", "person code")) }
                } }
                tbody { @for row in rows.iter().take(LISTED) { (listed(row, regions, lang)) } }
            }
            @if more > 0 {
                p.small { (pick(lang, "另有 ", "and ")) (more) (pick(lang, " 人，见工作簿。", " more, in the workbook.")) }
            }
        }
    }
}

fn counted(heading: &str, rows: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{heading}（{rows}）"),
        Lang::En => format!("{heading} ({rows})"),
    }
}

fn listed(row: &Listed, regions: &Regions, lang: Lang) -> Markup {
    html! {
        tr {
            td { (colour_or_none(row.before, lang)) " → " b { (colour_or_none(row.colour, lang)) } }
            td { (place(&row.region, regions)) " " span.small { (village(&row.region, regions)) } }
            td.number { (row.burden_fen) br; span.small { (row.burden_before_fen) } }
            td.small { (row.person_id) br; (row.year) }
        }
    }
}

fn months(found: &MonthFound, lang: Lang) -> Markup {
    let report = &found.report;
    let most = report.months.iter().map(|counts| counts.colours.sum()).max().unwrap_or(0);
    html! {
        h2 { (pick(lang, "逐月在色人数", "Persons with a colour, month by month")) }
        ol.bars {
            @for counts in &report.months {
                li {
                    span { (counts.month) }
                    (bar(&counts.colours, most))
                    span.counts { (counts.colours.sum()) " " span.small { "↑" (counts.rose) " ↓" (counts.fell) } }
                }
            }
        }
        (legend(lang))
    }
}

fn towns(found: &MonthFound, regions: &Regions, lang: Lang) -> Markup {
    let towns = &found.report.towns;
    let most = towns.values().map(ColourCounts::sum).max().unwrap_or(0);
    let mut rows: Vec<(&String, &ColourCounts)> = towns.iter().collect();
    rows.sort_by_key(|(code, counts)| (std::cmp::Reverse(counts.sum()), (*code).clone()));
    html! {
        h2 { (pick(lang, "各乡镇（街道）", "Towns")) }
        @if rows.is_empty() { p { (pick(lang, "没有在色的人。", "Nobody has a colour.")) } }
        ol.bars {
            @for (code, counts) in rows {
                li {
                    span { (regions.find_town_name(code).unwrap_or(code)) }
                    (bar(counts, most))
                    span.counts { (counts.sum()) }
                }
            }
        }
    }
}

fn ageing(found: &MonthFound, lang: Lang) -> Markup {
    let ageing = &found.report.ageing;
    let most = ageing.values().map(ColourCounts::sum).max().unwrap_or(0);
    html! {
        @if !ageing.is_empty() {
            h2 { (pick(lang, "在色多久了", "How long with a colour")) }
            p.small { (pick(lang, "连续有颜色的月数，本月算一个月", "months without a break, this one counted")) }
            ol.bars {
                @for (lasted, counts) in ageing {
                    li {
                        span { (lasted) (pick(lang, " 个月", " mo.")) }
                        (bar(counts, most))
                        span.counts { (counts.sum()) }
                    }
                }
            }
        }
    }
}

/// A stacked bar; `most` persons fill it.
fn bar(counts: &ColourCounts, most: u64) -> Markup {
    let mut from = 0;
    let parts: Vec<(Colour, u64, u64)> = COLOURS
        .into_iter()
        .map(|reached| {
            let width = counts.of(reached) * 1_000 / most.max(1);
            let part = (reached, from, width);
            from += width;
            part
        })
        .collect();
    html! {
        svg viewBox="0 0 1000 20" preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-ground x="0" y="0" width="1000" height="20" {}
            @for (reached, x, width) in parts { rect class=(class(Some(reached))) x=(x) y="0" width=(width) height="20" {} }
        }
    }
}

/// The class that paints a colour.
pub fn class(reached: Option<Colour>) -> &'static str {
    match reached {
        Some(Colour::Red) => "red",
        Some(Colour::Orange) => "orange",
        Some(Colour::Yellow) => "yellow",
        None => "none",
    }
}

fn legend(lang: Lang) -> Markup {
    html! {
        p.legend.small {
            @for reached in COLOURS {
                svg viewBox="0 0 10 10" aria-hidden="true" { rect class=(class(Some(reached))) width="10" height="10" {} }
                (colour(reached).in_lang(lang)) " "
            }
            (pick(lang, "　↑ 当月上升　↓ 当月下降", "  ↑ rose in the month  ↓ fell"))
        }
    }
}

fn expected(found: &MonthFound, regions: &Regions, lang: Lang) -> Markup {
    let rows = found.expected.as_deref().unwrap_or_default();
    let more = rows.len().saturating_sub(LISTED);
    let no_month = no_month(found, lang);
    html! {
        @if !no_month.is_empty() { p.small { (no_month) } }
        @if found.expected.is_some() {
            h2 { (counted(pick(lang, "年底前可能到线", "May cross the line by December"), rows.len(), lang)) }
            p.small {
                (pick(lang,
                    "现在无色、概率 5 % 以上的人。预测只用来排先看谁，不据此给付或拒绝。",
                    "Without a colour now, 5 % or more. The prediction only orders whom to look at first; nothing is paid or refused because of it."))
            }
            @if rows.is_empty() { p { (pick(lang, "没有。", "None.")) } }
            @else {
                table.people {
                    thead { tr {
                        th { (pick(lang, "可能性", "how likely")) }
                        th { (pick(lang, "乡镇、村，主要原因", "town, village, main reasons")) }
                        th.number { (pick(lang, "已有负担（元）", "burden so far (yuan)")) }
                        th { (pick(lang, "人员编号", "person code")) }
                    } }
                    tbody { @for row in rows.iter().take(LISTED) { (expected_row(row, regions, lang)) } }
                }
                @if more > 0 {
                    p.small { (pick(lang, "另有 ", "and ")) (more) (pick(lang, " 人，见工作簿。", " more, in the workbook.")) }
                }
            }
        }
    }
}

fn expected_row(row: &Expected, regions: &Regions, lang: Lang) -> Markup {
    let reasons: Vec<&str> = row.reasons.iter().map(|reason| reason.in_lang(lang)).collect();
    html! {
        tr {
            td { b { (row.outlook.text().in_lang(lang)) } " " (percent(row.probability)) }
            td {
                (place(&row.region, regions)) " "
                span.small { (village(&row.region, regions)) br; (reasons.join(pick(lang, "；", "; "))) }
            }
            td.number { (row.burden_fen) }
            td.small { (row.person_id) }
        }
    }
}

fn place(region: &RegionCode, regions: &Regions) -> String {
    let code = town(region);
    regions.find_town_name(&code).unwrap_or(&code).to_owned()
}

fn village<'a>(region: &'a RegionCode, regions: &'a Regions) -> &'a str {
    regions.find_village_name(region.as_str()).unwrap_or(region.as_str())
}

fn precision(found: &MonthFound, regions: &Regions, lang: Lang) -> Markup {
    html! {
        @if let Some(read) = &found.results {
            h2 { (pick(lang, "预警准不准", "How right the alerts were")) }
            p.small {
                (pick(lang,
                    "准确率＝核查后确有风险（含已救助）的占已核查的比例；没有结果和未核查的另计，不算错。",
                    "Precision: found at risk or helped, among those verified. Without a result and unverified are counted apart, never as wrong."))
            }
            @if !read.rejected.is_empty() {
                p.warning {
                    (read.rejected.len()) " / " (read.rows) " "
                    (pick(lang, "行核查结果有问题，没有计入，见工作簿“核查结果退回行”。", "rows of the results were rejected; see the workbook."))
                }
            }
        }
        @if let Some(found) = &found.precision {
            div.wide {
                table.measured {
                    thead { tr { @for (at, head) in precision_header(lang).iter().enumerate() { th.number[at > 0] { (head) } } } }
                    tbody {
                        @for row in precision_rows(found, regions, lang) {
                            tr { @for (at, cell) in row.iter().enumerate() { td.number[at > 0] { (cell) } } }
                        }
                    }
                }
            }
            @let left = left_over(found, lang);
            @if !left.is_empty() { p.small { (left) } }
        }
    }
}

fn left_out(found: &MonthFound, lang: Lang) -> Markup {
    let without = found.households_without_pack.values().sum::<u64>() + found.households_without_alerts;
    html! {
        @if without > 0 {
            p.warning {
                (without) " "
                (pick(lang, "户没有适用的制度包或预警规则，没有监测。", "households have no pack or no alert rule and were not watched."))
            }
        }
    }
}

fn sources(found: &MonthFound, lang: Lang) -> Markup {
    html! {
        section.sources {
            h2 { (pick(lang, "依据", "What it rests on")) }
            ul {
                @for alerts in &found.alerts {
                    @for (reached, line) in &alerts.lines {
                        li { (colour(*reached).in_lang(lang)) " " (pick(lang, "线：", "line: ")) (line) (pick(lang, " 元", " yuan")) }
                    }
                }
            }
            @if let Some(trained) = &found.trained_on { p.small { (model_line(trained, lang)) } }
            @for line in about_sources(&found.sources, lang) { p.small { (line) } }
        }
    }
}

/// Beside the style of every page.
pub const STYLE: &str = r"
.red { fill: #b3362b; } .orange { fill: #d9701a; } .yellow { fill: #e3b505; } .none { fill: #c3ccd8; }
.bars { list-style: none; margin: 0; padding: 10px 14px; background: #fff; border: 1px solid var(--line); border-radius: 8px; }
.bars:empty { display: none; }
.bars li { display: grid; grid-template-columns: 7.5em minmax(0, 1fr) 7.5em; column-gap: 12px; align-items: center; padding: 3px 0; }
.bars svg { width: 100%; height: 16px; display: block; }
.bars .counts { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.legend { margin: 6px 0 0; } .legend svg { width: .8em; height: .8em; margin: 0 3px 0 10px; vertical-align: -1px; }
.flow { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 10px; }
.flow svg { width: 100%; max-width: 640px; display: block; margin: 0 auto; }
.flow text { font-size: 13px; fill: var(--ink); }
.flow .ribbon { opacity: .45; }
.people, .measured { background: #fff; border: 1px solid var(--line); border-radius: 8px; border-collapse: separate; border-spacing: 0; padding: 4px 12px; }
.people th, .measured th { white-space: nowrap; }
.people td:first-child { white-space: nowrap; }
.people td:nth-child(4), .people th:nth-child(4) { padding-left: 16px; padding-right: 0; }
.sources p, .sources li { overflow-wrap: anywhere; }
.measured { min-width: 660px; }
.measured td:first-child { white-space: nowrap; }
main .figures div { flex-basis: 130px; }
.wide { overflow-x: auto; }
@media (max-width: 600px) {
  .bars li { grid-template-columns: 5.2em minmax(0, 1fr) 6.4em; column-gap: 8px; }
  .people thead { display: none; }
  .people tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; border-top: 1px solid var(--line); padding: 5px 0; }
  .people tr:first-child { border-top: 0; }
  .people td, .people td:nth-child(4) { border: 0; padding: 0; }
  .people td:nth-child(1) { grid-column: 1; grid-row: 1; }
  .people td:nth-child(2) { grid-column: 1; grid-row: 2; }
  .people td:nth-child(3) { grid-column: 2; grid-row: 1; }
  .people td:nth-child(4) { grid-column: 2; grid-row: 2; text-align: right; }
}
@media print { .bars, .flow, .people, .measured { border-color: #888; break-inside: avoid; } svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
";
