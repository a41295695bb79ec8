//! Drawings for pages that stand alone: SVG by hand, no scripts. Coordinates are whole numbers.
//!
//! Words of bar charts stand beside the bars, so that they keep their size on a phone; plots with axes are drawn small
//! enough to be shown at their own size there. Knows no figures. The colours are in [`CSS`].

use maud::{Markup, html};
use shukun_base::{Fen, Lang};

use crate::words::pick;

/// Half the width of a diverging bar's drawing.
const HALF: i64 = 500;

/// What the drawings look like. Contrast of every text colour on its ground is at least 4.5 : 1.
pub const CSS: &str = r"
:root { --less: #2a7f78; --more: #b5552b; --one: #55606e; --two: #2f6db3; }
.bars { list-style: none; margin: 0 0 8px; padding: 8px 14px; background: #fff; border: 1px solid var(--line); border-radius: 8px; }
.bars li { display: grid; grid-template-columns: minmax(0, 14em) minmax(0, 1fr) 13em; column-gap: 12px; align-items: center; padding: 3px 0; }
.bars svg { width: 100%; height: 18px; display: block; }
.bars .amount { text-align: right; font-variant-numeric: tabular-nums; }
.bars .small { display: block; } .mark { color: var(--quiet); font-size: .85rem; white-space: nowrap; }
.figures div { flex-basis: 145px; }
.bar-less { fill: var(--less); } .bar-more { fill: var(--more); } .bar-even { fill: #9aa5b1; } .bar-axis { fill: #8b97a5; } .bar-ground { fill: #eef1f5; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 6px; color: var(--quiet); font-size: .9rem; }
.legend svg { width: 18px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.plot { background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 10px; margin: 0 0 10px; max-width: 520px; }
.plot svg { width: 100%; height: auto; display: block; }
.plot text { font-size: 11px; fill: var(--quiet); }
.plot .grid { stroke: #e3e8ee; stroke-width: 1; } .plot .even { stroke: #9aa5b1; stroke-width: 1; stroke-dasharray: 4 4; fill: none; }
.plot .one, .legend .one { stroke: var(--one); } .plot .two, .legend .two { stroke: var(--two); }
.plot .one, .plot .two { fill: none; stroke-width: 2; } .plot .two.dashed, .plot .one.dashed { stroke-dasharray: 6 3; }
.plot .band-one, .legend .band-one { fill: var(--one); fill-opacity: .16; } .plot .band-two, .legend .band-two { fill: var(--two); fill-opacity: .18; }
.plots { display: flex; flex-wrap: wrap; gap: 12px; } .fan { flex: 1 1 320px; max-width: 420px; }
.scroll { overflow-x: auto; background: #fff; border: 1px solid var(--line); border-radius: 8px; padding: 4px 12px; margin: 0 0 10px; }
.scroll.wide table { min-width: 36rem; } .scroll th, .scroll td { overflow-wrap: normal; } .scroll td:first-child { min-width: 9em; } .scroll .number + td:not(.number), .scroll .number + th:not(.number) { padding-left: 14px; }
@media (max-width: 600px) {
  .bars li { grid-template-columns: minmax(0, 1fr) auto; }
  .bars svg { grid-column: 1 / -1; grid-row: 2; height: 12px; margin-top: 2px; }
}
@media print { .bars, .plot { border-color: #888; break-inside: avoid; } svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
";

/// A bar to the left (less) and one to the right (more) of a middle line, on the scale of `limit`.
pub fn diverging(less: Fen, more: Fen, limit: Fen) -> Markup {
    let (left, right) = (share(less.0, limit.0, HALF), share(more.0, limit.0, HALF));
    html! {
        svg viewBox={ "0 0 " (2 * HALF) " 18" } preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-ground x="0" y="0" width=(2 * HALF) height="18" {}
            rect.bar-less x=(HALF - left) y="2" width=(left) height="14" {}
            rect.bar-more x=(HALF) y="2" width=(right) height="14" {}
            rect.bar-axis x=(HALF - 1) y="0" width="2" height="18" {}
        }
    }
}

/// A bar from the left, on the scale of `limit`.
pub fn bar(amount: u64, limit: u64, class: &str) -> Markup {
    let wide = i64::try_from(amount).unwrap_or(i64::MAX);
    let width = share(wide, i64::try_from(limit).unwrap_or(i64::MAX), 2 * HALF);
    html! {
        svg viewBox={ "0 0 " (2 * HALF) " 18" } preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-ground x="0" y="0" width=(2 * HALF) height="18" {}
            rect class=(class) x="0" y="2" width=(width) height="14" {}
        }
    }
}

/// `amount` on a scale where `limit` is `whole`; what is there at all is seen.
pub fn share(amount: i64, limit: i64, whole: i64) -> i64 {
    if amount <= 0 || limit <= 0 {
        return 0;
    }
    let wide = i128::from(amount) * i128::from(whole) / i128::from(limit);
    i64::try_from(wide).unwrap_or(whole).clamp(whole / 250, whole)
}

/// A point of a curve: to the right and up, each in ten-thousandths of the axis.
pub type Point = (i64, i64);

/// The ground of a plot in its own units.
const LEFT: i64 = 58;
const WIDTH: i64 = 280;
const TOP: i64 = 24;
const HEIGHT: i64 = 200;

/// Ten thousandths.
pub const FULL: i64 = 10_000;

fn x(right: i64) -> i64 {
    LEFT + right.clamp(0, FULL) * WIDTH / FULL
}

fn y(up: i64) -> i64 {
    TOP + HEIGHT - up.clamp(0, FULL) * HEIGHT / FULL
}

/// What is drawn on a plot.
pub enum Drawn {
    /// A line with its class.
    Line(&'static str, Vec<Point>),
    /// A band between an upper and a lower line.
    Band(&'static str, Vec<Point>, Vec<Point>),
}

/// A mark on an axis: where, and what is written there.
pub type Mark = (i64, String);

/// A plot with grid, marks and axis names; `told` says in words what is seen.
pub fn plot(told: &str, across: (&[Mark], &str), up: (&[Mark], &str), drawn: &[Drawn]) -> Markup {
    html! {
        div.plot {
            svg viewBox="0 0 360 264" role="img" aria-label=(told) {
                @for (place, words) in up.0 {
                    line.grid x1=(LEFT) x2=(LEFT + WIDTH) y1=(y(*place)) y2=(y(*place)) {}
                    text x=(LEFT - 5) y=(y(*place) + 4) text-anchor="end" { (words) }
                }
                @for (place, words) in across.0 {
                    line.grid x1=(x(*place)) x2=(x(*place)) y1=(TOP) y2=(TOP + HEIGHT) {}
                    text x=(x(*place)) y=(TOP + HEIGHT + 15) text-anchor="middle" { (words) }
                }
                @for one in drawn { (draw(one)) }
                text x=(LEFT + WIDTH) y="259" text-anchor="end" { (across.1) }
                text x="2" y="11" { (up.1) }
            }
        }
    }
}

fn draw(drawn: &Drawn) -> Markup {
    let path = |points: &mut dyn Iterator<Item = &Point>| {
        points.map(|(right, up)| format!("{},{}", x(*right), y(*up))).collect::<Vec<_>>().join(" ")
    };
    match drawn {
        Drawn::Line(class, points) => html! { polyline class=(class) points=(path(&mut points.iter())) {} },
        Drawn::Band(class, upper, lower) => {
            html! { polygon class=(class) points=(path(&mut upper.iter().chain(lower.iter().rev()))) {} }
        }
    }
}

/// A legend's line.
pub fn legend_line(class: &str, words: &str) -> Markup {
    html! {
        span {
            svg viewBox="0 0 18 12" aria-hidden="true" { line class=(class) x1="0" x2="18" y1="6" y2="6" stroke-width="3" {} }
            (words)
        }
    }
}

/// A legend's box.
pub fn legend_box(class: &str, words: &str) -> Markup {
    html! {
        span {
            svg viewBox="0 0 18 12" aria-hidden="true" { rect class=(class) x="0" y="0" width="18" height="12" {} }
            (words)
        }
    }
}

/// Round marks from zero up to at least `most` fen, and the highest of them: 0, 50万元, 100万元.
pub fn money_marks(most: Fen, lang: Lang) -> (Vec<Mark>, Fen) {
    let yuan = (most.0.max(1) + 99) / 100;
    let step = round_step(yuan);
    let count = (yuan + step - 1) / step;
    let top = step * count;
    let marks = (0..=count).map(|number| (number * FULL / count, axis_money(number * step, lang)));
    (marks.collect(), Fen::yuan(top))
}

/// The smallest of 1, 2, 5 × 10ⁿ that makes at most five steps.
fn round_step(yuan: i64) -> i64 {
    let mut ten = 1_i64;
    loop {
        if let Some(step) = [1, 2, 5].map(|factor| ten * factor).into_iter().find(|step| step * 5 >= yuan) {
            return step;
        }
        ten *= 10;
    }
}

/// `5万`, `1.2亿`, `800`; in English `50k`, `120M`.
fn axis_money(yuan: i64, lang: Lang) -> String {
    let units: &[(i64, &str)] = match lang {
        Lang::Zh => &[(100_000_000, "亿"), (10_000, "万")],
        Lang::En => &[(1_000_000_000, "bn"), (1_000_000, "M"), (1_000, "k")],
    };
    match units.iter().find(|(unit, _)| yuan >= *unit) {
        Some((unit, word)) => {
            let tenths = yuan * 10 / unit;
            let shown =
                if tenths % 10 == 0 { format!("{}", tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) };
            format!("{shown}{word}")
        }
        None => yuan.to_string(),
    }
}

/// An amount in words short enough for a chart: `−12.35万元`; below ten thousand yuan to the fen.
pub fn short_money(amount: Fen, lang: Lang) -> String {
    let sign = if amount.is_negative() { "−" } else { "" };
    let magnitude = amount.0.unsigned_abs();
    let (unit, word) = match (lang, magnitude) {
        (Lang::Zh, 10_000_000_000..) => (100_000_000, "亿元"),
        (Lang::Zh, 1_000_000..) => (10_000, "万元"),
        (Lang::En, 100_000_000..) => (1_000_000, "M yuan"),
        (Lang::En, 1_000_000..) => (1_000, "k yuan"),
        _ => (1, pick(lang, "元", " yuan")),
    };
    let hundredths = (magnitude + unit / 2) / unit;
    format!("{sign}{}.{:02}{word}", grouped(hundredths / 100), hundredths % 100)
}

/// `12,345`
pub fn grouped(count: u64) -> String {
    let shown = Fen(i64::try_from(count).unwrap_or(i64::MAX / 100).saturating_mul(100)).to_string();
    shown.trim_end_matches(".00").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round_and_few() {
        let zh = |most: i64| {
            let (marks, top) = money_marks(Fen::yuan(most), Lang::Zh);
            (marks.iter().map(|mark| mark.1.clone()).collect::<Vec<_>>().join(" "), top.0 / 100)
        };
        assert_eq!(zh(0), ("0 1".to_owned(), 1));
        assert_eq!(zh(830), ("0 200 400 600 800 1000".to_owned(), 1_000));
        assert_eq!(zh(1_230_000), ("0 50万 100万 150万".to_owned(), 1_500_000));
        assert_eq!(zh(230_000_000), ("0 5000万 1亿 1.5亿 2亿 2.5亿".to_owned(), 250_000_000));
        let (marks, _) = money_marks(Fen::yuan(1_230_000), Lang::En);
        assert_eq!(marks.last().unwrap().1, "1.5M");
        for most in [1, 9, 11, 101, 4_999, 5_001, 99_999_999] {
            let (marks, top) = money_marks(Fen::yuan(most), Lang::Zh);
            assert!(marks.len() <= 7 && top >= Fen::yuan(most), "{most}");
        }
    }

    #[test]
    fn short_amounts_are_rounded_as_said() {
        let shown = |fen: i64, lang| short_money(Fen(fen), lang);
        assert_eq!(shown(-123_456_789, Lang::Zh), "−123.46万元");
        assert_eq!(shown(999_999, Lang::Zh), "9,999.99元");
        assert_eq!(shown(1_234_567_890_123, Lang::Zh), "123.46亿元");
        assert_eq!(shown(123_456_789, Lang::En), "1.23M yuan");
        assert_eq!(shown(0, Lang::En), "0.00 yuan");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn bars_keep_their_scale() {
        assert_eq!(
            [share(0, 10, 500), share(1, 1_000_000, 500), share(5, 10, 500), share(20, 10, 500)],
            [0, 2, 250, 500]
        );
        let drawing = diverging(Fen(10), Fen(5), Fen(10)).into_string();
        assert!(drawing.contains(r#"x="0" y="2" width="500""#) && drawing.contains(r#"x="500" y="2" width="250""#));
    }
}
