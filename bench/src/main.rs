//! What `cargo xtask bench` runs beside the platform: the data, the hand-written floor, the judge of equal results.
//!
//! `generate` writes the Parquet files; `floor` settles them with rules written by hand in Rust; `reference` settles
//! them with the reference evaluator; `compare` says whether two results are equal and where they first differ; `micro` runs
//! one small workload some times, for counting instructions. Each command prints one line of JSON. Start at [`main`].

mod claims;
mod compare;
mod failure;
mod files;
mod floor;
mod generate;
mod micro;
mod reference;

use std::path::PathBuf;
use std::process::ExitCode;

use failure::{Failure, Outcome};
use files::{Mode, Work};

const USAGE: &str = "shukun-bench generate WORK PEOPLE FILE
shukun-bench floor WORK MODE FILE [OUT]
shukun-bench reference WORK PACK FILE OUT
shukun-bench compare EXPECTED ACTUAL
shukun-bench micro PACKS WORKLOAD TIMES
WORK: person-year | claim-stream    MODE: totals | split | standings";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(Failure(message)) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Outcome<serde_json::Value> {
    match arguments {
        ["generate", work, people, file] => {
            let people = people.parse().map_err(|_| Failure(format!("how many people? {people}")))?;
            generate::generate(Work::parse(work)?, people, &PathBuf::from(file))
        }
        ["floor", work, mode, file, out @ ..] => {
            let out = out.first().map(PathBuf::from);
            floor::floor(Work::parse(work)?, Mode::parse(mode)?, &PathBuf::from(file), out.as_deref())
        }
        ["reference", work, pack, file, out] => {
            reference::reference(Work::parse(work)?, &PathBuf::from(pack), &PathBuf::from(file), &PathBuf::from(out))
        }
        ["micro", packs, workload, times] => {
            let times = times.parse().map_err(|_| Failure(format!("how often? {times}")))?;
            micro::micro(&PathBuf::from(packs), workload, times)
        }
        ["compare", expected, actual] => compare::compare(&PathBuf::from(expected), &PathBuf::from(actual)),
        _ => Err(Failure(USAGE.to_owned())),
    }
}
