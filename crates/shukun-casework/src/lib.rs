//! Casework: who may do what, and a case from the alert to its close-out (销号). Values in, values out.
//!
//! Knows no SQL, no HTTP, no clock and no chance: the current moment, the acting officer and every seed are arguments.
//! Start at [`authority::allows`].

#[macro_use]
mod words;

pub mod authority;
pub mod calendar;
