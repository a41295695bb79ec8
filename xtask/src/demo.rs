//! `cargo xtask demo`: builds the program and shows the whole road on a synthetic county.

use crate::run::{Outcome, cargo, run};

/// Builds with optimisation (50,000 people must end within two minutes) and hands the arguments on.
pub fn demo(arguments: &[String]) -> Outcome {
    let mut command = cargo(&["run", "--release", "--package", "shukun", "--", "demo"]);
    run(command.args(arguments))
}
