//! Accounts of the outside sign-in service linked to one of ours, for the system administrator.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_store::{AccountId, ErrorKind, LinkedSubject};

use super::work::framed;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
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
        .get("/accounts/{account_id}/subjects", show)
        .post("/accounts/{account_id}/subjects", link)
        .post("/accounts/{account_id}/subjects/take", unlink)
}

#[derive(Debug, Deserialize)]
struct Typed {
    subject: String,
}

#[derive(Debug, Deserialize)]
struct Chosen {
    issuer: String,
    subject: String,
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let above = html! {
        @match done.what() {
            "linked" => p.done role="status" { (words::SUBJECT_LINKED.text(lang)) },
            "unlinked" => p.done role="status" { (words::SUBJECT_UNLINKED.text(lang)) },
            _ => {}
        }
    };
    page(&desk, &visit, &id, &above, "", &Vec::new()).await
}

async fn link(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let issuer = desk.oidc().ok_or_else(PageError::not_found)?.issuer();
    let account_id = AccountId::new(&id);
    match desk.store().link_subject(visit.scope()?, &account_id, (issuer, &typed.subject), visit.now).await {
        Ok(()) => Ok(Redirect::to(&format!("/accounts/{id}/subjects?done=linked")).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => {
            let again = page(&desk, &visit, &id, &html! {}, &typed.subject, &vec![("subject", error.text)]).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, again).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn unlink(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(chosen): Fields<Chosen>,
) -> Result<Redirect, PageError> {
    let who = (chosen.issuer.as_str(), chosen.subject.as_str());
    desk.store().unlink_subject(visit.scope()?, &AccountId::new(&id), who, visit.now).await?;
    Ok(Redirect::to(&format!("/accounts/{id}/subjects?done=unlinked")))
}

async fn page(
    desk: &Desk,
    visit: &Visit,
    id: &str,
    above: &Markup,
    typed: &str,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let account_id = AccountId::new(id);
    let linked = desk.store().list_subjects(visit.scope()?, &account_id).await?;
    let names = desk.store().display_names(visit.scope()?, &[account_id]).await?;
    let name = names.first().map_or("", |(_, name)| name.as_str());
    let body = html! {
        (above)
        (wrong(faults, lang))
        @if !linked.is_empty() { (list(&linked, id, visit)) }
        @else if desk.oidc().is_some() { (empty(words::SUBJECTS_EMPTY.text(lang), words::SUBJECTS_EMPTY_FILL.text(lang))) }
        @if desk.oidc().is_some() { (form(id, visit, typed, faults)) }
        @else { (empty(words::SUBJECTS_OFF.text(lang), words::SUBJECTS_OFF_FILL.text(lang))) }
    };
    let title = words::SUBJECTS_OF.with(lang, &[("name", name)]);
    framed(desk, visit, &Heading { title: &title, note: Some(words::SUBJECTS_NOTE.text(lang)) }, &body).await
}

fn form(id: &str, visit: &Visit, typed: &str, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let hint = words::SUBJECT_HINT.text(lang);
    let subject = Input { value: typed, hint, ..Input::text("subject", words::SUBJECT.text(lang)) };
    html! {
        form.box method="post" action={"/accounts/" (id) "/subjects"} {
            (form_token(visit))
            (input(&subject, faults, lang))
            button.btn.btn-primary type="submit" { (words::SUBJECT_LINK.text(lang)) }
        }
    }
}

fn list(linked: &[LinkedSubject], id: &str, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let headings =
        [words::SUBJECTS, words::SUBJECT, words::SUBJECT_LINKED_AT].map(|word| Column::words(word.text(lang)));
    let columns: Vec<Column<'_>> = headings.into_iter().chain([Column::words("")]).collect();
    let rows = html! {
        @for one in linked {
            tr {
                td { (one.issuer) }
                td { b { (one.subject) } }
                td.nowrap { (format::moment(one.linked_at, lang)) }
                td.wide {
                    form method="post" action={"/accounts/" (id) "/subjects/take"} {
                        (form_token(visit))
                        input type="hidden" name="issuer" value=(one.issuer);
                        input type="hidden" name="subject" value=(one.subject);
                        button.btn.btn-plain type="submit" { (words::SUBJECT_UNLINK.text(lang)) }
                    }
                }
            }
        }
    };
    table(words::SUBJECTS.text(lang), &columns, &rows)
}
