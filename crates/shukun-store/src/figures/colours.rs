//! People by colour, now and at the end of each month: the history of each alert, added up.

use std::collections::BTreeMap;

use shukun_base::{Day, Fen, HouseholdId, PersonId, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Permission;
use shukun_casework::{AlertId, CaseId};

use super::count::{number, unreadable};
use crate::accounts::read_region;
use crate::alerts::AlertCursor;
use crate::error::Result;
use crate::scope::{Scope, after};
use crate::sql::{Query, Row};
use crate::store::Store;

/// Which people: an alert is one person's year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColourFilter {
    /// The year of the bills.
    pub year: i16,
    /// In this region.
    pub region: Option<RegionCode>,
    /// Of this colour.
    pub colour: Colour,
    /// At the end of this day.
    pub on: Day,
}

/// How many people entered and left a colour in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColourCount {
    /// `2026-03`
    pub month: String,
    /// The colour.
    pub colour: Colour,
    /// How many came into it.
    pub came: u64,
    /// How many left it.
    pub left: u64,
}

/// One of these people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColourRow {
    /// The alert.
    pub alert_id: AlertId,
    /// Whose.
    pub person_id: PersonId,
    /// Of which household.
    pub household_id: HouseholdId,
    /// Where it lives.
    pub region: RegionCode,
    /// The burden the last run measured.
    pub burden_fen: Fen,
    /// The rule of the last run.
    pub rule: String,
    /// Since when it had the colour.
    pub since: Day,
    /// The colour it has now; `None` = below every line.
    pub now: Option<Colour>,
    /// The case it is in.
    pub case_id: Option<CaseId>,
}

impl Store {
    /// The latest year of which there are alerts in the caller's area.
    pub async fn latest_alert_year(&self, scope: &Scope) -> Result<Option<i16>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        let mut query = Query::new("SELECT MAX(year) AS year FROM alerts WHERE ");
        scope.push_area(&mut query, "region", Permission::ViewCases);
        let row = query.find(&self.within(scope, Permission::ViewCases)).await?;
        let year: Option<i64> = row.map(|row| row.get("year")).transpose()?.flatten();
        year.map(|year| i16::try_from(year).map_err(|_| unreadable())).transpose()
    }

    /// People of the caller's area who entered and left each colour, by month, the first month first. Added up over the
    /// months it is how many have the colour at the end of one: the length of [`Store::list_colours`].
    pub async fn count_colours(
        &self,
        scope: &Scope,
        year: i16,
        region: Option<&RegionCode>,
    ) -> Result<Vec<ColourCount>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        let mut found: BTreeMap<(String, Colour), (u64, u64)> = BTreeMap::new();
        for row in colour_counts_query(scope, year, region).all(&self.within(scope, Permission::ViewCases)).await? {
            let colour = Colour::find(&row.get::<String>("was")?).ok_or_else(unreadable)?;
            let people = number(&row, "people")?;
            found.entry((row.get("came_in")?, colour)).or_default().0 += people;
            if let Some(left_in) = row.get::<Option<String>>("left_in")? {
                found.entry((left_in, colour)).or_default().1 += people;
            }
        }
        let counts = found.into_iter();
        Ok(counts.map(|((month, colour), (came, left))| ColourCount { month, colour, came, left }).collect())
    }

    /// One page of those who had a colour at the end of a day, the largest burden first.
    pub async fn list_colours(
        &self,
        scope: &Scope,
        filter: &ColourFilter,
        from: Option<&AlertCursor>,
        rows: u16,
    ) -> Result<(Vec<ColourRow>, Option<AlertCursor>)> {
        let found = colours_query(scope, filter, from, rows).all(&self.within(scope, Permission::ViewCases)).await?;
        let has_more = found.len() > usize::from(rows);
        let rows: Vec<ColourRow> = found.iter().take(usize::from(rows)).map(read).collect::<Result<_>>()?;
        let next = rows.last().filter(|_| has_more).map(|last| AlertCursor::at(last.burden_fen, &last.alert_id));
        Ok((rows, next))
    }
}

pub(crate) fn colour_counts_query(scope: &Scope, year: i16, region: Option<&RegionCode>) -> Query {
    let mut query = Query::new(
        "SELECT was, substr(from_on, 1, 7) AS came_in, substr(until_on, 1, 7) AS left_in, COUNT(*) AS people
            FROM alert_colours JOIN alerts ON alert_id = colour_of WHERE was IS NOT NULL AND ",
    );
    push_people(&mut query, scope, year, region);
    query.push(" GROUP BY was, substr(from_on, 1, 7), substr(until_on, 1, 7) ORDER BY 1, 2, 3");
    query
}

pub(crate) fn colours_query(scope: &Scope, filter: &ColourFilter, from: Option<&AlertCursor>, rows: u16) -> Query {
    let mut query = Query::new(
        "SELECT alert_id, person_id, household_id, region, burden_fen, rule, from_on, colour, case_id
            FROM alert_colours JOIN alerts ON alert_id = colour_of WHERE ",
    );
    push_people(&mut query, scope, filter.year, filter.region.as_ref());
    let on = filter.on.to_string();
    query.push(" AND was = ").bind(filter.colour.key()).push(" AND from_on <= ").bind(on.as_str());
    query.push(" AND (until_on IS NULL OR until_on > ").bind(on).push(")");
    if let Some(from) = from {
        let (burden_fen, alert_id) = from.parts();
        query.push(" AND (burden_fen, alert_id) < (").bind(burden_fen).push(", ").bind(alert_id).push(")");
    }
    query.push(" ORDER BY burden_fen DESC, alert_id DESC LIMIT ").bind(i64::from(rows) + 1);
    query
}

fn push_people(query: &mut Query, scope: &Scope, year: i16, region: Option<&RegionCode>) {
    scope.push_area(query, "region", Permission::ViewCases);
    query.push(" AND year = ").bind(i64::from(year));
    if let Some(region) = region {
        query.push(" AND region >= ").bind(region.as_str()).push(" AND region < ").bind(after(region));
    }
}

fn read(row: &Row) -> Result<ColourRow> {
    let text = |column| row.get::<String>(column);
    let (now, case_id): (Option<String>, Option<String>) = (row.get("colour")?, row.get("case_id")?);
    Ok(ColourRow {
        alert_id: AlertId::new(&text("alert_id")?).ok_or_else(unreadable)?,
        person_id: PersonId(text("person_id")?.parse().map_err(|_| unreadable())?),
        household_id: HouseholdId(text("household_id")?.parse().map_err(|_| unreadable())?),
        region: read_region(row)?,
        burden_fen: Fen(row.get("burden_fen")?),
        rule: text("rule")?,
        since: text("from_on")?.parse().map_err(|_| unreadable())?,
        now: now.map(|key| Colour::find(&key).ok_or_else(unreadable)).transpose()?,
        case_id: case_id.map(|id| CaseId::new(&id).ok_or_else(unreadable)).transpose()?,
    })
}
