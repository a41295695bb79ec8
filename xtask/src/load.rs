//! `cargo xtask load`: hundreds of staff at once on the real server, built for speed.
//!
//! Arguments go through to `crates/shukun-web/examples/load`; the county lies in the target folder and is furnished once.

use std::process::Command;

use crate::run::{Outcome, cargo, root, run, target_dir};

/// Builds the server and its staff, and lets them work.
pub fn load(arguments: &[String]) -> Outcome {
    run(&mut cargo(&["build", "--release", "--package", "shukun-web", "--example", "load"]))?;
    let mut command = Command::new(target_dir().join("release").join("examples").join("load"));
    command.current_dir(root());
    if !arguments.iter().any(|word| word == "--dir") {
        command.arg("--dir").arg(target_dir().join("load"));
    }
    run(command.args(arguments))
}
