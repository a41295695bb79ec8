//! What programs fetch: a statement as JSON (whole fen) and CSV (yuan), and the list of all. The addresses and the names of
//! the fields stay as they are; new fields may be added.

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use shukun_base::Day;
use shukun_fund::publishing::{FundStatement, NoteBody, PublicationId};
use shukun_store::PublishedNote;

use super::{KEPT, publication_of};
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/open/fund/statements.json", list)
        .get("/open/fund/{publication_id}/statement.json", as_json)
        .get("/open/fund/{publication_id}/statement.csv", as_csv)
}

/// A statement on the list.
#[derive(Serialize)]
struct Listed {
    publication_id: PublicationId,
    fund: String,
    from: Day,
    to: Day,
    published_at: String,
    corrections: usize,
    json: String,
    csv: String,
}

/// A statement whole.
#[derive(Serialize)]
struct Whole {
    publication_id: PublicationId,
    published_at: String,
    statement: FundStatement,
    notes: Vec<Note>,
}

/// A correction: the published value is `was`, the right one `is`.
#[derive(Serialize)]
struct Note {
    number: i64,
    published_at: String,
    #[serde(flatten)]
    body: NoteBody,
}

impl From<PublishedNote> for Note {
    fn from(note: PublishedNote) -> Note {
        Note { number: note.number, published_at: note.published_at.to_string(), body: note.body }
    }
}

async fn list(State(desk): State<Desk>) -> Result<Response, PageError> {
    let notes = desk.store().publication_notes().await?;
    let listed = |one: shukun_store::Publication| Listed {
        corrections: notes.get(&one.id).map_or(0, Vec::len),
        json: format!("/open/fund/{}/statement.json", one.id),
        csv: format!("/open/fund/{}/statement.csv", one.id),
        fund: one.statement.fund.as_str().to_owned(),
        from: one.statement.from,
        to: one.statement.to,
        published_at: one.published_at.to_string(),
        publication_id: one.id,
    };
    let all: Vec<Listed> = desk.store().publications().await?.into_iter().map(listed).collect();
    json(&all)
}

async fn as_json(State(desk): State<Desk>, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = publication_of(&id)?;
    let publication = desk.store().publication(&id).await?;
    let notes = desk.store().notes_of(&id).await?.into_iter().map(Note::from).collect();
    let published_at = publication.published_at.to_string();
    json(&Whole { publication_id: id, published_at, statement: publication.statement, notes })
}

async fn as_csv(State(desk): State<Desk>, Path(id): Path<String>) -> Result<Response, PageError> {
    let id = publication_of(&id)?;
    let publication = desk.store().publication(&id).await?;
    let notes: Vec<NoteBody> = desk.store().notes_of(&id).await?.into_iter().map(|note| note.body).collect();
    // Spreadsheets take a file for UTF-8 only where it says so.
    let text = format!("\u{feff}{}", publication.statement.csv(&notes));
    let of = &publication.statement;
    let name = format!("attachment; filename=\"fund-{}-{}.csv\"", of.from, of.to);
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, [KEPT], text).into_response())
}

fn json(body: &impl Serialize) -> Result<Response, PageError> {
    let text = serde_json::to_string_pretty(body).map_err(|_| PageError::broken())?;
    Ok(([(CONTENT_TYPE, "application/json")], [KEPT], text).into_response())
}
