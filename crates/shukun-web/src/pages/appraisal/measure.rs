//! One measure: what it says, everything that was reported, and what can be reported now.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Masked;
use shukun_store::{AccountId, ErrorKind, Measure, MeasureAct, MeasureReport, MeasureState, Reported};

use super::{due, state_tags};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::{Done, Fields, masked};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, radios, text_area, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/appraisal/{measure_id}", show).post("/appraisal/{measure_id}", report)
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    act: String,
    #[serde(deserialize_with = "masked")]
    note: Masked<String>,
    #[serde(deserialize_with = "masked")]
    evidence: Masked<String>,
}

async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Query(done): Query<Done>,
) -> Result<Page, PageError> {
    measure_page(&desk, &visit, &id, done.is_done(), &Vec::new()).await
}

async fn report(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Typed>,
) -> Result<Response, PageError> {
    let Some(act) = MeasureAct::find(&typed.act) else {
        return again(&desk, &visit, &id, ("act", words::CHOICE_WRONG.both(&[]))).await;
    };
    let evidence = Some(typed.evidence).filter(|paper| !paper.reveal().trim().is_empty());
    let report = MeasureReport { act, note: typed.note, evidence };
    match desk.store().report_measure(visit.scope()?, &id, &report, visit.now).await {
        Ok(_) => Ok(Redirect::to(&format!("/appraisal/{id}?done=yes")).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => again(&desk, &visit, &id, ("note", error.text)).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(
    desk: &Desk,
    visit: &Visit,
    id: &str,
    fault: (&'static str, shukun_base::Text),
) -> Result<Response, PageError> {
    let page = measure_page(desk, visit, id, false, &vec![fault]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn measure_page(desk: &Desk, visit: &Visit, id: &str, is_done: bool, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let (measure, reports) = desk.store().measure(visit.scope()?, id).await?;
    let mut ids: Vec<AccountId> = reports.iter().map(|report| report.by.clone()).collect();
    ids.sort();
    ids.dedup();
    let names = desk.store().display_names(visit.scope()?, &ids).await?;
    let body = html! {
        @if is_done { p.done role="status" { (words::MEASURE_REPORTED.text(lang)) } }
        div.board {
            section.box {
                p { (state_tags(&measure, visit.today(), lang)) }
                (facts(&measure, visit))
            }
            section.box { h2 { (words::MEASURE_REPORT.text(lang)) } (form(&measure, &reports, visit, faults)?) }
            section.box.wide { h2 { (words::MEASURE_HISTORY.text(lang)) } (history(&reports, &names, visit)) }
        }
    };
    let heading = Heading { title: &measure.measure.words, note: Some(&measure.measure.source) };
    framed(desk, visit, &heading, &body).await
}

fn facts(measure: &Measure, visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        dl.facts {
            dt { (words::MEASURE_LEAD.text(lang)) } dd { (measure.measure.lead_unit) }
            dt { (words::MEASURE_UNITS.text(lang)) } dd { (measure.measure.responsible_units) }
            dt { (words::MEASURE_DUE.text(lang)) } dd { (due(measure, lang)) }
            dt { (words::MEASURE_SOURCE.text(lang)) } dd { (measure.measure.source) }
        }
    }
}

const fn act_word(act: MeasureAct) -> Word {
    match act {
        MeasureAct::Progress => words::MEASURE_ACT_PROGRESS,
        MeasureAct::Propose => words::MEASURE_ACT_PROPOSE,
        MeasureAct::Confirm => words::MEASURE_ACT_CONFIRM,
        MeasureAct::Reject => words::MEASURE_ACT_REJECT,
    }
}

/// What the reader may report now; who proposed a clearing waits for somebody else.
fn form(measure: &Measure, reports: &[Reported], visit: &Visit, faults: &Faults) -> Result<Markup, PageError> {
    let lang = visit.lang;
    if measure.state == MeasureState::Cleared {
        return Ok(html! { p.quiet { (words::MEASURE_NO_NEXT.text(lang)) } });
    }
    let me = visit.visitor()?.session.account_id();
    let is_own = measure.state == MeasureState::Proposed && reports.last().is_some_and(|report| report.by == *me);
    let acts = MeasureAct::ALL.iter().filter(|act| act.leads(measure.state).is_some() && visit.may(act.permission()));
    let acts: Vec<(String, String)> =
        acts.map(|act| (act.key().to_owned(), act_word(*act).text(lang).to_owned())).collect();
    if is_own || acts.is_empty() {
        return Ok(html! { p.quiet { (words::MEASURE_OTHERS.text(lang)) } });
    }
    let note =
        Input { hint: words::MEASURE_NOTE_HINT.text(lang), ..Input::text("note", words::MEASURE_NOTE.text(lang)) };
    let evidence = Input { is_required: false, ..Input::text("evidence", words::MEASURE_EVIDENCE.text(lang)) };
    Ok(html! {
        (wrong(faults, lang))
        form method="post" action={"/appraisal/" (measure.measure_id)} {
            (form_token(visit))
            (radios(&Input::text("act", words::MEASURE_REPORT_WHAT.text(lang)), &acts, faults, lang))
            (text_area(&note, 4, faults, lang))
            (input(&evidence, faults, lang))
            button.btn.btn-primary type="submit" { (words::MEASURE_REPORT.text(lang)) }
        }
    })
}

fn history(reports: &[Reported], names: &[(AccountId, String)], visit: &Visit) -> Markup {
    let lang = visit.lang;
    let name = |id: &AccountId| {
        names.iter().find(|(known, _)| known == id).map_or_else(|| id.to_string(), |(_, name)| name.clone())
    };
    html! {
        @if reports.is_empty() { p.quiet { (words::MEASURE_NEVER.text(lang)) } }
        @else {
            ol.acts {
                @for report in reports.iter().rev() {
                    li {
                        span.quiet { (format::moment(report.at, lang)) }
                        div {
                            b { (act_word(report.report.act).text(lang)) } " " span.quiet { (name(&report.by)) }
                            p { (report.report.note.reveal()) }
                            @if let Some(paper) = &report.report.evidence { p.quiet { (paper.reveal()) } }
                        }
                    }
                }
            }
        }
    }
}
