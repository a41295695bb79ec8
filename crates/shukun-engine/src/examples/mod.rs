//! Worked examples (算例): runs the examples of packs against their own rules and compares to the fen.
//!
//! An example is a table beside a rule: columns that go in, columns that must come out, each under the readings its
//! head names. It runs the pack with its parents, but what other packs would pay counts only as settled: given in the
//! table, or nothing. Knows no file. Start at [`run_examples`].

mod cells;
mod compare;
mod heads;
mod people;
mod trial;

use serde::Serialize;
use shukun_policy::document::{Example, Item, Span};
use shukun_policy::finding::Finding;
use shukun_policy::pack::{Pack, PackSet};

/// How the examples of a set of packs came out.
#[derive(Clone, Debug, Default, Serialize)]
pub struct ExamplesReport {
    /// Output cells that hold.
    pub passed: usize,
    /// Output cells that do not hold or could not be run.
    pub failed: usize,
    /// Every output cell that was compared, in the order of the text.
    pub cells: Vec<ExampleCell>,
    /// One for each failure, with the place of its cell; codes P0901 to P0905.
    pub findings: Vec<Finding>,
}

/// One compared cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExampleCell {
    /// The pack's id.
    pub pack: String,
    /// The example's title.
    pub example: String,
    /// The row's label.
    pub row: String,
    /// The column's head.
    pub column: String,
    /// What the cell states; money as `12,345.67`.
    pub expected: String,
    /// What came out.
    pub got: String,
    /// Where the cell stands.
    pub place: Span,
}

impl ExampleCell {
    /// Whether the cell holds.
    pub fn holds(&self) -> bool {
        self.expected == self.got
    }
}

/// Runs every example of every pack of `set`.
pub fn run_examples(set: &PackSet) -> ExamplesReport {
    let mut report = ExamplesReport::default();
    for pack in set.packs() {
        run_pack(set, pack, &mut report, |_| false);
    }
    report
}

/// Whether an example of `pack` fails; stops at the first that does.
pub fn has_failing_example(set: &PackSet, pack: &Pack) -> bool {
    let mut report = ExamplesReport::default();
    run_pack(set, pack, &mut report, |report| report.failed > 0);
    report.failed > 0
}

fn run_pack(set: &PackSet, pack: &Pack, report: &mut ExamplesReport, enough: impl Fn(&ExamplesReport) -> bool) {
    let mut bench = trial::Bench::new(set, pack);
    for example in examples(pack) {
        if enough(report) {
            return;
        }
        bench.run(example, report);
    }
}

fn examples(pack: &Pack) -> impl Iterator<Item = &Example> {
    pack.document.articles.iter().flat_map(|article| &article.items).filter_map(|item| match item {
        Item::Example(example) => Some(example),
        _ => None,
    })
}
