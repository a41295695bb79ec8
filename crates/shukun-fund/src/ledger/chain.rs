//! The chain of a book: every transfer holds the hash of the one before it, so that none can be changed, taken out or put in
//! unnoticed by whoever knows the head.
//!
//! SHA-256 because everything else in the store that is checked by others uses it, because it is in every tool an auditor may
//! have, and because nothing here is secret: who may write to the database could make a whole new chain, and is found out
//! by a head that was written down elsewhere (a month's closing, a signed checkpoint), not by a key.

use shukun_base::ContentHash;

use super::canonical::Hash;
use super::{Canonical, NewTransfer, Voucher};
use crate::BookId;

/// The head of a book without transfers.
pub fn first_head(book: &BookId) -> Hash {
    let mut bytes = Canonical::of("shukun book 1");
    bytes.text(book.as_str());
    bytes.hash()
}

/// A transfer's place in its book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its number in the book, from 1 without gaps.
    pub sequence: i64,
    /// Its place in the voucher, from 0.
    pub position: i64,
    /// When it was written down, in milliseconds since 1970 UTC.
    pub recorded_at: i64,
}

/// The hash of a transfer: over the one before, its place, its voucher and everything in it.
pub fn link_hash(
    previous: &Hash,
    link: Link,
    voucher: &Voucher,
    request: &ContentHash,
    transfer: &NewTransfer,
) -> Hash {
    let mut bytes = Canonical::of("shukun transfer 1");
    bytes.bytes(previous).number(link.sequence).number(link.position).number(link.recorded_at);
    bytes.text(voucher.id.as_str()).text(request.as_str()).text(&voucher.effective.to_string());
    transfer.write(&mut bytes);
    bytes.hash()
}
