//! Parquet to the column kernel and back: claims read as columns, settled in a streaming pass, written as columns.
//!
//! Nothing here holds a table: a run of some thousand rows at a time goes from the file through the kernel to the
//! writer, on every core. Knows no rule and no county.
//!
//! Start at [`settle_claims_file`]. Reading is in `file` and `pieces`, Arrow to the kernel's chunk in `alone`,
//! `claims`, `cells`, `words` and `places`, the slow lane in `slow`, writing in `splits` and `years`.

mod alone;
mod cells;
mod claims;
pub(crate) mod error;
mod facts;
mod file;
#[cfg(test)]
mod gallery;
mod partition;
mod pieces;
mod places;
mod read;
mod settle;
mod settled;
mod settler;
mod slow;
mod splits;
mod tables;
mod words;
mod years;

pub use file::ClaimsFile;
pub use partition::settle_partition;
pub use read::read_claims_file;
pub use settle::{Layout, settle_claims_file, settle_with};
pub use settled::{Outcome, Settled, Take, TotalsOnly};
pub use splits::{SplitRow, SplitsFile, split_schema};
pub use years::{YearRow, YearsFile};
