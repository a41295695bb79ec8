//! An order on more cases than a request has time for: a job with progress; begun again, it finds done what was done.

use shukun_casework::authority::Permission;

use super::bulk::{BulkOrder, Mode};
use super::jobs::{Answer, Doing, Kind};
use crate::words;
use crate::works::WorkFailure;

/// The kind.
pub static BULK: Kind = Kind {
    key: "bulk",
    name: words::BULK_JOB,
    permission: Permission::ViewCases,
    run: |doing| -> Answer<'_> { Box::pin(run(doing)) },
    leads_to: |job| Some(format!("/cases/bulk/{}", job.job_id.as_str())),
};

async fn run(doing: &Doing) -> Result<serde_json::Value, WorkFailure> {
    let order: BulkOrder = doing.input()?;
    let scope = doing.scope().await?;
    let total = u64::try_from(order.cases.len()).unwrap_or(u64::MAX);
    doing.step(0, total);
    let outcome = doing.desk.bulk(&scope, &order, Mode::Do, |through| doing.step(through, total)).await?;
    serde_json::to_value(outcome).map_err(|_| WorkFailure::answer())
}
