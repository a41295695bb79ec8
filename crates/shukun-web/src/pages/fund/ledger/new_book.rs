//! Opening a book: whose money, where, and its first account at the bank.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::html;
use serde::Deserialize;
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::ledger::{AccountCode, AccountHead, BookKind, NewBook};
use shukun_store::ErrorKind;

use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::place::choose;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/books/new", show).post("/fund/books/new", open)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    id: String,
    name: String,
    owner: String,
    kind: String,
    region: String,
    bank: String,
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    new_page(&desk, &visit, &Typed::default(), &Faults::new()).await
}

async fn open(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let (book, bank) = match read(&typed) {
        Ok(read) => read,
        Err(faults) => return again(&desk, &visit, &typed, &faults).await,
    };
    let (store, scope) = (desk.store(), visit.scope()?);
    match store.open_book(scope, &book, visit.now).await {
        // Its account at the bank is opened once, also when this is sent again after the first half was done.
        Ok(()) => store.open_account(scope, &book.id, &bank, visit.now).await?,
        Err(error) if error.kind == ErrorKind::Refused => {
            return again(&desk, &visit, &typed, &vec![("id", error.text)]).await;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(Redirect::to(&format!("/fund/books/{}", book.id)).into_response())
}

/// The book and its account, or everything that is wrong.
fn read(typed: &Typed) -> Result<(NewBook, AccountCode), Faults> {
    let mut faults = Faults::new();
    let id = BookId::new(typed.id.trim()).filter(|id| id.as_str() != "new");
    let bank = AccountCode::of(AccountHead::Bank, typed.bank.trim());
    let (kind, region) = (BookKind::find(&typed.kind), RegionCode::new(typed.region.trim()));
    for (name, is_wrong) in [("id", id.is_none()), ("bank", bank.is_none())] {
        if is_wrong {
            faults.push((name, words::BOOK_ID_WRONG.both(&[])));
        }
    }
    for (name, text) in [("name", &typed.name), ("owner", &typed.owner)] {
        if text.trim().is_empty() {
            faults.push((name, words::FIELD_EMPTY.both(&[])));
        }
    }
    if kind.is_none() {
        faults.push(("kind", words::CHOICE_WRONG.both(&[])));
    }
    if region.is_none() {
        faults.push(("region", words::REGION_WRONG.both(&[])));
    }
    let (name, owner) = (typed.name.trim().to_owned(), typed.owner.trim().to_owned());
    match (id, bank, kind, region) {
        (Some(id), Some(bank), Some(kind), Some(region)) if faults.is_empty() => {
            Ok((NewBook { id, name, owner, kind, region }, bank))
        }
        _ => Err(faults),
    }
}

async fn again(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Response, PageError> {
    let page = new_page(desk, visit, typed, faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn new_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let places = desk.choosable_places(visit.scope()?, Permission::KeepBooks, &[4, 6, 9, 12]).await?;
    let field = |name, label: words::Word, value| Input { value, ..Input::text(name, label.text(lang)) };
    let kinds: Vec<(String, String)> =
        BookKind::ALL.iter().map(|kind| (kind.key().to_owned(), kind.text().in_lang(lang).to_owned())).collect();
    let id = Input { hint: words::BOOK_ID_HINT.text(lang), ..field("id", words::BOOK_ID, &typed.id) };
    let bank =
        Input { hint: words::BOOK_BANK_PART_HINT.text(lang), ..field("bank", words::BOOK_BANK_PART, &typed.bank) };
    let body = html! {
        (wrong(faults, lang))
        section.box {
            form method="post" action="/fund/books/new" {
                (form_token(visit))
                (input(&field("name", words::BOOK_NAME, &typed.name), faults, lang))
                (input(&field("owner", words::BOOK_OWNER, &typed.owner), faults, lang))
                (select(&field("kind", words::BOOK_KIND, &typed.kind), &kinds, faults, lang))
                (choose(&field("region", words::BOOK_REGION, &typed.region), &places, faults, lang))
                (input(&id, faults, lang))
                (input(&bank, faults, lang))
                button.btn.btn-primary type="submit" { (words::BOOK_NEW.text(lang)) }
            }
        }
    };
    let heading = Heading { title: words::BOOK_NEW.text(lang), note: Some(words::BOOK_NEW_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}
