//! All books with what is in them, what waits for a second person, and how the last audit came out.

use axum::extract::State;
use maud::{Markup, html};
use shukun_base::Fen;
use shukun_casework::authority::Permission;
use shukun_fund::ledger::AccountHead;
use shukun_store::{AccountRow, BookRow, DraftRow, LedgerAudit};

use super::amount;
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

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund", show)
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let books = desk.store().books_with_accounts(scope).await?;
    let drafts = desk.store().drafts(scope).await?;
    let audit = desk.store().last_ledger_audit(scope).await?;
    let body = html! {
        @if books.is_empty() { (empty(words::BOOKS_EMPTY.text(lang), words::BOOKS_EMPTY_FILL.text(lang))) }
        @else { (rows(&books, &visit)) }
        @if visit.may(Permission::KeepBooks) { p.buttons { a.btn href="/fund/books/new" { (words::BOOK_NEW.text(lang)) } } }
        div.board {
            section.box { h2 { (words::BOOKS_WAITING.text(lang)) } (waiting(&drafts, &visit)) }
            section.box { h2 { (words::BOOKS_AUDIT.text(lang)) } (audited(audit.as_ref(), &visit)) }
        }
    };
    let heading = Heading { title: words::BOOKS.text(lang), note: Some(words::BOOKS_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

/// The sum of the accounts that begin alike.
fn sum(accounts: &[AccountRow], heads: &[AccountHead], of: impl Fn(&AccountRow) -> Fen) -> Fen {
    accounts.iter().filter(|account| heads.contains(&account.code.head())).map(of).sum()
}

const OWN: &[AccountHead] = &[AccountHead::Unrestricted, AccountHead::Pot, AccountHead::Unit];

fn rows(books: &[(BookRow, Vec<AccountRow>)], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::BOOK.text(lang)),
        Column::words(words::BOOK_KIND.text(lang)),
        Column::number(words::BOOK_BANK.text(lang)),
        Column::number(words::BOOK_HELD.text(lang)),
        Column::number(words::BOOK_FREE.text(lang)),
        Column::number(words::BOOK_DUE.text(lang)),
        Column::words(words::BOOK_CLOSED.text(lang)),
    ];
    let row = |(book, accounts): &(BookRow, Vec<AccountRow>)| {
        let closed = book.closed_through.map(|day| format::day(day, lang));
        html! {
            tr {
                td.wide {
                    a.row-link href={"/fund/books/" (book.id)} { (book.name) }
                    br; span.quiet { (book.owner) }
                }
                td { (book.kind.text().in_lang(lang)) }
                td.number { (amount(sum(accounts, &[AccountHead::Bank], AccountRow::balance), lang)) }
                td.number { (amount(sum(accounts, OWN, AccountRow::held), lang)) }
                td.number { (amount(sum(accounts, OWN, AccountRow::free), lang)) }
                td.number { (amount(sum(accounts, &[AccountHead::ApprovedUnpaid], AccountRow::balance), lang)) }
                td { (closed.unwrap_or_else(|| words::BOOK_NOT_CLOSED.text(lang).to_owned())) }
            }
        }
    };
    table(words::BOOKS.text(lang), &columns, &html! { @for book in books { (row(book)) } })
}

fn waiting(drafts: &[DraftRow], visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        @if drafts.is_empty() { p.quiet { (words::BOOKS_NONE_WAITS.text(lang)) } }
        @else {
            ul {
                @for draft in drafts {
                    li {
                        a href={"/fund/vouchers/" (draft.voucher.id)} { (draft.voucher.words.as_str()) }
                        " " span.quiet { (format::moment(draft.made_at, lang)) }
                    }
                }
            }
        }
    }
}

fn audited(audit: Option<&LedgerAudit>, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let Some(audit) = audit else { return html! { p.quiet { (words::BOOKS_NOT_AUDITED.text(lang)) } } };
    html! {
        p.quiet { (format::moment(audit.ran_at, lang)) }
        @if audit.found.is_empty() {
            p { span.tag.tag-green { span.shape aria-hidden="true" { "✓" } (words::BOOKS_AUDIT_CLEAN.text(lang)) } }
        } @else {
            p { span.tag.tag-red { span.shape aria-hidden="true" { "✕" } (words::BOOKS_AUDIT_WRONG.text(lang)) } }
            ul {
                @for found in &audit.found {
                    li { b { (found.invariant.key()) } " " (found.invariant.text().in_lang(lang)) " " span.quiet { (found.at) } }
                }
            }
        }
        p.quiet { (words::BOOKS_AUDIT_BESIDE.text(lang)) }
    }
}
