//! Statements of the bank: reading one, what neither side explains, matches by two people.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Text;
use shukun_casework::authority::Permission;
use shukun_fund::paying::matching::{BankTransfer, Standing};
use shukun_fund::{BookId, TransferId};
use shukun_store::{BookRow, ErrorKind, ROWS_OF_A_PAGE, StatementRow};

use super::act::fault_line;
use super::case_desk;
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::http::parts::Sent;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/statements", show).post("/fund/statements", read).post("/fund/statements/match", match_line)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    book: String,
    done: String,
    lines: usize,
    transfers: usize,
}

/// Where the lists of both sides begin: a hundred of each stand on a page.
#[derive(Clone, Copy, Debug, Default)]
struct Sides {
    lines: usize,
    transfers: usize,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let told = (!asked.done.is_empty()).then(|| words::BATCH_DONE.text(visit.lang).to_owned());
    let sides = Sides { lines: asked.lines, transfers: asked.transfers };
    page_of_sides(&desk, &visit, (&asked.book, sides), told.as_deref(), &Vec::new(), &[]).await
}

async fn read(State(desk): State<Desk>, visit: Visit, sent: Sent) -> Result<Response, PageError> {
    let name = sent.fields.iter().find(|(name, _)| name == "book").map_or("", |(_, book)| book.as_str()).to_owned();
    let (Some(book), Some(bytes)) = (BookId::new(&name), sent.file("statement")) else {
        return again(&desk, &visit, &name, ("statement", words::PAPER_MISSING.both(&[]))).await;
    };
    match desk.store().read_bank_statement(visit.scope()?, &book, bytes, &case_desk(&desk, &visit)).await {
        Ok(read) => {
            let figures = [read.lines, read.matched, read.paid].map(|figure| figure.to_string());
            let [lines, matched, paid] = &figures;
            let values = [("lines", lines.as_str()), ("matched", matched), ("paid", paid)];
            let told = words::STATEMENT_DONE.with(visit.lang, &values);
            let told = if read.known { words::STATEMENT_KNOWN.text(visit.lang).to_owned() } else { told };
            let faults: Vec<String> = read.faults.iter().map(|fault| fault_line(fault, &visit)).collect();
            Ok(statements_page(&desk, &visit, &name, Some(&told), &Vec::new(), &faults).await?.into_response())
        }
        Err(error) if error.kind == ErrorKind::Refused => again(&desk, &visit, &name, ("statement", error.text)).await,
        Err(error) => Err(error.into()),
    }
}

async fn match_line(
    State(desk): State<Desk>,
    visit: Visit,
    Fields(typed): Fields<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let find = |name: &str| typed.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value.as_str());
    let (name, line) = (find("book").to_owned(), find("line").to_owned());
    let book = BookId::new(&name).ok_or_else(PageError::not_found)?;
    let scope = visit.scope()?;
    let done = if find("confirm") == "yes" {
        desk.store().confirm_match(scope, &book, &line, &case_desk(&desk, &visit)).await.map(|_| ())
    } else {
        let chosen = typed.iter().filter(|(name, _)| name == "transfer");
        let chosen: Vec<TransferId> = chosen.filter_map(|(_, id)| TransferId::new(id)).collect();
        desk.store().propose_match(scope, &book, (&line, &chosen), visit.now).await
    };
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/fund/statements?book={name}&done=yes")).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => again(&desk, &visit, &name, ("line", error.text)).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, book: &str, fault: (&'static str, Text)) -> Result<Response, PageError> {
    let page = statements_page(desk, visit, book, None, &vec![fault], &[]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What the page shows of a book.
struct Shown {
    book: BookRow,
    standing: Option<Standing>,
    lines: Vec<StatementRow>,
    transfers: Vec<BankTransfer>,
    sides: Sides,
}

async fn statements_page(
    desk: &Desk,
    visit: &Visit,
    chosen: &str,
    told: Option<&str>,
    faults: &Faults,
    refused: &[String],
) -> Result<Page, PageError> {
    page_of_sides(desk, visit, (chosen, Sides::default()), told, faults, refused).await
}

async fn page_of_sides(
    desk: &Desk,
    visit: &Visit,
    (chosen, sides): (&str, Sides),
    told: Option<&str>,
    faults: &Faults,
    refused: &[String],
) -> Result<Page, PageError> {
    let (lang, scope, store) = (visit.lang, visit.scope()?, desk.store());
    let books = store.books(scope).await?;
    let chosen = books.iter().find(|book| book.id.as_str() == chosen).or(books.first()).cloned();
    let has_rules = match &chosen {
        Some(book) => store.payment_words(scope, &book.region).await?.is_some(),
        None => false,
    };
    let shown = match chosen.clone().filter(|_| has_rules) {
        Some(book) => {
            let (lines, transfers) = store.unmatched(scope, &book.id).await?;
            Some(Shown { standing: store.standing(scope, &book.id).await?, book, lines, transfers, sides })
        }
        None => None,
    };
    let body = html! {
        @if let Some(told) = told { p.done role="status" { (told) } }
        (wrong(faults, lang))
        @if !refused.is_empty() { ul { @for line in refused { li { (line) } } } }
        @if books.len() > 1 {
            ul { @for book in &books { li { a href={"/fund/statements?book=" (book.id)} { (book.name) } } } }
        }
        @match (&shown, &chosen) {
            (Some(shown), _) => (matching_desk(shown, visit)),
            (None, Some(_)) => (empty(words::STATEMENTS.text(lang), words::STATEMENT_NO_RULES.text(lang))),
            (None, None) => (empty(words::STATEMENTS.text(lang), words::BATCH_BOOK_NONE.text(lang))),
        }
    };
    let heading = Heading { title: words::STATEMENTS.text(lang), note: Some(words::STATEMENTS_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn matching_desk(shown: &Shown, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        section.box { h2 { (shown.book.name) } (standing(shown.standing.as_ref(), visit)) }
        @if visit.may(Permission::SendBatch) {
            section.box {
                h2 { (words::STATEMENT_READ.text(lang)) }
                form method="post" enctype="multipart/form-data" action="/fund/statements" {
                    (form_token(visit))
                    input type="hidden" name="book" value=(shown.book.id);
                    div.field {
                        label.form-label for="statement" { (words::STATEMENT_FILE.text(lang)) }
                        input.form-control #statement name="statement" type="file" accept=".csv,.xlsx,.xml" required;
                    }
                    button.btn.btn-primary type="submit" { (words::STATEMENT_READ.text(lang)) }
                }
            }
        }
        @let waiting: Vec<&StatementRow> = shown.lines.iter().filter(|line| line.proposed.is_some()).collect();
        @for line in waiting { (proposed(shown, line, visit)) }
        section.box { (open_sides(shown, visit)) }
    }
}

fn standing(standing: Option<&Standing>, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let Some(standing) = standing else { return html! { p.quiet { (words::STATEMENT_NO_STANDING.text(lang)) } } };
    let figures =
        [standing.books, standing.outstanding, standing.unexplained, standing.statement, standing.difference()];
    let figures = figures.map(|figure| figure.to_string());
    let [books, outstanding, unexplained, statement, difference] = &figures;
    let values = [
        ("books", books.as_str()),
        ("outstanding", outstanding),
        ("unexplained", unexplained),
        ("statement", statement),
        ("difference", difference),
    ];
    html! { p { (words::STATEMENT_STANDING.with(lang, &values)) } }
}

fn proposed(shown: &Shown, line: &StatementRow, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let ids = line
        .proposed
        .as_ref()
        .map_or_else(String::new, |(ids, _)| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    html! {
        section.box {
            p { (format::day(line.on, lang)) " · " (line.amount) " · " (ids) " · " (words::STATEMENT_PROPOSED.text(lang)) }
            @if visit.may(Permission::CheckBooks) {
                form method="post" action="/fund/statements/match" {
                    (form_token(visit))
                    input type="hidden" name="book" value=(shown.book.id);
                    input type="hidden" name="line" value=(line.id);
                    input type="hidden" name="confirm" value="yes";
                    button.btn type="submit" { (words::STATEMENT_CONFIRM.text(lang)) }
                }
            }
        }
    }
}

const PAGE: usize = ROWS_OF_A_PAGE as usize;

/// Which of a list stand here, and the way to the next of them.
fn further(shown: &Shown, (from, all): (usize, usize), next: Sides, visit: &Visit) -> Markup {
    let lang = visit.lang;
    if all <= PAGE {
        return html! {};
    }
    let to = (from + PAGE).min(all);
    let figures = [all, from + 1, to].map(|figure| figure.to_string());
    let [n, first, last] = &figures;
    let words = words::STATEMENT_SHOWN.with(lang, &[("n", n.as_str()), ("first", first), ("last", last)]);
    let path = |sides: Sides| {
        format!("/fund/statements?book={}&lines={}&transfers={}", shown.book.id, sides.lines, sides.transfers)
    };
    html! {
        p.quiet {
            (words)
            @if to < all { " " a href=(path(next)) { (words::NEXT_PAGE.text(lang)) " →" } }
            @else { " " a href=(path(Sides::default())) { (words::FIRST_PAGE.text(lang)) } }
        }
    }
}

/// Both sides, with a choice on each where the reader may propose.
fn open_sides(shown: &Shown, visit: &Visit) -> Markup {
    let lang = visit.lang;
    if shown.lines.is_empty() && shown.transfers.is_empty() {
        return html! { p.quiet { (words::STATEMENT_ALL_MATCHED.text(lang)) } };
    }
    html! {
        form method="post" action="/fund/statements/match" {
            (form_token(visit))
            input type="hidden" name="book" value=(shown.book.id);
            fieldset {
                legend { (words::STATEMENT_LINES.text(lang)) }
                @if shown.lines.is_empty() { p.quiet { (words::STATEMENT_ALL_MATCHED.text(lang)) } }
                @for line in shown.lines.iter().skip(shown.sides.lines).take(PAGE) {
                    @let id = format!("line-{}", line.id);
                    div.choice {
                        input #(id) type="radio" name="line" value=(line.id) required;
                        label for=(id) { (format::day(line.on, lang)) " · " (line.amount) " · " (line.reference) }
                    }
                }
                @let from = shown.sides.lines;
                (further(shown, (from, shown.lines.len()), Sides { lines: from + PAGE, ..shown.sides }, visit))
            }
            fieldset {
                legend { (words::STATEMENT_TRANSFERS.text(lang)) }
                @if shown.transfers.is_empty() { p.quiet { (words::STATEMENT_ALL_MATCHED.text(lang)) } }
                @for transfer in shown.transfers.iter().skip(shown.sides.transfers).take(PAGE) {
                    @let id = format!("transfer-{}", transfer.id);
                    div.choice {
                        input #(id) type="checkbox" name="transfer" value=(transfer.id);
                        label for=(id) {
                            (format::day(transfer.on, lang)) " · " (transfer.amount) " · "
                            @if let Some(payment) = &transfer.payment { (payment) } @else { (transfer.id) }
                        }
                    }
                }
                @let from = shown.sides.transfers;
                (further(shown, (from, shown.transfers.len()), Sides { transfers: from + PAGE, ..shown.sides }, visit))
            }
            @if visit.may(Permission::KeepBooks) && !shown.lines.is_empty() && !shown.transfers.is_empty() {
                button.btn type="submit" { (words::STATEMENT_PROPOSE.text(lang)) }
            }
        }
    }
}
