//! `cargo xtask mutate`: changes the code one place at a time and asks whether a test notices.

use crate::run::{Outcome, cargo, need_cargo_tool, run};

/// The crates whose arithmetic decides money, for a run without arguments.
const PURE: &[&str] = &["shukun-base", "shukun-engine"];

/// Runs cargo-mutants on one crate, or on the pure ones. Long (hours for the engine), so it is no part of CI;
/// what CI holds is the mutation of every figure in the packs, a test of its own.
pub fn mutate(arguments: &[String]) -> Outcome {
    let tool = need_cargo_tool("cargo-mutants", "27.1.0")?;
    let mut command = cargo(&["mutants", "--output"]);
    command.arg(crate::run::target_dir());
    let crates: Vec<&str> = match arguments {
        [] => PURE.to_vec(),
        named => named.iter().map(String::as_str).collect(),
    };
    for name in crates {
        command.args(["--package", name]);
    }
    run(command.env("PATH", with_folder_of(&tool)))
}

fn with_folder_of(program: &std::path::Path) -> std::ffi::OsString {
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let own = program.parent().map(std::path::Path::to_path_buf);
    std::env::join_paths(own.into_iter().chain(std::env::split_paths(&paths))).unwrap_or(paths)
}
