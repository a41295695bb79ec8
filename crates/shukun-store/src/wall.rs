//! The second wall: on PostgreSQL the database itself gives out what lies in somebody's area, and nothing else.
//!
//! The first wall is the condition that [`Scope`] puts into every statement. Behind it, each table that holds something of
//! a place or a person has a policy (`schema/0013_wall.postgres.sql`) that compares its rows with three settings of the
//! transaction: where the caller's permission reaches, who the caller is, and whether the program works in its own name.
//! Nothing set is nothing seen, so a statement that forgot its condition shows no stranger.
//!
//! This module is the one place that sets them. Reads go through [`Store::within`] or [`Store::own`], writes through
//! [`Store::begin_within`] or [`Store::begin_own`]; a plain transaction reaches the tables of the office alone (accounts,
//! sessions, keys). SQLite has nothing of the kind: there all of them are the plain connection.
//!
//! INVARIANT: the settings end with their transaction, so a connection that goes back to the pool carries none.

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel,
    QueryResult, Statement, TransactionOptions, TransactionTrait as _, Value,
};
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;

use crate::error::Result;
use crate::scope::Scope;
use crate::sql::{execute, find, statements, values};
use crate::store::Store;

statements! {
    // true: until the transaction ends.
    LET_THROUGH = "SELECT set_config('shukun.places', $1, true), set_config('shukun.account', $2, true),
        set_config('shukun.own', $3, true)";
    OPEN_FOR = "SELECT set_config('shukun.own', $1, true)";
    IS_OPEN_FOR = "SELECT COALESCE(current_setting('shukun.own', true), '') AS own";
    PASSES = "SELECT rolsuper OR rolbypassrls AS passes FROM pg_roles WHERE rolname = current_user";
}

macro_rules! own_work {
    ($($(#[$doc:meta])* $name:ident $key:literal,)+) => {
        /// What the program does in its own name, past the wall: nobody's area bounds it. Each is asked for where it is done,
        /// and a test counts the places.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum OwnWork {
            $($(#[$doc])* $name,)+
        }

        impl OwnWork {
            /// Every one.
            #[cfg(test)]
            pub const ALL: &'static [OwnWork] = &[$(OwnWork::$name),+];

            /// Its name in the transaction's setting.
            pub const fn key(self) -> &'static str {
                match self { $(OwnWork::$name => $key,)+ }
            }
        }
    };
}

own_work! {
    /// Bringing the schema up to date.
    Schema "schema",
    /// Copying every row, or restoring it.
    Backup "backup",
    /// Reading the audit trail from its first row to its last.
    Audit "audit",
    /// Reading the clocks of all open cases anew.
    Clocks "clocks",
    /// Making the rows of cases again from their actions.
    Rows "rows",
    /// Sealing people again under a new key.
    Keys "keys",
    /// What a screening run found, taken to alerts and cases: a household may have a case elsewhere.
    Screening "screening",
    /// People of an import, who may have lived elsewhere before, or whose place is not known.
    Import "import",
    /// Jobs in the hands of workers, and those asked for by the calendar.
    Jobs "jobs",
    /// Counting what one account did lately, wherever.
    Quota "quota",
    /// Taking away what has had its time.
    Tidying "tidying",
    /// A case that leaves for another place, or a part of it that does.
    Leaving "leaving",
    /// The alerts of a case, which stay where they were raised when it leaves.
    Following "following",
    /// A meeting's record, for an act on a line of it that hangs in a village.
    Meetings "meetings",
    /// A batch of the county, for a payment of it that is handed over in a village.
    Deliveries "deliveries",
    /// Auditing every book, and letting holds go that had their time.
    Books "books",
}

/// What the engine says.
type Answer<T> = std::result::Result<T, DbErr>;

/// What the wall lets through.
#[derive(Clone, Debug)]
enum Pass {
    /// What lies in these regions, and what is this account's.
    Area { regions: Vec<RegionCode>, account: String },
    /// Everything, for a work of the program.
    Own(OwnWork),
}

impl Pass {
    fn area(scope: &Scope, regions: Vec<RegionCode>) -> Pass {
        Pass::Area { regions, account: scope.account_id().as_str().to_owned() }
    }

    /// The settings: patterns of regions, the account, the work.
    fn settings(&self) -> Vec<Value> {
        match self {
            Pass::Area { regions, account } => {
                let patterns: Vec<String> = regions.iter().map(|region| format!("{region}%")).collect();
                values![patterns.join(" "), account.as_str(), ""]
            }
            Pass::Own(work) => values!["", "", work.key()],
        }
    }

    async fn set(&self, tx: &DatabaseTransaction) -> Answer<()> {
        let engine = tx.get_database_backend();
        if engine == DbBackend::Postgres {
            tx.query_one_raw(Statement::from_sql_and_values(engine, LET_THROUGH.0, self.settings())).await?;
        }
        Ok(())
    }
}

/// The database as one pass shows it: on PostgreSQL each statement runs in a transaction that begins with the settings.
#[derive(Clone, Debug)]
pub(crate) struct Within<'a> {
    db: &'a DatabaseConnection,
    pass: Pass,
}

impl Within<'_> {
    fn is_walled(&self) -> bool {
        self.db.get_database_backend() == DbBackend::Postgres
    }

    async fn begin(&self) -> Answer<DatabaseTransaction> {
        let tx = self.db.begin().await?;
        self.pass.set(&tx).await?;
        Ok(tx)
    }
}

#[async_trait]
impl ConnectionTrait for Within<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.db.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Answer<ExecResult> {
        if !self.is_walled() {
            return self.db.execute_raw(statement).await;
        }
        let tx = self.begin().await?;
        let done = tx.execute_raw(statement).await?;
        tx.commit().await?;
        Ok(done)
    }

    async fn execute_unprepared(&self, text: &str) -> Answer<ExecResult> {
        if !self.is_walled() {
            return self.db.execute_unprepared(text).await;
        }
        let tx = self.begin().await?;
        let done = tx.execute_unprepared(text).await?;
        tx.commit().await?;
        Ok(done)
    }

    async fn query_one_raw(&self, statement: Statement) -> Answer<Option<QueryResult>> {
        if !self.is_walled() {
            return self.db.query_one_raw(statement).await;
        }
        let tx = self.begin().await?;
        let row = tx.query_one_raw(statement).await?;
        tx.commit().await?;
        Ok(row)
    }

    async fn query_all_raw(&self, statement: Statement) -> Answer<Vec<QueryResult>> {
        if !self.is_walled() {
            return self.db.query_all_raw(statement).await;
        }
        let tx = self.begin().await?;
        let rows = tx.query_all_raw(statement).await?;
        tx.commit().await?;
        Ok(rows)
    }
}

/// How the second wall stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wall {
    /// SQLite has none.
    None,
    /// It holds for the role that the program is signed in as.
    Holds,
    /// The role is a superuser or has `BYPASSRLS`: the database shows it everything, only the first wall stands.
    Bypassed,
}

impl Store {
    /// How the second wall stands for this connection: a server says so when it starts.
    pub async fn wall(&self) -> Result<Wall> {
        if self.db.get_database_backend() != DbBackend::Postgres {
            return Ok(Wall::None);
        }
        let row = find(&self.db, PASSES, values![]).await?;
        let passes = row.map_or(Ok(false), |row| row.get::<bool>("passes"))?;
        Ok(if passes { Wall::Bypassed } else { Wall::Holds })
    }

    /// For a read on somebody's behalf: shows what lies where the permission reaches, and what is the caller's own.
    pub(crate) fn within(&self, scope: &Scope, permission: Permission) -> Within<'_> {
        Within { db: &self.db, pass: Pass::area(scope, scope.regions(permission)) }
    }

    /// For what is the caller's own, wherever it lies.
    pub(crate) fn mine(&self, scope: &Scope) -> Within<'_> {
        Within { db: &self.db, pass: Pass::area(scope, Vec::new()) }
    }

    /// For a statement of the program itself.
    pub(crate) fn own(&self, work: OwnWork) -> Within<'_> {
        Within { db: &self.db, pass: Pass::Own(work) }
    }

    /// A transaction that writes on somebody's behalf: it reaches as far as any of the caller's permissions does. Which of them
    /// is needed the function says itself, before it writes.
    pub(crate) async fn begin_within(&self, scope: &Scope) -> Result<DatabaseTransaction> {
        let tx = self.begin_write().await?;
        Pass::area(scope, scope.all_regions()).set(&tx).await?;
        Ok(tx)
    }

    /// A transaction that writes for the program itself.
    pub(crate) async fn begin_own(&self, work: OwnWork) -> Result<DatabaseTransaction> {
        let tx = self.begin_write().await?;
        pass_as(&tx, work).await?;
        Ok(tx)
    }
}

impl Store {
    /// A transaction that only reads, all of it of one moment, for the program itself; it keeps nobody from writing.
    pub(crate) async fn begin_snapshot(&self, work: OwnWork) -> Result<DatabaseTransaction> {
        let is_postgres = self.db.get_database_backend() == DbBackend::Postgres;
        let isolation_level = is_postgres.then_some(IsolationLevel::RepeatableRead);
        let options = TransactionOptions { isolation_level, ..TransactionOptions::default() };
        let tx = self.db.begin_with_options(options).await?;
        pass_as(&tx, work).await?;
        Ok(tx)
    }
}

/// Lets a whole transaction past the wall, for a work of the program.
pub(crate) async fn pass_as(tx: &DatabaseTransaction, work: OwnWork) -> Result<()> {
    Ok(Pass::Own(work).set(tx).await?)
}

/// An opening in the wall for some statements of a transaction, to be closed again by [`Opening::close`].
pub(crate) struct Opening {
    before: String,
}

/// Opens the wall within a transaction that is somebody's.
pub(crate) async fn open_for(tx: &DatabaseTransaction, work: OwnWork) -> Result<Opening> {
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(Opening { before: String::new() });
    }
    let row = find(tx, IS_OPEN_FOR, values![]).await?;
    let before = row.map_or(Ok(String::new()), |row| row.get("own"))?;
    set_own(tx, work.key()).await?;
    Ok(Opening { before })
}

impl Opening {
    /// As it was before. A transaction that fails in between needs none: its settings end with it.
    pub async fn close(self, tx: &DatabaseTransaction) -> Result<()> {
        set_own(tx, &self.before).await
    }
}

async fn set_own(tx: &DatabaseTransaction, own: &str) -> Result<()> {
    if tx.get_database_backend() == DbBackend::Postgres {
        execute(tx, OPEN_FOR, values![own]).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
