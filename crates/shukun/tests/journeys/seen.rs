//! What was seen on the way: pages looked at, and what was wrong with them.

use std::collections::BTreeSet;

/// Grows while the day goes on.
#[derive(Debug, Default)]
pub struct Seen {
    pages: usize,
    /// Addresses of the pages.
    paths: BTreeSet<String>,
    faults: BTreeSet<String>,
}

impl Seen {
    /// One more page, of this address.
    pub fn page(&mut self, path: &str) {
        self.pages += 1;
        self.paths.insert(path.to_owned());
    }

    /// What somebody else saw, who walked at the same time.
    pub fn add(&mut self, other: Seen) {
        self.pages += other.pages;
        self.paths.extend(other.paths);
        self.faults.extend(other.faults);
    }

    /// The addresses that were looked at, each once.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// Something is wrong.
    pub fn fault(&mut self, what: String) {
        self.faults.insert(what);
    }

    /// How many pages were looked at.
    pub fn pages(&self) -> usize {
        self.pages
    }

    /// What was wrong, each once.
    pub fn faults(&self) -> Vec<String> {
        self.faults.iter().cloned().collect()
    }
}
