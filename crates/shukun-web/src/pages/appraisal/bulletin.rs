//! The progress bulletin (工作通报) of a period: units and figures, no family. Printable; as a workbook.

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, Lang};
use shukun_store::{Measure, OfficeTasks, TaskFilter};

use super::book::{Bulletin, written};
use super::{due, state_tags};
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::figures::offices_table;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/appraisal/bulletin", bulletin).get("/appraisal/bulletin.xlsx", file)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    first: String,
    last: String,
}

impl Asked {
    /// This month up to today, where nothing else is said.
    fn filter(&self, today: Day) -> TaskFilter {
        TaskFilter {
            first: self.first.parse().unwrap_or_else(|_| today.first_of_month()),
            last: self.last.parse().unwrap_or(today),
            region: None,
            vague_below: None,
            office: None,
            step: None,
        }
    }
}

struct Told {
    filter: TaskFilter,
    offices: Vec<OfficeTasks>,
    places: Places,
    measures: Vec<Measure>,
}

impl Told {
    fn period(&self, lang: Lang) -> String {
        let [first, last] = [self.filter.first, self.filter.last].map(|day| format::day(day, lang));
        words::BULLETIN_OF.with(lang, &[("first", &first), ("last", &last)])
    }
}

async fn load(desk: &Desk, visit: &Visit, asked: &Asked) -> Result<Told, PageError> {
    let (scope, filter) = (visit.scope()?, asked.filter(visit.today()));
    let offices = desk.store().count_tasks(scope, &filter).await?;
    let places = desk.place_names(offices.iter().filter_map(|office| office.town.as_ref())).await?;
    Ok(Told { filter, offices, places, measures: desk.store().list_measures(scope).await? })
}

async fn bulletin(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let told = load(&desk, &visit, &asked).await?;
    let period = told.period(lang);
    let body = html! {
        (period_form(&told.filter, &visit))
        article.bulletin {
            p.period { (period) }
            section {
                h2 { (words::BULLETIN_TASKS.text(lang)) }
                p { (said(&told.offices, &visit)) }
                @if told.offices.is_empty() { (empty(words::TASKS_EMPTY.text(lang), words::TASKS_EMPTY_FILL.text(lang))) }
                @else { (offices_table(&told.offices, &told.filter, &told.places, lang)) }
            }
            section {
                h2 { (words::BULLETIN_MEASURES.text(lang)) }
                @if told.measures.is_empty() { (empty(words::MEASURES_EMPTY.text(lang), words::MEASURES_EMPTY_FILL.text(lang))) }
                @else { (measures_table(&told.measures, &visit)) }
            }
            p.quiet { (words::BULLETIN_MADE.with(lang, &[("at", &format::moment(visit.now, lang))])) }
        }
    };
    let heading = Heading { title: words::BULLETIN.text(lang), note: Some(words::BULLETIN_NOTE.text(lang)) };
    framed(&desk, &visit, &heading, &body).await
}

fn period_form(filter: &TaskFilter, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let file = format!("/appraisal/bulletin.xlsx?first={}&last={}", filter.first, filter.last);
    html! {
        form.filters method="get" action="/appraisal/bulletin" {
            div.field {
                label.form-label for="bulletin-first" { (words::TASKS_FROM.text(lang)) }
                input.form-control #bulletin-first type="date" name="first" value=(filter.first);
            }
            div.field {
                label.form-label for="bulletin-last" { (words::TASKS_TO.text(lang)) }
                input.form-control #bulletin-last type="date" name="last" value=(filter.last);
            }
            div.buttons {
                button.btn.btn-plain type="submit" { (words::BOARD_SHOW.text(lang)) }
                a.btn.btn-link href=(file) { (words::BULLETIN_FILE.text(lang)) }
            }
        }
    }
}

/// The period in one sentence.
fn said(offices: &[OfficeTasks], visit: &Visit) -> String {
    let sum = |of: &dyn Fn(&OfficeTasks) -> u64| format::count(offices.iter().map(of).sum());
    words::BULLETIN_SAID.with(
        visit.lang,
        &[
            ("received", &sum(&|office| office.received)),
            ("done", &sum(&|office| office.in_time + office.late)),
            ("in_time", &sum(&|office| office.in_time)),
            ("waiting", &sum(&|office| office.waiting)),
            ("overdue", &sum(&|office| office.overdue)),
            ("supervision", &sum(&|office| office.supervision)),
        ],
    )
}

fn measures_table(measures: &[Measure], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::MEASURE.text(lang)),
        Column::words(words::MEASURE_LEAD.text(lang)),
        Column::words(words::MEASURE_UNITS.text(lang)),
        Column::words(words::MEASURE_DUE.text(lang)),
        Column::words(words::MEASURE_STATE.text(lang)),
    ];
    let rows = html! {
        @for measure in measures {
            tr {
                td.wide { (measure.measure.words) }
                td { (measure.measure.lead_unit) }
                td { (measure.measure.responsible_units) }
                td { (due(measure, lang)) }
                td { (state_tags(measure, visit.today(), lang)) }
            }
        }
    };
    table(words::MEASURES.text(lang), &columns, &rows)
}

async fn file(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Response, PageError> {
    let (told, lang) = (load(&desk, &visit, &asked).await?, visit.lang);
    let (period, made) =
        (told.period(lang), words::BULLETIN_MADE.with(lang, &[("at", &format::moment(visit.now, lang))]));
    let bulletin = Bulletin {
        period: &period,
        made: &made,
        offices: &told.offices,
        places: &told.places,
        measures: &told.measures,
        today: visit.today(),
        is_illustrative: desk.is_illustrative(),
    };
    let bytes = written(&bulletin, lang).map_err(|error| {
        tracing::error!(%error, "a bulletin could not be written");
        PageError::broken()
    })?;
    let name = format!("attachment; filename=\"bulletin-{}-{}.xlsx\"", told.filter.first, told.filter.last);
    Ok(([(CONTENT_TYPE, XLSX.to_owned()), (CONTENT_DISPOSITION, name)], bytes).into_response())
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
