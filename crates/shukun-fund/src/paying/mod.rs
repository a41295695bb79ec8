//! Paying (拨付): batches of payments, what they do to the books, the bank's files and its statements.
//!
//! A batch is a list of acts that only grows, as a case is: [`Batch`] is what they add up to, [`plan`](Batch::plan) says whether an
//! act may be done. What it moves in the books is a voucher ([`money`]). Files go out and come in ([`files`]), statements are held
//! against the books ([`matching`]).
//!
//! Knows no database and no clock; of a household it knows the id of its case and the hash of its account. Start at [`Act`].

mod act;
mod batch;
pub mod files;
pub mod matching;
pub mod money;
mod plan;
mod proof;
mod refusal;
mod rules;
mod settings;
mod words;

#[cfg(test)]
mod tests;

pub use act::{Act, Again, Delivery, Evidence, NewPayment, Recorded};
pub use batch::{Batch, Payment};
pub use plan::PlanDesk;
pub use proof::payment_proof;
pub use refusal::{PayCode, PayRefusal};
pub use rules::{Band, PaymentRules, YearlyCap};
pub use settings::{PaymentSettings, SAMPLE, SettingFault};
pub use words::{BatchKind, BatchState, Channel, FailureReason, PaymentState, Purpose};

shukun_base::text_id! {
    /// One payment of a batch: the number that the bank's answer names again.
    PaymentId
}
