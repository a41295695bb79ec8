//! What has to be published by when: who takes it, by what it was done, and the fund's own rules.

use std::collections::BTreeMap;

use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use shukun_base::{Day, Fen};
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::publishing::{Duty, DutyState, Every, OwnRules, PublicationId};
use shukun_store::{BookRow, DutyRow, Evidence, Publication};

use super::list::book_choice;
use super::{Names, again, answer, note, own_books};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields};
use crate::pages::cases::Typed;
use crate::pages::fund::giving::parts::book_of;
use crate::pages::open_fund::view::period;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/fund/publishing/duties", show)
        .post("/fund/publishing/duties", act)
        .post("/fund/publishing/rules", set)
}

/// How many duties press; none for who publishes nothing.
///
/// # Errors
/// The store's own.
pub async fn pressing(desk: &Desk, visit: &Visit) -> Result<u64, PageError> {
    if !visit.may(Permission::PublishFund) {
        return Ok(0);
    }
    Ok(desk.store().pressing_duties(visit.scope()?, visit.now).await?)
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    duties_page(&desk, &visit, done.is_done(), (&Typed::default(), &Faults::new())).await
}

async fn act(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let book = BookId::new(typed.get("book")).ok_or_else(PageError::not_found)?;
    let duty = Duty::find(typed.get("duty")).ok_or_else(PageError::not_found)?;
    let of = (&book, duty, typed.get("subject"));
    let (store, scope) = (desk.store(), visit.scope()?);
    let mut faults = Faults::new();
    let done = match typed.get("act") {
        "take" => Some(store.take_duty(scope, of, visit.now).await),
        _ => match evidence(&typed, &mut faults) {
            Some(evidence) => Some(store.finish_duty(scope, of, &evidence, visit.now).await),
            None => None,
        },
    };
    if let Some(done) = done {
        match answer(done, "duties", "/fund/publishing/duties")? {
            Ok(done) => return Ok(done),
            Err(refused) => faults.extend(refused),
        }
    }
    Ok(again(duties_page(&desk, &visit, false, (&Typed::default(), &faults)).await?))
}

/// A publication or words, one of the two.
fn evidence(typed: &Typed, faults: &mut Faults) -> Option<Evidence> {
    let words = typed.get("words").trim();
    match (PublicationId::new(typed.get("publication")), words.is_empty()) {
        (Some(id), true) => Some(Evidence::Publication(id)),
        (None, false) => note(typed, "words", faults).map(Evidence::Words),
        _ => {
            faults.push(("duties", words::DUTY_EVIDENCE_WRONG.both(&[])));
            None
        }
    }
}

async fn set(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let mut faults = Faults::new();
    let books = own_books(&desk, &visit).await?;
    let book = book_of(typed.get("book"), &books);
    if book.is_none() {
        faults.push(("book", words::DUTY_BOOK_WRONG.both(&[])));
    }
    let rules = (large(&typed, &mut faults), every(&typed, &mut faults));
    let words = note(&typed, "says", &mut faults);
    if let (Some(book), Some(words), true) = (book, words, faults.is_empty()) {
        let rules = (rules.0, rules.1, &words);
        let done = desk.store().set_disclosure_rules(visit.scope()?, &book, rules, visit.now).await;
        match answer(done, "large", "/fund/publishing/duties")? {
            Ok(done) => return Ok(done),
            Err(refused) => faults.extend(refused),
        }
    }
    Ok(again(duties_page(&desk, &visit, false, (&typed, &faults)).await?))
}

fn large(typed: &Typed, faults: &mut Faults) -> Option<Fen> {
    let text = typed.get("large").trim();
    let found = format::read_money(text).filter(|amount| *amount > Fen::ZERO);
    if found.is_none() && !text.is_empty() {
        faults.push(("large", words::AMOUNT_WRONG.both(&[])));
    }
    found
}

fn every(typed: &Typed, faults: &mut Faults) -> Option<Every> {
    let (months, days) = (typed.get("months").trim(), typed.get("days").trim());
    if months.is_empty() && days.is_empty() {
        return None;
    }
    let read = || Every::new(months.parse().ok()?, days.parse().ok()?);
    let found = read();
    if found.is_none() {
        faults.push(("months", words::DUTY_RULES_EVERY_WRONG.both(&[])));
    }
    found
}

async fn duties_page(
    desk: &Desk,
    visit: &Visit,
    is_done: bool,
    (typed, faults): (&Typed, &Faults),
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let (rows, rules) = desk.store().duties(visit.scope()?, visit.now).await?;
    let books = own_books(desk, visit).await?;
    let published = desk.store().publications().await?;
    let people = rows.iter().flat_map(|row| {
        let done = row.done.as_ref().map(|done| done.who.as_str().to_owned());
        [row.taken_by.as_ref().map(|who| who.as_str().to_owned()), done].into_iter().flatten()
    });
    let names = Names::of(desk, visit, people).await?;
    let body = html! {
        @if is_done { p.done role="status" { (words::PUBLISH_DONE.text(lang)) } }
        (wrong(faults, lang))
        section #duties {
            @if rows.is_empty() { (empty(words::DUTIES_NONE.text(lang), words::DUTIES_NONE_FILL.text(lang))) }
            @else { (duty_rows(&rows, &names, &published, visit)) }
        }
        section {
            h2 { (words::DUTY_RULES.text(lang)) }
            p.quiet { (words::DUTY_RULES_NOTE.text(lang)) }
            @if !books.is_empty() { (rule_rows(&books, &rules, visit)) (rules_form(&books, visit, (typed, faults))) }
        }
        p { a href="/fund/publishing" { (words::PUBLISH_NAV.text(lang)) } }
    };
    let heading = Heading { title: words::DUTIES.text(lang), note: Some(words::DUTIES_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn state_tag(state: DutyState, visit: &Visit) -> Markup {
    let (class, shape) = match state {
        DutyState::Done => ("tag tag-green", "✓"),
        DutyState::Open => ("tag", "○"),
        DutyState::Soon => ("tag tag-orange", "◕"),
        DutyState::Overdue => ("tag tag-red", "!"),
    };
    html! { span class=(class) { span.shape aria-hidden="true" { (shape) } (state.text().in_lang(visit.lang)) } }
}

fn duty_rows(rows: &[DutyRow], names: &Names, published: &[Publication], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::DUTY.text(lang)),
        Column::words(words::DUTY_DUE.text(lang)),
        Column::words(words::DUTY_WHO.text(lang)),
        Column::words(words::DUTY_DONE_BY.text(lang)),
    ];
    let who = |row: &DutyRow| {
        row.taken_by.as_ref().map_or_else(|| words::DUTY_NOBODY.text(lang).to_owned(), |who| names.get(who.as_str()))
    };
    let row = |row: &DutyRow| {
        html! {
            tr {
                td.wide {
                    b { (row.task.duty.text().in_lang(lang)) } " · " (row.task.name)
                    @if let Some(amount) = row.task.amount { " · " (format::money(amount, lang)) }
                    br; span.quiet { (row.book_name) " · " (words::DUTY_BASIS.text(lang)) " " (row.task.duty.basis().in_lang(lang)) }
                }
                td { (format::day(row.task.due, lang)) br; (state_tag(row.state(visit.today()), visit)) }
                td {
                    (who(row))
                    @if row.done.is_none() { (take_form(row, visit)) }
                }
                td { (done_cell(row, names, published, visit)) }
            }
        }
    };
    table(words::DUTIES.text(lang), &columns, &html! { @for one in rows { (row(one)) } })
}

/// Which duty a form is about.
fn of(row: &DutyRow, visit: &Visit) -> Markup {
    html! {
        (form_token(visit))
        input type="hidden" name="book" value=(row.book);
        input type="hidden" name="duty" value=(row.task.duty);
        input type="hidden" name="subject" value=(row.task.subject);
    }
}

fn take_form(row: &DutyRow, visit: &Visit) -> Markup {
    html! {
        form method="post" action="/fund/publishing/duties" {
            (of(row, visit))
            input type="hidden" name="act" value="take";
            button.btn.btn-plain type="submit" { (words::DUTY_TAKE.text(visit.lang)) }
        }
    }
}

fn done_cell(row: &DutyRow, names: &Names, published: &[Publication], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let Some(done) = &row.done else { return finish_form(row, published, visit) };
    html! {
        @match &done.evidence {
            Evidence::Publication(id) => a href={"/open/fund/" (id)} { (words::OPEN_STATEMENT.text(lang)) },
            Evidence::Words(words) => (words.as_str()),
        }
        br; span.quiet { (names.get(done.who.as_str())) " · " (format::moment(done.at, lang)) }
    }
}

fn finish_form(row: &DutyRow, published: &[Publication], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let key = format!("{}-{}-{}", row.book, row.task.duty, row.task.subject);
    let (publication, said) = (format!("publication-{key}"), format!("words-{key}"));
    let own: Vec<&Publication> = published.iter().filter(|one| one.statement.book == row.book).collect();
    html! {
        details {
            summary { (words::DUTY_FINISH.text(lang)) }
            form method="post" action="/fund/publishing/duties" {
                (of(row, visit))
                @if !own.is_empty() {
                    div.field {
                        label.form-label for=(publication) { (words::DUTY_EVIDENCE.text(lang)) }
                        select.form-select #(publication) name="publication" {
                            option value="" { "—" }
                            @for one in own { option value=(one.id) { (period(one.statement.from, one.statement.to, lang)) } }
                        }
                    }
                }
                div.field {
                    label.form-label for=(said) { (words::DUTY_EVIDENCE_WORDS.text(lang)) }
                    textarea.form-control #(said) name="words" rows="2" {}
                }
                button.btn.btn-primary type="submit" { (words::DUTY_FINISH.text(lang)) }
            }
        }
    }
}

fn rule_rows(books: &[BookRow], rules: &BTreeMap<BookId, OwnRules>, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let regular = Duty::Regular.text().in_lang(lang).to_owned();
    let columns = [
        Column::words(words::DUTY_RULES_BOOK.text(lang)),
        Column::words(words::DUTY_RULES_LARGE.text(lang)),
        Column::words(&regular),
        Column::words(words::DUTY_RULES_WORDS.text(lang)),
    ];
    let nothing =
        || html! { span.tag.tag-yellow { span.shape aria-hidden="true" { "○" } (words::DUTY_RULES_EMPTY.text(lang)) } };
    let every = |every: Every| {
        let (months, days) = (every.months.to_string(), every.within_days.to_string());
        words::DUTY_RULES_EVERY_IS.with(lang, &[("months", &months), ("days", &days)])
    };
    let since = |day: Day| words::DUTY_RULES_SINCE.with(lang, &[("day", &format::day(day, lang))]);
    let row = |book: &BookRow| {
        let own = rules.get(&book.id);
        html! {
            tr {
                td.wide { (book.name) }
                td { @match own.and_then(|own| own.large) { Some(large) => (format::money(large, lang)), None => (nothing()) } }
                td { @match own.and_then(|own| own.every) { Some(rule) => (every(rule)), None => (nothing()) } }
                td { @match own { Some(own) => { (own.words.as_str()) br; span.quiet { (since(own.since)) } }, None => (nothing()) } }
            }
        }
    };
    table(words::DUTY_RULES.text(lang), &columns, &html! { @for book in books { (row(book)) } })
}

fn rules_form(books: &[BookRow], visit: &Visit, (typed, faults): (&Typed, &Faults)) -> Markup {
    let lang = visit.lang;
    let field = |name: &'static str, kind: &'static str, label: words::Word| Input {
        kind,
        is_required: false,
        value: typed.get(name),
        ..Input::text(name, label.text(lang))
    };
    let says = Input {
        hint: words::DUTY_RULES_WORDS_HINT.text(lang),
        value: typed.get("says"),
        ..Input::text("says", words::DUTY_RULES_WORDS.text(lang))
    };
    html! {
        form.box method="post" action="/fund/publishing/rules" {
            (form_token(visit))
            (book_choice(books, typed.get("book"), faults, lang))
            (input(&field("large", "decimal", words::DUTY_RULES_LARGE), faults, lang))
            (input(&field("months", "numeric", words::DUTY_RULES_EVERY), faults, lang))
            (input(&field("days", "numeric", words::DUTY_RULES_EVERY_DAYS), faults, lang))
            (text_area(&says, 3, faults, lang))
            button.btn.btn-primary type="submit" { (words::DUTY_RULES_SAVE.text(lang)) }
        }
    }
}
