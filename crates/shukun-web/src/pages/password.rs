//! Changing one's own password; the first one has to be changed before anything else.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;
use shukun_base::{Masked, Text};
use shukun_store::ErrorKind;

use super::sign_in::with_session;
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::{Fields, masked};
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Page, alone, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/account/password", show).post("/account/password", change)
}

#[derive(Deserialize)]
struct Typed {
    #[serde(deserialize_with = "masked")]
    old: Masked<String>,
    #[serde(deserialize_with = "masked")]
    new: Masked<String>,
    #[serde(deserialize_with = "masked")]
    again: Masked<String>,
}

async fn show(visit: Visit) -> Result<Page, PageError> {
    page(&visit, &Vec::new())
}

async fn change(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    if typed.new != typed.again {
        return again(&visit, "again", words::PASSWORD_DIFFERS.both(&[]));
    }
    let session = &visit.visitor()?.session;
    match desk.store().change_password(session, &typed.old, &typed.new, visit.now).await {
        Ok((token, _)) => {
            Ok((with_session(visit.transport, &token), Redirect::to("/account?done=password")).into_response())
        }
        Err(error) if error.kind == ErrorKind::Refused => again(&visit, "new", error.text),
        Err(error) if error.code == "store-sign-in" => again(&visit, "old", error.text),
        Err(error) => Err(error.into()),
    }
}

fn again(visit: &Visit, field: &'static str, fault: Text) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page(visit, &vec![(field, fault)])?).into_response())
}

fn page(visit: &Visit, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let is_first = visit.visitor()?.session.must_change_password();
    let title = if is_first { words::PASSWORD_FIRST } else { words::PASSWORD_CHANGE };
    let field = |name, label, autocomplete| Input { kind: "password", autocomplete, ..Input::text(name, label) };
    let old = field("old", words::PASSWORD_OLD.text(lang), "current-password");
    let new = field("new", words::PASSWORD_NEW.text(lang), "new-password");
    let again = field("again", words::PASSWORD_AGAIN.text(lang), "new-password");
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/account/password" {
            (form_token(visit))
            (input(&old, faults, lang))
            (input(&Input { hint: words::PASSWORD_NEW_HINT.text(lang), ..new }, faults, lang))
            (input(&again, faults, lang))
            button.btn.btn-primary type="submit" { (words::PASSWORD_CHANGE.text(lang)) }
        }
    };
    Ok(alone(visit, title.text(lang), &body))
}
