//! Finding a person's cases by the whole ID number: sent in a form, so that it stands in no address and no log; what
//! comes back names the household by its code.

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;
use shukun_base::Masked;
use shukun_store::{CaseFilter, MaskedPerson};

use super::new::onwards;
use super::queues::total;
use crate::desk::{CaseQuery, Desk};
use crate::error::PageError;
use crate::http::fields::{Fields, masked};
use crate::pages::work::framed;
use crate::routes::Handlers;
use crate::ui::empty::empty;
use crate::ui::layout::{Heading, Page, form_token};
use crate::visit::Visit;
use crate::words;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/cases/find", find)
}

/// The field for the number.
pub fn form(visit: &Visit) -> Markup {
    let lang = visit.lang;
    html! {
        details.act {
            summary { (words::FIND_PERSON.text(lang)) }
            form.inline-form method="post" action="/cases/find" {
                (form_token(visit))
                div.field {
                    label.form-label for="find-number" { (words::ID_NUMBER.text(lang)) }
                    p.form-hint id="find-number-hint" { (words::FIND_PERSON_HINT.text(lang)) }
                    input.form-control #find-number name="id_number" required autocomplete="off" spellcheck="false"
                        aria-describedby="find-number-hint";
                }
                button.btn.btn-plain type="submit" { (words::FIND.text(lang)) }
            }
        }
    }
}

#[derive(Deserialize)]
struct Typed {
    #[serde(deserialize_with = "masked")]
    id_number: Masked<String>,
}

async fn find(State(desk): State<Desk>, visit: Visit, Fields(typed): Fields<Typed>) -> Result<Response, PageError> {
    let found = desk.store().find_by_number(visit.scope()?, &typed.id_number, visit.now).await?;
    let Some(one) = found.first() else { return Ok(nobody(&desk, &visit).await?.into_response()) };
    let of_household = CaseFilter { households: Some(vec![one.household_id]), ..CaseFilter::default() };
    if total(&desk, &visit, &of_household).await? == 0 {
        return Ok(without_case(&desk, &visit, one).await?.into_response());
    }
    let query = CaseQuery { household: one.household_id.to_string(), ..CaseQuery::default() };
    Ok(Redirect::to(&query.path()).into_response())
}

async fn nobody(desk: &Desk, visit: &Visit) -> Result<Page, PageError> {
    let lang = visit.lang;
    let body = html! { (empty(words::FIND_NOBODY.text(lang), words::FIND_NOBODY_FILL.text(lang))) (onwards(visit)) };
    framed(desk, visit, &Heading { title: words::FIND_PERSON.text(lang), note: None }, &body).await
}

async fn without_case(desk: &Desk, visit: &Visit, one: &MaskedPerson) -> Result<Page, PageError> {
    let lang = visit.lang;
    let place = desk.place_names([&one.region]).await?.name(&one.region);
    let body = html! {
        section.box {
            dl.facts {
                dt { (words::PERSON.text(lang)) } dd { b { (one.name) } }
                dt { (words::ID_NUMBER.text(lang)) } dd { (one.id_number) }
                dt { (words::REGION.text(lang)) } dd { (place) }
            }
            p { (words::FIND_NO_CASE.text(lang)) }
        }
        (onwards(visit))
    };
    framed(desk, visit, &Heading { title: words::FIND_PERSON.text(lang), note: None }, &body).await
}
