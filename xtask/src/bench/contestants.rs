//! Who runs, what is asked of them, and how each is started.

use std::path::Path;
use std::process::Command;

use super::prepare::Tools;
use crate::run::root;

/// One line of the tables: a workload and what is wanted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Case {
    YearTotals,
    YearStandings,
    StreamTotals,
    StreamSplit,
}

/// Everybody who settles the files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contestant {
    /// The rules by hand in Rust: the yardstick, and the results that all others must equal.
    Floor,
    /// The platform, from packs.
    Shukun,
    /// The platform with the pack of forty rules; the data are the same, the results are not.
    ShukunForty,
    DuckDb,
    Polars,
    Numba,
    OpenFisca,
    DataFusion,
}

pub const CASES: [Case; 4] = [Case::YearTotals, Case::YearStandings, Case::StreamTotals, Case::StreamSplit];

pub const CONTESTANTS: [Contestant; 8] = [
    Contestant::Floor,
    Contestant::Shukun,
    Contestant::ShukunForty,
    Contestant::DuckDb,
    Contestant::Polars,
    Contestant::Numba,
    Contestant::OpenFisca,
    Contestant::DataFusion,
];

impl Case {
    pub fn name(self) -> &'static str {
        match self {
            Case::YearTotals => "person-year-totals",
            Case::YearStandings => "person-year-standings",
            Case::StreamTotals => "claim-stream-totals",
            Case::StreamSplit => "claim-stream-split",
        }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Case::YearTotals => "person-year tiers, totals",
            Case::YearStandings => "person-year tiers, all columns written",
            Case::StreamTotals => "claim stream with accumulators, totals",
            Case::StreamSplit => "claim stream, payer split of every claim written",
        }
    }

    /// The file and the pack.
    pub fn work(self) -> &'static str {
        match self {
            Case::YearTotals | Case::YearStandings => "person-year",
            Case::StreamTotals | Case::StreamSplit => "claim-stream",
        }
    }

    pub fn mode(self) -> &'static str {
        match self {
            Case::YearTotals | Case::StreamTotals => "totals",
            Case::YearStandings => "standings",
            Case::StreamSplit => "split",
        }
    }

    /// Whether a file is written.
    pub fn is_written(self) -> bool {
        self.mode() != "totals"
    }
}

impl Contestant {
    pub fn name(self) -> &'static str {
        match self {
            Contestant::Floor => "floor",
            Contestant::Shukun => "shukun",
            Contestant::ShukunForty => "shukun-40",
            Contestant::DuckDb => "duckdb",
            Contestant::Polars => "polars",
            Contestant::Numba => "numba",
            Contestant::OpenFisca => "openfisca",
            Contestant::DataFusion => "datafusion",
        }
    }

    /// In words.
    pub fn title(self) -> &'static str {
        match self {
            Contestant::Floor => "floor: hand-written Rust",
            Contestant::Shukun => "Shukun, from the pack",
            Contestant::ShukunForty => "Shukun, 40 rules",
            Contestant::DuckDb => "DuckDB",
            Contestant::Polars => "Polars",
            Contestant::Numba => "Numba script",
            Contestant::OpenFisca => "OpenFisca-Core",
            Contestant::DataFusion => "DataFusion SQL",
        }
    }

    /// Started as an interpreter with a script; its own clock begins when its libraries are loaded.
    pub fn is_script(self) -> bool {
        !matches!(self, Contestant::Floor | Contestant::Shukun | Contestant::ShukunForty)
    }

    /// Whether it can be asked for the case at all.
    pub fn can(self, case: Case) -> bool {
        match self {
            Contestant::OpenFisca => case.work() == "person-year",
            Contestant::ShukunForty => case.work() == "claim-stream",
            _ => true,
        }
    }

    /// Whether its results must equal the floor's.
    pub fn has_the_same_rules(self) -> bool {
        self != Contestant::ShukunForty
    }

    /// The command that settles `input` and writes to `output` where the case asks for a file.
    pub fn command(self, tools: &Tools, case: Case, input: &Path, output: &Path) -> Command {
        let mut command = match self {
            Contestant::Floor => {
                let mut command = Command::new(&tools.bench);
                command.args(["floor", case.work(), case.mode()]).arg(input);
                command
            }
            Contestant::Shukun => return shukun(tools, case, case.work(), input, output),
            Contestant::ShukunForty => return shukun(tools, case, "claim-stream-40", input, output),
            script => {
                let mut command = Command::new(&tools.python);
                command.arg(root().join(format!("bench/peers/{}_peer.py", script.name())));
                command.args([case.work(), case.mode()]).arg(input);
                command.env("PYTHONDONTWRITEBYTECODE", "1").env("NUMBA_CACHE_DIR", &tools.compiled);
                command
            }
        };
        if case.is_written() {
            command.arg(output);
        }
        command
    }
}

/// The public way: a claims file, a pack, and what is wanted of it.
fn shukun(tools: &Tools, case: Case, pack: &str, input: &Path, output: &Path) -> Command {
    let mut command = Command::new(&tools.shukun);
    command.arg("settle-file").arg(input).arg("--packs").arg(root().join("bench/packs").join(pack));
    command.args(["--region", "33", "--format", "json", &format!("--{}", case.mode()), "--out"]).arg(output);
    command
}
