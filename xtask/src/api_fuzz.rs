//! `cargo xtask api-fuzz`: the interface for programs against what schemathesis makes of its description.
//!
//! Schemathesis (PyPI) is installed into `target/api-fuzz` on first use. The office that is asked, its token and the verdict are in
//! a test of the pages (`api::fuzz`), which starts it; nothing here knows an address.

use std::path::PathBuf;
use std::process::Command;

use crate::run::{Failure, Outcome, cargo, run, target_dir};
use crate::venv;

/// The version that the bounds were tried with.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";
/// What names the program to the test.
const VARIABLE: &str = "SHUKUN_SCHEMATHESIS";

/// Runs it; arguments after the name are handed to schemathesis (`--seed 7`, `--max-time 600`).
pub fn api_fuzz(arguments: &[String]) -> Outcome {
    ask(cargo(&["test", "--quiet", "--package", "shukun-web", "--lib"]), arguments)
}

/// Runs it with the tests as they were built for everything: choosing one package would build it once more.
pub fn with_all(mut tests: Command) -> Outcome {
    tests.args(["--quiet", "--lib"]);
    ask(tests, &[])
}

fn ask(mut command: Command, arguments: &[String]) -> Outcome {
    let program = need()?;
    command.args(["--", "--ignored", "--exact", TEST, "--nocapture"]);
    command.env(VARIABLE, program).env("SHUKUN_SCHEMATHESIS_ARGUMENTS", arguments.join(" "));
    run(&mut command)
}

/// As cargo names it.
const TEST: &str = "api::fuzz::no_request_that_the_description_allows_or_forbids_breaks_the_server";

/// Whether it can be installed here at all.
pub fn is_possible() -> bool {
    program().is_file() || venv::is_possible()
}

/// Said where it is left out.
pub const LEFT_OUT: &str = "the interface was not fuzzed: python3 with venv and pip are not here (Debian: python3-venv); cargo xtask api-fuzz does it alone";

fn program() -> PathBuf {
    target_dir().join("api-fuzz").join("bin").join("schemathesis")
}

fn need() -> Result<PathBuf, Failure> {
    if program().is_file() {
        return Ok(program());
    }
    if !is_possible() {
        return Err(Failure(LEFT_OUT.to_owned()));
    }
    venv::make(&target_dir().join("api-fuzz"), SCHEMATHESIS)?;
    Ok(program())
}
