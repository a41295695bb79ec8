//! What the public sees of the fund, and how anybody checks it.
//!
//! Knows no SQL and no HTML. [`Notice`] is what hangs on a village board; [`scan`] looks through every byte that leaves;
//! [`proof`] is what anybody can check.

mod calendar;
mod cells;
mod leaks;
mod notice;
pub mod proof;
mod statement;

pub use calendar::{Duty, DutyState, DutyTask, yearly_duties};
pub use cells::{Area, Cell, CellPlan, FEWEST, Given, PublishedSet, may_follow, plan_cells};
pub use leaks::{Allowed, Cleared, Leak, scan, scan_bytes};
pub use notice::{
    MaskedName, Medium, Notice, NoticeFault, NoticeLine, NoticeParts, ObjectionDesk, OfficePhone, PlainName,
};
pub use statement::{
    DaysToPay, Flows, FundStatement, Movement, Payouts, Pledges, ProgrammeKey, PublicationId, Source, StatementFault,
};
