//! Tests from outside the crate, in one binary: the packs of this repository, and that the language is general (cost
//! sharing of other systems as small text packs, with figures worked by hand).

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "helpers of tests fail loudly")]

mod figures;
mod gallery;
mod generality;
mod household;
mod mutation;
mod packs;
