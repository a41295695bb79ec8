//! The list of measures, and putting measures on it.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_store::{ErrorKind, Measure, MeasureState};

use super::paste::{csv_line, read_measures};
use super::{due, state_tags};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/appraisal", show).post("/appraisal", add).get("/appraisal/template", template)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    added: Option<u64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    table: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    list_page(&desk, &visit, asked.added, "", &Vec::new()).await
}

/// Measures go onto the list of the caller's widest region.
fn own_region(visit: &Visit) -> Result<Option<RegionCode>, PageError> {
    Ok(visit.scope()?.regions(Permission::Supervise).into_iter().next())
}

async fn add(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let (measures, wrong) = read_measures(&typed.table);
    if !wrong.is_empty() {
        return again(&desk, &visit, &typed, wrong).await;
    }
    let region = own_region(&visit)?.ok_or_else(PageError::forbidden)?;
    match desk.store().add_measures(visit.scope()?, &region, &measures, visit.now).await {
        Ok(()) => Ok(Redirect::to(&format!("/appraisal?added={}", measures.len())).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => again(&desk, &visit, &typed, vec![error.text]).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, typed: &Typed, wrong: Vec<Text>) -> Result<Response, PageError> {
    let faults: Faults = wrong.into_iter().take(20).map(|text| ("table", text)).collect();
    let page = list_page(desk, visit, None, &typed.table, &faults).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn template(visit: Visit) -> Response {
    let columns =
        [words::MEASURE, words::MEASURE_LEAD, words::MEASURE_UNITS, words::MEASURE_DUE, words::MEASURE_SOURCE];
    let line = csv_line(&columns.map(|word| word.text(visit.lang).to_owned()));
    let kind =
        [(CONTENT_TYPE, "text/csv; charset=utf-8"), (CONTENT_DISPOSITION, "attachment; filename=\"measures.csv\"")];
    (kind, format!("\u{feff}{line}")).into_response()
}

async fn list_page(
    desk: &Desk,
    visit: &Visit,
    added: Option<u64>,
    typed: &str,
    faults: &Faults,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let measures = desk.store().list_measures(visit.scope()?).await?;
    let cleared = measures.iter().filter(|measure| measure.state == MeasureState::Cleared).count();
    let (all, cleared) = (measures.len().to_string(), cleared.to_string());
    let body = html! {
        @if let Some(added) = added { p.done role="status" { (words::MEASURES_ADDED.with(lang, &[("n", &format::count(added))])) } }
        p.lead { (words::MEASURES_ALL.with(lang, &[("n", &all), ("m", &cleared)])) " · " a href="/appraisal/bulletin" { (words::BULLETIN.text(lang)) } }
        @if measures.is_empty() { (empty(words::MEASURES_EMPTY.text(lang), words::MEASURES_EMPTY_FILL.text(lang))) }
        @else { (rows_table(&measures, visit)) }
        @if visit.may(Permission::Supervise) { (form(visit, typed, faults)) }
    };
    let heading = Heading { title: words::MEASURES.text(lang), note: Some(words::MEASURES_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn rows_table(measures: &[Measure], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::MEASURE.text(lang)),
        Column::words(words::MEASURE_STATE.text(lang)),
        Column::words(words::MEASURE_LEAD.text(lang)),
        Column::words(words::MEASURE_UNITS.text(lang)),
        Column::words(words::MEASURE_DUE.text(lang)),
        Column::words(words::MEASURE_LAST.text(lang)),
    ];
    let row = |measure: &Measure| {
        let never = || words::MEASURE_NEVER.text(lang).to_owned();
        html! {
            tr {
                td.wide {
                    a.row-link href={"/appraisal/" (measure.measure_id)} { (measure.measure.words) }
                    br; span.quiet { (measure.measure.source) }
                }
                td { (state_tags(measure, visit.today(), lang)) }
                td { (measure.measure.lead_unit) }
                td { (measure.measure.responsible_units) }
                td.nowrap { (due(measure, lang)) }
                td.quiet { (measure.reported_at.map_or_else(never, |at| format::moment(at, lang))) }
            }
        }
    };
    table(words::MEASURES.text(lang), &columns, &html! { @for measure in measures { (row(measure)) } })
}

fn form(visit: &Visit, typed: &str, faults: &Faults) -> Markup {
    let lang = visit.lang;
    let field = Input {
        value: typed,
        hint: words::MEASURES_PASTE_HINT.text(lang),
        ..Input::text("table", words::MEASURES_PASTE.text(lang))
    };
    html! {
        section {
            (wrong(faults, lang))
            form.box method="post" action="/appraisal" {
                (form_token(visit))
                (text_area(&field, 6, faults, lang))
                div.buttons {
                    button.btn.btn-primary type="submit" { (words::MEASURES_ADD.text(lang)) }
                    a.btn.btn-plain href="/appraisal/template" { (words::MEASURES_TEMPLATE.text(lang)) }
                }
            }
        }
    }
}
