//! `cargo xtask fuzz`: the readers of outside bytes against arbitrary ones.
//!
//! cargo-fuzz without a sanitizer (`-s none`): that works on the stable toolchain, and the code is safe Rust, so
//! what there is to find are panics, hangs and memory, which need none.

use std::path::PathBuf;

use crate::run::{Failure, Outcome, cargo, is_ci, need_cargo_tool, need_program, root, run, target_dir};

/// Seconds that all targets share in CI, and that each has elsewhere unless told.
const SECONDS_CI: u32 = 180;
const SECONDS_LOCAL: u32 = 10;
/// A single input may not take longer, nor the process more memory.
const SECONDS_PER_INPUT: u32 = 10;
const MEGABYTES: u32 = 1024;

/// `fuzz [TARGET] [SECONDS]`
pub fn fuzz(arguments: &[String]) -> Outcome {
    let (seconds, named): (Vec<_>, Vec<_>) = arguments.iter().partition(|word| word.parse::<u32>().is_ok());
    let targets = match named.as_slice() {
        [] => find_targets()?,
        names => names.iter().map(|name| (*name).clone()).collect(),
    };
    let seconds = seconds.first().and_then(|word| word.parse().ok()).unwrap_or_else(|| seconds_each(targets.len()));
    targets.iter().try_for_each(|target| fuzz_one(target, seconds))
}

/// Seconds for each of so many targets that are tried one after another.
pub fn seconds_each(targets: usize) -> u32 {
    let share = u32::try_from(targets).ok().and_then(|targets| SECONDS_CI.checked_div(targets));
    if is_ci() { share.unwrap_or(SECONDS_LOCAL) } else { SECONDS_LOCAL }
}

/// The names of all targets, sorted.
pub fn find_targets() -> Result<Vec<String>, Failure> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder).map_err(|error| Failure(format!("{}: {error}", folder.display())))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter_map(|entry| entry.path().file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// New inputs go below the target folder; the committed seeds are only read.
fn fuzz_one(target: &str, seconds: u32) -> Outcome {
    need_program("c++", "g++")?;
    let tool = need_cargo_tool("cargo-fuzz", "0.13.2")?;
    let work = target_dir().join("fuzz");
    let found: PathBuf = work.join("corpus").join(target);
    std::fs::create_dir_all(&found).map_err(|error| Failure(format!("{}: {error}", found.display())))?;
    let mut command = cargo(&[]);
    let cargo_path = command.get_program().to_os_string();
    command = std::process::Command::new(tool);
    command.current_dir(root()).env("CARGO", cargo_path);
    command.args(["run", "--sanitizer", "none", "--target-dir"]).arg(&work);
    command.arg(target).arg(&found).arg(root().join("fuzz/seeds").join(target)).arg("--");
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-timeout={SECONDS_PER_INPUT}")).arg(format!("-rss_limit_mb={MEGABYTES}"));
    command.args(["-print_final_stats=1", "-verbosity=0"]);
    eprintln!("fuzzing {target} for {seconds} s");
    run(&mut command)
}
