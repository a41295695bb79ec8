//! What must be there before anything runs: the optimised programs, the peers' libraries, the data.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::options::Options;
use crate::run::{Failure, Outcome, cargo, need_program, root, run, target_dir};

/// Where the programs are.
#[derive(Debug)]
pub struct Tools {
    /// Data, floor, reference, comparison.
    pub bench: PathBuf,
    /// The platform.
    pub shukun: PathBuf,
    /// Whether the platform can settle a claims file by itself.
    pub has_settle_file: bool,
    /// The interpreter of the virtual environment.
    pub python: PathBuf,
    /// Where Numba keeps what it compiled.
    pub compiled: PathBuf,
}

/// Builds and installs what is not there yet.
pub fn prepare(options: &Options) -> Result<Tools, Failure> {
    let (bench, shukun) = (build("shukun-bench")?, build("shukun")?);
    let folder = target_dir().join("bench");
    let python = folder.join("venv/bin/python");
    if options.needs_python() {
        install_peers(&folder.join("venv"), &python)?;
    }
    let has_settle_file = knows(&shukun, "settle-file");
    if !has_settle_file {
        eprintln!("shukun has no command settle-file: the peers are measured against the floor only");
    }
    Ok(Tools { bench, has_settle_file, shukun, python, compiled: folder.join("numba") })
}

/// A program of the workspace, optimised.
pub fn build(program: &str) -> Result<PathBuf, Failure> {
    run(&mut cargo(&["build", "--release", "--package", "shukun", "--package", "shukun-bench", "--bin", program]))?;
    Ok(target_dir().join("release").join(program))
}

fn knows(program: &Path, command: &str) -> bool {
    let mut help = Command::new(program);
    help.args([command, "--help"]).stdout(Stdio::null()).stderr(Stdio::null());
    help.status().is_ok_and(|status| status.success())
}

/// Once for each list of pinned versions.
fn install_peers(folder: &Path, python: &Path) -> Outcome {
    let list = root().join("bench/peers/requirements.txt");
    let read =
        |path: &Path| std::fs::read_to_string(path).map_err(|error| Failure(format!("{}: {error}", path.display())));
    let (wanted, stamp) = (read(&list)?, folder.join("installed.txt"));
    if read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    need_program("python3", "python3-venv")?;
    eprintln!("installing the peers from PyPI, once");
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))?;
    run(Command::new(python).args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(&list))?;
    std::fs::write(&stamp, wanted).map_err(|error| Failure(format!("{}: {error}", stamp.display())))
}

/// The claims of `people`, unless they are there.
pub fn generate(tools: &Tools, work: &str, people: u64, file: &Path) -> Outcome {
    if file.is_file() {
        return Ok(());
    }
    eprintln!("generating {work} of {people} people");
    run(Command::new(&tools.bench).args(["generate", work, &people.to_string()]).arg(file))
}
