//! Everything that was published, the newest first, by fund; and how to read it.

use std::collections::BTreeMap;

use axum::extract::State;
use maud::{Markup, html};
use serde_json::{Value, json};
use shukun_base::{Fen, Lang};
use shukun_fund::publishing::PublicationId;
use shukun_store::{Publication, PublishedNote};

use super::view::period;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::routes::{Handlers, Verb, find};
use crate::ui::chart::{PAIR, chart, frame, scripts};
use crate::ui::empty::empty;
use crate::ui::layout::{Page, open};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/open/fund", show)
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let all = desk.store().publications().await?;
    let notes = desk.store().publication_notes().await?;
    let mut funds: BTreeMap<&str, Vec<&Publication>> = BTreeMap::new();
    for one in &all {
        funds.entry(one.statement.book.as_str()).or_default().push(one);
    }
    let body = html! {
        p.lead { (words::OPEN_FUND_NOTE.text(lang)) }
        @if all.is_empty() { (empty(words::OPEN_FUND_NONE.text(lang), words::OPEN_FUND_NONE_FILL.text(lang))) }
        @for of_fund in funds.values() {
            @if let Some(newest) = of_fund.first() {
                section {
                    h2 { (newest.statement.fund.as_str()) }
                    @if of_fund.len() > 1 { (balances(of_fund, lang)) }
                    (rows(of_fund, &notes, lang))
                }
            }
        }
        (how(lang))
        @if funds.values().any(|of_fund| of_fund.len() > 1) { (scripts()) }
    };
    Ok(open(&visit, words::OPEN_FUND.text(lang), &body))
}

fn rows(all: &[&Publication], notes: &BTreeMap<PublicationId, Vec<PublishedNote>>, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::OPEN_PERIOD.text(lang)),
        Column::number(words::OPEN_OPENING.text(lang)),
        Column::number(words::OPEN_RECEIVED.text(lang)),
        Column::number(words::OPEN_PAID.text(lang)),
        Column::number(words::OPEN_CLOSING.text(lang)),
        Column::words(words::OPEN_PUBLISHED_AT.text(lang)),
    ];
    let row = |one: &Publication| {
        let of = &one.statement;
        let count = notes.get(&one.id).map_or(0, Vec::len);
        html! {
            tr {
                td.wide {
                    a.row-link href={"/open/fund/" (one.id)} { (period(of.from, of.to, lang)) }
                    @if count > 0 {
                        " " span.tag.tag-yellow { span.shape aria-hidden="true" { "!" } (words::OPEN_NOTES_COUNT.with(lang, &[("n", &count.to_string())])) }
                    }
                }
                td.number { (format::money(of.opening, lang)) }
                td.number { (format::money(of.received(), lang)) }
                td.number { (format::money(of.paid(), lang)) }
                td.number { (format::money(of.closing, lang)) }
                td { (format::moment(one.published_at, lang)) }
            }
        }
    };
    table(words::OPEN_STATEMENTS.text(lang), &columns, &html! { @for one in all { (row(one)) } })
}

/// Opening and closing of each period, the oldest first; the table below says the same.
fn balances(all: &[&Publication], lang: Lang) -> Markup {
    let in_order: Vec<&Publication> = all.iter().rev().copied().collect();
    let names: Vec<String> = in_order.iter().map(|one| one.statement.to.to_string()).collect();
    let yuan = |of: fn(&Publication) -> Fen| -> Vec<i64> { in_order.iter().map(|one| of(one).0 / 100).collect() };
    let series = |name: &str, colour: &str, data: Vec<i64>| -> Value {
        json!({ "type": "bar", "name": name, "data": data, "itemStyle": { "color": colour }, "barMaxWidth": 36 })
    };
    let [first, second] = PAIR;
    let all = json!([
        series(words::OPEN_OPENING.text(lang), second, yuan(|one| one.statement.opening)),
        series(words::OPEN_CLOSING.text(lang), first, yuan(|one| one.statement.closing)),
    ]);
    chart(&frame(all, &names, false), words::OPEN_CHART.text(lang))
}

fn how(lang: Lang) -> Markup {
    html! {
        section {
            h2 { (words::OPEN_FUND_HOW.text(lang)) }
            ul {
                @for word in [words::OPEN_FUND_HOW_CELLS, words::OPEN_FUND_HOW_NOTES, words::OPEN_FUND_HOW_NAMES] { li { (word.text(lang)) } }
            }
            (checks(lang))
        }
    }
}

/// Where anybody can check, and what programs fetch. The page of the checkpoints stands here once it is served.
pub fn checks(lang: Lang) -> Markup {
    html! {
        ul {
            li { a href="/open/verify" { (words::OPEN_VERIFY.text(lang)) } }
            @if find(Verb::Get, "/open/fund/checkpoints").is_some() {
                li { a href="/open/fund/checkpoints" { (words::OPEN_CHECKPOINTS.text(lang)) } }
            }
            li { a href="/open/fund/fields" { (words::OPEN_FIELDS.text(lang)) } }
        }
    }
}
