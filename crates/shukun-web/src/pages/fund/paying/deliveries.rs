//! Relief that is handed over in person: what waits in the reader's own area, and recording that it was received.
//!
//! Made for a telephone at the door: one list, one form, the receipt photographed. Names are masked; who looked is written down.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use shukun_base::{Day, HouseholdId, Note, Text};
use shukun_casework::authority::{Permission, Programme};
use shukun_fund::paying::PaymentId;
use shukun_store::{DeliveryRow, ErrorKind, HandedOver};

use super::case_desk;
use crate::desk::{Desk, Names, Places};
use crate::error::PageError;
use crate::format;
use crate::http::fields::Done;
use crate::http::parts::Sent;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::field::{Faults, Input, file, input, radios, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its address.
pub const PATH: &str = "/fund/deliveries";

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get(PATH, show).post(PATH, record)
}

/// How many wait in the reader's area, for the start page.
pub async fn waiting(desk: &Desk, visit: &Visit) -> Result<u64, PageError> {
    if !visit.may(Permission::RecordDelivery) {
        return Ok(0);
    }
    let rows = desk.store().deliveries(visit.scope()?).await?;
    Ok(u64::try_from(rows.len()).unwrap_or(u64::MAX))
}

/// What was typed, put back where something was wrong.
#[derive(Debug, Default)]
struct Typed {
    payment: String,
    on: String,
    place: String,
    received_by: String,
    witness: String,
}

impl Typed {
    fn of(sent: &Sent) -> Typed {
        let find = |name: &str| sent.fields.iter().find(|(one, _)| one == name).map_or("", |(_, value)| value.as_str());
        let typed = |name| find(name).to_owned();
        Typed {
            payment: typed("payment"),
            on: typed("on"),
            place: typed("place"),
            received_by: typed("received_by"),
            witness: typed("witness"),
        }
    }
}

async fn show(State(desk): State<Desk>, visit: Visit, Query(done): Query<Done>) -> Result<Page, PageError> {
    let typed = Typed { on: visit.today().to_string(), ..Typed::default() };
    deliveries_page(&desk, &visit, done.is_done(), (&typed, &Vec::new())).await
}

async fn record(State(desk): State<Desk>, visit: Visit, sent: Sent) -> Result<Response, PageError> {
    let typed = Typed::of(&sent);
    let mut faults = Faults::new();
    let words = [("place", &typed.place), ("received_by", &typed.received_by), ("witness", &typed.witness)];
    let [place, received_by, witness] = words.map(|(name, text)| note(name, text, &mut faults));
    let (on, payment) = (typed.on.parse::<Day>().ok(), PaymentId::new(&typed.payment));
    let receipt = sent.file("receipt");
    let mut lacks = |is_there: bool, name, text: Text| {
        if !is_there {
            faults.push((name, text));
        }
    };
    lacks(payment.is_some(), "payment", words::CHOICE_WRONG.both(&[]));
    lacks(on.is_some(), "on", words::CHOICE_WRONG.both(&[]));
    lacks(receipt.is_some(), "receipt", words::PAPER_MISSING.both(&[]));
    let (Some(place), Some(received_by), Some(witness)) = (place, received_by, witness) else {
        return again(&desk, &visit, &typed, &faults).await;
    };
    let (Some(on), Some(payment), Some(receipt)) = (on, payment, receipt) else {
        return again(&desk, &visit, &typed, &faults).await;
    };
    let handed = HandedOver { payment: &payment, on, place, received_by, witness, receipt };
    match desk.store().record_delivery(visit.scope()?, &handed, &case_desk(&desk, &visit)).await {
        Ok(()) => Ok(Redirect::to("/fund/deliveries?done=yes").into_response()),
        Err(error) if error.kind == ErrorKind::Refused => {
            let field = if error.code.starts_with("store-document") { "receipt" } else { "payment" };
            again(&desk, &visit, &typed, &vec![(field, error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

fn note(name: &'static str, text: &str, faults: &mut Faults) -> Option<Note> {
    Note::new(text).map_err(|fault| faults.push((name, fault.text()))).ok()
}

async fn again(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Response, PageError> {
    let page = deliveries_page(desk, visit, false, (typed, faults)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

async fn deliveries_page(
    desk: &Desk,
    visit: &Visit,
    is_done: bool,
    (typed, faults): (&Typed, &Faults),
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let rows = desk.store().view_deliveries(visit.scope()?, visit.now).await?;
    let households: Vec<HouseholdId> = rows.iter().filter_map(|row| row.household).collect();
    let names = Names::load(desk, visit, &households).await?;
    let places = desk.place_names(rows.iter().map(|row| &row.region)).await?;
    let choices: Vec<(String, String)> =
        rows.iter().map(|row| (row.payment.to_string(), named(row, (&names, &places), visit))).collect();
    let body = html! {
        @if is_done { p.done role="status" { (words::BATCH_DONE.text(lang)) } }
        (wrong(faults, lang))
        @if rows.is_empty() { (empty(words::DELIVERIES_EMPTY.text(lang), words::DELIVERIES_EMPTY_FILL.text(lang))) }
        @else { (form(&choices, (typed, faults), visit)) }
    };
    let heading = Heading { title: words::DELIVERIES.text(lang), note: Some(words::DELIVERIES_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

/// `王＊＊ · 隔岸村 · 慈善救助 · 12,000.00元`
fn named(row: &DeliveryRow, (names, places): (&Names, &Places), visit: &Visit) -> String {
    let lang = visit.lang;
    let no_case = || words::DELIVERY_NO_CASE.text(lang).to_owned();
    let who = row.household.map_or_else(no_case, |household| names.title(household, lang));
    let programme = Programme::find(&row.programme)
        .map_or_else(|| row.programme.clone(), |programme| programme.text().in_lang(lang).to_owned());
    [who, places.name(&row.region), programme, format::money(row.amount, lang)].join(" · ")
}

fn form(choices: &[(String, String)], (typed, faults): (&Typed, &Faults), visit: &Visit) -> Markup {
    let lang = visit.lang;
    let which = Input { value: &typed.payment, ..Input::text("payment", words::DELIVERY_WHICH.text(lang)) };
    let on = Input { kind: "date", value: &typed.on, ..Input::text("on", words::DELIVERY_ON.text(lang)) };
    let place = Input { value: &typed.place, ..Input::text("place", words::DELIVERY_PLACE.text(lang)) };
    let by_whom = Input { value: &typed.received_by, ..Input::text("received_by", words::DELIVERY_BY_WHOM.text(lang)) };
    let witness = Input { value: &typed.witness, ..Input::text("witness", words::DELIVERY_WITNESS.text(lang)) };
    html! {
        form method="post" enctype="multipart/form-data" action=(PATH) {
            (form_token(visit))
            (radios(&which, choices, faults, lang))
            @for field in [&on, &place, &by_whom, &witness] { (input(field, faults, lang)) }
            (file(&Input::text("receipt", words::DELIVERY_PAPER.text(lang)), faults, lang))
            button.btn.btn-primary type="submit" { (words::DELIVERY_RECORD.text(lang)) }
        }
    }
}
