//! The tables: medians, ratios, memory; as Markdown for people and as JSON for programs.

use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value, json};

use super::contestants::{Case, Contestant};
use super::measure::Measured;
use super::options::Options;
use super::prepare::Tools;
use super::{Files, Results, machine};
use crate::run::{Failure, target_dir};

/// Writes both forms beside the data and gives the Markdown.
pub fn report(
    options: &Options,
    tools: &Tools,
    files: &Files,
    results: &Results,
    before: &str,
) -> Result<String, Failure> {
    let folder = target_dir().join("bench");
    let (machine, after) = (machine::describe(tools), machine::load());
    let medians = Medians::of(options, tools, results);
    let text = markdown(options, &medians, &machine, before, &after);
    let value = json!({
        "machine": machine,
        "load": {"before": before, "after": after},
        "people": files.people,
        "runs": options.runs,
        "results": as_json(&medians, results),
    });
    for (name, content) in [("results.json", format!("{value:#}\n")), ("results.md", text.clone())] {
        let path = folder.join(name);
        std::fs::write(&path, content).map_err(|error| Failure(format!("{}: {error}", path.display())))?;
    }
    Ok(text)
}

/// One figure of a case and contestant.
struct Cell {
    case: Case,
    contestant: Contestant,
    rows: u64,
    elapsed: Duration,
    processor: Duration,
    peak_kb: u64,
}

/// All of them, in the order of the tables.
struct Medians {
    cases: Vec<Case>,
    contestants: Vec<Contestant>,
    cells: Vec<Cell>,
}

impl Medians {
    fn of(options: &Options, tools: &Tools, results: &Results) -> Medians {
        let cells = results.iter().filter_map(|((case, contestant), runs)| {
            Some(Cell {
                case: *case,
                contestant: *contestant,
                rows: runs.first()?.rows,
                elapsed: median(runs, |run| run.elapsed)?,
                processor: median(runs, |run| run.processor)?,
                peak_kb: runs.iter().map(|run| run.peak_kb).max()?,
            })
        });
        let contestants = options.contestants(tools).filter(|of| results.keys().any(|(_, ran)| ran == of));
        Medians { cases: options.cases().collect(), contestants: contestants.collect(), cells: cells.collect() }
    }

    fn cell(&self, case: Case, contestant: Contestant) -> Option<&Cell> {
        self.cells.iter().find(|cell| (cell.case, cell.contestant) == (case, contestant))
    }

    /// One line for each case, one column for each contestant.
    fn table(&self, head: &str, of: impl Fn(&Cell) -> String) -> String {
        let mut text = format!("| {head} |");
        for contestant in &self.contestants {
            let _ = write!(text, " {} |", contestant.title());
        }
        let _ = writeln!(text, "\n|---|{}", "---:|".repeat(self.contestants.len()));
        for case in &self.cases {
            let _ = write!(text, "| {} |", case.title());
            for contestant in &self.contestants {
                let shown = match self.cell(*case, *contestant) {
                    Some(cell) => of(cell),
                    None if contestant.can(*case) => String::new(),
                    None if contestant.has_the_same_rules() => "cannot".to_owned(),
                    None => "–".to_owned(),
                };
                let _ = write!(text, " {shown} |");
            }
            text.push('\n');
        }
        text
    }

    fn ratio_to(&self, contestant: Contestant, cell: &Cell) -> String {
        self.cell(cell.case, contestant).map_or_else(String::new, |base| ratio(cell.elapsed, base.elapsed))
    }
}

fn median<T: Ord + Copy>(runs: &[Measured], of: impl Fn(&Measured) -> T) -> Option<T> {
    let mut all: Vec<T> = runs.iter().map(of).collect();
    all.sort_unstable();
    all.get(all.len() / 2).copied()
}

fn markdown(options: &Options, medians: &Medians, machine: &Value, before: &str, after: &str) -> String {
    let told = |name: &str| machine.get(name).map(|value| value.to_string().replace('"', "")).unwrap_or_default();
    let mut text = format!(
        "{} people, {} runs interleaved, medians; results equal to the fen. {}, commit {}.\n{}, {} cores, {}, {}, {}, {}.\n\
         Load before {before}, after {after}{}.\n\n",
        options.people,
        options.runs,
        told("date"),
        told("commit"),
        told("cpu"),
        told("cores"),
        told("memory"),
        told("kernel"),
        told("rustc"),
        told("python"),
        if is_busy(before) {
            " (the machine was not quiet: compare ratios and processor seconds, not seconds)"
        } else {
            ""
        },
    );
    let tables = [
        medians.table("seconds", |cell| seconds(cell.elapsed)),
        medians.table("million rows per second", |cell| rows_per_second(cell.rows, cell.elapsed)),
        medians.table("times the floor", |cell| medians.ratio_to(Contestant::Floor, cell)),
        medians.table("times Shukun", |cell| medians.ratio_to(Contestant::Shukun, cell)),
        medians.table("processor seconds", |cell| seconds(cell.processor)),
        medians.table("peak memory, MB", |cell| (cell.peak_kb / 1024).to_string()),
    ];
    text.push_str(&tables.join("\n"));
    text
}

/// More than half a core was busy before anything ran.
fn is_busy(load: &str) -> bool {
    let first = load.split_whitespace().next().unwrap_or_default();
    first.parse::<f64>().is_ok_and(|load| load > 0.5)
}

fn as_json(medians: &Medians, results: &Results) -> Vec<Value> {
    let one = |cell: &Cell| {
        let runs = results.get(&(cell.case, cell.contestant)).into_iter().flatten();
        let runs: Vec<Value> = runs
            .map(|run| {
                json!({
                    "elapsed_ms": millis(run.elapsed),
                    "wall_ms": millis(run.wall),
                    "processor_ms": millis(run.processor),
                    "peak_kb": run.peak_kb,
                })
            })
            .collect();
        json!({
            "case": cell.case.name(),
            "contestant": cell.contestant.name(),
            "rows": cell.rows,
            "median_ms": millis(cell.elapsed),
            "peak_kb": cell.peak_kb,
            "runs": runs,
        })
    };
    medians.cells.iter().map(one).collect()
}

fn millis(of: Duration) -> u64 {
    u64::try_from(of.as_millis()).unwrap_or(u64::MAX)
}

/// `12.34`
fn seconds(of: Duration) -> String {
    hundredths(u128::from(millis(of)), 1_000)
}

/// `3.21`
fn ratio(of: Duration, to: Duration) -> String {
    hundredths(of.as_micros(), to.as_micros())
}

fn rows_per_second(rows: u64, elapsed: Duration) -> String {
    // Rows in a microsecond are millions in a second.
    hundredths(u128::from(rows), elapsed.as_micros())
}

/// `of ÷ to` with two decimals, halves up.
fn hundredths(of: u128, to: u128) -> String {
    if to == 0 {
        return String::new();
    }
    let hundredths = (of * 200 + to) / (to * 2);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_decimals_without_floats() {
        assert_eq!(seconds(Duration::from_millis(1_235)), "1.24");
        assert_eq!(ratio(Duration::from_millis(10), Duration::from_millis(3)), "3.33");
        assert_eq!(rows_per_second(30_000_000, Duration::from_millis(750)), "40.00");
        assert_eq!((hundredths(1, 0), hundredths(0, 7)), (String::new(), "0.00".to_owned()));
    }

    #[test]
    fn a_quiet_machine_has_little_load() {
        assert!(!is_busy("0.20 0.10 3.00"));
        assert!(is_busy("1.20 0.10 0.00"));
    }
}
