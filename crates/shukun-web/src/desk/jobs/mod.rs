//! Jobs of the office: which kinds there are, and how one is asked for.
//!
//! A kind is a row of [`KINDS`]: its key in the store, its name, who may ask for it, what carries it out, where its result is
//! looked at. What carries it out must be safe to begin again: a server may die at any moment. The loop that carries them out
//! is [`runner`].

mod doing;
mod hold;
pub mod runner;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::pin::Pin;

use serde_json::Value as Json;
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_store::{Job, JobId, NewJob, Scope};

use crate::desk::{Desk, imports, screening};
use crate::error::PageError;
use crate::words::Word;
use crate::works::WorkFailure;

pub use doing::Doing;
pub use hold::Hold;

/// What a job gives.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<Json, WorkFailure>> + Send + 'a>>;

/// One kind of job.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// As the store keeps it.
    pub key: &'static str,
    /// As pages call it.
    pub name: Word,
    /// Who may ask for it, where it is about.
    pub permission: Permission,
    /// What carries it out; begun again after a crash, it gives the same.
    pub run: for<'a> fn(&'a Doing) -> Answer<'a>,
    /// Where what it is about is looked at, also while it runs; `None` = on the job's own page.
    pub leads_to: fn(&Job) -> Option<String>,
}

/// Every kind.
pub const KINDS: &[&Kind] = &[
    &crate::desk::BULK,
    &crate::desk::export::EXPORT,
    &crate::desk::policies::COMPARE,
    &imports::CHECK,
    &imports::COMMIT,
    &imports::UNDO,
    &screening::SCREENING,
    #[cfg(test)]
    &tests::TRIAL,
];

/// The kind of this key.
pub fn find(key: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.key == key)
}

/// Asks for a job and wakes the runner. Twice under one `once_key` it is the same job.
///
/// # Errors
/// The store's: not allowed there, or the key is somebody else's.
pub async fn ask(
    desk: &Desk,
    scope: &Scope,
    kind: &'static Kind,
    region: &RegionCode,
    input: Json,
    once_key: Option<String>,
) -> Result<JobId, PageError> {
    let new = NewJob { kind: kind.key, region: region.clone(), input, once_key };
    let job_id = desk.store().add_job(scope, kind.permission, &new, desk.now()).await?;
    desk.wake_runner();
    Ok(job_id)
}
