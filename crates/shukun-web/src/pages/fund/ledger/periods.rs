//! The months of a book: closed, proposed for closing, and the next one to propose.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::ledger::Month;
use shukun_store::{AccountId, BookRow, ErrorKind, PeriodRow, StoreError};

use super::{book_of, name_of};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/periods/{book_id}", show)
        .post("/fund/periods/{book_id}/propose", propose)
        .post("/fund/periods/{book_id}/approve", approve)
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    month: String,
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    months_page(&desk, &visit, &book_of(&id)?, done.is_done(), &Vec::new()).await
}

async fn propose(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = book_of(&id)?;
    let Some(month) = Month::parse(typed.month.trim()) else {
        return again(&desk, &visit, &id, words::PERIOD_MONTH_WRONG.both(&[])).await;
    };
    answer(&desk, &visit, &id, desk.store().propose_close(visit.scope()?, &id, month, visit.now).await).await
}

async fn approve(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = book_of(&id)?;
    let Some(month) = Month::parse(typed.month.trim()) else {
        return again(&desk, &visit, &id, words::PERIOD_MONTH_WRONG.both(&[])).await;
    };
    answer(&desk, &visit, &id, desk.store().approve_close(visit.scope()?, &id, month, visit.now).await).await
}

async fn answer(desk: &Desk, visit: &Visit, id: &BookId, done: Result<(), StoreError>) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/fund/periods/{id}?done=yes")).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Stale) => {
            again(desk, visit, id, error.text).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, id: &BookId, fault: shukun_base::Text) -> Result<Response, PageError> {
    let page = months_page(desk, visit, id, false, &vec![("month", fault)]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn months_page(
    desk: &Desk,
    visit: &Visit,
    id: &BookId,
    is_done: bool,
    faults: &Faults,
) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let book = desk.store().book(scope, id).await?;
    let periods = desk.store().periods(scope, id).await?;
    let mut ids: Vec<AccountId> = periods
        .iter()
        .flat_map(|row| [Some(row.proposed.0.clone()), row.approved.as_ref().map(|(who, _)| who.clone())])
        .flatten()
        .collect();
    ids.sort();
    ids.dedup();
    let names = desk.store().display_names(scope, &ids).await?;
    let body = html! {
        @if is_done { p.done role="status" { (words::PERIOD_DONE.text(lang)) } }
        p.lead { a href={"/fund/books/" (book.id)} { (book.name) } }
        (wrong(faults, lang))
        @if periods.is_empty() { (empty(words::PERIODS_EMPTY.text(lang), words::PERIODS_EMPTY_FILL.text(lang))) }
        @else { (rows(&book, &periods, &names, visit)?) }
        @if visit.may(Permission::KeepBooks) { (propose_form(&book, &periods, visit, faults)) }
    };
    framed(
        desk,
        visit,
        &Heading { title: words::PERIODS.text(lang), note: Some(words::PERIODS_NOTE.text(lang)) },
        &body,
    )
    .await
}

fn rows(
    book: &BookRow,
    periods: &[PeriodRow],
    names: &[(AccountId, String)],
    visit: &Visit,
) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let me = visit.visitor()?.session.account_id().clone();
    let columns = [
        Column::words(words::PERIOD.text(lang)),
        Column::words(words::VOUCHER_STATE.text(lang)),
        Column::words(words::PERIOD_PROPOSED_BY.text(lang)),
        Column::words(words::PERIOD_APPROVED_BY.text(lang)),
        Column::words(words::PERIOD_HASHES.text(lang)),
    ];
    let who = |(id, at): &(AccountId, jiff::Timestamp)| {
        html! { (name_of(names, id.as_str())) br; span.quiet { (format::moment(*at, lang)) } }
    };
    let row = |row: &PeriodRow| {
        let may_approve = !row.is_closed && row.proposed.0 != me && visit.may(Permission::CheckBooks);
        html! {
            tr {
                td.nowrap { (row.month) }
                td {
                    @if row.is_closed { span.tag.tag-green { span.shape aria-hidden="true" { "✓" } (words::PERIOD_CLOSED.text(lang)) } }
                    @else { span.tag.tag-orange { span.shape aria-hidden="true" { "◕" } (words::PERIOD_PROPOSED.text(lang)) } }
                }
                td { (who(&row.proposed)) }
                td {
                    @if let Some(approved) = &row.approved { (who(approved)) }
                    @else if may_approve {
                        form method="post" action={"/fund/periods/" (book.id) "/approve"} {
                            (form_token(visit))
                            input type="hidden" name="month" value=(row.month);
                            button.btn.btn-primary type="submit" { (words::PERIOD_APPROVE.text(lang)) }
                        }
                    } @else { span.quiet { (words::PERIOD_OTHERS.text(lang)) } }
                }
                td.quiet {
                    (words::PERIOD_HEAD.text(lang)) " № " (row.head_sequence) " " code.hash { (row.head_hash.get(..12).unwrap_or_default()) "…" }
                    br; (words::BOOK_TRIAL.text(lang)) " " code.hash { (row.trial_hash.get(..12).unwrap_or_default()) "…" }
                }
            }
        }
    };
    Ok(table(words::PERIODS.text(lang), &columns, &html! { @for one in periods { (row(one)) } }))
}

fn propose_form(book: &BookRow, periods: &[PeriodRow], visit: &Visit, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let closed = periods.iter().filter(|row| row.is_closed).map(|row| row.month).max();
    let next = closed.and_then(Month::next).map(|month| month.to_string()).unwrap_or_default();
    let field = Input {
        value: &next,
        hint: words::PERIOD_MONTH_HINT.text(lang),
        ..Input::text("month", words::PERIOD.text(lang))
    };
    html! {
        form.box method="post" action={"/fund/periods/" (book.id) "/propose"} {
            (form_token(visit))
            (input(&field, faults, lang))
            button.btn.btn-primary type="submit" { (words::PERIOD_PROPOSE.text(lang)) }
        }
    }
}
