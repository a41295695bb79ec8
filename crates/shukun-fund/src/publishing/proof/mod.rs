//! What anybody can check: sealed receipts, totals, the log of batches, signed checkpoints.
//!
//! It proves that a payment is in a total and that the total is what was signed; it does not prove that no payee was
//! invented ([`what_it_proves`] says so to whoever checks). Start at [`seal`] and [`Bundle::faults`].

mod bundle;
mod checkpoint;
pub mod hex;
pub mod merkle;
mod next;
mod receipt;
mod slip;
mod verify;

#[cfg(test)]
mod tests;

pub use bundle::{Bundle, Cut, Fault, Header, KIND, Sealed, seal};
pub use checkpoint::{BODIES_NEEDED, Body, CheckKey, Checkpoint, SignKey, Signed, what_it_proves};
pub use receipt::{Commitment, H_LABEL, Opening, adds_up, second_generator, totals};
pub use slip::Slip;
pub use verify::{Check, Checked, Given, LOG_KIND, Log, Published};
