//! A resolution with its minutes, to print: as it was signed, with its hash as a code.

use axum::extract::{Path, State};
use maud::{Markup, html};
use shukun_fund::deciding::{Meeting, MeetingState, Signing};
use shukun_store::AccountId;

use super::meeting::id_of;
use super::proposal::{line_tag, programme};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Page, printed};
use crate::ui::qr::picture;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/resolutions/{meeting_id}", show)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let meeting = desk.store().meeting(visit.scope()?, &id_of(&id)?).await?;
    let title = words::RESOLUTION.text(lang);
    let Some(minutes) = meeting.minutes.as_ref().filter(|_| meeting.state == MeetingState::Decided) else {
        let none = empty(words::RESOLUTION_NOT_YET.text(lang), words::RESOLUTION_NOT_YET_FILL.text(lang));
        return Ok(printed(&visit, title, meeting.id.as_str(), &none));
    };
    let ids: Vec<AccountId> = minutes.signed.values().map(|(who, _)| AccountId::new(who.as_str())).collect();
    let names = desk.store().display_names(visit.scope()?, &ids).await?;
    let name = |signing: Signing| {
        let who = minutes.signed.get(&signing).map(|(who, _)| who.as_str());
        names.iter().find(|(id, _)| Some(id.as_str()) == who).map_or("", |(_, name)| name.as_str())
    };
    let hash = minutes.text.sha256.as_str();
    let body = html! {
        p.buttons { a href={"/fund/meetings/" (meeting.id)} { "← " (words::MEETING_FACTS.text(lang)) } span.quiet { (words::PRINT_HINT.text(lang)) } }
        (lines(&meeting, &visit))
        h2 { (words::MEETING_MINUTES.text(lang)) }
        pre.minutes { (minutes.text.text) }
        div.signatures {
            @for signing in Signing::ALL { p { (signing.text().in_lang(lang)) "：" b { (name(*signing)) } } }
            div.seal { (words::RESOLUTION_SEAL.text(lang)) }
        }
        div.print-code {
            (picture(&format!("shukun-resolution:{}:{hash}", meeting.id), words::MEETING_MINUTES_HASH.text(lang)))
            p.quiet { (words::MEETING_MINUTES_HASH.text(lang)) br; code { (hash) } }
        }
    };
    Ok(printed(&visit, title, meeting.id.as_str(), &body))
}

fn lines(meeting: &Meeting, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        table.print-table {
            thead { tr {
                th scope="col" { (words::NOTICE_NUMBER.text(lang)) } th scope="col" { (words::PRINT_CASE.text(lang)) }
                th scope="col" { (words::PROGRAMME.text(lang)) } th.number scope="col" { (words::AMOUNT.text(lang)) }
                th scope="col" { (words::MEETING_STATE.text(lang)) }
            } }
            tbody {
                @for (at, record) in meeting.lines.iter().enumerate() {
                    tr {
                        td { (at + 1) } td { (record.line.case) } td { (programme(&record.line.programme, lang)) }
                        td.number { (format::money(record.line.amount_fen, lang)) } td { (line_tag(record.state, lang)) }
                    }
                }
                tr { td colspan="3" { b { (words::MEETING_TOTAL.text(lang)) } } td.number { b { (format::money(meeting.total_fen(), lang)) } } td {} }
            }
        }
    }
}
