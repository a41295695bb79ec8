//! An account that whoever keeps the book opens by hand: another account at the bank, a reserve, a village's own money. All
//! others come with what they are for.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_fund::BookId;
use shukun_fund::ledger::{AccountCode, AccountHead};
use shukun_store::ErrorKind;

use super::book::book_page;
use super::book_of;
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::Fields;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, select};
use crate::ui::layout::form_token;
use crate::visit::Visit;
use crate::words;

/// What may be opened by hand.
const BY_HAND: [AccountHead; 5] =
    [AccountHead::Bank, AccountHead::Reserve, AccountHead::Unit, AccountHead::DueFrom, AccountHead::DueTo];

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/fund/books/{book_id}/accounts", open)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    head: String,
    part: String,
}

async fn open(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let id = book_of(&id)?;
    let head = AccountHead::find(&typed.head).filter(|head| BY_HAND.contains(head));
    let fault = match head.map(|head| AccountCode::of(head, typed.part.trim())) {
        None => ("head", words::CHOICE_WRONG.both(&[])),
        Some(None) => ("part", words::BOOK_ID_WRONG.both(&[])),
        Some(Some(code)) => match desk.store().open_account(visit.scope()?, &id, &code, visit.now).await {
            Ok(()) => return Ok(Redirect::to(&format!("/fund/books/{id}/accounts/{code}")).into_response()),
            Err(error) if error.kind == ErrorKind::Refused => ("part", error.text),
            Err(error) => return Err(error.into()),
        },
    };
    let page = book_page(&desk, &visit, &id, &vec![fault]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The form on the book's page.
pub(super) fn form(id: &BookId, faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let heads: Vec<(String, String)> =
        BY_HAND.iter().map(|head| (head.key().to_owned(), head.text().in_lang(lang).to_owned())).collect();
    let part = Input {
        hint: words::BOOK_BANK_PART_HINT.text(lang),
        ..Input::text("part", words::BOOK_ACCOUNT_PART.text(lang))
    };
    html! {
        section.box {
            h2 { (words::BOOK_ACCOUNT_OPEN.text(lang)) }
            p.quiet { (words::BOOK_ACCOUNT_NOTE.text(lang)) }
            form method="post" action={"/fund/books/" (id) "/accounts"} {
                (form_token(visit))
                (select(&Input::text("head", words::BOOK_ACCOUNT.text(lang)), &heads, faults, lang))
                (input(&part, faults, lang))
                button.btn type="submit" { (words::BOOK_ACCOUNT_OPEN.text(lang)) }
            }
        }
    }
}
