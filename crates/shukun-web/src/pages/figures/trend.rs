//! Cases opened and closed, month by month.

use maud::{Markup, html};
use serde_json::{Value, json};
use shukun_base::Lang;
use shukun_store::Trend;

use super::address::cases;
use crate::desk::figures::Board;
use crate::ui::chart::{PAIR, chart, frame};
use crate::ui::matrix::{beneath, figure, matrix};
use crate::words::{self, Word};

/// The section.
pub fn section(board: &Board, lang: Lang) -> Markup {
    let headings =
        [words::TREND_MONTH, words::TREND_OPENED, words::TREND_CLOSED].map(|word| word.text(lang).to_owned());
    let rows = html! {
        @for trend in board.months.iter().rev() {
            tr {
                th scope="row" { (trend.month) }
                td.number { (figure(trend.opened, &cases(&board.part, &[("opened", &trend.month)]))) }
                td.number { (figure(trend.closed, &cases(&board.part, &[("ended", &trend.month)]))) }
            }
        }
    };
    html! {
        section.box {
            h2 { (words::TREND.text(lang)) }
            p.quiet { (words::TREND_NOTE.text(lang)) }
            (chart(&option(board, lang), words::TREND.text(lang)))
            (beneath(words::NUMBERS_BENEATH.text(lang), &matrix(words::TREND.text(lang), &headings, &rows)))
        }
    }
}

fn option(board: &Board, lang: Lang) -> Value {
    let line = |word: Word, colour: &str, key: &str, count: &dyn Fn(&Trend) -> u64| {
        let data: Vec<Value> = board
            .months
            .iter()
            .map(|trend| json!({ "value": count(trend), "href": cases(&board.part, &[(key, &trend.month)]) }))
            .collect();
        json!({
            "name": word.text(lang), "type": "bar", "barMaxWidth": 16, "barGap": "15%", "data": data,
            "itemStyle": { "color": colour, "borderRadius": [2, 2, 0, 0] }, "cursor": "pointer",
        })
    };
    let [opened, closed] = PAIR;
    let series = json!([
        line(words::TREND_OPENED, opened, "opened", &|trend| trend.opened),
        line(words::TREND_CLOSED, closed, "ended", &|trend| trend.closed),
    ]);
    let months: Vec<String> = board.months.iter().map(|trend| trend.month.clone()).collect();
    frame(series, &months, false)
}
