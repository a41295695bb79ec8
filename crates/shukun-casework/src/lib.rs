//! Casework: who may do what, and a case from the alert to its close-out (销号). Values in, values out.
//!
//! Knows no SQL, no HTTP, no clock and no chance: the current moment, the acting officer and every seed are arguments.
//! Start at [`case::plan`] and [`authority::allows`].

pub mod alert;
pub mod authority;
pub mod calendar;
pub mod case;
pub mod determination;
mod ids;
pub mod outcome;
pub mod request;
pub mod timers;
pub mod visit;

pub use ids::{
    ActorId, AlertId, CaseId, ContentHash, Document, DocumentId, DocumentKind, Note, NoteFault, RequestId, RunId,
    TransactionId,
};
