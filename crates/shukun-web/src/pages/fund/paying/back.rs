//! Money of a sent payment that comes back: returned late, given back by the household, or given up for good.
//!
//! Forms of a batch's page and what they do; the same forms stand on a closed batch, since money comes back years later.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{Day, Note, Text};
use shukun_casework::authority::Permission;
use shukun_fund::BatchId;
use shukun_fund::paying::{Act, Batch, Channel, FailureReason, Payment, PaymentId, PaymentState};
use shukun_store::{BatchOrder, CameBack, ErrorKind, MoneyBack, StoreError};

use super::batch::batch_page;
use super::payments::Shown;
use super::{batch_id, case_desk};
use crate::desk::Desk;
use crate::error::PageError;
use crate::format;
use crate::http::fields::Fields;
use crate::http::parts::Sent;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, file, input, select};
use crate::ui::layout::form_token;
use crate::visit::Visit;
use crate::words;

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/fund/batches/{batch_id}/give-up", give_up).post("/fund/batches/{batch_id}/back", back)
}

/// Of the choice of how money came back: the household gave a part.
const RECOVERED: &str = "recovered";

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct GivenUp {
    payment: String,
    version: u32,
    given_up_why: String,
}

type Answer = Result<Response, PageError>;
/// A field, and what to mend in it.
type Fault = (&'static str, Text);

async fn give_up(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    Fields(typed): Fields<GivenUp>,
) -> Answer {
    let id = batch_id(&id)?;
    let Some(payment) = PaymentId::new(&typed.payment) else { return Err(PageError::not_found()) };
    let why = match Note::new(&typed.given_up_why) {
        Ok(why) => why,
        Err(fault) => return again(&desk, &visit, &id, ("given_up_why", fault.text())).await,
    };
    let transaction = format!("give-up-{}", typed.version);
    let order = BatchOrder { transaction: &transaction, version: typed.version };
    let act = Act::Reverse { payment, why };
    let done = desk.store().act_on_batch(visit.scope()?, &id, &[act], order, &case_desk(&desk, &visit)).await;
    finish(&desk, &visit, &id, done, "given_up_why").await
}

async fn back(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, sent: Sent) -> Answer {
    let id = batch_id(&id)?;
    let find = |name: &str| sent.fields.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value.as_str());
    let version: u32 = find("version").parse().map_err(|_| PageError::unreadable())?;
    let Some(payment) = PaymentId::new(find("back_payment")) else { return Err(PageError::not_found()) };
    let how = match came_back(find("how"), find("amount")) {
        Ok(how) => how,
        Err(fault) => return again(&desk, &visit, &id, fault).await,
    };
    let Ok(on) = find("back_on").parse::<Day>() else {
        return again(&desk, &visit, &id, ("back_on", words::CHOICE_WRONG.both(&[]))).await;
    };
    let Some(paper) = sent.file("paper") else {
        return again(&desk, &visit, &id, ("paper", words::PAPER_MISSING.both(&[]))).await;
    };
    let transaction = format!("back-{version}");
    let order = BatchOrder { transaction: &transaction, version };
    let back = MoneyBack { payment: &payment, on, how, paper };
    let done = desk.store().record_money_back(visit.scope()?, &id, &back, order, &case_desk(&desk, &visit)).await;
    finish(&desk, &visit, &id, done, "amount").await
}

fn came_back(how: &str, amount: &str) -> Result<CameBack, Fault> {
    if how == RECOVERED {
        let amount = format::read_money(amount).ok_or_else(|| ("amount", words::AMOUNT_WRONG.both(&[])))?;
        return Ok(CameBack::Recovered(amount));
    }
    FailureReason::find(how).map(CameBack::Returned).ok_or_else(|| ("how", words::CHOICE_WRONG.both(&[])))
}

async fn finish(
    desk: &Desk,
    visit: &Visit,
    id: &BatchId,
    done: Result<Batch, StoreError>,
    field: &'static str,
) -> Answer {
    match done {
        Ok(_) => Ok(Redirect::to(&format!("/fund/batches/{id}?done=yes")).into_response()),
        Err(error) if error.kind == ErrorKind::Refused => again(desk, visit, id, (field, error.text)).await,
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, id: &BatchId, fault: Fault) -> Answer {
    let page = batch_page(desk, visit, id, None, &vec![fault], &[]).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// The forms that the reader may use on this batch; nothing where there are none.
pub(super) fn forms(batch: &Batch, shown: &Shown<'_>, faults: &Faults, visit: &Visit) -> Result<Markup, PageError> {
    let (lang, scope) = (visit.lang, visit.scope()?);
    let waits = |payment: &&Payment| payment.state.may_go_again();
    // What is with the bank is answered by its file; what goes in person comes back on paper.
    let may_come = |payment: &&Payment| {
        let is_out = payment.of.channel == Channel::InPerson && payment.state == PaymentState::Sent;
        is_out || payment.state == PaymentState::Paid
    };
    let (waiting, out) = (choices(shown, waits), choices(shown, may_come));
    let may = |permission| scope.allows(permission, Some(&batch.region));
    Ok(html! {
        @if !waiting.is_empty() && may(Permission::MakeBatch) {
            section.box { h2 { (words::GIVE_UP.text(lang)) } (give_up_form(batch, &waiting, faults, visit)) }
        }
        @if !out.is_empty() && may(Permission::SendBatch) {
            section.box { h2 { (words::BACK.text(lang)) } (back_form(batch, &out, faults, visit)) }
        }
    })
}

fn choices(shown: &Shown<'_>, fits: impl Fn(&&Payment) -> bool) -> Vec<(String, String)> {
    let named = |payment: &Payment| (payment.of.id.to_string(), format!("{} · {}", payment.of.line, payment.of.amount));
    shown.payments.iter().copied().filter(fits).map(named).collect()
}

fn give_up_form(batch: &Batch, waiting: &[(String, String)], faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let why =
        Input { hint: words::GIVE_UP_HINT.text(lang), ..Input::text("given_up_why", words::BATCH_WHY.text(lang)) };
    html! {
        form method="post" action={"/fund/batches/" (batch.id) "/give-up"} {
            (form_token(visit))
            input type="hidden" name="version" value=(batch.version);
            (select(&Input::text("payment", words::BATCH_LINES.text(lang)), waiting, faults, lang))
            (input(&why, faults, lang))
            button.btn type="submit" { (words::GIVE_UP.text(lang)) }
        }
    }
}

fn back_form(batch: &Batch, out: &[(String, String)], faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let mut ways = vec![(RECOVERED.to_owned(), words::BACK_RECOVERED.text(lang).to_owned())];
    ways.extend(FailureReason::ALL.iter().map(|reason| {
        let why = reason.text();
        (reason.key().to_owned(), words::BACK_RETURNED.with(lang, &[("reason", why.in_lang(lang))]))
    }));
    let today = visit.today().to_string();
    let on = Input { kind: "date", value: &today, ..Input::text("back_on", words::BACK_ON.text(lang)) };
    let amount = Input {
        kind: "decimal",
        is_required: false,
        hint: words::BACK_AMOUNT_HINT.text(lang),
        ..Input::text("amount", words::BACK_AMOUNT.text(lang))
    };
    html! {
        form method="post" enctype="multipart/form-data" action={"/fund/batches/" (batch.id) "/back"} {
            (form_token(visit))
            input type="hidden" name="version" value=(batch.version);
            (select(&Input::text("back_payment", words::BATCH_LINES.text(lang)), out, faults, lang))
            (select(&Input::text("how", words::BACK_HOW.text(lang)), &ways, faults, lang))
            (input(&amount, faults, lang))
            (input(&on, faults, lang))
            (file(&Input::text("paper", words::BACK_PAPER.text(lang)), faults, lang))
            button.btn type="submit" { (words::BACK_RECORD.text(lang)) }
        }
    }
}
