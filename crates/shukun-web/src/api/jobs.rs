//! The caller's jobs: how far they are, and stopping one. Jobs are begun by people on their pages: a job works with its
//! owner's whole grants, which no token has.

use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shukun_store::{Job, JobId, JobState};
use utoipa::ToSchema;

use super::answer::{Answer, ok};
use super::ask::Part;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/jobs", list).get("/api/v1/jobs/{job_id}", show).post("/api/v1/jobs/{job_id}/cancel", cancel)
}

/// A job; what came of it is on its page.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Job)]
pub struct JobDto {
    /// Its id.
    job_id: String,
    /// What sort.
    kind: String,
    /// `waiting`, `running`, `done`, `failed` or `cancelled`.
    state: &'static str,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Steps done.
    steps_done: u64,
    /// All steps; 0 until it is known.
    steps_total: u64,
    /// The code of what went wrong.
    failure: Option<String>,
}

impl JobDto {
    fn new(job: &Job) -> JobDto {
        JobDto {
            job_id: job.job_id.as_str().to_owned(),
            kind: job.kind.clone(),
            state: match job.state {
                JobState::Waiting => "waiting",
                JobState::Running => "running",
                JobState::Done => "done",
                JobState::Failed => "failed",
                JobState::Cancelled => "cancelled",
            },
            created_at: job.created_at,
            steps_done: job.steps_done,
            steps_total: job.steps_total,
            failure: job.failure.clone(),
        }
    }
}

/// The owner's own jobs, newest first, 50 at most.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs",
    responses((status = 200, description = "The jobs.", body = Vec<JobDto>)))]
pub async fn list(State(desk): State<Desk>, visit: Visit) -> Result<Answer<Vec<JobDto>>, PageError> {
    let jobs = desk.store().list_jobs(visit.scope()?).await?;
    Ok(ok(jobs.iter().map(JobDto::new).collect()))
}

/// One of the owner's own jobs.
#[utoipa::path(get, path = "/api/v1/jobs/{job_id}", tag = "jobs",
    params(("job_id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The job.", body = JobDto)))]
pub async fn show(State(desk): State<Desk>, visit: Visit, Part(id): Part) -> Result<Answer<JobDto>, PageError> {
    Ok(ok(JobDto::new(&desk.store().job(visit.scope()?, &JobId::new(&id)).await?)))
}

/// Stops one of the owner's own jobs; one that has ended stays as it is.
#[utoipa::path(post, path = "/api/v1/jobs/{job_id}/cancel", tag = "jobs",
    params(("job_id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The job as it is now.", body = JobDto)))]
pub async fn cancel(State(desk): State<Desk>, visit: Visit, Part(id): Part) -> Result<Answer<JobDto>, PageError> {
    let (scope, job_id) = (visit.scope()?, JobId::new(&id));
    desk.store().cancel_job(scope, &job_id, visit.now).await?;
    Ok(ok(JobDto::new(&desk.store().job(scope, &job_id).await?)))
}
