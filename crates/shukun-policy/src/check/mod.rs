//! What the checker finds in a program that could be read: rules that cannot see what they name, statuses without a
//! day, scales with gaps, versions that overlap, readings without an example. One file a check.

pub(crate) mod examples;
pub(crate) mod funds;
pub(crate) mod order;
pub(crate) mod periods;
pub(crate) mod scales;
pub(crate) mod status;
pub(crate) mod tables;
pub(crate) mod tiers;
pub(crate) mod versions;

use crate::document::{Declaration, Span};
use crate::finding::Finding;
use crate::program::Program;
use crate::typed::rule::place_of;

/// Where the rules and tiers of a program stand in the text, by index.
#[derive(Debug)]
pub(crate) struct Places<'p> {
    pub(crate) rules: Vec<&'p Declaration>,
    pub(crate) tiers: &'p [Span],
}

impl Places<'_> {
    /// Where a clause of a rule stands.
    pub(crate) fn clause(&self, rule: usize, key: &str) -> Option<Span> {
        self.rules.get(rule).map(|decl| place_of(decl, key))
    }
}

/// All checks of a linked program.
pub(crate) fn program(program: &Program, places: &Places<'_>) -> Vec<Finding> {
    let mut found = order::payers(program, places);
    found.extend(order::circles(program, places));
    found.extend(tiers::tiers(program, places));
    found.extend(status::status_days(program, places));
    found.extend(periods::periods(program, places));
    found
}
