//! A database as somebody sees it who has its file or its server and no key: rows and cells, on either engine.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, QueryResult, Statement};

/// A connection, and the thread that waits for it.
pub struct Seen {
    runtime: tokio::runtime::Runtime,
    connection: DatabaseConnection,
}

impl Seen {
    pub fn open(url: &str) -> Seen {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(Database::connect(url)).unwrap();
        Seen { runtime, connection }
    }

    /// Does what a statement says.
    pub fn execute(&self, sql: &str) {
        self.runtime.block_on(self.connection.execute_unprepared(sql)).unwrap();
    }

    fn query(&self, sql: &str) -> Vec<QueryResult> {
        let statement = Statement::from_string(self.connection.get_database_backend(), sql);
        self.runtime.block_on(self.connection.query_all_raw(statement)).unwrap()
    }

    /// The rows of a query whose columns are all text.
    pub fn rows(&self, sql: &str) -> Vec<Vec<String>> {
        let cell = |row: &QueryResult, at: usize| row.try_get_by_index::<Option<String>>(at).unwrap();
        let read = |row: &QueryResult| {
            let cells = (0..row.column_names().len()).map(|at| cell(row, at).unwrap_or_else(|| "—".to_owned()));
            cells.collect()
        };
        self.query(sql).iter().map(read).collect()
    }

    /// Tables and their columns; whether each holds bytes.
    fn tables(&self) -> BTreeMap<String, Vec<(String, bool)>> {
        let sql = match self.connection.get_database_backend() {
            DbBackend::Sqlite => {
                "SELECT tables.name, columns.name, columns.type FROM sqlite_master AS tables, pragma_table_info(tables.name)
                    AS columns WHERE tables.type = 'table'"
            }
            _ => {
                "SELECT table_name::text, column_name::text, data_type::text FROM information_schema.columns
                    WHERE table_schema = 'public'"
            }
        };
        let mut tables: BTreeMap<String, Vec<(String, bool)>> = BTreeMap::new();
        for row in self.rows(sql) {
            let is_bytes = matches!(row[2].to_lowercase().as_str(), "blob" | "bytea");
            tables.entry(row[0].clone()).or_default().push((row[1].clone(), is_bytes));
        }
        tables
    }

    /// Every cell of every table, numbers as their digits: table, column, bytes.
    pub fn each_cell(&self, mut each: impl FnMut(&str, &str, &[u8])) {
        for (table, columns) in self.tables() {
            for (column, is_bytes) in columns {
                if is_bytes {
                    for row in self.query(&format!("SELECT \"{column}\" FROM \"{table}\"")) {
                        let cell = row.try_get_by_index::<Option<Vec<u8>>>(0).unwrap();
                        each(&table, &column, &cell.unwrap_or_default());
                    }
                } else {
                    for row in self.rows(&format!("SELECT CAST(\"{column}\" AS TEXT) FROM \"{table}\"")) {
                        each(&table, &column, row[0].as_bytes());
                    }
                }
            }
        }
    }
}

/// The database server that `cargo xtask test` starts: an empty database of this name on it. `None` = there is no server, which is
/// said aloud.
pub fn postgres(name: &str) -> Option<String> {
    let Ok(server) = std::env::var("SHUKUN_TEST_PG") else {
        eprintln!("PostgreSQL was left out: SHUKUN_TEST_PG names no server (cargo xtask test starts one)");
        return None;
    };
    let name = format!("{name}_{}", std::process::id());
    Seen::open(&format!("{server}/postgres")).execute(&format!("CREATE DATABASE {name}"));
    Some(format!("{server}/{name}"))
}
