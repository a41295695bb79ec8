//! The progress bulletin (工作通报) of a period: units and figures, no family. Printable; as CSV for a spreadsheet.

use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Day;
use shukun_store::{Measure, OfficeTasks, TaskFilter};

use super::paste::csv_line;
use super::{due, state_tags, state_word};
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::figures::{average, office_name, offices_table};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::chart::percent;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/appraisal/bulletin", bulletin).get("/appraisal/bulletin.csv", file)
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

async fn load(desk: &Desk, visit: &Visit, asked: &Asked) -> Result<Told, PageError> {
    let (scope, filter) = (visit.scope()?, asked.filter(visit.today()));
    let offices = desk.store().count_tasks(scope, &filter).await?;
    let places = desk.place_names(offices.iter().filter_map(|office| office.town.as_ref())).await?;
    Ok(Told { filter, offices, places, measures: desk.store().list_measures(scope).await? })
}

async fn bulletin(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let told = load(&desk, &visit, &asked).await?;
    let days = [format::day(told.filter.first, lang), format::day(told.filter.last, lang)];
    let period = words::BULLETIN_OF.with(lang, &[("first", &days[0]), ("last", &days[1])]);
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
    let file = format!("/appraisal/bulletin.csv?first={}&last={}", filter.first, filter.last);
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
    let told = load(&desk, &visit, &asked).await?;
    let kind = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"bulletin-{}-{}.csv\"", told.filter.first, told.filter.last),
        ),
    ];
    // Excel reads UTF-8 by its mark.
    Ok((kind, format!("\u{feff}{}", written(&told, &visit))).into_response())
}

fn written(told: &Told, visit: &Visit) -> String {
    let lang = visit.lang;
    let heading = [
        words::TASKS_OFFICE,
        words::TASKS_RECEIVED,
        words::TASKS_IN_TIME,
        words::TASKS_LATE,
        words::TASKS_WAITING,
        words::TASKS_OVERDUE,
        words::TASKS_SUPERVISION,
        words::TASKS_AVERAGE,
        words::TASKS_SHARE,
    ];
    let mut text = csv_line(&heading.map(|word| word.text(lang).to_owned()));
    for office in &told.offices {
        let place = office.town.as_ref().map(|town| told.places.own_name(town));
        let counts = [office.received, office.in_time, office.late, office.waiting, office.overdue, office.supervision];
        let cells = [office_name(office.office, place, lang)].into_iter().chain(counts.map(|count| count.to_string()));
        let share = percent(office.in_time, office.in_time + office.late);
        text += &csv_line(&cells.chain([average(office), share]).collect::<Vec<_>>());
    }
    text += "\r\n";
    let heading = [
        words::MEASURE,
        words::MEASURE_LEAD,
        words::MEASURE_UNITS,
        words::MEASURE_DUE,
        words::MEASURE_STATE,
        words::MEASURE_SOURCE,
    ];
    text += &csv_line(&heading.map(|word| word.text(lang).to_owned()));
    for measure in &told.measures {
        let late = measure.is_late(visit.today()).then(|| words::MEASURE_LATE.text(lang));
        let state: Vec<&str> = [Some(state_word(measure.state).text(lang)), late].into_iter().flatten().collect();
        let new = measure.measure.clone();
        let due = new.due_on.map(|day| day.to_string()).unwrap_or_default();
        text += &csv_line(&[new.words, new.lead_unit, new.responsible_units, due, state.join(" "), new.source]);
    }
    text
}
