//! A household found by hand: somebody went there, asked, or was told. The person is found by ID number, or entered; the
//! household's consent is on paper and its visit comes later, like any other case's.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::{HouseholdId, Masked, PersonId, RegionCode, is_id_number, normalise_id_number};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Channel, Discovery, Opening};
use shukun_casework::{CaseId, Note, TransactionId};
use shukun_store::{ErrorKind, Person};

use crate::desk::{CaseQuery, Desk};
use crate::error::PageError;
use crate::http::fields::{Fields, masked};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, input, select, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::ui::place::choose;
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases/new", show).post("/cases/new", open)
}

#[derive(Debug, Deserialize)]
struct Typed {
    #[serde(default)]
    transaction: String,
    #[serde(default)]
    channel: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    consent: String,
    #[serde(deserialize_with = "masked")]
    id_number: Masked<String>,
    #[serde(deserialize_with = "masked")]
    name: Masked<String>,
    #[serde(deserialize_with = "masked")]
    phone: Masked<String>,
}

impl Default for Typed {
    fn default() -> Typed {
        let empty = || Masked::new(String::new());
        Typed {
            transaction: String::new(),
            channel: String::new(),
            note: String::new(),
            region: String::new(),
            consent: String::new(),
            id_number: empty(),
            name: empty(),
            phone: empty(),
        }
    }
}

/// What the form gives when nothing is wrong with it.
struct Found {
    channel: Channel,
    note: Note,
    region: RegionCode,
    transaction: TransactionId,
}

async fn show(State(desk): State<Desk>, visit: Visit) -> Result<Page, PageError> {
    form_page(&desk, &visit, &Typed::default(), &Vec::new()).await
}

async fn open(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let found = match read(&typed) {
        Ok(found) => found,
        Err(faults) => return again(&desk, &visit, &typed, &faults).await,
    };
    let known = desk.store().find_by_number(visit.scope()?, &typed.id_number, visit.now).await?;
    let (person, household, region) = match known.first() {
        Some(known) => (known.person_id, known.household_id, known.region.clone()),
        None => match enter(&desk, &visit, &typed, &found).await? {
            Ok((person, household)) => (person, household, found.region.clone()),
            Err(faults) => return again(&desk, &visit, &typed, &faults).await,
        },
    };
    let case = case_of(&found.transaction).ok_or_else(PageError::unreadable)?;
    let discovery = Discovery::Hand { person, channel: found.channel, note: found.note };
    let opening = Opening { case: case.clone(), household, region, discovery };
    let ctx = desk.numbers().context(visit.now, found.transaction, 0);
    match desk.store().open_case(visit.scope()?, &opening, &ctx).await {
        Ok(_) => Ok(Redirect::to(&format!("/cases/{case}?done=act")).into_response()),
        // The household has an open case: it goes on there.
        Err(error) if error.code == "store-case-open" => {
            let query = CaseQuery { household: household.to_string(), ..CaseQuery::default() };
            Ok(Redirect::to(&query.path()).into_response())
        }
        Err(error) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Forbidden) => {
            again(&desk, &visit, &typed, &vec![("region", error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The case's number follows from the form's, so that a form sent twice opens one case.
fn case_of(transaction: &TransactionId) -> Option<CaseId> {
    CaseId::new(&format!("hand-{}", transaction.as_str().get(..24)?))
}

fn read(typed: &Typed) -> Result<Found, Faults> {
    let mut faults = Faults::new();
    let channel = Channel::find(&typed.channel);
    if channel.is_none() {
        faults.push(("channel", words::CHOICE_WRONG.both(&[])));
    }
    let region = RegionCode::new(typed.region.trim()).filter(|region| region.as_str().len() >= 9);
    if region.is_none() {
        faults.push(("region", words::HAND_REGION_WRONG.both(&[])));
    }
    let note = Note::new(&typed.note);
    if let Err(fault) = &note {
        faults.push(("note", fault.text()));
    }
    if !is_id_number(typed.id_number.reveal()) {
        faults.push(("id_number", words::HAND_NUMBER_WRONG.both(&[])));
    }
    if typed.consent != "yes" {
        faults.push(("consent", words::HAND_CONSENT_WRONG.both(&[])));
    }
    let transaction = TransactionId::new(&typed.transaction);
    match (channel, region, note, transaction) {
        (Some(channel), Some(region), Ok(note), Some(transaction)) if faults.is_empty() => {
            Ok(Found { channel, note, region, transaction })
        }
        _ => Err(faults),
    }
}

/// Writes down somebody who is not known yet, as a household of one until the data say more.
async fn enter(
    desk: &Desk,
    visit: &Visit,
    typed: &Typed,
    found: &Found,
) -> Result<Result<(PersonId, HouseholdId), Faults>, PageError> {
    if typed.name.reveal().trim().is_empty() {
        return Ok(Err(vec![("name", words::HAND_NAME_MISSING.both(&[]))]));
    }
    let code = u64::from_str_radix(found.transaction.as_str().get(..12).unwrap_or("0"), 16).unwrap_or_default();
    let (person_id, household_id) = (PersonId(code), HouseholdId(code));
    let phone = Some(typed.phone.clone()).filter(|phone| !phone.reveal().trim().is_empty());
    let person = Person {
        person_id,
        household_id,
        region: Some(found.region.clone()),
        name: Masked::new(typed.name.reveal().trim().to_owned()),
        id_number: Masked::new(normalise_id_number(typed.id_number.reveal())),
        phone,
        address: None,
        bank_account: None,
    };
    match desk.store().save_people(visit.scope()?, &[person], visit.now).await {
        Ok(()) => Ok(Ok((person_id, household_id))),
        Err(error) if error.kind == ErrorKind::Forbidden => Ok(Err(vec![("region", error.text)])),
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form_page(desk, visit, typed, faults).await?).into_response())
}

async fn form_page(desk: &Desk, visit: &Visit, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let places = desk.choosable_places(visit.scope()?, Permission::DiscoverByHand, &[9, 12]).await?;
    let transaction = if typed.transaction.is_empty() { desk.random_word()? } else { typed.transaction.clone() };
    let channels: Vec<_> = Channel::ALL
        .iter()
        .map(|channel| (channel.key().to_owned(), channel.text().in_lang(lang).to_owned()))
        .collect();
    let body = html! {
        (wrong(faults, lang))
        form.box method="post" action="/cases/new" {
            (form_token(visit))
            input type="hidden" name="transaction" value=(transaction);
            (person_fields(typed, faults, visit))
            (choose(&Input { value: &typed.region, ..Input::text("region", words::HAND_REGION.text(lang)) }, &places, faults, lang))
            (select(&Input { value: &typed.channel, ..Input::text("channel", words::HAND_CHANNEL.text(lang)) }, &channels, faults, lang))
            (input(&Input { value: &typed.note, hint: words::NOTE_HINT.text(lang), ..Input::text("note", words::HAND_SEEN.text(lang)) }, faults, lang))
            p.choice { input #consent type="checkbox" name="consent" value="yes" required checked[typed.consent == "yes"];
                label for="consent" { (words::HAND_CONSENT.text(lang)) } }
            button.btn.btn-primary type="submit" { (words::OPEN_BY_HAND.text(lang)) }
        }
    };
    let heading = Heading { title: words::OPEN_BY_HAND.text(lang), note: Some(words::HAND_NOTE.text(lang)) };
    framed(desk, visit, &heading, &body).await
}

/// A number that was typed stands in the page again: it came from who reads it.
fn person_fields(typed: &Typed, faults: &Faults, visit: &Visit) -> Markup {
    let lang = visit.lang;
    let field = |name: &'static str, word: Word, value, hint: Word, is_required| {
        let field = Input { value, hint: hint.text(lang), is_required, ..Input::text(name, word.text(lang)) };
        input(&field, faults, lang)
    };
    html! {
        (field("id_number", words::ID_NUMBER, typed.id_number.reveal().as_str(), words::HAND_NUMBER_HINT, true))
        (field("name", words::HAND_NAME, typed.name.reveal().as_str(), words::HAND_NAME_HINT, false))
        (field("phone", words::PHONE, typed.phone.reveal().as_str(), words::HAND_PHONE_HINT, false))
    }
}

/// Whoever may opens a case by hand from a search that found nobody, or somebody without a case.
pub fn onwards(visit: &Visit) -> Markup {
    html! {
        p.buttons {
            @if visit.may(Permission::DiscoverByHand) { a.btn.btn-primary href="/cases/new" { (words::OPEN_BY_HAND.text(visit.lang)) } }
            a.btn.btn-link href="/cases" { (words::CASES.text(visit.lang)) }
        }
    }
}
