//! Nobody's time counts whose results are not the floor's, to the fen; and the floor's must be the reference evaluator's.

use std::path::Path;
use std::process::Command;

use super::contestants::{CASES, Case, Contestant};
use super::measure::{Measured, measure};
use super::options::Options;
use super::prepare::Tools;
use super::{Files, remove};
use crate::run::{Failure, Outcome, root};

/// On the small file: the reference evaluator, the floor and everybody else write the same rows.
pub fn with_reference(tools: &Tools, files: &Files, options: &Options) -> Outcome {
    for work in options.works() {
        let Some(case) = CASES.into_iter().find(|case| case.work() == work && case.is_written()) else { continue };
        let reference = files.results().join("reference.parquet");
        remove(&reference)?;
        let mut command = Command::new(&tools.bench);
        command.args(["reference", work]).arg(root().join("bench/packs").join(work));
        quietly(command.arg(files.input(work)).arg(&reference))?;
        for contestant in options.contestants(tools).filter(|contestant| contestant.can(case)) {
            if contestant.has_the_same_rules() {
                measure(tools, contestant, case, files)?;
                compare(tools, &reference, &place(files, contestant))?;
            }
        }
        eprintln!("{work}: all equal the reference evaluator on {} people", files.people);
    }
    Ok(())
}

/// The floor's written results are made anew by its next run.
pub fn forget_floor(files: &Files) -> Outcome {
    remove(&place(files, Contestant::Floor))
}

/// The sums are those of the floor, and so is every row where rows were written.
pub fn with_floor(
    tools: &Tools,
    files: &Files,
    case: Case,
    contestant: Contestant,
    measured: &Measured,
    floor: Option<&Vec<Measured>>,
) -> Outcome {
    let (Some(floor), true) = (floor.and_then(|runs| runs.last()), contestant.has_the_same_rules()) else {
        return Ok(());
    };
    if case.is_written() && contestant != Contestant::Floor {
        compare(tools, &place(files, Contestant::Floor), &place(files, contestant))?;
        return remove(&place(files, contestant));
    }
    if (measured.rows, &measured.totals) == (floor.rows, &floor.totals) {
        return Ok(());
    }
    Err(Failure(format!(
        "{}, {}: {} has {} rows and {}, the floor {} and {}",
        case.title(),
        files.input(case.work()).display(),
        contestant.name(),
        measured.rows,
        measured.totals,
        floor.rows,
        floor.totals
    )))
}

fn place(files: &Files, contestant: Contestant) -> std::path::PathBuf {
    files.results().join(format!("{}.parquet", contestant.name()))
}

/// Fails with the first row that differs.
fn compare(tools: &Tools, expected: &Path, actual: &Path) -> Outcome {
    quietly(Command::new(&tools.bench).arg("compare").arg(expected).arg(actual))
}

/// Without what it prints where it succeeds.
fn quietly(command: &mut Command) -> Outcome {
    let output = command.output().map_err(|error| Failure(format!("{}: {error}", crate::run::shown(command))))?;
    if output.status.success() {
        return Ok(());
    }
    Err(Failure(String::from_utf8_lossy(&output.stderr).trim_end().to_owned()))
}
