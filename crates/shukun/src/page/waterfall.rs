//! The waterfall: each bar starts where the one above it ended, from the whole bill down to what the family bears.
//!
//! Words stand beside the bars, not in them, so that they keep their size on a phone. Bars are thousandths of the
//! bill, in whole numbers.

use maud::{Markup, html};
use shukun_base::{Fen, Lang};
use shukun_engine::trace::{Bar, BarKind, Explanation};

use crate::words::pick;

/// The width of the drawing that stands for the whole bill.
const WHOLE: i64 = 1_000;

/// The list of bars.
pub fn waterfall(story: &Explanation, lang: Lang) -> Markup {
    html! {
        ol.waterfall { @for bar in &story.waterfall { (row(bar, story.total_fen, lang)) } }
    }
}

fn row(bar: &Bar, total: Fen, lang: Lang) -> Markup {
    let is_family = bar.kind == BarKind::Family;
    html! {
        li.last[is_family] {
            span {
                (bar.name.in_lang(lang))
                @if bar.is_illustrative && bar.kind == BarKind::Paid { span.small { (pick(lang, "【示例】", " [illustrative]")) } }
            }
            (drawing(bar, total))
            span.amount { @if bar.kind == BarKind::Paid { "−" } (bar.amount_fen) }
        }
    }
}

fn drawing(bar: &Bar, total: Fen) -> Markup {
    let class = match bar.kind {
        BarKind::Total => "bar-bill",
        BarKind::Paid => "bar-paid",
        BarKind::Family => "bar-family",
    };
    let from = thousandths(bar.to_fen.min(bar.from_fen), total);
    let width = (thousandths(bar.from_fen.max(bar.to_fen), total) - from).max(1);
    html! {
        svg viewBox={ "0 0 " (WHOLE) " 22" } preserveAspectRatio="none" aria-hidden="true" {
            rect.bar-ground x="0" y="0" width=(WHOLE) height="22" {}
            rect class=(class) x=(from) y="0" width=(width) height="22" {}
        }
    }
}

/// Where an amount lies on the drawing: 0 to [`WHOLE`].
fn thousandths(amount: Fen, total: Fen) -> i64 {
    let share = i128::from(amount.0.max(0)) * i128::from(WHOLE) / i128::from(total.0.max(1));
    i64::try_from(share).unwrap_or(WHOLE).min(WHOLE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_inside_the_drawing() {
        let places = [(0, 100, 0), (50, 100, 500), (100, 100, 1_000), (200, 100, 1_000), (-5, 100, 0), (5, 0, 1_000)];
        for (amount, total, place) in places {
            assert_eq!(thousandths(Fen(amount), Fen(total)), place, "{amount} of {total}");
        }
    }
}
