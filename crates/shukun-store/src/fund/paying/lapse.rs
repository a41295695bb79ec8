//! Holds that ran out before the batch was sent: the books let them go, and the batch that held them goes back to where its
//! approval is asked for anew, both in one transaction.

use std::collections::BTreeSet;

use sea_orm::DatabaseTransaction;
use shukun_base::{ActorId, Day};
use shukun_fund::ledger::NewTransfer;
use shukun_fund::paying::{Act, Recorded};
use shukun_fund::{BatchId, TransferId};

use super::act::{kind_of, request_hash, write_rows};
use super::{refused_pay, unreadable};
use crate::error::Result;
use crate::fund::ledger::expire::{PROGRAM, expired_holds, void_voucher};
use crate::moment::{Moment, today_in_china};
use crate::sql::{all, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    HOLDERS = "SELECT DISTINCT payments.batch_id FROM payments
        JOIN payment_batches ON payment_batches.batch_id = payments.batch_id
        WHERE payments.line_id = $1 AND payment_batches.state IN ('in_approval', 'in_authorisation', 'released')
        ORDER BY payments.batch_id";
}

impl Store {
    /// Lets every hold go whose last day is over, one voucher for each that held: how many. Safe to run twice, and at any
    /// time.
    ///
    /// # Errors
    /// The database; what was let go before stays so.
    pub async fn expire_holds(&self, now: Moment) -> Result<usize> {
        let today = today_in_china(now);
        let expired = expired_holds(&self.own(OwnWork::Books), today).await?;
        let mut ended = 0;
        for (voucher, holds) in &expired {
            let voids = void_voucher(voucher, holds, today)?;
            self.retry(|| async {
                let tx = self.begin_own(OwnWork::Books).await?;
                // The batch first and then the books, as everybody who acts on a batch.
                self.lapse_within(&tx, holds, (today, now)).await?;
                self.post_as(&tx, PROGRAM, &voids, now).await?;
                Ok(tx.commit().await?)
            })
            .await?;
            ended += holds.len();
        }
        Ok(ended)
    }

    /// The batches whose approval these holds were; any other batch of the same lines is left as it is.
    async fn lapse_within(
        &self,
        tx: &DatabaseTransaction,
        holds: &[NewTransfer],
        (today, now): (Day, Moment),
    ) -> Result<()> {
        let ids: BTreeSet<&TransferId> = holds.iter().map(|held| &held.id).collect();
        let lines: BTreeSet<&str> =
            holds.iter().filter_map(|held| held.line.as_ref()).map(|line| line.as_str()).collect();
        let mut batches = BTreeSet::new();
        for line in lines {
            for row in all(tx, HOLDERS, values![line]).await? {
                batches.insert(row.get::<String>("batch_id")?);
            }
        }
        for id in batches {
            let mut held = self.hold_batch(tx, &BatchId::new(&id).ok_or_else(unreadable)?).await?;
            if !held.batch.holds.iter().any(|transfer| ids.contains(&transfer.id)) {
                continue;
            }
            let before = held.batch.payments.clone();
            let by = ActorId::new(PROGRAM).ok_or_else(unreadable)?;
            let lapse = Recorded { sequence: held.batch.version + 1, by, on: today, act: Act::Lapse };
            held.batch.apply(&lapse).map_err(refused_pay)?;
            let (kind, request) = (kind_of(&lapse.act)?, request_hash(std::slice::from_ref(&lapse.act))?);
            let transaction = format!("lapse-{}", lapse.sequence);
            self.write_batch_acts(tx, &held.batch.id, &[lapse], (&transaction, &request), now).await?;
            write_rows(tx, &before, (&held.batch, None), now).await?;
            self.note_act(tx, PROGRAM, &held, (&kind, &transaction), now).await?;
        }
        Ok(())
    }
}
