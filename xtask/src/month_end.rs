//! `cargo xtask month-end`: ten thousand lines paid and sealed, built for speed, on SQLite and on a server of its own.
//!
//! The measurements are the store's (`fund/paying/tests/month_end.rs`, `sealed.rs`): they look at what came of it before they tell a time.

use crate::postgres;
use crate::run::{Failure, Outcome, cargo, run};

/// `month-end [sqlite]`
pub fn month_end(arguments: &[String]) -> Outcome {
    let server = match arguments {
        [] => Some(postgres::Server::start()?),
        [only] if only == "sqlite" => None,
        _ => return Err(Failure("month-end [sqlite]".to_owned())),
    };
    let mut command = cargo(&["test", "--release", "--package", "shukun-store", "--lib", "ten_thousand"]);
    command.args(["--", "--ignored", "--nocapture", "--test-threads=1"]);
    if let Some(server) = &server {
        command.env(postgres::VARIABLE, server.url());
    }
    run(&mut command)
}
