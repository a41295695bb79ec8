//! Programs from PyPI that tests hold ours against, each in a folder of its own below the target folder.

use std::path::Path;
use std::process::Command;

use crate::run::{Outcome, is_installed, run};

/// Whether one can be made here: Debian packs `venv` apart from Python.
pub fn is_possible() -> bool {
    let asks = || Command::new("python3").args(["-c", "import venv, ensurepip"]).output();
    is_installed("python3") && asks().is_ok_and(|output| output.status.success())
}

/// Makes the folder and installs one package into it.
pub fn make(folder: &Path, package: &str) -> Outcome {
    run(Command::new("python3").args(["-m", "venv"]).arg(folder))?;
    run(Command::new(folder.join("bin").join("pip")).args(["install", "--quiet", package]))
}
