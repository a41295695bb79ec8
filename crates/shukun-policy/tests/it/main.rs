//! Everything that is tested from outside the crate, in one binary.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests fail by panicking")]

mod gallery;
mod gallery_link;
mod link;
mod manual;
mod packs;
