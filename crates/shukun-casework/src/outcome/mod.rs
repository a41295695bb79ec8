//! How a case ended (销号结果), and what the endings say of a rule.

mod code;

pub use code::{DataError, Outcome, OutcomeCode};
