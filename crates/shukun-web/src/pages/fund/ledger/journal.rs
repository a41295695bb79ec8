//! A book as other programs read it: hledger, beancount, or a trial balance as JSON.

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use shukun_fund::ledger::journal::{JournalEntry, JournalFormat, journal};

use super::book_of;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/books/{book_id}/journal", fetch)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    format: String,
}

async fn fetch(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, PageError> {
    let id = book_of(&id)?;
    let rows = desk.store().transfers_until(visit.scope()?, &id, visit.today()).await?;
    let format = JournalFormat::find(&asked.format).ok_or_else(PageError::not_found)?;
    let entries: Vec<JournalEntry> = rows
        .into_iter()
        .map(|row| JournalEntry { voucher: row.voucher, effective: row.effective, transfer: row.transfer })
        .collect();
    let text = journal(&id, visit.today(), &entries, format);
    let (kind, ending) = match format {
        JournalFormat::Hledger => ("text/plain; charset=utf-8", "journal"),
        JournalFormat::Beancount => ("text/plain; charset=utf-8", "beancount"),
        JournalFormat::TrialBalance => ("application/json", "json"),
    };
    let name = format!("attachment; filename=\"{id}-{}.{ending}\"", visit.today());
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)], text).into_response())
}
