//! Alerts in the database: raised and seen again by screening runs, left alone for a time, taken into cases, cleared.
//!
//! What happens to an alert is `shukun-casework`'s; here it is kept, and moved with its case in the case's transaction.
//! Writing is in `keep`, lists in `list`.

mod keep;
mod list;

#[cfg(test)]
mod tests;

pub use keep::Seen;
pub use list::{AlertCursor, AlertFilter, AlertPage, AlertRow};

#[cfg(test)]
pub(crate) use keep::ALL as KEEP_STATEMENTS;
pub(crate) use keep::follow_case;
#[cfg(test)]
pub(crate) use list::{alert_counts_query, alerts_query};
