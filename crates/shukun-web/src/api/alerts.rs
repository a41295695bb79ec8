//! Alerts: whom a screening found, the largest burden first.

use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use shukun_base::HouseholdId;
use shukun_casework::alert::{AlertStatus, Colour};
use shukun_store::{AlertCursor, AlertFilter, AlertRow};
use utoipa::{IntoParams, ToSchema};

use super::answer::{Answer, WordDto, ok};
use super::ask::{Asked, region, rows, word, words};
use crate::desk::Desk;
use crate::error::PageError;
use crate::routes::Handlers;
use crate::visit::Visit;

/// Its route.
pub fn serve(handlers: Handlers) -> Handlers {
    handlers.get("/api/v1/alerts", list)
}

/// Which alerts.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default, deny_unknown_fields)]
pub struct AlertsAsked {
    /// At one of these: `raised`, `suppressed`, `linked`, `cleared`.
    status: String,
    /// Of one of these colours.
    colour: String,
    /// In this region and what lies in it.
    region: String,
    /// Of this year.
    year: Option<i16>,
    /// Of this household.
    household: String,
    /// `next` of the page before.
    from: String,
    /// How many rows at most: 1 to 100, 50 unless told.
    #[param(minimum = 1, maximum = 100)]
    rows: Option<u16>,
}

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Alert)]
struct AlertDto {
    /// Its id.
    alert_id: String,
    /// Whose.
    person_id: String,
    /// Of which household.
    household_id: String,
    /// Where it lives.
    region: String,
    /// The year of the bills.
    year: i16,
    /// Where it stands.
    status: WordDto,
    /// The colour; none = below every line.
    colour: Option<WordDto>,
    /// The burden the last run measured, in fen.
    burden_fen: i64,
    /// The rule, as the pack names it.
    rule: String,
    /// The day of the last run.
    #[schema(value_type = String, format = Date)]
    seen_on: Date,
    /// The case it is in.
    case_id: Option<String>,
}

impl AlertDto {
    fn new(row: &AlertRow) -> AlertDto {
        AlertDto {
            alert_id: row.alert_id.to_string(),
            person_id: row.person_id.to_string(),
            household_id: row.household_id.to_string(),
            region: row.region.to_string(),
            year: row.year,
            status: WordDto::new(row.status.key(), row.status.text()),
            colour: row.colour.map(|colour| WordDto::new(colour.key(), colour.text())),
            burden_fen: row.burden_fen.0,
            rule: row.rule.clone(),
            seen_on: row.seen_on,
            case_id: row.case_id.as_ref().map(ToString::to_string),
        }
    }
}

/// One page of alerts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertPage)]
pub struct AlertPageDto {
    /// Its rows.
    rows: Vec<AlertDto>,
    /// `from` of the next page; none on the last.
    next: Option<String>,
}

/// One page of alerts in the caller's area.
#[utoipa::path(get, path = "/api/v1/alerts", tag = "alerts", params(AlertsAsked),
    responses((status = 200, description = "A page.", body = AlertPageDto)))]
pub async fn list(
    State(desk): State<Desk>,
    visit: Visit,
    Asked(asked): Asked<AlertsAsked>,
) -> Result<Answer<AlertPageDto>, PageError> {
    let filter = AlertFilter {
        run: None,
        statuses: words(&asked.status, AlertStatus::find)?,
        colours: words(&asked.colour, Colour::find)?,
        region: region(&asked.region)?,
        year: asked.year,
        household: word(&asked.household, household)?,
    };
    let from = word(&asked.from, AlertCursor::parse)?;
    let page = desk.store().list_alerts(visit.scope()?, &filter, from.as_ref(), rows(asked.rows)?).await?;
    let next = page.next.map(|cursor| cursor.to_string());
    Ok(ok(AlertPageDto { rows: page.rows.iter().map(AlertDto::new).collect(), next }))
}

/// A household's code.
pub fn household(text: &str) -> Option<HouseholdId> {
    text.parse().ok().map(HouseholdId)
}
