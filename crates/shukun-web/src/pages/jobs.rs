//! The reader's jobs: a list, and a page each that can be left and found again. It asks for itself how far the job is.

use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use shukun_base::Text;
use shukun_store::{Job, JobId, JobState};

use super::work::framed;
use crate::desk::{Desk, jobs};
use crate::error::PageError;
use crate::format;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::progress::{polled, progress};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};
use crate::works::WorkFailure;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/jobs", list)
        .get("/jobs/{job_id}", show)
        .get("/jobs/{job_id}/progress", show_progress)
        .post("/jobs/{job_id}/cancel", cancel)
}

async fn list(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let found = desk.store().list_jobs(visit.scope()?).await?;
    let columns = [words::JOB, words::STATE, words::JOB_ASKED, words::JOB_ENDED];
    let columns: Vec<Column<'_>> = columns.iter().map(|word| Column::words(word.text(lang))).collect();
    let body = html! {
        @if found.is_empty() { (empty(words::JOBS_EMPTY.text(lang), words::JOBS_EMPTY_FILL.text(lang))) }
        @else { (table(words::JOBS.text(lang), &columns, &html! { @for job in &found { (row(job, &visit)) } })) }
    };
    framed(&desk, &visit, &Heading { title: words::JOBS.text(lang), note: Some(words::JOBS_NOTE.text(lang)) }, &body)
        .await
}

fn row(job: &Job, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        tr {
            td { a.row-link href={"/jobs/" (job.job_id.as_str())} { (name(job).text(lang)) } }
            td { (state_tag(job.state, visit)) }
            td.nowrap { (format::moment(job.created_at, lang)) }
            td.nowrap { @if let Some(at) = job.finished_at { (format::moment(at, lang)) } @else { "—" } }
        }
    }
}

/// What the job is called.
pub fn name(job: &Job) -> Word {
    jobs::find(&job.kind).map_or(words::JOB, |kind| kind.name)
}

/// The state as a tag.
pub fn state_tag(state: JobState, visit: &Visit) -> Markup {
    let (word, class) = match state {
        JobState::Waiting => (words::JOB_WAITING, "tag"),
        JobState::Running => (words::JOB_RUNNING, "tag tag-accent"),
        JobState::Done => (words::JOB_DONE, "tag tag-green"),
        JobState::Failed => (words::JOB_FAILED, "tag tag-red"),
        JobState::Cancelled => (words::JOB_CANCELLED, "tag"),
    };
    html! { span class=(class) { (word.text(visit.lang)) } }
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(job_id): Path<String>) -> Result<Page, PageError> {
    let job = desk.store().job(visit.scope()?, &JobId::new(&job_id)).await?;
    let body = section(&job, &visit);
    framed(&desk, &visit, &Heading { title: name(&job).text(visit.lang), note: None }, &body).await
}

/// The same without the frame, for the page that asks by itself.
async fn show_progress(State(desk): State<Desk>, visit: Visit, Path(job_id): Path<String>) -> Result<Page, PageError> {
    let job = desk.store().job(visit.scope()?, &JobId::new(&job_id)).await?;
    Ok(axum::response::Html(section(&job, &visit).into_string()))
}

/// How a job stands; it asks for itself anew while the job is not over.
fn section(job: &Job, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let path = format!("/jobs/{}", job.job_id.as_str());
    let is_over = !matches!(job.state, JobState::Waiting | JobState::Running);
    let inner = html! {
        dl.facts {
            dt { (words::STATE.text(lang)) } dd { (state_tag(job.state, visit)) }
            dt { (words::JOB_ASKED.text(lang)) } dd { (format::moment(job.created_at, lang)) }
            @if let Some(at) = job.finished_at { dt { (words::JOB_ENDED.text(lang)) } dd { (format::moment(at, lang)) } }
        }
        @if !is_over {
            (progress(words::JOB_PROGRESS.text(lang), job.steps_done, job.steps_total, lang))
            p.quiet { (words::JOB_LEAVE.text(lang)) }
            form method="post" action={(path) "/cancel"} {
                (form_token(visit))
                button.btn.btn-plain type="submit" { (words::JOB_CANCEL.text(lang)) }
            }
        }
        @if job.state == JobState::Failed { (failed(job, visit)) }
        @if let Some(address) = leads_to(job) { p.mt-3 { a href=(address) { (words::JOB_OPEN.text(lang)) } } }
    };
    polled("job", &format!("{path}/progress"), is_over, &inner)
}

fn leads_to(job: &Job) -> Option<String> {
    let is_of_use = matches!(job.state, JobState::Done | JobState::Failed);
    jobs::find(&job.kind).filter(|_| is_of_use).and_then(|kind| (kind.leads_to)(job))
}

/// What its worker said about it; a job that was lost has none.
pub fn failed(job: &Job, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let said = job.result.clone().and_then(|words| serde_json::from_value::<WorkFailure>(words).ok());
    let lost = || (words::JOB_LOST.both(&[]), words::WORK_DIED_MEND.both(&[]));
    let (what, mend): (Text, Text) = said.map_or_else(lost, |said| (said.what, said.mend));
    html! {
        div.wrong.mt-3 role="alert" {
            p { b { (what.in_lang(lang)) } }
            p { (mend.in_lang(lang)) }
            p { (words::ERROR_CODE.text(lang)) " " code { (job.failure.as_deref().unwrap_or_default()) } }
        }
    }
}

async fn cancel(State(desk): State<Desk>, visit: Visit, Path(job_id): Path<String>) -> Result<Redirect, PageError> {
    desk.store().cancel_job(visit.scope()?, &JobId::new(&job_id), visit.now).await?;
    Ok(Redirect::to(&format!("/jobs/{job_id}")))
}
