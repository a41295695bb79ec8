//! The words every other room uses: money in fen, exact rates, days and periods, region codes, ids, ID-card numbers, bilingual text.
//!
//! Knows nobody: no policy, no files, no clock. Start at [`Fen`] and [`Exact`].

mod day;
mod exact;
mod fen;
mod id;
mod id_number;
mod masked;
mod region;
mod text;

pub use day::{Day, MonthEnd, months_before};
pub use exact::{Exact, Rounding};
pub use fen::Fen;
pub use id::{ClaimId, HouseholdId, PersonId};
pub use id_number::{id_number_check, is_id_number, normalise_id_number};
pub use masked::Masked;
pub use region::RegionCode;
pub use text::{Lang, Text};
