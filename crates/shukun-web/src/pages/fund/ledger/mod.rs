//! The books (账): all of them, one with its trial balance and pots, an account's transfers, a voucher, months.

mod account;
mod book;
mod hand;
mod journal;
mod new_account;
mod new_book;
mod overview;
mod periods;
mod voucher;

#[cfg(test)]
mod tests;

use maud::{Markup, html};
use shukun_base::{Fen, Lang};
use shukun_fund::ledger::AccountCode;
use shukun_fund::{BookId, VoucherId};
use shukun_store::AccountId;

use crate::error::PageError;
use crate::format;
use crate::routes::Handlers;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    let own = [overview::serve, new_book::serve, book::serve, new_account::serve, account::serve];
    let of_vouchers = [voucher::serve, hand::serve, journal::serve, periods::serve];
    own.into_iter().chain(of_vouchers).fold(handlers, |handlers, serve| serve(handlers))
}

/// The book of an address; one that is none is not there.
fn book_of(id: &str) -> Result<BookId, PageError> {
    BookId::new(id).ok_or_else(PageError::not_found)
}

fn voucher_of(id: &str) -> Result<VoucherId, PageError> {
    VoucherId::new(id).ok_or_else(PageError::not_found)
}

/// An account in words: what it is, and of what.
fn account_name(code: &AccountCode, lang: Lang) -> Markup {
    html! {
        (code.head().text().in_lang(lang))
        @if let Some(part) = code.part() { span.quiet { " · " (part) } }
    }
}

/// An amount with its unit, a fall below nothing told apart.
fn amount(fen: Fen, lang: Lang) -> String {
    format::money(fen, lang)
}

/// Somebody's name, or the id where it is the program itself.
fn name_of(names: &[(AccountId, String)], id: &str) -> String {
    let known = names.iter().find(|(known, _)| known.as_str() == id);
    known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
}
