//! Files to validated rows: every row of a spreadsheet ends accepted, rejected with its reasons, or as a duplicate.

mod known;

pub use known::Known;
