//! The invariants of the books, as checks over what is stored: every rule that the database keeps, once more and by
//! other words. Those of other rooms (the bank's statements, public totals, records held against the audit trail) are added by them.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shukun_base::{ContentHash, Day, Fen, RegionCode};

use super::model::{CapKey, Totals};
use super::{
    AccountCode, AccountHead, BookKind, Hash, LineState, Link, Month, NewTransfer, PayableLine, Phase, Restriction,
    TrialRow, Voucher, first_head, link_hash, trial_hash,
};
use crate::{BookId, LineId, TransferId, VoucherId};

shukun_base::words! {
    /// What always holds.
    pub enum Invariant {
        Balanced "I1" "每本账借贷相等，已入账和预留各自相等" "each book's debits equal its credits, posted and held",
        Recomputed "I2" "科目余额等于逐笔重算" "balances are what the transfers add up to",
        Floors "I3" "资产、负债、净资产不为负，预留也算" "no asset, liability or pot falls below nothing, held money counted",
        HeldOnce "I4" "每笔预留至多了结一次，不超过预留" "a hold ends at most once, with at most what was held",
        PaidOnce "I5" "同一救助至多付一次" "the same relief is paid at most once",
        Caps "I6" "本人年度累计不超封顶，预留也算" "nobody goes over a yearly cap, held money counted",
        Chain "I7" "逐笔哈希链连续且到头" "the chain of hashes has no gap and ends at the head",
        ClosedMonths "I8" "已结月份的哈希未变" "closed months have the hashes they were closed with",
        PaidByLine "I9" "拨付都有通过的决议行，金额相同" "a payout has an approved line of its amount",
        Restrictions "I10" "资金池支出符合限定用途" "pots pay only what their restriction fits",
        Reconciled "I11" "银行账减未达等于对账单" "the bank's ledger less what is outstanding is the statement",
        WholeVouchers "I12" "凭证完整，内容未变" "vouchers are whole and as they were sent",
        TwoPeople "I13" "制单与复核、提出与批准不是同一人" "maker and checker, proposer and approver are two people",
        PublicTotals "I14" "公开数等于同一时点已入账合计" "public totals are the posted sums at the same cut",
        BooksPair "I15" "账间应付等于应收" "what a book owes another is what the other is owed",
        VillagePools "I16" "村级资金支出不超过可用" "a village's pool pays no more than it has",
        AsWritten "I17" "存证的每条记录读得出，与写入时相同" "every kept record can be read and is as it was written",
    }
}

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Which invariant.
    pub invariant: Invariant,
    /// Where: ids of books, accounts, transfers, vouchers, months; no person.
    pub at: String,
}

/// An account as stored.
#[derive(Clone, Debug)]
pub struct AuditedAccount {
    /// Its code.
    pub code: AccountCode,
    /// The side that is stored for it, and whether its floor is.
    pub side_and_floor: (String, bool),
    /// Its totals.
    pub totals: Totals,
    /// The restriction of a pot.
    pub restriction: Option<Restriction>,
}

/// A book as stored.
#[derive(Clone, Debug)]
pub struct AuditedBook {
    /// Its id.
    pub id: BookId,
    /// Whose money.
    pub kind: BookKind,
    /// Where it lies.
    pub region: RegionCode,
    /// The number and hash of its last transfer.
    pub head: (i64, Hash),
    /// The last closed day.
    pub closed_through: Option<Day>,
    /// Its accounts.
    pub accounts: Vec<AuditedAccount>,
}

/// A voucher's row.
#[derive(Clone, Debug)]
pub struct AuditedVoucher {
    /// The voucher without its transfers.
    pub voucher: Voucher,
    /// The hash it was sent with.
    pub request_hash: ContentHash,
    /// How many transfers it was posted with.
    pub count: i64,
    /// The first of its books, under which lists have it, and when it was written down, in milliseconds.
    pub listed: (BookId, i64),
}

/// A transfer's row.
#[derive(Clone, Debug)]
pub struct AuditedTransfer {
    /// The transfer.
    pub transfer: NewTransfer,
    /// Its voucher.
    pub voucher: VoucherId,
    /// Its place.
    pub link: Link,
    /// Its day.
    pub effective: Day,
    /// The hash before it, as stored.
    pub previous: Vec<u8>,
    /// Its own, as stored.
    pub hash: Vec<u8>,
}

/// A month's row.
#[derive(Clone, Debug)]
pub struct AuditedMonth {
    /// Of which book.
    pub book: BookId,
    /// Which month.
    pub month: Month,
    /// Whether it is closed, or only proposed.
    pub is_closed: bool,
    /// The head it was closed with.
    pub head: (i64, Hash),
    /// The hash of its trial balance.
    pub trial: Hash,
    /// Who proposed and who approved.
    pub people: (String, Option<String>),
}

/// Everything that is audited; transfers by book and number.
#[derive(Clone, Debug, Default)]
pub struct Audited {
    /// Books.
    pub books: Vec<AuditedBook>,
    /// Vouchers.
    pub vouchers: BTreeMap<VoucherId, AuditedVoucher>,
    /// Transfers.
    pub transfers: Vec<AuditedTransfer>,
    /// Lines of resolutions.
    pub lines: BTreeMap<LineId, PayableLine>,
    /// Months.
    pub months: Vec<AuditedMonth>,
    /// Caps by county: used and the cap.
    pub caps: BTreeMap<(String, CapKey), (Fen, Fen)>,
}

/// Everything that does not hold, in the order of the invariants.
pub fn audit(all: &Audited) -> Vec<Finding> {
    let look = Look::new(all);
    let mut found = BTreeSet::new();
    for book in &all.books {
        look.balances(book, &mut found);
        look.chain(book, &mut found);
    }
    look.holds(&mut found);
    look.payouts(&mut found);
    look.caps(&mut found);
    look.months(&mut found);
    look.vouchers(&mut found);
    look.pairs(&mut found);
    look.pools(&mut found);
    found.into_iter().collect()
}

/// The trial balance of one book's transfers up to a day, accounts in the order of their codes.
pub fn trial_balance<'a>(transfers: impl Iterator<Item = (&'a NewTransfer, Day)>, until: Day) -> Vec<TrialRow> {
    let within: Vec<&NewTransfer> = transfers.filter(|(_, day)| *day <= until).map(|(transfer, _)| transfer).collect();
    let held: BTreeMap<&TransferId, Fen> = within
        .iter()
        .filter(|transfer| transfer.phase == Phase::Pending)
        .map(|transfer| (&transfer.id, transfer.amount))
        .collect();
    let mut totals: BTreeMap<&AccountCode, Totals> = BTreeMap::new();
    for transfer in within {
        let ended = transfer.pending.as_ref().and_then(|id| held.get(id)).copied().unwrap_or_default();
        let (posted, pending) = match transfer.phase {
            Phase::Single => (transfer.amount, Fen::ZERO),
            Phase::Pending => (Fen::ZERO, transfer.amount),
            Phase::Post => (transfer.amount, -ended),
            Phase::Void => (Fen::ZERO, -ended),
        };
        let debit = totals.entry(&transfer.debit).or_default();
        debit.debits_posted += posted;
        debit.debits_pending += pending;
        let credit = totals.entry(&transfer.credit).or_default();
        credit.credits_posted += posted;
        credit.credits_pending += pending;
    }
    totals.into_iter().map(|(code, totals)| trial_row(code.clone(), &totals)).collect()
}

/// An account's line of a trial balance.
pub fn trial_row(code: AccountCode, totals: &Totals) -> TrialRow {
    TrialRow {
        code,
        debits_posted: totals.debits_posted.0,
        debits_pending: totals.debits_pending.0,
        credits_posted: totals.credits_posted.0,
        credits_pending: totals.credits_pending.0,
    }
}

type Found = BTreeSet<Finding>;

fn find(found: &mut Found, invariant: Invariant, holds: bool, at: impl ToString) {
    if !holds {
        found.insert(Finding { invariant, at: at.to_string() });
    }
}

struct Look<'a> {
    all: &'a Audited,
    by_id: BTreeMap<&'a TransferId, &'a AuditedTransfer>,
    ended_by: BTreeMap<&'a TransferId, Vec<&'a AuditedTransfer>>,
    brought_back: BTreeMap<&'a TransferId, Fen>,
}

impl<'a> Look<'a> {
    fn new(all: &'a Audited) -> Look<'a> {
        let by_id = all.transfers.iter().map(|row| (&row.transfer.id, row)).collect();
        let mut ended_by: BTreeMap<_, Vec<_>> = BTreeMap::new();
        let mut brought_back: BTreeMap<_, Fen> = BTreeMap::new();
        for row in &all.transfers {
            if let Some(pending) = &row.transfer.pending {
                ended_by.entry(pending).or_default().push(row);
            }
            if let (Some(corrected), Phase::Single) = (&row.transfer.corrects, row.transfer.phase) {
                *brought_back.entry(corrected).or_default() += row.transfer.amount;
            }
        }
        Look { all, by_id, ended_by, brought_back }
    }

    fn of_book(&self, book: &'a BookId) -> impl Iterator<Item = &'a AuditedTransfer> {
        self.all.transfers.iter().filter(move |row| row.transfer.book == *book)
    }

    /// I1, I2, I3.
    fn balances(&self, book: &'a AuditedBook, found: &mut Found) {
        let mut sum = Totals::default();
        let of_book = self.of_book(&book.id).map(|row| (&row.transfer, row.effective));
        let recomputed: BTreeMap<AccountCode, TrialRow> =
            trial_balance(of_book, Day::MAX).into_iter().map(|row| (row.code.clone(), row)).collect();
        for account in &book.accounts {
            let (at, totals) = (format!("{} {}", book.id, account.code), &account.totals);
            sum.debits_posted += totals.debits_posted;
            sum.debits_pending += totals.debits_pending;
            sum.credits_posted += totals.credits_posted;
            sum.credits_pending += totals.credits_pending;
            let stored = trial_row(account.code.clone(), totals);
            let nothing = trial_row(account.code.clone(), &Totals::default());
            let is_same = recomputed.get(&account.code).unwrap_or(&nothing) == &stored;
            find(found, Invariant::Recomputed, is_same, &at);
            let (side, floor) = (account.code.side(), account.code.has_floor());
            let is_kept = account.side_and_floor == (side.key().to_owned(), floor);
            find(found, Invariant::Floors, is_kept && (!floor || !totals.free(side).is_negative()), &at);
        }
        let known: BTreeSet<&AccountCode> = book.accounts.iter().map(|account| &account.code).collect();
        for code in recomputed.keys() {
            find(found, Invariant::Recomputed, known.contains(code), format!("{} {code}", book.id));
        }
        let is_even = sum.debits_posted == sum.credits_posted && sum.debits_pending == sum.credits_pending;
        find(found, Invariant::Balanced, is_even, &book.id);
    }

    /// I7.
    fn chain(&self, book: &'a AuditedBook, found: &mut Found) {
        let (mut sequence, mut head) = (0, first_head(&book.id));
        for row in self.of_book(&book.id) {
            let at = format!("{} {}", book.id, row.link.sequence);
            find(found, Invariant::Chain, row.link.sequence == sequence + 1 && row.previous == head, &at);
            let hash = self.all.vouchers.get(&row.voucher).map(|sent| {
                let day_is_same = sent.voucher.effective == row.effective;
                let hash = link_hash(&head, row.link, &sent.voucher, &sent.request_hash, &row.transfer);
                day_is_same && row.hash == hash
            });
            find(found, Invariant::Chain, hash == Some(true), &at);
            sequence = row.link.sequence;
            head = row.hash.as_slice().try_into().unwrap_or_default();
        }
        find(found, Invariant::Chain, book.head == (sequence, head), &book.id);
    }

    /// I4.
    fn holds(&self, found: &mut Found) {
        for row in &self.all.transfers {
            let ends = &row.transfer;
            let Some(pending) = &ends.pending else { continue };
            let fits = self.by_id.get(pending).is_some_and(|held| {
                let held = &held.transfer;
                let is_same = (&held.book, &held.debit, &held.credit) == (&ends.book, &ends.debit, &ends.credit);
                held.phase == Phase::Pending && is_same && ends.amount <= held.amount
            });
            let is_once = self.ended_by.get(pending).is_none_or(|all| all.len() == 1);
            find(found, Invariant::HeldOnce, fits && is_once, &ends.id);
        }
    }

    fn is_live(&self, payout: &NewTransfer) -> bool {
        let end = self.ended_by.get(&payout.id).and_then(|ends| ends.first());
        if end.is_some_and(|end| end.transfer.phase == Phase::Void) {
            return false;
        }
        let paid = end.map_or(payout.amount, |end| end.transfer.amount);
        self.brought_back.get(&payout.id).copied().unwrap_or_default() < paid
    }

    /// I5, I9, I10.
    fn payouts(&self, found: &mut Found) {
        let (mut keys, mut live) = (BTreeSet::new(), BTreeSet::new());
        for row in self.all.transfers.iter().filter(|row| !row.transfer.phase.resolves()) {
            let transfer = &row.transfer;
            let line = transfer.line.as_ref().and_then(|line| self.all.lines.get(line));
            if transfer.is_payout() {
                let key = transfer.business_key.as_ref();
                find(found, Invariant::PaidOnce, key.is_some_and(|key| keys.insert(key)), &transfer.id);
                let is_live = self.is_live(transfer);
                let is_once = !is_live || live.insert(transfer.line.as_ref());
                find(found, Invariant::PaidOnce, is_once, &transfer.id);
                find(
                    found,
                    Invariant::PaidByLine,
                    line.is_some_and(|line| allows(line, transfer, is_live)),
                    &transfer.id,
                );
            }
            if transfer.is_funding() {
                let fits = line.is_some_and(|line| self.fits(line, transfer, row.effective));
                find(found, Invariant::Restrictions, fits, &transfer.id);
            }
        }
    }

    fn fits(&self, line: &PayableLine, transfer: &NewTransfer, on: Day) -> bool {
        let book = self.all.books.iter().find(|book| book.id == transfer.book);
        let pot = book.and_then(|book| book.accounts.iter().find(|account| account.code == transfer.debit));
        let needed = line.needed(on, transfer.amount);
        pot.is_some_and(|pot| pot.restriction.as_ref().is_none_or(|restriction| restriction.fits(&needed)))
    }

    /// I6.
    fn caps(&self, found: &mut Found) {
        let mut used: BTreeMap<(String, CapKey), Fen> = BTreeMap::new();
        let county = |book: &BookId| {
            let book = self.all.books.iter().find(|known| known.id == *book);
            book.map(|book| book.region.as_str().chars().take(6).collect::<String>()).unwrap_or_default()
        };
        let mut limits: BTreeMap<(String, CapKey), (i64, BTreeSet<Fen>)> = BTreeMap::new();
        for row in &self.all.transfers {
            let transfer = &row.transfer;
            let Some(cap) = &transfer.cap else { continue };
            let taken = match self.ended_by.get(&transfer.id).and_then(|ends| ends.first()) {
                Some(end) if end.transfer.phase == Phase::Void => Fen::ZERO,
                Some(end) => end.transfer.amount,
                None => transfer.amount,
            };
            let key = (county(&transfer.book), (cap.person_key.clone(), cap.year, cap.programme.clone()));
            // The cap that stands is the one that was named last.
            let last = limits.entry(key.clone()).or_insert((row.link.recorded_at, BTreeSet::new()));
            if last.0 < row.link.recorded_at {
                *last = (row.link.recorded_at, BTreeSet::new());
            }
            if last.0 == row.link.recorded_at {
                last.1.insert(cap.cap);
            }
            *used.entry(key).or_default() += if transfer.corrects.is_some() { -taken } else { taken };
        }
        let keys: BTreeSet<_> = used.keys().chain(self.all.caps.keys()).collect();
        for key in keys {
            let stored = self.all.caps.get(key).copied().unwrap_or_default();
            let is_used = used.get(key).copied().unwrap_or_default() == stored.0;
            // The person's code stays out of what is reported.
            let at = format!("{} {} {}", key.0, key.1.1, key.1.2);
            let is_cap = limits.get(key).is_some_and(|(_, caps)| caps.contains(&stored.1));
            find(found, Invariant::Caps, is_used && is_cap && stored.0 <= stored.1, at);
        }
    }

    /// I8, and the two people of I13.
    fn months(&self, found: &mut Found) {
        for book in &self.all.books {
            let closed = self.all.months.iter().filter(|month| month.book == book.id && month.is_closed);
            let last = closed.map(|month| month.month.last_day()).max();
            find(found, Invariant::ClosedMonths, last == book.closed_through, &book.id);
        }
        for month in &self.all.months {
            let at = format!("{} {}", month.book, month.month);
            let (proposed, approved) = &month.people;
            find(found, Invariant::TwoPeople, approved.as_ref() != Some(proposed), &at);
            if month.is_closed {
                find(found, Invariant::ClosedMonths, self.is_as_closed(month), &at);
            }
        }
    }

    fn is_as_closed(&self, month: &AuditedMonth) -> bool {
        let Some(book) = self.all.books.iter().find(|book| book.id == month.book) else { return false };
        let until = month.month.last_day();
        let rows = trial_balance(self.of_book(&book.id).map(|row| (&row.transfer, row.effective)), until);
        let is_trial = trial_hash(&book.id, month.month, &rows) == month.trial;
        let (sequence, head) = month.head;
        let at_head = self.of_book(&book.id).find(|row| row.link.sequence == sequence).map(|row| row.hash.as_slice());
        let is_head = at_head.unwrap_or(&first_head(&book.id)) == head;
        let is_shut = self.of_book(&book.id).all(|row| row.link.sequence <= sequence || row.effective > until);
        is_trial && is_head && is_shut
    }

    /// I12, and the two people of I13.
    fn vouchers(&self, found: &mut Found) {
        let mut rows: BTreeMap<&VoucherId, Vec<&AuditedTransfer>> = BTreeMap::new();
        for row in &self.all.transfers {
            rows.entry(&row.voucher).or_default().push(row);
        }
        for (id, sent) in &self.all.vouchers {
            let mut of_it = rows.remove(id).unwrap_or_default();
            of_it.sort_by_key(|row| row.link.position);
            let in_order = (0..).zip(&of_it).all(|(position, row)| row.link.position == position);
            let is_all = i64::try_from(of_it.len()).is_ok_and(|count| count == sent.count);
            let transfers = of_it.iter().map(|row| row.transfer.clone()).collect();
            let is_same = Voucher { transfers, ..sent.voucher.clone() }.request_hash() == sent.request_hash;
            let home = of_it.iter().map(|row| &row.transfer.book).min();
            let is_listed =
                home == Some(&sent.listed.0) && of_it.iter().all(|row| row.link.recorded_at == sent.listed.1);
            find(found, Invariant::WholeVouchers, in_order && is_all && is_same && is_listed, id);
            let checked = sent.voucher.checker.as_ref() != Some(&sent.voucher.maker);
            find(found, Invariant::TwoPeople, checked, id);
        }
        for id in rows.keys() {
            find(found, Invariant::WholeVouchers, false, id);
        }
    }

    /// I15.
    fn pairs(&self, found: &mut Found) {
        let mut owed: BTreeMap<(String, String), (Fen, Fen)> = BTreeMap::new();
        for book in &self.all.books {
            for account in &book.accounts {
                let (posted, pending) = (account.totals.balance(account.code.side()), pending_net(account));
                let (this, other) = (book.id.to_string(), account.code.part().unwrap_or_default().to_owned());
                let (key, sign) = match account.code.head() {
                    AccountHead::DueTo => ((this, other), 1),
                    AccountHead::DueFrom => ((other, this), -1),
                    _ => continue,
                };
                let entry = owed.entry(key).or_default();
                entry.0 += Fen(posted.0 * sign);
                entry.1 += Fen(pending.0 * sign);
            }
        }
        for ((from, to), (posted, pending)) in owed {
            find(found, Invariant::BooksPair, posted.is_zero() && pending.is_zero(), format!("{from} → {to}"));
        }
    }

    /// I16: what relief took from a pool's own money, held money with it, against all that came in less what else went out.
    fn pools(&self, found: &mut Found) {
        let is_pool =
            |book: &&AuditedBook| matches!(book.kind, BookKind::VillagePool | BookKind::TownPool | BookKind::CareFund);
        for book in self.all.books.iter().filter(is_pool) {
            let (mut there, mut paid) = (Fen::ZERO, Fen::ZERO);
            for row in self.of_book(&book.id) {
                let transfer = &row.transfer;
                let is_relief = transfer.is_funding();
                let amount = match transfer.phase {
                    Phase::Single | Phase::Post => transfer.amount,
                    Phase::Pending if is_relief && !self.ended_by.contains_key(&transfer.id) => transfer.amount,
                    Phase::Pending | Phase::Void => continue,
                };
                if is_relief {
                    paid += amount;
                } else if is_own_money(&transfer.credit) && !is_own_money(&transfer.debit) {
                    there += amount;
                } else if is_own_money(&transfer.debit) && !is_own_money(&transfer.credit) {
                    there -= amount;
                }
            }
            find(found, Invariant::VillagePools, paid <= there, &book.id);
        }
    }
}

fn is_own_money(code: &AccountCode) -> bool {
    matches!(code.head(), AccountHead::Unrestricted | AccountHead::Pot | AccountHead::Unit)
}

fn pending_net(account: &AuditedAccount) -> Fen {
    match account.code.side() {
        super::Side::Debit => account.totals.debits_pending - account.totals.credits_pending,
        super::Side::Credit => account.totals.credits_pending - account.totals.debits_pending,
    }
}

/// A line that was approved once allows its payout: it may have been paid or stopped since. Withdrawn it may be when what
/// was held was let go.
fn allows(line: &PayableLine, payout: &NewTransfer, is_live: bool) -> bool {
    let is_open = match line.state {
        LineState::Approved | LineState::Paid | LineState::Returned | LineState::Blocked => true,
        LineState::Withdrawn => !is_live,
        LineState::Proposed => false,
    };
    let key_fits = payout.business_key.as_ref().is_some_and(|key| key.is_same_relief(&line.business_key));
    is_open && key_fits && line.amount == payout.amount && line.book == payout.book
}
