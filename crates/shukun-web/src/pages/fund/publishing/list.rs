//! Which closed periods are not published, drafts, and what was published.

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use shukun_base::{Day, Lang};
use shukun_fund::ledger::Month;
use shukun_fund::publishing::PublicationId;
use shukun_store::{BookRow, Publication, PublicationDraft, PublicationState};

use super::{Names, again, answer, due, own_books, publication_of};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::cases::Typed;
use crate::pages::fund::giving::parts::{book_of, form_id};
use crate::pages::open_fund::view::period;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/publishing", show).post("/fund/publishing", draft)
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    list_page(&desk, &visit, done.is_done(), (&Typed::default(), &Faults::new())).await
}

async fn draft(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let mut faults = Faults::new();
    let books = own_books(&desk, &visit).await?;
    let book = book_of(typed.get("book"), &books);
    if book.is_none() {
        faults.push(("book", words::DUTY_BOOK_WRONG.both(&[])));
    }
    let (from, to) = (day(&typed, "from", &mut faults), day(&typed, "to", &mut faults));
    let id = publication_of(&form_id(&desk, &typed)?)?;
    if let (Some(book), Some(from), Some(to)) = (book, from, to) {
        let drawn = desk.store().draft_publication(visit.scope()?, (&id, &book), (from, to), visit.now).await;
        match answer(drawn.map(|_| ()), "to", &format!("/fund/publishing/drafts/{id}"))? {
            Ok(done) => return Ok(done),
            Err(refused) => faults.extend(refused),
        }
    }
    Ok(again(list_page(&desk, &visit, false, (&typed, &faults)).await?))
}

fn day(typed: &Typed, name: &'static str, faults: &mut Faults) -> Option<Day> {
    let found = typed.get(name).trim().parse().ok();
    if found.is_none() {
        faults.push((name, words::PUBLISH_DAY_WRONG.both(&[])));
    }
    found
}

async fn list_page(
    desk: &Desk,
    visit: &Visit,
    is_done: bool,
    (typed, faults): (&Typed, &Faults),
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let books = own_books(desk, visit).await?;
    let drafts = desk.store().publication_drafts(visit.scope()?).await?;
    let mut published = desk.store().publications().await?;
    published.retain(|one| books.iter().any(|book| book.id == one.statement.book));
    let pressing = due::pressing(desk, visit).await?;
    let ended = drafts.iter().filter_map(|draft| draft.withdrawn.as_ref().map(|(_, who)| who.clone()));
    let names = Names::of(desk, visit, drafts.iter().map(|draft| draft.made_by.clone()).chain(ended)).await?;
    let id = form_id(desk, typed)?;
    let body = html! {
        @if is_done { p.done role="status" { (words::PUBLISH_DONE.text(lang)) } }
        (wrong(faults, lang))
        @if pressing > 0 {
            p.warn { a href="/fund/publishing/duties" { (words::DUTIES_PRESSING.with(lang, &[("n", &pressing.to_string())])) } }
        }
        p.buttons {
            a.btn.btn-plain href="/open/fund" { (words::PUBLISH_TO_OPEN.text(lang)) }
            a.btn.btn-plain href="/fund/publishing/duties" { (words::DUTIES.text(lang)) }
        }
        @if books.is_empty() { (empty(words::PUBLISH_NO_BOOK.text(lang), words::PUBLISH_NO_BOOK_FILL.text(lang))) }
        @else {
            (book_rows(&books, &published, lang))
            section { h2 { (words::PUBLISH_DRAFTS.text(lang)) } (draft_rows(&drafts, &names, lang)) }
            section {
                h2 { (words::PUBLISH_DRAFT_NEW.text(lang)) }
                (draft_form(visit, (&books, &published), (typed, faults), &id))
            }
            section { h2 { (words::PUBLISH_PUBLISHED.text(lang)) } (published_rows(&published, lang)) }
        }
    };
    let heading = Heading { title: words::PUBLISH_NAV.text(lang), note: Some(words::PUBLISH_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

/// The last day published of a book.
fn last_of(book: &BookRow, published: &[Publication]) -> Option<Day> {
    published.iter().filter(|one| one.statement.book == book.id).map(|one| one.statement.to).max()
}

/// The closed months after the last one published; before the first publication all up to the last closed one, as one line.
fn open_months(book: &BookRow, last: Option<Day>, lang: Lang) -> String {
    let Some(closed) = book.closed_through else { return String::new() };
    let Some(last) = last else {
        return words::PUBLISH_MONTHS_BEFORE.with(lang, &[("month", &Month::of(closed).to_string())]);
    };
    let months = std::iter::successors(Month::of(last).next(), |month| month.next());
    let open: Vec<String> =
        months.take_while(|month| month.last_day() <= closed).map(|month| month.to_string()).collect();
    open.join(" ")
}

fn book_rows(books: &[BookRow], published: &[Publication], lang: Lang) -> Markup {
    let columns = [
        Column::words(words::BOOK.text(lang)),
        Column::words(words::BOOK_CLOSED.text(lang)),
        Column::words(words::PUBLISH_THROUGH.text(lang)),
        Column::words(words::PUBLISH_OPEN_MONTHS.text(lang)),
    ];
    let row = |book: &BookRow| {
        let last = last_of(book, published);
        let closed = book.closed_through.map(|day| format::day(day, lang));
        let open = open_months(book, last, lang);
        html! {
            tr {
                td.wide { a.row-link href={"/fund/periods/" (book.id)} { (book.name) } }
                td { (closed.unwrap_or_else(|| words::BOOK_NOT_CLOSED.text(lang).to_owned())) }
                td { (last.map_or_else(|| words::PUBLISH_NEVER.text(lang).to_owned(), |day| format::day(day, lang))) }
                td { @if open.is_empty() { span.quiet { (words::PUBLISH_NO_OPEN_MONTHS.text(lang)) } } @else { (open) } }
            }
        }
    };
    table(words::BOOKS.text(lang), &columns, &html! { @for book in books { (row(book)) } })
}

/// A state with its shape.
pub fn state_tag(state: PublicationState, lang: Lang) -> Markup {
    let (class, shape) = match state {
        PublicationState::Waiting => ("tag tag-orange", "◕"),
        PublicationState::Published => ("tag tag-green", "✓"),
        PublicationState::Refused => ("tag", "✕"),
    };
    html! { span class=(class) { span.shape aria-hidden="true" { (shape) } (state.text().in_lang(lang)) } }
}

fn draft_rows(drafts: &[PublicationDraft], names: &Names, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::OPEN_PERIOD.text(lang)),
        Column::words(words::PUBLISH_STATE.text(lang)),
        Column::words(words::PUBLISH_MADE_BY.text(lang)),
    ];
    let row = |draft: &PublicationDraft| {
        let of = &draft.statement;
        html! {
            tr {
                td.wide {
                    a.row-link href={"/fund/publishing/drafts/" (draft.id)} { (period(of.from, of.to, lang)) }
                    br; span.quiet { (of.fund.as_str()) }
                }
                td {
                    (state_tag(draft.state, lang))
                    @if let Some((why, _)) = &draft.withdrawn { br; span.quiet { (why.as_str()) } }
                }
                td { (names.get(&draft.made_by)) br; span.quiet { (format::moment(draft.made_at, lang)) } }
            }
        }
    };
    html! {
        @if drafts.is_empty() { p.quiet { (words::PUBLISH_DRAFTS_NONE.text(lang)) } }
        @else { (table(words::PUBLISH_DRAFTS.text(lang), &columns, &html! { @for draft in drafts { (row(draft)) } })) }
    }
}

fn draft_form(
    visit: &Visit,
    (books, published): (&[BookRow], &[Publication]),
    (typed, faults): (&Typed, &Faults),
    id: &str,
) -> Markup {
    let lang = visit.lang;
    let only = match books {
        [only] => Some(only),
        _ => None,
    };
    let next = only.and_then(|book| last_of(book, published)).and_then(|day| day.tomorrow().ok());
    let from = next.or_else(|| only.and_then(|book| book.closed_through).map(|day| day.first_of_month()));
    let to = only.and_then(|book| book.closed_through);
    let value = |name: &'static str, day: Option<Day>| match typed.get(name) {
        "" => day.map(|day| day.to_string()).unwrap_or_default(),
        typed => typed.to_owned(),
    };
    let (from, to) = (value("from", from), value("to", to));
    let first = Input {
        kind: "date",
        value: &from,
        hint: words::PUBLISH_FROM_HINT.text(lang),
        ..Input::text("from", words::PUBLISH_FROM.text(lang))
    };
    let last = Input {
        kind: "date",
        value: &to,
        hint: words::PUBLISH_TO_HINT.text(lang),
        ..Input::text("to", words::PUBLISH_TO.text(lang))
    };
    html! {
        form.box method="post" action="/fund/publishing" {
            (form_token(visit))
            input type="hidden" name="form_id" value=(id);
            (book_choice(books, typed.get("book"), faults, lang))
            (input(&first, faults, lang))
            (input(&last, faults, lang))
            button.btn.btn-primary type="submit" { (words::PUBLISH_DRAFT_NEW.text(lang)) }
        }
    }
}

/// Which book; nothing where there is one.
pub fn book_choice(books: &[BookRow], value: &str, faults: &Faults, lang: Lang) -> Markup {
    let names: Vec<(String, String)> = books.iter().map(|book| (book.id.to_string(), book.name.clone())).collect();
    let field = Input { value, ..Input::text("book", words::DUTY_RULES_BOOK.text(lang)) };
    html! { @if books.len() > 1 { (select(&field, &names, faults, lang)) } }
}

fn published_rows(published: &[Publication], lang: Lang) -> Markup {
    let columns = [
        Column::words(words::OPEN_PERIOD.text(lang)),
        Column::number(words::OPEN_CLOSING.text(lang)),
        Column::words(words::OPEN_PUBLISHED_AT.text(lang)),
        Column::words(""),
    ];
    let link = |id: &PublicationId| html! { a href={"/fund/publishing/corrections/" (id)} { (words::PUBLISH_CORRECT.text(lang)) } };
    let row = |one: &Publication| {
        let of = &one.statement;
        html! {
            tr {
                td.wide {
                    a.row-link href={"/open/fund/" (one.id)} { (period(of.from, of.to, lang)) }
                    br; span.quiet { (of.fund.as_str()) }
                }
                td.number { (format::money(of.closing, lang)) }
                td { (format::moment(one.published_at, lang)) }
                td { (link(&one.id)) }
            }
        }
    };
    html! {
        @if published.is_empty() { p.quiet { (words::PUBLISH_PUBLISHED_NONE.text(lang)) } }
        @else { (table(words::PUBLISH_PUBLISHED.text(lang), &columns, &html! { @for one in published { (row(one)) } })) }
    }
}
