//! Exports: asking for one of the list's filter, the reader's own, fetching the file.

use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Lang;
use shukun_casework::Note;
use shukun_casework::authority::Permission;
use shukun_store::{CaseFilter, ErrorKind, Export};

use super::work::framed;
use crate::desk::export::ExportOrder;
use crate::desk::{CaseQuery, Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/exports", list)
        .get("/exports/new", show_new)
        .post("/exports", ask)
        .get("/exports/{export_id}", show)
        .post("/exports/{export_id}/fetch", fetch)
}

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    query: String,
    reason: String,
    numbers: String,
    once: String,
}

async fn show_new(State(desk): State<Desk>, visit: Visit, Query(query): Query<CaseQuery>) -> Result<Page, PageError> {
    let typed = Typed { query: query.written(), ..Typed::default() };
    new_page(&desk, &visit, &typed, &Vec::new()).await
}

async fn ask(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let reason = match Note::new(&typed.reason) {
        Ok(reason) => reason,
        Err(fault) => return again(&desk, &visit, &typed, vec![("reason", fault.text())]).await,
    };
    let order = ExportOrder {
        query: CaseQuery::parse(&typed.query),
        with_numbers: typed.numbers == "yes" && visit.may(Permission::Reveal),
        reason,
        is_chinese: visit.lang == Lang::Zh,
        by: by(&visit)?,
    };
    let once = Some(typed.once.clone()).filter(|once| !once.is_empty()).map(|once| format!("export-{once}"));
    match desk.ask_export(visit.scope()?, &order, once).await {
        Ok(job) => Ok(Redirect::to(&format!("/jobs/{}", job.as_str())).into_response()),
        Err(error) if error.code == "store-export-quota" => {
            again(&desk, &visit, &typed, vec![("reason", error.what.clone())]).await
        }
        Err(error) => Err(error),
    }
}

/// Who takes it out: name, login, office.
fn by(visit: &Visit) -> Result<String, PageError> {
    let session = &visit.visitor()?.session;
    Ok(format!("{}（{}，{}）", session.display_name(), session.login(), session.office()))
}

async fn again(desk: &Desk, visit: &Visit, typed: &Typed, faults: Faults) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, new_page(desk, visit, typed, &faults).await?).into_response())
}

async fn new_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let query = CaseQuery::parse(&typed.query);
    let scope = visit.scope()?;
    let filter = CaseFilter { allowed: Some(Permission::Export), ..query.filter(scope.account_id()) };
    let counts = desk.store().count_cases(scope, &filter, shukun_store::CountBy::Status).await?;
    let count: u64 = counts.iter().map(|count| count.cases).sum();
    let places = Places::new(desk.store().every_region_name().await?);
    let once = if typed.once.is_empty() { desk.random_word()? } else { typed.once.clone() };
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/exports" {
            (form_token(visit))
            input type="hidden" name="query" value=(query.written());
            input type="hidden" name="once" value=(once);
            dl.facts {
                dt { (words::FILTERS.text(lang)) } dd { (query.told(&places, lang)) }
                dt { (words::EXPORT_ROWS.text(lang)) } dd { (format::count(count)) }
            }
            (input(&Input { value: &typed.reason, hint: words::EXPORT_REASON_HINT.text(lang), ..Input::text("reason", words::EXPORT_WHAT_FOR.text(lang)) }, faults, lang))
            @if visit.may(Permission::Reveal) {
                p.choice { input #numbers type="checkbox" name="numbers" value="yes" checked[typed.numbers == "yes"];
                    label for="numbers" { (words::EXPORT_NUMBERS.text(lang)) } }
            }
            p.quiet { (words::EXPORT_NOTE.text(lang)) }
            button.btn.btn-primary type="submit" { (words::EXPORT_ASK.text(lang)) }
        }
        p.mt-3 { a href=(query.path()) { (words::BULK_BACK.text(lang)) } }
    };
    framed(desk, visit, &Heading { title: words::EXPORT_JOB.text(lang), note: None }, &body).await
}

async fn list(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let exports = desk.store().list_exports(visit.scope()?).await?;
    let places = Places::new(desk.store().every_region_name().await?);
    let columns = [words::EXPORT_AT, words::FILTERS, words::EXPORT_ROWS, words::ID_NUMBER, words::EXPORT_FILE];
    let columns: Vec<Column<'_>> = columns.iter().map(|word| Column::words(word.text(lang))).collect();
    let rows = html! { @for export in &exports { (row(export, &places, lang)) } };
    let body = html! {
        @if exports.is_empty() { (empty(words::EXPORTS_EMPTY.text(lang), words::EXPORTS_EMPTY_FILL.text(lang))) }
        @else { (table(words::EXPORTS.text(lang), &columns, &rows)) }
    };
    framed(
        &desk,
        &visit,
        &Heading { title: words::EXPORTS.text(lang), note: Some(words::EXPORTS_NOTE.text(lang)) },
        &body,
    )
    .await
}

fn row(export: &Export, places: &Places, lang: Lang) -> Markup {
    html! {
        tr {
            td.nowrap { a.row-link href={"/exports/" (export.export_id)} { (format::moment(export.made_at, lang)) } }
            td { (CaseQuery::parse(&export.query).told(places, lang)) }
            td.number { (format::count(export.rows)) }
            td { (numbers(export).text(lang)) }
            td { (file_word(export).text(lang)) }
        }
    }
}

fn numbers(export: &Export) -> Word {
    if export.with_numbers { words::EXPORT_CLEAR } else { words::EXPORT_MASKED }
}

fn file_word(export: &Export) -> Word {
    match (export.is_there, export.fetched_at) {
        (false, _) => words::EXPORT_GONE,
        (true, None) => words::EXPORT_READY,
        (true, Some(_)) => words::EXPORT_FETCHED,
    }
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let export = desk.store().export(visit.scope()?, &id).await?;
    let places = Places::new(desk.store().every_region_name().await?);
    let size = export.size_bytes.div_ceil(1024);
    let body = html! {
        section.box {
            dl.facts {
                dt { (words::EXPORT_AT.text(lang)) } dd { (format::moment(export.made_at, lang)) }
                dt { (words::FILTERS.text(lang)) } dd { (CaseQuery::parse(&export.query).told(&places, lang)) }
                dt { (words::EXPORT_ROWS.text(lang)) } dd { (format::count(export.rows)) }
                dt { (words::ID_NUMBER.text(lang)) } dd { (numbers(&export).text(lang)) }
                dt { (words::EXPORT_FILE.text(lang)) } dd { (file_word(&export).text(lang)) " · " (format::count(size)) " KB" }
            }
            p.quiet { (words::EXPORT_NOTE.text(lang)) }
            @if export.is_there {
                form method="post" action={"/exports/" (export.export_id) "/fetch"} {
                    (form_token(&visit))
                    button.btn.btn-primary type="submit" { (words::EXPORT_FETCH.text(lang)) }
                }
            }
        }
        p.mt-3 { a href="/exports" { (words::EXPORTS.text(lang)) } }
    };
    framed(&desk, &visit, &Heading { title: words::EXPORT_JOB.text(lang), note: None }, &body).await
}

async fn fetch(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Response, PageError> {
    let (_, content) = match desk.store().fetch_export(visit.scope()?, &id, visit.now).await {
        Ok(fetched) => fetched,
        Err(error) if error.kind == ErrorKind::NotFound && error.code == "store-export-gone" => {
            return Ok(Redirect::to(&format!("/exports/{id}")).into_response());
        }
        Err(error) => return Err(error.into()),
    };
    let name = format!("attachment; filename=\"cases-{}.xlsx\"", id.get(..8).unwrap_or("export"));
    let disposition = HeaderValue::from_str(&name).map_err(|_| PageError::broken())?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(WORKBOOK)), (CONTENT_DISPOSITION, disposition)], content)
        .into_response())
}
