//! Setting up one-time codes: the password, a picture to scan, a first code.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Lang, Masked};
use shukun_store::{Enrolment, ErrorKind};

use super::second_factor::code_field;
use super::sign_in::with_session;
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::{Fields, Next, masked};
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Page, alone, form_token};
use crate::ui::qr;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/account/enrol", show).post("/account/enrol", begin).post("/account/enrol/finish", finish)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    next: Next,
}

#[derive(Deserialize)]
struct Begun {
    #[serde(deserialize_with = "masked")]
    password: Masked<String>,
    #[serde(default)]
    next: Next,
}

#[derive(Deserialize)]
struct Finished {
    code: String,
    #[serde(default)]
    next: Next,
}

async fn show(visit: Visit, Query(asked): Query<Asked>) -> Page {
    password_page(&visit, &asked.next, &Vec::new())
}

async fn begin(State(desk): State<Desk>, visit: Visit, Fields(begun): Fields<Begun>) -> Result<Response, PageError> {
    match desk.store().begin_enrolment(&visit.visitor()?.session, &begun.password, visit.now).await {
        Ok(enrolment) => Ok(picture_page(&visit, &begun.next, &enrolment).into_response()),
        Err(error) if error.kind == ErrorKind::Refused || error.code == "store-sign-in" => {
            let again = password_page(&visit, &begun.next, &vec![("password", error.text)]);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// A wrong first code begins anew: what was shown once is not shown again.
async fn finish(State(desk): State<Desk>, visit: Visit, Fields(done): Fields<Finished>) -> Result<Response, PageError> {
    match desk.store().finish_enrolment(&visit.visitor()?.session, &done.code, visit.now).await {
        Ok((token, _)) => {
            let path = if done.next.path() == "/" { "/account?done=code" } else { done.next.path() };
            Ok((with_session(visit.transport, &token), Redirect::to(path)).into_response())
        }
        Err(error) if error.kind == ErrorKind::Refused => {
            let again = password_page(&visit, &done.next, &vec![("password", error.text)]);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn password_page(visit: &Visit, next: &Next, faults: &Faults) -> Page {
    let lang = visit.lang;
    let password = Input {
        kind: "password",
        autocomplete: "current-password",
        ..Input::text("password", words::PASSWORD_OLD.text(lang))
    };
    let body = html! {
        p { (words::ENROL_WHY.text(lang)) }
        (wrong(faults, lang))
        form.box method="post" action="/account/enrol" {
            (form_token(visit))
            (next.field())
            (input(&password, faults, lang))
            button.btn.btn-primary type="submit" { (words::CONTINUE.text(lang)) }
        }
    };
    alone(visit, words::ENROL.text(lang), &body)
}

fn picture_page(visit: &Visit, next: &Next, enrolment: &Enrolment) -> Page {
    let lang = visit.lang;
    let body = html! {
        div.box {
            h2 { (words::ENROL_SCAN.text(lang)) }
            (picture(enrolment, lang))
            p { (words::ENROL_TYPE.text(lang)) br; span.secret { (enrolment.secret.reveal()) } }
            p.quiet { (words::ENROL_ONCE.text(lang)) }
            form method="post" action="/account/enrol/finish" {
                (form_token(visit))
                (next.field())
                (code_field(visit, &Vec::new()))
                button.btn.btn-primary type="submit" { (words::CONFIRM.text(lang)) }
            }
        }
    };
    alone(visit, words::ENROL.text(lang), &body)
}

fn picture(enrolment: &Enrolment, lang: Lang) -> Markup {
    qr::picture(enrolment.uri.reveal(), words::ENROL_PICTURE.text(lang))
}
