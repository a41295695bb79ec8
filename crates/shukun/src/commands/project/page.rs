//! The projection as one page that stands alone, with a fan for each fund.

use maud::{Markup, html};
use shukun_analysis::project::report::{LineKind, LinePath, Path, YearBand};
use shukun_base::{Fen, Lang};

use super::report::Report;
use super::text::{few_words, growth_words, is_empty, line_name, sample_words};
use crate::chart::{CSS, Drawn, FULL, Mark, Point, grouped, legend_box, legend_line, money_marks, plot, short_money};
use crate::commands::compare::page::side_sources;
use crate::page::document;
use crate::words::{illustrative_warning, pick};

/// The page.
pub fn page(report: &Report, lang: Lang) -> String {
    let found = &report.projection;
    let shown: Vec<&LinePath> = found.lines.iter().filter(|line| !is_empty(line)).collect();
    let own = |line: &&&LinePath| line.kind == LineKind::Fund;
    let body = html! {
        p.who {
            (pick(lang, "方案 ", "Policy ")) b { (report.baseline.spec) }
            @if let Some(variant) = &report.variant { br; (pick(lang, "对照方案 ", "Variant ")) b { (variant.spec) } }
            br; (pick(lang, "照 ", "The year ")) b { (found.base_year) } (pick(lang, " 年的人和病，往后推 ", " lived again, ")) (found.years) (pick(lang, " 年", " years ahead"))
        }
        @if report.illustrative { p.warning { "⚠ " (illustrative_warning().in_lang(lang)) } }
        (assumed(report, lang))
        @if shown.is_empty() {
            p { (pick(lang, "基准年里没有人有费用，没有可推的数。", "Nobody has a bill in the base year: there is nothing to project.")) }
        } @else {
            h2 { (pick(lang, "各基金今后几年要付多少", "What each fund will pay")) }
            (legend(report, lang))
            div.plots { @for line in shown.iter().filter(own) { (fan(line, found.base_year, lang)) } }
            h2 { (pick(lang, "费用和家庭负担", "Bills, and what families bear")) }
            div.plots { @for line in shown.iter().filter(|line| line.kind != LineKind::Fund) { (fan(line, found.base_year, lang)) } }
            h2 { (pick(lang, "逐年的数", "Year by year")) }
            @for line in &shown { (figures(line, lang)) }
        }
        (method(report, lang))
        section.sources {
            h2 { (pick(lang, "依据", "What this rests on")) }
            (side_sources(pick(lang, "方案", "Policy"), &report.baseline, lang))
            @if let Some(variant) = &report.variant { (side_sources(pick(lang, "对照方案", "Variant"), variant, lang)) }
            @for (county, households) in &report.households_without_pack {
                p.small { (county) ": " (grouped(*households)) (pick(lang, "户不在制度包的范围里，没有推算。", " households are not covered and are in no figure.")) }
            }
        }
    };
    document(pick(lang, "今后几年的推算", "The coming years"), CSS, &body, lang)
}

fn assumed(report: &Report, lang: Lang) -> Markup {
    let growth = &report.projection.growth;
    html! {
        h2 { (pick(lang, "假定", "What is assumed")) }
        ul.notes {
            li { (pick(lang, "有费用的人数：", "Persons with a bill: ")) (growth_words(&growth.claimants, lang)) }
            li { (pick(lang, "人均费用：", "Cost of each: ")) (growth_words(&growth.cost, lang)) }
            @if let Some(income) = &growth.income {
                li { (pick(lang, "家庭收入：每年 ", "Incomes: a year ")) (income.growth) (pick(lang, "，来源：", "; source: ")) (income.source) }
            }
        }
        @if growth.from_lake {
            p.warning { (pick(lang, "增长是从数据湖自己的历年推出来的，年数很少，只能当参考；有更好的依据时用 --growth 写明。", "Growth was taken from the lake's own few past years and is only a hint; state better ones by --growth.")) }
        }
    }
}

fn legend(report: &Report, lang: Lang) -> Markup {
    html! {
        p.legend {
            (legend_line("one", pick(lang, "方案，中间", "policy, middle")))
            (legend_box("band-one", pick(lang, "十种可能里的八种", "eight futures of ten")))
            @if report.variant.is_some() {
                (legend_line("two", pick(lang, "对照，中间", "variant, middle")))
                (legend_box("band-two", pick(lang, "十种可能里的八种", "eight futures of ten")))
            }
        }
    }
}

fn fan(line: &LinePath, base_year: i16, lang: Lang) -> Markup {
    let paths: Vec<&Path> = std::iter::once(&line.baseline).chain(&line.variant).collect();
    let highest =
        |path: &&Path| path.years.iter().map(|year| year.p90_fen.max(year.middle_fen)).chain([path.base_fen]).max();
    let most = paths.iter().filter_map(highest).max().unwrap_or_default();
    let (up, top) = money_marks(most, lang);
    let last = i64::try_from(line.baseline.years.len()).unwrap_or(1).max(1);
    let right = |number: i64| number * FULL / last;
    let across: Vec<Mark> =
        (0..=last).map(|number| (right(number), (i64::from(base_year) + number).to_string())).collect();
    let points = |path: &Path, of: fn(&YearBand) -> Fen| -> Vec<Point> {
        let start = (0, height(path.base_fen, top));
        let rest = (1..).zip(&path.years).map(|(number, year)| (right(number), height(of(year), top)));
        std::iter::once(start).chain(rest).collect()
    };
    let mut drawn = Vec::new();
    let classes = [("band-one", "one"), ("band-two", "two dashed")];
    for (path, (band, _)) in paths.iter().zip(classes) {
        drawn.push(Drawn::Band(band, points(path, |year| year.p90_fen), points(path, |year| year.p10_fen)));
    }
    for (path, (_, middle)) in paths.iter().zip(classes) {
        drawn.push(Drawn::Line(middle, points(path, |year| year.middle_fen)));
    }
    let name = line_name(line, lang);
    html! {
        div.fan {
            h3 { (name) }
            (plot(&name, (&across, pick(lang, "年度", "year")), (&up, pick(lang, "元", "yuan")), &drawn))
        }
    }
}

fn height(amount: Fen, top: Fen) -> i64 {
    let wide = i128::from(amount.0.max(0)) * i128::from(FULL) / i128::from(top.0.max(1));
    i64::try_from(wide).unwrap_or(FULL)
}

fn figures(line: &LinePath, lang: Lang) -> Markup {
    let sides = [
        (pick(lang, "方案", "policy"), Some(&line.baseline)),
        (pick(lang, "对照", "variant"), line.variant.as_ref()),
        (pick(lang, "相差", "difference"), line.difference.as_ref()),
    ];
    html! {
        h3 { (line_name(line, lang)) }
        div.scroll.wide { table {
            thead { tr {
                th { (pick(lang, "年度", "Year")) }
                th.number { (pick(lang, "中间（元）", "middle (yuan)")) }
                th.number { (pick(lang, "低 P10", "low P10")) }
                th.number { (pick(lang, "高 P90", "high P90")) }
            } }
            @for (side, path) in sides {
                @if let Some(path) = path { (side_rows(side, path)) }
            }
        } }
        @if let Some(words) = few_words(line, lang) { p.warning { (words) } }
        @if !line.baseline.sampling_error_fen.is_zero() {
            p.small { (pick(lang, "只结算了一部分户：基准年可能差 ", "Not everybody was settled: the base year may be off by ")) (short_money(line.baseline.sampling_error_fen, lang)) (pick(lang, " 上下（一个标准误）。", " (one standard error).")) }
        }
    }
}

fn side_rows(side: &str, path: &Path) -> Markup {
    html! {
        tbody { @for year in &path.years {
            tr {
                td { (year.year) " " span.small { (side) } }
                td.number { (year.middle_fen) }
                td.number { (year.p10_fen) }
                td.number { (year.p90_fen) }
            }
        } }
    }
}

fn method(report: &Report, lang: Lang) -> Markup {
    let found = &report.projection;
    html! {
        h2 { (pick(lang, "怎么推的，能信到哪里", "How it is done, and how far it holds")) }
        p {
            (pick(lang,
                "把基准年的每一笔费用按假定的增长乘上去，再按制度一户一户重新结算，所以起付线、分段和封顶都会起作用；然后抽取",
                "Every bill of the base year is multiplied by the growth assumed and settled anew by the rules, household by household, so that lines and caps bite; then "))
            (found.draws)
            (pick(lang,
                "种可能，每种里各户出现的次数不同，增长也在低与高之间取。十种可能里八种落在带子里。",
                " futures are drawn in which households stand more or less often and growth lies between low and high. Eight of ten lie in the band."))
        }
        p { (sample_words(report, lang)) (pick(lang, "。", ".")) }
        p.small {
            (pick(lang,
                "没有算进去的：人口老龄化，参保和认定的变化，政策变了人会不会多看病，疫情这样的大事，制度今后的修改。已经由省里结算的各层，按比例放大，不按它们自己的规则重算。只有少数几户的基金，带子偏窄，已在下面注明。",
                "Not in it: ageing, changes of insurance and certification, what a policy makes people do, events such as epidemics, later changes of the rules. Payers settled by the state platform grow in proportion, not by their own rules. Where a fund rests on few households its band is too narrow, and said to be."))
        }
    }
}
