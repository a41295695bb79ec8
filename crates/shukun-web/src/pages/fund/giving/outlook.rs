//! Whether the money will last: the months ahead with their band, what they rest on, who pays relief, and the alarm.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use shukun_base::{Fen, Lang};
use shukun_fund::outlook::{Ahead, Alarm, Expected, LEAST_ENDED, LEAST_HISTORY, Month, MonthAhead, Outlook, project};
use shukun_store::{BookRow, FundAhead};

use super::parts::{books, tiles};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::chart::{PAIR, chart, frame, parts_bar, scripts};
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/outlook", show)
}

/// Months ahead.
const MONTHS: usize = 12;
/// The seed of the futures: the same books show the same band to everybody, today and when it is looked at again.
const SEED: u64 = 20_230_412;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    book: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let heading = Heading { title: words::OUTLOOK.text(lang), note: Some(words::OUTLOOK_NOTE.text(lang)) };
    let books = books(&desk, &visit).await?;
    let chosen = books.iter().find(|book| book.id.as_str() == asked.book).or_else(|| books.first());
    let Some(book) = chosen else {
        let body = empty(words::GIVING_NO_BOOK.text(lang), words::GIVING_NO_BOOK_FILL.text(lang));
        return framed(&desk, &visit, &heading, &body).await;
    };
    let known = desk.store().fund_ahead(visit.scope()?, &book.id, visit.today()).await?;
    let (past, ahead) = (known.past.clone(), ahead(&known, Month::of(visit.today())));
    // A thousand lives of every case that waits: beside the threads that answer.
    let outlook =
        tokio::task::spawn_blocking(move || project(&past, &ahead, SEED)).await.map_err(|_| PageError::broken())?;
    let limit = desk.numbers().settings(visit.today()).fund_months();
    let body = html! {
        (chooser(&books, book))
        (alarm(Alarm::of(&outlook, limit), limit, lang))
        (money(&known, lang))
        div.board {
            section.box.wide { h2 { (words::OUTLOOK_MONTHS.text(lang)) } (months(&outlook, lang)) }
            section.box { h2 { (words::OUTLOOK_SHARE.text(lang)) } (shares(&known, lang)) }
            section.box { h2 { (words::OUTLOOK_RESTS.text(lang)) } (rests_on(&known, outlook.expected.as_ref(), lang)) }
        }
        (scripts())
    };
    framed(&desk, &visit, &heading, &body).await
}

fn ahead(known: &FundAhead, first: Month) -> Ahead {
    Ahead {
        first,
        months: MONTHS,
        opening: known.free,
        determined: known.determined,
        pledges: known.promised.clone(),
        waiting: known.waiting.clone(),
    }
}

fn chooser(books: &[BookRow], book: &BookRow) -> Markup {
    html! {
        @if books.len() > 1 {
            p { @for one in books { @if one.id == book.id { b { (one.name) } } @else { a href={"/fund/outlook?book=" (one.id)} { (one.name) } } " " } }
        } @else { p.quiet { (book.name) } }
    }
}

fn alarm(alarm: Alarm, limit: Option<u32>, lang: Lang) -> Markup {
    let limit = limit.unwrap_or_default().to_string();
    match alarm {
        Alarm::NoLimit => html! { p.banner role="note" { (words::ALARM_NO_LIMIT.text(lang)) } },
        Alarm::NotKnown => html! { p.banner role="note" { (words::ALARM_NOT_KNOWN.text(lang)) } },
        Alarm::Quiet => html! { p.done role="status" { (words::ALARM_QUIET.with(lang, &[("limit", &limit)])) } },
        Alarm::Rings { months } => {
            let months = months.to_string();
            html! { div.wrong role="alert" { p { b { (words::ALARM_RINGS.with(lang, &[("n", &months), ("limit", &limit)])) } } } }
        }
    }
}

fn money(known: &FundAhead, lang: Lang) -> Markup {
    let promised: Fen = known.promised.iter().map(|(_, amount)| *amount).sum();
    let money = |amount| format::money(amount, lang);
    tiles(
        &[
            (words::OUTLOOK_FREE, money(known.free), ""),
            (words::OUTLOOK_HELD, money(known.held), ""),
            (words::OUTLOOK_RESERVE, money(known.reserve), words::OUTLOOK_NOT_COUNTED.text(lang)),
            (words::PROMISED, money(promised), words::PLEDGED_NOTE.text(lang)),
            (words::OVERDUE, money(known.overdue), words::OUTLOOK_NOT_COUNTED.text(lang)),
        ],
        lang,
    )
}

fn months(outlook: &Outlook, lang: Lang) -> Markup {
    let has_band = outlook.months.iter().all(|month| month.band.is_some());
    let history = outlook.history.to_string();
    let least = LEAST_HISTORY.to_string();
    let columns = [
        Column::words(words::MONTH.text(lang)),
        Column::number(words::OUTLOOK_PLEDGES.text(lang)),
        Column::number(words::OUTLOOK_CERTAIN.text(lang)),
        Column::number(words::OUTLOOK_LOW.text(lang)),
        Column::number(words::OUTLOOK_MIDDLE.text(lang)),
        Column::number(words::OUTLOOK_HIGH.text(lang)),
        Column::number(words::OUTLOOK_DRY.text(lang)),
    ];
    let shown = if has_band { &columns[..] } else { columns.get(..3).unwrap_or(&columns) };
    let rows = html! { @for month in &outlook.months { (month_row(month)) } };
    html! {
        @if has_band { (chart(&picture(outlook, lang), words::OUTLOOK_MONTHS.text(lang))) p.quiet { (words::OUTLOOK_BAND.with(lang, &[("n", &history)])) } }
        @else { p.banner role="note" { (words::OUTLOOK_NO_BAND.with(lang, &[("n", &history), ("least", &least)])) } }
        (table(words::OUTLOOK_MONTHS.text(lang), shown, &rows))
    }
}

fn month_row(month: &MonthAhead) -> Markup {
    html! {
        tr {
            td.nowrap { (month.month) }
            td.number { @if month.pledges.is_zero() { "—" } @else { (month.pledges) } }
            td.number { (month.certain) }
            @if let Some(band) = month.band {
                td.number { (band.low) }
                td.number { (band.middle) }
                td.number { (band.high) }
                td.number { (band.dry_permille / 10) "." (band.dry_permille % 10) "%" }
            }
        }
    }
}

/// Whole yuan, for a picture.
fn picture(outlook: &Outlook, lang: Lang) -> serde_json::Value {
    let names: Vec<String> = outlook.months.iter().map(|month| month.month.to_string()).collect();
    let yuan = |pick: fn(&MonthAhead) -> Option<Fen>| -> Vec<i64> {
        outlook.months.iter().filter_map(|month| pick(month).map(|amount| amount.0 / 100)).collect()
    };
    let [dark, light] = PAIR;
    let line = |word: words::Word, values: Vec<i64>, colour: &str, kind: &str| {
        json!({ "name": word.text(lang), "type": "line", "data": values, "showSymbol": false,
            "lineStyle": { "color": colour, "type": kind }, "itemStyle": { "color": colour } })
    };
    let series = json!([
        line(words::OUTLOOK_HIGH, yuan(|month| month.band.map(|band| band.high)), light, "dashed"),
        line(words::OUTLOOK_MIDDLE, yuan(|month| month.band.map(|band| band.middle)), dark, "solid"),
        line(words::OUTLOOK_LOW, yuan(|month| month.band.map(|band| band.low)), light, "dotted"),
    ]);
    frame(series, &names, false)
}

fn shares(known: &FundAhead, lang: Lang) -> Markup {
    let Some(permille) = known.shares.social_permille() else {
        return html! { p.quiet { (words::SHARE_NONE.text(lang)) } };
    };
    let part = u64::try_from(permille.clamp(0, 1000)).unwrap_or(0);
    html! {
        (parts_bar(&[(part, "bar-paid"), (1000 - part, "bar-ground")]))
        dl.facts {
            dt { (words::SHARE_SOCIAL.text(lang)) } dd { (format::money(known.shares.social, lang)) " · " (permille / 10) "." (permille % 10) "%" }
            dt { (words::SHARE_FISCAL.text(lang)) } dd { (format::money(known.shares.fiscal, lang)) }
        }
        p.quiet { (words::SHARE_RESTS.text(lang)) }
    }
}

fn rests_on(known: &FundAhead, expected: Option<&Expected>, lang: Lang) -> Markup {
    let (history, cases) = (known.past.len().to_string(), known.open_cases.to_string());
    let determined = format::money(known.determined, lang);
    html! {
        ul {
            li { (words::RESTS_HISTORY.with(lang, &[("n", &history)])) }
            li { (words::RESTS_PLEDGES.text(lang)) }
            li { (words::RESTS_DETERMINED.with(lang, &[("n", &cases), ("amount", &determined)])) }
            li { (waiting(known, expected, lang)) }
            @match known.raised {
                Some(raised) => li { (words::RESTS_RAISED.with(lang, &[("n", &raised.to_string())])) },
                None => li { (words::RESTS_NO_RUN.text(lang)) },
            }
            li { (words::RESTS_RESERVE.text(lang)) }
        }
    }
}

fn waiting(known: &FundAhead, expected: Option<&Expected>, lang: Lang) -> String {
    let (waited, ended) = (known.waiting.waited.len().to_string(), known.waiting.ended.len().to_string());
    match expected {
        Some(expected) => {
            let [low, middle, high] =
                [expected.low, expected.middle, expected.high].map(|end| format::money(end, lang));
            let pieces =
                [("n", waited.as_str()), ("ended", &ended), ("low", &low), ("middle", &middle), ("high", &high)];
            words::RESTS_WAITING.with(lang, &pieces)
        }
        None => {
            let least = LEAST_ENDED.to_string();
            words::RESTS_WAITING_UNPRICED.with(lang, &[("n", &waited), ("ended", &ended), ("least", &least)])
        }
    }
}
