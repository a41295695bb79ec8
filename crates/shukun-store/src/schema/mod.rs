//! The schema: migrations inside the program, forward only, each whole or not at all.
//!
//! A migration is one text for both engines (`NNNN_name.sql`) and one of triggers for each (`NNNN_name.sqlite.sql`,
//! `NNNN_name.postgres.sql`). `{bytes}` is the type of bytes, `{by_code}` the collation that orders codes by their bytes.
//! INVARIANT: a migration that stands in a released version is never changed; its hash is in every database.

#[cfg(test)]
mod compare;
#[cfg(test)]
mod released;
#[cfg(test)]
mod statements;

use sea_orm::{ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode};
use sea_orm::{TransactionOptions, TransactionTrait as _};
use sha2::{Digest as _, Sha256};

use crate::chance::hex;
use crate::error::{ErrorKind, Result, StoreError};
use crate::sql::{Row, all, execute, find, statements, values};
use crate::wall::{OwnWork, pass_as};

struct Migration {
    number: i64,
    name: &'static str,
    text: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

macro_rules! migration {
    ($number:literal, $name:literal) => {
        Migration {
            number: $number,
            name: $name,
            text: include_str!(concat!($name, ".sql")),
            sqlite: include_str!(concat!($name, ".sqlite.sql")),
            postgres: include_str!(concat!($name, ".postgres.sql")),
        }
    };
}

const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_office"),
    migration!(2, "0002_people"),
    migration!(3, "0003_jobs"),
    migration!(4, "0004_cases"),
    migration!(5, "0005_alerts"),
    migration!(6, "0006_clocks"),
    migration!(7, "0007_documents"),
    migration!(8, "0008_lists"),
    migration!(9, "0009_runs"),
    migration!(10, "0010_api"),
    migration!(11, "0011_figures"),
    migration!(12, "0012_papers"),
    migration!(13, "0013_wall"),
    migration!(14, "0014_orders"),
    migration!(15, "0015_ledger"),
    migration!(16, "0016_giving"),
    migration!(17, "0017_deciding"),
    migration!(18, "0018_paying"),
    migration!(19, "0019_publishing"),
    migration!(20, "0020_sealing"),
    migration!(21, "0021_disclosure"),
];

statements! {
    APPLIED = "SELECT number, hash FROM migrations ORDER BY number";
    APPLY = "INSERT INTO migrations (number, name, hash) VALUES ($1, $2, $3)";
    ROLES = "SELECT COUNT(*) AS rows FROM clashing_roles WHERE one_role = $1 AND other_role = $2";
    CLASH = "INSERT INTO clashing_roles (one_role, other_role) VALUES ($1, $2)";
}

const MIGRATIONS_TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    hash TEXT NOT NULL
)";

/// Tables that others refer to: copied first, in this order.
pub(crate) const REFERRED_TO: &[&str] = &[
    "accounts",
    "measures",
    "books",
    "restrictions",
    "book_accounts",
    "resolutions",
    "resolution_lines",
    "vouchers",
    "transfers",
    "statement_lines",
    "fund_units",
    "donors",
    "campaigns",
    "pledges",
    "pledge_instalments",
    "gifts",
    "payment_batches",
    "publications",
    "sign_keys",
    "receipt_seals",
    "checkpoints",
];

/// The place of a table in the order of copying: those referred to first, by their list.
pub(crate) fn copying_order(table: &str) -> usize {
    REFERRED_TO.iter().position(|name| *name == table).unwrap_or(REFERRED_TO.len())
}

/// What opening an empty database already writes; emptied before a backup is copied in.
pub(crate) const FILLED_BY_OPENING: &[&str] = &["migrations", "clashing_roles", "audit_head", "data_keys"];

/// Any number that only we take.
const POSTGRES_LOCK: &str = "SELECT pg_advisory_xact_lock(7346527112345)";

/// Brings the schema up to date; two programs that start together take turns.
pub(crate) async fn migrate(db: &DatabaseConnection) -> Result<()> {
    let options = TransactionOptions {
        sqlite_transaction_mode: (db.get_database_backend() == DbBackend::Sqlite)
            .then_some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let tx = db.begin_with_options(options).await?;
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(POSTGRES_LOCK).await?;
    }
    pass_as(&tx, OwnWork::Schema).await?;
    tx.execute_unprepared(MIGRATIONS_TABLE).await?;
    let applied = all(&tx, APPLIED, values![]).await?;
    refuse_newer(&applied)?;
    for migration in MIGRATIONS {
        apply(&tx, migration, &applied).await?;
    }
    write_clashing_roles(&tx).await?;
    Ok(tx.commit().await?)
}

fn refuse_newer(applied: &[Row]) -> Result<()> {
    let newest = MIGRATIONS.last().map_or(0, |migration| migration.number);
    for row in applied {
        let number: i64 = row.get("number")?;
        if number > newest {
            return Err(newer_program(number, newest));
        }
    }
    Ok(())
}

async fn apply(tx: &DatabaseTransaction, migration: &Migration, applied: &[Row]) -> Result<()> {
    let hash = migration.hash();
    for row in applied {
        if row.get::<i64>("number")? == migration.number {
            let was: String = row.get("hash")?;
            return if was == hash { Ok(()) } else { Err(changed(migration)) };
        }
    }
    for text in migration.texts(tx.get_database_backend()) {
        tx.execute_unprepared(&text).await?;
    }
    execute(tx, APPLY, values![migration.number, migration.name, hash]).await?;
    Ok(())
}

impl Migration {
    /// Of all three texts: both engines remember the same hash.
    fn hash(&self) -> String {
        let mut hash = Sha256::new();
        for text in [self.text, self.sqlite, self.postgres] {
            hash.update(text.len().to_le_bytes());
            hash.update(text);
        }
        hex(&hash.finalize())
    }

    fn texts(&self, engine: DbBackend) -> [String; 2] {
        let (bytes, by_code, own) = match engine {
            DbBackend::Postgres => ("BYTEA", "COLLATE \"C\"", self.postgres),
            _ => ("BLOB", "", self.sqlite),
        };
        [self.text.replace("{bytes}", bytes).replace("{by_code}", by_code), own.to_owned()]
    }
}

/// The pairs of roles that the database itself refuses to one account, from the one list in casework.
async fn write_clashing_roles(tx: &DatabaseTransaction) -> Result<()> {
    for (one, other) in crate::grants::clashing_pairs() {
        let known = find(tx, ROLES, values![one, other]).await?;
        let is_known = known.map_or(Ok(0), |row| row.get::<i64>("rows"))? > 0;
        if !is_known {
            execute(tx, CLASH, values![one, other]).await?;
        }
    }
    Ok(())
}

fn newer_program(number: i64, newest: i64) -> StoreError {
    StoreError::new(
        ErrorKind::Refused,
        "store-newer-schema",
        format!("数据库的结构是第{number}版，本程序只认识到第{newest}版。请使用较新的程序打开它。"),
        format!("The database has schema {number}, this program knows {newest} at most. Open it with a newer program."),
    )
}

fn changed(migration: &Migration) -> StoreError {
    StoreError::damaged(
        format!("数据库里登记的迁移 {} 与本程序的不同。请使用建立它的程序版本，或从备份恢复。", migration.name),
        format!(
            "The migration {} written in the database is not this program's. Use the version that made it, or restore a backup.",
            migration.name
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both;

    #[test]
    fn opening_again_changes_nothing() {
        on_both(|db| async move {
            let store = db.open().await;
            migrate(&store.db).await.unwrap();
            let applied = all(&store.db, APPLIED, values![]).await.unwrap();
            assert_eq!(applied.len(), MIGRATIONS.len());
        });
    }

    #[test]
    fn two_programs_that_start_together_make_one_schema() {
        on_both(|db| async move {
            for _ in 0..20 {
                let db = db.another().await;
                let beside = db.clone();
                let beside = tokio::spawn(async move { beside.try_open().await.err() });
                assert_eq!((db.try_open().await.err(), beside.await.unwrap()), (None, None));
            }
        });
    }

    #[test]
    fn a_newer_schema_and_a_changed_migration_are_refused() {
        on_both(|db| async move {
            let store = db.open().await;
            store.db.execute_unprepared("UPDATE migrations SET hash = 'other' WHERE number = 1").await.unwrap();
            assert_eq!(migrate(&store.db).await.unwrap_err().code, "store-damaged");
            store.db.execute_unprepared("UPDATE migrations SET number = 9999 WHERE number = 1").await.unwrap();
            assert_eq!(migrate(&store.db).await.unwrap_err().code, "store-newer-schema");
        });
    }
}
