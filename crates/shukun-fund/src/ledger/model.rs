//! The ledger in plain Rust: the same accept and refuse as the database's constraints, written apart from them. Tests
//! compare the two after every step; where the database refused, the model says why.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::{ContentHash, Day, Fen};

use super::{
    AccountCode, CapUse, LedgerCode, LedgerRefusal, LineState, Needed, NewTransfer, PayableLine, PersonKey, Phase,
    ProgrammeKey, Restriction, Side, Voucher,
};
use crate::{BookId, LineId, TransferId, VoucherId};

/// What was debited and credited, posted and held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Debits posted.
    pub debits_posted: Fen,
    /// Debits held.
    pub debits_pending: Fen,
    /// Credits posted.
    pub credits_posted: Fen,
    /// Credits held.
    pub credits_pending: Fen,
}

impl Totals {
    /// The balance on an account's side.
    pub fn balance(&self, side: Side) -> Fen {
        match side {
            Side::Debit => self.debits_posted - self.credits_posted,
            Side::Credit => self.credits_posted - self.debits_posted,
        }
    }

    /// What is held of it.
    pub fn held(&self, side: Side) -> Fen {
        match side {
            Side::Debit => self.credits_pending,
            Side::Credit => self.debits_pending,
        }
    }

    /// The balance less what is held.
    pub fn free(&self, side: Side) -> Fen {
        self.balance(side) - self.held(side)
    }
}

/// An account in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelAccount {
    /// Its totals.
    pub totals: Totals,
    /// The restriction of a pot.
    pub restriction: Option<Restriction>,
}

/// A book in the model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ModelBook {
    /// Its accounts.
    pub accounts: BTreeMap<AccountCode, ModelAccount>,
    /// The last day of the last closed month.
    pub closed_through: Option<Day>,
}

/// Whose cap, of which year and programme.
pub type CapKey = (PersonKey, i16, ProgrammeKey);

/// Books and everything that decides whether a voucher is posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// The books.
    pub books: BTreeMap<BookId, ModelBook>,
    /// Resolution lines.
    pub lines: BTreeMap<LineId, PayableLine>,
    /// Vouchers that were posted, with the hash of their content.
    pub vouchers: BTreeMap<VoucherId, ContentHash>,
    /// Transfers that were posted, with their day.
    pub transfers: BTreeMap<TransferId, (NewTransfer, Day)>,
    /// Used and the cap.
    pub caps: BTreeMap<CapKey, (Fen, Fen)>,
}

/// What posting came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was posted.
    Posted,
    /// It had been posted before, the same to the byte.
    Replayed,
}

impl Model {
    /// Posts a voucher whole, or not at all.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn post(&mut self, voucher: &Voucher) -> Result<Outcome, LedgerRefusal> {
        voucher.check()?;
        let hash = voucher.request_hash();
        match self.vouchers.get(&voucher.id) {
            Some(known) if *known == hash => return Ok(Outcome::Replayed),
            Some(_) => return Err(LedgerCode::VoucherTaken.at(&voucher.id)),
            None => {}
        }
        let mut next = self.clone();
        for transfer in &voucher.transfers {
            next.apply(self, transfer, voucher.effective)?;
        }
        next.check_floors(voucher)?;
        next.check_caps()?;
        next.vouchers.insert(voucher.id.clone(), hash);
        *self = next;
        Ok(Outcome::Posted)
    }

    /// Free money of a book's pots, for [`share_among_pots`](super::share_among_pots).
    pub fn free(&self, book: &BookId, code: &AccountCode) -> Fen {
        let account = self.books.get(book).and_then(|book| book.accounts.get(code));
        account.map_or(Fen::ZERO, |account| account.totals.free(code.side()))
    }

    fn apply(&mut self, before: &Model, transfer: &NewTransfer, on: Day) -> Result<(), LedgerRefusal> {
        let book = self.books.get(&transfer.book).ok_or_else(|| LedgerCode::NoBook.at(&transfer.book))?;
        if book.closed_through.is_some_and(|closed| on <= closed) {
            return Err(LedgerCode::MonthClosed.at(on));
        }
        if self.transfers.contains_key(&transfer.id) {
            return Err(LedgerCode::TransferTaken.at(&transfer.id));
        }
        if transfer.corrects.as_ref().is_some_and(|corrected| !self.transfers.contains_key(corrected)) {
            return Err(LedgerCode::NothingToCorrect.at(&transfer.id));
        }
        let held = self.hold_of(before, transfer, on)?;
        if held.is_none() {
            self.check_key(transfer)?;
            self.check_line(transfer, on)?;
        }
        self.move_money(transfer, held.as_ref())?;
        self.move_cap(transfer, held.as_ref());
        self.transfers.insert(transfer.id.clone(), (transfer.clone(), on));
        Ok(())
    }

    /// The hold that a post or void ends; it stood before this voucher.
    fn hold_of(&self, before: &Model, transfer: &NewTransfer, on: Day) -> Result<Option<NewTransfer>, LedgerRefusal> {
        let Some(pending) = &transfer.pending else { return Ok(None) };
        let (held, from) = before.transfers.get(pending).ok_or_else(|| LedgerCode::NoHold.at(pending))?;
        if held.phase != Phase::Pending {
            return Err(LedgerCode::NoHold.at(pending));
        }
        if self.transfers.values().any(|(other, _)| other.pending.as_ref() == Some(pending)) {
            return Err(LedgerCode::HoldResolved.at(pending));
        }
        let is_same = (&held.book, &held.debit, &held.credit) == (&transfer.book, &transfer.debit, &transfer.credit);
        let is_within =
            transfer.amount <= held.amount && (transfer.phase == Phase::Post || transfer.amount == held.amount);
        if is_same && is_within && on >= *from {
            Ok(Some(held.clone()))
        } else {
            Err(LedgerCode::NotAsHeld.at(pending))
        }
    }

    fn check_key(&self, transfer: &NewTransfer) -> Result<(), LedgerRefusal> {
        let Some(key) = &transfer.business_key else { return Ok(()) };
        let is_taken = self
            .transfers
            .values()
            .any(|(other, _)| !other.phase.resolves() && other.business_key.as_ref() == Some(key));
        if is_taken { Err(LedgerCode::PaidAlready.at(&transfer.id)) } else { Ok(()) }
    }

    fn check_line(&self, transfer: &NewTransfer, on: Day) -> Result<(), LedgerRefusal> {
        let Some(line_id) = &transfer.line else { return Ok(()) };
        let line = self.lines.get(line_id).ok_or_else(|| LedgerCode::NoApprovedLine.at(line_id))?;
        if transfer.is_payout() {
            let key_fits = transfer.business_key.as_ref().is_some_and(|key| key.is_same_relief(&line.business_key));
            let is_open = matches!(line.state, LineState::Approved | LineState::Returned);
            if !key_fits || !is_open || line.amount != transfer.amount || line.book != transfer.book {
                return Err(LedgerCode::NoApprovedLine.at(line_id));
            }
            if self.transfers.values().any(|(other, _)| self.is_live_payout(other, line_id)) {
                return Err(LedgerCode::PaidAlready.at(line_id));
            }
        }
        self.check_restriction(transfer, line, on)
    }

    /// Held or posted for the line, and neither let go nor come back in full.
    fn is_live_payout(&self, payout: &NewTransfer, line: &LineId) -> bool {
        if payout.phase.resolves() || !payout.is_payout() || payout.line.as_ref() != Some(line) {
            return false;
        }
        let all = || self.transfers.values().map(|(transfer, _)| transfer);
        let end = all().find(|transfer| transfer.pending.as_ref() == Some(&payout.id));
        if end.is_some_and(|end| end.phase == Phase::Void) {
            return false;
        }
        let paid = end.map_or(payout.amount, |end| end.amount);
        let back: Fen = all()
            .filter(|transfer| transfer.corrects.as_ref() == Some(&payout.id) && transfer.phase == Phase::Single)
            .map(|transfer| transfer.amount)
            .sum();
        back < paid
    }

    fn check_restriction(&self, transfer: &NewTransfer, line: &PayableLine, on: Day) -> Result<(), LedgerRefusal> {
        let account = self.books.get(&transfer.book).and_then(|book| book.accounts.get(&transfer.debit));
        let restriction = account.and_then(|account| account.restriction.as_ref());
        let needed = line.needed(on, transfer.amount);
        let fits = !transfer.is_funding() || restriction.is_none_or(|restriction| restriction.fits(&needed));
        if fits { Ok(()) } else { Err(LedgerCode::RestrictionDoesNotFit.at(&transfer.debit)) }
    }

    fn move_money(&mut self, transfer: &NewTransfer, held: Option<&NewTransfer>) -> Result<(), LedgerRefusal> {
        let book = self.books.get_mut(&transfer.book).ok_or_else(|| LedgerCode::NoBook.at(&transfer.book))?;
        for (code, is_debit) in [(&transfer.debit, true), (&transfer.credit, false)] {
            let account = book.accounts.get_mut(code).ok_or_else(|| LedgerCode::NoAccount.at(code))?;
            let totals = &mut account.totals;
            let (posted, pending) = if is_debit {
                (&mut totals.debits_posted, &mut totals.debits_pending)
            } else {
                (&mut totals.credits_posted, &mut totals.credits_pending)
            };
            match transfer.phase {
                Phase::Single | Phase::Post => *posted += transfer.amount,
                Phase::Pending => *pending += transfer.amount,
                Phase::Void => {}
            }
            if let Some(held) = held {
                *pending -= held.amount;
            }
        }
        Ok(())
    }

    fn move_cap(&mut self, transfer: &NewTransfer, held: Option<&NewTransfer>) {
        let of = held.unwrap_or(transfer);
        let Some(CapUse { person_key, year, programme, cap }) = &of.cap else { return };
        let sign = if of.corrects.is_some() { -1 } else { 1 };
        let (used, limit) = self.caps.entry((person_key.clone(), *year, programme.clone())).or_default();
        let taken = match transfer.phase {
            Phase::Single | Phase::Pending => transfer.amount,
            Phase::Post => transfer.amount - of.amount,
            Phase::Void => -of.amount,
        };
        *used += Fen(taken.0 * sign);
        if held.is_none() {
            *limit = *cap;
        }
    }

    fn check_floors(&self, voucher: &Voucher) -> Result<(), LedgerRefusal> {
        let touched: BTreeSet<(&BookId, &AccountCode)> = voucher
            .transfers
            .iter()
            .flat_map(|transfer| [(&transfer.book, &transfer.debit), (&transfer.book, &transfer.credit)])
            .collect();
        let is_short =
            |(book, code): &&(&BookId, &AccountCode)| code.has_floor() && self.free(book, code).is_negative();
        touched
            .iter()
            .find(is_short)
            .map_or(Ok(()), |(book, code)| Err(LedgerCode::NotEnough.at(format!("{book} {code}"))))
    }

    fn check_caps(&self) -> Result<(), LedgerRefusal> {
        let over = self.caps.iter().find(|(_, (used, cap))| used > cap || used.is_negative());
        over.map_or(Ok(()), |((_, year, programme), _)| Err(LedgerCode::OverCap.at(format!("{programme} {year}"))))
    }
}

impl PayableLine {
    /// What restrictions look at.
    pub fn needed(&self, on: Day, amount: Fen) -> Needed {
        let (area, classes) = (self.area.clone(), self.classes.clone());
        Needed { programme: self.business_key.programme.clone(), area, classes, on, amount }
    }
}
