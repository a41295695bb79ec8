//! `shukun settle` at any size: partitions of whole households settled side by side and streamed into tables, a result
//! folder that is whole or not there, and settling again only those whom a later batch touched.
//!
//! [`whole`] settles everybody, [`again`] the touched, [`compact`] makes a patched result one again. What is wanted is
//! in [`options`], who is picked for postings in [`matching`]. How one partition is settled is [`partition`] alone,
//! with [`by_columns`] where the column kernel can. Nothing here holds more than some partitions at a time.

pub mod again;
pub mod by_columns;
pub mod changed;
pub mod compact;
pub mod deltas;
pub mod earlier;
pub mod folder;
pub mod matching;
pub mod options;
pub mod partition;
pub mod programs;
pub mod receipt;
pub mod totals;
pub mod whole;
