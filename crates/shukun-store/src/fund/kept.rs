//! What the fund writes down, held against the audit trail. Whoever writes a record leaves a keyed hash of its rows in the trail,
//! in the same transaction; the audit works every hash out once more.
//!
//! A record is what one act writes into one table: the lines of a statement, the acts of one order on a batch, a month's closing. The
//! trail is keyed and chained ([`crate::audit`]), so a hand in the database changes no row, takes none away and puts none in without
//! the hash saying so. What follows from other rows (balances, where a payment stands) has no hash: it is worked out.
//!
//! INVARIANT: every row of a kept table is in a record of the trail; a record that goes on is looked at before it is
//! changed ([`Store::still_kept`]), so that nothing wrong is ever written down as right. Start at [`Store::keep`].

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, Value};
use sha2::{Digest as _, Sha256};
use shukun_base::RegionCode;
use shukun_fund::ledger::audit::{Finding, Invariant};

use crate::audit::{Act, Entry, Object, Told, append};
use crate::chance::hex;
use crate::error::{Result, StoreError};
use crate::moment::Moment;
use crate::sql::{Query, Row};
use crate::store::Store;

/// A table whose rows are held against the trail.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    /// Its name: the kind of the record in the trail.
    pub table: &'static str,
    /// Columns that all rows of one record share.
    record: &'static [&'static str],
    pub texts: &'static [&'static str],
    pub numbers: &'static [&'static str],
    pub bytes: &'static [&'static str],
}

macro_rules! kept {
    ($($(#[$doc:meta])* $name:ident $table:literal by $record:tt: texts $texts:tt, numbers $numbers:tt, bytes $bytes:tt;)+) => {
        $($(#[$doc])* pub(crate) const $name: Kept =
            Kept { table: $table, record: &$record, texts: &$texts, numbers: &$numbers, bytes: &$bytes };)+

        /// Every one.
        pub(crate) const ALL: &[Kept] = &[$($name),+];
    };
}

kept! {
    /// A book as it was opened.
    BOOK "books" by ["book_id"]:
        texts ["book_id", "name", "owner", "kind", "region", "opened_by"], numbers ["opened_at"], bytes [];
    /// An account as it was opened.
    ACCOUNT "book_accounts" by ["book_id", "code"]:
        texts ["book_id", "code", "side", "restriction_id"], numbers ["floor_zero", "opened_at"], bytes [];
    /// What a donor's money is for.
    RESTRICTION "restrictions" by ["restriction_id"]:
        texts ["restriction_id", "book_id", "donor_id", "purposes", "area", "classes", "valid_from", "valid_to", "on_expiry",
            "made_by"],
        numbers ["priority", "made_at"], bytes [];
    /// The closing of a month. It goes on: proposed, then closed.
    MONTH "periods" by ["book_id", "month"]:
        texts ["book_id", "month", "state", "proposed_by", "approved_by"],
        numbers ["head_sequence", "proposed_at", "approved_at"], bytes ["head_hash", "trial_hash"];
    /// A resolution.
    RESOLUTION "resolutions" by ["resolution_id"]:
        texts ["resolution_id", "book_id", "meeting_id", "number", "decided_on", "minutes_hash", "recorded_by"],
        numbers ["recorded_at"], bytes [];
    /// A line of a resolution as it took effect. Its state follows from its payments.
    LINE "resolution_lines" by ["line_id"]:
        texts ["line_id", "resolution_id", "book_id", "case_id", "person_key", "business_key", "programme", "area", "classes"],
        numbers ["amount_fen"], bytes [];
    /// The account that a line is paid to.
    PAYEE "payee_accounts" by ["line_id", "number"]:
        texts ["line_id", "payee_key", "account_key", "entered_by"], numbers ["number", "entered_at"], bytes ["payee"];
    /// A county's rules of paying.
    PAYING_RULES "payment_settings" by ["setting_id"]:
        texts ["setting_id", "region", "words", "set_by"], numbers ["set_at"], bytes [];
    /// The acts of one order on a batch.
    BATCH_ACTS "batch_acts" by ["batch_id", "transaction_id"]:
        texts ["batch_id", "transaction_id", "request_hash", "kind", "by_account"], numbers ["sequence", "at"], bytes ["act"];
    /// A file to the bank, an answer of the bank, a paper.
    BANK_FILE "bank_files" by ["batch_id", "way", "file_hash"]:
        texts ["batch_id", "way", "file_hash", "ending", "made_by"], numbers ["made_at"], bytes ["content"];
    /// A statement of the bank.
    STATEMENT "statement_files" by ["book_id", "file_hash"]:
        texts ["book_id", "file_hash", "bank_account", "closing_on", "read_by"],
        numbers ["closing_fen", "line_count", "read_at"], bytes [];
    /// Its lines.
    STATEMENT_LINES "statement_lines" by ["book_id", "file_hash"]:
        texts ["statement_line_id", "book_id", "bank_account", "file_hash", "booked_on", "reference", "read_by"],
        numbers ["line_number", "amount_fen", "balance_fen", "read_at"], bytes ["counterparty"];
    /// What somebody matched at one moment.
    MATCHES "statement_matches" by ["matched_by", "matched_at"]:
        texts ["statement_line_id", "transfer_id", "rule", "matched_by"], numbers ["matched_at"], bytes [];
    /// A match by hand. It goes on: proposed, proposed anew, confirmed.
    PROPOSAL "match_proposals" by ["statement_line_id"]:
        texts ["statement_line_id", "transfer_ids", "proposed_by", "confirmed_by"], numbers ["proposed_at"], bytes [];
    /// A statement of the fund as it was drawn up. It goes on: published, or withdrawn.
    DRAFT "publication_drafts" by ["draft_id"]:
        texts ["draft_id", "book_id", "from_day", "to_day", "body", "ledger_head", "made_by", "state", "checked_by", "reason",
            "ended_by"],
        numbers ["ledger_seq", "made_at", "checked_at"], bytes [];
    /// A statement of the fund that was published.
    PUBLICATION "publications" by ["publication_id"]:
        texts ["publication_id", "book_id", "from_day", "to_day", "body", "ledger_head"], numbers ["ledger_seq", "published_at"],
        bytes [];
    /// Which payments its figures are about.
    PUBLISHED_SETS "publication_sets" by ["publication_id"]:
        texts ["publication_id", "book_id", "payments"], numbers ["set_number"], bytes [];
    /// A correction as it was drawn up. It goes on: published, or withdrawn.
    NOTE_DRAFT "publication_note_drafts" by ["note_id"]:
        texts ["note_id", "publication_id", "book_id", "body", "made_by", "state", "checked_by"], numbers ["made_at"], bytes [];
    /// A correction that was published.
    NOTE "publication_notes" by ["note_id"]:
        texts ["publication_id", "note_id", "body"], numbers ["note_number", "published_at"], bytes [];
    /// What was sealed of a statement.
    SEAL "receipt_seals" by ["publication_id"]:
        texts ["publication_id", "book_id", "region", "header", "sealed_by"],
        numbers ["log_place", "count", "total_fen", "paid_fen", "came_back_fen", "earlier_fen", "sealed_at"],
        bytes ["commitments", "leaves"];
    /// What opens its commitments.
    OPENINGS "receipt_openings" by ["publication_id"]:
        texts ["publication_id", "line_id"], numbers ["place"], bytes ["opening"];
    /// A checkpoint of the log.
    CHECKPOINT "checkpoints" by ["log_size"]:
        texts ["drawn_by", "note", "hash", "hash_before"], numbers ["log_size", "size_before", "drawn_at"], bytes [];
    /// A signature under it.
    SIGNATURE "checkpoint_signatures" by ["log_size", "place"]:
        texts ["body", "key_name", "signature", "signed_by", "drawn_by", "body_before", "signer_before"],
        numbers ["log_size", "place", "signed_at", "place_before"], bytes [];
    /// A body's key.
    SIGN_KEY "sign_keys" by ["key_name"]:
        texts ["key_name", "body", "region", "check_line", "made_by"], numbers ["is_kept_here", "made_at"], bytes [];
    /// Its secret half, where it is kept here.
    SECRET "sign_key_secrets" by ["key_name"]: texts ["key_name", "region"], numbers [], bytes ["secret"];
}

/// Who writes a record, where it lies, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keeping<'a> {
    pub account_id: &'a str,
    pub region: &'a RegionCode,
    pub now: Moment,
}

type Hashes = Vec<[u8; 32]>;

impl Kept {
    /// Its rows, or those of one record.
    pub fn query(&self, record: Option<&[Value]>) -> Query {
        let mut query = Query::new("SELECT ");
        for (number, column) in self.texts.iter().chain(self.numbers).chain(self.bytes).enumerate() {
            query.push(if number == 0 { "" } else { ", " }).push(column);
        }
        query.push(" FROM ").push(self.table);
        for (number, (column, value)) in self.record.iter().zip(record.unwrap_or_default()).enumerate() {
            query.push(if number == 0 { " WHERE " } else { " AND " }).push(column).push(" = ").bind(value.clone());
        }
        query
    }

    /// What the row's record is called.
    fn name(&self, row: &Row) -> Result<String> {
        let part = |column: &&'static str| match self.numbers.contains(column) {
            true => row.get::<i64>(column).map(|number| number.to_string()),
            false => row.get::<String>(column),
        };
        Ok(self.record.iter().map(part).collect::<Result<Vec<_>>>()?.join(" "))
    }

    /// Over every column, each with its length and whether it is there, so that no two rows run together.
    fn hash(&self, row: &Row) -> Result<[u8; 32]> {
        let mut hasher = Sha256::new();
        let mut add = |field: Option<&[u8]>| {
            let length = field.map_or(u64::MAX, |field| u64::try_from(field.len()).unwrap_or(u64::MAX));
            hasher.update(length.to_be_bytes());
            hasher.update(field.unwrap_or_default());
        };
        for column in self.texts {
            add(row.get::<Option<String>>(column)?.as_deref().map(str::as_bytes));
        }
        for column in self.numbers {
            add(row.get::<Option<i64>>(column)?.map(i64::to_be_bytes).as_ref().map(<[u8; 8]>::as_slice));
        }
        for column in self.bytes {
            add(row.get::<Option<Vec<u8>>>(column)?.as_deref());
        }
        Ok(hasher.finalize().into())
    }
}

impl Store {
    /// Writes into the trail what the record of these rows is, as its act leaves it; without rows there is none.
    pub(crate) async fn keep(
        &self,
        tx: &DatabaseTransaction,
        (kept, record): (&Kept, Vec<Value>),
        keeping: Keeping<'_>,
    ) -> Result<()> {
        let Some((name, mark)) = self.mark(tx, kept, &record).await? else { return Ok(()) };
        let Keeping { account_id, region, now } = keeping;
        let (act, object) = (Act::RecordKept, Object::new(kept.table, name));
        append(self, tx, now, Entry { account_id, act, object, region: Some(region), fields: &mark, reason: None })
            .await
    }

    /// Looks at a record before it goes on; one that is not there yet is nothing wrong.
    ///
    /// # Errors
    /// `store-damaged` where it is not what the trail says.
    pub(crate) async fn still_kept(&self, tx: &DatabaseTransaction, (kept, record): (&Kept, Vec<Value>)) -> Result<()> {
        let Some((name, mark)) = self.mark(tx, kept, &record).await? else { return Ok(()) };
        let told = self.last_told(tx, Act::RecordKept, &Object::new(kept.table, name)).await?;
        if told.is_some_and(|told| told.fields == mark) { Ok(()) } else { Err(differs()) }
    }

    /// A record's name, and the keyed hash of its rows in whatever order they lie.
    async fn mark(&self, on: &impl ConnectionTrait, kept: &Kept, record: &[Value]) -> Result<Option<(String, String)>> {
        let rows = kept.query(Some(record)).all(on).await?;
        let Some(first) = rows.first() else { return Ok(None) };
        let hashes = rows.iter().map(|row| kept.hash(row)).collect::<Result<Hashes>>()?;
        Ok(Some((kept.name(first)?, self.mark_of(hashes)?)))
    }

    fn mark_of(&self, mut hashes: Hashes) -> Result<String> {
        hashes.sort_unstable();
        Ok(hex(&self.keys.index("kept", &hashes.concat())?))
    }

    /// Records that are not what the trail says, that it does not know, or that are gone.
    pub(crate) async fn not_as_written(&self, tx: &DatabaseTransaction) -> Result<Vec<Finding>> {
        let mut found = Vec::new();
        let mut told: BTreeMap<(String, String), String> = BTreeMap::new();
        for told_row in self.told(tx, Act::RecordKept).await? {
            match told_row {
                Ok(Told { kind, id, fields }) => {
                    told.insert((kind, id), fields);
                }
                Err(number) => found.push(not_written("audit", &number.to_string())),
            }
        }
        for kept in ALL {
            let (records, unread) = kept.records(tx).await?;
            found.extend((0..unread).map(|_| not_written(kept.table, "?")));
            for (name, hashes) in records {
                let mark = self.mark_of(hashes)?;
                let said = told.remove(&(kept.table.to_owned(), name.clone()));
                if said.as_ref() != Some(&mark) {
                    found.push(not_written(kept.table, &name));
                }
            }
        }
        found.extend(told.keys().map(|(table, name)| not_written(table, name)));
        Ok(found)
    }
}

impl Kept {
    /// The hashes of each record's rows, and how many rows cannot be read.
    async fn records(&self, on: &impl ConnectionTrait) -> Result<(BTreeMap<String, Hashes>, usize)> {
        let (mut records, mut unread) = (BTreeMap::<String, Hashes>::new(), 0);
        for row in self.query(None).all(on).await? {
            match (self.name(&row), self.hash(&row)) {
                (Ok(name), Ok(hash)) => records.entry(name).or_default().push(hash),
                _ => unread += 1,
            }
        }
        Ok((records, unread))
    }
}

fn not_written(table: &str, record: &str) -> Finding {
    Finding { invariant: Invariant::AsWritten, at: format!("{table} {record}") }
}

fn differs() -> StoreError {
    StoreError::damaged(
        "这条记录与审计留痕不符，不再往下办：请运行 shukun audit，报告系统管理员。",
        "This record is not what the audit trail says; nothing more is done with it: run shukun audit and tell the system administrator.",
    )
}
