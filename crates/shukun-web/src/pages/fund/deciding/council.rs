//! Who sits in the council: the list, giving a seat, ending one.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::MemberId;
use shukun_store::{AccountId, CouncilMember, NewCouncilMember};

use super::act::{Sent, Typed, day, refused, transaction};
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
    handlers
        .get("/fund/meetings/council", show)
        .post("/fund/meetings/council", add)
        .post("/fund/meetings/council/{member_id}/end", end)
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    list_page(&desk, &visit, &Typed::new(), &Vec::new()).await
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let get = |name: &str| typed.get(name).map_or("", |value| value.trim()).to_owned();
    let region = visit.scope()?.regions(Permission::RunMeeting).into_iter().next().ok_or_else(PageError::forbidden)?;
    let valid_from = match day(&typed, "from") {
        Ok(day) => day,
        Err(faults) => return again(&desk, &visit, &typed, &faults, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    let id = transaction(&typed)?.as_str().get(..32).and_then(MemberId::new).ok_or_else(PageError::unreadable)?;
    let account = Some(get("account")).filter(|account| !account.is_empty()).map(|account| AccountId::new(&account));
    let seat = NewCouncilMember { id, region, department: get("department"), name: get("name"), account, valid_from };
    match desk.store().add_council_member(visit.scope()?, &seat, visit.now).await {
        Ok(()) => Ok(Redirect::to("/fund/meetings/council").into_response()),
        Err(error) => answer(&desk, &visit, &typed, refused(error)?).await,
    }
}

async fn end(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = MemberId::new(&id).ok_or_else(PageError::not_found)?;
    let last = match day(&typed, "to") {
        Ok(day) => day,
        Err(faults) => return again(&desk, &visit, &Typed::new(), &faults, StatusCode::UNPROCESSABLE_ENTITY).await,
    };
    match desk.store().end_council_member(visit.scope()?, &id, last, visit.now).await {
        Ok(()) => Ok(Redirect::to("/fund/meetings/council").into_response()),
        Err(error) => answer(&desk, &visit, &Typed::new(), refused(error)?).await,
    }
}

async fn answer(desk: &Desk, visit: &Visit, typed: &Typed, sent: Sent) -> Result<Response, PageError> {
    match sent {
        Sent::Done => Ok(Redirect::to("/fund/meetings/council").into_response()),
        Sent::Refused(faults, status) => again(desk, visit, typed, &faults, status).await,
    }
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    typed: &Typed,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response, PageError> {
    Ok((status, list_page(desk, visit, typed, faults).await?).into_response())
}

async fn list_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let council = desk.store().council(visit.scope()?).await?;
    let form = form(desk, visit, typed, faults).await?;
    let body = html! {
        (wrong(faults, lang))
        @if council.is_empty() { (empty(words::COUNCIL_EMPTY.text(lang), words::COUNCIL_EMPTY_FILL.text(lang))) }
        @else { (rows(&council, visit)) }
        (form)
    };
    let heading = Heading { title: words::COUNCIL.text(lang), note: Some(words::COUNCIL_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn rows(council: &[CouncilMember], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::COUNCIL_DEPARTMENT.text(lang)),
        Column::words(words::COUNCIL_NAME.text(lang)),
        Column::words(words::COUNCIL_FROM.text(lang)),
        Column::words(words::COUNCIL_TO.text(lang)),
    ];
    let row = |member: &CouncilMember| {
        let seat = &member.seat;
        html! {
            tr {
                td { (seat.department) }
                td {
                    (seat.name) br;
                    span.quiet { (if seat.account.is_some() { words::MEETING_IN_PERSON } else { words::MEETING_NO_ACCOUNT }.text(lang)) }
                }
                td.nowrap { (format::day(seat.valid_from, lang)) }
                td {
                    @match member.valid_to {
                        Some(last) => { (format::day(last, lang)) }
                        None => { (words::COUNCIL_OPEN_END.text(lang)) (ending(seat, visit)) }
                    }
                }
            }
        }
    };
    table(words::COUNCIL.text(lang), &columns, &html! { @for member in council { (row(member)) } })
}

fn ending(seat: &NewCouncilMember, visit: &Visit) -> Markup {
    let (lang, id) = (visit.lang, format!("to-{}", seat.id));
    html! {
        @if visit.may(Permission::RunMeeting) {
            form method="post" action={"/fund/meetings/council/" (seat.id) "/end"} {
                (form_token(visit))
                label.form-label for=(id) { (words::COUNCIL_TO.text(lang)) }
                input.form-control #(id) name="to" type="date" required;
                button.btn type="submit" { (words::COUNCIL_END.text(lang)) }
            }
        }
    }
}

async fn form(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let Some(region) = visit.scope()?.regions(Permission::RunMeeting).into_iter().next() else { return Ok(html! {}) };
    let accounts = desk.store().council_accounts(visit.scope()?, &region).await?;
    let accounts: Vec<(String, String)> =
        accounts.into_iter().map(|(id, name, office)| (id.as_str().to_owned(), format!("{office} · {name}"))).collect();
    let value = |name: &str| typed.get(name).map_or("", String::as_str);
    let text = |name, word: words::Word| Input { value: value(name), ..Input::text(name, word.text(lang)) };
    let account = Input {
        is_required: false,
        hint: words::COUNCIL_ACCOUNT_HINT.text(lang),
        ..text("account", words::COUNCIL_ACCOUNT)
    };
    Ok(html! {
        section {
            h2 { (words::COUNCIL_ADD.text(lang)) }
            form.box method="post" action="/fund/meetings/council" {
                (form_token(visit))
                input type="hidden" name="transaction" value=(desk.random_word()?);
                (input(&text("department", words::COUNCIL_DEPARTMENT), faults, lang))
                (input(&text("name", words::COUNCIL_NAME), faults, lang))
                (select(&account, &accounts, faults, lang))
                (input(&Input { kind: "date", ..text("from", words::COUNCIL_FROM) }, faults, lang))
                button.btn.btn-primary type="submit" { (words::COUNCIL_ADD.text(lang)) }
            }
        }
    })
}
