//! `cargo xtask siege`: the ledger attacked more often than a test run has time for.
//!
//! The tests themselves are the store's (`crates/shukun-store/src/fund/siege`); here they are asked for more, one after
//! another, on SQLite and on a server of their own.

use crate::run::{Failure, Outcome, cargo, run};
use crate::{bookkeepers, postgres};

/// Rounds of each attack unless told.
const ROUNDS: u32 = 1_000;

/// `siege [ROUNDS] [ATTACK] [SEED]`: the seed that `year` begins with, as a failure named it.
pub fn siege(arguments: &[String]) -> Outcome {
    let (rounds, attack, seed) = match arguments {
        [] => (ROUNDS, "", None),
        [count] => (read(count)?, "", None),
        [count, attack] => (read(count)?, attack.as_str(), None),
        [count, attack, seed] => (read(count)?, attack.as_str(), Some(read(seed)?)),
        _ => return Err(Failure("siege [ROUNDS] [ATTACK] [SEED]".to_owned())),
    };
    let server = postgres::Server::start()?;
    let which = format!("fund::siege::{attack}");
    let mut command = cargo(&["test", "--package", "shukun-store", "--lib", &which]);
    command.args(["--", "--nocapture", "--test-threads=1"]);
    command.env("SHUKUN_SIEGE", rounds.to_string()).env(postgres::VARIABLE, server.url());
    bookkeepers::tell(&mut command);
    run(command.envs(seed.map(|seed| ("SHUKUN_SEED", seed.to_string()))))
}

fn read(number: &str) -> Result<u32, Failure> {
    number.parse().map_err(|_| Failure(format!("not a number: {number:?}")))
}
