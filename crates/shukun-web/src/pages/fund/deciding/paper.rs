//! A resolution with its minutes, to print: as it was signed, with its hash as a code.

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::Lang;
use shukun_fund::deciding::{Meeting, MeetingState, Minutes, Signing};
use shukun_paper::Paper;
use shukun_store::AccountId;

use super::meeting::id_of;
use super::proposal::{line_tag, programme};
use crate::desk::{Desk, Pdf};
use crate::error::PageError;
use crate::format;
use crate::papers::deciding as papers;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Page, printed};
use crate::ui::qr::picture;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/resolutions/{meeting_id}", show)
        .get("/fund/resolutions/{meeting_id}/resolution.pdf", resolution_pdf)
        .get("/fund/resolutions/{meeting_id}/minutes.pdf", minutes_pdf)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let meeting = desk.store().meeting(visit.scope()?, &id_of(&id)?).await?;
    let title = words::RESOLUTION.text(lang);
    let Some(minutes) = signed(&meeting) else {
        let none = empty(words::RESOLUTION_NOT_YET.text(lang), words::RESOLUTION_NOT_YET_FILL.text(lang));
        return Ok(printed(&visit, title, meeting.id.as_str(), &none));
    };
    let signers = signers(&desk, &visit, minutes).await?;
    let hash = minutes.text.sha256.as_str();
    let body = html! {
        p.buttons { a href={"/fund/meetings/" (meeting.id)} { "← " (words::MEETING_FACTS.text(lang)) } span.quiet { (words::PRINT_HINT.text(lang)) } (downloads(&desk, &meeting, lang)) }
        (lines(&meeting, &visit))
        h2 { (words::MEETING_MINUTES.text(lang)) }
        pre.minutes tabindex="0" { (minutes.text.text) }
        div.signatures {
            @for (signing, name) in Signing::ALL.iter().zip(&signers) { p { (signing.text().in_lang(lang)) "：" b { (name) } } }
            div.seal { (words::RESOLUTION_SEAL.text(lang)) }
        }
        div.print-code {
            (picture(&format!("shukun-resolution:{}:{hash}", meeting.id), words::MEETING_MINUTES_HASH.text(lang)))
            p.quiet { (words::MEETING_MINUTES_HASH.text(lang)) br; code { (hash) } }
        }
    };
    Ok(printed(&visit, title, meeting.id.as_str(), &body))
}

/// Chair and secretary by name, in the order of [`Signing::ALL`]; empty where nobody signed.
async fn signers(desk: &Desk, visit: &Visit, minutes: &Minutes) -> Result<Vec<String>, PageError> {
    let ids: Vec<AccountId> = minutes.signed.values().map(|(who, _)| AccountId::new(who.as_str())).collect();
    let names = desk.store().display_names(visit.scope()?, &ids).await?;
    let name = |signing: &Signing| {
        let who = minutes.signed.get(signing).map(|(who, _)| who.as_str());
        names.iter().find(|(id, _)| Some(id.as_str()) == who).map_or_else(String::new, |(_, name)| name.clone())
    };
    Ok(Signing::ALL.iter().map(name).collect())
}

fn downloads(desk: &Desk, meeting: &Meeting, lang: Lang) -> Markup {
    let at = format!("/fund/resolutions/{}", meeting.id);
    html! {
        @if desk.press().is_some() {
            a href={(at) "/resolution.pdf"} { (words::PAPER_RESOLUTION_PDF.text(lang)) }
            a href={(at) "/minutes.pdf"} { (words::PAPER_MINUTES_PDF.text(lang)) }
        }
    }
}

async fn resolution_pdf(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let meeting = desk.store().meeting(visit.scope()?, &id_of(&id)?).await?;
    let set = signed(&meeting).map(|minutes| papers::resolution(&meeting, minutes, visit.lang));
    handed_over(&desk, &visit, &meeting, set, "resolution").await
}

async fn minutes_pdf(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let meeting = desk.store().meeting(visit.scope()?, &id_of(&id)?).await?;
    let set = match signed(&meeting) {
        Some(minutes) => {
            let signers = signers(&desk, &visit, minutes).await?;
            Some(papers::minutes(&meeting, minutes, &signers, visit.lang))
        }
        None => None,
    };
    handed_over(&desk, &visit, &meeting, set, "minutes").await
}

/// The minutes, once both have signed.
fn signed(meeting: &Meeting) -> Option<&Minutes> {
    meeting.minutes.as_ref().filter(|_| meeting.state == MeetingState::Decided)
}

/// A paper as PDF; where there is no program for papers, or nothing to set yet, the page says so.
async fn handed_over(
    desk: &Desk,
    visit: &Visit,
    meeting: &Meeting,
    paper: Option<Paper>,
    name: &str,
) -> Result<Response, PageError> {
    let (Some(press), Some(paper)) = (desk.press(), paper) else {
        return Ok(Redirect::to(&format!("/fund/resolutions/{}", meeting.id)).into_response());
    };
    let note = desk.is_illustrative().then(|| words::ILLUSTRATIVE.text(visit.lang));
    let bytes = press.set(&papers::noted(paper, note)).await?;
    Ok(Pdf { bytes, name: format!("{name}-{}", meeting.id) }.into_response())
}

fn lines(meeting: &Meeting, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        div.print-frame tabindex="0" role="region" aria-label=(words::RESOLUTION.text(lang)) {
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
}
