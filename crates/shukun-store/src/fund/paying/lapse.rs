//! Holds that ran out before the batch was sent: the books let them go, and the batch that held them goes back to where its
//! approval is asked for anew, both in one transaction.

use std::collections::BTreeSet;

use sea_orm::DatabaseTransaction;
use shukun_base::{ActorId, Day};
use shukun_fund::paying::{Act, Recorded};
use shukun_fund::{BatchId, TransferId, VoucherId};

use super::act::{Held, kind_of, request_hash, write_rows};
use super::{refused_pay, unreadable};
use crate::error::Result;
use crate::fund::ledger::expire::{PROGRAM, expired_holds, void_voucher, vouchers_with_expired};
use crate::moment::{Moment, today_in_china};
use crate::sql::{all, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    HOLDERS = "SELECT DISTINCT payments.batch_id FROM transfers JOIN payments ON payments.line_id = transfers.line_id
        JOIN payment_batches ON payment_batches.batch_id = payments.batch_id
        WHERE transfers.voucher_id = $1 AND payment_batches.state IN ('in_approval', 'in_authorisation', 'released')
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
        let mut ended = 0;
        for voucher in &vouchers_with_expired(&self.own(OwnWork::Books), today).await? {
            ended += self
                .retry(|| async {
                    let tx = self.begin_own(OwnWork::Books).await?;
                    let ended = self.expire_within(&tx, voucher, (today, now)).await?;
                    tx.commit().await?;
                    Ok(ended)
                })
                .await?;
        }
        Ok(ended)
    }

    /// The batches first and then the books, as everybody who acts on a batch. What somebody sent or gave up meanwhile holds
    /// nothing any more.
    async fn expire_within(
        &self,
        tx: &DatabaseTransaction,
        voucher: &VoucherId,
        (today, now): (Day, Moment),
    ) -> Result<usize> {
        let mut holders = Vec::new();
        for row in all(tx, HOLDERS, values![voucher.as_str()]).await? {
            let id = BatchId::new(&row.get::<String>("batch_id")?).ok_or_else(unreadable)?;
            holders.push(self.hold_batch(tx, &id).await?);
        }
        let holds = expired_holds(tx, voucher, today).await?;
        if holds.is_empty() {
            return Ok(0);
        }
        let ids: BTreeSet<&TransferId> = holds.iter().map(|held| &held.id).collect();
        for holder in &mut holders {
            let batch = &holder.batch;
            if batch.state.is_waiting() && batch.holds.iter().any(|held| ids.contains(&held.id)) {
                self.lapse(tx, holder, (today, now)).await?;
            }
        }
        self.post_as(tx, PROGRAM, &void_voucher(voucher, &holds, today)?, now).await?;
        Ok(holds.len())
    }

    /// Its approval was these holds: it is asked for anew.
    async fn lapse(&self, tx: &DatabaseTransaction, held: &mut Held, (today, now): (Day, Moment)) -> Result<()> {
        let before = held.batch.payments.clone();
        let by = ActorId::new(PROGRAM).ok_or_else(unreadable)?;
        let lapse = Recorded { sequence: held.batch.version + 1, by, on: today, act: Act::Lapse };
        held.batch.apply(&lapse).map_err(refused_pay)?;
        let (kind, request) = (kind_of(&lapse.act)?, request_hash(std::slice::from_ref(&lapse.act))?);
        let transaction = format!("lapse-{}", lapse.sequence);
        self.write_batch_acts(tx, &held.batch.id, &[lapse], (&transaction, &request), now).await?;
        write_rows(tx, &before, (&held.batch, None), now).await?;
        self.note_act(tx, PROGRAM, held, (&kind, &transaction), now).await
    }
}
