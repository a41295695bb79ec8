//! Rows of the ledger, read and written.

use sea_orm::Value;
use shukun_base::{ActorId, ContentHash, Day, Fen, Note, RegionCode};
use shukun_fund::ledger::model::Totals;
use shukun_fund::ledger::{
    AccountCode, BusinessKey, CapUse, Hash, LineState, Link, NewTransfer, OnExpiry, PayableLine, PersonKey, Phase,
    ProgrammeKey, Restriction, TransferCode, Voucher, content_hash,
};
use shukun_fund::{BookId, DonorId, LineId, ResolutionId, RestrictionId, TransferId, VoucherId};

use super::unreadable;
use crate::error::Result;
use crate::moment::{Moment, moment};
use crate::sql::{Row, values};

/// The columns of `transfers`, in the order of [`values_of`].
pub(super) const TRANSFER_COLUMNS: &str =
    "book_id, sequence, transfer_id, voucher_id, position, phase, pending_id, debit,
    credit, amount_fen, code, business_key, line_id, resolution_id, rule_hash, corrects_id, cap_person, cap_year,
    cap_programme, cap_fen, expires_on, effective, recorded_at, previous, hash";

/// A transfer as it lies in its book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTransfer {
    /// What was posted.
    pub transfer: NewTransfer,
    /// With which voucher.
    pub voucher: VoucherId,
    /// Its place.
    pub link: Link,
    /// The day in the books.
    pub effective: Day,
    /// When it was written down.
    pub recorded_at: Moment,
    /// The hash of the transfer before it.
    pub previous: Vec<u8>,
    /// Its own.
    pub hash: Vec<u8>,
}

pub(super) fn values_of(
    voucher: &Voucher,
    transfer: &NewTransfer,
    link: Link,
    previous: &Hash,
    hash: &Hash,
) -> Vec<Value> {
    let cap = transfer.cap.as_ref();
    values![
        transfer.book.as_str(),
        link.sequence,
        transfer.id.as_str(),
        voucher.id.as_str(),
        link.position,
        transfer.phase.number(),
        transfer.pending.as_ref().map(TransferId::as_str),
        transfer.debit.as_str(),
        transfer.credit.as_str(),
        transfer.amount.0,
        transfer.code.key(),
        transfer.business_key.as_ref().map(ToString::to_string),
        transfer.line.as_ref().map(LineId::as_str),
        transfer.resolution.as_ref().map(ResolutionId::as_str),
        transfer.rule_hash.as_ref().map(ContentHash::as_str),
        transfer.corrects.as_ref().map(TransferId::as_str),
        cap.map(|cap| cap.person_key.as_str()),
        cap.map(|cap| i64::from(cap.year)),
        cap.map(|cap| cap.programme.as_str()),
        cap.map(|cap| cap.cap.0),
        transfer.expires_on.map(|day| day.to_string()),
        voucher.effective.to_string(),
        link.recorded_at,
        previous.to_vec(),
        hash.to_vec(),
    ]
}

/// A text column through its type's own reader.
pub(super) fn read<T>(row: &Row, column: &str, of: impl Fn(&str) -> Option<T>) -> Result<T> {
    of(&row.get::<String>(column)?).ok_or_else(unreadable)
}

pub(super) fn read_maybe<T>(row: &Row, column: &str, of: impl Fn(&str) -> Option<T>) -> Result<Option<T>> {
    let text: Option<String> = row.get(column)?;
    text.map(|text| of(&text).ok_or_else(unreadable)).transpose()
}

pub(super) fn day(text: &str) -> Option<Day> {
    text.parse().ok()
}

pub(crate) fn read_transfer(row: &Row) -> Result<StoredTransfer> {
    let recorded_at: i64 = row.get("recorded_at")?;
    let link = Link { sequence: row.get("sequence")?, position: row.get("position")?, recorded_at };
    let transfer = NewTransfer {
        id: read(row, "transfer_id", TransferId::new)?,
        book: read(row, "book_id", BookId::new)?,
        phase: Phase::from_number(row.get("phase")?).ok_or_else(unreadable)?,
        pending: read_maybe(row, "pending_id", TransferId::new)?,
        debit: read(row, "debit", AccountCode::new)?,
        credit: read(row, "credit", AccountCode::new)?,
        amount: Fen(row.get("amount_fen")?),
        code: read(row, "code", TransferCode::find)?,
        business_key: read_maybe(row, "business_key", BusinessKey::parse)?,
        line: read_maybe(row, "line_id", LineId::new)?,
        resolution: read_maybe(row, "resolution_id", ResolutionId::new)?,
        rule_hash: read_maybe(row, "rule_hash", ContentHash::new)?,
        corrects: read_maybe(row, "corrects_id", TransferId::new)?,
        cap: read_cap(row)?,
        expires_on: read_maybe(row, "expires_on", day)?,
    };
    Ok(StoredTransfer {
        transfer,
        voucher: read(row, "voucher_id", VoucherId::new)?,
        link,
        effective: read(row, "effective", day)?,
        recorded_at: moment(recorded_at)?,
        previous: row.get("previous")?,
        hash: row.get("hash")?,
    })
}

fn read_cap(row: &Row) -> Result<Option<CapUse>> {
    let Some(person_key) = read_maybe(row, "cap_person", PersonKey::new)? else {
        let says_more = row.get::<Option<i64>>("cap_year")?.is_some()
            || row.get::<Option<String>>("cap_programme")?.is_some()
            || row.get::<Option<i64>>("cap_fen")?.is_some();
        return if says_more { Err(unreadable()) } else { Ok(None) };
    };
    let year: i64 = row.get("cap_year")?;
    Ok(Some(CapUse {
        person_key,
        year: i16::try_from(year).map_err(|_| unreadable())?,
        programme: read(row, "cap_programme", ProgrammeKey::new)?,
        cap: Fen(row.get("cap_fen")?),
    }))
}

pub(super) fn read_totals(row: &Row) -> Result<Totals> {
    let fen = |column| row.get(column).map(Fen);
    Ok(Totals {
        debits_posted: fen("debits_posted")?,
        debits_pending: fen("debits_pending")?,
        credits_posted: fen("credits_posted")?,
        credits_pending: fen("credits_pending")?,
    })
}

/// Where a column may be empty because nothing was joined.
pub(super) fn read_restriction(row: &Row) -> Result<Option<Restriction>> {
    let Some(id) = read_maybe(row, "restriction_id", RestrictionId::new)? else { return Ok(None) };
    let purposes: String = row.get("purposes")?;
    let classes: String = row.get("classes")?;
    let purposes: Option<Vec<_>> = purposes.split_whitespace().map(ProgrammeKey::new).collect();
    Ok(Some(Restriction {
        id,
        donor: read_maybe(row, "donor_id", DonorId::new)?,
        purposes: purposes.ok_or_else(unreadable)?,
        area: read_maybe(row, "area", RegionCode::new)?,
        classes: classes.split_whitespace().map(str::to_owned).collect(),
        valid_from: read(row, "valid_from", day)?,
        valid_to: read_maybe(row, "valid_to", day)?,
        on_expiry: read(row, "on_expiry", OnExpiry::find)?,
        priority: row.get("priority")?,
    }))
}

pub(super) fn read_line(row: &Row) -> Result<PayableLine> {
    let classes: String = row.get("classes")?;
    Ok(PayableLine {
        id: read(row, "line_id", LineId::new)?,
        book: read(row, "book_id", BookId::new)?,
        business_key: read(row, "business_key", BusinessKey::parse)?,
        amount: Fen(row.get("amount_fen")?),
        area: read(row, "area", RegionCode::new)?,
        classes: classes.split_whitespace().map(str::to_owned).collect(),
        state: read(row, "state", LineState::find)?,
    })
}

/// A voucher without its transfers.
pub(super) fn read_voucher(row: &Row) -> Result<Voucher> {
    Ok(Voucher {
        id: read(row, "voucher_id", VoucherId::new)?,
        effective: read(row, "effective", day)?,
        words: read(row, "words", |text| Note::new(text).ok())?,
        maker: read(row, "maker", ActorId::new)?,
        checker: read_maybe(row, "checker", ActorId::new)?,
        transfers: Vec::new(),
    })
}

pub(super) fn read_hash(row: &Row, column: &str) -> Result<Hash> {
    row.get::<Vec<u8>>(column)?.try_into().map_err(|_| unreadable())
}

/// The last day of the last closed month; empty is none.
pub(super) fn read_closed(row: &Row) -> Result<Option<Day>> {
    let closed: String = row.get("closed_through")?;
    if closed.is_empty() { Ok(None) } else { day(&closed).map(Some).ok_or_else(unreadable) }
}

/// Bytes of a hash as records show them; empty for none.
pub(super) fn shown(hash: &Hash) -> ContentHash {
    content_hash(*hash)
}
