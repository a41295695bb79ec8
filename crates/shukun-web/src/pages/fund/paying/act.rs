//! What a form of a batch does.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use shukun_base::{Masked, Note, Text};
use shukun_fund::paying::files::CellFault;
use shukun_fund::paying::{Act, Batch, Channel, Purpose};
use shukun_fund::{BatchId, LineId};
use shukun_store::{BatchOrder, ErrorKind, NewPayee, StoreError};

use super::batch::batch_page;
use super::{batch_id, case_desk, hash_field};
use crate::desk::Desk;
use crate::error::PageError;
use crate::http::fields::{Fields, masked};
use crate::http::parts::Sent;
use crate::routes::Handlers;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .post("/fund/batches/{batch_id}/act", act)
        .post("/fund/batches/{batch_id}/add", add)
        .post("/fund/batches/{batch_id}/payee", payee)
        .post("/fund/batches/{batch_id}/answer", answer)
        .get("/fund/batches/{batch_id}/file", file)
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Typed {
    act: String,
    version: u32,
    sha256: String,
    why: String,
}

#[derive(Deserialize)]
struct Payee {
    #[serde(default)]
    payee_line: String,
    #[serde(deserialize_with = "masked")]
    name: Masked<String>,
    #[serde(deserialize_with = "masked")]
    account: Masked<String>,
    #[serde(default)]
    bank: String,
}

type Answer = Result<Response, PageError>;

async fn act(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, Fields(typed): Fields<Typed>) -> Answer {
    let (id, scope, cases) = (batch_id(&id)?, visit.scope()?, case_desk(&desk, &visit));
    let batch = desk.store().batch(scope, &id).await?.batch;
    // The form's own name: the same button on the same version is one act.
    let me = scope.account_id().as_str();
    let transaction = format!("{}-{}-{}", typed.act, typed.version, me.get(..32).unwrap_or(me));
    let order = BatchOrder { transaction: &transaction, version: typed.version };
    let done = if typed.act == "file" {
        desk.store().make_bank_file(scope, &id, order, &cases).await
    } else {
        let acts = match acts_of(&desk, &visit, &batch, &typed).await? {
            Ok(acts) => acts,
            Err(fault) => return again(&desk, &visit, &id, ("why", fault)).await,
        };
        desk.store().act_on_batch(scope, &id, &acts, order, &cases).await
    };
    finish(&desk, &visit, &id, done.map(|_| ()), "why").await
}

/// The acts that a button stands for; what was typed wrong comes back as words.
async fn acts_of(
    desk: &Desk,
    visit: &Visit,
    batch: &Batch,
    typed: &Typed,
) -> Result<Result<Vec<Act>, Text>, PageError> {
    let sha256 = hash_field(&typed.sha256);
    let one = match typed.act.as_str() {
        "lock" => Act::Lock { payees: desk.store().payees_of_batch(visit.scope()?, batch).await? },
        "submit" => Act::Submit { approvers: 0 },
        "approve" => Act::Approve { sha256 },
        "release" => Act::Release { sha256 },
        "send" => Act::Send { sha256 },
        "close" => Act::Close,
        "reject" | "abort" => match Note::new(&typed.why) {
            Ok(why) if typed.act == "reject" => Act::Reject { why },
            Ok(why) => Act::Abort { why },
            Err(fault) => return Ok(Err(fault.text())),
        },
        "settle" => {
            let payees = desk.store().payees_of_batch(visit.scope()?, batch).await?;
            let stopped = |id: &_| batch.payment(id).is_some_and(|payment| payment.changed.is_some());
            let acts = payees.into_iter().filter(|(id, _)| stopped(id));
            return Ok(Ok(acts.map(|(payment, payee)| Act::SettlePayee { payment, payee }).collect()));
        }
        _ => return Ok(Err(words::CHOICE_WRONG.both(&[]))),
    };
    Ok(Ok(vec![one]))
}

async fn add(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<Vec<(String, String)>>,
) -> Answer {
    let id = batch_id(&id)?;
    let find = |name: &str| typed.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value.as_str());
    let mut lines: Vec<LineId> =
        typed.iter().filter(|(name, _)| name == "line").filter_map(|(_, line)| LineId::new(line)).collect();
    if find("all") == "yes" {
        let scope = visit.scope()?;
        let batch = desk.store().batch(scope, &id).await?.batch;
        lines = desk.store().payable_lines(scope, &batch).await?.into_iter().map(|row| row.line.id).collect();
    }
    let version: u32 = find("version").parse().map_err(|_| PageError::unreadable())?;
    let (Some(channel), Some(purpose)) = (Channel::find(find("channel")), Purpose::find(find("purpose"))) else {
        return again(&desk, &visit, &id, ("channel", words::CHOICE_WRONG.both(&[]))).await;
    };
    let transaction = format!("add-{version}");
    let order = BatchOrder { transaction: &transaction, version };
    let picked = (lines.as_slice(), channel, purpose);
    let done = desk.store().add_lines(visit.scope()?, &id, picked, order, &case_desk(&desk, &visit)).await;
    finish(&desk, &visit, &id, done.map(|_| ()), "line").await
}

async fn payee(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, Fields(typed): Fields<Payee>) -> Answer {
    let id = batch_id(&id)?;
    let Some(line) = LineId::new(&typed.payee_line) else {
        return again(&desk, &visit, &id, ("payee_line", words::CHOICE_WRONG.both(&[]))).await;
    };
    let payee = NewPayee { name: typed.name, account: typed.account, bank: typed.bank };
    let done = match desk.store().enter_payee(visit.scope()?, &line, &payee, visit.now).await {
        Ok(payee) => stop_changed(&desk, &visit, &id, (&line, payee)).await,
        Err(error) => Err(error),
    };
    finish(&desk, &visit, &id, done, "account").await
}

/// An account that changes after it was locked stops its payment.
async fn stop_changed(
    desk: &Desk,
    visit: &Visit,
    id: &BatchId,
    (line, payee): (&LineId, shukun_base::ContentHash),
) -> Result<(), StoreError> {
    let Ok(scope) = visit.scope() else { return Ok(()) };
    let batch = desk.store().batch(scope, id).await?.batch;
    let of_line = batch.payments.iter().find(|payment| payment.of.line == *line);
    let Some(payment) = of_line.filter(|payment| payment.payee.as_ref() != Some(&payee)) else { return Ok(()) };
    if !batch.state.is_waiting() {
        return Ok(());
    }
    let change = Act::ChangePayee { payment: payment.of.id.clone(), payee };
    let transaction = format!("change-{}", batch.version);
    let order = BatchOrder { transaction: &transaction, version: batch.version };
    desk.store().act_on_batch(scope, id, &[change], order, &case_desk(desk, visit)).await.map(|_| ())
}

async fn answer(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, sent: Sent) -> Answer {
    let id = batch_id(&id)?;
    let Some(bytes) = sent.file("answer") else {
        return again(&desk, &visit, &id, ("answer", words::PAPER_MISSING.both(&[]))).await;
    };
    match desk.store().take_answer(visit.scope()?, &id, bytes, &case_desk(&desk, &visit)).await {
        Ok(answered) => {
            let figures = [answered.taken, answered.known, answered.faults.len()].map(|figure| figure.to_string());
            let [taken, known, wrong] = &figures;
            let values = [("n", taken.as_str()), ("m", known), ("faults", wrong)];
            let told = words::BATCH_ANSWERED.with(visit.lang, &values);
            let lines: Vec<String> = answered.faults.iter().map(|fault| fault_line(fault, &visit)).collect();
            Ok(batch_page(&desk, &visit, &id, Some(&told), &Vec::new(), &lines).await?.into_response())
        }
        Err(error) if error.kind == ErrorKind::Refused => again(&desk, &visit, &id, ("answer", error.text)).await,
        Err(error) => Err(error.into()),
    }
}

/// A cell that was not read, told to who brought the file; long numbers as stars.
pub(super) fn fault_line(fault: &CellFault, visit: &Visit) -> String {
    let why = fault.why.text();
    let (row, value) = (fault.row.to_string(), fault.shown());
    let values =
        [("row", row.as_str()), ("column", &fault.column), ("value", &value), ("why", why.in_lang(visit.lang))];
    words::BATCH_FAULT.with(visit.lang, &values)
}

async fn file(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Answer {
    let id = batch_id(&id)?;
    let (ending, bytes) = desk.store().fetch_bank_file(visit.scope()?, &id, visit.now).await?;
    let headers = [
        (CONTENT_TYPE, "application/octet-stream".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.{ending}\"")),
    ];
    Ok((headers, bytes).into_response())
}

async fn finish(desk: &Desk, visit: &Visit, id: &BatchId, done: Result<(), StoreError>, field: &'static str) -> Answer {
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/fund/batches/{id}?done=yes")).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => again(desk, visit, id, (field, error.text)).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, id: &BatchId, fault: (&'static str, Text)) -> Answer {
    let page = batch_page(desk, visit, id, None, &vec![fault], &[]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
