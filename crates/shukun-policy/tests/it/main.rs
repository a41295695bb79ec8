//! Everything that is tested from outside the crate, in one binary.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod gallery;
mod gallery_link;
mod link;
mod manual;
mod packs;
mod random;
