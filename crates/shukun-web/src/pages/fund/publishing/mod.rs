//! Publishing, for who draws statements up: closed periods and drafts, a draft to look at, corrections, what is due by when.

mod corrections;
mod draft;
mod due;
mod list;

#[cfg(test)]
pub mod tests;

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use shukun_base::Note;
use shukun_fund::publishing::PublicationId;
use shukun_store::{AccountId, BookRow, ErrorKind, StoreError};

use crate::desk::Desk;
use crate::error::PageError;
use crate::pages::cases::Typed;
use crate::routes::Handlers;
use crate::ui::field::Faults;
use crate::ui::layout::Page;
use crate::visit::Visit;
use crate::words;

pub use due::pressing;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [list::serve, draft::serve, corrections::serve, due::serve]
        .into_iter()
        .fold(handlers, |handlers, serve| serve(handlers))
}

fn publication_of(id: &str) -> Result<PublicationId, PageError> {
    PublicationId::new(id).ok_or_else(PageError::not_found)
}

/// The books for which the reader publishes.
async fn own_books(desk: &Desk, visit: &Visit) -> Result<Vec<BookRow>, PageError> {
    let scope = visit.scope()?;
    let mut books = desk.store().books(scope).await?;
    books.retain(|book| scope.allows(shukun_casework::authority::Permission::PublishFund, Some(&book.region)));
    Ok(books)
}

/// A line of a form as a note, or what is wrong with it.
fn note(typed: &Typed, name: &'static str, faults: &mut Faults) -> Option<Note> {
    let note = Note::new(typed.get(name));
    if note.is_err() {
        faults.push((name, words::DUTY_NOTE_WRONG.both(&[])));
    }
    note.ok()
}

/// Done leads on; a refusal becomes a fault at a field, for the caller to show.
fn answer(done: Result<(), StoreError>, at: &'static str, to: &str) -> Result<Result<Response, Faults>, PageError> {
    match done {
        Ok(()) => Ok(Ok(Redirect::to(&format!("{to}?done=yes")).into_response())),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Stale) => Ok(Err(vec![(at, error.text)])),
        Err(error) => Err(error.into()),
    }
}

fn again(page: Page) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
}

/// Names of accounts, in one question.
struct Names(Vec<(AccountId, String)>);

impl Names {
    async fn of(desk: &Desk, visit: &Visit, ids: impl Iterator<Item = String>) -> Result<Names, PageError> {
        let mut ids: Vec<AccountId> = ids.map(|id| AccountId::new(&id)).collect();
        ids.sort();
        ids.dedup();
        Ok(Names(desk.store().display_names(visit.scope()?, &ids).await?))
    }

    fn get(&self, id: &str) -> String {
        let known = self.0.iter().find(|(known, _)| known.as_str() == id);
        known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
    }
}
