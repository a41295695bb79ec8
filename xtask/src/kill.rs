//! `cargo xtask kill`: import and settlement killed at many more moments than a test run has time for.
//!
//! The tests themselves are those of the program (`crates/shukun/tests/it/kill*.rs`); here they are asked for more.

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
    let mut command = cargo(&["test", "--package", "shukun", "--test", "it", "--", "kill", "--nocapture"]);
    run(command.env("SHUKUN_KILLS", kills.to_string()))
}
