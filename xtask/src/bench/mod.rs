//! `cargo xtask bench`: the platform side by side with what one would otherwise pick, on the same Parquet files.
//!
//! First every contestant's results are held against the hand-written floor, to the fen and row by row, on a small
//! file and on the large one; only then is any time shown. Runs are interleaved and medians are given. What is
//! measured and how: docs/performance.md. Start at [`bench`].

mod agree;
mod contestants;
mod machine;
mod measure;
mod options;
mod prepare;
mod report;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::run::{Failure, Outcome, target_dir};
use contestants::{Case, Contestant};
use measure::Measured;
use options::Options;
pub use prepare::build;

/// People of the small file on which everybody, and the reference evaluator, must agree before the large one is read.
const SMALL: u64 = 20_000;

/// What was measured: by case and contestant, one entry for each run.
type Results = BTreeMap<(Case, Contestant), Vec<Measured>>;

/// `bench [--people N] [--runs N] [--only CASE]… [--peers NAME]…`
pub fn bench(arguments: &[String]) -> Outcome {
    let options = Options::read(arguments)?;
    let tools = prepare::prepare(&options)?;
    let before = machine::load();
    let small = Files::make(&tools, &options, SMALL)?;
    agree::with_reference(&tools, &small, &options)?;
    let large = Files::make(&tools, &options, options.people)?;
    let results = run_all(&tools, &large, &options)?;
    let text = report::report(&options, &tools, &large, &results, &before)?;
    println!("{text}");
    Ok(())
}

/// Runs everything `options.runs` times, contestants in turn, and checks each result against the floor's.
fn run_all(tools: &prepare::Tools, files: &Files, options: &Options) -> Result<Results, Failure> {
    let mut results = Results::new();
    for case in options.cases() {
        let able: Vec<Contestant> = options.contestants(tools).filter(|contestant| contestant.can(case)).collect();
        files.read_once(case)?;
        for run in 0..options.runs {
            agree::forget_floor(files)?;
            for contestant in &able {
                let measured = measure::measure(tools, *contestant, case, files)?;
                agree::with_floor(tools, files, case, *contestant, &measured, results.get(&(case, Contestant::Floor)))?;
                eprintln!(
                    "{} {} {}: equal ({} of {})",
                    case.name(),
                    contestant.name(),
                    measured.rows,
                    run + 1,
                    options.runs
                );
                results.entry((case, *contestant)).or_default().push(measured);
            }
        }
    }
    Ok(results)
}

/// The generated files of one size, and the folder for results.
#[derive(Debug)]
pub struct Files {
    folder: PathBuf,
    people: u64,
}

impl Files {
    /// Generates what is not there yet.
    fn make(tools: &prepare::Tools, options: &Options, people: u64) -> Result<Files, Failure> {
        let files = Files { folder: target_dir().join("bench"), people };
        let results = files.results();
        std::fs::create_dir_all(&results).map_err(|error| Failure(format!("{}: {error}", results.display())))?;
        for work in options.works() {
            prepare::generate(tools, work, people, &files.input(work))?;
        }
        Ok(files)
    }

    /// The claims of a workload.
    fn input(&self, work: &str) -> PathBuf {
        self.folder.join(format!("{work}-{}.parquet", self.people))
    }

    /// Where results are written.
    fn results(&self) -> PathBuf {
        self.folder.join("results")
    }

    /// Where a contestant writes; nothing is there before it starts.
    fn output(&self, contestant: Contestant) -> Result<PathBuf, Failure> {
        let path = self.results().join(format!("{}.parquet", contestant.name()));
        remove(&path)?;
        Ok(path)
    }

    /// Everybody finds the file in the page cache, the first one too.
    fn read_once(&self, case: Case) -> Outcome {
        let path = self.input(case.work());
        let mut file = std::fs::File::open(&path).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        std::io::copy(&mut file, &mut std::io::sink())
            .map_err(|error| Failure(format!("{}: {error}", path.display())))?;
        Ok(())
    }
}

/// Removes a file or a folder that may be there.
fn remove(path: &Path) -> Outcome {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure(format!("{}: {error}", path.display())))
        }
        _ => Ok(()),
    }
}
