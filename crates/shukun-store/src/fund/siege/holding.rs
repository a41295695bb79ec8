//! Whether the books hold: everything read as it lies in the tables and added up once more, by other words than the audit of
//! the program itself.

use std::collections::BTreeMap;

use shukun_base::Fen;
use shukun_fund::ledger::model::Totals;
use shukun_fund::ledger::{Hash, NewTransfer, Phase, first_head, link_hash};

use super::*;
use crate::fund::ledger::StoredTransfer;

/// Every voucher of the books, whole; every account what its transfers make it; the chain without a gap; nothing below zero.
/// How many transfers there are.
pub(super) async fn check_books(store: &Store, scope: &Scope) -> usize {
    let mut count = 0;
    for row in store.books(scope).await.unwrap() {
        let transfers = transfers_of(store, &row.id).await;
        check_chain(store, scope, &row.id, &transfers, (row.sequence, &row.head)).await;
        let made = added_up(&transfers);
        for account in store.balances(scope, &row.id).await.unwrap() {
            let totals = made.get(account.code.as_str()).copied().unwrap_or_default();
            assert_eq!(account.totals, totals, "{} {}", row.id, account.code);
            assert!(!account.code.has_floor() || !account.free().is_negative(), "{} {}", row.id, account.code);
        }
        count += transfers.len();
    }
    store.verify_audit(None).await.unwrap();
    count
}

async fn check_chain(
    store: &Store,
    scope: &Scope,
    book: &BookId,
    transfers: &[StoredTransfer],
    (sequence, head): (i64, &str),
) {
    let mut previous: Hash = first_head(book);
    let mut vouchers = BTreeMap::new();
    for (number, stored) in (1..).zip(transfers) {
        let sent = match vouchers.get(&stored.voucher) {
            Some(sent) => sent,
            None => {
                let found = store.voucher(scope, &stored.voucher).await.unwrap().voucher;
                vouchers.entry(stored.voucher.clone()).or_insert(found)
            }
        };
        assert_eq!((stored.link.sequence, stored.previous.as_slice()), (number, previous.as_slice()));
        previous = link_hash(&previous, stored.link, sent, &sent.request_hash(), &stored.transfer);
        assert_eq!(stored.hash, previous, "transfer {number} of {book}");
    }
    let shown = shukun_fund::ledger::content_hash(previous);
    assert_eq!((sequence, head), (i64::try_from(transfers.len()).unwrap(), shown.as_str()), "the head of {book}");
}

fn added_up(transfers: &[StoredTransfer]) -> BTreeMap<String, Totals> {
    let mut accounts: BTreeMap<String, Totals> = BTreeMap::new();
    let holds: BTreeMap<_, Fen> =
        transfers.iter().map(|stored| (&stored.transfer.id, stored.transfer.amount)).collect();
    for NewTransfer { phase, pending, debit, credit, amount, .. } in transfers.iter().map(|stored| &stored.transfer) {
        let posted = if matches!(phase, Phase::Single | Phase::Post) { *amount } else { Fen::ZERO };
        let held = if *phase == Phase::Pending { *amount } else { Fen::ZERO };
        let let_go = pending.as_ref().map_or(Fen::ZERO, |id| holds[id]);
        let from = accounts.entry(debit.to_string()).or_default();
        from.debits_posted += posted;
        from.debits_pending += held - let_go;
        let to = accounts.entry(credit.to_string()).or_default();
        to.credits_posted += posted;
        to.credits_pending += held - let_go;
    }
    accounts
}
