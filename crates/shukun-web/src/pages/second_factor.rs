//! Showing the second factor again before something that matters.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;
use shukun_store::ErrorKind;

use super::sign_in::with_session;
use crate::desk::Desk;
use crate::error::PageError;
use crate::guard::encoded;
use crate::http::fields::{Fields, Next};
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Page, alone, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/account/code", show).post("/account/code", step_up)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    next: Next,
}

#[derive(Deserialize)]
struct Typed {
    code: String,
    #[serde(default)]
    next: Next,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    if !visit.visitor()?.session.has_second_factor() {
        return Ok(Redirect::to(&format!("/account/enrol?next={}", encoded(asked.next.path()))).into_response());
    }
    Ok(page(&visit, &asked.next, &Vec::new()).into_response())
}

async fn step_up(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    match desk.store().step_up(&visit.visitor()?.session, &typed.code, visit.now).await {
        Ok((token, _)) => Ok((with_session(visit.transport, &token), Redirect::to(typed.next.path())).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => {
            let again = page(&visit, &typed.next, &vec![("code", error.text)]);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// The field of a one-time code.
pub fn code_field(visit: &Visit, faults: &Faults) -> maud::Markup {
    let lang = visit.lang;
    let code = Input {
        hint: words::CODE_HINT.text(lang),
        autocomplete: "one-time-code",
        ..Input::text("code", words::CODE.text(lang))
    };
    input(&code, faults, lang)
}

fn page(visit: &Visit, next: &Next, faults: &Faults) -> Page {
    let lang = visit.lang;
    let body = html! {
        p { (words::STEP_UP_WHY.text(lang)) }
        (wrong(faults, lang))
        form.box method="post" action="/account/code" {
            (form_token(visit))
            (next.field())
            (code_field(visit, faults))
            button.btn.btn-primary type="submit" { (words::CONFIRM.text(lang)) }
        }
    };
    alone(visit, words::STEP_UP.text(lang), &body)
}
