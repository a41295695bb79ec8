//! One run of one contestant: its results, its time, its memory.

use std::io::Read as _;
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use super::Files;
use super::contestants::{Case, Contestant};
use super::prepare::Tools;
use crate::run::{Failure, shown};

/// How often the running program is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(2);

/// What one run said and cost.
#[derive(Clone, Debug)]
pub struct Measured {
    pub rows: u64,
    /// Sums by payer, in fen, and the family's.
    pub totals: Value,
    /// By the contestant's own clock, libraries loaded; for programs the same as `wall`.
    pub elapsed: Duration,
    /// From start to end of the process.
    pub wall: Duration,
    /// Of both cores together.
    pub processor: Duration,
    /// The most memory it held at once (VmHWM).
    pub peak_kb: u64,
}

/// Runs it and waits. Where the case writes a file, it is at the contestant's place among the results.
pub fn measure(tools: &Tools, contestant: Contestant, case: Case, files: &Files) -> Result<Measured, Failure> {
    let mut command = contestant.command(tools, case, &files.input(case.work()), &files.output(contestant)?);
    command.stdout(Stdio::piped());
    let started = shown(&command);
    let failed = |why: String| Failure(format!("{started}: {why}"));
    let begun = Instant::now();
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let (mut peak_kb, mut processor) = (0, Duration::ZERO);
    let status = loop {
        peak_kb = peak_kb.max(peak_of(&child).unwrap_or(0));
        processor = processor.max(processor_time(&child).unwrap_or_default());
        match child.try_wait().map_err(|error| failed(error.to_string()))? {
            Some(status) => break status,
            None => sleep(LOOK_EVERY),
        }
    };
    let wall = begun.elapsed();
    let mut said = String::new();
    child
        .stdout
        .take()
        .map(|mut out| out.read_to_string(&mut said))
        .transpose()
        .map_err(|error| failed(error.to_string()))?;
    if !status.success() {
        return Err(failed(format!("{status}")));
    }
    let said = read_report(&said).ok_or_else(|| failed(format!("said {said:?} instead of rows and totals")))?;
    let elapsed = if contestant.is_script() { said.elapsed } else { wall };
    Ok(Measured { rows: said.rows, totals: said.totals, elapsed, wall, processor, peak_kb })
}

/// What a contestant prints.
struct Report {
    rows: u64,
    totals: Value,
    elapsed: Duration,
}

/// The receipt of `shukun settle-file`, or the last line that is JSON.
fn read_report(said: &str) -> Option<Report> {
    let last = || said.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
    let value = serde_json::from_str(said).ok().or_else(last)?;
    read_receipt(&value).or_else(|| read_line(&value))
}

fn read_receipt(receipt: &Value) -> Option<Report> {
    let rows = receipt.get("input")?.get("rows")?.as_u64()?;
    let paid = receipt.get("paid_fen")?.as_array()?.iter();
    let mut totals: Map<String, Value> =
        paid.map(|pair| Some((pair.get(0)?.as_str()?.to_owned(), pair.get(1)?.clone()))).collect::<Option<_>>()?;
    totals.insert("family".to_owned(), receipt.get("family_fen")?.clone());
    Some(Report { rows, totals: Value::Object(totals), elapsed: Duration::ZERO })
}

fn read_line(value: &Value) -> Option<Report> {
    let elapsed = value.get("seconds").and_then(Value::as_f64).unwrap_or_default();
    Some(Report {
        rows: value.get("rows")?.as_u64()?,
        totals: value.get("totals")?.clone(),
        elapsed: Duration::try_from_secs_f64(elapsed).ok()?,
    })
}

/// Linux keeps the high-water mark; it is gone with the process, so the last look counts.
fn peak_of(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// User and system time in ticks of a hundredth of a second.
fn processor_time(child: &Child) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    let (_, fields) = stat.rsplit_once(") ")?;
    let ticks: Vec<u64> = fields.split(' ').skip(11).take(2).filter_map(|ticks| ticks.parse().ok()).collect();
    Some(Duration::from_millis(ticks.iter().sum::<u64>().saturating_mul(10)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_json_line_counts() {
        let report = read_report("warming up\n{\"rows\": 3, \"totals\": {\"a\": 1}, \"seconds\": 0.5}\n").unwrap();
        assert_eq!((report.rows, report.elapsed), (3, Duration::from_millis(500)));
        assert!(read_report("cannot\n").is_none());
    }

    #[test]
    fn a_receipt_gives_the_same_totals() {
        let receipt = "{\n\"input\": {\"rows\": 3}, \"paid_fen\": [[\"基本医保\", 5]],\n\"family_fen\": 2}\n";
        let line = "{\"rows\": 3, \"totals\": {\"family\": 2, \"基本医保\": 5}}\n";
        let (one, other) = (read_report(receipt).unwrap(), read_report(line).unwrap());
        assert_eq!((one.rows, one.totals), (other.rows, other.totals));
    }
}
