//! The list of alerts: filters in the address, the largest burden first, pages by key.

use axum::extract::{Query, State};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Lang, RegionCode};
use shukun_casework::RunId;
use shukun_casework::alert::{AlertStatus, Colour};
use shukun_casework::authority::Permission;
use shukun_store::{AlertChange, AlertCursor, AlertFilter, AlertPage, AlertRow, Region};

use super::run::change_word;
use crate::desk::Names;
use crate::desk::{Desk, Places};
use crate::error::PageError;
use crate::format;
use crate::guard::encoded;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::colour::colour_tag;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, wrong};
use crate::ui::filters::{Filter, filters};
use crate::ui::layout::{Heading, Page};
use crate::ui::pager::pager;
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/alerts", list)
}

/// Rows of a page.
const ROWS: u16 = 30;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    status: String,
    colour: String,
    region: String,
    year: String,
    run: String,
    change: String,
    from: String,
}

impl Asked {
    fn filter(&self) -> AlertFilter {
        AlertFilter {
            statuses: AlertStatus::find(&self.status).into_iter().collect(),
            colours: Colour::find(&self.colour).into_iter().collect(),
            region: RegionCode::new(self.region.trim()),
            year: self.year.trim().parse().ok(),
            household: None,
            run: RunId::new(&self.run)
                .filter(|_| !self.run.is_empty())
                .map(|run| (run, AlertChange::find(&self.change))),
        }
    }

    /// What cannot be read, with the id of its field: then nothing is listed, where everything would be misleading.
    fn faults(&self) -> Faults {
        let fields = [
            ("filter-status", &self.status, AlertStatus::find(&self.status).is_some()),
            ("filter-colour", &self.colour, Colour::find(&self.colour).is_some()),
            ("filter-region", &self.region, RegionCode::new(self.region.trim()).is_some()),
            ("filter-year", &self.year, self.year.trim().parse::<i16>().is_ok()),
            ("filter-run", &self.run, RunId::new(&self.run).is_some()),
            ("filter-change", &self.change, AlertChange::find(&self.change).is_some()),
        ];
        let unread = fields.iter().filter(|(_, value, is_read)| !value.trim().is_empty() && !is_read);
        unread.map(|(id, _, _)| (*id, words::FILTER_WORD_WRONG.both(&[]))).collect()
    }

    fn path(&self, from: Option<&AlertCursor>) -> String {
        let from = from.map(ToString::to_string).unwrap_or_default();
        let fields = [
            ("status", &self.status),
            ("colour", &self.colour),
            ("region", &self.region),
            ("year", &self.year),
            ("run", &self.run),
            ("change", &self.change),
            ("from", &from),
        ];
        let set = fields.iter().filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = set.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        if pairs.is_empty() { "/alerts".to_owned() } else { format!("/alerts?{}", pairs.join("&")) }
    }
}

async fn list(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    let (lang, scope, filter) = (visit.lang, visit.scope()?, asked.filter());
    let cursor = AlertCursor::parse(&asked.from);
    let faults = asked.faults();
    let (page, counts) = if faults.is_empty() {
        let page = desk.store().list_alerts(scope, &filter, cursor.as_ref(), ROWS).await?;
        (page, desk.store().count_alerts(scope, &filter).await?)
    } else {
        (AlertPage { rows: Vec::new(), next: None }, Vec::new())
    };
    let households: Vec<_> = page.rows.iter().map(|row| row.household_id).collect();
    let names = Names::load(&desk, &visit, &households).await?;
    let places = desk.place_names(page.rows.iter().map(|row| &row.region)).await?;
    let towns = desk.choosable_places(scope, Permission::ViewCases, &[9]).await?;
    let total: u64 = counts.iter().map(|count| count.cases).sum();
    let first = cursor.is_some().then(|| asked.path(None));
    let next = page.next.as_ref().map(|cursor| asked.path(Some(cursor)));
    let body = html! {
        (wrong(&faults, lang))
        (filter_form(&asked, &towns, lang))
        p.quiet { (words::ALERTS_COUNT.with(lang, &[("n", &format::count(total))])) }
        @if page.rows.is_empty() { (empty(words::ALERTS_EMPTY.text(lang), words::ALERTS_EMPTY_FILL.text(lang))) }
        @else { (rows(&page.rows, &names, &places, lang)) }
        (pager(first.as_deref(), next.as_deref(), lang))
    };
    framed(
        &desk,
        &visit,
        &Heading { title: words::ALERTS.text(lang), note: Some(words::ALERTS_NOTE.text(lang)) },
        &body,
    )
    .await
}

fn filter_form(asked: &Asked, towns: &[Region], lang: Lang) -> Markup {
    let towns: Vec<_> = towns.iter().map(|town| (town.code.to_string(), town.name.clone())).collect();
    let statuses: Vec<_> =
        AlertStatus::ALL.iter().map(|one| (one.key().to_owned(), one.text().in_lang(lang).to_owned())).collect();
    let colours: Vec<_> =
        Colour::ALL.iter().map(|one| (one.key().to_owned(), one.text().in_lang(lang).to_owned())).collect();
    let changes: Vec<_> = AlertChange::ALL
        .iter()
        .map(|(key, change)| ((*key).to_owned(), change_word(*change).text(lang).to_owned()))
        .collect();
    let mut all = vec![
        Filter { name: "status", label: words::STATE.text(lang), value: &asked.status, choices: &statuses },
        Filter { name: "colour", label: words::COLOUR.text(lang), value: &asked.colour, choices: &colours },
        Filter { name: "region", label: words::REGION.text(lang), value: &asked.region, choices: &towns },
        Filter { name: "year", label: words::RUN_YEAR.text(lang), value: &asked.year, choices: &[] },
    ];
    // The run is kept when the filter is changed, and left with the others.
    let runs = [(asked.run.clone(), words::ALERTS_THIS_RUN.text(lang).to_owned())];
    if !asked.run.is_empty() {
        all.push(Filter { name: "run", label: words::RUNS.text(lang), value: &asked.run, choices: &runs });
        all.push(Filter {
            name: "change",
            label: words::RUN_CHANGED.text(lang),
            value: &asked.change,
            choices: &changes,
        });
    }
    filters("/alerts", &all, lang)
}

fn rows(rows: &[AlertRow], names: &Names, places: &Places, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::COLOUR.text(lang)),
        Column::words(words::PERSON.text(lang)),
        Column::words(words::REGION.text(lang)),
        Column::number(words::RUN_YEAR.text(lang)),
        Column::number(words::BURDEN.text(lang)),
        Column::words(words::STATE.text(lang)),
    ];
    table(words::ALERTS.text(lang), &columns, &html! { @for row in rows { (one(row, names, places, lang)) } })
}

fn one(row: &AlertRow, names: &Names, places: &Places, lang: Lang) -> Markup {
    html! {
        tr {
            td { (colour(row.colour, lang)) }
            td { a.row-link href={"/alerts/" (row.alert_id)} { (name_of(names, row, lang)) } }
            td { (place(places, &row.region)) }
            td.number { (row.year) }
            td.number { (format::money(row.burden_fen, lang)) }
            td {
                span.tag { (row.status.text().in_lang(lang)) }
                @if let Some(case_id) = &row.case_id { " " a href={"/cases/" (case_id)} { (words::ALERT_CASE.text(lang)) } }
            }
        }
    }
}

fn name_of(names: &Names, row: &AlertRow, lang: Lang) -> String {
    let known = names.people(row.household_id).iter().find(|person| person.person_id == row.person_id);
    known.map_or_else(|| words::NO_NAME.text(lang).to_owned(), |person| person.name.clone())
}

/// The colour, or that there is none.
pub fn colour(colour: Option<Colour>, lang: Lang) -> Markup {
    match colour {
        Some(colour) => colour_tag(colour, lang),
        None => html! { span.tag { (words::BELOW_LINE.text(lang)) } },
    }
}
