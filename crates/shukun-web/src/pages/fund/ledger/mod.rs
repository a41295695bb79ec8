//! The books (账): all of them, one with its trial balance and pots, an account's transfers, a voucher, months.

mod account;
mod book;
mod hand;
mod journal;
mod overview;
mod periods;
mod voucher;

#[cfg(test)]
mod tests;

use maud::{Markup, html};
use shukun_base::{Fen, Lang};
use shukun_fund::ledger::{AccountCode, OnExpiry, Restriction};
use shukun_fund::{BookId, VoucherId};
use shukun_store::AccountId;

use crate::error::PageError;
use crate::format;
use crate::routes::Handlers;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    [overview::serve, book::serve, account::serve, voucher::serve, hand::serve, journal::serve, periods::serve]
        .into_iter()
        .fold(handlers, |handlers, serve| serve(handlers))
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
        @if let Some(part) = code.part() { " " span.quiet { (part) } }
    }
}

/// An amount with its unit, a fall below nothing told apart.
fn amount(fen: Fen, lang: Lang) -> String {
    format::money(fen, lang)
}

/// A restriction in words: what for, where, for whom, until when, and what then.
fn restriction_words(restriction: &Restriction, lang: Lang) -> Markup {
    let purposes: Vec<&str> = restriction.purposes.iter().map(|purpose| purpose.as_str()).collect();
    let any = words::BOOKS_ANY.text(lang);
    let listed = |list: &[&str]| if list.is_empty() { any.to_owned() } else { list.join(" ") };
    let classes: Vec<&str> = restriction.classes.iter().map(String::as_str).collect();
    let until = restriction.valid_to.map(|day| format::day(day, lang));
    html! {
        (words::BOOKS_PURPOSE.text(lang)) " " (listed(&purposes)) " · "
        (words::BOOKS_AREA.text(lang)) " " (restriction.area.as_ref().map_or(any, |area| area.as_str())) " · "
        (words::BOOKS_CLASSES.text(lang)) " " (listed(&classes)) " · "
        (format::day(restriction.valid_from, lang)) " – " (until.unwrap_or_else(|| words::BOOKS_NO_END.text(lang).to_owned()))
        @if restriction.valid_to.is_some() { " · " (on_expiry(restriction.on_expiry, lang)) }
    }
}

fn on_expiry(what: OnExpiry, lang: Lang) -> String {
    what.text().in_lang(lang).to_owned()
}

/// Somebody's name, or the id where it is the program itself.
fn name_of(names: &[(AccountId, String)], id: &str) -> String {
    let known = names.iter().find(|(known, _)| known.as_str() == id);
    known.map_or_else(|| id.to_owned(), |(_, name)| name.clone())
}
