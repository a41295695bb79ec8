//! Holds that had their time, and the vouchers of their own that let them go: nothing runs out in silence.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use shukun_base::{ActorId, Day, Note};
use shukun_fund::ledger::{Canonical, NewTransfer, Voucher, content_hash};
use shukun_fund::{TransferId, VoucherId};

use super::rows::read_transfer;
use super::unreadable;
use crate::error::Result;
use crate::sql::{all, statements, values};

statements! {
    EXPIRED = "SELECT * FROM transfers WHERE expires_on < $1 AND NOT EXISTS
        (SELECT 1 FROM transfers AS ended WHERE ended.pending_id = transfers.transfer_id) ORDER BY book_id, sequence";
}

/// Who lets them go, in the voucher and in the trail.
pub(in crate::fund) const PROGRAM: &str = "program";

/// By the voucher that held them.
pub(in crate::fund) type Expired = BTreeMap<VoucherId, Vec<NewTransfer>>;

pub(in crate::fund) async fn expired_holds(on: &impl ConnectionTrait, today: Day) -> Result<Expired> {
    let mut expired = Expired::new();
    for row in all(on, EXPIRED, values![today.to_string()]).await? {
        let held = read_transfer(&row)?;
        expired.entry(held.voucher).or_default().push(held.transfer);
    }
    Ok(expired)
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
