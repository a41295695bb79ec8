//! Who had a colour at the end of a month: the list behind people by colour.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, RegionCode};
use shukun_casework::alert::Colour;
use shukun_store::{AlertCursor, ColourFilter, ColourRow};

use super::address::address;
use crate::desk::Names;
use crate::desk::figures::Part;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::colour::colour_tag;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page};
use crate::ui::pager::pager;
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/figures/people", people)
}

const ROWS: u16 = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    year: String,
    colour: String,
    on: String,
    region: String,
    from: String,
}

impl Asked {
    /// What is not given is red, today, this year.
    fn filter(&self, today: Day) -> ColourFilter {
        ColourFilter {
            year: self.year.parse().unwrap_or_else(|_| today.year()),
            region: RegionCode::new(self.region.trim()),
            colour: Colour::find(&self.colour).unwrap_or(Colour::Red),
            on: self.on.parse().unwrap_or(today),
        }
    }
}

async fn people(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let filter = asked.filter(visit.today());
    let cursor = AlertCursor::parse(&asked.from);
    let (rows, next) = desk.store().list_colours(scope, &filter, cursor.as_ref(), ROWS).await?;
    let households: Vec<_> = rows.iter().map(|row| row.household_id).collect();
    let names = Names::load(&desk, &visit, &households).await?;
    let places = desk.place_names(rows.iter().map(|row| &row.region)).await?;
    let first = cursor.is_some().then(|| path(&filter, ""));
    let next = next.map(|cursor| path(&filter, &cursor.to_string()));
    let day = format::day(filter.on, lang);
    let title = words::PEOPLE_BY_COLOUR.with(lang, &[("day", &day), ("colour", filter.colour.text().in_lang(lang))]);
    let body = html! {
        @if rows.is_empty() { (empty(words::PEOPLE_EMPTY.text(lang), words::PEOPLE_EMPTY_FILL.text(lang))) }
        @else { (rows_table(&title, &rows, &names, &places, &visit)) }
        (pager(first.as_deref(), next.as_deref(), lang))
    };
    let note = words::YEAR_OF.with(lang, &[("n", &filter.year.to_string())]);
    framed(&desk, &visit, &Heading { title: &title, note: Some(&note) }, &body).await
}

fn path(filter: &ColourFilter, from: &str) -> String {
    let part = Part { region: filter.region.clone(), office: None };
    let (year, on) = (filter.year.to_string(), filter.on.to_string());
    address("/figures/people", &part, &[("year", &year), ("colour", filter.colour.key()), ("on", &on), ("from", from)])
}

fn rows_table(title: &str, rows: &[ColourRow], names: &Names, places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let columns = [
        Column::words(words::PERSON.text(lang)),
        Column::number(words::BURDEN.text(lang)),
        Column::words(words::PEOPLE_SINCE.text(lang)),
        Column::words(words::PEOPLE_NOW.text(lang)),
        Column::words(words::REGION.text(lang)),
        Column::words(words::RULE.text(lang)),
    ];
    table(title, &columns, &html! { @for row in rows { (person_row(row, names, places, visit)) } })
}

fn person_row(row: &ColourRow, names: &Names, places: &Places, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let known = names.people(row.household_id).iter().find(|person| person.person_id == row.person_id);
    let name = known.map_or_else(|| names.title(row.household_id, lang), |person| person.name.clone());
    html! {
        tr {
            td {
                @match &row.case_id {
                    Some(case_id) => a.row-link href={"/cases/" (case_id)} { (name) },
                    // Its case is closed: the alert leads there.
                    None => a.row-link href={"/alerts/" (row.alert_id)} { (name) },
                }
            }
            td.number { (format::money(row.burden_fen, lang)) }
            td { (format::day(row.since, lang)) }
            td {
                @match row.now {
                    Some(colour) => (colour_tag(colour, lang)),
                    None => span.tag { (words::PEOPLE_BELOW.text(lang)) },
                }
            }
            td { (place(places, &row.region)) }
            td { (row.rule) }
        }
    }
}
