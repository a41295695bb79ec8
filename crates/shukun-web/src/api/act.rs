//! Sending something to a case: a command of casework, or a household found by hand.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use shukun_base::{HouseholdId, PersonId, RegionCode};
use shukun_casework::case::{Channel, Command, Discovery, Opening};
use shukun_casework::{CaseId, Note, TransactionId};
use utoipa::ToSchema;

use super::answer::{Answer, ok};
use super::ask::{Json, OfCase, RequestKey};
use super::case_dto::CaseDto;
use super::problem;
use crate::desk::{Desk, acts};
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.post("/api/v1/cases", open).post("/api/v1/cases/{case_id}/actions", act)
}

/// One act.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Act)]
#[serde(deny_unknown_fields)]
pub struct ActDto {
    /// The version of the case that was read; a stale one is answered with 409 and changes nothing.
    version: u32,
    /// What is to be done.
    #[schema(value_type = CommandDto)]
    command: Command,
}

/// A command: what to do, and its details.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Command)]
#[expect(dead_code, reason = "stands for casework's command in the description; that one is read")]
pub struct CommandDto {
    /// One of those at `/api/v1/cases/{case_id}/acts`.
    #[schema(example = "screen")]
    kind: String,
    /// Its details, as docs/casework.md lists them; a kind without details has none.
    #[schema(value_type = Option<Object>, example = json!({"result": "suspected", "note": "住院三次"}))]
    of: Option<serde_json::Value>,
}

/// Does one act on a case. Whoever goes on with a case that is in nobody's hands takes it by that. Sent again under the same
/// `Idempotency-Key` it is done once.
#[utoipa::path(post, path = "/api/v1/cases/{case_id}/actions", tag = "cases",
    params(("case_id" = String, Path, description = "Its id.", example = "case-1"),
        ("Idempotency-Key" = String, Header, description = "The name of this act: 1 to 64 letters, digits, - or _.")),
    request_body = ActDto, responses((status = 200, description = "The case as it is now.", body = CaseDto)))]
pub async fn act(
    State(desk): State<Desk>,
    visit: Visit,
    OfCase(case_id): OfCase,
    RequestKey(transaction): RequestKey,
    Json(ActDto { version, command }): Json<ActDto>,
) -> Result<Answer<CaseDto>, PageError> {
    let scope = visit.scope()?;
    let asked = acts::Asked { case_id, version, transaction, command };
    let case = acts::act(&desk, scope, asked, visit.now).await?;
    let people = desk.store().list_households(scope, &[case.household]).await?;
    Ok(ok(CaseDto::new(&case, &people, desk.numbers().watch(visit.now))))
}

/// A household found by hand.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Opening)]
#[serde(deny_unknown_fields)]
pub struct OpeningDto {
    /// The household's code.
    household_id: String,
    /// The code of the person it is about.
    person_id: String,
    /// Where it lives, at least the county.
    #[schema(value_type = String, example = "330381001002")]
    region: RegionCode,
    /// Through whom it came: `grid`, `resident`, `department`, `hospital`.
    #[schema(value_type = String, example = "resident")]
    channel: Channel,
    /// What was seen, in a line; no names and no long numbers.
    #[schema(value_type = String, max_length = 500)]
    note: Note,
}

impl OpeningDto {
    fn opening(self, case: CaseId) -> Result<Opening, PageError> {
        let number = |text: &str, field| text.parse().map_err(|_| problem::body(field));
        let (household, person) = (number(&self.household_id, "household_id")?, number(&self.person_id, "person_id")?);
        let discovery = Discovery::Hand { person: PersonId(person), channel: self.channel, note: self.note };
        Ok(Opening { case, household: HouseholdId(household), region: self.region, discovery })
    }
}

/// Opens a case for a household that somebody found by hand. Sent again under the same `Idempotency-Key` it is one case.
#[utoipa::path(post, path = "/api/v1/cases", tag = "cases",
    params(("Idempotency-Key" = String, Header, description = "The name of this request: 1 to 64 letters, digits, - or _.")),
    request_body = OpeningDto, responses((status = 201, description = "The case.", body = CaseDto)))]
pub async fn open(
    State(desk): State<Desk>,
    visit: Visit,
    RequestKey(transaction): RequestKey,
    Json(asked): Json<OpeningDto>,
) -> Result<Answer<CaseDto>, PageError> {
    let scope = visit.scope()?;
    let opening = asked.opening(case_of(scope.account_id().as_str(), &transaction)?)?;
    let ctx = desk.numbers().context(visit.now, transaction, 0);
    let case = desk.store().open_case(scope, &opening, &ctx).await?;
    let people = desk.store().list_households(scope, &[case.household]).await?;
    Ok(Answer(StatusCode::CREATED, CaseDto::new(&case, &people, desk.numbers().watch(visit.now))))
}

/// The id of the case that a request opens: the same for the same caller and name, and nobody else's.
fn case_of(account_id: &str, transaction: &TransactionId) -> Result<CaseId, PageError> {
    let hash = Sha256::new().chain_update(account_id).chain_update("|").chain_update(transaction.as_str()).finalize();
    let digits: String = hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    CaseId::new(&digits).ok_or_else(PageError::broken)
}
