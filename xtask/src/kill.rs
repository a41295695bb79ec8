//! `cargo xtask kill`: import, settlement, the server and the store's writer killed at many more moments than a test run has
//! time for.
//!
//! The tests themselves are those of the program (`crates/shukun/tests/it/kill*.rs`) and of the store
//! (`crates/shukun-store/src/kill.rs`); here they are asked for more.

use crate::postgres;
use crate::run::{Failure, Outcome, cargo, run};

/// Kills of each campaign unless told.
const KILLS: u32 = 1_000;

/// `kill [KILLS]`
pub fn kill(arguments: &[String]) -> Outcome {
    let kills = match arguments {
        [] => KILLS,
        [count] => count.parse().map_err(|_| Failure(format!("not a number of kills: {count:?}")))?,
        _ => return Err(Failure("kill [KILLS]".to_owned())),
    };
    let server = postgres::Server::start()?;
    let mut command = cargo(&["test", "--package", "shukun", "--test", "it", "--", "kill", "--nocapture"]);
    run(command.env("SHUKUN_KILLS", kills.to_string()).env(postgres::VARIABLE, server.url()))?;
    let mut command = cargo(&["test", "--package", "shukun-store", "--lib", "kill", "--", "--nocapture"]);
    run(command.env("SHUKUN_KILLS", kills.to_string()).env(postgres::VARIABLE, server.url()))
}
