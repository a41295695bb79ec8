//! `cargo xtask demo`: builds the program and shows the whole road on a synthetic county.

use crate::run::{Outcome, cargo, run};

/// Builds in the dev profile, which the tests use too: that is minutes sooner than an optimised build, and 50,000 people
/// still end within two minutes. `cargo run --release -- demo` is the other way round.
pub fn demo(arguments: &[String]) -> Outcome {
    let mut command = cargo(&["run", "--package", "shukun", "--", "demo"]);
    run(command.args(arguments))
}
