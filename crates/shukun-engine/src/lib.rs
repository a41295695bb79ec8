//! Runs a checked program of rules over people and their claims.
//!
//! Opens no file, no clock, no socket: the same program and the same facts give the same postings anywhere.
//! What goes in is in [`facts`]; what comes out is in [`outcome`]. [`settle`] settles a household, [`resettle()`] gives
//! the entries from an old settlement to a new one, [`trace()`] explains one person's.

pub mod cliffs;
pub mod curves;
pub mod evaluate;
pub mod examples;
pub mod facts;
pub mod kernel;
pub mod outcome;
pub mod receipt;
pub mod resettle;
#[cfg(test)]
mod testing;
pub mod trace;

pub use evaluate::{BillSplit, Detail, Prepared, SplitSettlement, settle};
pub use receipt::{Receipt, receipt};
pub use resettle::resettle;
pub use trace::{Explanation, explain_text, trace};
