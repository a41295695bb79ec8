//! A voucher written by hand: one transfer between two accounts of a book, for somebody else to check.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shukun_base::{ActorId, Day, Note, Text};
use shukun_fund::ledger::{AccountCode, NewTransfer, TransferCode, Voucher};
use shukun_fund::{BookId, ResolutionId, TransferId, VoucherId};
use shukun_store::ErrorKind;

use super::book_of;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;
use maud::html;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/books/{book_id}/new-voucher", show).post("/fund/books/{book_id}/new-voucher", make)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    voucher: String,
    words: String,
    day: String,
    debit: String,
    credit: String,
    amount: String,
    code: String,
    resolution: String,
    corrects: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let typed = Typed { day: visit.today().to_string(), ..Typed::default() };
    form_page(&desk, &visit, &book_of(&id)?, &typed, &Vec::new()).await
}

async fn make(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let book = book_of(&id)?;
    let maker = ActorId::new(visit.scope()?.account_id().as_str()).ok_or_else(PageError::broken)?;
    let voucher = match read(&typed, &book, maker) {
        Ok(voucher) => voucher,
        Err(faults) => return again(&desk, &visit, &book, &typed, &faults).await,
    };
    match desk.store().draft_voucher(visit.scope()?, &voucher, visit.now).await {
        Ok(()) => Ok(Redirect::to(&format!("/fund/vouchers/{}?done=yes", voucher.id)).into_response()),
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Stale) => {
            again(&desk, &visit, &book, &typed, &vec![("words", error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    book: &BookId,
    typed: &Typed,
    faults: &Faults,
) -> Result<Response, PageError> {
    let page = form_page(desk, visit, book, typed, faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn read(typed: &Typed, book: &BookId, maker: ActorId) -> Result<Voucher, Faults> {
    let mut faults = Faults::new();
    let mut miss = |name, text: Text| faults.push((name, text));
    let words = Note::new(&typed.words).map_err(|fault| miss("words", fault.text())).ok();
    let day: Option<Day> = typed.day.parse().ok();
    let (debit, credit) = (AccountCode::new(&typed.debit), AccountCode::new(&typed.credit));
    let (amount, code) = (format::read_money(&typed.amount), TransferCode::find(&typed.code));
    let resolution = ResolutionId::new(typed.resolution.trim());
    let corrects = TransferId::new(typed.corrects.trim());
    for (is_wrong, name, word) in [
        (day.is_none(), "day", words::VOUCHER_DAY_WRONG),
        (debit.is_none(), "debit", words::CHOICE_WRONG),
        (credit.is_none(), "credit", words::CHOICE_WRONG),
        (amount.is_none(), "amount", words::VOUCHER_AMOUNT_WRONG),
        (code.is_none(), "code", words::CHOICE_WRONG),
        (resolution.is_none() && !typed.resolution.trim().is_empty(), "resolution", words::VOUCHER_ID_WRONG),
        (corrects.is_none() && !typed.corrects.trim().is_empty(), "corrects", words::VOUCHER_ID_WRONG),
    ] {
        if is_wrong {
            miss(name, word.both(&[]));
        }
    }
    let ids = VoucherId::new(&typed.voucher).zip(TransferId::new(&format!("{}-1", typed.voucher)));
    let whole = (|| {
        let (id, transfer) = ids?;
        let single = NewTransfer::single(transfer, book.clone(), (debit?, credit?), amount?, code?);
        let transfers = vec![NewTransfer { resolution, corrects, ..single }];
        Some(Voucher { id, effective: day?, words: words?, maker, checker: None, transfers })
    })();
    match whole {
        Some(voucher) if faults.is_empty() => Ok(voucher),
        _ => Err(faults),
    }
}

async fn form_page(desk: &Desk, visit: &Visit, id: &BookId, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let book = desk.store().book(scope, id).await?;
    let choices: Vec<(String, String)> = desk
        .store()
        .balances(scope, id)
        .await?
        .iter()
        .map(|account| {
            let name = account.code.head().text().in_lang(lang).to_owned();
            (account.code.to_string(), format!("{name} {}", account.code.part().unwrap_or_default()))
        })
        .collect();
    let why: Vec<(String, String)> =
        TransferCode::ALL.iter().map(|code| (code.key().to_owned(), code.text().in_lang(lang).to_owned())).collect();
    // Short enough that its transfers can be named after it.
    let word = || desk.random_word().map(|word| format!("hand-{}", word.get(..24).unwrap_or(&word)));
    let voucher = if typed.voucher.is_empty() { word()? } else { typed.voucher.clone() };
    let optional =
        |name, word: words::Word, value| Input { is_required: false, value, ..Input::text(name, word.text(lang)) };
    let amount = Input {
        kind: "decimal",
        value: &typed.amount,
        hint: words::VOUCHER_AMOUNT_HINT.text(lang),
        ..Input::text("amount", words::TRANSFER_AMOUNT.text(lang))
    };
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action={"/fund/books/" (book.id) "/new-voucher"} {
            (form_token(visit))
            input type="hidden" name="voucher" value=(voucher);
            (input(&Input { value: &typed.words, hint: words::VOUCHER_WORDS_HINT.text(lang), ..Input::text("words", words::VOUCHER_WORDS.text(lang)) }, faults, lang))
            (input(&Input { kind: "date", value: &typed.day, ..Input::text("day", words::VOUCHER_DAY.text(lang)) }, faults, lang))
            (select(&Input { value: &typed.debit, ..Input::text("debit", words::ACCOUNT_DEBIT.text(lang)) }, &choices, faults, lang))
            (select(&Input { value: &typed.credit, ..Input::text("credit", words::ACCOUNT_CREDIT.text(lang)) }, &choices, faults, lang))
            (input(&amount, faults, lang))
            (select(&Input { value: &typed.code, ..Input::text("code", words::TRANSFER_WHY.text(lang)) }, &why, faults, lang))
            (input(&optional("resolution", words::VOUCHER_RESOLUTION, typed.resolution.as_str()), faults, lang))
            (input(&optional("corrects", words::VOUCHER_CORRECTS, typed.corrects.as_str()), faults, lang))
            button.btn.btn-primary type="submit" { (words::VOUCHER_MAKE.text(lang)) }
        }
    };
    framed(desk, visit, &Heading { title: words::VOUCHER_NEW.text(lang), note: Some(&book.name) }, &body).await
}
