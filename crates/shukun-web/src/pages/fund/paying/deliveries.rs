//! Relief that is handed over in person: what waits, and recording that it was received.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{ActorId, Day, Note, Text};
use shukun_casework::authority::Permission;
use shukun_fund::BatchId;
use shukun_fund::paying::{Act, Batch, BatchState, Channel, Delivery, Evidence, Payment, PaymentId, PaymentState};
use shukun_store::{BatchOrder, ErrorKind};

use super::{case_desk, hash_field};
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::Fields;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/fund/deliveries", show).post("/fund/deliveries", record)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    done: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    payment: String,
    on: String,
    place: String,
    received_by: String,
    paper: String,
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(asked): Query<Asked>) -> Result<Page, PageError> {
    deliveries_page(&desk, &visit, asked.done == "yes", &Vec::new()).await
}

async fn record(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let scope = visit.scope()?;
    let place = match Note::new(&typed.place) {
        Ok(place) => place,
        Err(fault) => return again(&desk, &visit, ("place", fault.text())).await,
    };
    let received_by = match Note::new(&typed.received_by) {
        Ok(received_by) => received_by,
        Err(fault) => return again(&desk, &visit, ("received_by", fault.text())).await,
    };
    let on: Option<Day> = typed.on.parse().ok();
    let ids = typed.payment.split_once('|').and_then(|(batch, id)| Some((BatchId::new(batch)?, PaymentId::new(id)?)));
    let (Some(on), Some((id, payment)), Some(paper)) = (on, ids, hash_field(&typed.paper)) else {
        return again(&desk, &visit, ("paper", words::CHOICE_WRONG.both(&[]))).await;
    };
    let handed_by = ActorId::new(scope.account_id().as_str()).ok_or_else(PageError::broken)?;
    let delivery = Delivery { on, place, handed_by, received_by, paper };
    let version = desk.store().batch(scope, &id).await?.batch.version;
    let transaction = format!("deliver-{payment}");
    let act = Act::Pay { payment, on, evidence: Evidence::Delivery(delivery) };
    let order = BatchOrder { transaction: &transaction, version };
    match desk.store().act_on_batch(scope, &id, &[act], order, &case_desk(&desk, &visit)).await {
        Ok(_) => Ok(Redirect::to("/fund/deliveries?done=yes").into_response()),
        Err(error) if error.kind == ErrorKind::Refused => again(&desk, &visit, ("payment", error.text)).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, fault: (&'static str, Text)) -> Result<Response, PageError> {
    let page = deliveries_page(desk, visit, false, &vec![fault]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn deliveries_page(desk: &Desk, visit: &Visit, is_done: bool, faults: &Faults) -> Result<Page, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let mut batches = Vec::new();
    if visit.may(Permission::ViewFund) {
        for row in desk.store().batches(scope, &[BatchState::Sent, BatchState::Reconciling]).await? {
            batches.push(desk.store().batch(scope, &row.id).await?.batch);
        }
    }
    let waits = |payment: &&Payment| payment.of.channel == Channel::InPerson && payment.state == PaymentState::Sent;
    let waiting: Vec<(&Batch, &Payment)> = batches
        .iter()
        .flat_map(|batch| batch.payments.iter().filter(waits).map(move |payment| (batch, payment)))
        .collect();
    let body = html! {
        @if is_done { p.done role="status" { (words::BATCH_DONE.text(lang)) } }
        @if waiting.is_empty() { (empty(words::DELIVERIES_EMPTY.text(lang), words::DELIVERIES_EMPTY_FILL.text(lang))) }
        @else { (form(&waiting, faults, visit)) }
    };
    let heading = Heading { title: words::DELIVERIES.text(lang), note: Some(words::DELIVERIES_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

fn form(waiting: &[(&Batch, &Payment)], faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let choices: Vec<(String, String)> = waiting
        .iter()
        .map(|(batch, payment)| {
            let name = format!("{} · {} · {}", payment.of.line, payment.of.amount, payment.of.id);
            (format!("{}|{}", batch.id, payment.of.id), name)
        })
        .collect();
    let today = visit.today().to_string();
    let on = Input { kind: "date", value: &today, ..Input::text("on", words::DELIVERY_ON.text(lang)) };
    html! {
        (wrong(faults, lang))
        form method="post" action="/fund/deliveries" {
            (form_token(visit))
            (select(&Input::text("payment", words::BATCH_LINES.text(lang)), &choices, faults, lang))
            (input(&on, faults, lang))
            (input(&Input::text("place", words::DELIVERY_PLACE.text(lang)), faults, lang))
            (input(&Input::text("received_by", words::DELIVERY_BY_WHOM.text(lang)), faults, lang))
            (input(&Input::text("paper", words::DELIVERY_PAPER.text(lang)), faults, lang))
            button.btn.btn-primary type="submit" { (words::DELIVERY_RECORD.text(lang)) }
        }
    }
}
