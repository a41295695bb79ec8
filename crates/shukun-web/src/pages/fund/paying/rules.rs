//! What the county wrote down of paying, line by line.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_fund::paying::SAMPLE;
use shukun_store::ErrorKind;

use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::{Done, Fields};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/batches/rules", show).post("/fund/batches/rules", save)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    words: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    rules_page(&desk, &visit, None, done.is_done(), &Vec::new()).await
}

async fn save(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let region = county(&visit, Permission::CheckBooks)?;
    match desk.store().set_payment_settings(visit.scope()?, &region, &typed.words, visit.now).await {
        Ok(()) => Ok(Redirect::to("/fund/batches/rules?done=yes").into_response()),
        Err(error) if error.kind == ErrorKind::Refused => {
            let faults = vec![("words", error.text)];
            let page = rules_page(&desk, &visit, Some(&typed.words), false, &faults).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The county of the reader's grant.
fn county(visit: &Visit, permission: Permission) -> Result<RegionCode, PageError> {
    let regions = visit.scope()?.regions(permission);
    let code = regions.first().and_then(|region| region.as_str().get(..6));
    code.and_then(RegionCode::new).ok_or_else(PageError::not_found)
}

async fn rules_page(
    desk: &Desk,
    visit: &Visit,
    typed: Option<&str>,
    is_done: bool,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let kept = match county(visit, Permission::ViewFund) {
        Ok(region) => desk.store().payment_words(visit.scope()?, &region).await?,
        Err(_) => None,
    };
    let value = typed.or(kept.as_deref()).unwrap_or_default();
    let field = Input {
        hint: words::PAYMENT_RULES_HINT.text(lang),
        value,
        ..Input::text("words", words::PAYMENT_RULES_WORDS.text(lang))
    };
    let body = html! {
        @if is_done { p.done role="status" { (words::BATCH_DONE.text(lang)) } }
        (wrong(faults, lang))
        @if visit.may(Permission::CheckBooks) {
            form method="post" action="/fund/batches/rules" {
                (form_token(visit))
                (text_area(&field, 24, faults, lang))
                button.btn.btn-primary type="submit" { (words::PAYMENT_RULES_SAVE.text(lang)) }
            }
        } @else { pre tabindex="0" { (value) } }
        details { summary { (words::PAYMENT_RULES_SAMPLE.text(lang)) } pre tabindex="0" { (SAMPLE) } }
    };
    let heading = Heading { title: words::PAYMENT_RULES.text(lang), note: Some(words::PAYMENT_RULES_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}
