//! Batches: what waits for the reader, approved or authorised together; all of them; beginning one.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Lang, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::ledger::ProgrammeKey;
use shukun_fund::paying::{Act, BatchKind, BatchState};
use shukun_fund::{BatchId, BookId};
use shukun_store::{BatchOrder, BatchRow, ErrorKind};

use super::{case_desk, short_hash, state_tag};
use crate::desk::Desk;
use crate::error::PageError;
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
    handlers.get("/fund/batches", show).post("/fund/batches", begin).post("/fund/batches/many", many)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    book: String,
    programme: String,
    kind: String,
    follows: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let told = asked.done.map(|count| words::BATCH_MANY_DONE.with(visit.lang, &[("n", &count.to_string())]));
    list_page(&desk, &visit, told.as_deref(), &Vec::new(), &[]).await
}

async fn begin(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let scope = visit.scope()?;
    let act = match (BookId::new(&typed.book), ProgrammeKey::new(typed.programme.trim()), BatchKind::find(&typed.kind))
    {
        (Some(book), Some(programme), Some(kind)) => {
            // The store writes the book's own place.
            let region = RegionCode::new("00").ok_or_else(PageError::broken)?;
            let follows = BatchId::new(typed.follows.trim());
            Act::Open { book, region, programme, kind, follows }
        }
        _ => return again(&desk, &visit, ("programme", words::CHOICE_WRONG.both(&[]))).await,
    };
    let word = desk.random_word()?;
    let id = BatchId::new(&format!("b-{}", word.get(..16).unwrap_or_default())).ok_or_else(PageError::broken)?;
    match desk.store().open_batch(scope, &id, &act, visit.now).await {
        Ok(_) => Ok(Redirect::to(&format!("/fund/batches/{id}")).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => again(&desk, &visit, ("follows", error.text)).await,
        Err(error) => Err(error.into()),
    }
}

/// Approves and authorises what was chosen; each batch is an act of its own, and what is refused is told.
async fn many(
    State(desk): State<Desk>,
    visit: Visit,
    Fields(chosen): Fields<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let (scope, cases) = (visit.scope()?, case_desk(&desk, &visit));
    let ids = chosen.iter().filter(|(name, _)| name == "batch").filter_map(|(_, id)| BatchId::new(id));
    let (mut done, mut refused) = (0_u32, Vec::new());
    for id in ids {
        let batch = desk.store().batch(scope, &id).await?.batch;
        let sha256 = batch.file.clone();
        let act = match batch.state {
            BatchState::InApproval => Act::Approve { sha256 },
            BatchState::InAuthorisation => Act::Release { sha256 },
            _ => continue,
        };
        let transaction =
            format!("many-{}-{}", batch.version, scope.account_id().as_str().get(..24).unwrap_or_default());
        let order = BatchOrder { transaction: &transaction, version: batch.version };
        match desk.store().act_on_batch(scope, &id, &[act], order, &cases).await {
            Ok(_) => done += 1,
            Err(error) if error.kind == ErrorKind::Refused || error.kind == ErrorKind::Stale => {
                let why = error.text.in_lang(visit.lang).to_owned();
                refused.push(words::BATCH_MANY_REFUSED.with(visit.lang, &[("batch", id.as_str()), ("why", &why)]));
            }
            Err(error) => return Err(error.into()),
        }
    }
    if refused.is_empty() {
        return Ok(Redirect::to(&format!("/fund/batches?done={done}")).into_response());
    }
    let told = words::BATCH_MANY_DONE.with(visit.lang, &[("n", &done.to_string())]);
    Ok(list_page(&desk, &visit, Some(&told), &Vec::new(), &refused).await?.into_response())
}

async fn again(desk: &Desk, visit: &Visit, fault: (&'static str, shukun_base::Text)) -> Result<Response, PageError> {
    let page = list_page(desk, visit, None, &vec![fault], &[]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn list_page(
    desk: &Desk,
    visit: &Visit,
    told: Option<&str>,
    faults: &Faults,
    refused: &[String],
) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let batches = desk.store().batches(scope, &[]).await?;
    let books = if visit.may(Permission::MakeBatch) { desk.store().books(scope).await? } else { Vec::new() };
    let books: Vec<(String, String)> = books.into_iter().map(|book| (book.id.to_string(), book.name)).collect();
    let body = html! {
        @if let Some(told) = told { p.done role="status" { (told) } }
        @for line in refused { p.wrong role="alert" { (line) } }
        @if visit.may(Permission::CheckBatch) {
            section.box { h2 { (words::BATCH_WAITING.text(lang)) } (waiting(&batches, visit)) }
        }
        @if batches.is_empty() { (empty(words::BATCHES_EMPTY.text(lang), words::BATCHES_EMPTY_FILL.text(lang))) }
        @else { (rows(&batches, lang)) }
        @if visit.may(Permission::MakeBatch) {
            section.box { h2 { (words::BATCH_BEGIN.text(lang)) } (begin_form(&books, faults, visit)) }
        }
        p { a href="/fund/batches/rules" { (words::PAYMENT_RULES.text(lang)) } }
    };
    let heading = Heading { title: words::BATCHES.text(lang), note: Some(words::BATCHES_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn waiting(batches: &[BatchRow], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let waits = |row: &&BatchRow| matches!(row.state, BatchState::InApproval | BatchState::InAuthorisation);
    let waiting: Vec<&BatchRow> = batches.iter().filter(waits).collect();
    html! {
        @if waiting.is_empty() { p.quiet { (words::BATCH_WAITING_NONE.text(lang)) } }
        @else {
            form method="post" action="/fund/batches/many" {
                (form_token(visit))
                @for row in waiting {
                    @let id = format!("batch-{}", row.id);
                    div.choice {
                        input #(id) type="checkbox" name="batch" value=(row.id);
                        label for=(id) {
                            (row.id) " · " (row.state.text().in_lang(lang)) " · " (row.sum) " · "
                            @if let Some(file) = &row.file { (short_hash(file)) }
                        }
                    }
                }
                button.btn.btn-primary type="submit" { (words::BATCH_APPROVE_CHOSEN.text(lang)) }
            }
        }
    }
}

fn rows(batches: &[BatchRow], lang: Lang) -> Markup {
    let columns = [
        Column::words(words::BATCH.text(lang)),
        Column::words(words::BATCH_STATE.text(lang)),
        Column::words(words::BATCH_KIND.text(lang)),
        Column::number(words::BATCH_PAYMENTS.text(lang)),
        Column::number(words::BATCH_SUM.text(lang)),
        Column::words(words::BATCH_FILE.text(lang)),
    ];
    let rows = html! {
        @for row in batches {
            tr {
                th scope="row" { a href={"/fund/batches/" (row.id)} { (row.id) } }
                td { (state_tag(row.state, lang)) }
                td { (row.kind.text().in_lang(lang)) }
                td.number { (row.payments) }
                td.number { (row.sum) }
                td { @if let Some(file) = &row.file { (short_hash(file)) } }
            }
        }
    };
    table(words::BATCHES.text(lang), &columns, &rows)
}

fn begin_form(books: &[(String, String)], faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    if books.is_empty() {
        return html! { p.quiet { (words::BATCH_BOOK_NONE.text(lang)) } };
    }
    let kinds: Vec<(String, String)> =
        BatchKind::ALL.iter().map(|kind| (kind.key().to_owned(), kind.text().in_lang(lang).to_owned())).collect();
    let programme = Input {
        hint: words::BATCH_PROGRAMME_HINT.text(lang),
        ..Input::text("programme", words::BATCH_PROGRAMME.text(lang))
    };
    let follows = Input {
        hint: words::BATCH_FOLLOWS_HINT.text(lang),
        is_required: false,
        ..Input::text("follows", words::BATCH_FOLLOWS.text(lang))
    };
    html! {
        (wrong(faults, lang))
        form method="post" action="/fund/batches" {
            (form_token(visit))
            (select(&Input::text("book", words::BATCH_BOOK.text(lang)), books, faults, lang))
            (input(&programme, faults, lang))
            (select(&Input::text("kind", words::BATCH_KIND.text(lang)), &kinds, faults, lang))
            (input(&follows, faults, lang))
            button.btn.btn-primary type="submit" { (words::BATCH_BEGIN.text(lang)) }
        }
    }
}
