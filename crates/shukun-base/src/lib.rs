//! The words every other room uses: money in fen, exact rates, days and periods, region codes, ids, ID-card numbers, bilingual text.
//!
//! Knows nobody: no policy, no files, no clock. Start at [`Fen`] and [`Exact`].

mod content_hash;
mod day;
mod exact;
mod fen;
mod id;
mod id_number;
mod masked;
mod note;
mod refusals;
mod region;
mod text;
mod text_id;
mod words;

pub use content_hash::ContentHash;
pub use day::{Day, MonthEnd, months_before};
pub use exact::{Exact, Rounding};
pub use fen::Fen;
pub use id::{ClaimId, HouseholdId, PersonId};
pub use id_number::{id_number_check, is_id_number, normalise_id_number};
pub use masked::Masked;
pub use note::{Note, NoteFault};
pub use refusals::refusal_sentence;
pub use region::RegionCode;
pub use text::{Lang, Text};
pub use text_id::{ActorId, is_text_id};
