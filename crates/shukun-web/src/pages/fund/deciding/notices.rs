//! The list of public notices: to be posted, hanging, to be taken down, objected to.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Lang;
use shukun_store::{NoticeFilter, NoticeRow};

use super::proposal::{line_tag, programme};
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/notices", show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    all: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let filter = if asked.all == "yes" { NoticeFilter::All } else { NoticeFilter::Open };
    let notices = desk.store().notices(visit.scope()?, filter).await?;
    let places = desk.place_names(notices.iter().map(|notice| &notice.region)).await?;
    let body = html! {
        p.lead { a href="/fund/notices?all=yes" { (words::NOTICES_ALL.text(lang)) } }
        @if notices.is_empty() { (empty(words::NOTICES_EMPTY.text(lang), words::NOTICES_EMPTY_FILL.text(lang))) }
        @else { (rows(&notices, &places, &visit)) }
    };
    let heading = Heading { title: words::NOTICES.text(lang), note: Some(words::NOTICES_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn rows(notices: &[NoticeRow], places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::NOTICE_PLACE.text(lang)),
        Column::words(words::PROGRAMME.text(lang)),
        Column::number(words::NOTICE_AMOUNT.text(lang)),
        Column::words(words::NOTICE_DAYS.text(lang)),
        Column::words(words::MEETING_STATE.text(lang)),
    ];
    let row = |notice: &NoticeRow| {
        html! {
            tr {
                td { a.row-link href={"/fund/notices/" (notice.line)} { (places.name(&notice.region)) } }
                td { (programme(&notice.programme, lang)) }
                td.number { (format::money(notice.amount_fen, lang)) }
                td { (days(notice, lang)) }
                td {
                    (line_tag(notice.state, lang))
                    @if notice.is_overdue(visit.today()) { " " span.tag.tag-red { (words::NOTICE_TO_TAKE_DOWN.text(lang)) } }
                    @if notice.open_objections > 0 { " " span.tag.tag-orange { (words::NOTICE_OBJECTIONS.with(lang, &[("n", &notice.open_objections.to_string())])) } }
                }
            }
        }
    };
    table(words::NOTICES.text(lang), &columns, &html! { @for notice in notices { (row(notice)) } })
}

/// From when to when it hangs, and that it was taken down.
pub fn days(notice: &NoticeRow, lang: Lang) -> Markup {
    html! {
        @match (notice.posted_from, notice.posted_until) {
            (Some(from), Some(until)) => { (format::day(from, lang)) " – " (format::day(until, lang)) }
            _ => { span.quiet { (words::NOTICE_NOT_POSTED.text(lang)) } }
        }
        @if let Some(day) = notice.taken_down_on {
            br; span.quiet { (words::NOTICE_TAKEN_DOWN.with(lang, &[("day", &format::day(day, lang))])) }
        }
    }
}
