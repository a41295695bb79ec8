//! How long answers took, in whole microseconds, and whether that is what was wanted.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The start page.
    Home,
    /// A queue, its filters, its next page.
    List,
    /// The page of a case; that somebody looked is written down before it is answered.
    Case,
    /// What happened to a case; written down too.
    Timeline,
    /// The list of alerts.
    Alerts,
    /// The dashboard.
    Figures,
    /// An act.
    Write,
}

/// Ninety-nine of a hundred reading answers within so many milliseconds.
const READ_MS: u64 = 150;
/// The same for acts.
const WRITE_MS: u64 = 400;

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Figures {
    took: BTreeMap<Kind, Vec<u64>>,
    statuses: BTreeMap<(Kind, u16), u64>,
}

impl Figures {
    /// One answer.
    pub fn note(&mut self, kind: Kind, status: u16, took: Duration) {
        self.took.entry(kind).or_default().push(micros(took));
        *self.statuses.entry((kind, status)).or_default() += 1;
    }

    fn all_that(&self, is_write: bool) -> Vec<u64> {
        let kinds = self.took.iter().filter(|(kind, _)| (**kind == Kind::Write) == is_write);
        let mut took: Vec<u64> = kinds.flat_map(|(_, took)| took.iter().copied()).collect();
        took.sort_unstable();
        took
    }

    /// The 99th percentile of what reads, in microseconds: by it runs are ordered.
    pub fn reads_p99(&self) -> u64 {
        percentile(&self.all_that(false), 99)
    }

    /// Median, 95th and 99th percentile, slowest; by kind, then reads and writes together against the goals.
    pub fn table(&self) -> String {
        let mut text =
            format!("{:<10}{:>8}{:>10}{:>10}{:>10}{:>10}\n", "", "answers", "p50 ms", "p95 ms", "p99 ms", "max ms");
        for (kind, took) in &self.took {
            let mut took = took.clone();
            took.sort_unstable();
            line(&mut text, &format!("{kind:?}"), &took);
        }
        for (name, is_write, goal_ms) in [("all reads", false, READ_MS), ("writes", true, WRITE_MS)] {
            let took = self.all_that(is_write);
            if !took.is_empty() {
                line(&mut text, name, &took);
                let kept = if percentile(&took, 99) < goal_ms * 1_000 { "met" } else { "MISSED" };
                // Writing to a string does not fail.
                let _ = writeln!(text, "  goal p99 < {goal_ms} ms: {kept}");
            }
        }
        let statuses = self.statuses.iter().filter(|((kind, status), _)| *kind == Kind::Write || *status != 200);
        for ((kind, status), answers) in statuses {
            let _ = writeln!(text, "  {kind:?} answered with {status}: {answers}");
        }
        text
    }
}

fn line(text: &mut String, name: &str, took: &[u64]) {
    let [half, most, nearly, all] = [50, 95, 99, 100].map(|percent| ms(percentile(took, percent)));
    let _ = writeln!(text, "{name:<10}{:>8}{half:>10}{most:>10}{nearly:>10}{all:>10}", took.len());
}

/// Of sorted figures.
fn percentile(took: &[u64], percent: usize) -> u64 {
    took.get((took.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

/// Whole microseconds.
pub fn micros(took: Duration) -> u64 {
    u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
}

/// With one digit behind the point.
pub fn ms(micros: u64) -> String {
    let tenths = micros / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}
