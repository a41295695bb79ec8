//! Cases in the database: their actions are what happened, a row for lists is made from them in the same transaction.
//!
//! INVARIANT: the guards of casework are checked here, on the case as it is inside the writing transaction, whatever a
//! page showed before. One transaction id is one act, however often it is sent.
//! INVARIANT: the row of a case follows from its actions: `rebuild` gives the same bytes.
//!
//! Writing is in `act`, lists and counts in `list`, what they ask in `filter`, the row in `row`, time limits in `clock`.

mod act;
mod clock;
mod duplicates;
mod filter;
mod list;
mod row;

#[cfg(test)]
mod load;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
pub(crate) mod tests;

pub use clock::CaseClock;
pub use filter::{Assignee, CaseFilter};
pub use list::{CaseCursor, CaseOrder, CasePage, Count, CountBy};
pub use row::CaseRow;

pub(crate) use filter::push_conditions_at;
pub(crate) use row::Beside;

#[cfg(test)]
pub(crate) use act::ALL as ACT_STATEMENTS;
#[cfg(test)]
pub(crate) use clock::ALL as CLOCK_STATEMENTS;
#[cfg(test)]
pub(crate) use duplicates::duplicates_query;
#[cfg(test)]
pub(crate) use list::{counts_query, list_query, lists_query};
#[cfg(test)]
pub(crate) use row::ALL as ROW_STATEMENTS;
