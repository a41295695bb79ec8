//! Runs a checked program of rules over people and their claims.
//!
//! Opens no file, no clock, no socket: the same program and the same facts give the same postings anywhere.
//! What goes in is in [`facts`]; what comes out is in [`outcome`].

pub mod evaluate;
pub mod facts;
pub mod outcome;
#[cfg(test)]
mod testing;

pub use evaluate::{Detail, Prepared, settle};
