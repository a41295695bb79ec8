//! Sealing what was paid: of a published statement every payment becomes a commitment, all of them a bundle, the bundle a leaf
//! of a log that is only appended to, and the log's checkpoint is signed by bodies other than the fund.
//!
//! INVARIANT: what a bundle adds up to is what its statement says was paid, less what came back ([`shukun_fund::publishing::Net::fits`]); each checkpoint
//! continues the one before; both are looked at in the transaction that writes them.
//!
//! Keys are in `keys`, sealing in `seal`, signatures in `sign`, what everybody reads in `shown`, a household's slip in `slip`.
//! Start at [`Store::seal_publication`].

mod audit;
mod keys;
mod seal;
mod shown;
mod sign;
mod slip;

use sea_orm::{DatabaseTransaction, Value};
use shukun_base::RegionCode;
use shukun_fund::publishing::proof::{Checkpoint, Signed};

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::fund::kept::{Keeping, Kept};
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sealed::Place;
use crate::store::Store;

pub use keys::SignKeyRow;
pub use shown::{CheckpointRow, SealRow};
pub use slip::SlipOf;

pub(crate) use audit::public_totals;

#[cfg(test)]
pub(crate) use audit::ALL as AUDIT_STATEMENTS;
#[cfg(test)]
pub(crate) use keys::ALL as KEY_STATEMENTS;
#[cfg(test)]
pub(crate) use seal::ALL as SEAL_STATEMENTS;
#[cfg(test)]
pub(crate) use shown::ALL as SHOWN_STATEMENTS;
#[cfg(test)]
pub(crate) use sign::ALL as SIGN_STATEMENTS;
#[cfg(test)]
pub(crate) use slip::ALL as SLIP_STATEMENTS;

impl Store {
    /// The row of the audit trail; no amount, no key, nothing of a household.
    async fn note_sealing(
        &self,
        tx: &DatabaseTransaction,
        (act, scope): (Act, &Scope),
        (object, region): (Object, &RegionCode),
        now: Moment,
    ) -> Result<()> {
        let account_id = scope.account_id().as_str();
        let entry = Entry { account_id, act, object, region: Some(region), fields: "", reason: None };
        append(self, tx, now, entry).await
    }

    /// The hashes of what was written with it.
    async fn keep_sealing<const N: usize>(
        &self,
        tx: &DatabaseTransaction,
        (scope, region): (&Scope, &RegionCode),
        records: [(&Kept, Vec<Value>); N],
        now: Moment,
    ) -> Result<()> {
        for record in records {
            self.keep(tx, record, Keeping { account_id: scope.account_id().as_str(), region, now }).await?;
        }
        Ok(())
    }
}

fn place<'a>(table: &'static str, column: &'static str, row: &'a str) -> Place<'a> {
    Place { table, column, row }
}

/// The checkpoint of a note as it is kept.
fn read_note(note: &str) -> Result<Signed> {
    Checkpoint::parse(note).ok_or_else(unreadable)
}

fn unreadable() -> StoreError {
    StoreError::damaged(
        "封存记录或检查点前后不符，不再往下办：请报告系统管理员。",
        "What was sealed, or a checkpoint, does not fit together; nothing more is done: tell the system administrator.",
    )
}
