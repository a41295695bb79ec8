//! The ledger (账): books, accounts, transfers and vouchers in double entry; which pot pays; the chain of hashes.
//!
//! Knows no database: [`Voucher::check`] says what is wrong with a voucher by itself, [`model::Model`] what the books say of
//! it, and the store's own constraints say the same again. Start at [`account`] for how money goes.
//!
//! INVARIANT: transfers are appended, never edited; a correction is a transfer of its own.

pub mod account;
pub mod audit;
mod book;
mod business_key;
mod canonical;
mod chain;
pub mod journal;
pub mod model;
pub mod open_files;
mod period;
mod refusal;
mod relief;
mod restriction;
mod transfer;
mod voucher;

#[cfg(test)]
mod gallery;

pub use account::{AccountClass, AccountCode, AccountHead, Side};
pub use book::{BookKind, NewBook};
pub use business_key::{BusinessKey, CapUse, PersonKey, ProgrammeKey};
pub use canonical::{Canonical, Hash};
pub use chain::{Link, first_head, link_hash};
pub use period::{Month, TrialRow, plan_close, trial_hash};
pub use refusal::{LedgerCode, LedgerRefusal};
pub use relief::{Relief, relief_transfers};
pub use restriction::{Needed, OnExpiry, PotBalance, Restriction, share_among_pots};
pub use transfer::{LineState, NewTransfer, PayableLine, Phase, TransferCode};
pub use voucher::{Voucher, content_hash};
