//! A statement that fails where a test says so: in front of it, after it, or because the server ends every connection. Every
//! statement of the store passes here while tests run, so that a test can go through all of them without knowing one.

use std::sync::Mutex;

use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use crate::error::{Result, StoreError};

tokio::task_local! {
    /// What happens to the statements of a test's own task.
    pub(crate) static ATTACK: Attack;
}

/// What is done to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Blow {
    /// It fails before it is sent.
    Before,
    /// It is done, and its answer is lost.
    After,
    /// The server ends all connections in front of it.
    Severed,
    /// It is done, then the server ends all connections.
    SeveredAfter,
}

/// The n-th statement, and what happens to it.
pub(crate) struct Attack {
    pub at: usize,
    pub blow: Blow,
    /// Ends every connection of the database but its own; none where there is no server.
    pub axe: Option<DatabaseConnection>,
    passed: Mutex<usize>,
}

const SEVER: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()";

impl Attack {
    pub fn new(at: usize, blow: Blow, axe: Option<DatabaseConnection>) -> Attack {
        Attack { at, blow, axe, passed: Mutex::default() }
    }

    /// How many statements came by.
    pub fn passed(&self) -> usize {
        *self.passed.lock().unwrap()
    }

    fn is_hit(&self, blow: Blow) -> bool {
        self.blow == blow && self.passed() == self.at
    }
}

/// In front of a statement.
pub(crate) async fn before() -> Result<()> {
    sever(Blow::Severed).await?;
    fails(Blow::Before)
}

/// After it.
pub(crate) async fn after() -> Result<()> {
    sever(Blow::SeveredAfter).await?;
    let failed = fails(Blow::After);
    ATTACK.try_with(|attack| *attack.passed.lock().unwrap() += 1).ok();
    failed
}

async fn sever(blow: Blow) -> Result<()> {
    let axe = ATTACK.try_with(|attack| attack.is_hit(blow).then(|| attack.axe.clone()).flatten());
    if let Some(axe) = axe.ok().flatten() {
        axe.execute_unprepared(SEVER).await?;
    }
    Ok(())
}

fn fails(blow: Blow) -> Result<()> {
    match ATTACK.try_with(|attack| attack.is_hit(blow)) {
        Ok(true) => Err(StoreError::damaged("试错", "failed as a test asked")),
        _ => Ok(()),
    }
}
