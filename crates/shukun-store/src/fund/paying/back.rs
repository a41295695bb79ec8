//! Money of a payment that comes back otherwise than by the bank's answer: a late return, an overpayment that a household gives
//! back. The paper that shows it is kept sealed with the batch's files, and its hash is the evidence.
//!
//! What an answer file or a statement says is in `files` and `statements`; giving a line up needs no paper and is
//! [`shukun_fund::paying::Act::Reverse`].

use shukun_base::{Day, Fen};
use shukun_casework::authority::Permission;
use shukun_fund::BatchId;
use shukun_fund::paying::{Act, Batch, Evidence, FailureReason, PaymentId};

use super::act::{BatchOrder, CaseDesk};
use super::hash_of;
use crate::error::Result;
use crate::scope::Scope;
use crate::store::Store;

/// How money came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameBack {
    /// The bank sent all of it back, also after it had arrived; in person: nobody was met.
    Returned(FailureReason),
    /// The household gave this much back: it was paid too much, or to somebody who was not eligible.
    Recovered(Fen),
}

/// A payment whose money came back.
#[derive(Clone, Copy, Debug)]
pub struct MoneyBack<'a> {
    /// Which.
    pub payment: &'a PaymentId,
    /// The day on which the bank had it.
    pub on: Day,
    /// How.
    pub how: CameBack,
    /// The bank's notice or receipt.
    pub paper: &'a [u8],
}

impl Store {
    /// Records that money came back, with the paper that shows it; sent twice under one transaction id it is done once.
    ///
    /// # Errors
    /// As [`Store::act_on_batch`]: `P103` where the payment is at another step, `P119`, `P125`.
    pub async fn record_money_back(
        &self,
        scope: &Scope,
        id: &BatchId,
        back: &MoneyBack<'_>,
        order: BatchOrder<'_>,
        desk: &CaseDesk<'_>,
    ) -> Result<Batch> {
        let batch = self.batch(scope, id).await?.batch;
        scope.require(Permission::SendBatch, Some(&batch.region))?;
        let file = hash_of(back.paper)?;
        let sealed = self.file_to_keep((id, "answer"), ("paper", back.paper))?;
        let (payment, on, evidence) = (back.payment.clone(), back.on, Evidence::Paper { file });
        let act = match back.how {
            CameBack::Returned(reason) => Act::Return { payment, on, reason, evidence },
            CameBack::Recovered(amount) => Act::Recover { payment, amount, on, evidence },
        };
        self.act_on_paper(scope, id, &[act], (order, Some(&sealed)), desk).await
    }
}
