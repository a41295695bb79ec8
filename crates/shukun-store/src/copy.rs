//! Copying every row of one database into another, empty one of either engine: the schema is the same on both.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, Value};

use crate::error::{Result, StoreError};
use crate::schema;
use crate::sql::{Row, all, execute, statements, values};

statements! {
    // Of the SQLite side of the copy, which is always one of the two.
    TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    RESTORING = "INSERT INTO restoring (only_row) VALUES (1)";
    RESTORED = "DELETE FROM restoring";
    COLUMNS = "SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid";
}

/// Rows read at a time; documents, which may have 20 MiB each, are read one by one.
const AT_A_TIME: usize = 500;

#[derive(Clone, Debug)]
struct Column {
    name: String,
    kind: String,
    key: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    name: String,
    columns: Vec<Column>,
}

/// The tables of a SQLite database of ours, those that others refer to first.
pub(crate) async fn tables(sqlite: &impl ConnectionTrait) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for row in all(sqlite, TABLES, values![]).await? {
        let name: String = row.get("name")?;
        let columns = all(sqlite, COLUMNS, values![name.as_str()]).await?;
        let columns = columns
            .iter()
            .map(|row| Ok(Column { name: row.get("name")?, kind: row.get("type")?, key: row.get("pk")? }));
        tables.push(Table { columns: columns.collect::<Result<_>>()?, name });
    }
    // What nothing refers from comes first: accounts before their grants, cases before their actions.
    tables.sort_by_key(|table| (schema::copying_order(&table.name), table.name.clone()));
    Ok(tables)
}

/// Empties `to` of what opening it wrote, and copies every row; how many.
pub(crate) async fn copy(from: &DatabaseTransaction, to: &DatabaseTransaction, tables: &[Table]) -> Result<u64> {
    for table in tables.iter().rev().filter(|table| schema::FILLED_BY_OPENING.contains(&table.name.as_str())) {
        to.execute_unprepared(&format!("DELETE FROM {}", table.name)).await?;
    }
    // What the ledger's triggers ask of a new row was asked when it was made.
    execute(to, RESTORING, values![]).await?;
    let mut copied = 0;
    for table in tables {
        copied += copy_table(from, to, table).await?;
    }
    execute(to, RESTORED, values![]).await?;
    Ok(copied)
}

async fn copy_table(from: &DatabaseTransaction, to: &DatabaseTransaction, table: &Table) -> Result<u64> {
    let (mut after, mut copied) = (None, 0);
    loop {
        let page = table.page(from, after.as_ref()).await?;
        for row in &page {
            to.execute_raw(table.insert(to.get_database_backend(), row.clone())).await?;
        }
        copied += u64::try_from(page.len()).unwrap_or(0);
        match page.last() {
            Some(last) if page.len() == table.at_a_time() => after = Some(table.key_of(last)),
            _ => return Ok(copied),
        }
    }
}

impl Table {
    #[cfg(test)]
    pub(crate) fn is_named(&self, name: &str) -> bool {
        self.name == name
    }

    /// Every row, in the key's order.
    #[cfg(test)]
    pub(crate) async fn each_row(&self, from: &DatabaseTransaction, mut each: impl FnMut(&[Value])) -> Result<()> {
        let mut after = None;
        loop {
            let page = self.page(from, after.as_ref()).await?;
            page.iter().for_each(|row| each(row));
            match page.last() {
                Some(last) if page.len() == self.at_a_time() => after = Some(self.key_of(last)),
                _ => return Ok(()),
            }
        }
    }

    fn at_a_time(&self) -> usize {
        if matches!(self.name.as_str(), "documents" | "exports") { 1 } else { AT_A_TIME }
    }

    fn names(&self) -> String {
        self.columns.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    fn key(&self) -> Vec<&Column> {
        let mut key: Vec<&Column> = self.columns.iter().filter(|column| column.key > 0).collect();
        key.sort_by_key(|column| column.key);
        key
    }

    /// Rows after a key, in the key's order.
    async fn page(&self, from: &DatabaseTransaction, after: Option<&Vec<Value>>) -> Result<Vec<Vec<Value>>> {
        let key = self.key().iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
        let condition = after.map_or_else(String::new, |after| {
            let places: Vec<String> = (1..=after.len()).map(|number| format!("${number}")).collect();
            format!(" WHERE ({key}) > ({})", places.join(", "))
        });
        let text =
            format!("SELECT {} FROM {}{condition} ORDER BY {key} LIMIT {}", self.names(), self.name, self.at_a_time());
        let values = after.cloned().unwrap_or_default();
        let statement = Statement::from_sql_and_values(from.get_database_backend(), text, values);
        let rows = from.query_all_raw(statement).await?;
        rows.into_iter().map(|row| self.read(&Row::from(row))).collect()
    }

    fn read(&self, row: &Row) -> Result<Vec<Value>> {
        let value = |column: &Column| {
            let name = column.name.as_str();
            Ok(match column.kind.as_str() {
                "TEXT" => row.get::<Option<String>>(name)?.into(),
                "BIGINT" => row.get::<Option<i64>>(name)?.into(),
                "BOOLEAN" => row.get::<Option<bool>>(name)?.into(),
                "BLOB" => row.get::<Option<Vec<u8>>>(name)?.into(),
                other => return Err(unknown_type(other)),
            })
        };
        self.columns.iter().map(value).collect()
    }

    fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let at = |name: &str| self.columns.iter().position(|column| column.name == name);
        self.key().iter().filter_map(|column| row.get(at(&column.name)?).cloned()).collect()
    }

    fn insert(&self, engine: DbBackend, row: Vec<Value>) -> Statement {
        let places: Vec<String> = (1..=row.len()).map(|number| format!("${number}")).collect();
        let text = format!("INSERT INTO {} ({}) VALUES ({})", self.name, self.names(), places.join(", "));
        Statement::from_sql_and_values(engine, text, row)
    }
}

fn unknown_type(kind: &str) -> StoreError {
    StoreError::damaged(
        format!("表里有不认识的类型 {kind}。"),
        format!("A table has a column of type {kind}, which is not known."),
    )
}
