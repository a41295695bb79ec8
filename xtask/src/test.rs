//! `cargo xtask test`: everything that must hold, in the order in which a failure is cheapest to learn.
//!
//! Ends with a line `N passed, N failed` alone, over cargo's tests and the other checks together.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::run::{Failure, Outcome, cargo, root, run, shown, target_dir};
use crate::{api_fuzz, bookkeepers, browser, fuzz, postgres, tidy};

/// What `cargo xtask bench` settles under.
const BENCH_PACKS: [&str; 3] = ["bench/packs/person-year", "bench/packs/claim-stream", "bench/packs/claim-stream-40"];

/// cargo's own tests, of everything.
const TESTS: [&str; 3] = ["test", "--workspace", "--no-fail-fast"];

/// As `cargo clippy` hands its own arguments to `clippy-driver`.
const DENY_WARNINGS: &str = "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__";

/// How many checks held.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    passed: u64,
    failed: u64,
}

/// Runs every step even when an earlier one failed, so that one run tells all there is to mend.
pub fn test(_: &[String]) -> Outcome {
    let mut tally = Tally::default();
    step("tidy", &mut tally, || tidy::tidy(&[]));
    step("format", &mut tally, || run(&mut cargo(&["fmt", "--all", "--check"])));
    let mut is_clean = false;
    step("lints and build", &mut tally, || {
        run(linted(cargo(&TESTS).arg("--no-run")))?;
        is_clean = true;
        Ok(())
    });
    tests(&mut tally, is_clean);
    for verb in ["check", "test"] {
        step(&format!("pack {verb}"), &mut tally, || run(shukun().args(["pack", verb, "policies"])));
        // Each by itself: they restate the same rules in different sizes.
        for pack in BENCH_PACKS {
            step(&format!("pack {verb} {pack}"), &mut tally, || run(shukun().args(["pack", verb, pack])));
        }
    }
    match fuzz::find_targets() {
        Ok(targets) => {
            let seconds = fuzz::seconds_each(targets.len()).to_string();
            for target in targets {
                step(&format!("fuzz {target}"), &mut tally, || fuzz::fuzz(&[target.clone(), seconds.clone()]));
            }
        }
        Err(failure) => step("fuzz", &mut tally, || Err(failure)),
    }
    if api_fuzz::is_possible() {
        step("api-fuzz", &mut tally, || api_fuzz::with_all(all_tests(is_clean)));
    } else {
        eprintln!("── {}", api_fuzz::LEFT_OUT);
    }
    println!("\n{} passed, {} failed", tally.passed, tally.failed);
    if tally.failed == 0 { Ok(()) } else { Err(Failure("see above what failed".to_owned())) }
}

/// Builds with clippy in the place of the compiler, for the crates of this workspace: they are linted while they are built,
/// and no third-party crate is compiled a second time for the lints alone.
fn linted(command: &mut Command) -> &mut Command {
    command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", DENY_WARNINGS)
}

/// The tests of everything, as they were built: what clippy refused is tested all the same, so that one run tells both.
fn all_tests(is_clean: bool) -> Command {
    let mut command = cargo(&TESTS);
    if is_clean {
        linted(&mut command);
    }
    command
}

/// The program as the tests just built it: `cargo run` would choose other features and build once more.
fn shukun() -> Command {
    let mut command = Command::new(target_dir().join("debug").join("shukun"));
    command.current_dir(root());
    command
}

fn step(name: &str, tally: &mut Tally, check: impl FnOnce() -> Outcome) {
    let start = Instant::now();
    eprintln!("── {name}");
    let outcome = check();
    let seconds = start.elapsed().as_secs();
    match outcome {
        Ok(()) => {
            tally.passed += 1;
            eprintln!("── {name}: ok, {seconds} s");
        }
        Err(Failure(message)) => {
            tally.failed += 1;
            eprintln!("{message}\n── {name}: FAILED, {seconds} s");
        }
    }
}

/// cargo's own tests; its lines go through unchanged and are counted on the way.
fn tests(tally: &mut Tally, is_clean: bool) {
    let start = Instant::now();
    eprintln!("── tests");
    let mut counted = Tally::default();
    if let Err(Failure(message)) = run_tests(&mut counted, is_clean) {
        eprintln!("{message}");
        counted.failed = counted.failed.max(1);
    }
    eprintln!("── tests: {} passed, {} failed, {} s", counted.passed, counted.failed, start.elapsed().as_secs());
    tally.passed += counted.passed;
    tally.failed += counted.failed;
}

fn run_tests(counted: &mut Tally, is_clean: bool) -> Outcome {
    browser::need()?;
    // Without a server the tests of the store would leave half of themselves out: that is a failure here.
    let server = postgres::Server::start()?;
    let mut command = all_tests(is_clean);
    bookkeepers::tell(&mut command);
    command.env(postgres::VARIABLE, server.url());
    command.stdout(Stdio::piped());
    let cannot = |error| Failure(format!("cargo test: {error}"));
    let mut child = command.spawn().map_err(cannot)?;
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines() {
            let line = line.map_err(cannot)?;
            println!("{line}");
            count(&line, counted);
        }
    }
    let status = child.wait().map_err(cannot)?;
    if status.success() { Ok(()) } else { Err(Failure(format!("{} ended with {status}", shown(&command)))) }
}

/// Reads `test result: ok. 12 passed; 0 failed; …`.
fn count(line: &str, counted: &mut Tally) {
    let Some(result) = line.strip_prefix("test result: ") else { return };
    for part in result.split([';', '.']) {
        match part.split_whitespace().collect::<Vec<_>>().as_slice() {
            [number, "passed"] => counted.passed += number.parse::<u64>().unwrap_or(0),
            [number, "failed"] => counted.failed += number.parse::<u64>().unwrap_or(0),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_cargo_says() {
        let mut tally = Tally::default();
        count(
            "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            &mut tally,
        );
        count("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured", &mut tally);
        count("test word::tests::reads_99_passed ... ok", &mut tally);
        assert_eq!(tally, Tally { passed: 15, failed: 2 });
    }
}
