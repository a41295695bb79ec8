//! Databases for tests: every test runs on SQLite and, where `SHUKUN_TEST_PG` names a server, on PostgreSQL.
//!
//! `cargo xtask test` starts a throw-away server and sets the variable; without it a test says aloud that it left
//! PostgreSQL out.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait as _, Database};
use shukun_base::{HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::authority::{Grant, Role};

use crate::{AccountId, Chance, Moment, NewAccount, Person, Result, Scope, Session, Store, Token};

/// An empty database of its own, with a place for its key file.
#[derive(Clone)]
pub(crate) struct TestDb {
    url: String,
    dir: Arc<tempfile::TempDir>,
}

impl TestDb {
    pub async fn open(&self) -> Store {
        self.try_open().await.unwrap()
    }

    pub async fn try_open(&self) -> Result<Store> {
        self.open_with(Chance::system()).await
    }

    /// Opened with a chance that comes out the same twice.
    pub async fn open_with(&self, chance: Chance) -> Result<Store> {
        let cheap = argon2::Params::new(argon2::Params::MIN_M_COST, 1, 1, None).unwrap();
        Store::open_at_cost(&self.url, &self.key_file(), chance, cheap).await
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// Another empty database of the same engine.
    pub async fn another(&self) -> TestDb {
        if self.url.starts_with("sqlite") { sqlite() } else { postgres().await.unwrap() }
    }

    /// An empty database of the other engine, if there is one.
    pub async fn of_the_other_engine(&self) -> Option<TestDb> {
        if self.url.starts_with("sqlite") { postgres().await } else { Some(sqlite()) }
    }

    /// A database that lies elsewhere; its key file lies here.
    pub fn elsewhere(url: String) -> TestDb {
        TestDb { url, dir: Arc::new(new_dir()) }
    }

    pub fn key_file(&self) -> PathBuf {
        self.dir.path().join("keys").join("store.key")
    }
}

/// Runs a test on both engines.
pub(crate) fn on_both<F: Future<Output = ()>>(test: impl Fn(TestDb) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        test(sqlite()).await;
        match postgres().await {
            Some(db) => test(db).await,
            None => eprintln!("PostgreSQL was left out: SHUKUN_TEST_PG names no server (cargo xtask test starts one)"),
        }
    });
}

fn sqlite() -> TestDb {
    let dir = new_dir();
    TestDb { url: Store::sqlite_url(dir.path()), dir: Arc::new(dir) }
}

async fn postgres() -> Option<TestDb> {
    let server = std::env::var("SHUKUN_TEST_PG").ok()?;
    Some(TestDb { url: create_database(&server).await, dir: Arc::new(new_dir()) })
}

fn new_dir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("keys")).unwrap();
    dir
}

async fn create_database(server: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = Database::connect(format!("{server}/postgres")).await.unwrap();
    admin.execute_unprepared(OFFICE_ROLE).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name} OWNER {OFFICE}")).await.unwrap();
    admin.close().await.unwrap();
    format!("{}/{name}", server.replacen("postgres@", &format!("{OFFICE}@"), 1))
}

/// The role of the store's tests: as an office's program, no superuser, so that the second wall holds for it.
const OFFICE: &str = "shukun_office";

/// Tests that start together make it once.
const OFFICE_ROLE: &str = "DO $$ BEGIN
    PERFORM pg_advisory_xact_lock(7346527112346);
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'shukun_office') THEN
        CREATE ROLE shukun_office LOGIN;
    END IF;
END $$";

/// A moment of a working Monday: 10:00 in China on 2 March 2026, plus some minutes.
pub(crate) fn at(minutes: i64) -> Moment {
    let start: Moment = "2026-03-02T02:00:00Z".parse().unwrap();
    start + jiff::SignedDuration::from_mins(minutes)
}

pub(crate) fn region(code: &str) -> RegionCode {
    RegionCode::new(code).unwrap()
}

pub(crate) fn grant(role: Role, code: &str) -> Grant {
    Grant { role, region: region(code), programme: None, expires_on: None }
}

/// A password that the rules take.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// Somebody with an account in a county office.
pub(crate) fn new_account(login: &str, grants: &[Grant]) -> NewAccount {
    NewAccount {
        login: login.to_owned(),
        display_name: format!("测试{login}"),
        office: "测试单位".to_owned(),
        region: region("330381"),
        grants: grants.to_vec(),
    }
}

/// Sets up the accounts and signs each in with a password of its own choice.
pub(crate) async fn staff(store: &Store, accounts: &[NewAccount]) -> Vec<(Token, Session)> {
    let made = store.set_up(accounts, at(0)).await.unwrap();
    let mut sessions = Vec::new();
    for first in made {
        let (_, session) = store.sign_in(&first.login, &first.password, at(0)).await.unwrap();
        let new = Masked::new(PASSWORD.to_owned());
        sessions.push(store.change_password(&session, &first.password, &new, at(0)).await.unwrap());
    }
    sessions
}

/// One account's scope at `at(0)`, its second factor just shown.
pub(crate) async fn scopes(store: &Store, accounts: &[NewAccount]) -> Vec<Scope> {
    let sessions = staff(store, accounts).await;
    sessions.iter().map(|(_, session)| session.scope(at(0)).stepped_up_for_a_test()).collect()
}

pub(crate) fn id_of(scope: &Scope) -> AccountId {
    scope.account_id().clone()
}

/// A synthetic person whose numbers end in `number`; the area of the ID number is one that does not exist.
pub(crate) fn person(number: u64, place: &str) -> Person {
    Person {
        person_id: PersonId(number),
        household_id: HouseholdId(number),
        region: Some(region(place)),
        name: Masked::new("测试甲".to_owned()),
        id_number: Masked::new(format!("99000019700101{number:04}")),
        phone: Some(Masked::new(format!("1380000{number:04}"))),
        address: Some(Masked::new(format!("测试路{number}号"))),
        bank_account: None,
    }
}
