//! One import: what the file is taken for, what its rows would become, and what can be done with it.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Redirect};
use maud::{Markup, html};
use shukun_store::{Import, ImportState, Job, JobState};

use super::list::{kind_word, state_tag};
use super::{found, mapping};
use crate::desk::imports::{self, Report, is_under_way, job_of, report};
use crate::desk::{Desk, jobs};
use crate::error::PageError;
use crate::format;
use crate::pages::jobs::failed;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::progress::{polled, progress};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/imports/{import_id}", show)
        .get("/imports/{import_id}/progress", show_progress)
        .get("/imports/{import_id}/rejects", rejects)
        .post("/imports/{import_id}/check", mapping::check)
        .post("/imports/{import_id}/commit", commit)
        .post("/imports/{import_id}/discard", discard)
        .post("/imports/{import_id}/undo", undo)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let scope = visit.scope()?;
    let import = desk.store().import(scope, &id).await?;
    let job = job_of(&desk, scope, import.job_id.as_ref()).await?;
    let body = section(&import, job.as_ref(), &visit);
    framed(&desk, &visit, &Heading { title: &import.file_name, note: None }, &body).await
}

async fn show_progress(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let scope = visit.scope()?;
    let import = desk.store().import(scope, &id).await?;
    let job = job_of(&desk, scope, import.job_id.as_ref()).await?;
    Ok(axum::response::Html(section(&import, job.as_ref(), &visit).into_string()))
}

fn section(import: &Import, job: Option<&Job>, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let (report, is_busy) = (report(import), is_under_way(job));
    let inner = html! {
        dl.facts {
            dt { (words::STATE.text(lang)) } dd { (state_tag(import.state, lang)) }
            dt { (words::IMPORT_KIND.text(lang)) } dd { (kind_word(import.kind.as_deref(), lang)) }
            dt { (words::IMPORT_BROUGHT.text(lang)) } dd { (format::moment(import.created_at, lang)) }
            dt { (words::IMPORT_SIZE.text(lang)) } dd { (words::BYTES.with(lang, &[("n", &format::count(import.bytes))])) }
        }
        @if let Some(job) = job.filter(|_| is_busy) {
            p.mt-3 { b { (jobs::find(&job.kind).map_or(words::JOB, |kind| kind.name).text(lang)) } }
            (progress(words::JOB_PROGRESS.text(lang), job.steps_done, job.steps_total, lang))
            p.quiet { (words::JOB_LEAVE.text(lang)) }
        }
        @if let Some(job) = job.filter(|job| job.state == JobState::Failed) { (failed(job, visit)) }
        @if !is_busy { (outcome(import, &report, visit)) }
    };
    polled("import", &format!("/imports/{}/progress", import.import_id), !is_busy, &inner)
}

/// What was found, and what comes next.
fn outcome(import: &Import, report: &Report, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        @if let Some(refused) = report.answer.refused.as_ref().filter(|_| import.state == ImportState::Refused) {
            div.wrong.mt-3 role="alert" {
                p { b { (refused.what.in_lang(lang)) } }
                p { (refused.mend.in_lang(lang)) }
                p { (words::ERROR_CODE.text(lang)) " " code { (refused.code) } }
            }
        }
        (found::committed(import, report, lang))
        (found::counts(report, lang))
        @if report.has_rejects && import.state != ImportState::Undone && import.state != ImportState::Discarded {
            p { a.btn.btn-plain href={"/imports/" (import.import_id) "/rejects"} { (words::IMPORT_REJECTS.text(lang)) } }
        }
        (acts(import, report, visit))
        (found::rejects(report, lang))
        @if import.state.keeps_file() { (mapping::form(import, report, visit)) }
    }
}

fn acts(import: &Import, report: &Report, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let accepted = report.answer.found.as_ref().map_or(0, |found| found.accepted);
    let can_undo = report.answer.committed.as_ref().is_some_and(|committed| committed.generation.is_some());
    let take = words::IMPORT_TAKE.with(lang, &[("n", &format::count(accepted))]);
    html! {
        div.buttons.mt-3 {
            @if import.state == ImportState::Checked && accepted > 0 {
                (act(import, "commit", &take, "btn btn-primary", visit))
            }
            @if import.state.keeps_file() {
                (act(import, "discard", words::IMPORT_DISCARD.text(lang), "btn btn-plain", visit))
            }
            @if import.state == ImportState::Committed && can_undo {
                (act(import, "undo", words::IMPORT_UNDO.text(lang), "btn btn-plain", visit))
            }
        }
        @if import.state == ImportState::Committed && can_undo { p.quiet { (words::IMPORT_UNDO_NOTE.text(lang)) } }
        @if import.state == ImportState::Checked && accepted == 0 { p.quiet { (words::IMPORT_NOTHING.text(lang)) } }
    }
}

fn act(import: &Import, verb: &str, name: &str, class: &str, visit: &Visit) -> Markup {
    html! {
        form method="post" action={"/imports/" (import.import_id) "/" (verb)} {
            (form_token(visit))
            button class=(class) type="submit" { (name) }
        }
    }
}

async fn commit(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, PageError> {
    imports::take(&desk, visit.scope()?, &id).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

async fn discard(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, PageError> {
    imports::discard(&desk, visit.scope()?, &id).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

async fn undo(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Redirect, PageError> {
    imports::take_back(&desk, visit.scope()?, &id).await?;
    Ok(Redirect::to(&format!("/imports/{id}")))
}

async fn rejects(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
) -> Result<impl IntoResponse, PageError> {
    let bytes = imports::rejects(&desk, visit.scope()?, &id).await?;
    // The name says nothing of the file's own, which may hold a person's.
    let name: String = id.chars().take(8).collect();
    let headers = [
        (CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"rejects-{name}.xlsx\"")),
    ];
    Ok((headers, bytes))
}

/// A heading in the reader's language.
pub fn heading(word: Word, visit: &Visit) -> Markup {
    html! { h2.mt-3 { (word.text(visit.lang)) } }
}
