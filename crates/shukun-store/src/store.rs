//! Opening a database, and how everything here writes to it.
//!
//! SQLite: a file, write-ahead log, one writer at a time (`BEGIN IMMEDIATE`; the others queue in order of arrival, and
//! the first of them waits up to 20 s). PostgreSQL: `READ COMMITTED`, and what must not race is a row that is updated
//! first (a version, the head of the audit trail) or a unique index. Work that lost a race is done again from its beginning by [`Store::retry`].

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::Connection as _;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    AccessMode, ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    SqliteTransactionMode, TransactionOptions, TransactionTrait as _,
};
use tokio::sync::Mutex;

use crate::chance::Chance;
use crate::error::{Result, StoreError};
use crate::password::PasswordCheck;
use crate::schema;
use crate::sealed::{KeyFile, Keyring};

/// Bytes of SQLite's file that are read through a map of it; the rest is read as ever.
const MAPPED: &str = "1073741824";
/// How often lost work is done again before it is given up.
const TRIES: u32 = 12;
/// The first pause where two write at once.
const WRITING: Duration = Duration::from_millis(4);
/// The first pause where two programs start at once: one of them makes the whole schema.
const STARTING: Duration = Duration::from_millis(40);

/// One open database with its keys. Cheap to clone; all clones share one pool.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: DatabaseConnection,
    pub(crate) keys: Arc<Keyring>,
    pub(crate) chance: Chance,
    pub(crate) passwords: Arc<PasswordCheck>,
    /// Whose turn it is to begin writing, on SQLite.
    pub(crate) turn: Arc<Mutex<()>>,
}

impl Store {
    /// Opens the database at `url` and brings its schema up to date.
    ///
    /// `url` is `sqlite:///path/to/file.db` (made if it is not there; see [`Store::sqlite_url`]) or `postgres://…`.
    /// `key_file` holds the keys over the keys; it is made together with a new database, and must lie where a copy of the
    /// database does not take it along.
    ///
    /// # Errors
    /// The database cannot be reached, was written by a newer program, or was sealed under another key file.
    pub async fn open(url: &str, key_file: &Path) -> Result<Store> {
        Store::open_with(url, key_file, Chance::system()).await
    }

    /// [`Store::open`] with another source of chance, for tests that must come out the same twice.
    pub async fn open_with(url: &str, key_file: &Path, chance: Chance) -> Result<Store> {
        Store::open_at_cost(url, key_file, chance, argon2::Params::default()).await
    }

    /// What a password costs to check is another thing in tests only: they sign many people in.
    pub(crate) async fn open_at_cost(
        url: &str,
        key_file: &Path,
        chance: Chance,
        cost: argon2::Params,
    ) -> Result<Store> {
        let db = retry_when(StoreError::is_lost_race, STARTING, || connect(url)).await?;
        let file = KeyFile::load_or_create(key_file, &db, &chance).await?;
        let keys = Arc::new(Keyring::open(file, &db, &chance).await?);
        let passwords = Arc::new(PasswordCheck::new(&chance, cost).await?);
        let store = Store { db, keys, chance, passwords, turn: Arc::default() };
        // What a newer schema keeps beside a case follows from its actions: made here, before anybody asks for it.
        store.renew_old_rows().await?;
        Ok(store)
    }

    /// The URL of the SQLite database in a folder: `<folder>/shukun.db`.
    pub fn sqlite_url(folder: &Path) -> String {
        format!("sqlite://{}?mode=rwc", folder.join("shukun.db").display())
    }

    /// Which engine it is: `sqlite` or `postgres`.
    pub fn engine(&self) -> &'static str {
        match self.db.get_database_backend() {
            DbBackend::Sqlite => "sqlite",
            _ => "postgres",
        }
    }

    /// Tells the text of every statement that this store and its later clones ask, as it is asked; where transactions begin
    /// and end is not told. For tests that count.
    pub fn tell_statements(&mut self, tell: impl Fn(&str) + Send + Sync + 'static) {
        self.db.set_metric_callback(move |asked| tell(&asked.statement.sql));
    }

    /// Whether the database answers: for a health page.
    pub async fn ping(&self) -> Result<()> {
        Ok(self.db.ping().await?)
    }

    /// Closes the pool; statements under way are finished first.
    pub async fn close(self) -> Result<()> {
        Ok(self.db.close().await?)
    }

    /// A transaction that will write, to the tables of the office alone: what lies somewhere or is somebody's is reached by
    /// [`Store::begin_within`] and [`Store::begin_own`].
    ///
    /// SQLite lets whoever asks at the right moment write next, so that work in many small steps keeps out somebody who only
    /// opens a case. Whoever wants to begin queues here first, and the queue goes by who came first.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction> {
        let _turn = match self.db.get_database_backend() {
            DbBackend::Sqlite => Some(self.turn.lock().await),
            _ => None,
        };
        Ok(self.db.begin_with_options(writing(self.db.get_database_backend())).await?)
    }

    /// Does `work` again while it loses races. The closure takes no argument and borrows what it needs, so that the
    /// future stays `Send`: `store.retry(|| async { let tx = store.begin_write().await?; …; tx.commit().await })`.
    pub(crate) async fn retry<T, F, W>(&self, work: W) -> Result<T>
    where
        F: Future<Output = Result<T>>,
        W: Fn() -> F,
    {
        retry_when(StoreError::is_lost_race, WRITING, work).await
    }

    /// [`Store::retry`] also when somebody else was quicker with the same unique row: for work that looks first whether it
    /// is there.
    pub(crate) async fn retry_taken<T, F, W>(&self, work: W) -> Result<T>
    where
        F: Future<Output = Result<T>>,
        W: Fn() -> F,
    {
        retry_when(|error| error.is_lost_race() || error.is_duplicate(), WRITING, work).await
    }
}

/// Does `work` again while its error is worth it, at most [`TRIES`] times, each time after a longer `pause`.
async fn retry_when<T, F, W>(is_worth_it: impl Fn(&StoreError) -> bool, pause: Duration, work: W) -> Result<T>
where
    F: Future<Output = Result<T>>,
    W: Fn() -> F,
{
    let mut tried = 1;
    loop {
        match work().await {
            Err(error) if is_worth_it(&error) && tried < TRIES => {
                tokio::time::sleep(pause.saturating_mul(tried)).await;
                tried += 1;
            }
            other => return other,
        }
    }
}

/// The database with its schema. SQLite does not wait where another program is just turning the write-ahead log on: it
/// says at once that the file is busy.
async fn connect(url: &str) -> Result<DatabaseConnection> {
    let db = Database::connect(options(url)).await?;
    schema::migrate(&db).await?;
    Ok(db)
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Store").field(&self.engine()).finish()
    }
}

fn writing(engine: DbBackend) -> TransactionOptions {
    let isolation_level = (engine == DbBackend::Postgres).then_some(IsolationLevel::ReadCommitted);
    let access_mode = (engine == DbBackend::Postgres).then_some(AccessMode::ReadWrite);
    TransactionOptions {
        isolation_level,
        access_mode,
        sqlite_transaction_mode: (engine == DbBackend::Sqlite).then_some(SqliteTransactionMode::Immediate),
    }
}

pub(crate) fn options(url: &str) -> ConnectOptions {
    let mut options = file_options(url);
    options.max_connections(16).map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(20))
            .foreign_keys(true)
            // Pages are read where the system keeps them: a connection's own copies are void after every write of another.
            .pragma("mmap_size", MAPPED)
    });
    // SQLite ends a transaction by itself when the disk is full or cannot be written. The driver's own end of it then fails,
    // the driver counts it as open for ever, and the connection could never begin another: it is given up.
    options.map_sqlx_sqlite_pool_opts(|pool| {
        pool.before_acquire(|connection, _| {
            let is_free = !connection.is_in_transaction();
            Box::pin(async move { Ok(is_free) })
        })
    });
    options
}

/// For a backup: one file, as it lies there, without a log beside it.
pub(crate) fn file_options(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).record_stmt_in_spans(false).acquire_timeout(Duration::from_secs(30));
    options
}

impl From<StoreError> for std::io::Error {
    fn from(error: StoreError) -> std::io::Error {
        std::io::Error::other(error)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use sea_orm::ConnectionTrait as _;

    use crate::testing::on_both;

    /// A full disk ends a transaction so, behind the driver's back; there are sixteen connections to lose.
    #[test]
    fn a_transaction_that_the_engine_ended_itself_costs_no_connection() {
        on_both(|db| async move {
            let store = db.open().await;
            for round in 0..40 {
                let begun = store.begin_write().await;
                let tx = begun.unwrap_or_else(|error| panic!("round {round}: {error}"));
                tx.execute_unprepared("ROLLBACK").await.unwrap();
                drop(tx);
            }
        });
    }

    /// Work in many small steps goes on while somebody else wants to write once.
    #[test]
    fn who_waits_to_write_is_let_in_between_the_steps_of_longer_work() {
        on_both(|db| async move {
            let store = db.open().await;
            if store.engine() != "sqlite" {
                return;
            }
            let steps = AtomicU32::new(0);
            let long = async {
                while steps.load(Ordering::Relaxed) < 60 {
                    let tx = store.begin_write().await.unwrap();
                    steps.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
                    tx.commit().await.unwrap();
                }
            };
            let once = async {
                while steps.load(Ordering::Relaxed) < 3 {
                    tokio::task::yield_now().await;
                }
                let asked = steps.load(Ordering::Relaxed);
                let tx = store.begin_write().await.unwrap();
                let waited = steps.load(Ordering::Relaxed) - asked;
                tx.commit().await.unwrap();
                waited
            };
            let ((), waited) = tokio::join!(long, once);
            assert!(waited <= 1, "{waited} steps went first");
        });
    }
}
