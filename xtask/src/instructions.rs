//! `cargo xtask instructions`: how many instructions the hot places take, held against a committed count.
//!
//! A count does not depend on who else uses the machine, so a regression is noticed where a clock would only guess.
//! valgrind counts two runs of a small workload, one with more rounds; the difference is what a round costs. The
//! counts stand in `bench/instructions.json`; after a change that is meant: `cargo xtask instructions --write`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::bench::build;
use crate::run::{Failure, Outcome, need_program, root, target_dir};

/// More than this many percent above the committed count is a regression; below it, a count to be renewed.
const TOLERANCE_PERCENT: u64 = 5;
/// Rounds of the longer run beyond the shorter one.
const ROUNDS: u64 = 2;

/// Instructions of a round, by workload.
type Counts = BTreeMap<String, u64>;

/// `instructions [--write] [WORKLOAD]…`
pub fn instructions(arguments: &[String]) -> Outcome {
    need_program("valgrind", "valgrind")?;
    let bench = build("shukun-bench")?;
    let (flags, named): (Vec<&String>, Vec<&String>) = arguments.iter().partition(|word| word.starts_with("--"));
    let is_writing = flags.iter().any(|flag| *flag == "--write");
    let committed = read()?;
    let mut counts = Counts::new();
    for name in names(&bench)?.into_iter().filter(|name| named.is_empty() || named.contains(&name)) {
        let count = count(&bench, &name)?;
        println!("{}", line(&name, count, committed.get(&name).copied()));
        counts.insert(name, count);
    }
    if is_writing {
        return write(&committed.into_iter().chain(counts).collect());
    }
    let complaints: Vec<String> =
        counts.iter().filter_map(|(name, count)| complaint(name, *count, committed.get(name).copied())).collect();
    if complaints.is_empty() { Ok(()) } else { Err(Failure(complaints.join("\n"))) }
}

/// The workloads that the program knows: it tells them when asked for one that it does not.
fn names(bench: &Path) -> Result<Vec<String>, Failure> {
    let output = micro(Command::new(bench), "?", 0).output().map_err(|error| Failure(error.to_string()))?;
    Ok(String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect())
}

fn micro(mut command: Command, name: &str, rounds: u64) -> Command {
    command.arg("micro").arg(root().join("bench/packs")).args([name, &rounds.to_string()]);
    command
}

/// What one round costs.
fn count(bench: &Path, name: &str) -> Result<u64, Failure> {
    let (short, long) = (total(bench, name, 1)?, total(bench, name, 1 + ROUNDS)?);
    Ok(long.saturating_sub(short) / ROUNDS)
}

/// All instructions of one run.
fn total(bench: &Path, name: &str, rounds: u64) -> Result<u64, Failure> {
    let mut valgrind = Command::new("valgrind");
    let out = target_dir().join("bench/callgrind.out");
    valgrind.args(["--tool=callgrind", "--quiet"]).arg(format!("--callgrind-out-file={}", out.display())).arg(bench);
    let output = micro(valgrind, name, rounds).output().map_err(|error| Failure(format!("valgrind: {error}")))?;
    if !output.status.success() {
        return Err(Failure(format!("{name}: {}", String::from_utf8_lossy(&output.stderr))));
    }
    let text = std::fs::read_to_string(&out).map_err(|error| Failure(format!("{}: {error}", out.display())))?;
    summary(&text).ok_or_else(|| Failure(format!("{}: no totals", out.display())))
}

/// The last total of callgrind's file.
fn summary(text: &str) -> Option<u64> {
    let mut totals = text.lines().filter_map(|line| line.strip_prefix("totals: ").or(line.strip_prefix("summary: ")));
    totals.next_back()?.split_whitespace().next()?.parse().ok()
}

fn line(name: &str, count: u64, committed: Option<u64>) -> String {
    match committed {
        Some(committed) => format!("{name:<32}{count:>14}  {:>6} ‰ of {committed}", per_mille(count, committed)),
        None => format!("{name:<32}{count:>14}  not counted before"),
    }
}

fn per_mille(count: u64, of: u64) -> u64 {
    count.saturating_mul(1_000) / of.max(1)
}

fn complaint(name: &str, count: u64, committed: Option<u64>) -> Option<String> {
    let Some(committed) = committed else {
        return Some(format!("{name} is not in {}: cargo xtask instructions --write", place().display()));
    };
    let (low, high) = (1_000 - TOLERANCE_PERCENT * 10, 1_000 + TOLERANCE_PERCENT * 10);
    match per_mille(count, committed) {
        share if share > high => Some(format!(
            "{name} takes {count} instructions, {TOLERANCE_PERCENT} % more than {committed} or worse. If that is meant, or the \
             compiler changed (counted with {}, now {}): cargo xtask instructions --write",
            read_rustc(),
            rustc()
        )),
        share if share < low => Some(format!(
            "{name} takes only {count} instructions instead of {committed}: cargo xtask instructions --write"
        )),
        _ => None,
    }
}

fn place() -> PathBuf {
    root().join("bench/instructions.json")
}

fn document() -> Value {
    let text = std::fs::read_to_string(place()).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

fn read() -> Result<Counts, Failure> {
    match document().get("instructions").cloned() {
        Some(counts) => {
            serde_json::from_value(counts).map_err(|error| Failure(format!("{}: {error}", place().display())))
        }
        None => Ok(Counts::new()),
    }
}

fn read_rustc() -> String {
    document().get("rustc").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn rustc() -> String {
    let output = Command::new("rustc").arg("--version").output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

fn write(counts: &Counts) -> Outcome {
    let document = json!({"rustc": rustc(), "instructions": counts});
    std::fs::write(place(), format!("{document:#}\n"))
        .map_err(|error| Failure(format!("{}: {error}", place().display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callgrinds_totals_are_found() {
        assert_eq!(summary("version: 1\nevents: Ir\n12 34\ntotals: 5678\n"), Some(5678));
        assert_eq!(summary("events: Ir\n"), None);
    }

    #[test]
    fn more_and_much_less_are_both_told() {
        let told = |count| complaint("kernel", count, Some(1_000)).is_some();
        assert_eq!(
            [900, 949, 950, 1_000, 1_050, 1_051, 2_000].map(told),
            [true, true, false, false, false, true, true]
        );
        assert!(complaint("kernel", 1, None).is_some());
    }
}
