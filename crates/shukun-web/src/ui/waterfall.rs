//! The waterfall: each bar starts where the one above it ended, from the whole bill down to what the family bears.
//!
//! Words stand beside the bars, not in them, so that they keep their size on a phone. Bars are thousandths of the bill,
//! in whole numbers, drawn as SVG attributes since the page allows no inline style.

use maud::{Markup, html};
use shukun_base::{Fen, Lang};

use crate::format::money;
use crate::words;

/// One payment.
pub struct Bar<'a> {
    /// Who paid, or under which tier.
    pub name: &'a str,
    /// The article it rests on.
    pub article: &'a str,
    /// How much.
    pub amount_fen: Fen,
}

/// From the bill to what is left.
pub fn waterfall(bill_fen: Fen, bars: &[Bar<'_>], left_fen: Fen, lang: Lang) -> Markup {
    let mut paid = Fen::ZERO;
    html! {
        ol.waterfall {
            (row(words::BILL.text(lang), "", bill_fen, Fen::ZERO, bill_fen, "bar-bill", lang))
            @for bar in bars {
                (row(bar.name, bar.article, bar.amount_fen, paid, bill_fen, "bar-paid", lang))
                @let () = paid += bar.amount_fen;
            }
            (row(words::LEFT.text(lang), "", left_fen, paid, bill_fen, "bar-left", lang))
        }
    }
}

fn row(name: &str, article: &str, amount: Fen, before: Fen, bill: Fen, class: &str, lang: Lang) -> Markup {
    html! {
        li {
            span { (name) @if !article.is_empty() { span.quiet.article { (article) } } }
            svg viewBox="0 0 1000 22" preserveAspectRatio="none" aria-hidden="true" {
                rect.bar-ground width="1000" height="22" {}
                rect class=(class) x=(thousandths(before, bill)) width=(thousandths(amount, bill)) height="22" {}
            }
            span.number { (money(amount, lang)) }
        }
    }
}

fn thousandths(part: Fen, whole: Fen) -> i128 {
    if whole.is_zero() { 0 } else { (i128::from(part.0) * 1000 / i128::from(whole.0)).clamp(0, 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bar_starts_where_the_last_one_ended() {
        let bars = [
            Bar { name: "基本医保", article: "第六条", amount_fen: Fen::yuan(50_000) },
            Bar { name: "大病保险", article: "第八条", amount_fen: Fen::yuan(30_000) },
        ];
        let shown = waterfall(Fen::yuan(100_000), &bars, Fen::yuan(20_000), Lang::Zh).into_string();
        for place in
            ["x=\"0\" width=\"1000\"", "x=\"0\" width=\"500\"", "x=\"500\" width=\"300\"", "x=\"800\" width=\"200\""]
        {
            assert!(shown.contains(place), "{place}");
        }
        assert!(shown.contains("20,000.00元"));
        assert_eq!(thousandths(Fen::yuan(1), Fen::ZERO), 0);
    }
}
