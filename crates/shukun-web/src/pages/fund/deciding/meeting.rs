//! One meeting: agenda, attendance, conflicts, votes, minutes, and what becomes of its lines.

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_fund::MeetingId;
use shukun_fund::deciding::{Line, Meeting, MeetingState};
use shukun_store::Candidate;

use super::act::{Sent, Stamp, Typed, read, send};
use super::meeting_forms::{Hand, forms, line_acts};
use super::meetings::state_tag;
use super::proposal::{Families, candidates, lines, pots, proposal};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, wrong};
use crate::ui::layout::{Heading, Page};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/meetings/{meeting_id}", show).post("/fund/meetings/{meeting_id}", act)
}

/// The id in an address.
pub fn id_of(id: &str) -> Result<MeetingId, PageError> {
    MeetingId::new(id).ok_or_else(PageError::not_found)
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    meeting_page(&desk, &visit, &id_of(&id)?, done.is_done(), &Vec::new()).await
}

async fn act(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = id_of(&id)?;
    let meeting = desk.store().meeting(visit.scope()?, &id).await?;
    let candidates = if typed.get("act").is_some_and(|act| act == "propose") {
        desk.store().lines_to_propose(visit.scope()?, meeting.kind).await?
    } else {
        Vec::new()
    };
    let lines: Vec<Line> = candidates.into_iter().map(|candidate| candidate.line).collect();
    match send(&desk, &visit, &id, &typed, read(&typed, &lines)).await? {
        Sent::Done => Ok(Redirect::to(&format!("/fund/meetings/{id}?done=yes")).into_response()),
        Sent::Refused(faults, status) => {
            Ok((status, meeting_page(&desk, &visit, &id, false, &faults).await?).into_response())
        }
    }
}

async fn meeting_page(
    desk: &Desk,
    visit: &Visit,
    id: &MeetingId,
    is_done: bool,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let meeting = desk.store().meeting(visit.scope()?, id).await?;
    let stamp = Stamp::new(desk, format!("/fund/meetings/{id}"), meeting.version)?;
    let hand = Hand::of(visit, &meeting)?;
    let waiting = waiting(desk, visit, &meeting, hand.runs).await?;
    let all: Vec<&Line> =
        meeting.lines.iter().map(|record| &record.line).chain(waiting.iter().map(|one| &one.line)).collect();
    let families = Families::load(desk, visit, &all).await?;
    let proposal = proposal(desk, visit, &meeting).await?;
    let acts = |record: &_| line_acts(&meeting, record, &hand, visit, &stamp);
    let body = html! {
        @if is_done { p.done role="status" { (words::MEETING_DONE.text(lang)) } }
        (wrong(faults, lang))
        div.board {
            section.box { h2 { (words::MEETING_FACTS.text(lang)) } (facts(&meeting, visit)) }
            @if let Some(proposal) = &proposal { section.box { h2 { (words::MEETING_POTS.text(lang)) } (pots(proposal, lang)) } }
        }
        section { h2 { (words::MEETING_PROPOSAL.text(lang)) } (lines(&meeting, &families, proposal.as_ref(), lang, &acts)) }
        @if takes_lines(&meeting) && hand.runs {
            section { h2 { (words::MEETING_CANDIDATES.text(lang)) } (candidates(&waiting, &families, visit, &stamp)) }
        }
        (forms(&meeting, &hand, visit, &stamp, faults))
    };
    let title = format!("{} {}", meeting.kind.text().in_lang(lang), format::day(meeting.held_on, lang));
    let heading = Heading { title: &title, note: None };
    framed(desk, visit, &heading, &body).await
}

fn takes_lines(meeting: &Meeting) -> bool {
    matches!(meeting.state, MeetingState::Called | MeetingState::InSession)
}

/// Requests that are not on this agenda yet.
async fn waiting(desk: &Desk, visit: &Visit, meeting: &Meeting, runs: bool) -> Result<Vec<Candidate>, PageError> {
    if !runs || !takes_lines(meeting) {
        return Ok(Vec::new());
    }
    let found = desk.store().lines_to_propose(visit.scope()?, meeting.kind).await?;
    let is_on = |candidate: &Candidate| {
        meeting
            .live_lines()
            .any(|record| record.line.case == candidate.line.case && record.line.request == candidate.line.request)
    };
    Ok(found.into_iter().filter(|candidate| !is_on(candidate)).collect())
}

fn facts(meeting: &Meeting, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        p { (state_tag(meeting.state, lang)) }
        dl.facts {
            dt { (words::MEETING_DAY.text(lang)) } dd { (format::day(meeting.held_on, lang)) }
            dt { (words::MEETING_VENUE.text(lang)) } dd { (meeting.venue.as_str()) }
            dt { (words::MEETING_CHARTER.text(lang)) }
            dd {
                @match &meeting.stamp {
                    Some(stamp) => { (stamp.version) @if stamp.is_illustrative { br; b { (words::MEETING_MADE_UP.text(lang)) } } }
                    None => { span.quiet { (words::MEETING_CHARTER_OPEN.text(lang)) } }
                }
            }
            dt { (words::MEETING_BOOK.text(lang)) }
            dd { (meeting.book.as_ref().map_or_else(|| words::MEETING_BOOK_NONE.text(lang).to_owned(), ToString::to_string)) }
            dt { (words::MEETING_TOTAL.text(lang)) } dd { (format::money(meeting.total_fen(), lang)) }
        }
        @if !meeting.topics.is_empty() {
            h3 { (words::MEETING_TOPICS.text(lang)) }
            ul { @for topic in &meeting.topics { li { (topic.as_str()) } } }
        }
        @if meeting.minutes.is_some() { p { a href={"/fund/resolutions/" (meeting.id)} { (words::MEETING_PAPER.text(lang)) } } }
    }
}
