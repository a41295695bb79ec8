//! Counts of cases: each is the length of the list with the same filter.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shukun_casework::alert::Colour;
use shukun_casework::case::Status;
use shukun_store::{CaseFilter, CountBy};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, ok};
use super::ask::{Asked, region, words};
use super::problem;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Their route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/figures/cases", cases)
}

/// By what, and which cases.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct CountsAsked {
    /// `status` (the default), `colour`, `township`, `assignee`, `outcome`, `level` or `step`.
    by: String,
    /// At one of these statuses.
    status: String,
    /// Of one of these colours.
    colour: String,
    /// In this region and what lies in it.
    region: String,
}

/// How many cases stand under a word.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Count)]
pub struct CountDto {
    /// The key of the word; none = found by hand, in nobody's hands, not ended, or closed.
    key: Option<String>,
    /// How many.
    cases: u64,
}

fn find_by(word: &str) -> Option<CountBy> {
    match word {
        "" | "status" => Some(CountBy::Status),
        "colour" => Some(CountBy::Colour),
        "township" => Some(CountBy::Township),
        "assignee" => Some(CountBy::Assignee),
        "outcome" => Some(CountBy::Outcome),
        "level" => Some(CountBy::Level),
        "step" => Some(CountBy::Step),
        _ => None,
    }
}

/// How many cases of the caller's area there are, by a word.
#[utoipa::path(get, path = "/api/v1/figures/cases", tag = "figures", params(CountsAsked),
    responses((status = 200, description = "The counts.", body = Vec<CountDto>)))]
pub async fn cases(
    State(desk): State<Desk>,
    visit: Visit,
    Asked(asked): Asked<CountsAsked>,
) -> Result<Answer<Vec<CountDto>>, PageError> {
    let filter = CaseFilter {
        statuses: words(&asked.status, Status::find)?,
        colours: words(&asked.colour, Colour::find)?,
        region: region(&asked.region)?,
        ..CaseFilter::default()
    };
    let by = find_by(&asked.by).ok_or_else(problem::query)?;
    let counts = desk.store().count_cases(visit.scope()?, &filter, by).await?;
    Ok(ok(counts.into_iter().map(|count| CountDto { key: count.key, cases: count.cases }).collect()))
}
