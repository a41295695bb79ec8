//! Files to validated rows: every row of a spreadsheet ends accepted, rejected with its reasons, or as a duplicate.
//!
//! Pure: bytes in, a batch and a report out; the caller opens files and applies the batch. Does not know the lake
//! beyond [`Known`], nor any policy. Start at [`plan_import`].

mod caps;
mod cells;
mod column;
mod error;
mod examine;
mod header;
mod known;
mod ledger;
mod mapping;
mod noticed;
mod people;
mod plan;
mod reader;
mod reason;
mod regions;
mod rejects;
mod report;
mod roster;
mod settlement;
mod totals;
mod values;
mod verification;

pub use caps::{Cap, Caps};
pub use column::{Column, Content};
pub use error::ImportError;
pub use examine::{Examined, ExaminedColumn, examine};
pub use known::Known;
pub use mapping::Mapping;
pub use plan::{Settings, Source, hash_of_headings, plan_import, sha256};
pub use reason::Reason;
pub use regions::Regions;
pub use rejects::rejects_workbook;
pub use report::{ImportReport, Place, Reject, Warning};
pub use values::IMPLAUSIBLE_FEN;
pub use verification::{FoundOutcome, RejectedResult, VerificationFile, VerifiedRow, read_verification};

#[cfg(test)]
mod gallery;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod mending;
#[cfg(test)]
mod tests;
