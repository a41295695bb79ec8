//! Tasks of offices: each stay of a case in a step is one, of whoever is responsible for the step; for the appraisal of
//! departments (跟踪式考核).

use shukun_base::{Day, HouseholdId, RegionCode};
use shukun_casework::CaseId;
use shukun_casework::authority::{Permission, Role};
use shukun_casework::case::Step;
use shukun_casework::timers::{Level, Unit};

use super::count::{number, unreadable};
use super::keep::unit_key;
use super::narrow::{PlaceSize, push_vague};
use crate::accounts::read_region;
use crate::error::Result;
use crate::scope::{Scope, after};
use crate::sql::{Query, Row};
use crate::store::Store;

/// What is counted of tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TaskKind {
    /// Came in the period.
    Received,
    /// Done in the period and in time.
    InTime,
    /// Done in the period, too late.
    Late,
    /// Came by the end of the period, not done by now, and over its time as last read.
    Overdue,
    /// Came by the end of the period and not done by now.
    Waiting,
    /// Done in the period or not done by now, and so far over its time that it is for supervision (督办).
    Supervision,
}

impl TaskKind {
    /// Every one.
    pub const ALL: &'static [TaskKind] = &[
        TaskKind::Received,
        TaskKind::InTime,
        TaskKind::Late,
        TaskKind::Waiting,
        TaskKind::Overdue,
        TaskKind::Supervision,
    ];

    /// As it stands in a URL.
    pub const fn key(self) -> &'static str {
        match self {
            TaskKind::Received => "received",
            TaskKind::InTime => "in_time",
            TaskKind::Late => "late",
            TaskKind::Overdue => "overdue",
            TaskKind::Waiting => "waiting",
            TaskKind::Supervision => "supervision",
        }
    }

    /// The one with this key.
    pub fn find(key: &str) -> Option<TaskKind> {
        TaskKind::ALL.iter().copied().find(|kind| kind.key() == key)
    }

    /// Adds the condition that a stay is one of these.
    fn push(self, query: &mut Query, first: Day, last: Day) {
        let (first, last) = (first.to_string(), last.to_string());
        let done = " to_on >= ";
        match self {
            TaskKind::Received => query.push("from_on >= ").bind(first).push(" AND from_on <= ").bind(last),
            TaskKind::InTime | TaskKind::Late => {
                let late = if self == TaskKind::Late { LATE } else { IN_TIME };
                query.push(done).bind(first).push(" AND to_on <= ").bind(last).push(" AND ").push(late)
            }
            TaskKind::Waiting => query.push("to_on IS NULL AND from_on <= ").bind(last),
            TaskKind::Overdue => query.push("to_on IS NULL AND from_on <= ").bind(last).push(" AND ").push(LATE),
            TaskKind::Supervision => {
                query.push("how = 'supervision' AND (to_on IS NULL AND from_on <= ").bind(last.as_str());
                query.push(" OR").push(done).bind(first).push(" AND to_on <= ").bind(last).push(")")
            }
        };
    }
}

const LATE: &str = "how IN ('breached', 'supervision')";
const IN_TIME: &str = "how IN ('on_track', 'at_risk')";

/// Which tasks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskFilter {
    /// First day of the period.
    pub first: Day,
    /// Last day.
    pub last: Day,
    /// Of cases in this region.
    pub region: Option<RegionCode>,
    /// Only of cases whose place is not known as exactly as this.
    pub vague_below: Option<PlaceSize>,
    /// Of this office.
    pub office: Option<Role>,
    /// Of this step.
    pub step: Option<Step>,
}

/// What an office had to do in a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfficeTasks {
    /// The office.
    pub office: Role,
    /// Where, for offices of which there are many: the township; `None` = one for the county.
    pub town: Option<RegionCode>,
    /// [`TaskKind::Received`]
    pub received: u64,
    /// [`TaskKind::InTime`]
    pub in_time: u64,
    /// [`TaskKind::Late`]
    pub late: u64,
    /// [`TaskKind::Waiting`]
    pub waiting: u64,
    /// [`TaskKind::Overdue`]
    pub overdue: u64,
    /// [`TaskKind::Supervision`]
    pub supervision: u64,
    /// Working days that those done in the period used together, as far as their step counts working days.
    pub used_days: u64,
    /// How many these were.
    pub used_of: u64,
}

/// A stay in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRow {
    /// Of which case.
    pub case_id: CaseId,
    /// Of which household.
    pub household_id: HouseholdId,
    /// Where it lives.
    pub region: RegionCode,
    /// Number of the stay within the case, from 0.
    pub number: u32,
    /// The step.
    pub step: Step,
    /// Who had to do it.
    pub office: Role,
    /// When it came.
    pub from_on: Day,
    /// When it was done; `None` = not yet.
    pub to_on: Option<Day>,
    /// What was used of the limit, in `unit`.
    pub used: u32,
    /// The limit; `None` = none of its own.
    pub limit: Option<u32>,
    /// What both count.
    pub unit: Unit,
    /// How it stands, or stood when it was done.
    pub level: Level,
}

/// Where the next page begins; as text it stands in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskCursor {
    from_on: Day,
    number: i64,
    case_id: String,
}

impl TaskCursor {
    /// From a URL; `None` if it is not one.
    pub fn parse(text: &str) -> Option<TaskCursor> {
        let (from_on, rest) = text.split_once('.')?;
        let (number, case_id) = rest.split_once('.')?;
        Some(TaskCursor { from_on: from_on.parse().ok()?, number: number.parse().ok()?, case_id: case_id.to_owned() })
    }
}

impl std::fmt::Display for TaskCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.from_on, self.number, self.case_id)
    }
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskPage {
    /// Its rows.
    pub rows: Vec<TaskRow>,
    /// Where the next one begins; `None` on the last.
    pub next: Option<TaskCursor>,
}

impl Store {
    /// What each office of the caller's area had to do in a period; townships and villages by township.
    pub async fn count_tasks(&self, scope: &Scope, filter: &TaskFilter) -> Result<Vec<OfficeTasks>> {
        scope.require_anywhere(Permission::ViewStatistics)?;
        office_tasks_query(scope, filter)
            .all(&self.within(scope, Permission::ViewCases))
            .await?
            .iter()
            .map(read_office)
            .collect()
    }

    /// One page of the tasks behind a figure of [`Store::count_tasks`], the oldest first.
    pub async fn list_tasks(
        &self,
        scope: &Scope,
        filter: &TaskFilter,
        kind: TaskKind,
        from: Option<&TaskCursor>,
        rows: u16,
    ) -> Result<TaskPage> {
        let found =
            tasks_query(scope, filter, kind, from, rows).all(&self.within(scope, Permission::ViewCases)).await?;
        let has_more = found.len() > usize::from(rows);
        let rows: Vec<TaskRow> = found.iter().take(usize::from(rows)).map(read).collect::<Result<_>>()?;
        let cursor = |last: &TaskRow| TaskCursor {
            from_on: last.from_on,
            number: i64::from(last.number),
            case_id: last.case_id.to_string(),
        };
        let next = rows.last().filter(|_| has_more).map(cursor);
        Ok(TaskPage { rows, next })
    }
}

const TOWN: &str = "CASE WHEN office IN ('township', 'village') THEN substr(region, 1, 9) END";
const OF_CASES: &str = " FROM case_stays JOIN cases ON case_id = stay_of WHERE ";

pub(crate) fn office_tasks_query(scope: &Scope, filter: &TaskFilter) -> Query {
    let mut query = Query::new("SELECT office, ");
    query.push(TOWN).push(" AS region");
    for kind in TaskKind::ALL {
        query.push(", COUNT(CASE WHEN ");
        kind.push(&mut query, filter.first, filter.last);
        query.push(" THEN 1 END) AS ").push(kind.key());
    }
    for (begins, ends) in [
        (
            ", CAST(COALESCE(SUM(CASE WHEN unit = 'working_days' AND to_on >= ",
            " THEN used END), 0) AS BIGINT) AS used_days",
        ),
        (", COUNT(CASE WHEN unit = 'working_days' AND to_on >= ", " THEN 1 END) AS used_of"),
    ] {
        query.push(begins).bind(filter.first.to_string());
        query.push(" AND to_on <= ").bind(filter.last.to_string()).push(ends);
    }
    query.push(OF_CASES);
    push_conditions(&mut query, scope, filter);
    query.push(" GROUP BY office, ").push(TOWN).push(" ORDER BY 1, 2");
    query
}

fn read_office(row: &Row) -> Result<OfficeTasks> {
    let town: Option<String> = row.get("region")?;
    Ok(OfficeTasks {
        office: Role::find(&row.get::<String>("office")?).ok_or_else(unreadable)?,
        town: town.map(|code| RegionCode::new(&code).ok_or_else(unreadable)).transpose()?,
        received: number(row, "received")?,
        in_time: number(row, "in_time")?,
        late: number(row, "late")?,
        waiting: number(row, "waiting")?,
        overdue: number(row, "overdue")?,
        supervision: number(row, "supervision")?,
        used_days: number(row, "used_days")?,
        used_of: number(row, "used_of")?,
    })
}

pub(crate) fn tasks_query(
    scope: &Scope,
    filter: &TaskFilter,
    kind: TaskKind,
    from: Option<&TaskCursor>,
    rows: u16,
) -> Query {
    let mut query = Query::new(
        "SELECT case_id, household_id, region, stay_number, stayed_at, office, from_on, to_on, used, time_limit, unit, how",
    );
    query.push(OF_CASES);
    push_conditions(&mut query, scope, filter);
    query.push(" AND (");
    kind.push(&mut query, filter.first, filter.last);
    query.push(")");
    if let Some(from) = from {
        query.push(" AND (from_on, stay_number, case_id) > (").bind(from.from_on.to_string());
        query.push(", ").bind(from.number).push(", ").bind(from.case_id.as_str()).push(")");
    }
    query.push(" ORDER BY from_on, stay_number, case_id LIMIT ").bind(i64::from(rows) + 1);
    query
}

fn push_conditions(query: &mut Query, scope: &Scope, filter: &TaskFilter) {
    scope.push_area(query, "region", Permission::ViewCases);
    if let Some(region) = &filter.region {
        query.push(" AND region >= ").bind(region.as_str()).push(" AND region < ").bind(after(region));
    }
    push_vague(query, filter.vague_below);
    if let Some(office) = filter.office {
        query.push(" AND office = ").bind(office.key());
    }
    if let Some(step) = filter.step {
        query.push(" AND stayed_at = ").bind(step.key());
    }
}

fn read(row: &Row) -> Result<TaskRow> {
    let text = |column| row.get::<String>(column);
    let small = |wide: i64| u32::try_from(wide).map_err(|_| unreadable());
    let to_on: Option<String> = row.get("to_on")?;
    Ok(TaskRow {
        case_id: CaseId::new(&text("case_id")?).ok_or_else(unreadable)?,
        household_id: HouseholdId(text("household_id")?.parse().map_err(|_| unreadable())?),
        region: read_region(row)?,
        number: small(row.get("stay_number")?)?,
        step: Step::find(&text("stayed_at")?).ok_or_else(unreadable)?,
        office: Role::find(&text("office")?).ok_or_else(unreadable)?,
        from_on: text("from_on")?.parse().map_err(|_| unreadable())?,
        to_on: to_on.map(|day| day.parse().map_err(|_| unreadable())).transpose()?,
        used: small(row.get("used")?)?,
        limit: row.get::<Option<i64>>("time_limit")?.map(small).transpose()?,
        unit: unit(&text("unit")?)?,
        level: Level::find(&text("how")?).ok_or_else(unreadable)?,
    })
}

fn unit(key: &str) -> Result<Unit> {
    let units = [Unit::WorkingDays, Unit::Days, Unit::Hours];
    units.into_iter().find(|unit| unit_key(*unit) == key).ok_or_else(unreadable)
}
