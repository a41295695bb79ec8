//! Vouchers (凭证): transfers that are posted together or not at all, and what is wrong with one whatever the books say.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shukun_base::{ActorId, ContentHash, Day, Fen, Note};

use super::canonical::Hash;
use super::{AccountClass, AccountHead, Canonical, LedgerCode, LedgerRefusal, NewTransfer, Phase};
use crate::{BookId, LineId, VoucherId};

/// The largest amount of one transfer: sums of many of them still fit.
pub const LARGEST: Fen = Fen::yuan(10_000_000_000);

/// A voucher.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voucher {
    /// Chosen by the caller before it is sent: sent again it is the same voucher.
    pub id: VoucherId,
    /// The day in the books.
    pub effective: Day,
    /// What it is about (摘要).
    pub words: Note,
    /// Who made it.
    pub maker: ActorId,
    /// Who checked it; somebody else.
    pub checker: Option<ActorId>,
    /// Its transfers, in one book or in several.
    pub transfers: Vec<NewTransfer>,
}

impl Voucher {
    /// The books it touches, in the order in which they are locked.
    pub fn books(&self) -> BTreeSet<&BookId> {
        self.transfers.iter().map(|transfer| &transfer.book).collect()
    }

    /// The hash of everything in it: the same id with another hash is refused.
    pub fn request_hash(&self) -> ContentHash {
        let mut bytes = Canonical::of("shukun voucher 1");
        bytes.text(self.id.as_str()).text(&self.effective.to_string()).text(self.words.as_str());
        bytes.text(self.maker.as_str()).maybe(self.checker.as_ref().map(ActorId::as_str));
        for transfer in &self.transfers {
            transfer.write(&mut bytes);
        }
        content_hash(bytes.hash())
    }

    /// What is wrong with it, whatever the books say.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), LedgerRefusal> {
        if self.transfers.is_empty() {
            return Err(LedgerCode::Empty.at(&self.id));
        }
        if self.checker.as_ref() == Some(&self.maker) {
            return Err(LedgerCode::SamePerson.at(&self.id));
        }
        let mut seen = BTreeSet::new();
        for transfer in &self.transfers {
            if !seen.insert(&transfer.id) {
                return Err(LedgerCode::TransferTwice.at(&transfer.id));
            }
            transfer.check(self.effective)?;
        }
        self.check_books_pair()?;
        self.check_funding()
    }

    /// What a book owes another in this voucher, the other is owed.
    fn check_books_pair(&self) -> Result<(), LedgerRefusal> {
        let mut owed: BTreeMap<(&str, &str, bool), Fen> = BTreeMap::new();
        for transfer in &self.transfers {
            let is_held = transfer.phase == Phase::Pending;
            for (code, sign) in [(&transfer.debit, -1), (&transfer.credit, 1)] {
                let (book, other) = (transfer.book.as_str(), code.part().unwrap_or_default());
                let amount = Fen(transfer.amount.0.saturating_mul(sign));
                match code.head() {
                    _ if transfer.phase == Phase::Void => {}
                    AccountHead::DueTo => *owed.entry((book, other, is_held)).or_default() += amount,
                    AccountHead::DueFrom => *owed.entry((other, book, is_held)).or_default() += amount,
                    _ => {}
                }
            }
        }
        let unpaired = owed.iter().find(|(_, amount)| !amount.is_zero());
        unpaired.map_or(Ok(()), |((from, to, _), _)| Err(LedgerCode::BooksDoNotPair.at(format!("{from} → {to}"))))
    }

    /// What pots give to a line is what the line is paid.
    fn check_funding(&self) -> Result<(), LedgerRefusal> {
        let mut open: BTreeMap<(&BookId, Option<&LineId>, Phase), Fen> = BTreeMap::new();
        for transfer in self.transfers.iter().filter(|transfer| transfer.phase != Phase::Void) {
            let key = (&transfer.book, transfer.line.as_ref(), transfer.phase);
            for (code, sign) in [(&transfer.debit, 1), (&transfer.credit, -1)] {
                if code.head() == AccountHead::Relief {
                    *open.entry(key).or_default() += Fen(transfer.amount.0.saturating_mul(sign));
                }
            }
        }
        let unfunded = open.iter().find(|(_, amount)| !amount.is_zero());
        unfunded.map_or(Ok(()), |((_, line, _), _)| {
            Err(LedgerCode::NotFunded.at(line.map_or(self.id.as_str(), |line| line.as_str())))
        })
    }
}

impl NewTransfer {
    fn check(&self, effective: Day) -> Result<(), LedgerRefusal> {
        let is_new = !self.phase.resolves();
        let is_memo = |code: &super::AccountCode| code.class() == AccountClass::Memo;
        let holds_until = self.expires_on.is_some_and(|last| last >= effective);
        let lacks_line = self.line.is_none() || self.business_key.is_none();
        let wrong = [
            (self.amount <= Fen::ZERO, LedgerCode::AmountNotPositive),
            (self.amount > LARGEST, LedgerCode::AmountTooLarge),
            (self.debit == self.credit, LedgerCode::SameAccount),
            (self.phase.resolves() != self.pending.is_some(), LedgerCode::PhaseWithoutHold),
            ((self.phase == Phase::Pending) != holds_until, LedgerCode::ExpiryMissing),
            (self.phase != Phase::Pending && self.expires_on.is_some(), LedgerCode::ExpiryMissing),
            (is_memo(&self.debit) != is_memo(&self.credit), LedgerCode::MemoWithMoney),
            (is_new && self.is_payout() && lacks_line, LedgerCode::PayoutWithoutLine),
            (self.business_key.is_some() && !(is_new && self.is_payout()), LedgerCode::PayoutWithoutLine),
            (self.phase.resolves() && self.cap.is_some(), LedgerCode::PhaseWithoutHold),
            (is_new && self.is_funding() && self.line.is_none(), LedgerCode::PayoutWithoutLine),
            (is_new && self.needs_resolution() && self.resolution.is_none(), LedgerCode::WithoutResolution),
        ];
        wrong.iter().find(|(is_wrong, _)| *is_wrong).map_or(Ok(()), |(_, code)| Err(code.at(&self.id)))
    }
}

/// A hash in the digits in which records keep it.
pub fn content_hash(hash: Hash) -> ContentHash {
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    #[expect(clippy::expect_used, reason = "32 bytes are 64 lower-case hexadecimal digits")]
    ContentHash::new(&digits).expect("64 digits")
}
