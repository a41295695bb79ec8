//! A job in hand: what it is about, who asked, and how it says how far it is.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use shukun_store::{ClaimedJob, Scope};

use crate::desk::Desk;
use crate::words;
use crate::works::{Order, WorkFailure};

/// A job in hand.
pub struct Doing {
    /// The office.
    pub desk: Desk,
    /// The job.
    pub job: ClaimedJob,
    done: AtomicU64,
    total: AtomicU64,
}

impl Doing {
    /// Nothing done yet.
    pub fn new(desk: Desk, job: ClaimedJob) -> Doing {
        Doing { desk, job, done: AtomicU64::new(0), total: AtomicU64::new(0) }
    }

    /// So many steps of all are done; its page shows it a second later.
    pub fn step(&self, done: u64, total: u64) {
        self.done.store(done, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
    }

    /// Steps done and all steps.
    pub fn steps(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// What whoever asked for it may see and do now.
    ///
    /// # Errors
    /// The store's.
    pub async fn scope(&self) -> Result<Scope, WorkFailure> {
        Ok(self.desk.store().job_scope(&self.job, self.desk.now()).await?)
    }

    /// What it was asked for with.
    ///
    /// # Errors
    /// `job-input` where this program does not understand it: a newer one may have asked.
    pub fn input<T: DeserializeOwned>(&self) -> Result<T, WorkFailure> {
        let (code, what, mend) = ("job-input", words::JOB_INPUT, words::JOB_INPUT_MEND);
        let failure = |_| WorkFailure { code: code.to_owned(), what: what.both(&[]), mend: mend.both(&[]) };
        serde_json::from_value(self.job.input.clone()).map_err(failure)
    }

    /// Has a work done; its steps are the job's.
    ///
    /// # Errors
    /// The work's.
    pub async fn work(&self, order: &Order) -> Result<Json, WorkFailure> {
        self.desk.works().run(order, |done, total| self.step(done, total)).await
    }
}
