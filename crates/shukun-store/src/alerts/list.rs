//! Lists and counts of alerts within the scope; one statement each.

use sea_orm::DbBackend;
use shukun_base::{Day, Fen, HouseholdId, PersonId, RegionCode};
use shukun_casework::alert::{AlertStatus, Colour};
use shukun_casework::authority::Permission;
use shukun_casework::{AlertId, CaseId, RunId};

use crate::accounts::read_region;
use crate::cases::Count;
use crate::error::{Result, StoreError};
use crate::runs::AlertChange;
use crate::scope::{Scope, after};
use crate::sql::{Query, Row};
use crate::store::Store;

/// Which alerts. The default is every one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// At one of these; none = any.
    pub statuses: Vec<AlertStatus>,
    /// Of one of these colours; none = any, also below every line.
    pub colours: Vec<Colour>,
    /// In this region.
    pub region: Option<RegionCode>,
    /// Of this year.
    pub year: Option<i16>,
    /// Of this household.
    pub household: Option<HouseholdId>,
    /// Changed by this run, in this way; no way = in any.
    pub run: Option<(RunId, Option<AlertChange>)>,
}

/// An alert in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// Its id.
    pub alert_id: AlertId,
    /// Whose.
    pub person_id: PersonId,
    /// Of which household.
    pub household_id: HouseholdId,
    /// Where it lives.
    pub region: RegionCode,
    /// The year of the bills.
    pub year: i16,
    /// Where it stands.
    pub status: AlertStatus,
    /// The colour; `None` = below every line.
    pub colour: Option<Colour>,
    /// The burden the last run measured.
    pub burden_fen: Fen,
    /// The rule.
    pub rule: String,
    /// The day of the last run.
    pub seen_on: Day,
    /// The case it is in.
    pub case_id: Option<CaseId>,
}

/// Where the next page begins; as text it stands in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertCursor {
    burden_fen: i64,
    alert_id: String,
}

impl AlertCursor {
    /// After this alert.
    pub(crate) fn at(burden_fen: Fen, alert_id: &AlertId) -> AlertCursor {
        AlertCursor { burden_fen: burden_fen.0, alert_id: alert_id.to_string() }
    }

    /// Burden and id of the alert it stands after.
    pub(crate) fn parts(&self) -> (i64, &str) {
        (self.burden_fen, &self.alert_id)
    }

    /// From a URL; `None` if it is not one.
    pub fn parse(text: &str) -> Option<AlertCursor> {
        let (burden, alert_id) = text.split_once('.')?;
        Some(AlertCursor { burden_fen: burden.parse().ok()?, alert_id: alert_id.to_owned() })
    }
}

impl std::fmt::Display for AlertCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.burden_fen, self.alert_id)
    }
}

/// One page, the largest burden first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertPage {
    /// Its rows.
    pub rows: Vec<AlertRow>,
    /// Where the next one begins; `None` on the last.
    pub next: Option<AlertCursor>,
}

impl Store {
    /// One page of alerts in the caller's area.
    pub async fn list_alerts(
        &self,
        scope: &Scope,
        filter: &AlertFilter,
        from: Option<&AlertCursor>,
        rows: u16,
    ) -> Result<AlertPage> {
        let query = alerts_query(self.db.get_database_backend(), (scope, filter), from, rows);
        let found = query.all(&self.within(scope, Permission::ViewCases)).await?;
        let has_more = found.len() > usize::from(rows);
        let rows: Vec<AlertRow> = found.iter().take(usize::from(rows)).map(read).collect::<Result<_>>()?;
        let cursor =
            |last: &AlertRow| AlertCursor { burden_fen: last.burden_fen.0, alert_id: last.alert_id.to_string() };
        let next = rows.last().filter(|_| has_more).map(cursor);
        Ok(AlertPage { rows, next })
    }

    /// How many alerts of the caller's area the filter finds, by colour; nothing = below every line.
    pub async fn count_alerts(&self, scope: &Scope, filter: &AlertFilter) -> Result<Vec<Count>> {
        let rows = alert_counts_query(scope, filter).all(&self.within(scope, Permission::ViewCases)).await?;
        let count = |row: &Row| {
            let cases = u64::try_from(row.get::<i64>("alerts")?).map_err(|_| unreadable())?;
            Ok(Count { key: row.get("colour")?, cases })
        };
        rows.iter().map(count).collect()
    }
}

pub(crate) fn alerts_query(
    engine: DbBackend,
    (scope, filter): (&Scope, &AlertFilter),
    from: Option<&AlertCursor>,
    rows: u16,
) -> Query {
    let mut query = Query::new(
        "SELECT alert_id, person_id, household_id, region, year, status, colour, burden_fen, rule, seen_on, case_id
            FROM alerts WHERE ",
    );
    push_conditions(&mut query, scope.region_column(engine, filter.region.as_ref()), scope, filter);
    if let Some(from) = from {
        query.push(" AND (burden_fen, alert_id) < (").bind(from.burden_fen);
        query.push(", ").bind(from.alert_id.as_str()).push(")");
    }
    query.push(" ORDER BY burden_fen DESC, alert_id DESC LIMIT ").bind(i64::from(rows) + 1);
    query
}

pub(crate) fn alert_counts_query(scope: &Scope, filter: &AlertFilter) -> Query {
    let mut query = Query::new("SELECT colour, COUNT(*) AS alerts FROM alerts WHERE ");
    push_conditions(&mut query, "region", scope, filter);
    query.push(" GROUP BY colour ORDER BY colour");
    query
}

fn push_conditions(query: &mut Query, region: &'static str, scope: &Scope, filter: &AlertFilter) {
    scope.push_area(query, region, Permission::ViewCases);
    if !filter.statuses.is_empty() {
        let keys = filter.statuses.iter().map(|status| status.key().into());
        query.push(" AND status IN (").bind_list(keys).push(")");
    }
    if !filter.colours.is_empty() {
        let keys = filter.colours.iter().map(|colour| colour.key().into());
        query.push(" AND colour IN (").bind_list(keys).push(")");
    }
    if let Some(region) = &filter.region {
        query.push(" AND region >= ").bind(region.as_str()).push(" AND region < ").bind(after(region));
    }
    if let Some(year) = filter.year {
        query.push(" AND year = ").bind(i64::from(year));
    }
    if let Some((run, change)) = &filter.run {
        query.push(" AND alert_id IN (SELECT alert_id FROM run_changes WHERE run_id = ").bind(run.as_str());
        if let Some(change) = change {
            query.push(" AND change = ").bind(change.key());
        }
        query.push(")");
    }
    if let Some(household) = filter.household {
        query.push(" AND household_id = ").bind(household.to_string());
    }
}

fn read(row: &Row) -> Result<AlertRow> {
    let text = |column| row.get::<String>(column);
    let colour: Option<String> = row.get("colour")?;
    let case_id: Option<String> = row.get("case_id")?;
    Ok(AlertRow {
        alert_id: AlertId::new(&text("alert_id")?).ok_or_else(unreadable)?,
        person_id: PersonId(text("person_id")?.parse().map_err(|_| unreadable())?),
        household_id: HouseholdId(text("household_id")?.parse().map_err(|_| unreadable())?),
        region: read_region(row)?,
        year: i16::try_from(row.get::<i64>("year")?).map_err(|_| unreadable())?,
        status: AlertStatus::find(&text("status")?).ok_or_else(unreadable)?,
        colour: colour.map(|key| Colour::find(&key).ok_or_else(unreadable)).transpose()?,
        burden_fen: Fen(row.get("burden_fen")?),
        rule: text("rule")?,
        seen_on: text("seen_on")?.parse().map_err(|_| unreadable())?,
        case_id: case_id.map(|id| CaseId::new(&id).ok_or_else(unreadable)).transpose()?,
    })
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一条预警读不懂。", "An alert cannot be read.")
}
