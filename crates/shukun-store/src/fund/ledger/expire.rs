//! Holds that had their time, and the vouchers of their own that let them go: nothing runs out in silence.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use shukun_base::{ActorId, Day, Note};
use shukun_fund::ledger::{Canonical, NewTransfer, Voucher, content_hash};
use shukun_fund::{TransferId, VoucherId};

use super::rows::read_transfer;
use super::unreadable;
use crate::error::Result;
use crate::sql::{all, statements, values};

statements! {
    EXPIRED = "SELECT DISTINCT voucher_id FROM transfers WHERE expires_on < $1 AND NOT EXISTS
        (SELECT 1 FROM transfers AS ended WHERE ended.pending_id = transfers.transfer_id) ORDER BY voucher_id";
    OF_VOUCHER = "SELECT * FROM transfers WHERE voucher_id = $2 AND expires_on < $1 AND NOT EXISTS
        (SELECT 1 FROM transfers AS ended WHERE ended.pending_id = transfers.transfer_id) ORDER BY book_id, sequence";
}

/// Who lets them go, in the voucher and in the trail.
pub(in crate::fund) const PROGRAM: &str = "program";

/// Vouchers with holds whose last day is over, each once.
pub(in crate::fund) async fn vouchers_with_expired(
    on: &impl ConnectionTrait,
    today: Day,
) -> Result<BTreeSet<VoucherId>> {
    let rows = all(on, EXPIRED, values![today.to_string()]).await?;
    rows.iter().map(|row| VoucherId::new(&row.get::<String>("voucher_id")?).ok_or_else(unreadable)).collect()
}

/// The holds of a voucher whose last day is over, as they are now.
pub(in crate::fund) async fn expired_holds(
    on: &impl ConnectionTrait,
    voucher: &VoucherId,
    today: Day,
) -> Result<Vec<NewTransfer>> {
    let rows = all(on, OF_VOUCHER, values![today.to_string(), voucher.as_str()]).await?;
    rows.iter().map(|row| read_transfer(row).map(|held| held.transfer)).collect()
}

/// The same ids for the same holds, so that two servers let them go once.
pub(in crate::fund) fn void_voucher(held_by: &VoucherId, holds: &[NewTransfer], today: Day) -> Result<Voucher> {
    let mut bytes = Canonical::of("shukun expiry 1");
    bytes.text(held_by.as_str());
    holds.iter().for_each(|held| {
        bytes.text(held.id.as_str());
    });
    let hash = content_hash(bytes.hash());
    let name = format!("expired-{}", hash.as_str().get(..32).unwrap_or_default());
    let voids =
        holds.iter().enumerate().map(|(number, held)| Some(held.voided(TransferId::new(&format!("{name}-{number}"))?)));
    Ok(Voucher {
        id: VoucherId::new(&name).ok_or_else(unreadable)?,
        effective: today,
        words: Note::new("预留到期，自动撤销").map_err(|_| unreadable())?,
        maker: ActorId::new(PROGRAM).ok_or_else(unreadable)?,
        checker: None,
        transfers: voids.collect::<Option<_>>().ok_or_else(unreadable)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use crate::testing::{at, on_both};

    #[test]
    fn a_hold_is_let_go_the_day_after_its_last() {
        on_both(|db| async move {
            let store = db.open().await;
            let maker = &keepers(&store).await[0];
            books(&store, maker).await;
            resolve(&store, &line(1)).await;
            store.post_voucher(maker, &opening(), at(5)).await.unwrap();
            let held = relief("hold", &line(1), &[("unrestricted", 300)], Some(DAY));
            store.post_voucher(maker, &held, at(5)).await.unwrap();
            assert_eq!(store.expire_holds(at(60)).await.unwrap(), 0);
            assert_eq!(store.expire_holds(at(24 * 60)).await.unwrap(), 2);
            assert_eq!(store.expire_holds(at(24 * 60)).await.unwrap(), 0);
            let again = relief("again", &line(1), &[("unrestricted", 300)], None);
            assert_eq!(store.post_voucher(maker, &again, at(5)).await.unwrap_err().code, "L121", "its key was used");
            assert_eq!(store.audit_ledger().await.unwrap(), vec![]);
        });
    }
}
