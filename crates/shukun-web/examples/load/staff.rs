//! Two hundred people of four roles, signed in.

use jiff::Timestamp;
use shukun_base::{Masked, RegionCode};
use shukun_casework::authority::{Grant, Role};
use shukun_store::{FirstPassword, NewAccount, Scope, Session, Store};

use crate::Outcome;
use crate::county::{COUNTY, town, village};

/// Longer than any policy of passwords asks.
pub const PASSWORD: &str = "two hundred people on two cores";

/// Somebody at work.
#[derive(Clone)]
pub struct Worker {
    /// What a browser sends along.
    pub cookie: String,
    /// The role.
    pub role: Role,
    /// What the person may see.
    pub scope: Scope,
}

/// Of twenty people two are of the insurance bureau, two of civil affairs, six of towns, ten of villages.
fn role(number: u64) -> Role {
    match number % 20 {
        0 | 1 => Role::Insurance,
        2 | 3 => Role::CivilAffairs,
        4..10 => Role::Township,
        _ => Role::Village,
    }
}

fn place(number: u64) -> String {
    match role(number) {
        Role::Township => town(number),
        Role::Village => village(number),
        _ => COUNTY.to_owned(),
    }
}

/// Makes the accounts of an empty database; the passwords are the same for all from then on.
pub async fn hire(store: &Store, staff: u64) -> Outcome<Vec<Worker>> {
    let accounts = (0..staff).map(account).collect::<Outcome<Vec<NewAccount>>>()?;
    let first = store.set_up(&accounts, Timestamp::now()).await?;
    let mut workers = Vec::new();
    for (number, first) in first.iter().enumerate() {
        workers.push(settle_in(store, number as u64, first).await?);
    }
    Ok(workers)
}

async fn settle_in(store: &Store, number: u64, first: &FirstPassword) -> Outcome<Worker> {
    let (_, session) = store.sign_in(&first.login, &first.password, Timestamp::now()).await?;
    let password = Masked::new(PASSWORD.to_owned());
    let (token, session) = store.change_password(&session, &first.password, &password, Timestamp::now()).await?;
    Ok(worker(number, &token.to_cookie(), &session))
}

/// Signs everybody of an earlier measurement in again.
pub async fn sign_in(store: &Store, staff: u64) -> Outcome<Vec<Worker>> {
    let password = Masked::new(PASSWORD.to_owned());
    let mut workers = Vec::new();
    for number in 0..staff {
        let (token, session) = store.sign_in(&login(number), &password, Timestamp::now()).await?;
        workers.push(worker(number, &token.to_cookie(), &session));
    }
    Ok(workers)
}

fn worker(number: u64, token: &str, session: &Session) -> Worker {
    Worker { cookie: format!("session={token}; lang=zh"), role: role(number), scope: session.scope(Timestamp::now()) }
}

/// What somebody types to sign in.
pub fn login(number: u64) -> String {
    format!("staff{number:04}")
}

fn account(number: u64) -> Outcome<NewAccount> {
    let region = |code: &str| RegionCode::new(code).ok_or_else(|| format!("{code} is no region"));
    let grant = Grant { role: role(number), region: region(&place(number))?, programme: None, expires_on: None };
    Ok(NewAccount {
        login: login(number),
        display_name: format!("测试{number}"),
        office: role(number).text().zh,
        region: region(COUNTY)?,
        grants: vec![grant],
    })
}
