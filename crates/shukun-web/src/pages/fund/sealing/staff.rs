//! Where a published statement is sealed by one person and its checkpoint signed by two others, each for a body.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_fund::publishing::PublicationId;
use shukun_fund::publishing::proof::Body;
use shukun_store::{CheckpointRow, ErrorKind, Publication, StoreError};

use super::open::key_list;
use super::sums;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/checkpoints", show)
        .post("/fund/checkpoints/seal", seal)
        .post("/fund/checkpoints/sign", sign)
        .post("/fund/checkpoints/keys", add_key)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    publication: String,
    size: String,
    body: String,
    line: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    whole(&desk, &visit, done.is_done(), &Vec::new()).await
}

async fn seal(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let id = PublicationId::new(&typed.publication).ok_or_else(PageError::not_found)?;
    answer(&desk, &visit, desk.store().seal_publication(visit.scope()?, &id, visit.now).await.map(|_| ())).await
}

async fn sign(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let size = typed.size.parse().map_err(|_| PageError::not_found())?;
    let Some(body) = Body::find(&typed.body) else { return again(&desk, &visit, no_body()).await };
    let scope = visit.scope()?;
    let signed = desk.store().sign_checkpoint(scope, (size, body), brought(&typed.line), visit.now).await;
    answer(&desk, &visit, signed).await
}

async fn add_key(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let scope = visit.scope()?;
    let (body, region) = typed.body.split_once('@').unwrap_or_default();
    let (Some(body), Some(region)) = (Body::find(body), RegionCode::new(region)) else {
        return again(&desk, &visit, no_body()).await;
    };
    let added = desk.store().add_sign_key(scope, (body, &region), brought(&typed.line), visit.now).await;
    answer(&desk, &visit, added.map(|_| ())).await
}

fn no_body() -> Text {
    words::SEALING_BODY_WRONG.both(&[])
}

/// What was pasted, if anything was.
fn brought(line: &str) -> Option<&str> {
    Some(line.trim()).filter(|line| !line.is_empty())
}

async fn answer(desk: &Desk, visit: &Visit, done: Result<(), StoreError>) -> Result<Response, PageError> {
    match done {
        Ok(()) => Ok(Redirect::to("/fund/checkpoints?done=yes").into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Stale) => {
            again(desk, visit, error.text).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, fault: Text) -> Result<Response, PageError> {
    let page = whole(desk, visit, false, &vec![("line", fault)]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn whole(desk: &Desk, visit: &Visit, is_done: bool, faults: &Faults) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let rows = desk.store().checkpoints_to_sign(scope).await?;
    let keys = desk.store().sign_keys().await?;
    let open = if visit.may(Permission::PublishFund) { unsealed(desk, visit).await? } else { Vec::new() };
    let me = visit.visitor()?.session.account_id().as_str().to_owned();
    let body = html! {
        @if is_done { p.done role="status" { (words::SEALING_DONE.text(lang)) } }
        (wrong(faults, lang))
        p.lead { (words::SEALING_TWO_PEOPLE.text(lang)) " " a href="/open/fund/checkpoints" { (words::CHECKPOINTS.text(lang)) } }
        @if visit.may(Permission::PublishFund) { section.box { h2 { (words::SEALING_TO_SEAL.text(lang)) } (to_seal(&open, visit)) } }
        @if rows.is_empty() { (empty(words::SEALING_EMPTY.text(lang), words::SEALING_EMPTY_FILL.text(lang))) }
        @for row in &rows { (one(desk, row, &me, visit)?) }
        section.box { h2 { (words::SEALING_KEYS.text(lang)) } (key_list(&keys, lang)) (key_form(desk, visit)?) }
    };
    let heading = Heading { title: words::SEALING.text(lang), note: Some(words::SEALING_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

/// Published statements of books that the reader sees, not sealed yet.
async fn unsealed(desk: &Desk, visit: &Visit) -> Result<Vec<Publication>, PageError> {
    let scope = visit.scope()?;
    let sealed = desk.store().sealed_publications().await?;
    let books = desk.store().books(scope).await?;
    let mut all = desk.store().publications().await?;
    all.retain(|one| !sealed.contains(&one.id) && books.iter().any(|book| book.id == one.statement.book));
    Ok(all)
}

fn to_seal(open: &[Publication], visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        @if open.is_empty() { p.quiet { (words::SEALING_NONE_TO_SEAL.text(lang)) } }
        @for one in open {
            form method="post" action="/fund/checkpoints/seal" {
                (form_token(visit))
                input type="hidden" name="publication" value=(one.id);
                p {
                    (one.statement.book) " · " (format::day(one.statement.from, lang)) " – " (format::day(one.statement.to, lang))
                    " · " (format::money(one.statement.paid(), lang)) " "
                    button.btn.btn-primary type="submit" { (words::SEALING_SEAL.text(lang)) }
                }
            }
        }
    }
}

fn one(desk: &Desk, row: &CheckpointRow, me: &str, visit: &Visit) -> Result<Markup, PageError> {
    let lang = visit.lang;
    let mut bodies = desk.store().bodies_of(visit.scope()?, &row.seal.region);
    bodies.retain(|body| *body != Body::Fund && !row.signers.contains(body));
    let number = row.size().to_string();
    Ok(html! {
        section.box {
            h2 { (words::CHECKPOINT_N.with(lang, &[("n", &number)])) }
            p {
                @if row.is_signed_enough { span.tag.tag-green { span.shape aria-hidden="true" { "✓" } (words::SEALING_ENOUGH.text(lang)) } }
                @else { span.tag.tag-orange { span.shape aria-hidden="true" { "◕" } (words::SEALING_WAITS.text(lang)) } }
            }
            (sums(row, lang))
            details { summary { (words::CHECKPOINT.text(lang)) } pre { (row.signed.text()) } }
            @if row.drawn_by != me { @for body in bodies { (sign_form(row, body, visit)) } }
        }
    })
}

fn sign_form(row: &CheckpointRow, body: Body, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let name = format!("line-{}-{}", row.size(), body.key());
    html! {
        form method="post" action="/fund/checkpoints/sign" {
            (form_token(visit))
            input type="hidden" name="size" value=(row.size());
            input type="hidden" name="body" value=(body.key());
            div.field {
                label.form-label for=(name) { (words::SEALING_LINE.text(lang)) }
                p.form-hint id={(name) "-hint"} { (words::SEALING_LINE_HINT.text(lang)) }
                input.form-control #(name) name="line" type="text" autocomplete="off" aria-describedby={(name) "-hint"};
            }
            button.btn.btn-primary type="submit" { (words::SEALING_SIGN_FOR.with(lang, &[("body", body.text().in_lang(lang))])) }
        }
    }
}

/// Keys that the reader may add: of each body the reader acts for, where.
fn key_form(desk: &Desk, visit: &Visit) -> Result<Markup, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let mut choices = Vec::new();
    for region in scope.regions(Permission::SignCheckpoint) {
        for body in desk.store().bodies_of(scope, &region) {
            choices.push((format!("{}@{region}", body.key()), format!("{} {region}", body.text().in_lang(lang))));
        }
    }
    let line = Input {
        hint: words::SEALING_KEY_HINT.text(lang),
        is_required: false,
        ..Input::text("line", words::SEALING_KEY_LINE.text(lang))
    };
    let body = Input::text("body", words::SEALING_BODY.text(lang));
    let faults = Vec::new();
    Ok(html! {
        @if !choices.is_empty() {
            form method="post" action="/fund/checkpoints/keys" {
                (form_token(visit))
                (select(&body, &choices, &faults, lang))
                (input(&line, &faults, lang))
                button.btn type="submit" { (words::SEALING_KEY_ADD.text(lang)) }
            }
        }
    })
}
