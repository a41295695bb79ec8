//! The list of cases: filters in the address, pages by key, a constant number of statements however long it is.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Fen, Lang};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Permission;
use shukun_casework::timers::Unit;
use shukun_store::{AccountId, CaseCursor, CaseRow};

use super::list_filters::filter_form;
use super::queues::total;
use super::{bulk, find, kept};
use crate::desk::Names;
use crate::desk::{CaseQuery, Desk, ORDERS, Places};
use crate::error::PageError;
use crate::format;
use crate::guard::encoded;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::clock::{clock, face};
use crate::ui::colour::colour_tag;
use crate::ui::empty::empty;
use crate::ui::field::wrong;
use crate::ui::layout::{Heading, Page};
use crate::ui::pager::pager;
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases", list)
}

/// Rows of a page.
const ROWS: u16 = 30;

/// Where in the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    from: String,
}

async fn list(
    State(desk): State<Desk>,
    visit: Visit,
    Query(query): Query<CaseQuery>,
    Query(asked): Query<Asked>,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let scope = visit.scope()?;
    let filter = query.filter(scope.account_id());
    let cursor = CaseCursor::parse(&asked.from);
    let page = desk.store().list_cases(scope, &filter, query.order(), cursor.as_ref(), ROWS).await?;
    let count = total(&desk, &visit, &filter).await?;
    let near = Near::load(&desk, &visit, &page.rows).await?;
    let choosable = desk.store().list_regions(scope, Permission::ViewCases).await?;
    let own_filters = desk.store().list_filters(scope).await?;
    let with_bulk = bulk::is_offered(&visit) && !page.rows.is_empty();
    let shown = Shown { rows: &page.rows, near: &near, with_bulk, visit: &visit };
    let first = cursor.is_some().then(|| query.path());
    let next = page.next.as_ref().map(|cursor| query.path_with(&format!("from={}", encoded(&cursor.to_string()))));
    let body = html! {
        (wrong(&query.faults(), lang))
        (filter_form(&query, &choosable, &visit))
        @if page.rows.is_empty() { (empty(words::CASES_EMPTY.text(lang), words::CASES_EMPTY_FILL.text(lang))) }
        @else if with_bulk { (bulk::form(&visit, &query, count, &rows_table(&shown))) }
        @else { (rows_table(&shown)) }
        (pager(first.as_deref(), next.as_deref(), lang))
        @if !page.rows.is_empty() { p.quiet.keys { (words::KEYS_HINT.text(lang)) } }
        @if visit.may(Permission::Export) && !page.rows.is_empty() {
            p.mt-3 { a.btn.btn-plain href={"/exports/new?" (query.written())} { (words::EXPORT_JOB.text(lang)) } }
        }
        @if visit.may(Permission::DiscoverByHand) {
            p.mt-3 { a.btn.btn-plain href="/cases/new" { (words::OPEN_BY_HAND.text(lang)) } }
        }
        (kept::form(&query, &own_filters, &visit))
        (find::form(&visit))
    };
    let note = words::LIST_COUNT.with(lang, &[("n", &format::count(count)), ("order", order_word(&query).text(lang))]);
    framed(&desk, &visit, &Heading { title: words::CASES.text(lang), note: Some(&note) }, &body).await
}

fn order_word(query: &CaseQuery) -> Word {
    let chosen = ORDERS.iter().find(|(_, order, _)| *order == query.order());
    chosen.map_or(words::ORDER_DUE, |(_, _, word)| *word)
}

/// What the rows of a page name: people, colleagues, places; a statement for each.
pub struct Near {
    names: Names,
    assignees: Vec<(AccountId, String)>,
    places: Places,
}

impl Near {
    /// Of these rows.
    pub async fn load(desk: &Desk, visit: &Visit, rows: &[CaseRow]) -> Result<Near, PageError> {
        let households: Vec<_> = rows.iter().map(|row| row.household_id).collect();
        let mut ids: Vec<AccountId> = rows.iter().filter_map(|row| row.assignee.clone()).collect();
        ids.sort();
        ids.dedup();
        Ok(Near {
            names: Names::load(desk, visit, &households).await?,
            assignees: desk.store().display_names(visit.scope()?, &ids).await?,
            places: desk.place_names(rows.iter().map(|row| &row.region)).await?,
        })
    }

    /// Who has it.
    pub fn assignee(&self, row: &CaseRow, lang: Lang) -> String {
        let Some(id) = &row.assignee else { return words::ASSIGNEE_NOBODY.text(lang).to_owned() };
        let known = self.assignees.iter().find(|(known, _)| known == id);
        known.map_or_else(|| id.to_string(), |(_, name)| name.clone())
    }

    /// Masked, with how many others.
    pub fn title(&self, row: &CaseRow, lang: Lang) -> String {
        self.names.title(row.household_id, lang)
    }

    /// The places of the rows.
    pub fn places(&self) -> &Places {
        &self.places
    }
}

struct Shown<'a> {
    rows: &'a [CaseRow],
    near: &'a Near,
    with_bulk: bool,
    visit: &'a Visit,
}

fn rows_table(shown: &Shown<'_>) -> Markup {
    let lang = shown.visit.lang;
    let words = |word: Word| Column::words(word.text(lang));
    let columns = [
        words(words::COLOUR),
        words(words::PERSON),
        words(words::PLACE_COLUMN),
        Column::number(words::BURDEN.text(lang)),
        words(words::RULE),
        words(words::STATUS_AND_DAYS),
        words(words::CLOCKS),
        words(words::ASSIGNEE),
    ];
    let select = shown.with_bulk.then(|| words(words::SELECT));
    let columns: Vec<Column<'_>> = select.into_iter().chain(columns).collect();
    html! { div.case-list { (table(words::CASES.text(lang), &columns, &html! { @for row in shown.rows { (case_row(row, shown)) } })) } }
}

fn case_row(row: &CaseRow, shown: &Shown<'_>) -> Markup {
    let (visit, lang) = (shown.visit, shown.visit.lang);
    let name = shown.near.title(row, lang);
    html! {
        tr {
            @if shown.with_bulk { td.at-tick { (bulk::tick(row, &name, lang)) } }
            td.at-colour { (colour(row.colour, lang)) }
            td.at-name { a.row-link href={"/cases/" (row.case_id)} { (name) } span.quiet { (household(row, shown)) } }
            td.at-place { (place(shown.near.places(), &row.region)) }
            td.number.at-burden { @if row.burden_fen > Fen::ZERO { (format::money(row.burden_fen, lang)) } }
            td.quiet.at-rule { (rule(row)) }
            td.at-status {
                (row.status.text().in_lang(lang)) " " span.quiet.nowrap { (days_in_step(row, visit)) }
                @for flag in &row.flags { " " span.tag { (flag.text().in_lang(lang)) } }
            }
            td.at-clock { (clock_cell(row, lang)) }
            td.at-hands { (shown.near.assignee(row, lang)) }
        }
    }
}

/// `56岁 · 户 1234`; the age is that of the first person.
fn household(row: &CaseRow, shown: &Shown<'_>) -> String {
    let (lang, code) = (shown.visit.lang, row.household_id.to_string());
    let age = shown.near.names.people(row.household_id).first().and_then(|person| person.age);
    match age {
        Some(age) => words::HOUSEHOLD_AND_AGE.with(lang, &[("age", &age.to_string()), ("code", &code)]),
        None => words::HOUSEHOLD_ONLY.with(lang, &[("code", &code)]),
    }
}

/// `三色预警 2026`
fn rule(row: &CaseRow) -> String {
    let years = row.years.iter().map(i16::to_string).collect::<Vec<_>>().join(" ");
    row.rule.as_ref().map_or_else(String::new, |rule| format!("{rule} {years}"))
}

/// The colour, or that it was found by hand.
pub fn colour(colour: Option<Colour>, lang: Lang) -> Markup {
    html! {
        @match colour {
            Some(colour) => (colour_tag(colour, lang)),
            None => span.tag { (words::COLOUR_NONE.text(lang)) },
        }
    }
}

/// The worst of the case's clocks, and the day by which its step is due.
fn clock_cell(row: &CaseRow, lang: Lang) -> Markup {
    html! {
        @if let Some(read) = &row.clock {
            (clock(face(read.level, false), None, Unit::Days, lang))
            @if let Some(due) = read.due_on { span.quiet.nowrap { (words::CLOCK_DUE.with(lang, &[("day", &format::short_day(due, lang))])) } }
        }
    }
}

fn days_in_step(row: &CaseRow, visit: &Visit) -> String {
    let days = visit.now.duration_since(row.status_since).as_hours().max(0) / 24;
    words::DAYS.with(visit.lang, &[("n", &days.to_string())])
}
