//! One alert: the history of its colour, what the last run measured, and leaving it alone for a time.

use axum::extract::{Path, State};
use axum::response::Redirect;
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, Lang};
use shukun_casework::alert::{Alert, AlertState, AlertStatus, SuppressReason};
use shukun_casework::authority::Permission;
use shukun_casework::{AlertId, Note};

use super::alerts::colour;
use crate::desk::Desk;
use crate::desk::Names;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Input, input, select};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::place::place;
use crate::ui::table::{Column, table};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/alerts/{alert_id}", show).post("/alerts/{alert_id}/suppress", suppress)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let lang = visit.lang;
    let alert_id = AlertId::new(&id).ok_or_else(PageError::not_found)?;
    let alert = desk.store().alert(visit.scope()?, &alert_id).await?;
    let names = Names::load(&desk, &visit, &[alert.household]).await?;
    let places = desk.place_names([&alert.region]).await?;
    let known = names.people(alert.household).iter().find(|person| person.person_id == alert.person);
    let name = known.map_or_else(|| words::NO_NAME.text(lang).to_owned(), |person| person.name.clone());
    let body = html! {
        dl.facts.box {
            dt { (words::COLOUR.text(lang)) } dd { (colour(alert.colour(), lang)) }
            dt { (words::STATE.text(lang)) } dd { (state(&alert, lang)) }
            dt { (words::REGION.text(lang)) } dd { (place(&places, &alert.region)) }
            dt { (words::RUN_YEAR.text(lang)) } dd { (alert.year) }
            dt { (words::BURDEN.text(lang)) } dd { (format::money(alert.last.burden_fen, lang)) }
            dt { (words::RULE.text(lang)) } dd { (alert.last.rule) " " span.quiet { (alert.last.pack) } }
            dt { (words::ALERT_SEEN.text(lang)) } dd { (format::day(alert.last.on, lang)) }
        }
        (history(&alert, lang))
        @if alert.state.status() == AlertStatus::Raised && visit.may(Permission::Screen) { (form(&alert, &visit)) }
    };
    framed(&desk, &visit, &Heading { title: &words::ALERT_OF.with(lang, &[("name", &name)]), note: None }, &body).await
}

fn state(alert: &Alert, lang: Lang) -> Markup {
    html! {
        span.tag { (alert.state.status().text().in_lang(lang)) }
        @match &alert.state {
            AlertState::Linked { case } => { " " a href={"/cases/" (case)} { (words::ALERT_CASE.text(lang)) } },
            AlertState::Suppressed { reason, until, note } => {
                " " (reason.text().in_lang(lang)) "，" (words::ALERT_UNTIL.with(lang, &[("day", &format::day(*until, lang))]))
                br; span.quiet { (note.as_str()) }
            },
            AlertState::Cleared { reason } => { " " (reason.text().in_lang(lang)) },
            AlertState::Raised => {},
        }
    }
}

fn history(alert: &Alert, lang: Lang) -> Markup {
    let columns = [
        Column::words(words::ALERT_FROM.text(lang)),
        Column::words(words::COLOUR.text(lang)),
        Column::number(words::BURDEN.text(lang)),
    ];
    let rows = html! {
        @for change in alert.history.iter().rev() {
            tr {
                td.nowrap { (format::day(change.on, lang)) }
                td { (colour(change.colour, lang)) }
                td.number { (format::money(change.burden_fen, lang)) }
            }
        }
    };
    html! { section { h2 { (words::ALERT_HISTORY.text(lang)) } (table(words::ALERT_HISTORY.text(lang), &columns, &rows)) } }
}

fn form(alert: &Alert, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let reasons: Vec<_> =
        SuppressReason::ALL.iter().map(|one| (one.key().to_owned(), one.text().in_lang(lang).to_owned())).collect();
    let until = Input { kind: "date", ..Input::text("until", words::ALERT_UNTIL_DAY.text(lang)) };
    let why = Input { hint: words::NOTE_HINT.text(lang), ..Input::text("why", words::WHY.text(lang)) };
    html! {
        section {
            h2 { (words::ALERT_SUPPRESS.text(lang)) }
            form.box method="post" action={"/alerts/" (alert.id) "/suppress"} {
                (form_token(visit))
                p.quiet { (words::ALERT_SUPPRESS_NOTE.text(lang)) }
                (select(&Input::text("reason", words::REASON.text(lang)), &reasons, &Vec::new(), lang))
                (input(&until, &Vec::new(), lang))
                (input(&why, &Vec::new(), lang))
                button.btn.btn-plain type="submit" { (words::ALERT_SUPPRESS.text(lang)) }
            }
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Typed {
    reason: String,
    until: String,
    why: String,
}

async fn suppress(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Redirect, PageError> {
    let alert_id = AlertId::new(&id).ok_or_else(PageError::not_found)?;
    let reason = SuppressReason::find(&typed.reason).ok_or_else(PageError::unreadable)?;
    let until: Day = typed.until.parse().map_err(|_| PageError::unreadable())?;
    let note = Note::new(typed.why.trim()).map_err(|_| PageError::unreadable())?;
    desk.store().suppress_alert(visit.scope()?, &alert_id, (reason, until, note), visit.now).await?;
    Ok(Redirect::to(&format!("/alerts/{alert_id}")))
}
