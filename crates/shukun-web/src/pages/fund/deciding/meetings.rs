//! The list of meetings, and calling one.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Lang, Note};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::{Act, Call, MeetingKind, MeetingState};
use shukun_fund::{BookId, MeetingId};
use shukun_store::MeetingRow;

use super::act::{Sent, Typed, day, send, transaction};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/meetings", show).post("/fund/meetings", call)
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    list_page(&desk, &visit, &Typed::new(), &Vec::new()).await
}

async fn call(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let id = MeetingId::new(transaction(&typed)?.as_str()).ok_or_else(PageError::unreadable)?;
    let act = read_call(&desk, &visit, &typed).await?;
    match send(&desk, &visit, &id, &typed, act).await? {
        Sent::Done => Ok(Redirect::to(&format!("/fund/meetings/{id}?done=yes")).into_response()),
        Sent::Refused(faults, status) => Ok((status, list_page(&desk, &visit, &typed, &faults).await?).into_response()),
    }
}

async fn read_call(desk: &Desk, visit: &Visit, typed: &Typed) -> Result<Result<Act, Faults>, PageError> {
    let get = |name: &str| typed.get(name).map_or("", |value| value.trim());
    let held_on = match day(typed, "held_on") {
        Ok(day) => day,
        Err(faults) => return Ok(Err(faults)),
    };
    let venue = match Note::new(get("venue")) {
        Ok(venue) => venue,
        Err(fault) => return Ok(Err(vec![("venue", fault.text())])),
    };
    let Some(kind) = MeetingKind::find(get("kind")) else {
        return Ok(Err(vec![("kind", words::CHOICE_WRONG.both(&[]))]));
    };
    let scope = visit.scope()?;
    let permission = if kind.is_voted() { Permission::RunMeeting } else { Permission::DraftDetermination };
    let region = scope.regions(permission).into_iter().next().ok_or_else(PageError::forbidden)?;
    let council = desk.store().council(scope).await?;
    let sits = council.iter().filter(|member| member.seat.region == region && member.sits_on(held_on));
    let members = if kind.is_voted() { sits.map(shukun_store::CouncilMember::as_member).collect() } else { Vec::new() };
    Ok(Ok(Act::Call(Call { kind, region, held_on, venue, members, book: BookId::new(get("book")) })))
}

async fn list_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let meetings = desk.store().meetings(visit.scope()?).await?;
    let form = form(desk, visit, typed, faults).await?;
    let body = html! {
        p.lead {
            a href="/fund/meetings/charter" { (words::CHARTER.text(lang)) } " · "
            a href="/fund/meetings/council" { (words::COUNCIL.text(lang)) } " · "
            a href="/fund/notices" { (words::NOTICES.text(lang)) }
        }
        @if meetings.is_empty() { (empty(words::MEETINGS_EMPTY.text(lang), words::MEETINGS_EMPTY_FILL.text(lang))) }
        @else { (rows(&meetings, lang)) }
        (form)
    };
    let heading = Heading { title: words::MEETINGS.text(lang), note: Some(words::MEETINGS_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn rows(meetings: &[MeetingRow], lang: Lang) -> Markup {
    let columns = [
        Column::words(words::MEETING_DAY.text(lang)),
        Column::words(words::MEETING_KIND.text(lang)),
        Column::words(words::MEETING_STATE.text(lang)),
        Column::number(words::MEETING_LINES.text(lang)),
        Column::number(words::MEETING_TOTAL.text(lang)),
    ];
    let row = |meeting: &MeetingRow| {
        html! {
            tr {
                td.nowrap { a.row-link href={"/fund/meetings/" (meeting.id)} { (format::day(meeting.held_on, lang)) } }
                td { (meeting.kind.text().in_lang(lang)) }
                td {
                    (state_tag(meeting.state, lang))
                    @if meeting.waiting_count > 0 { " " span.quiet { (words::MEETING_WAITING.with(lang, &[("n", &meeting.waiting_count.to_string())])) } }
                }
                td.number { (meeting.line_count) }
                td.number { (format::money(meeting.total_fen, lang)) }
            }
        }
    };
    table(words::MEETINGS.text(lang), &columns, &html! { @for meeting in meetings { (row(meeting)) } })
}

/// Where a meeting stands, by word and shape.
pub fn state_tag(state: MeetingState, lang: Lang) -> Markup {
    let (class, shape) = match state {
        MeetingState::Called => ("tag", "○"),
        MeetingState::InSession => ("tag tag-accent", "◐"),
        MeetingState::Concluded => ("tag tag-orange", "◕"),
        MeetingState::Decided => ("tag tag-green", "✓"),
        MeetingState::Cancelled => ("tag", "✕"),
    };
    html! { span class=(class) { span.shape aria-hidden="true" { (shape) } (state.text().in_lang(lang)) } }
}

async fn form(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let kinds: Vec<(String, String)> = MeetingKind::ALL
        .iter()
        .filter(|kind| visit.may(if kind.is_voted() { Permission::RunMeeting } else { Permission::DraftDetermination }))
        .map(|kind| (kind.key().to_owned(), kind.text().in_lang(lang).to_owned()))
        .collect();
    if kinds.is_empty() {
        return Ok(html! {});
    }
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let books = desk.store().books(visit.scope()?).await?;
    let books: Vec<(String, String)> = books.iter().map(|book| (book.id.to_string(), book.name.clone())).collect();
    let sitting = desk.store().council(visit.scope()?).await?;
    let sitting = sitting.iter().filter(|member| member.sits_on(visit.today())).count();
    let text = |name, word: words::Word| Input { value: value(name), ..Input::text(name, word.text(lang)) };
    let day = Input { kind: "date", ..text("held_on", words::MEETING_DAY) };
    let book =
        Input { is_required: false, hint: words::MEETING_BOOK_HINT.text(lang), ..text("book", words::MEETING_BOOK) };
    Ok(html! {
        section {
            h2 { (words::MEETING_CALL.text(lang)) }
            @if sitting == 0 { p { (words::MEETING_NO_MEMBERS.text(lang)) } }
            @else { p.quiet { (words::MEETING_MEMBERS_FEW.with(lang, &[("n", &sitting.to_string())])) } }
            (wrong(faults, lang))
            form.box method="post" action="/fund/meetings" {
                (form_token(visit))
                input type="hidden" name="version" value="0";
                input type="hidden" name="transaction" value=(desk.random_word()?.get(..32).unwrap_or_default());
                (select(&text("kind", words::MEETING_KIND), &kinds, faults, lang))
                (input(&day, faults, lang))
                (input(&text("venue", words::MEETING_VENUE), faults, lang))
                (select(&book, &books, faults, lang))
                button.btn.btn-primary type="submit" { (words::MEETING_CALL.text(lang)) }
            }
        }
    })
}
