//! For whom the token is, and what it reaches: the first thing a program asks.

use jiff::civil::Date;
use serde::Serialize;
use shukun_casework::authority::{Grant, Permission};
use shukun_store::Ceiling;
use utoipa::ToSchema;

use super::answer::{Answer, WordDto, ok};
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/me", show)
}

/// Whose token it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub struct MeDto {
    /// The account it comes for.
    account_id: String,
    /// The office of its owner.
    office: String,
    /// Whether it may send anything.
    can_write: bool,
    /// What it reaches, and where.
    grants: Vec<GrantDto>,
    /// What it may do anywhere at all today.
    permissions: Vec<WordDto>,
}

/// What the owner was given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Grant)]
struct GrantDto {
    /// The role.
    role: WordDto,
    /// Everything in this region.
    region: String,
    /// Only this programme.
    programme: Option<WordDto>,
    /// The last day it holds.
    #[schema(value_type = Option<String>, format = Date)]
    expires_on: Option<Date>,
}

impl GrantDto {
    fn new(grant: &Grant) -> GrantDto {
        GrantDto {
            role: WordDto::new(grant.role.key(), grant.role.text()),
            region: grant.region.to_string(),
            programme: grant.programme.map(|programme| WordDto::new(programme.key(), programme.text())),
            expires_on: grant.expires_on,
        }
    }
}

/// Whose token it is, and what it reaches.
#[utoipa::path(get, path = "/api/v1/me", tag = "token",
    responses((status = 200, description = "The token.", body = MeDto)))]
pub async fn show(visit: Visit) -> Result<Answer<MeDto>, PageError> {
    let visitor = visit.visitor()?;
    let scope = &visitor.scope;
    let can_write = !matches!(scope.ceiling(), Ceiling::Token { can_write: false, .. });
    let allowed = Permission::ALL.iter().filter(|permission| scope.allows_anywhere(**permission));
    Ok(ok(MeDto {
        account_id: scope.account_id().to_string(),
        office: visitor.session.office().to_owned(),
        can_write,
        grants: scope.grants().iter().map(GrantDto::new).collect(),
        permissions: allowed.map(|permission| WordDto::new(permission.key(), permission.text())).collect(),
    }))
}
