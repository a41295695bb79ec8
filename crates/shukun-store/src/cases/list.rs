//! Lists of cases: filters, an order, pages by key, and counts; one statement each, all within the scope.

use sea_orm::DbBackend;
use shukun_casework::authority::Permission;

use super::clock::{NEVER_DUE, day_number};
use super::filter::{CaseFilter, push_conditions, push_conditions_at};
use super::row::{Beside, COLUMNS, CaseRow, read};
use crate::error::{Result, StoreError};
use crate::moment::millis;
use crate::scope::Scope;
use crate::sql::Query;
use crate::store::Store;

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseOrder {
    /// Those that stand longest first.
    #[default]
    Longest,
    /// Those where something happened last first.
    Latest,
    /// The largest burden first.
    Burden,
    /// The step that is due first, those without a day last.
    Due,
    /// By the case's number: the order in which a whole list is read out.
    Number,
}

impl CaseOrder {
    /// Column, and whether it descends.
    fn column(self) -> (&'static str, bool) {
        match self {
            CaseOrder::Longest => ("status_since", false),
            CaseOrder::Latest => ("last_at", true),
            CaseOrder::Burden => ("burden_fen", true),
            CaseOrder::Due => ("due_number", false),
            CaseOrder::Number => ("case_id", false),
        }
    }
}

/// Where the next page begins; as text it stands in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseCursor {
    value: i64,
    case_id: String,
}

impl CaseCursor {
    /// From a URL; `None` if it is not one.
    pub fn parse(text: &str) -> Option<CaseCursor> {
        let (value, case_id) = text.split_once('.')?;
        Some(CaseCursor { value: value.parse().ok()?, case_id: case_id.to_owned() })
    }
}

impl std::fmt::Display for CaseCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.value, self.case_id)
    }
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CasePage {
    /// Its rows.
    pub rows: Vec<CaseRow>,
    /// Where the next one begins; `None` on the last.
    pub next: Option<CaseCursor>,
}

/// By what cases are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountBy {
    /// By status.
    Status,
    /// By colour; nothing = found by hand.
    Colour,
    /// By township: nine digits, or fewer where no more is known.
    Township,
    /// By the person in whose hands they are; nothing = nobody.
    Assignee,
    /// By how the last round ended; nothing = it has not.
    Outcome,
    /// By the level of its time limits; nothing = closed.
    Level,
    /// By the step whose clock runs; nothing = closed.
    Step,
}

impl CountBy {
    /// Every one.
    pub const ALL: [CountBy; 7] = [
        CountBy::Status,
        CountBy::Colour,
        CountBy::Township,
        CountBy::Assignee,
        CountBy::Outcome,
        CountBy::Level,
        CountBy::Step,
    ];

    fn expression(self) -> &'static str {
        match self {
            CountBy::Status => "status",
            CountBy::Colour => "colour",
            CountBy::Township => "substr(region, 1, 9)",
            CountBy::Assignee => "assignee",
            CountBy::Outcome => "outcome",
            CountBy::Level => "level",
            CountBy::Step => "step",
        }
    }
}

/// How many cases there are under a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The key of the word, or nothing.
    pub key: Option<String>,
    /// How many.
    pub cases: u64,
}

impl Store {
    /// One page of cases in the caller's area.
    pub async fn list_cases(
        &self,
        scope: &Scope,
        filter: &CaseFilter,
        order: CaseOrder,
        from: Option<&CaseCursor>,
        rows: u16,
    ) -> Result<CasePage> {
        let query = list_query(self.db.get_database_backend(), (scope, filter), order, from, rows);
        let found = query.all(&self.within(scope, Permission::ViewCases)).await?;
        let has_more = found.len() > usize::from(rows);
        let rows: Vec<CaseRow> = found.iter().take(usize::from(rows)).map(read).collect::<Result<_>>()?;
        let next = rows.last().filter(|_| has_more).map(|last| cursor_at(last, order));
        Ok(CasePage { rows, next })
    }

    /// How many cases of the caller's area each filter finds, in their order. One statement.
    pub async fn count_lists(&self, scope: &Scope, filters: &[CaseFilter]) -> Result<Vec<u64>> {
        if filters.is_empty() {
            return Ok(Vec::new());
        }
        let rows = lists_query(scope, filters).all(&self.within(scope, Permission::ViewCases)).await?;
        rows.iter().map(|row| u64::try_from(row.get::<i64>("cases")?).map_err(|_| StoreError::not_found())).collect()
    }

    /// How many cases of the caller's area the filter finds, by a word. The sum is the length of the list.
    pub async fn count_cases(&self, scope: &Scope, filter: &CaseFilter, by: CountBy) -> Result<Vec<Count>> {
        let rows = counts_query(scope, filter, by).all(&self.within(scope, Permission::ViewCases)).await?;
        let count = |row: &crate::sql::Row| {
            let cases = u64::try_from(row.get::<i64>("cases")?).map_err(|_| StoreError::not_found())?;
            Ok(Count { key: row.get("word")?, cases })
        };
        rows.iter().map(count).collect()
    }
}

fn cursor_at(row: &CaseRow, order: CaseOrder) -> CaseCursor {
    let value = match order {
        CaseOrder::Longest => millis(row.status_since),
        CaseOrder::Latest => millis(row.last_at),
        CaseOrder::Burden => row.burden_fen.0,
        CaseOrder::Due => row.clock.as_ref().and_then(|clock| clock.due_on).map_or(NEVER_DUE, day_number),
        CaseOrder::Number => 0,
    };
    CaseCursor { value, case_id: row.case_id.to_string() }
}

pub(crate) fn list_query(
    engine: DbBackend,
    (scope, filter): (&Scope, &CaseFilter),
    order: CaseOrder,
    from: Option<&CaseCursor>,
    rows: u16,
) -> Query {
    let mut query = Query::new(COLUMNS);
    Beside { clocks: true, ..filter.beside() }.push(&mut query);
    push_conditions_at(&mut query, scope.region_column(engine, filter.region.as_ref()), scope, filter);
    let (column, descends) = order.column();
    if let Some(from) = from.filter(|_| order == CaseOrder::Number) {
        query.push(" AND case_id > ").bind(from.case_id.as_str());
    } else if let Some(from) = from {
        query.push(" AND (").push(column).push(", case_id) ").push(if descends { "< (" } else { "> (" });
        query.bind(from.value).push(", ").bind(from.case_id.as_str()).push(")");
    }
    let direction = if descends { " DESC" } else { "" };
    query.push(" ORDER BY ");
    if order != CaseOrder::Number {
        query.push(column).push(direction).push(", ");
    }
    query.push("case_id").push(direction);
    query.push(" LIMIT ").bind(i64::from(rows) + 1);
    query
}

/// A row for each filter.
pub(crate) fn lists_query(scope: &Scope, filters: &[CaseFilter]) -> Query {
    let mut query = Query::default();
    for (number, filter) in filters.iter().enumerate() {
        query.push(if number == 0 { "SELECT " } else { " UNION ALL SELECT " });
        query.push("CAST(").bind(i64::try_from(number).unwrap_or(i64::MAX)).push(" AS BIGINT) AS list, ");
        query.push("COUNT(*) AS cases ");
        filter.beside().push(&mut query);
        push_conditions(&mut query, scope, filter);
    }
    query.push(" ORDER BY list");
    query
}

pub(crate) fn counts_query(scope: &Scope, filter: &CaseFilter, by: CountBy) -> Query {
    let mut query = Query::new("SELECT ");
    query.push(by.expression()).push(" AS word, COUNT(*) AS cases ");
    let beside = filter.beside();
    Beside { clocks: beside.clocks || matches!(by, CountBy::Level | CountBy::Step), ..beside }.push(&mut query);
    push_conditions(&mut query, scope, filter);
    query.push(" GROUP BY ").push(by.expression()).push(" ORDER BY ").push(by.expression());
    query
}
