//! A notice's online copy, for everybody who has its address: town, programme, amount, days, where to object. No name, no
//! village, no case; no list leads to it, no engine keeps it, and after its last day there is nothing.

use axum::extract::{Path, State};
use axum::http::HeaderName;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use maud::{Markup, html};
use shukun_base::Lang;
use shukun_casework::authority::Programme;
use shukun_fund::publishing::{Medium, Notice, NoticeLine, NoticeParts, ObjectionDesk, PlainName};
use shukun_fund::{LineId, ResolutionId};
use shukun_store::OnlineNotice;

use crate::desk::{Desk, part};
use crate::error::PageError;
use crate::format;
use crate::routes::Handlers;
use crate::ui::layout::open;
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/open/notices/{line_id}", show)
}

/// No cache and no engine keeps it: it has an end.
const NOT_KEPT: [(HeaderName, &str); 2] =
    [(CACHE_CONTROL, "no-store"), (HeaderName::from_static("x-robots-tag"), "noindex, nofollow, noarchive")];

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<impl IntoResponse, PageError> {
    let line = LineId::new(&id).ok_or_else(PageError::not_found)?;
    let notice = desk.store().online_notice(&line, visit.today()).await?;
    // What cannot be cleared is not there, as if it had never been switched on.
    let body = cleared(&desk, &notice, visit.lang).await?.ok_or_else(PageError::not_found)?;
    Ok((NOT_KEPT, open(&visit, words::ONLINE_TITLE.text(visit.lang), &body)))
}

/// The sheet of an online copy, looked through; `None` where something in it may not be public, or the town has no name.
pub async fn cleared(desk: &Desk, of: &OnlineNotice, lang: Lang) -> Result<Option<Markup>, PageError> {
    let town = part(&of.region, 9).ok_or_else(PageError::broken)?;
    let places = desk.place_names([&town]).await?;
    let Some(notice) = made(of, &places.own_name(&town), lang) else { return Ok(None) };
    let body = sheet(&notice, lang);
    Ok(notice.clear(&body.0, &[]).ok().map(|_| body))
}

fn made(of: &OnlineNotice, town: &str, lang: Lang) -> Option<Notice> {
    let programme = Programme::find(&of.programme)?.text();
    let line = NoticeLine { number: 1, name: None, place: PlainName::new(town)?, amount: of.amount_fen };
    let parts = NoticeParts {
        medium: Medium::Online,
        programme: PlainName::new(programme.in_lang(lang))?,
        resolution: ResolutionId::new(of.meeting.as_str())?,
        lines: vec![line],
        first_day: of.from,
        last_day: of.until,
        desk: ObjectionDesk { office: PlainName::new(words::NOTICE_SHEET_OFFICE.text(lang))?, phone: None },
    };
    Notice::new(parts).ok()
}

fn sheet(notice: &Notice, lang: Lang) -> Markup {
    html! {
        p.lead { (words::NOTICE_SHEET_BODY.text(lang)) }
        @for line in notice.lines() {
            dl.facts {
                dt { (words::NOTICE_PLACE.text(lang)) } dd { (line.place.as_str()) }
                dt { (words::PROGRAMME.text(lang)) } dd { (notice.programme().as_str()) }
                dt { (words::NOTICE_AMOUNT.text(lang)) } dd { (format::money(line.amount, lang)) }
                dt { (words::NOTICE_DAYS.text(lang)) } dd { (format::day(notice.first_day(), lang)) " – " (format::day(notice.last_day(), lang)) }
                dt { (words::NOTICE_SHEET_DESK.text(lang)) } dd { (notice.desk().office.as_str()) }
            }
        }
        p.quiet { (words::ONLINE_GONE.with(lang, &[("day", &format::day(notice.last_day(), lang))])) }
    }
}
