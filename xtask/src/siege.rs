//! `cargo xtask siege`: the ledger attacked more often than a test run has time for.
//!
//! The tests themselves are the store's (`crates/shukun-store/src/fund/siege`); here they are asked for more, one after
//! another, on SQLite and on a server of their own.

use crate::postgres;
use crate::run::{Failure, Outcome, cargo, run};

/// Rounds of each attack unless told.
const ROUNDS: u32 = 1_000;

/// `siege [ROUNDS] [ATTACK]`
pub fn siege(arguments: &[String]) -> Outcome {
    let (rounds, attack) = match arguments {
        [] => (ROUNDS, ""),
        [count] => (read(count)?, ""),
        [count, attack] => (read(count)?, attack.as_str()),
        _ => return Err(Failure("siege [ROUNDS] [ATTACK]".to_owned())),
    };
    let server = postgres::Server::start()?;
    let which = format!("fund::siege::{attack}");
    let mut command = cargo(&["test", "--package", "shukun-store", "--lib", &which]);
    command.args(["--", "--nocapture", "--test-threads=1"]);
    run(command.env("SHUKUN_SIEGE", rounds.to_string()).env(postgres::VARIABLE, server.url()))
}

fn read(count: &str) -> Result<u32, Failure> {
    count.parse().map_err(|_| Failure(format!("not a number of rounds: {count:?}")))
}
