//! How long answers took, in whole microseconds.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The start page.
    Home,
    /// A page of a list.
    List,
    /// The page of a case.
    Case,
    /// An act.
    Write,
}

/// Everything that was measured.
#[derive(Debug, Default)]
pub struct Figures {
    took: BTreeMap<Kind, Vec<u64>>,
    statuses: BTreeMap<(Kind, u16), u64>,
}

impl Figures {
    /// One answer.
    pub fn note(&mut self, kind: Kind, status: u16, took: Duration) {
        self.took.entry(kind).or_default().push(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        *self.statuses.entry((kind, status)).or_default() += 1;
    }

    /// Median, 95th and 99th percentile, slowest.
    pub fn table(&mut self) -> String {
        let mut text =
            format!("{:<8}{:>8}{:>10}{:>10}{:>10}{:>10}\n", "", "answers", "p50 ms", "p95 ms", "p99 ms", "max ms");
        for (kind, took) in &mut self.took {
            took.sort_unstable();
            let at = |percent: usize| took.get((took.len() * percent).div_ceil(100).saturating_sub(1)).copied();
            let ms = |micros: Option<u64>| {
                let tenths = micros.unwrap_or_default() / 100;
                format!("{}.{}", tenths / 10, tenths % 10)
            };
            let (half, most, nearly, all) = (ms(at(50)), ms(at(95)), ms(at(99)), ms(at(100)));
            let name = format!("{kind:?}");
            // Writing to a string does not fail.
            let _ = writeln!(text, "{name:<8}{:>8}{half:>10}{most:>10}{nearly:>10}{all:>10}", took.len());
        }
        for ((kind, status), answers) in &self.statuses {
            let _ = writeln!(text, "{kind:?} {status}: {answers}");
        }
        text
    }
}
