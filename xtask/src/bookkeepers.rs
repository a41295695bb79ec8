//! The two programs that count the fund's journals beside us: hledger from Debian, beancount from PyPI.
//!
//! The tests leave out what is not there and say so; with `SHUKUN_BOOKKEEPERS` set a missing one is a failure.

use std::path::PathBuf;
use std::process::Command;

use crate::run::{Failure, need_program, target_dir};
use crate::venv;

/// The version that the test was written with.
const BEANCOUNT: &str = "beancount>=3,<4";

/// Puts both in place where this machine and this user allow it, and tells the tests where they are.
pub fn tell(tests: &mut Command) {
    let hledger = need_program("hledger", "hledger");
    let beancount = beancount();
    for Failure(message) in [hledger.as_ref().err(), beancount.as_ref().err()].into_iter().flatten() {
        eprintln!("{message}; the journals of the books are not counted by it");
    }
    if let Ok(python) = &beancount {
        tests.env("SHUKUN_BEANCOUNT_PYTHON", python);
        if hledger.is_ok() {
            tests.env("SHUKUN_BOOKKEEPERS", "1");
        }
    }
}

fn beancount() -> Result<PathBuf, Failure> {
    let folder = target_dir().join("beancount");
    let python = folder.join("bin").join("python");
    let is_there = Command::new(&python).args(["-c", "import beancount"]).output();
    if is_there.is_ok_and(|output| output.status.success()) {
        return Ok(python);
    }
    if !venv::is_possible() {
        return Err(Failure("beancount: python3 with venv and pip are not here (Debian: python3-venv)".to_owned()));
    }
    venv::make(&folder, BEANCOUNT)?;
    Ok(python)
}
