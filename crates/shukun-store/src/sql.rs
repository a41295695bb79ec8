//! Statements as text: an auditor reads the same words that the database gets.
//!
//! INVARIANT: a statement is made by [`statements!`] and nowhere else, and what that makes is prepared on both engines
//! by a test (`schema/statements.rs`): its list would be dead code otherwise. `$1` is a parameter on both engines.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement, TryGetable, Value};

use crate::error::{Result, StoreError};

/// A fixed statement.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sql(pub &'static str);

/// Fixed statements of one module, and `ALL` of them for the test that prepares them.
macro_rules! statements {
    ($($(#[$note:meta])* $name:ident = $text:expr;)+) => {
        $($(#[$note])* const $name: $crate::sql::Sql = $crate::sql::Sql($text);)+
        /// Every statement of this module.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, $crate::sql::Sql)] = &[$((stringify!($name), $name)),+];
    };
}
pub(crate) use statements;

/// Parameters of a statement, in their order.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$(sea_orm::Value::from($value)),*] };
}
pub(crate) use values;

/// One row.
pub(crate) struct Row(QueryResult);

impl From<QueryResult> for Row {
    fn from(row: QueryResult) -> Row {
        Row(row)
    }
}

impl Row {
    /// The column's value; `Option` for one that may be empty.
    pub fn get<T: TryGetable>(&self, column: &str) -> Result<T> {
        self.0.try_get("", column).map_err(|_| not_of_its_type(column))
    }
}

/// The row is here; what is in it is not what the schema says.
fn not_of_its_type(column: &str) -> StoreError {
    StoreError::damaged(
        format!("数据库里有一行的 {column} 不是应有的类型：请从备份核对。"),
        format!("A row's {column} is not of its type: compare it with a backup."),
    )
}

fn statement(engine: DbBackend, sql: Sql, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(engine, sql.0, values)
}

/// Where a statement, or a commit, goes to the database. While tests run, `attack` stands in front of it and after it.
async fn sent<T>(work: impl Future<Output = std::result::Result<T, DbErr>>) -> Result<T> {
    #[cfg(test)]
    crate::attack::before().await?;
    let answer = work.await?;
    #[cfg(test)]
    crate::attack::after().await?;
    Ok(answer)
}

/// Commits. An error here is no answer: what was written may be there.
pub(crate) async fn commit(tx: DatabaseTransaction) -> Result<()> {
    sent(tx.commit()).await
}

/// Runs it; how many rows it changed.
pub(crate) async fn execute(on: &impl ConnectionTrait, sql: Sql, values: Vec<Value>) -> Result<u64> {
    let statement = statement(on.get_database_backend(), sql, values);
    Ok(sent(on.execute_raw(statement)).await?.rows_affected())
}

/// Parameters of one statement that writes many rows. Both engines take more; beyond some hundred rows nothing is gained.
const PARAMETERS: usize = 2_000;

/// Runs an insertion of one row (`INSERT INTO … VALUES ($1, …)`) for all of these, many rows a statement.
pub(crate) async fn insert(on: &impl ConnectionTrait, one_row: Sql, rows: &[Vec<Value>]) -> Result<()> {
    let columns = rows.first().map_or(1, Vec::len).max(1);
    for some in rows.chunks((PARAMETERS / columns).max(1)) {
        rows_query(one_row, some).all(on).await?;
    }
    Ok(())
}

fn rows_query(one_row: Sql, rows: &[Vec<Value>]) -> Query {
    let into = one_row.0.split_once("VALUES").map_or(one_row.0, |(into, _)| into);
    let mut query = Query::new(into);
    query.push("VALUES ").bind_rows(rows);
    query
}

/// Its first row, if there is one.
pub(crate) async fn find(on: &impl ConnectionTrait, sql: Sql, values: Vec<Value>) -> Result<Option<Row>> {
    let statement = statement(on.get_database_backend(), sql, values);
    Ok(sent(on.query_one_raw(statement)).await?.map(Row))
}

/// Its rows.
pub(crate) async fn all(on: &impl ConnectionTrait, sql: Sql, values: Vec<Value>) -> Result<Vec<Row>> {
    let statement = statement(on.get_database_backend(), sql, values);
    Ok(sent(on.query_all_raw(statement)).await?.into_iter().map(Row).collect())
}

/// A statement put together from fixed pieces, for lists with filters; what the caller typed is a parameter always.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query {
    text: String,
    values: Vec<Value>,
}

impl Query {
    pub fn new(text: &'static str) -> Query {
        Query { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds a fixed piece.
    pub fn push(&mut self, piece: &'static str) -> &mut Query {
        self.text.push_str(piece);
        self
    }

    /// Adds a parameter.
    pub fn bind(&mut self, value: impl Into<Value>) -> &mut Query {
        self.values.push(value.into());
        self.text.push_str(&format!("${}", self.values.len()));
        self
    }

    /// Adds parameters with commas between them, for `IN (…)`.
    pub fn bind_list(&mut self, values: impl Iterator<Item = Value>) -> &mut Query {
        for (index, value) in values.enumerate() {
            self.push(if index == 0 { "" } else { ", " }).bind(value);
        }
        self
    }

    /// Adds rows of parameters, for `VALUES …`.
    pub fn bind_rows(&mut self, rows: &[Vec<Value>]) -> &mut Query {
        for (number, row) in rows.iter().enumerate() {
            self.push(if number == 0 { "(" } else { ", (" }).bind_list(row.iter().cloned()).push(")");
        }
        self
    }

    /// The text, for tests.
    #[cfg(test)]
    pub fn text(&self) -> &str {
        &self.text
    }

    pub async fn all(self, on: &impl ConnectionTrait) -> Result<Vec<Row>> {
        let statement = Statement::from_sql_and_values(on.get_database_backend(), self.text, self.values);
        Ok(sent(on.query_all_raw(statement)).await?.into_iter().map(Row).collect())
    }

    pub async fn find(self, on: &impl ConnectionTrait) -> Result<Option<Row>> {
        let statement = Statement::from_sql_and_values(on.get_database_backend(), self.text, self.values);
        Ok(sent(on.query_one_raw(statement)).await?.map(Row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_insertion_of_one_row_becomes_one_of_many() {
        let one = Sql("INSERT INTO t (a, b)\n        VALUES ($1, $2)");
        let query = rows_query(one, &[values![1_i64, "x"], values![2_i64, "y"]]);
        assert_eq!(
            query.text().split_whitespace().collect::<Vec<_>>().join(" "),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4)"
        );
        assert_eq!(query.values.len(), 4);
    }
}
