//! An account's transfers, the newest first, with the balance after each.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Fen;
use shukun_fund::ledger::{AccountCode, Phase, Side};
use shukun_store::StoredTransfer;

use super::{account_name, amount, book_of};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Rows of a page.
const ROWS: usize = 50;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/books/{book_id}/accounts/{code}", show)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    before: Option<i64>,
    /// The balance before the first row of the page, as the page before told.
    balance: Option<i64>,
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path((id, code)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Result<Page, PageError> {
    let (lang, scope, id) = (visit.lang, visit.scope()?, book_of(&id)?);
    let code = AccountCode::new(&code).ok_or_else(PageError::not_found)?;
    let book = desk.store().book(scope, &id).await?;
    let accounts = desk.store().balances(scope, &id).await?;
    let account = accounts.iter().find(|account| account.code == code).ok_or_else(PageError::not_found)?;
    let most = i64::try_from(ROWS).unwrap_or(i64::MAX);
    let transfers = desk.store().account_transfers(scope, (&id, &code), asked.before, most).await?;
    let now = asked.balance.map_or_else(|| account.balance(), Fen);
    let (rows, before) = running(&transfers, &code, now);
    let more = (transfers.len() == ROWS).then(|| transfers.last()).flatten();
    let body = html! {
        p.lead {
            (amount(account.balance(), lang)) " · " (words::BOOK_HELD.text(lang)) " " (amount(account.held(), lang))
            " · " a href={"/fund/books/" (book.id)} { (book.name) }
        }
        @if rows.is_empty() { (empty(words::BOOK_NO_TRANSFERS.text(lang), words::BOOK_NO_TRANSFERS_FILL.text(lang))) }
        @else { (list(&rows, &code, &visit)) }
        @if let Some(last) = more {
            a.btn.btn-plain href={"/fund/books/" (book.id) "/accounts/" (code) "?before=" (last.link.sequence) "&balance=" (before.0)} {
                (words::BOOK_EARLIER.text(lang))
            }
        }
    };
    let name = account_name(&code, lang).into_string();
    let plain = format!("{} {}", code.head().text().in_lang(lang), code.part().unwrap_or_default());
    let title = if name.is_empty() { code.as_str() } else { plain.trim() };
    framed(&desk, &visit, &Heading { title, note: Some(code.class().text().in_lang(lang)) }, &body).await
}

/// What a transfer adds to the account's balance: held money moves nothing yet.
fn change(row: &StoredTransfer, code: &AccountCode) -> Fen {
    let transfer = &row.transfer;
    let is_posted = matches!(transfer.phase, Phase::Single | Phase::Post);
    let is_up = (transfer.debit == *code) == (code.side() == Side::Debit);
    match (is_posted, is_up) {
        (false, _) => Fen::ZERO,
        (true, true) => transfer.amount,
        (true, false) => -transfer.amount,
    }
}

/// Each row with the balance after it, and the balance before the last of them.
fn running<'a>(rows: &'a [StoredTransfer], code: &AccountCode, now: Fen) -> (Vec<(&'a StoredTransfer, Fen)>, Fen) {
    let mut balance = now;
    let rows = rows
        .iter()
        .map(|row| {
            let after = balance;
            balance -= change(row, code);
            (row, after)
        })
        .collect();
    (rows, balance)
}

fn list(rows: &[(&StoredTransfer, Fen)], code: &AccountCode, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::VOUCHER_DAY.text(lang)),
        Column::words(words::TRANSFER_WHY.text(lang)),
        Column::words(words::TRANSFER_OTHER.text(lang)),
        Column::words(words::TRANSFER_PHASE.text(lang)),
        Column::number(words::ACCOUNT_DEBIT.text(lang)),
        Column::number(words::ACCOUNT_CREDIT.text(lang)),
        Column::number(words::ACCOUNT_BALANCE.text(lang)),
    ];
    let row = |(row, after): &(&StoredTransfer, Fen)| {
        let transfer = &row.transfer;
        let is_debit = transfer.debit == *code;
        let other = if is_debit { &transfer.credit } else { &transfer.debit };
        html! {
            tr {
                td.nowrap { a.row-link href={"/fund/vouchers/" (row.voucher)} { (format::day(row.effective, lang)) } }
                td { (transfer.code.text().in_lang(lang)) }
                td { (account_name(other, lang)) }
                td { (transfer.phase.text().in_lang(lang)) }
                td.number { @if is_debit { (amount(transfer.amount, lang)) } }
                td.number { @if !is_debit { (amount(transfer.amount, lang)) } }
                td.number { (amount(*after, lang)) }
            }
        }
    };
    table(words::BOOK_TRANSFERS.text(lang), &columns, &html! { @for one in rows { (row(one)) } })
}
