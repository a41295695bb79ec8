//! What the public sees of the fund, and how anybody checks it.
//!
//! Knows no SQL and no HTML. [`Notice`] is what hangs on a village board; [`scan`] looks through every byte that leaves;
//! [`proof`] is what anybody can check.

mod calendar;
mod cells;
mod correction;
mod leaks;
mod net;
mod notice;
mod payouts;
pub mod proof;
mod standing;
mod statement;
mod table;

pub use calendar::{Duty, DutyFacts, DutyState, DutyTask, Every, Happened, OwnRules, duties};
pub use cells::{Area, Cell, CellPlan, FEWEST, Given, PublishedSet, cell_of, may_follow, plan_cells};
pub use correction::{CorrectedFigure, CorrectionFault, NoteBody, NoteId, plan_note};
pub use leaks::{Allowed, Cleared, Leak, scan, scan_bytes};
pub use net::Net;
pub use notice::{
    MaskedName, Medium, Notice, NoticeFault, NoticeLine, NoticeParts, ObjectionDesk, OfficePhone, PlainName,
};
pub use payouts::{Hidden, Payouts, ProgrammeKey, ProgrammePaid, count_households, plan_payouts, published_sets};
pub use standing::{BankStanding, days_to_pay, reconciled_to};
pub use statement::{
    DaysToPay, Donors, Flows, FundStatement, Movement, Pledges, PublicationId, ResolutionNote, Source, StatementFault,
    is_own,
};
pub use table::{FIELDS, Field, corrected};
