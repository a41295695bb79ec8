//! Tests from outside: the pages that are made from this crate's tables.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod manual;
