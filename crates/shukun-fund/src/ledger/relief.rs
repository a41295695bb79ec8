//! The transfers of one household's relief: each pot's part, and the payout of the whole line.

use shukun_base::{ContentHash, Day, Fen};

use super::{AccountCode, AccountHead, CapUse, NewTransfer, PayableLine, TransferCode};
use crate::{TransferId, VoucherId};

/// What a line is paid with.
#[derive(Clone, Debug)]
pub struct Relief<'a> {
    /// The line.
    pub line: &'a PayableLine,
    /// Pots and their parts, from [`share_among_pots`](super::share_among_pots).
    pub shares: &'a [(AccountCode, Fen)],
    /// What it takes of the person's cap, where the programme has one.
    pub cap: Option<CapUse>,
    /// The rule version the amount was computed by.
    pub rule_hash: Option<ContentHash>,
    /// Held until this day; none posts it at once.
    pub held_until: Option<Day>,
}

/// Dr pot Cr relief for each part, Dr relief Cr approved-unpaid for the line. Ids are `<voucher>-<number>`, counted on from
/// `first`; `None` where the voucher's id leaves no room for that. The payout is the last of them.
pub fn relief_transfers(voucher: &VoucherId, first: usize, relief: &Relief<'_>) -> Option<Vec<NewTransfer>> {
    let line = relief.line;
    let programme = line.business_key.programme.as_str();
    let expense = AccountCode::of(AccountHead::Relief, programme)?;
    let due = AccountCode::of(AccountHead::ApprovedUnpaid, programme)?;
    let funding =
        relief.shares.iter().map(|(pot, share)| ((pot.clone(), expense.clone()), *share, TransferCode::Funding));
    let payout = std::iter::once(((expense.clone(), due), line.amount, TransferCode::Payout));
    let transfers = funding.chain(payout).enumerate().map(|(number, (accounts, amount, code))| {
        let id = TransferId::new(&format!("{voucher}-{}", first + number))?;
        let transfer = NewTransfer {
            line: Some(line.id.clone()),
            rule_hash: relief.rule_hash.clone(),
            ..NewTransfer::single(id, line.book.clone(), accounts, amount, code)
        };
        let is_payout = code == TransferCode::Payout;
        let transfer = NewTransfer {
            business_key: is_payout.then(|| line.business_key.clone()),
            cap: relief.cap.clone().filter(|_| is_payout),
            ..transfer
        };
        Some(relief.held_until.map_or_else(|| transfer.clone(), |until| transfer.clone().held(until)))
    });
    transfers.collect()
}
