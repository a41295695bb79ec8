//! Looking behind the mask: chosen fields of one person, with a typed reason and the one-time code, shown once.
//!
//! Who looked, at what and why is written down before anything is shown. The answer is the page itself: nothing to come
//! back to, nothing in an address, nothing kept by a browser.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use shukun_base::{Masked, PersonId};
use shukun_casework::CaseId;
use shukun_casework::authority::Permission;
use shukun_casework::case::Case;
use shukun_store::{ErrorKind, PersonField, Revealed};

use super::acts::Typed;
use crate::desk::Desk;
use crate::desk::Names;
use crate::error::PageError;
use crate::http::parts::Sent;
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::field::{Faults, Input, checks, input, radios, wrong};
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words::{self, Word};

/// Its routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/cases/{case_id}/reveal", show).post("/cases/{case_id}/reveal", reveal)
}

async fn show(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Result<Page, PageError> {
    let case = case_of(&desk, &visit, &id).await?;
    form_page(&desk, &visit, &case, &Typed::default(), &Faults::new()).await
}

/// The case, where the reader may look behind the mask at its place and has shown the code.
async fn case_of(desk: &Desk, visit: &Visit, id: &str) -> Result<Case, PageError> {
    let case_id = CaseId::new(id).ok_or_else(PageError::not_found)?;
    let case = desk.store().case(visit.scope()?, &case_id).await?;
    visit.scope()?.require(Permission::Reveal, Some(&case.region))?;
    Ok(case)
}

async fn reveal(
    State(desk): State<Desk>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Result<Response, PageError> {
    let case = case_of(&desk, &visit, &id).await?;
    let typed = Typed::from(sent.fields);
    let names = Names::load(&desk, &visit, &[case.household]).await?;
    let members = names.people(case.household);
    let person = members.iter().map(|one| one.person_id).find(|one| one.to_string() == typed.get("person"));
    let asked: Vec<&str> = typed.all("field").collect();
    let fields: Vec<PersonField> =
        PersonField::ALL.iter().copied().filter(|field| asked.contains(&field.key())).collect();
    let mut faults = Faults::new();
    if fields.is_empty() {
        faults.push(("field", words::CHOICE_WRONG.both(&[])));
    }
    let Some(person) = person else {
        faults.insert(0, ("person", words::CHOICE_WRONG.both(&[])));
        return again(&desk, &visit, &case, &typed, &faults).await;
    };
    if !faults.is_empty() {
        return again(&desk, &visit, &case, &typed, &faults).await;
    }
    let reason = Masked::new(typed.get("reason").to_owned());
    match desk.store().reveal(visit.scope()?, person, &fields, &reason, visit.now).await {
        Ok(revealed) => Ok(shown(&desk, &visit, &case, &fields, &revealed).await?.into_response()),
        Err(error) if error.kind == ErrorKind::Refused => {
            again(&desk, &visit, &case, &typed, &vec![("reason", error.text)]).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn again(desk: &Desk, visit: &Visit, case: &Case, typed: &Typed, faults: &Faults) -> Result<Response, PageError> {
    Ok((StatusCode::UNPROCESSABLE_ENTITY, form_page(desk, visit, case, typed, faults).await?).into_response())
}

/// What a field is called.
fn name(field: PersonField) -> Word {
    match field {
        PersonField::Name => words::DISPLAY_NAME,
        PersonField::IdNumber => words::ID_NUMBER,
        PersonField::Phone => words::PHONE,
        PersonField::Address => words::ADDRESS,
        PersonField::BankAccount => words::BANK_ACCOUNT,
    }
}

async fn form_page(desk: &Desk, visit: &Visit, case: &Case, typed: &Typed, faults: &Faults) -> Result<Page, PageError> {
    let lang = visit.lang;
    let names = Names::load(desk, visit, &[case.household]).await?;
    let people: Vec<_> = names
        .people(case.household)
        .iter()
        .map(|one| (one.person_id.to_string(), masked(&one.name, &one.id_number)))
        .collect();
    let first = people.first().map_or("", |(id, _)| id.as_str());
    let chosen = if typed.get("person").is_empty() { first } else { typed.get("person") };
    let fields: Vec<_> =
        PersonField::ALL.iter().map(|field| (field.key().to_owned(), name(*field).text(lang).to_owned())).collect();
    let asked: Vec<&str> = typed.all("field").collect();
    let reason = Input {
        value: typed.get("reason"),
        hint: words::REVEAL_REASON_HINT.text(lang),
        ..Input::text("reason", words::REVEAL_REASON.text(lang))
    };
    let body = html! {
        (back(case, visit))
        (wrong(faults, lang))
        @if people.is_empty() { p { (words::REVEAL_NOBODY.text(lang)) } }
        @else {
            form.box method="post" action={"/cases/" (case.id) "/reveal"} {
                (form_token(visit))
                (radios(&Input { value: chosen, ..Input::text("person", words::PERSON.text(lang)) }, &people, faults, lang))
                (checks(&Input::text("field", words::REVEAL_FIELDS.text(lang)), &fields, &asked, faults, lang))
                (input(&reason, faults, lang))
                button.btn.btn-primary type="submit" { (words::REVEAL_SUBMIT.text(lang)) }
            }
        }
    };
    framed(desk, visit, &heading(visit), &body).await
}

fn masked(name: &str, id_number: &str) -> String {
    format!("{name} {id_number}")
}

fn heading(visit: &Visit) -> Heading<'static> {
    Heading { title: words::REVEAL.text(visit.lang), note: Some(words::REVEAL_NOTE.text(visit.lang)) }
}

fn back(case: &Case, visit: &Visit) -> Markup {
    html! { p { a href={"/cases/" (case.id)} { "← " (words::SHEET_BACK.text(visit.lang)) } } }
}

async fn shown(
    desk: &Desk,
    visit: &Visit,
    case: &Case,
    fields: &[PersonField],
    revealed: &Revealed,
) -> Result<Page, PageError> {
    let lang = visit.lang;
    let value =
        |field: &PersonField| revealed.iter().find(|(found, _)| found == field).map(|(_, value)| value.reveal());
    let body = html! {
        (back(case, visit))
        section.box {
            dl.facts {
                @for field in fields {
                    dt { (name(*field).text(lang)) }
                    dd { @match value(field) { Some(value) => b { (value) }, None => span.quiet { (words::REVEAL_NONE.text(lang)) } } }
                }
            }
            p.quiet { (words::REVEAL_ONCE.text(lang)) }
        }
    };
    framed(desk, visit, &heading(visit), &body).await
}

/// The people of a household whose rows of the trail are this case's too.
pub fn people(case: &Case, names: &Names) -> Vec<PersonId> {
    names.people(case.household).iter().map(|one| one.person_id).collect()
}
