//! The language is general: cost sharing of other systems as small text packs, with figures worked by hand.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail loudly")]

mod generality;
mod household;
mod speed;
