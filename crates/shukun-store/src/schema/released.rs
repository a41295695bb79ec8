//! Data of released versions, opened by today's program: everything is readable, what follows from it is the same.
//!
//! `released/0007.jsonl` is every row of a small office as the program of schema 7 wrote it (on SQLite; the schema is the same on
//! both engines), and `0007.keys` its key file. Nobody in it exists. It is loaded into a database whose migrations end at 7.

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement, TransactionTrait as _, Value};
use serde_json::{Map, Value as Json};
use shukun_base::{Masked, PersonId};
use shukun_casework::CaseId;
use shukun_casework::case::Case;

use super::{FILLED_BY_OPENING, MIGRATIONS, MIGRATIONS_TABLE, apply, copying_order, write_clashing_roles};
use crate::store::options;
use crate::testing::{PASSWORD, TestDb, at, on_both};
use crate::wall::OwnWork;
use crate::{AlertFilter, CaseFilter, CaseOrder, PersonField, Scope, Store};

/// Every migration that a released version carries, with its hash. A row is added with the release and never changed:
/// every office's database remembers the hash.
const RELEASED: [(i64, &str); 7] = [
    (1, "96adb1f8fb97a952ccbd29a1fb002e3189fc527620e8b3eda307b89b79628b66"),
    (2, "e56275554f2a7503a12340780e27975321bc523fef8b7db805ee2ccd8afee607"),
    (3, "34e0ba683080a52aedb513bb3e762cc16fcd868adacda8b4baa9aa6a09ea10c3"),
    (4, "5708c6b0e01487b1dd189edfa9a179bad1ce76d789e91335a6da1e6a29e903de"),
    (5, "250fa69083e1b9b47d568a8b272a44fc8fee10e47f3608e0fca3857904c33bf1"),
    (6, "7158aefff70a3fb9f34c935662450fbe9356ffcc0fdce7893e955adfb616aaf9"),
    (7, "7c8d7e225b70a6623f9b21e6cdb37917a7ebdde479fb9950df265a4b430dffcc"),
];

const ROWS: &str = include_str!("released/0007.jsonl");
const KEYS: &str = include_str!("released/0007.keys");

struct Row {
    table: String,
    cells: Map<String, Json>,
}

fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = ROWS
        .lines()
        .map(|line| {
            let mut line: Map<String, Json> = serde_json::from_str(line).unwrap();
            let cells = line["row"].as_object().unwrap().clone();
            Row { table: line.remove("table").unwrap().as_str().unwrap().to_owned(), cells }
        })
        .collect();
    rows.sort_by_key(|row| copying_order(&row.table));
    rows
}

fn value(column: &str, cell: &Json) -> Value {
    let is_bytes = ["_hash", "_index", "wrapped", "hash", "previous"].iter().any(|end| column.ends_with(end));
    match cell {
        Json::String(text) => text.clone().into(),
        Json::Number(number) => number.as_i64().unwrap().into(),
        Json::Bool(is) => (*is).into(),
        Json::Object(hex) => crate::chance::unhex(hex["hex"].as_str().unwrap()).unwrap().into(),
        Json::Null if is_bytes || BYTES.contains(&column) => Value::Bytes(None),
        Json::Null if NUMBERS.contains(&column) => Value::BigInt(None),
        Json::Null => Value::String(None),
        Json::Array(_) => panic!("{column}"),
    }
}

/// Columns that may be empty and are no text.
const BYTES: [&str; 10] = [
    "totp_secret",
    "totp_pending",
    "reason",
    "phone",
    "address",
    "bank_account",
    "result",
    "content",
    "input",
    "alert",
];
const NUMBERS: [&str; 7] =
    ["totp_last_step", "closed_at", "revoked_at", "stepped_up_at", "heartbeat_at", "finished_at", "due_at"];

/// The database as the program of schema 7 left it.
async fn load(db: &TestDb) {
    let raw: DatabaseConnection = Database::connect(options(db.url())).await.unwrap();
    let tx = raw.begin().await.unwrap();
    tx.execute_unprepared(MIGRATIONS_TABLE).await.unwrap();
    for migration in MIGRATIONS.iter().filter(|migration| migration.number <= 7) {
        apply(&tx, migration, &[]).await.unwrap();
    }
    write_clashing_roles(&tx).await.unwrap();
    for table in FILLED_BY_OPENING {
        tx.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
    }
    for row in rows() {
        let columns: Vec<&str> = row.cells.keys().map(String::as_str).collect();
        let places: Vec<String> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let text = format!("INSERT INTO {} ({}) VALUES ({})", row.table, columns.join(", "), places.join(", "));
        let values: Vec<Value> = row.cells.iter().map(|(column, cell)| value(column, cell)).collect();
        tx.execute_raw(Statement::from_sql_and_values(raw.get_database_backend(), text, values)).await.unwrap();
    }
    tx.commit().await.unwrap();
    raw.close().await.unwrap();
    std::fs::write(db.key_file(), KEYS).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(db.key_file(), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

fn count(table: &str) -> usize {
    rows().iter().filter(|row| row.table == table).count()
}

async fn scope(store: &Store, login: &str) -> Scope {
    let (_, session) = store.sign_in(login, &Masked::new(PASSWORD.to_owned()), at(60)).await.unwrap();
    session.scope(at(60)).stepped_up_for_a_test()
}

/// The rows of all cases as they lie in the table.
async fn projections(store: &Store) -> Vec<String> {
    let tx = store.begin_own(OwnWork::Backup).await.unwrap();
    let mut rows = Vec::new();
    let tables = crate::copy::tables(&tx).await;
    match tables {
        Ok(tables) => {
            for table in tables.iter().filter(|table| table.is_named("cases")) {
                table.each_row(&tx, |row| rows.push(format!("{row:?}"))).await.unwrap();
            }
        }
        // PostgreSQL's tables are not told by SQLite's words.
        Err(_) => {
            drop(tx);
            let query = crate::sql::Query::new("SELECT row_to_json(cases)::text AS row FROM cases ORDER BY case_id");
            for row in query.all(&store.own(OwnWork::Backup)).await.unwrap() {
                rows.push(row.get("row").unwrap());
            }
        }
    }
    rows
}

#[test]
fn a_released_migration_never_changes() {
    for (number, hash) in RELEASED {
        let migration = MIGRATIONS.iter().find(|migration| migration.number == number).unwrap();
        assert_eq!(migration.hash(), hash, "{}: a released migration is never changed, add another", migration.name);
    }
}

#[test]
fn todays_program_opens_what_schema_7_left() {
    on_both(|db| async move {
        load(&db).await;
        let store = db.open().await;
        let kept = store.verify_audit(None).await.unwrap();
        assert_eq!(usize::try_from(kept.rows).unwrap(), count("audit"));
        let (hsa, system) = (scope(&store, "hsa").await, scope(&store, "system").await);

        let page = store.list_cases(&hsa, &CaseFilter::default(), CaseOrder::Longest, None, 100).await.unwrap();
        assert_eq!(page.rows.len(), count("cases"));
        let mut actions = 0;
        for row in &page.rows {
            let record = store.case_actions(&hsa, &row.case_id).await.unwrap();
            let case = Case::replay(&record).unwrap();
            assert_eq!((case.version, case.status, case.household), (row.version, row.status, row.household_id));
            actions += record.len();
        }
        assert_eq!(actions, count("case_actions"));
        let before = projections(&store).await;
        assert_eq!(store.rebuild_cases(&system).await.unwrap(), u64::try_from(count("cases")).unwrap());
        assert_eq!(projections(&store).await, before, "made again they are the same");
        assert!(!before.is_empty());

        let alerts = store.list_alerts(&hsa, &AlertFilter::default(), None, 100).await.unwrap().rows;
        assert_eq!(alerts.len(), count("alerts"));
        for alert in &alerts {
            store.alert(&hsa, &alert.alert_id).await.unwrap();
        }
        let why = Masked::new("核对旧数据".to_owned());
        for number in 1..=u64::try_from(count("people")).unwrap() {
            let opened = store.reveal(&hsa, PersonId(number), PersonField::ALL, &why, at(61)).await.unwrap();
            let written = crate::testing::person(number, "330381");
            assert_eq!(opened[0], (PersonField::Name, written.name));
            assert_eq!(opened[1], (PersonField::IdNumber, written.id_number));
        }
        let case_id = CaseId::new("case-2").unwrap();
        let papers = store.list_documents(&hsa, &case_id).await.unwrap();
        let (_, bytes) = store.open_document(&hsa, &case_id, &papers[0].document.id, at(62)).await.unwrap();
        assert_eq!((papers.len(), bytes.as_slice()), (count("documents"), b"%PDF-1.4 a synthetic paper".as_slice()));
        let jobs = store.list_jobs(&hsa).await.unwrap();
        assert_eq!(jobs[0].result, Some(serde_json::json!({"rows": 12})));
        // And it goes on: what was done since stands in the same trail.
        assert!(store.verify_audit(Some(&kept.head)).await.unwrap().rows > kept.rows);
    });
}
