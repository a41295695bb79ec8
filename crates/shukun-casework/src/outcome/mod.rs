//! How a case ended (销号结果), and what the endings say of the rule and colour that found it.

mod code;
mod precision;

pub use code::{DataError, Outcome, OutcomeCode};
pub use precision::{Judgement, Precision, judgement, precision};
