//! What places are called.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Answer, ok};
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;

/// Their route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/regions", list)
}

/// A place and its name.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Region)]
pub struct RegionDto {
    /// Its statistical code: 6 digits county, 9 town, 12 village.
    #[schema(example = "330381001")]
    code: String,
    /// Its own name.
    name: String,
}

/// Every place that has a name here, by code. Public geography.
#[utoipa::path(get, path = "/api/v1/regions", tag = "regions",
    responses((status = 200, description = "The places.", body = Vec<RegionDto>)))]
pub async fn list(State(desk): State<Desk>) -> Result<Answer<Vec<RegionDto>>, PageError> {
    let names = desk.store().every_region_name().await?;
    Ok(ok(names.into_iter().map(|(code, name)| RegionDto { code: code.to_string(), name }).collect()))
}
