//! Which columns a program looks at: what a reader need not decode.

use std::collections::BTreeSet;

use super::plan::BILL_LIMIT;

/// The largest amount of a claim that is settled from columns (171 million yuan).
pub const LARGEST_FEN: i64 = BILL_LIMIT;

/// The columns that settling under a program looks at, by their names in the lake's tables. Keys that tie rows together
/// (`household_id`, `person_id`, `claim_id`) are not listed; a reader always needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Columns of **claims**.
    pub claims: BTreeSet<&'static str>,
    /// Of these, money that no rule looks at. Standings add it up; otherwise it is read only because a household with an
    /// amount outside 0 to [`LARGEST_FEN`] is not settled from columns: whoever knows of rows that they hold none need not
    /// read it.
    pub bounds_only: BTreeSet<&'static str>,
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
