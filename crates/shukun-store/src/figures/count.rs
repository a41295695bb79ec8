//! Counting cases: the funnel with its money, ageing and time limits of what is open, endings, months.

use std::collections::BTreeMap;

use shukun_base::{Fen, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::{Permission, Role};
use shukun_casework::case::{Status, Step};
use shukun_casework::outcome::Precision;
use shukun_casework::timers::Level;

use super::narrow::{PlaceSize, Sway, USED_BOX};
use crate::cases::{CaseFilter, TABLES, push_conditions};
use crate::error::{Result, StoreError};
use crate::scope::Scope;
use crate::sql::{Query, Row};
use crate::store::Store;

/// Cases that came as far as a status and no further, some open and some closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The furthest status of any round; never closed.
    pub furthest: Status,
    /// Whether they are closed.
    pub is_closed: bool,
    /// How many.
    pub cases: u64,
    /// Burdens of their alerts together.
    pub burden_fen: Fen,
    /// How many had something determined.
    pub determined: u64,
    /// What was determined.
    pub aid_fen: Fen,
    /// How many had something paid.
    pub paid: u64,
    /// What was paid and has not come back.
    pub paid_fen: Fen,
}

/// Open cases that wait alike: one step, office, town, box of ageing and standing of the step's clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ageing {
    /// The step.
    pub step: Step,
    /// Who does it.
    pub office: Role,
    /// The township or village, or fewer digits where no more is known.
    pub place: RegionCode,
    /// The box, 0 to 4: [`super::USED_BOXES`].
    pub used_box: u8,
    /// How the step's clock stands.
    pub level: Level,
    /// How many.
    pub cases: u64,
}

/// Closed cases of one rule and colour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The rule; `None` = found by hand.
    pub rule: Option<String>,
    /// The colour; `None` = found by hand.
    pub colour: Option<Colour>,
    /// What their endings say.
    pub precision: Precision,
}

/// What happened in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trend {
    /// `2026-03`
    pub month: String,
    /// Cases whose first round began in it.
    pub opened: u64,
    /// Cases that are closed and were closed in it.
    pub closed: u64,
}

impl Store {
    /// How far the cases of the caller's area came. The sum is the length of the list.
    pub async fn count_reached(&self, scope: &Scope, filter: &CaseFilter) -> Result<Vec<Reached>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        reached_query(scope, filter)
            .all(&self.within(scope, Permission::ViewCases))
            .await?
            .iter()
            .map(read_reached)
            .collect()
    }

    /// How long the open cases of the caller's area wait, and how they stand against the limits of their steps, as last
    /// read.
    pub async fn count_ageing(&self, scope: &Scope, filter: &CaseFilter, by: PlaceSize) -> Result<Vec<Ageing>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        ageing_query(scope, filter, by)
            .all(&self.within(scope, Permission::ViewCases))
            .await?
            .iter()
            .map(read_ageing)
            .collect()
    }

    /// How the closed cases of the caller's area ended, by rule and colour.
    pub async fn count_endings(&self, scope: &Scope, filter: &CaseFilter) -> Result<Vec<Ended>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        let mut found: BTreeMap<(Option<String>, Option<Colour>), Precision> = BTreeMap::new();
        for row in endings_query(scope, filter).all(&self.within(scope, Permission::ViewCases)).await? {
            let colour: Option<String> = row.get("colour")?;
            let colour = colour.map(|key| Colour::find(&key).ok_or_else(unreadable)).transpose()?;
            let precision = found.entry((row.get("rule")?, colour)).or_default();
            let cases = number(&row, "cases")?;
            match Sway::find(&row.get::<String>("judgement")?).ok_or_else(unreadable)? {
                Sway::Confirmed => precision.confirmed += cases,
                Sway::Wrong => precision.wrong += cases,
                Sway::NotJudged => precision.not_judged += cases,
            }
            precision.wrong_data += number(&row, "wrong_data")?;
        }
        Ok(found.into_iter().map(|((rule, colour), precision)| Ended { rule, colour, precision }).collect())
    }

    /// Cases of the caller's area opened and closed, by month, the first month first. Months in which nothing happened are
    /// not there.
    pub async fn count_months(&self, scope: &Scope, filter: &CaseFilter) -> Result<Vec<Trend>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        let mut months: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for row in trend_query(scope, filter).all(&self.within(scope, Permission::ViewCases)).await? {
            let cases = number(&row, "cases")?;
            months.entry(row.get("opened_in")?).or_default().0 += cases;
            if let Some(closed_in) = row.get::<Option<String>>("closed_in")? {
                months.entry(closed_in).or_default().1 += cases;
            }
        }
        Ok(months.into_iter().map(|(month, (opened, closed))| Trend { month, opened, closed }).collect())
    }
}

pub(crate) fn reached_query(scope: &Scope, filter: &CaseFilter) -> Query {
    let mut query = Query::new(
        "SELECT reached, CASE WHEN status = 'closed' THEN 1 ELSE 0 END AS is_closed, COUNT(*) AS cases,
            CAST(SUM(burden_fen) AS BIGINT) AS burden_fen, CAST(SUM(aid_fen) AS BIGINT) AS aid_fen,
            CAST(SUM(paid_fen) AS BIGINT) AS paid_fen, COUNT(CASE WHEN aid_fen > 0 THEN 1 END) AS determined,
            COUNT(CASE WHEN paid_fen > 0 THEN 1 END) AS paid ",
    );
    query.push(TABLES);
    push_conditions(&mut query, scope, filter);
    query.push(" GROUP BY reached, CASE WHEN status = 'closed' THEN 1 ELSE 0 END ORDER BY 1, 2");
    query
}

fn read_reached(row: &Row) -> Result<Reached> {
    let rank: i64 = row.get("reached")?;
    let furthest = usize::try_from(rank).ok().and_then(|rank| Status::ALL.get(rank)).copied();
    let is_closed: i64 = number(row, "is_closed")?.try_into().map_err(|_| unreadable())?;
    Ok(Reached {
        furthest: furthest.ok_or_else(unreadable)?,
        is_closed: is_closed == 1,
        cases: number(row, "cases")?,
        burden_fen: Fen(row.get("burden_fen")?),
        determined: number(row, "determined")?,
        aid_fen: Fen(row.get("aid_fen")?),
        paid: number(row, "paid")?,
        paid_fen: Fen(row.get("paid_fen")?),
    })
}

pub(crate) fn ageing_query(scope: &Scope, filter: &CaseFilter, by: PlaceSize) -> Query {
    let mut query = Query::new("SELECT stay_step, stay_office, ");
    query
        .push(by.expression())
        .push(" AS place, ")
        .push(USED_BOX)
        .push(" AS used_box, stay_level, COUNT(*) AS cases ")
        .push(TABLES);
    push_conditions(&mut query, scope, filter);
    query
        .push(" AND stay_step IS NOT NULL GROUP BY stay_step, stay_office, ")
        .push(by.expression())
        .push(", ")
        .push(USED_BOX);
    query.push(", stay_level ORDER BY 1, 2, 3, 4, 5");
    query
}

fn read_ageing(row: &Row) -> Result<Ageing> {
    Ok(Ageing {
        step: Step::find(&row.get::<String>("stay_step")?).ok_or_else(unreadable)?,
        office: Role::find(&row.get::<String>("stay_office")?).ok_or_else(unreadable)?,
        place: RegionCode::new(&row.get::<String>("place")?).ok_or_else(unreadable)?,
        used_box: number(row, "used_box")?.try_into().map_err(|_| unreadable())?,
        level: Level::find(&row.get::<String>("stay_level")?).ok_or_else(unreadable)?,
        cases: number(row, "cases")?,
    })
}

pub(crate) fn endings_query(scope: &Scope, filter: &CaseFilter) -> Query {
    let mut query = Query::new(
        "SELECT rule, colour, judgement, COUNT(*) AS cases,
            COUNT(CASE WHEN outcome = 'data_error' THEN 1 END) AS wrong_data ",
    );
    query.push(TABLES);
    push_conditions(&mut query, scope, filter);
    query.push(" AND judgement IS NOT NULL GROUP BY rule, colour, judgement ORDER BY rule, colour, judgement");
    query
}

pub(crate) fn trend_query(scope: &Scope, filter: &CaseFilter) -> Query {
    let mut query = Query::new(
        "SELECT substr(opened_on, 1, 7) AS opened_in, substr(closed_on, 1, 7) AS closed_in, COUNT(*) AS cases ",
    );
    query.push(TABLES);
    push_conditions(&mut query, scope, filter);
    query.push(" GROUP BY substr(opened_on, 1, 7), substr(closed_on, 1, 7) ORDER BY 1, 2");
    query
}

/// A count, or another number that is not below zero; engines differ in the width of small ones.
pub(super) fn number(row: &Row, column: &str) -> Result<u64> {
    let wide = row.get::<i64>(column).or_else(|_| row.get::<i32>(column).map(i64::from))?;
    u64::try_from(wide).map_err(|_| unreadable())
}

pub(super) fn unreadable() -> StoreError {
    StoreError::damaged(
        "有一个统计数读不懂：请重建案件的统计。",
        "A figure cannot be read: have the rows of cases made again.",
    )
}
