//! The fund: every donated fen from the donor to a public total that anyone can check. Values in, values out.
//!
//! Knows no SQL, no HTTP, no clock and no chance, and nothing of a case but its id: the current day, the acting person and
//! every salt are arguments. The rooms, in the order in which money goes through them:
//!
//! 1. `ledger`: books, accounts, transfers, the chain of hashes; which pot a payout is taken from.
//! 2. `giving`: donors, campaigns, gifts, pledges.
//! 3. `deciding`: the charter, meetings, resolutions, public notice before them.
//! 4. `paying`: batches, bank files, statements of the bank.
//! 5. `publishing`: what the public sees, and how anybody checks it.
//! 6. `outlook`: whether the money will last.

pub mod deciding;
pub mod giving;
mod ids;
pub mod ledger;
pub mod outlook;
pub mod paying;
pub mod publishing;

pub use ids::{
    BatchId, BookId, CampaignId, CaseId, DonorId, GiftId, LineId, MeetingId, PledgeId, RefundId, ResolutionId,
    RestrictionId, TransferId, UnitId, VoucherId,
};
