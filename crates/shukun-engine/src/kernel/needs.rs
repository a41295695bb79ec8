//! Which columns a program looks at: what a reader need not decode.

use std::collections::BTreeSet;

/// The columns that settling under a program looks at, by their names in the lake's tables. Keys that tie rows together
/// (`household_id`, `person_id`, `claim_id`) are not listed; a reader always needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Columns of **claims**.
    pub claims: BTreeSet<&'static str>,
    /// Columns of **persons**.
    pub persons: BTreeSet<&'static str>,
    /// Columns of **households**.
    pub households: BTreeSet<&'static str>,
    /// Whether certifications matter.
    pub certifications: bool,
    /// Whether meetings' decisions matter.
    pub resolutions: bool,
    /// Whether declared facts of claims matter.
    pub claim_facts: bool,
    /// Whether declared facts of persons matter.
    pub person_facts: bool,
}
