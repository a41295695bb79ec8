//! The list of cases as a workbook: asked for with a reason, made as a job, fetched with the second factor.
//!
//! Nothing leaves that the list would not show: the same filter, and only where the reader may export. Names and ID numbers
//! stand in it only where the reader may look behind the mask and asked for them.

mod book;
mod rows;

use serde::{Deserialize, Serialize};
use shukun_base::{Lang, Masked, RegionCode, Text};
use shukun_casework::Note;
use shukun_casework::authority::Permission;
use shukun_store::{CaseFilter, CaseOrder, CountBy, JobId, NewExport, Scope};

use super::jobs::{self, Answer, Doing, Kind};
use super::{CaseQuery, Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::words;
use crate::works::WorkFailure;

pub use book::{Book, Watermark};
pub use rows::ExportRow;

/// What an export is asked for with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ExportOrder {
    /// The filter.
    pub query: CaseQuery,
    /// Whether names and ID numbers are to stand in it.
    pub with_numbers: bool,
    /// What it is for.
    pub reason: Note,
    /// Whether its words are Chinese.
    pub is_chinese: bool,
    /// Who asks, as the file says it.
    pub by: String,
}

/// The kind of job.
pub static EXPORT: Kind = Kind {
    key: "export",
    name: words::EXPORT_JOB,
    permission: Permission::Export,
    run: |doing| -> Answer<'_> { Box::pin(run(doing)) },
    leads_to: |job| Some(format!("/exports/{}", job.job_id.as_str())),
};

/// Rows read and written at a time.
const AT_A_TIME: u16 = 1_000;
/// Rows of one workbook; a sheet holds 1,048,576.
const MOST: u64 = 500_000;

impl Desk {
    /// Asks for an export.
    ///
    /// # Errors
    /// `store-step-up`, `store-export-quota`, `store-forbidden`.
    pub async fn ask_export(
        &self,
        scope: &Scope,
        order: &ExportOrder,
        once: Option<String>,
    ) -> Result<JobId, PageError> {
        self.store().require_export(scope, self.now()).await?;
        let region = region_of(scope, order)?;
        let input = serde_json::to_value(order).map_err(|_| PageError::broken())?;
        jobs::ask(self, scope, &EXPORT, &region, input, once).await
    }
}

/// The filter's region where the reader exports there, else the reader's own.
fn region_of(scope: &Scope, order: &ExportOrder) -> Result<RegionCode, PageError> {
    let asked = RegionCode::new(order.query.region.trim());
    let asked = asked.filter(|region| scope.allows(Permission::Export, Some(region)));
    asked.or_else(|| scope.regions(Permission::Export).into_iter().next()).ok_or_else(PageError::broken)
}

async fn run(doing: &Doing) -> Result<serde_json::Value, WorkFailure> {
    let order: ExportOrder = doing.input()?;
    let (desk, scope) = (&doing.desk, doing.scope().await?);
    let lang = if order.is_chinese { Lang::Zh } else { Lang::En };
    let filter = CaseFilter { allowed: Some(Permission::Export), ..order.query.filter(scope.account_id()) };
    let counts = desk.store().count_cases(&scope, &filter, CountBy::Status).await?;
    let total = counts.iter().map(|count| count.cases).sum();
    if total > MOST {
        return Err(failure("export-too-many", words::EXPORT_TOO_MANY.both(&[("n", &format::count(MOST))])));
    }
    doing.step(0, total);
    let places = Places::new(desk.store().every_region_name().await?);
    let mut book = Book::new(lang).map_err(|_| unwritable())?;
    let written = write_rows(doing, &scope, (&order, &filter), &places, &mut book).await?;
    let watermark = Watermark {
        by: order.by.clone(),
        at: format::moment(desk.now(), lang),
        filter: order.query.told(&places, lang),
        reason: order.reason.as_str().to_owned(),
        rows: written,
        with_numbers: order.with_numbers,
        is_illustrative: desk.is_illustrative(),
    };
    let bytes = tokio::task::spawn_blocking(move || book.finish(&watermark)).await;
    let bytes = bytes.ok().and_then(Result::ok).ok_or_else(unwritable)?;
    let new = NewExport {
        export_id: doing.job.job_id.as_str().to_owned(),
        region: doing.job.region.clone(),
        query: order.query.written(),
        rows: written,
        with_numbers: order.with_numbers,
    };
    desk.store().keep_export(&scope, &new, &bytes, desk.now()).await?;
    Ok(serde_json::json!({ "rows": written }))
}

async fn write_rows(
    doing: &Doing,
    scope: &Scope,
    (order, filter): (&ExportOrder, &CaseFilter),
    places: &Places,
    book: &mut Book,
) -> Result<u64, WorkFailure> {
    let desk = &doing.desk;
    let reason = Masked::new(order.reason.as_str().to_owned());
    let why = order.with_numbers.then_some((doing.job.job_id.as_str(), &reason));
    let (mut written, mut from, total) = (0_u64, None, doing.steps().1);
    loop {
        let page = desk.store().list_cases(scope, filter, CaseOrder::Number, from.as_ref(), AT_A_TIME).await?;
        for row in rows::read(desk, scope, &page.rows, places, why).await? {
            book.write(&row).map_err(|_| unwritable())?;
            written += 1;
        }
        doing.step(written, total);
        from = page.next;
        if from.is_none() {
            return Ok(written);
        }
    }
}

fn unwritable() -> WorkFailure {
    failure("export-unwritable", words::EXPORT_UNWRITABLE.both(&[]))
}

fn failure(code: &str, what: Text) -> WorkFailure {
    WorkFailure { code: code.to_owned(), what, mend: words::EXPORT_MEND.both(&[]) }
}
