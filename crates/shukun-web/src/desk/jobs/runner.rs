//! The loop that carries jobs out: several at once, each with signs of life, each stopped when it was cancelled.

use std::time::Duration;

use serde_json::Value as Json;
use shukun_store::{ClaimedJob, StoreError};
use tokio::task::JoinSet;

use super::{Doing, Hold};
use crate::desk::Desk;
use crate::words;
use crate::works::WorkFailure;

/// Jobs at once. Heavy works among them take turns (`crate::works`).
const AT_ONCE: usize = 4;
/// How often the store is asked without being told that there is something.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How often a job that goes on says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(1);
/// How often one that does not go on says that it lives; the store waits 60 seconds.
const BEAT_EVERY: u32 = 15;

/// Carries jobs out until it is dropped; the works of those under way end with it.
pub async fn keep(desk: Desk, holder: String) {
    let mut running = JoinSet::new();
    loop {
        while running.len() < AT_ONCE {
            let Some(job) = next(&desk, &holder).await else { break };
            let desk = desk.clone();
            running.spawn(async move { carry_out(desk, job).await });
        }
        tokio::select! {
            () = desk.job_waits() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            Some(ended) = running.join_next(), if !running.is_empty() => {
                if ended.is_err() {
                    tracing::error!("a job panicked");
                }
            }
        }
    }
}

async fn next(desk: &Desk, holder: &str) -> Option<ClaimedJob> {
    let claimed = desk.store().claim_job(holder, desk.now()).await;
    claimed.unwrap_or_else(|error| {
        tracing::error!(%error, "no job could be taken");
        None
    })
}

/// Takes back what this folder's server left when it died, or gives back what it has when it ends in order.
pub async fn give_back(desk: &Desk, hold: &Hold, in_order: bool) {
    if !hold.is_alone() {
        return;
    }
    match desk.store().give_jobs_back(hold.name(), in_order).await {
        Ok(0) => {}
        Ok(jobs) => tracing::info!(jobs, in_order, "jobs wait again"),
        Err(error) => tracing::error!(%error, "jobs could not be given back"),
    }
}

/// For tests: carries out what waits, one after another, until nothing does. How many there were.
pub async fn carry_out_waiting(desk: &Desk) -> usize {
    let mut count = 0;
    while let Some(job) = next(desk, "test").await {
        carry_out(desk.clone(), job).await;
        count += 1;
    }
    count
}

/// Carries one job out and writes down what came of it.
async fn carry_out(desk: Desk, job: ClaimedJob) {
    let doing = Doing::new(desk, job);
    let kind = doing.job.kind.clone();
    let outcome = tokio::select! {
        outcome = run(&doing) => outcome,
        () = beat(&doing) => {
            tracing::info!(kind, "a job was stopped");
            return;
        }
    };
    let code = outcome.as_ref().err().map(|failure| failure.code.clone()).unwrap_or_default();
    match write_down(&doing, outcome).await {
        Ok(()) => tracing::info!(kind, code, "a job ended"),
        Err(error) => tracing::error!(kind, %error, "what came of a job could not be written down"),
    }
}

async fn run(doing: &Doing) -> Result<Json, WorkFailure> {
    match super::find(&doing.job.kind) {
        Some(kind) => (kind.run)(doing).await,
        None => Err(unknown()),
    }
}

/// Gives signs of life; ends when the job is no longer ours.
async fn beat(doing: &Doing) {
    let mut told = (u64::MAX, u64::MAX);
    for round in 0_u32.. {
        tokio::time::sleep(TELL_EVERY).await;
        let steps = doing.steps();
        if steps == told && !round.is_multiple_of(BEAT_EVERY) {
            continue;
        }
        told = steps;
        match doing.desk.store().job_progress(&doing.job, steps.0, steps.1, doing.desk.now()).await {
            Ok(()) => {}
            Err(error) if error.code == "store-job-taken" => return,
            Err(error) => tracing::warn!(%error, "a job could not say that it lives"),
        }
    }
}

async fn write_down(doing: &Doing, outcome: Result<Json, WorkFailure>) -> Result<(), StoreError> {
    let (store, job, now) = (doing.desk.store(), &doing.job, doing.desk.now());
    match outcome {
        Ok(answer) => {
            let (done, total) = doing.steps();
            store.job_progress(job, done.max(total), total, now).await?;
            store.finish_job(job, &answer, now).await
        }
        Err(failure) => {
            let words = serde_json::to_value(&failure).ok();
            store.fail_job(job, &failure.code, words.as_ref(), now).await
        }
    }
}

fn unknown() -> WorkFailure {
    let (what, mend) = (words::JOB_UNKNOWN, words::JOB_INPUT_MEND);
    WorkFailure { code: "job-unknown".to_owned(), what: what.both(&[]), mend: mend.both(&[]) }
}
