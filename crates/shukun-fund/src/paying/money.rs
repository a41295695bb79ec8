//! What paying does to the books: a voucher for each step, in the accounts of [`crate::ledger::account`].
//!
//! - the last approval holds: each pot's part and the payout of each line, or, where a line came back before, its waiting money;
//! - sending posts what was held and takes the money from the bank's account to what is in transit;
//! - an answer settles: what was owed goes against what is in transit; what failed or came back waits under its reason;
//! - what is given up or given back goes to the pots it came from, the last one that paid first.

use std::collections::BTreeMap;

use shukun_base::{ActorId, Day, Fen, Note, Text};

use super::{Batch, PayCode, PayRefusal, Payment, PaymentRules, PaymentState};
use crate::ledger::{
    AccountCode, AccountHead, LedgerCode, LedgerRefusal, NewTransfer, PayableLine, PotBalance, Relief, TransferCode,
    Voucher, relief_transfers, share_among_pots,
};
use crate::paying::FailureReason;
use crate::{LineId, TransferId, VoucherId};

/// Why there is no voucher: paying says no, or the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoneyRefusal {
    /// Paying.
    Pay(PayRefusal),
    /// The ledger.
    Ledger(LedgerRefusal),
}

impl MoneyRefusal {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            MoneyRefusal::Pay(refusal) => refusal.code.key(),
            MoneyRefusal::Ledger(refusal) => refusal.code.key(),
        }
    }

    /// What happened, where, and how to mend it.
    pub fn text(&self) -> Text {
        match self {
            MoneyRefusal::Pay(refusal) => refusal.text(),
            MoneyRefusal::Ledger(refusal) => refusal.text(),
        }
    }
}

impl From<PayRefusal> for MoneyRefusal {
    fn from(refusal: PayRefusal) -> MoneyRefusal {
        MoneyRefusal::Pay(refusal)
    }
}

impl From<LedgerRefusal> for MoneyRefusal {
    fn from(refusal: LedgerRefusal) -> MoneyRefusal {
        MoneyRefusal::Ledger(refusal)
    }
}

/// Who books it and when.
#[derive(Clone, Debug)]
pub struct Booking {
    /// The voucher, chosen by the caller.
    pub voucher: VoucherId,
    /// The day in the books.
    pub on: Day,
    /// Who made it.
    pub maker: ActorId,
    /// Who checked it.
    pub checker: Option<ActorId>,
    /// The bank account of the book: `bank:…`.
    pub bank: AccountCode,
}

type Result<T> = std::result::Result<T, MoneyRefusal>;

fn broken() -> MoneyRefusal {
    PayCode::NotTheRecord.into_money()
}

impl PayCode {
    fn into_money(self) -> MoneyRefusal {
        MoneyRefusal::Pay(self.into())
    }
}

impl Booking {
    fn voucher(&self, words: &str, transfers: Vec<NewTransfer>) -> Result<Voucher> {
        let words = Note::new(words).map_err(|_| broken())?;
        let (id, maker, checker) = (self.voucher.clone(), self.maker.clone(), self.checker.clone());
        let voucher = Voucher { id, effective: self.on, words, maker, checker, transfers };
        voucher.check()?;
        Ok(voucher)
    }

    fn id(&self, number: usize) -> Result<TransferId> {
        TransferId::new(&format!("{}-{number}", self.voucher)).ok_or_else(broken)
    }

    fn single(
        &self,
        number: usize,
        of: (&Batch, &Payment),
        accounts: (AccountCode, AccountCode),
        code: TransferCode,
    ) -> Result<NewTransfer> {
        let (batch, payment) = of;
        let amount = payment.of.amount;
        let transfer = NewTransfer::single(self.id(number)?, batch.book.clone(), accounts, amount, code);
        Ok(NewTransfer { line: Some(payment.of.line.clone()), ..transfer })
    }
}

fn account(head: AccountHead, of: &str) -> Result<AccountCode> {
    AccountCode::of(head, of).ok_or_else(broken)
}

/// `in-transit:<batch>`
pub fn in_transit(batch: &Batch) -> Option<AccountCode> {
    AccountCode::of(AccountHead::InTransit, batch.id.as_str())
}

/// `approved-unpaid:<programme>`
pub fn unpaid(batch: &Batch) -> Option<AccountCode> {
    AccountCode::of(AccountHead::ApprovedUnpaid, batch.programme.as_str())
}

/// Where money waits that came back for this reason.
pub fn waiting(reason: FailureReason) -> Option<AccountCode> {
    AccountCode::of(AccountHead::Returned, reason.key())
}

/// What the books and the charter say when money is held.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// The lines of resolutions.
    pub lines: &'a BTreeMap<LineId, PayableLine>,
    /// The last issue of each line that was held or paid: one more is the next, also after a hold that was let go.
    pub issued: &'a BTreeMap<LineId, u32>,
    /// The pots of the book.
    pub pots: &'a [PotBalance],
    /// The county's rules.
    pub rules: &'a PaymentRules,
}

/// Holds the money of every payment: pots are asked in their fixed order, and what one payment takes the next does not find.
///
/// # Errors
/// A line that is not there or says otherwise, pots that are too small, a cap that nobody wrote down.
pub fn hold(batch: &Batch, booking: &Booking, means: &Means<'_>) -> Result<Voucher> {
    let days = jiff::Span::new().try_days(i64::from(means.rules.hold_days)).map_err(|_| broken())?;
    let until = booking.on.checked_add(days).map_err(|_| broken())?;
    let (mut pots, mut transfers) = (means.pots.to_vec(), Vec::new());
    for payment in &batch.payments {
        let line = means.lines.get(&payment.of.line).ok_or_else(|| LedgerCode::NoApprovedLine.at(&payment.of.line))?;
        if line.amount != payment.of.amount || !line.business_key.is_same_relief(&payment.of.key) {
            return Err(LedgerCode::NoApprovedLine.at(&line.id).into());
        }
        let issue = means.issued.get(&line.id).copied().unwrap_or(0).saturating_add(1);
        let line = &PayableLine { business_key: line.business_key.issued(issue), ..line.clone() };
        let key = &line.business_key;
        let cap = means.rules.cap_use(&key.programme, &key.person_key, key.year)?;
        match &payment.of.again {
            Some(again) => {
                let accounts = (account(AccountHead::Returned, again.reason.key())?, unpaid(batch).ok_or_else(broken)?);
                let transfer = booking.single(transfers.len(), (batch, payment), accounts, TransferCode::Reissue)?;
                transfers.push(NewTransfer { business_key: Some(key.clone()), cap, ..transfer }.held(until));
            }
            None => {
                let shares = share_among_pots(&pots, &line.needed(booking.on, line.amount))?;
                take(&mut pots, &shares);
                let relief = Relief { line, shares: &shares, cap, rule_hash: None, held_until: Some(until) };
                let of_line = relief_transfers(&booking.voucher, transfers.len(), &relief).ok_or_else(broken)?;
                transfers.extend(of_line);
            }
        }
    }
    booking.voucher("拨付批次审批通过，预留资金", transfers)
}

fn take(pots: &mut [PotBalance], shares: &[(AccountCode, Fen)]) {
    for (account, share) in shares {
        if let Some(pot) = pots.iter_mut().find(|pot| pot.account == *account) {
            pot.free -= *share;
        }
    }
}

/// Lets go of what is held.
///
/// # Errors
/// None that a batch's own record does not rule out.
pub fn let_go(batch: &Batch, booking: &Booking) -> Result<Voucher> {
    let ends = batch.holds.iter().enumerate().map(|(number, hold)| Ok(hold.voided(booking.id(number)?)));
    booking.voucher("拨付批次作废或退回，释放预留", ends.collect::<Result<_>>()?)
}

/// Posts what is held, and takes it from the bank to what is in transit.
///
/// # Errors
/// As [`let_go`].
pub fn send(batch: &Batch, booking: &Booking) -> Result<Voucher> {
    let ends = batch.holds.iter().enumerate().map(|(number, hold)| Ok(hold.posted(booking.id(number)?, hold.amount)));
    let mut transfers = ends.collect::<Result<Vec<_>>>()?;
    for payment in &batch.payments {
        let accounts = (in_transit(batch).ok_or_else(broken)?, booking.bank.clone());
        transfers.push(booking.single(transfers.len(), (batch, payment), accounts, TransferCode::Sent)?);
    }
    booking.voucher("拨付批次交付银行", transfers)
}

/// They arrived: what was owed goes against what is in transit, a transfer for each payment.
///
/// # Errors
/// As [`let_go`].
pub fn settle(batch: &Batch, payments: &[&Payment], booking: &Booking) -> Result<Voucher> {
    let each = payments.iter().enumerate().map(|(number, payment)| settled(number, (batch, payment), booking));
    booking.voucher("银行已付", each.collect::<Result<_>>()?)
}

fn settled(number: usize, of: (&Batch, &Payment), booking: &Booking) -> Result<NewTransfer> {
    let accounts = (unpaid(of.0).ok_or_else(broken)?, in_transit(of.0).ok_or_else(broken)?);
    booking.single(number, of, accounts, TransferCode::Settled)
}

/// It failed or came back: the bank has the money again, and it waits under its reason. What it took of the person's year is
/// given back.
///
/// # Errors
/// As [`let_go`].
pub fn come_back(batch: &Batch, payment: &Payment, reason: FailureReason, booking: &Booking) -> Result<Voucher> {
    let mut transfers = Vec::new();
    if payment.state == PaymentState::Sent {
        transfers.push(settled(0, (batch, payment), booking)?);
    }
    let accounts = (booking.bank.clone(), waiting(reason).ok_or_else(broken)?);
    let back = booking.single(transfers.len(), (batch, payment), accounts, TransferCode::BankReturn)?;
    let payout = payout(batch, payment)?;
    transfers.push(NewTransfer { corrects: Some(payout.id.clone()), cap: payout.cap.clone(), ..back });
    booking.voucher("银行退汇", transfers)
}

/// The hold of a payment's payout.
fn payout<'a>(batch: &'a Batch, payment: &Payment) -> Result<&'a NewTransfer> {
    let is_payout = |hold: &&NewTransfer| hold.is_payout() && hold.line.as_ref() == Some(&payment.of.line);
    batch.holds.iter().find(is_payout).ok_or_else(broken)
}

/// Came back for good: what waits goes to the pots that paid the line. `shares` are what each pot gave, in its order.
///
/// # Errors
/// `P123` where the shares are less than the amount.
pub fn give_up(
    batch: &Batch,
    payment: &Payment,
    reason: FailureReason,
    shares: &[(AccountCode, Fen)],
    booking: &Booking,
) -> Result<Voucher> {
    let from = waiting(reason).ok_or_else(broken)?;
    let transfers = to_pots(batch, payment, (&from, payment.of.amount), shares, booking)?;
    booking.voucher("退汇款退回原资金池", transfers)
}

/// The household gave back: the bank has it, and it goes to the pots that paid the line.
///
/// # Errors
/// As [`give_up`].
pub fn recover(
    batch: &Batch,
    payment: &Payment,
    amount: Fen,
    shares: &[(AccountCode, Fen)],
    booking: &Booking,
) -> Result<Voucher> {
    let mut transfers = to_pots(batch, payment, (&booking.bank, amount), shares, booking)?;
    let payout = payout(batch, payment)?;
    for transfer in &mut transfers {
        (transfer.corrects, transfer.cap) = (Some(payout.id.clone()), payout.cap.clone());
    }
    booking.voucher("追回救助款", transfers)
}

/// The pot that was asked last gets its money first: what was given with the narrowest purpose is used up.
fn to_pots(
    batch: &Batch,
    payment: &Payment,
    (from, amount): (&AccountCode, Fen),
    shares: &[(AccountCode, Fen)],
    booking: &Booking,
) -> Result<Vec<NewTransfer>> {
    let given_back = payment.recovered;
    let (mut skip, mut open, mut transfers) = (given_back, amount, Vec::new());
    for (pot, share) in shares.iter().rev() {
        let left = (*share - skip).or_zero();
        skip = (skip - *share).or_zero();
        let part = left.min(open);
        if part > Fen::ZERO {
            let accounts = (from.clone(), pot.clone());
            let transfer = booking.single(transfers.len(), (batch, payment), accounts, TransferCode::Recovery)?;
            transfers.push(NewTransfer { amount: part, ..transfer });
            open -= part;
        }
    }
    if open.is_zero() { Ok(transfers) } else { Err(broken()) }
}

/// What each pot gave to a line, as a batch's holds tell.
pub fn shares_of(batch: &Batch, line: &LineId) -> Vec<(AccountCode, Fen)> {
    let of_line = batch.holds.iter().filter(|hold| hold.is_funding() && hold.line.as_ref() == Some(line));
    of_line.filter(|hold| hold.code == TransferCode::Funding).map(|hold| (hold.debit.clone(), hold.amount)).collect()
}
