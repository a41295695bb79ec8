//! Runs, newest first; asking for one now, or on a day of every month.

use axum::extract::State;
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Lang, RegionCode};
use shukun_casework::authority::Permission;
use shukun_store::{ScreeningDay, ScreeningRun};

use crate::desk::{Desk, screening};
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Input, input};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/runs", list).post("/runs", ask).post("/runs/schedule", schedule)
}

async fn list(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let runs = desk.store().list_screening_runs(scope).await?;
    let days = desk.store().screening_days(scope).await?;
    let columns = [words::RUN_ASKED, words::RUN_YEAR, words::STATE];
    let columns: Vec<Column<'_>> = columns.iter().map(|word| Column::words(word.text(lang))).collect();
    let body = html! {
        @if visit.may(Permission::RunScreening) { (forms(&visit, &days, &desk.random_word()?)?) }
        section {
            h2 { (words::RUNS_BEFORE.text(lang)) }
            @if runs.is_empty() { (empty(words::RUNS_EMPTY.text(lang), words::RUNS_EMPTY_FILL.text(lang))) }
            @else { (table(words::RUNS.text(lang), &columns, &html! { @for run in &runs { (row(run, lang)) } })) }
        }
    };
    framed(&desk, &visit, &Heading { title: words::RUNS.text(lang), note: Some(words::RUNS_NOTE.text(lang)) }, &body)
        .await
}

fn row(run: &ScreeningRun, lang: Lang) -> Markup {
    html! {
        tr {
            td { a.row-link href={"/runs/" (run.run_id)} { (format::moment(run.asked_at, lang)) } }
            td { (run.year) }
            td { (state(run, lang)) }
        }
    }
}

/// Whether it is over.
pub fn state(run: &ScreeningRun, lang: Lang) -> Markup {
    html! {
        @if run.finished_at.is_some() { span.tag.tag-green { (words::JOB_DONE.text(lang)) } }
        @else { span.tag.tag-accent { (words::JOB_RUNNING.text(lang)) } }
    }
}

/// Where the reader may run it, as hidden field or choice.
fn region_field(regions: &[RegionCode], id: &'static str, lang: Lang) -> Markup {
    html! {
        @if let [only] = regions { input type="hidden" name="region" value=(only); }
        @else {
            div.field {
                label.form-label for=(id) { (words::REGION.text(lang)) }
                select.form-select #(id) name="region" { @for region in regions { option value=(region) { (region) } } }
            }
        }
    }
}

/// `once` names the request: the button pressed twice asks for one run.
fn forms(visit: &Visit, days: &[ScreeningDay], once: &str) -> Result<Markup, PageError> {
    let (lang, regions) = (visit.lang, visit.scope()?.regions(Permission::RunScreening));
    let year = visit.today().year().to_string();
    let now = Input {
        kind: "numeric",
        value: &year,
        hint: words::RUN_YEAR_HINT.text(lang),
        ..Input::text("year", words::RUN_YEAR.text(lang))
    };
    let day = days.first().map(|day| day.day_of_month.to_string()).unwrap_or_default();
    let monthly = Input {
        kind: "numeric",
        value: &day,
        hint: words::RUN_DAY_HINT.text(lang),
        is_required: false,
        ..Input::text("day", words::RUN_DAY.text(lang))
    };
    Ok(html! {
        div.grid-form {
            form.box method="post" action="/runs" {
                (form_token(visit))
                input type="hidden" name="once" value=(once);
                h2 { (words::RUN_NOW.text(lang)) }
                (region_field(&regions, "region-now", lang))
                (input(&now, &Vec::new(), lang))
                button.btn.btn-primary type="submit" { (words::RUN_NOW.text(lang)) }
            }
            form.box method="post" action="/runs/schedule" {
                (form_token(visit))
                h2 { (words::RUN_MONTHLY.text(lang)) }
                p.quiet {
                    @if days.is_empty() { (words::RUN_OFF.text(lang)) }
                    @for day in days {
                        (words::RUN_ON.with(lang, &[("region", day.region.as_str()), ("day", &day.day_of_month.to_string())])) " "
                    }
                }
                (region_field(&regions, "region-day", lang))
                (input(&monthly, &Vec::new(), lang))
                button.btn.btn-plain type="submit" { (words::RUN_SET.text(lang)) }
            }
        }
    })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    region: String,
    year: String,
    day: String,
    once: String,
}

impl Typed {
    fn region(&self) -> Result<RegionCode, PageError> {
        RegionCode::new(self.region.trim()).ok_or_else(PageError::unreadable)
    }
}

async fn ask(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Redirect, PageError> {
    let year: i16 = typed.year.trim().parse().map_err(|_| PageError::unreadable())?;
    if !(2000..=visit.today().year()).contains(&year) {
        return Err(PageError::unreadable());
    }
    let once = Some(typed.once.as_str()).filter(|once| !once.is_empty());
    let job_id = screening::ask(&desk, visit.scope()?, &typed.region()?, year, once).await?;
    Ok(Redirect::to(&format!("/jobs/{}", job_id.as_str())))
}

async fn schedule(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Redirect, PageError> {
    let day = match typed.day.trim() {
        "" | "0" => None,
        text => Some(text.parse().map_err(|_| PageError::unreadable())?),
    };
    desk.store().set_screening_day(visit.scope()?, &typed.region()?, day, visit.now).await?;
    Ok(Redirect::to("/runs"))
}
