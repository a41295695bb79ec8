//! Cases: the list with the filters of the page, one case, what happened in it.

use axum::extract::State;
use serde::{Deserialize, Serialize};
use shukun_casework::alert::Colour;
use shukun_casework::case::{Flag, Status};
use shukun_casework::outcome::OutcomeCode;
use shukun_casework::timers::Level;
use shukun_store::{Assignee, CaseCursor, CaseFilter, CaseOrder};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, WordDto, ok};
use super::ask::{Asked, OfCase, region, rows, word, words};
use super::case_dto::{ActionDto, CaseDto, CasePageDto, CaseRowDto};
use super::commands::{COMMANDS, CommandKind};
use super::problem;
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Their routes.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers
        .get("/api/v1/cases", list)
        .get("/api/v1/cases/{case_id}", show)
        .get("/api/v1/cases/{case_id}/actions", actions)
        .get("/api/v1/cases/{case_id}/acts", acts)
}

/// Which cases; several words of one parameter with commas between them mean any of them, several parameters all of them.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct ListAsked {
    /// At one of these statuses.
    #[param(example = "detected,screened")]
    status: String,
    /// Of one of these colours.
    #[param(example = "red")]
    colour: String,
    /// With all of these flags.
    flag: String,
    /// At one of these levels of their time limits.
    level: String,
    /// Ended in one of these ways.
    outcome: String,
    /// In this region and what lies in it.
    #[param(example = "330381001")]
    region: String,
    /// `mine` or `nobody`: in whose hands.
    hands: String,
    /// `due` (the default), `longest`, `latest` or `burden`.
    order: String,
    /// `next` of the page before.
    from: String,
    /// How many rows at most: 1 to 100, 50 unless told.
    #[param(minimum = 1, maximum = 100)]
    rows: Option<u16>,
}

impl ListAsked {
    fn filter(&self, visit: &Visit) -> Result<CaseFilter, PageError> {
        let assignee = match self.hands.as_str() {
            "" => None,
            "mine" => Some(Assignee::Is(visit.scope()?.account_id().clone())),
            "nobody" => Some(Assignee::Nobody),
            _ => return Err(problem::query()),
        };
        Ok(CaseFilter {
            statuses: words(&self.status, Status::find)?,
            colours: words(&self.colour, Colour::find)?,
            flags: words(&self.flag, Flag::find)?,
            levels: words(&self.level, Level::find)?,
            outcomes: words(&self.outcome, OutcomeCode::find)?,
            region: region(&self.region)?,
            assignee,
            ..CaseFilter::default()
        })
    }

    fn order(&self) -> Result<CaseOrder, PageError> {
        match self.order.as_str() {
            "" | "due" => Ok(CaseOrder::Due),
            "longest" => Ok(CaseOrder::Longest),
            "latest" => Ok(CaseOrder::Latest),
            "burden" => Ok(CaseOrder::Burden),
            _ => Err(problem::query()),
        }
    }
}

/// One page of cases in the caller's area.
#[utoipa::path(get, path = "/api/v1/cases", tag = "cases", params(ListAsked),
    responses((status = 200, description = "A page.", body = CasePageDto)))]
pub async fn list(
    State(desk): State<Desk>,
    visit: Visit,
    Asked(asked): Asked<ListAsked>,
) -> Result<Answer<CasePageDto>, PageError> {
    let (filter, order) = (asked.filter(&visit)?, asked.order()?);
    let from = word(&asked.from, CaseCursor::parse)?;
    let page = desk.store().list_cases(visit.scope()?, &filter, order, from.as_ref(), rows(asked.rows)?).await?;
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(ok(CasePageDto { rows: page.rows.iter().map(CaseRowDto::new).collect(), next }))
}

/// One case. Who looked is written into the audit trail.
#[utoipa::path(get, path = "/api/v1/cases/{case_id}", tag = "cases", params(("case_id" = String, Path, description = "Its id.", example = "case-1")),
    responses((status = 200, description = "The case.", body = CaseDto)))]
pub async fn show(
    State(desk): State<Desk>,
    visit: Visit,
    OfCase(case_id): OfCase,
) -> Result<Answer<CaseDto>, PageError> {
    let case = desk.store().view_case(visit.scope()?, &case_id, visit.now).await?;
    let people = desk.store().list_households(visit.scope()?, &[case.household]).await?;
    Ok(ok(CaseDto::new(&case, &people, desk.numbers().watch(visit.now))))
}

/// Everything that happened in a case, in order. Who looked is written into the audit trail.
#[utoipa::path(get, path = "/api/v1/cases/{case_id}/actions", tag = "cases",
    params(("case_id" = String, Path, description = "Its id.", example = "case-1")),
    responses((status = 200, description = "Its actions.", body = Vec<ActionDto>)))]
pub async fn actions(
    State(desk): State<Desk>,
    visit: Visit,
    OfCase(case_id): OfCase,
) -> Result<Answer<Vec<ActionDto>>, PageError> {
    desk.store().view_case(visit.scope()?, &case_id, visit.now).await?;
    let actions = desk.store().case_actions(visit.scope()?, &case_id).await?;
    Ok(ok(actions.iter().map(ActionDto::new).collect()))
}

/// Something that can be done with a case now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OfferedAct)]
pub struct OfferedActDto {
    /// `kind` of the command.
    kind: String,
    /// What it needs.
    permission: WordDto,
    /// Whether this token may do it there.
    is_allowed: bool,
    /// Whether a person is asked for the second factor before it.
    needs_second_factor: bool,
}

/// What can be done with a case at its present status, and whether the caller may.
#[utoipa::path(get, path = "/api/v1/cases/{case_id}/acts", tag = "cases",
    params(("case_id" = String, Path, description = "Its id.", example = "case-1")),
    responses((status = 200, description = "The acts.", body = Vec<OfferedActDto>)))]
pub async fn acts(
    State(desk): State<Desk>,
    visit: Visit,
    OfCase(case_id): OfCase,
) -> Result<Answer<Vec<OfferedActDto>>, PageError> {
    let scope = visit.scope()?;
    let case = desk.store().view_case(scope, &case_id, visit.now).await?;
    let dto = |command: &CommandKind| OfferedActDto {
        kind: command.kind.to_owned(),
        permission: WordDto::new(command.permission.key(), command.permission.text()),
        is_allowed: scope.allows(command.permission, Some(&case.region)),
        needs_second_factor: command.permission.needs_second_factor(),
    };
    Ok(ok(COMMANDS.iter().filter(|command| command.is_open_at(case.status)).map(dto).collect()))
}
