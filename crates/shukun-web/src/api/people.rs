//! People of households, masked. Looking behind the mask asks a person for the second factor and a reason: no program
//! does it, so there is no address for it here.

use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

use super::alerts::household;
use super::answer::{Answer, ok};
use super::ask::{Asked, words};
use super::case_dto::PersonDto;
use super::problem;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/people", list)
}

/// Most households asked for at a time.
const AT_A_TIME: usize = 100;

/// Whose people.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PeopleAsked {
    /// The households, with commas between them; at most 100.
    household: String,
}

/// The people of households in the caller's area, masked; those elsewhere are left out.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(PeopleAsked),
    responses((status = 200, description = "The people.", body = Vec<PersonDto>)))]
pub async fn list(
    State(desk): State<Desk>,
    visit: Visit,
    Asked(asked): Asked<PeopleAsked>,
) -> Result<Answer<Vec<PersonDto>>, PageError> {
    let households = words(&asked.household, household)?;
    if households.len() > AT_A_TIME {
        return Err(problem::query());
    }
    let people = desk.store().list_households(visit.scope()?, &households).await?;
    Ok(ok(people.iter().map(PersonDto::new).collect()))
}
