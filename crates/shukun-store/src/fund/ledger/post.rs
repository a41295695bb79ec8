//! Posting a voucher: all of it in one transaction, or none.
//!
//! The books it touches are locked in the order of their ids, so their transfers stand one after another. What may not be is
//! refused by the database itself (floors, the indexes that let a hold end once and a payout happen once, the triggers);
//! `why` finds the words for it afterwards. A restriction alone is looked at here, before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{DatabaseTransaction, Value};
use shukun_base::{ContentHash, Day, Fen, RegionCode};
use shukun_fund::ledger::model::CapKey;
use shukun_fund::ledger::{
    AccountCode, Hash, LedgerCode, Link, NewTransfer, PayableLine, Phase, Restriction, Voucher, link_hash,
};
use shukun_fund::{BookId, LineId, TransferId, VoucherId};

use super::refused;
use super::rows::{
    StoredTransfer, TRANSFER_COLUMNS, read_closed, read_hash, read_line, read_restriction, read_transfer, shown,
    values_of,
};
use crate::accounts::read_region;
use crate::audit::{Act, Entry, Object, append};
use crate::error::Result;
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Query, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    // Reads the row and holds it until the end: two vouchers on one book come one after the other.
    HOLD_BOOK = "UPDATE books SET sequence = sequence WHERE book_id = $1
        RETURNING region, sequence, head, closed_through";
    KNOWN = "SELECT request_hash FROM vouchers WHERE voucher_id = $1";
    MOVE = "UPDATE book_accounts SET debits_posted = debits_posted + $3, debits_pending = debits_pending + $4,
        credits_posted = credits_posted + $5, credits_pending = credits_pending + $6 WHERE book_id = $1 AND code = $2";
    WRITE_VOUCHER = "INSERT INTO vouchers (voucher_id, book_id, effective, words, maker, checker, request_hash,
        transfer_count, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    USE_CAP = "UPDATE benefit_years SET used_fen = used_fen + $5, cap_fen = COALESCE($6, cap_fen)
        WHERE region = $1 AND person_key = $2 AND year = $3 AND programme = $4";
    FIRST_CAP = "INSERT INTO benefit_years (region, person_key, year, programme, used_fen, cap_fen)
        VALUES ($1, $2, $3, $4, $5, $6)";
    ADVANCE = "UPDATE books SET sequence = $2, head = $3 WHERE book_id = $1";
    RESTRICTIONS = "SELECT code, restrictions.restriction_id, donor_id, purposes, area, classes, valid_from, valid_to, on_expiry,
        priority FROM book_accounts JOIN restrictions ON restrictions.restriction_id = book_accounts.restriction_id
        WHERE book_accounts.book_id = $1";
}

/// Rows written by one statement.
const AT_A_TIME: usize = 50;
/// Rows asked for by one statement.
const ASKED_AT_A_TIME: usize = 500;

/// What posting came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The voucher.
    pub voucher: VoucherId,
    /// Whether it had been posted before, the same to the byte: nothing was written.
    pub replayed: bool,
    /// Each book it touches, with the number and the hash of its last transfer.
    pub heads: Vec<(BookId, i64, ContentHash)>,
}

/// A book that is locked.
pub(super) struct Held {
    region: RegionCode,
    sequence: i64,
    head: Hash,
    closed_through: Option<Day>,
}

/// What a voucher adds to an account.
#[derive(Clone, Copy, Default)]
struct Delta {
    debits_posted: i64,
    debits_pending: i64,
    credits_posted: i64,
    credits_pending: i64,
}

type Books = BTreeMap<BookId, Held>;
type Holds = BTreeMap<TransferId, StoredTransfer>;

impl Store {
    /// Posts a voucher in every book it touches, whole or not at all, within a transaction of the caller, who has looked at
    /// permissions and at who made and checked it, and commits. Sent again, the same to the byte, it is answered as the first
    /// time. Where it fails the transaction is over; [`Store::why_refused`] then turns what the database said into words.
    ///
    /// # Errors
    /// The ledger's own code (`L101` …) where a rule or the books refuse. A connection that breaks while it commits leaves the
    /// answer unknown: send the same voucher again.
    pub(crate) async fn post_within(
        &self,
        tx: &DatabaseTransaction,
        scope: &Scope,
        voucher: &Voucher,
        now: Moment,
    ) -> Result<Posted> {
        self.post_as(tx, scope.account_id().as_str(), voucher, now).await
    }

    /// [`Store::post_within`] under this name in the trail: for what the program does by itself.
    pub(crate) async fn post_as(
        &self,
        tx: &DatabaseTransaction,
        account_id: &str,
        voucher: &Voucher,
        now: Moment,
    ) -> Result<Posted> {
        voucher.check().map_err(refused)?;
        let mut books = hold_books(tx, voucher).await?;
        let request = voucher.request_hash();
        if let Some(row) = find(tx, KNOWN, values![voucher.id.as_str()]).await? {
            if row.get::<String>("request_hash")? != request.as_str() {
                return Err(refused(LedgerCode::VoucherTaken.at(&voucher.id)));
            }
            return Ok(answer(voucher, &books, true));
        }
        refuse_closed(voucher, &books)?;
        let holds = load_holds(tx, voucher).await?;
        check_restrictions(tx, voucher).await?;
        move_money(tx, voucher, &holds).await?;
        use_caps(tx, voucher, &holds, &books).await?;
        write(tx, voucher, &request, &mut books, now).await?;
        for (book, held) in &books {
            let region = Some(&held.region);
            let (object, fields) = (Object::new("voucher", voucher.id.as_str()), format!("{book} {}", held.sequence));
            let entry = Entry { account_id, act: Act::VoucherPosted, object, region, fields: &fields, reason: None };
            append(self, tx, now, entry).await?;
        }
        Ok(answer(voucher, &books, false))
    }
}

fn answer(voucher: &Voucher, books: &Books, replayed: bool) -> Posted {
    let heads = books.iter().map(|(book, held)| (book.clone(), held.sequence, shown(&held.head)));
    Posted { voucher: voucher.id.clone(), replayed, heads: heads.collect() }
}

async fn hold_books(tx: &DatabaseTransaction, voucher: &Voucher) -> Result<Books> {
    let mut books = Books::new();
    for book in voucher.books() {
        books.insert(book.clone(), hold_book(tx, book).await?);
    }
    Ok(books)
}

pub(super) async fn hold_book(tx: &DatabaseTransaction, book: &BookId) -> Result<Held> {
    let row = find(tx, HOLD_BOOK, values![book.as_str()]).await?;
    let row = row.ok_or_else(|| refused(LedgerCode::NoBook.at(book)))?;
    Ok(Held {
        region: read_region(&row)?,
        sequence: row.get("sequence")?,
        head: read_hash(&row, "head")?,
        closed_through: read_closed(&row)?,
    })
}

impl Held {
    pub fn region(&self) -> &RegionCode {
        &self.region
    }

    pub fn head(&self) -> (i64, Hash) {
        (self.sequence, self.head)
    }

    pub fn closed_through(&self) -> Option<Day> {
        self.closed_through
    }
}

fn refuse_closed(voucher: &Voucher, books: &Books) -> Result<()> {
    let is_closed = |held: &Held| held.closed_through.is_some_and(|closed| voucher.effective <= closed);
    match books.iter().find(|(_, held)| is_closed(held)) {
        Some((book, _)) => Err(refused(LedgerCode::MonthClosed.at(format!("{book} {}", voucher.effective)))),
        None => Ok(()),
    }
}

/// The holds that the voucher ends; whether they may be ended so the database says when they are.
async fn load_holds(tx: &DatabaseTransaction, voucher: &Voucher) -> Result<Holds> {
    let ids: Vec<&str> =
        voucher.transfers.iter().filter_map(|transfer| Some(transfer.pending.as_ref()?.as_str())).collect();
    let mut holds = Holds::new();
    for some in ids.chunks(ASKED_AT_A_TIME) {
        for row in holds_query(some).all(tx).await? {
            let held = read_transfer(&row)?;
            holds.insert(held.transfer.id.clone(), held);
        }
    }
    let unknown =
        voucher.transfers.iter().filter_map(|transfer| transfer.pending.as_ref()).find(|id| !holds.contains_key(id));
    unknown.map_or(Ok(holds), |id| Err(refused(LedgerCode::NoHold.at(id))))
}

pub(crate) fn holds_query(ids: &[&str]) -> Query {
    let mut query = Query::new("SELECT ");
    query.push(TRANSFER_COLUMNS).push(" FROM transfers WHERE phase = 1 AND transfer_id IN (");
    query.bind_list(ids.iter().map(|id| Value::from(*id))).push(")");
    query
}

pub(crate) fn lines_query(ids: &[&str]) -> Query {
    let mut query = Query::new(
        "SELECT line_id, book_id, business_key, amount_fen, area, classes, state FROM resolution_lines WHERE line_id IN (",
    );
    query.bind_list(ids.iter().map(|id| Value::from(*id))).push(")");
    query
}

/// Whatever a pot pays has to fit the pot.
async fn check_restrictions(tx: &DatabaseTransaction, voucher: &Voucher) -> Result<()> {
    let is_new = |transfer: &&NewTransfer| !transfer.phase.resolves() && transfer.is_funding();
    let funding: Vec<&NewTransfer> = voucher.transfers.iter().filter(is_new).collect();
    let books: BTreeSet<&BookId> = funding.iter().map(|transfer| &transfer.book).collect();
    let mut pots = BTreeMap::new();
    for book in books {
        for row in all(tx, RESTRICTIONS, values![book.as_str()]).await? {
            if let Some(restriction) = read_restriction(&row)? {
                pots.insert((book, row.get::<String>("code")?), restriction);
            }
        }
    }
    let lines = load_lines(tx, &funding).await?;
    for transfer in funding {
        let restriction: Option<&Restriction> = pots.get(&(&transfer.book, transfer.debit.to_string()));
        let Some(line) = transfer.line.as_ref().and_then(|line| lines.get(line)) else {
            return Err(refused(LedgerCode::NoApprovedLine.at(&transfer.id)));
        };
        let needed = line.needed(voucher.effective, transfer.amount);
        if restriction.is_some_and(|restriction| !restriction.fits(&needed)) {
            return Err(refused(LedgerCode::RestrictionDoesNotFit.at(&transfer.debit)));
        }
    }
    Ok(())
}

async fn load_lines(tx: &DatabaseTransaction, funding: &[&NewTransfer]) -> Result<BTreeMap<LineId, PayableLine>> {
    let ids: BTreeSet<&str> = funding.iter().filter_map(|transfer| Some(transfer.line.as_ref()?.as_str())).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut lines = BTreeMap::new();
    for some in ids.chunks(ASKED_AT_A_TIME) {
        for row in lines_query(some).all(tx).await? {
            let line = read_line(&row)?;
            lines.insert(line.id.clone(), line);
        }
    }
    Ok(lines)
}

async fn move_money(tx: &DatabaseTransaction, voucher: &Voucher, holds: &Holds) -> Result<()> {
    for ((book, code), delta) in deltas(voucher, holds) {
        let Delta { debits_posted, debits_pending, credits_posted, credits_pending } = delta;
        let amounts = [debits_posted, debits_pending, credits_posted, credits_pending];
        let mut values = values![book.as_str(), code.as_str()];
        values.extend(amounts.map(Value::from));
        if execute(tx, MOVE, values).await? == 0 {
            return Err(refused(LedgerCode::NoAccount.at(format!("{book} {code}"))));
        }
    }
    Ok(())
}

/// What is added to each account, all transfers together: their order within a voucher says nothing.
fn deltas<'a>(voucher: &'a Voucher, holds: &Holds) -> BTreeMap<(&'a BookId, &'a AccountCode), Delta> {
    let mut deltas: BTreeMap<(&BookId, &AccountCode), Delta> = BTreeMap::new();
    for transfer in &voucher.transfers {
        let held = transfer.pending.as_ref().and_then(|id| holds.get(id)).map_or(0, |held| held.transfer.amount.0);
        let (posted, pending) = match transfer.phase {
            Phase::Single => (transfer.amount.0, 0),
            Phase::Pending => (0, transfer.amount.0),
            Phase::Post => (transfer.amount.0, -held),
            Phase::Void => (0, -held),
        };
        let debit = deltas.entry((&transfer.book, &transfer.debit)).or_default();
        debit.debits_posted += posted;
        debit.debits_pending += pending;
        let credit = deltas.entry((&transfer.book, &transfer.credit)).or_default();
        credit.credits_posted += posted;
        credit.credits_pending += pending;
    }
    deltas
}

/// A cap holds in a whole county, whichever of its books pays.
async fn use_caps(tx: &DatabaseTransaction, voucher: &Voucher, holds: &Holds, books: &Books) -> Result<()> {
    let changed = |(_, (used, cap)): &(_, (Fen, Option<Fen>))| !used.is_zero() || cap.is_some();
    for ((region, (person, year, programme)), (used, cap)) in
        cap_deltas(voucher, holds, books).into_iter().filter(changed)
    {
        let values = values![
            region.as_str(),
            person.as_str(),
            i64::from(year),
            programme.as_str(),
            used.0,
            cap.map(|cap| cap.0)
        ];
        if execute(tx, USE_CAP, values.clone()).await? == 0 {
            execute(tx, FIRST_CAP, values).await?;
        }
    }
    Ok(())
}

type CapDeltas = BTreeMap<(String, CapKey), (Fen, Option<Fen>)>;

fn cap_deltas(voucher: &Voucher, holds: &Holds, books: &Books) -> CapDeltas {
    let mut deltas = CapDeltas::new();
    for transfer in &voucher.transfers {
        let held = transfer.pending.as_ref().and_then(|id| holds.get(id)).map(|held| &held.transfer);
        let of = held.unwrap_or(transfer);
        let (Some(cap), Some(book)) = (&of.cap, books.get(&transfer.book)) else { continue };
        let taken = match transfer.phase {
            Phase::Single | Phase::Pending => transfer.amount,
            Phase::Post => transfer.amount - of.amount,
            Phase::Void => -of.amount,
        };
        let key = (county_of(&book.region), (cap.person_key.clone(), cap.year, cap.programme.clone()));
        let (used, limit) = deltas.entry(key).or_default();
        *used += if of.corrects.is_some() { -taken } else { taken };
        *limit = if held.is_none() { Some(cap.cap) } else { *limit };
    }
    deltas
}

/// The county that a place lies in, or the place itself where it is larger.
pub(super) fn county_of(region: &RegionCode) -> String {
    region.as_str().chars().take(6).collect()
}

async fn write(
    tx: &DatabaseTransaction,
    voucher: &Voucher,
    request: &ContentHash,
    books: &mut Books,
    now: Moment,
) -> Result<()> {
    let count = i64::try_from(voucher.transfers.len()).unwrap_or(i64::MAX);
    let home = books.keys().next().map(BookId::as_str).unwrap_or_default().to_owned();
    let values = values![
        voucher.id.as_str(),
        home,
        voucher.effective.to_string(),
        voucher.words.as_str(),
        voucher.maker.as_str(),
        voucher.checker.as_ref().map(|checker| checker.as_str()),
        request.as_str(),
        count,
        millis(now),
    ];
    execute(tx, WRITE_VOUCHER, values).await?;
    let mut rows = Vec::new();
    for (position, transfer) in (0..).zip(&voucher.transfers) {
        let held = books.get_mut(&transfer.book).ok_or_else(super::unreadable)?;
        let link = Link { sequence: held.sequence + 1, position, recorded_at: millis(now) };
        let hash = link_hash(&held.head, link, voucher, request, transfer);
        rows.push(values_of(voucher, transfer, link, &held.head, &hash));
        (held.sequence, held.head) = (link.sequence, hash);
    }
    for some in rows.chunks(AT_A_TIME) {
        insert_query(some).all(tx).await?;
    }
    for (book, held) in books.iter() {
        execute(tx, ADVANCE, values![book.as_str(), held.sequence, held.head.to_vec()]).await?;
    }
    Ok(())
}

pub(crate) fn insert_query(rows: &[Vec<Value>]) -> Query {
    let mut query = Query::new("INSERT INTO transfers (");
    query.push(TRANSFER_COLUMNS).push(") VALUES ").bind_rows(rows);
    query
}
