//! One book: its trial balance, its pots with their restrictions, what is held and what is free.

use axum::extract::{Path, State};
use maud::{Markup, html};
use shukun_base::Fen;
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::giving::earmark_text;
use shukun_fund::ledger::journal::JournalFormat;
use shukun_fund::ledger::model::Totals;
use shukun_fund::ledger::{AccountClass, Side};
use shukun_store::{AccountRow, BookRow};

use super::super::giving::{named, places};
use super::{account_name, amount, book_of, new_account};
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, wrong};
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/books/{book_id}", show)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    book_page(&desk, &visit, &book_of(&id)?, &Faults::new()).await
}

/// The page, with what is wrong about the account that somebody wants to open.
pub(super) async fn book_page(desk: &Desk, visit: &Visit, id: &BookId, faults: &Faults) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let book = desk.store().book(scope, id).await?;
    let accounts = desk.store().balances(scope, id).await?;
    let (names, _) = places(desk, visit).await?;
    let used: Vec<&AccountRow> = accounts.iter().filter(|account| account.totals != Totals::default()).collect();
    let body = html! {
        (wrong(faults, lang))
        (facts(&book, visit))
        p.buttons {
            @if visit.may(Permission::KeepBooks) {
                a.btn.btn-primary href={"/fund/books/" (book.id) "/new-voucher"} { (words::VOUCHER_NEW.text(lang)) }
                " "
            }
            a.btn.btn-plain href={"/fund/periods/" (book.id)} { (words::PERIODS.text(lang)) }
            @for format in JournalFormat::ALL {
                " "
                a.btn.btn-plain href={"/fund/books/" (book.id) "/journal?format=" (format)} { (format.text().in_lang(lang)) }
            }
        }
        section { h2 { (words::BOOK_TRIAL.text(lang)) } (trial(&book, &used, visit)) }
        section { h2 { (words::BOOK_POTS.text(lang)) } (pots(&accounts, &names, visit)) }
        @if scope.allows(Permission::KeepBooks, Some(&book.region)) { (new_account::form(id, faults, visit)) }
    };
    framed(desk, visit, &Heading { title: &book.name, note: Some(&book.owner) }, &body).await
}

fn facts(book: &BookRow, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let closed = book.closed_through.map(|day| format::day(day, lang));
    html! {
        dl.facts {
            dt { (words::BOOK_KIND.text(lang)) } dd { (book.kind.text().in_lang(lang)) }
            dt { (words::BOOK_CLOSED.text(lang)) } dd { (closed.unwrap_or_else(|| words::BOOK_NOT_CLOSED.text(lang).to_owned())) }
            dt { (words::BOOK_TRANSFERS.text(lang)) } dd { (book.sequence) }
            dt { (words::BOOK_HEAD.text(lang)) } dd { code.hash { (book.head.get(..16).unwrap_or_default()) "…" } }
        }
    }
}

/// Every account that something went through; both sides add up to the same.
fn trial(book: &BookRow, accounts: &[&AccountRow], visit: &Visit) -> Markup {
    let lang = visit.lang;
    if accounts.is_empty() {
        return html! { p.quiet { (words::BOOK_NO_TRANSFERS.text(lang)) } };
    }
    let columns = [
        Column::words(words::BOOK_ACCOUNT.text(lang)),
        Column::words(words::ACCOUNT_CLASS.text(lang)),
        Column::number(words::ACCOUNT_DEBIT.text(lang)),
        Column::number(words::ACCOUNT_CREDIT.text(lang)),
        Column::number(words::BOOK_HELD.text(lang)),
        Column::number(words::BOOK_FREE.text(lang)),
    ];
    let on = |side: Side| -> Fen { accounts.iter().map(|account| shown_on(account, side)).sum() };
    let row = |account: &AccountRow| {
        let cell = |side| match shown_on(account, side) {
            Fen::ZERO => String::new(),
            fen => amount(fen, lang),
        };
        html! {
            tr {
                td { a.row-link href={"/fund/books/" (book.id) "/accounts/" (account.code)} { (account_name(&account.code, lang)) } }
                td { (account.code.class().text().in_lang(lang)) }
                td.number { (cell(Side::Debit)) }
                td.number { (cell(Side::Credit)) }
                td.number { @if !account.held().is_zero() { (amount(account.held(), lang)) } }
                td.number { @if account.code.has_floor() { (amount(account.free(), lang)) } }
            }
        }
    };
    let sums = html! {
        tr.sum {
            td { b { (words::BOOK_SUM.text(lang)) } }
            td {}
            td.number { b { (amount(on(Side::Debit), lang)) } }
            td.number { b { (amount(on(Side::Credit), lang)) } }
            td {} td {}
        }
    };
    table(words::BOOK_TRIAL.text(lang), &columns, &html! { @for account in accounts { (row(account)) } (sums) })
}

/// The balance, on the side where it stands.
fn shown_on(account: &AccountRow, side: Side) -> Fen {
    account.totals.balance(side).or_zero()
}

fn pots(accounts: &[AccountRow], names: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let pots: Vec<&AccountRow> = accounts
        .iter()
        .filter(|account| account.code.class() == AccountClass::NetAssets && account.restriction.is_some())
        .collect();
    if pots.is_empty() {
        return html! { p.quiet { (words::BOOK_NO_POTS.text(lang)) } };
    }
    let columns = [
        Column::words(words::POT.text(lang)),
        Column::words(words::POT_RESTRICTION.text(lang)),
        Column::number(words::BOOK_HELD.text(lang)),
        Column::number(words::BOOK_FREE.text(lang)),
    ];
    let row = |pot: &AccountRow| {
        html! {
            tr {
                td { (account_name(&pot.code, lang)) }
                td { (earmark_text(pot.restriction.as_ref(), &named(names)).in_lang(lang)) }
                td.number { (amount(pot.held(), lang)) }
                td.number { (amount(pot.free(), lang)) }
            }
        }
    };
    table(words::BOOK_POTS.text(lang), &columns, &html! { @for pot in pots { (row(pot)) } })
}
