//! Tasks of offices in a period: what each received, did in time and late, what waits; and the list behind a figure.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, Lang, RegionCode};
use shukun_casework::authority::Role;
use shukun_casework::case::Step;
use shukun_casework::timers::Unit;
use shukun_store::{OfficeTasks, PlaceSize, TaskCursor, TaskFilter, TaskKind, TaskRow};

use super::address::address;
use super::ageing::{office_name, unit_word};
use super::board::{business, tabs};
use crate::desk::Names;
use crate::desk::figures::Part;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::chart::{parts_bar, percent};
use crate::ui::clock::{clock, face};
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::matrix::{figure, matrix};
use crate::ui::pager::pager;
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/figures/tasks", tasks)
}

const ROWS: u16 = 30;

/// What the address says; without a kind the page shows every office.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    region: String,
    office: String,
    vague: String,
    step: String,
    first: String,
    last: String,
    kind: String,
    from: String,
}

impl Asked {
    /// This year up to today, where nothing else is said.
    pub fn filter(&self, today: Day) -> TaskFilter {
        TaskFilter {
            first: self.first.parse().unwrap_or_else(|_| today.first_of_year()),
            last: self.last.parse().unwrap_or(today),
            region: RegionCode::new(self.region.trim()),
            vague_below: (self.vague == "town").then_some(PlaceSize::Town),
            office: Role::find(&self.office),
            step: Step::find(&self.step),
        }
    }
}

async fn tasks(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    match TaskKind::find(&asked.kind) {
        Some(kind) => list(&desk, &visit, &asked, kind).await,
        None => overview(&desk, &visit, &asked).await,
    }
}

async fn overview(desk: &Desk, visit: &Visit, asked: &Asked) -> Result<Page, PageError> {
    let lang = visit.lang;
    let filter = asked.filter(visit.today());
    let found = desk.store().count_tasks(visit.scope()?, &filter).await?;
    let places = desk.place_names(found.iter().filter_map(|office| office.town.as_ref())).await?;
    let part = Part { region: filter.region.clone(), office: filter.office };
    let body = html! {
        (tabs(&part, false, visit))
        (period(&filter, lang))
        @if found.is_empty() { (empty(words::TASKS_EMPTY.text(lang), words::TASKS_EMPTY_FILL.text(lang))) }
        @else { (offices_table(&found, &filter, &places, lang)) }
    };
    let heading = Heading { title: words::TASKS.text(lang), note: Some(words::TASKS_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn period(filter: &TaskFilter, lang: Lang) -> Markup {
    let day = |name: &str, word: Word, value: Day| {
        html! {
            div.field {
                label.form-label for={"period-" (name)} { (word.text(lang)) }
                input.form-control id={"period-" (name)} type="date" name=(name) value=(value);
            }
        }
    };
    html! {
        form.filters method="get" action="/figures/tasks" {
            (day("first", words::TASKS_FROM, filter.first))
            (day("last", words::TASKS_TO, filter.last))
            div.field {
                label.form-label for="period-office" { (words::TASKS_OFFICE.text(lang)) }
                select.form-select #period-office name="office" {
                    option value="" selected[filter.office.is_none()] { (words::BOARD_ALL.text(lang)) }
                    @for role in business() { option value=(role.key()) selected[filter.office == Some(role)] { (role.text().in_lang(lang)) } }
                }
            }
            @if let Some(region) = &filter.region { input type="hidden" name="region" value=(region); }
            div.buttons { button.btn.btn-plain type="submit" { (words::BOARD_SHOW.text(lang)) } }
        }
    }
}

const KINDS: [(TaskKind, Word); 6] = [
    (TaskKind::Received, words::TASKS_RECEIVED),
    (TaskKind::InTime, words::TASKS_IN_TIME),
    (TaskKind::Late, words::TASKS_LATE),
    (TaskKind::Waiting, words::TASKS_WAITING),
    (TaskKind::Overdue, words::TASKS_OVERDUE),
    (TaskKind::Supervision, words::TASKS_SUPERVISION),
];

/// A row for each office; also for the appraisal's bulletin.
pub fn offices_table(found: &[OfficeTasks], filter: &TaskFilter, places: &Places, lang: Lang) -> Markup {
    let kinds = KINDS.iter().map(|(_, word)| word.text(lang).to_owned());
    let last = [words::TASKS_AVERAGE, words::TASKS_SHARE].map(|word| word.text(lang).to_owned());
    let first = [words::TASKS_OFFICE.text(lang).to_owned()];
    let headings: Vec<String> = first.into_iter().chain(kinds).chain(last).chain([String::new()]).collect();
    let rows = html! { @for office in found { (office_row(office, filter, places, lang)) } };
    matrix(words::TASKS.text(lang), &headings, &rows)
}

fn office_row(office: &OfficeTasks, filter: &TaskFilter, places: &Places, lang: Lang) -> Markup {
    let count = |kind: TaskKind| match kind {
        TaskKind::Received => office.received,
        TaskKind::InTime => office.in_time,
        TaskKind::Late => office.late,
        TaskKind::Waiting => office.waiting,
        TaskKind::Overdue => office.overdue,
        TaskKind::Supervision => office.supervision,
    };
    let name = office_name(office.office, office.town.as_ref().map(|town| places.own_name(town)), lang);
    html! {
        tr {
            th scope="row" { (name) }
            @for (kind, _) in KINDS { td.number { (figure(count(kind), &kind_path(office, filter, kind))) } }
            td.number { (average(office)) }
            td.number { (percent(office.in_time, office.in_time + office.late)) }
            td.bar-cell { (parts_bar(&[(office.in_time, "bar-paid"), (office.late, "level-breached")])) }
        }
    }
}

/// `4.2`; empty where none was done.
pub fn average(office: &OfficeTasks) -> String {
    let tenths = office.used_days.saturating_mul(10).checked_div(office.used_of);
    tenths.map(|tenths| format!("{}.{}", tenths / 10, tenths % 10)).unwrap_or_default()
}

fn kind_path(office: &OfficeTasks, filter: &TaskFilter, kind: TaskKind) -> String {
    let is_exact = office.town.as_ref().is_none_or(|town| town.as_str().len() == PlaceSize::Town.digits());
    let town = office.town.clone().filter(|_| is_exact);
    let part = Part { region: town.or(filter.region.clone()), office: Some(office.office) };
    path(&part, filter, kind, if is_exact { "" } else { "town" }, "")
}

fn path(part: &Part, filter: &TaskFilter, kind: TaskKind, vague: &str, from: &str) -> String {
    let (first, last) = (filter.first.to_string(), filter.last.to_string());
    let step = filter.step.map(Step::key).unwrap_or_default();
    let more = [
        ("first", first.as_str()),
        ("last", &last),
        ("kind", kind.key()),
        ("vague", vague),
        ("step", step),
        ("from", from),
    ];
    address("/figures/tasks", part, &more)
}

async fn list(desk: &Desk, visit: &Visit, asked: &Asked, kind: TaskKind) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let filter = asked.filter(visit.today());
    let cursor = TaskCursor::parse(&asked.from);
    let page = desk.store().list_tasks(scope, &filter, kind, cursor.as_ref(), ROWS).await?;
    let households: Vec<_> = page.rows.iter().map(|row| row.household_id).collect();
    let names = Names::load(desk, visit, &households).await?;
    let places = desk.place_names(page.rows.iter().map(|row| &row.region).chain(&filter.region)).await?;
    let part = Part { region: filter.region.clone(), office: filter.office };
    let first = cursor.is_some().then(|| path(&part, &filter, kind, &asked.vague, ""));
    let next = page.next.as_ref().map(|cursor| path(&part, &filter, kind, &asked.vague, &cursor.to_string()));
    let word = KINDS.iter().find(|(other, _)| *other == kind).map_or(words::TASKS, |(_, word)| *word);
    let place = filter.region.as_ref().map(|region| places.own_name(region));
    let who = filter.office.map(|office| office_name(office, place, lang));
    let said = [who.as_deref(), Some(word.text(lang))].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let body = html! {
        @if page.rows.is_empty() { (empty(words::TASKS_EMPTY.text(lang), words::TASKS_EMPTY_FILL.text(lang))) }
        @else { (rows_table(&page.rows, &names, &places, lang)) }
        (pager(first.as_deref(), next.as_deref(), lang))
    };
    let days = format!("{} – {}", format::day(filter.first, lang), format::day(filter.last, lang));
    framed(desk, visit, &Heading { title: &said, note: Some(&days) }, &body).await
}

fn rows_table(rows: &[TaskRow], names: &Names, places: &Places, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::PERSON.text(lang)),
        Column::words(words::STATUS.text(lang)),
        Column::words(words::TASK_CAME.text(lang)),
        Column::words(words::TASK_DONE.text(lang)),
        Column::number(words::TASK_USED.text(lang)),
        Column::number(words::TASK_LIMIT.text(lang)),
        Column::words(words::CLOCKS.text(lang)),
        Column::words(words::REGION.text(lang)),
    ];
    table(words::TASKS.text(lang), &columns, &html! { @for row in rows { (task_row(row, names, places, lang)) } })
}

fn task_row(row: &TaskRow, names: &Names, places: &Places, lang: Lang) -> Markup {
    html! {
        tr {
            td { a.row-link href={"/cases/" (row.case_id)} { (names.title(row.household_id, lang)) } }
            td { (row.step.text().in_lang(lang)) }
            td { (format::day(row.from_on, lang)) }
            td { @if let Some(to) = row.to_on { (format::day(to, lang)) } @else { span.quiet { (words::TASKS_WAITING.text(lang)) } } }
            td.number { (counted(row.used, row.unit, lang)) }
            td.number { @if let Some(limit) = row.limit { (counted(limit, row.unit, lang)) } @else { span.quiet { (words::TASK_NO_LIMIT.text(lang)) } } }
            td { (clock(face(row.level, false), None, row.unit, lang)) }
            td { (place(places, &row.region)) }
        }
    }
}

fn counted(number: u32, unit: Unit, lang: Lang) -> String {
    let unit = unit_word(unit).text(lang);
    match lang {
        Lang::Zh => format!("{number}{unit}"),
        Lang::En => format!("{number} {unit}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_average_is_of_what_was_done() {
        let mut office = OfficeTasks {
            office: Role::Village,
            town: None,
            received: 0,
            in_time: 0,
            late: 0,
            waiting: 0,
            overdue: 0,
            supervision: 0,
            used_days: 25,
            used_of: 6,
        };
        assert_eq!(average(&office), "4.1");
        office.used_of = 0;
        assert_eq!(average(&office), "");
    }
}
