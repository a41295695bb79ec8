//! What the public sees of the fund, and how anybody checks it.
//!
//! Knows no SQL and no HTML. [`Notice`] is what hangs on a village board; [`scan`] looks through every byte that leaves;
//! [`proof`] is what anybody can check.

mod leaks;
mod notice;
pub mod proof;

pub use leaks::{Allowed, Cleared, Leak, scan, scan_bytes};
pub use notice::{
    MaskedName, Medium, Notice, NoticeFault, NoticeLine, NoticeParts, ObjectionDesk, OfficePhone, PlainName,
};
