//! The comparison as one page that stands alone: for a meeting's screen, a phone, or paper.

use maud::{Markup, html};
use shukun_analysis::compare::report::{
    BeforeAfter, Cell, CliffCount, GroupRow, Grouping, HistogramBar, LargestChange, Line, Spread, Unit,
};
use shukun_base::{Fen, Lang};

use super::book::{line_name, publish_words};
use super::report::{PolicySide, Report};
use super::text::{signed, unit_word};
use crate::chart::{CSS, Drawn, FULL, Mark, bar, diverging, grouped, legend_box, legend_line, plot, short_money};
use crate::output::money;
use crate::page::document;
use crate::words::{illustrative_warning, pick, provenance};

/// The page.
pub fn page(report: &Report, lang: Lang) -> String {
    let found = &report.comparison;
    let body = html! {
        (policies(report, lang))
        @if report.illustrative { p.warning { "⚠ " (illustrative_warning().in_lang(lang)) } }
        (figures(report, lang))
        @if found.population.person_years == 0 {
            p { (pick(lang, "这个数据湖里没有两边制度包都管得到、有费用的人。导入结算表，或者换一个制度包，这里就会有数。", "Nobody in this lake has a bill and is covered by the packs of both sides. Import settlements, or name other packs, and figures will stand here.")) }
        } @else {
            h2 { (pick(lang, "各基金多付多少、少付多少", "What each fund pays more or less")) }
            (funds(&found.funds, lang))
            h2 { (pick(lang, "谁多谁少", "Who gains, who loses")) }
            (units(report, lang))
            @for grouping in &found.groups { (groups(grouping, lang)) }
            h2 { (pick(lang, "负担变化的分布", "How much the burden changes")) }
            (histogram(&found.histogram, lang))
            h2 { (pick(lang, "负担在各户之间有多不平均", "How unequally the burden lies on households")) }
            (lorenz(&found.concentration, lang))
            h2 { (pick(lang, "高额负担", "High burdens")) }
            (high_burdens(report, lang))
            h2 { (pick(lang, "断崖", "Cliffs")) }
            (cliffs(report, lang))
            h2 { (pick(lang, "变化最大的人", "The largest changes")) }
            (largest(&found.largest, lang))
        }
        (sources(report, lang))
    };
    document(pick(lang, "两种政策的比较", "Two policies compared"), CSS, &body, lang)
}

fn policies(report: &Report, lang: Lang) -> Markup {
    let years: Vec<String> = report.comparison.population.years.iter().map(ToString::to_string).collect();
    html! {
        p.who {
            (pick(lang, "基准方案 ", "Baseline ")) b { (report.baseline.spec) }
            br; (pick(lang, "对照方案 ", "Variant ")) b { (report.variant.spec) }
            @if !years.is_empty() { br; (pick(lang, "费用年度 ", "Years of the costs ")) (years.join("、")) }
        }
    }
}

fn figures(report: &Report, lang: Lang) -> Markup {
    let found = &report.comparison;
    let population = &found.population;
    let households = found.change.iter().find(|change| change.unit == Unit::Household);
    let figure = |name: &str, value: String, is_family: bool| {
        html! { div.family[is_family] { dt { (name) } dd { (value) } } }
    };
    html! {
        dl.figures {
            (figure(pick(lang, "有费用的户", "Households with a bill"), grouped(population.households), false))
            (figure(pick(lang, "有费用的人", "Persons with a bill"), grouped(population.persons), false))
            (figure(pick(lang, "家庭负担的变化", "Change in what families bear"), short_signed(found.family.difference_fen, lang), true))
            @if let Some(change) = households {
                (figure(pick(lang, "负担减轻的户", "Households bearing less"), grouped(change.gaining), false))
                (figure(pick(lang, "负担加重的户", "Households bearing more"), grouped(change.losing), false))
            }
        }
    }
}

fn short_signed(amount: Fen, lang: Lang) -> String {
    let sign = if amount > Fen::ZERO { "+" } else { "" };
    format!("{sign}{}", short_money(amount, lang))
}

fn legend(less: &str, more: &str) -> Markup {
    html! { p.legend { (legend_box("bar-less", less)) (legend_box("bar-more", more)) } }
}

fn funds(lines: &[Line], lang: Lang) -> Markup {
    let shown: Vec<&Line> =
        lines.iter().filter(|line| !line.baseline_fen.is_zero() || !line.variant_fen.is_zero()).collect();
    let limit = shown.iter().map(|line| Fen(line.difference_fen.0.abs())).max().unwrap_or_default();
    html! {
        (legend(pick(lang, "对照方案下少付", "pays less under the variant"), pick(lang, "对照方案下多付", "pays more")))
        ol.bars {
            @for line in shown {
                li {
                    span {
                        (line.name)
                        span.small {
                            (money(line.baseline_fen, lang)) " → " (money(line.variant_fen, lang))
                        }
                    }
                    (diverging((-line.difference_fen).or_zero(), line.difference_fen.or_zero(), limit))
                    span.amount {
                        (signed(line.difference_fen))
                        span.small { (grouped(line.households_changed)) (pick(lang, "户", " households")) }
                    }
                }
            }
        }
    }
}

fn units(report: &Report, lang: Lang) -> Markup {
    html! {
        div.scroll.wide { table {
            thead { tr {
                th { (pick(lang, "按最后留给家庭的钱算", "By what stays with the family")) }
                th.number { (pick(lang, "减轻", "bear less")) }
                th.number { (pick(lang, "加重", "bear more")) }
                th.number { (pick(lang, "不变", "the same")) }
                th.number { (pick(lang, "减轻合计（元）", "less (yuan)")) }
                th.number { (pick(lang, "加重合计（元）", "more (yuan)")) }
            } }
            tbody { @for change in &report.comparison.change {
                tr {
                    td { (unit_word(change.unit, lang)) }
                    td.number { (grouped(change.gaining)) }
                    td.number { (grouped(change.losing)) }
                    td.number { (grouped(change.unchanged)) }
                    td.number { (change.gained_fen) }
                    td.number { (change.lost_fen) }
                }
            } }
        } }
    }
}

fn groups(grouping: &Grouping, lang: Lang) -> Markup {
    let largest = |row: &GroupRow| row.gaining.sum_fen.max(row.losing.sum_fen);
    let limit = grouping.rows.iter().map(largest).max().unwrap_or_default();
    html! {
        h3 { (pick(lang, "按", "By ")) (grouping.by.text().in_lang(lang)) }
        (legend(pick(lang, "负担减轻合计", "bear less, in all"), pick(lang, "负担加重合计", "bear more, in all")))
        ol.bars {
            @for row in &grouping.rows {
                li {
                    span {
                        (row.name.in_lang(lang)) @if !is_publishable(row) { " " (not_public(row, lang)) }
                        span.small { (grouped(row.households)) (pick(lang, "户，", " households, ")) (grouped(row.person_years)) (pick(lang, "人年", " person-years")) }
                    }
                    (diverging(row.gaining.sum_fen, row.losing.sum_fen, limit))
                    span.amount {
                        (signed(row.difference_fen))
                        (side(&row.gaining, pick(lang, "减轻", "less"), lang))
                        (side(&row.losing, pick(lang, "加重", "more"), lang))
                    }
                }
            }
        }
    }
}

fn side(cell: &Cell, word: &str, lang: Lang) -> Markup {
    html! {
        @if cell.person_years > 0 {
            span.small {
                (word) " " (grouped(cell.person_years)) (pick(lang, "人年，中位 ", ", median ")) (cell.median_fen)
            }
        }
    }
}

fn is_publishable(row: &GroupRow) -> bool {
    row.publishable && row.gaining.publishable && row.losing.publishable
}

/// What may not be published is told with a sign that has words.
fn not_public(row: &GroupRow, lang: Lang) -> Markup {
    html! { abbr.mark title=(publish_words(row, lang)) { (pick(lang, "【不公开】", "[not public]")) } }
}

fn histogram(bars: &[HistogramBar], lang: Lang) -> Markup {
    let is_change = |found: &&HistogramBar| found.up_to_fen != Some(Fen::ZERO);
    let limit = bars.iter().filter(is_change).map(|found| found.person_years).max().unwrap_or(0);
    html! {
        ol.bars {
            @for found in bars {
                li {
                    span { (edges(found, lang)) }
                    (bar(found.person_years, limit, colour_of(found)))
                    span.amount { (grouped(found.person_years)) (pick(lang, "人年", " person-years")) }
                }
            }
        }
        p.small { (pick(lang, "“不变”一栏不按比例画。", "The bar of those for whom nothing changes is not drawn to scale.")) }
    }
}

fn colour_of(found: &HistogramBar) -> &'static str {
    match found.up_to_fen {
        Some(up_to) if up_to.is_negative() => "bar-less",
        Some(up_to) if up_to.is_zero() => "bar-even",
        _ => "bar-more",
    }
}

/// `减轻1,000至5,000元`
fn edges(found: &HistogramBar, lang: Lang) -> String {
    let yuan = |amount: Fen| grouped(amount.0.unsigned_abs() / 100);
    let word = |less: bool| if less { pick(lang, "减轻", "less by ") } else { pick(lang, "加重", "more by ") };
    match (found.above_fen, found.up_to_fen) {
        (_, Some(up_to)) if up_to.is_zero() => pick(lang, "不变", "the same").to_owned(),
        (None, Some(up_to)) => format!("{}{}{}", word(true), yuan(up_to), pick(lang, "元以上", " yuan or more")),
        (Some(above), None) => format!("{}{}{}", word(false), yuan(above), pick(lang, "元以上", " yuan or more")),
        (Some(above), Some(up_to)) => {
            let is_less = up_to.is_negative();
            let (small, large) = if is_less { (up_to, above) } else { (above, up_to) };
            if yuan(small) == "0" {
                return format!("{}{}{}", word(is_less), yuan(large), pick(lang, "元以内", " yuan or less"));
            }
            let to = pick(lang, "至", " to ");
            format!("{}{}{to}{}{}", word(is_less), yuan(small), yuan(large), pick(lang, "元", " yuan"))
        }
        (None, None) => String::new(),
    }
}

fn lorenz(both: &BeforeAfter<Spread>, lang: Lang) -> Markup {
    let marks: Vec<Mark> = (0..=4).map(|quarter| (quarter * FULL / 4, format!("{}%", quarter * 25))).collect();
    let points = |spread: &Spread| -> Vec<(i64, i64)> {
        let up = |burden: Fen| {
            let wide = i128::from(burden.0) * i128::from(FULL) / i128::from(spread.sum_fen.0.max(1));
            i64::try_from(wide).unwrap_or(FULL)
        };
        spread.lorenz.iter().map(|point| (i64::from(point.percent) * FULL / 100, up(point.burden_fen))).collect()
    };
    let drawn = [
        Drawn::Line("even", vec![(0, 0), (FULL, FULL)]),
        Drawn::Line("one", points(&both.baseline)),
        Drawn::Line("two dashed", points(&both.variant)),
    ];
    let (before, after) = (both.baseline.gini, both.variant.gini);
    html! {
        p.legend {
            (legend_line("one", &format!("{} {before:.4}", pick(lang, "基准，基尼系数", "baseline, Gini"))))
            (legend_line("two", &format!("{} {after:.4}", pick(lang, "对照，基尼系数", "variant, Gini"))))
        }
        (plot(
            pick(lang, "洛伦兹曲线：越靠近对角线，负担越平均", "Lorenz curves: the nearer to the diagonal, the more equal"),
            (&marks, pick(lang, "负担最低的百分之几的户年", "least burdened household-years")),
            (&marks, pick(lang, "他们承担的份额", "their share of the burden")),
            &drawn,
        ))
        p.small { (pick(lang, "有费用的户，一户一年算一个。曲线越靠近对角线，负担越平均；基尼系数0是人人一样，接近1是集中在少数户。", "Households with a bill, one for each year. The nearer to the diagonal, the more equal; Gini 0 is all the same, near 1 is all on a few.")) }
    }
}

fn high_burdens(report: &Report, lang: Lang) -> Markup {
    let found = &report.comparison;
    let row = |what: String, count: BeforeAfter<u64>| {
        html! { tr { td { (what) } td.number { (grouped(count.baseline)) } td.number { (grouped(count.variant)) } } }
    };
    html! {
        div.scroll { table {
            thead { tr {
                th { (pick(lang, "多少人、多少户", "How many")) }
                th.number { (pick(lang, "基准", "baseline")) }
                th.number { (pick(lang, "对照", "variant")) }
            } }
            tbody {
                @for above in &found.burden_above {
                    (row(format!("{}{}{}", pick(lang, "负担超过", "person-years bearing more than "), grouped(above.line_fen.0.unsigned_abs() / 100), pick(lang, "元（人年）", " yuan")), above.person_years))
                }
                @for above in &found.burden_above {
                    (row(format!("{}{}{}", pick(lang, "负担超过", "household-years bearing more than "), grouped(above.line_fen.0.unsigned_abs() / 100), pick(lang, "元（户年）", " yuan")), above.household_years))
                }
                @for above in &found.catastrophic.above {
                    (row(format!("{}{}%{}", pick(lang, "负担超过家庭年收入的", "household-years bearing more than "), above.percent, pick(lang, "（户年）", " of income")), above.household_years))
                }
            }
        } }
        p.small {
            (pick(lang, "收入占比只算收入已知的", "Shares of income are of the "))
            (grouped(found.catastrophic.income_known))
            (pick(lang, "户年；另有", " household-years whose income is known; of "))
            (grouped(found.catastrophic.income_unknown))
            (pick(lang, "户年收入不详，没有算进去。", " more it is not known."))
        }
    }
}

fn cliffs(report: &Report, lang: Lang) -> Markup {
    let found = &report.comparison;
    let side = |heading: &str, cliffs: &[CliffCount]| {
        html! {
            h3 { (heading) }
            @if cliffs.is_empty() { p { (pick(lang, "没有断崖。", "There is no cliff.")) } }
            @else { (cliff_table(cliffs, lang)) }
        }
    };
    html! {
        p {
            (pick(lang, "到了这条线，多一分钱费用，家庭反而少负担一截。旁边", "At these lines one fen more of cost leaves the family with much less. Near is within "))
            (money(found.cliff_within_fen, lang))
            (pick(lang, "以内算在线边。", "."))
        }
        (side(pick(lang, "基准方案", "Baseline"), &found.cliffs.baseline))
        (side(pick(lang, "对照方案", "Variant"), &found.cliffs.variant))
    }
}

fn cliff_table(cliffs: &[CliffCount], lang: Lang) -> Markup {
    html! {
        div.scroll.wide { table {
            thead { tr {
                th { (pick(lang, "规则", "Rule")) }
                th.number { (pick(lang, "费用到（元）", "base up to (yuan)")) }
                th.number { (pick(lang, "多一分少负担（元）", "drop (yuan)")) }
                th.number { (pick(lang, "差一点的人", "just below")) }
                th.number { (pick(lang, "刚过的人", "just past")) }
            } }
            tbody { @for cliff in cliffs {
                tr {
                    td {
                        (cliff.rule) " " span.small { (cliff.article) " " (cliff.readings.join(";")) }
                        @if !cliff.publishable { " " span.mark { (pick(lang, "【不公开】", "[not public]")) } }
                    }
                    td.number { (cliff.below_fen) }
                    td.number { (cliff.drop_fen) }
                    td.number { (grouped(cliff.persons_below)) }
                    td.number { (grouped(cliff.persons_past)) }
                }
            } }
        } }
    }
}

fn largest(changes: &[LargestChange], lang: Lang) -> Markup {
    html! {
        p.small { (pick(lang, "一行是一个人一年，只写编号，只供内部看。", "One person's year a row, codes only, for the office only.")) }
        @if changes.is_empty() { p { (pick(lang, "没有人的负担有变化。", "Nobody's burden changes.")) } }
        @else {
            div.scroll.wide { table {
                thead { tr {
                    th { (pick(lang, "人员编号", "Person")) }
                    th.number { (pick(lang, "基准负担", "Baseline")) }
                    th.number { (pick(lang, "对照负担", "Variant")) }
                    th.number { (pick(lang, "相差", "Difference")) }
                    th { (pick(lang, "哪些规则付的不同", "Rules that pay another amount")) }
                } }
                tbody { @for change in changes {
                    tr {
                        td { (change.person) br; span.small { (change.year) } }
                        td.number { (change.baseline_fen) }
                        td.number { (change.variant_fen) }
                        td.number { (signed(change.difference_fen)) }
                        td { @for rule in &change.rules {
                            div { (line_name(&rule.rule, lang)) " " span.small { (rule.article) } " " (rule.baseline_fen) " → " (rule.variant_fen) }
                        } }
                    }
                } }
            } }
        }
    }
}

fn sources(report: &Report, lang: Lang) -> Markup {
    html! {
        section.sources {
            h2 { (pick(lang, "依据", "What this rests on")) }
            (side_sources(pick(lang, "基准方案", "Baseline"), &report.baseline, lang))
            (side_sources(pick(lang, "对照方案", "Variant"), &report.variant, lang))
            @for (county, households) in &report.households_without_pack {
                p.small { (county) ": " (grouped(*households)) (pick(lang, "户不在两边制度包的范围里，没有比较。", " households are not covered by both sides and were not compared.")) }
            }
            p.small { (pick(lang, "标着【不公开】的格子不满11户；“最大”和逐人的表也不公开。数据指纹 ", "Cells marked [not public] have fewer than 11 households; figures of single persons are not public either. Hash of the facts ")) span.hash { (report.input_hash) } }
        }
    }
}

pub fn side_sources(heading: &str, side: &PolicySide, lang: Lang) -> Markup {
    html! {
        h3 { (heading) }
        ul {
            @for pack in &side.sources.packs {
                li { (pack.title) " [" (provenance(pack.provenance).in_lang(lang)) "] " span.small { (pack.id) } }
            }
            @for reading in &side.sources.readings {
                li.small { (reading.ambiguity) " " (reading.question) "： " (reading.reading) @if reading.illustrative { (pick(lang, "【示例】", " [illustrative]")) } }
            }
        }
    }
}
