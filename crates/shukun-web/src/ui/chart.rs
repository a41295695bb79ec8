//! Charts: an island that ECharts fills from a JSON option; without a script the table beneath says the same.

use maud::{Markup, html};
use serde_json::{Value, json};
use shukun_assets::{ECHARTS, ECHARTS_WHOLE};

use super::style::CHARTS;

/// One blue from light to dark, for what grows older or larger.
pub const DEEPENING: [&str; 5] = ["#cfe0f1", "#9dc0e3", "#5f97cf", "#2f6db3", "#163f6e"];
/// In time, close to it, over it, far over it.
pub const LEVELS: [&str; 4] = ["#a9c4de", "#dd9a34", "#c2453a", "#74150d"];
/// Yellow, orange, red.
pub const ALERTS: [&str; 3] = ["#d8b12c", "#d9772b", "#b3362b"];
/// Two things beside each other.
pub const PAIR: [&str; 2] = ["#2f6db3", "#8a96a5"];

/// The place of a chart; `label` says what it shows to who cannot see it. A page with charts ends with [`scripts`].
pub fn chart(option: &Value, label: &str) -> Markup {
    html! { div.chart data-option=(option) role="img" aria-label=(label) {} }
}

/// The same, higher.
pub fn tall_chart(option: &Value, label: &str) -> Markup {
    html! { div.chart.tall data-option=(option) role="img" aria-label=(label) {} }
}

/// What draws them; once on a page.
pub fn scripts() -> Markup {
    html! {
        script src=(ECHARTS.path()) defer {}
        script src=(CHARTS.path()) defer {}
    }
}

/// The same for a page with a map: the part of ECharts that other pages load knows none.
pub fn map_scripts() -> Markup {
    html! {
        script src=(ECHARTS_WHOLE.path()) defer {}
        script src=(CHARTS.path()) defer {}
    }
}

/// The fonts of the pages: a chart measures its words before it draws them.
const FONT: &str =
    "system-ui, -apple-system, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'WenQuanYi Micro Hei', sans-serif";

/// What all charts share: quiet axes, no motion, room for words.
pub fn frame(series: Value, category: &[String], is_lying: bool) -> Value {
    let ink = json!({ "color": "#55606e" });
    let line = json!({ "lineStyle": { "color": "#d5dbe3" } });
    let categories = json!({
        "type": "category", "data": category, "inverse": is_lying, "axisLabel": ink, "axisLine": line,
        "axisTick": { "show": false },
    });
    let values = json!({
        "type": "value", "minInterval": 1, "axisLabel": ink, "splitLine": { "lineStyle": { "color": "#e9edf2" } },
    });
    let (x, y) = if is_lying { (values, categories) } else { (categories, values) };
    json!({
        "animation": false,
        "textStyle": { "fontFamily": FONT },
        "grid": { "left": 8, "right": 16, "top": 34, "bottom": 8, "outerBoundsMode": "same", "outerBoundsContain": "axisLabel" },
        "legend": { "top": 0, "left": 0, "itemWidth": 12, "itemHeight": 12, "icon": "roundRect",
                    "textStyle": { "color": "#1a1f26" } },
        "tooltip": { "trigger": "axis", "renderMode": "richText", "axisPointer": { "type": if is_lying { "shadow" } else { "line" } } },
        "xAxis": x,
        "yAxis": y,
        "series": series,
    })
}

/// A bar of parts that together are its whole length, in whole thousandths; each part with its class.
pub fn parts_bar(parts: &[(u64, &str)]) -> Markup {
    let whole: u64 = parts.iter().map(|(part, _)| part).sum();
    let ends = parts.iter().scan(0_u64, |end, (part, class)| {
        let from = *end;
        *end += part;
        Some((thousandths(from, whole), thousandths(*end, whole), *class))
    });
    html! {
        svg.parts viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-ground width="1000" height="16" {}
            @for (from, to, class) in ends { @if to > from { rect class=(class) x=(from) width=(to - from) height="16" {} } }
        }
    }
}

/// A part of a whole in thousandths; none of nothing.
pub fn thousandths(part: u64, whole: u64) -> u64 {
    part.saturating_mul(1000).checked_div(whole).unwrap_or_default()
}

/// `12.3%`; empty where there is nothing to be a part of.
pub fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return String::new();
    }
    let tenths = thousandths(part, whole);
    format!("{}.{}%", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_whole_thousandths() {
        for (part, whole, shown) in [(1, 3, "33.3%"), (3, 3, "100.0%"), (0, 3, "0.0%"), (0, 0, "")] {
            assert_eq!(percent(part, whole), shown);
        }
    }

    #[test]
    fn parts_fill_the_bar_without_a_gap() {
        let bar = parts_bar(&[(1, "a"), (0, "b"), (2, "c")]).into_string();
        assert!(bar.contains("class=\"a\" x=\"0\" width=\"333\""), "{bar}");
        assert!(bar.contains("class=\"c\" x=\"333\" width=\"667\"") && !bar.contains("class=\"b\""), "{bar}");
    }

    #[test]
    fn the_option_is_an_attribute_and_no_script() {
        let shown = chart(&json!({ "title": "\"><script>" }), "图").into_string();
        assert!(!shown.contains("<script>"), "{shown}");
    }
}
