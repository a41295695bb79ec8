//! Signing in and out.

use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{AppendHeaders, IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Masked;
use shukun_store::{ErrorKind, Token};

use crate::desk::Desk;
use crate::error::PageError;
use crate::guard::encoded;
use crate::http::around::SESSION;
use crate::http::cookies::{self, Transport};
use crate::http::fields::{Fields, Next, masked};
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Page, alone, form_token};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/sign-in", show).post("/sign-in", sign_in).post("/sign-out", sign_out)
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    next: Next,
    done: String,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(deserialize_with = "masked")]
    login: Masked<String>,
    #[serde(deserialize_with = "masked")]
    password: Masked<String>,
    #[serde(default)]
    next: Next,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Page {
    page(&desk, &visit, &asked.next, "", &Vec::new(), asked.done == "signed-out")
}

async fn sign_in(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    match desk.store().sign_in(typed.login.reveal(), &typed.password, visit.now).await {
        Ok((token, _)) => Ok((with_session(visit.transport, &token), Redirect::to(typed.next.path())).into_response()),
        Err(error) if error.kind == ErrorKind::SignedOut => {
            let faults = vec![("login", error.text)];
            let again = page(&desk, &visit, &typed.next, typed.login.reveal(), &faults, false);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn sign_out(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    let visitor = visit.visitor()?;
    desk.store().sign_out(&visitor.session, visit.now).await?;
    let gone = cookies::written(visit.transport, SESSION, "", Some(0));
    Ok((AppendHeaders(gone.map(|cookie| (SET_COOKIE, cookie))), Redirect::to("/sign-in?done=signed-out"))
        .into_response())
}

/// The cookie of a session that has just begun or got a new token.
pub fn with_session(
    transport: Transport,
    token: &Token,
) -> AppendHeaders<Option<(axum::http::HeaderName, HeaderValue)>> {
    AppendHeaders(cookies::written(transport, SESSION, &token.to_cookie(), None).map(|cookie| (SET_COOKIE, cookie)))
}

fn page(desk: &Desk, visit: &Visit, next: &Next, login: &str, faults: &Faults, is_signed_out: bool) -> Page {
    let lang = visit.lang;
    let login = Input { autocomplete: "username", value: login, ..Input::text("login", words::LOGIN.text(lang)) };
    let password = Input {
        kind: "password",
        autocomplete: "current-password",
        ..Input::text("password", words::PASSWORD.text(lang))
    };
    let body: Markup = html! {
        @if is_signed_out { p.done role="status" { (words::SIGNED_OUT.text(lang)) } }
        (wrong(faults, lang))
        form.box method="post" action="/sign-in" {
            (form_token(visit))
            (next.field())
            (input(&login, &Vec::new(), lang))
            (input(&password, &Vec::new(), lang))
            button.btn.btn-primary.w-100 type="submit" { (words::SIGN_IN.text(lang)) }
        }
        @if desk.oidc().is_some() {
            p { a.btn.btn-plain.w-100 href={"/sign-in/away?next=" (encoded(next.path()))} { (words::OIDC_SIGN_IN.text(lang)) } }
        }
        p.quiet { (words::SIGN_IN_HELP.text(lang)) }
    };
    alone(visit, words::SIGN_IN.text(lang), &body)
}
