//! The fund in the database: what `shukun-fund` plans is carried out here, each act in one transaction with its row in the
//! audit trail.

pub(crate) mod deciding;
pub(crate) mod giving;
pub(crate) mod kept;
pub(crate) mod ledger;
pub(crate) mod paying;
pub(crate) mod publishing;
pub(crate) mod sealing;

#[cfg(test)]
mod siege;
