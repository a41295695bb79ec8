//! What was seen on the way: pages looked at, and what was wrong with them.

use std::collections::BTreeSet;

/// Grows while the day goes on.
#[derive(Debug, Default)]
pub struct Seen {
    pages: usize,
    faults: BTreeSet<String>,
}

impl Seen {
    /// One more page.
    pub fn page(&mut self) {
        self.pages += 1;
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
