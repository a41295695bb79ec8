//! Statements of the bank: lines go into the ledger's own table, those beyond doubt are matched at once, the rest by two people.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Value};
use serde::{Deserialize, Serialize};
use shukun_base::{ContentHash, Day, Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::ledger::AccountCode;
use shukun_fund::paying::files::{CellFault, StatementEntry, read_statement};
use shukun_fund::paying::matching::{BankLine, BankTransfer, Standing, match_lines};
use shukun_fund::paying::{Act, Evidence, PaymentId};
use shukun_fund::{BatchId, BookId, LineId, TransferId};

use super::act::CaseDesk;
use super::{hash_of, place, refused_file, unreadable};
use crate::audit::{self, Entry, Object, append};
use crate::error::{Result, StoreError, readable};
use crate::fund::kept::{self, Keeping};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Row, Sql, all, execute, find, insert, statements, values};
use crate::store::Store;

statements! {
    FILE = "INSERT INTO statement_files (book_id, file_hash, bank_account, closing_fen, closing_on, line_count, read_by, read_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    KNOWN_FILE = "SELECT line_count FROM statement_files WHERE book_id = $1 AND file_hash = $2";
    LINE = "INSERT INTO statement_lines (statement_line_id, book_id, bank_account, file_hash, line_number, booked_on, amount_fen,
        reference, counterparty, read_by, read_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    OPEN_LINES = "SELECT statement_line_id, file_hash, line_number, booked_on, amount_fen, reference, counterparty,
            match_proposals.transfer_ids, match_proposals.proposed_by
        FROM statement_lines LEFT JOIN match_proposals USING (statement_line_id)
        WHERE book_id = $1 AND NOT EXISTS (SELECT 1 FROM statement_matches
            WHERE statement_matches.statement_line_id = statement_lines.statement_line_id)
        ORDER BY booked_on, statement_line_id";
    OPEN_TRANSFERS = "SELECT transfer_id, debit, amount_fen, effective, line_id,
            (SELECT payment_id FROM payments WHERE payments.line_id = transfers.line_id AND
                transfers.credit = $2 AND transfers.debit = 'in-transit:' || payments.batch_id) AS payment_id
        FROM transfers WHERE book_id = $1 AND phase IN (0, 2) AND (debit = $2 OR credit = $2)
            AND NOT EXISTS (SELECT 1 FROM statement_matches WHERE statement_matches.transfer_id = transfers.transfer_id)
        ORDER BY sequence";
    SUMS = "SELECT CAST(COALESCE(SUM(CASE WHEN debit = $2 THEN amount_fen ELSE -amount_fen END), 0) AS BIGINT) AS fen
        FROM transfers WHERE book_id = $1 AND phase IN (0, 2) AND (debit = $2 OR credit = $2)";
    OUTSTANDING = "SELECT CAST(COALESCE(SUM(CASE WHEN debit = $2 THEN amount_fen ELSE -amount_fen END), 0) AS BIGINT) AS fen
        FROM transfers WHERE book_id = $1 AND phase IN (0, 2) AND (debit = $2 OR credit = $2)
            AND NOT EXISTS (SELECT 1 FROM statement_matches WHERE statement_matches.transfer_id = transfers.transfer_id)";
    UNEXPLAINED = "SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) AS fen FROM statement_lines WHERE book_id = $1
        AND bank_account = $2 AND NOT EXISTS (SELECT 1 FROM statement_matches
            WHERE statement_matches.statement_line_id = statement_lines.statement_line_id)";
    CLOSING = "SELECT closing_fen FROM statement_files WHERE book_id = $1 AND bank_account = $2 AND closing_fen IS NOT NULL
        ORDER BY closing_on DESC, read_at DESC LIMIT 1";
    WITH_BALANCE = "SELECT DISTINCT book_id, bank_account FROM statement_files WHERE closing_fen IS NOT NULL
        ORDER BY book_id, bank_account";
    MATCH = "INSERT INTO statement_matches (statement_line_id, transfer_id, rule, matched_by, matched_at)
        VALUES ($1, $2, $3, $4, $5)";
    PROPOSE = "INSERT INTO match_proposals (statement_line_id, transfer_ids, proposed_by, proposed_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (statement_line_id) DO UPDATE SET transfer_ids = $2, proposed_by = $3, proposed_at = $4, confirmed_by = NULL";
    PROPOSED = "SELECT transfer_ids, proposed_by FROM match_proposals WHERE statement_line_id = $1 AND confirmed_by IS NULL";
    CONFIRM = "UPDATE match_proposals SET confirmed_by = $2 WHERE statement_line_id = $1";
    SHOWN = "SELECT payments.payment_id, payments.batch_id, statement_lines.file_hash, statement_lines.line_number,
            statement_lines.booked_on
        FROM payments JOIN transfers ON transfers.line_id = payments.line_id
            AND transfers.debit = 'in-transit:' || payments.batch_id
        JOIN statement_matches ON statement_matches.transfer_id = transfers.transfer_id
        JOIN statement_lines ON statement_lines.statement_line_id = statement_matches.statement_line_id
        WHERE transfers.book_id = $1 AND payments.state = 'sent' AND payments.channel = 'bank'
        ORDER BY payments.batch_id, payments.payment_id";
}

/// What reading a statement came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Lines of the file.
    pub lines: usize,
    /// The file was read before: nothing was written.
    pub known: bool,
    /// Lines that found their transfers.
    pub matched: usize,
    /// Payments that are paid because the statement shows them.
    pub paid: usize,
    /// Lines that could not be read.
    pub faults: Vec<CellFault>,
}

/// A line of a statement that no transfer explains.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    /// Its id.
    pub id: String,
    /// The day.
    pub on: Day,
    /// What came or went.
    pub amount: Fen,
    /// Our number of a payment or batch, where one stands in it.
    pub reference: String,
    /// What somebody proposes that it is, and who.
    pub proposed: Option<(Vec<TransferId>, String)>,
}

#[derive(Serialize, Deserialize)]
struct Other {
    reference: String,
    account_key: Option<ContentHash>,
}

impl Store {
    /// Reads a statement of a book's bank account, matches what is beyond doubt, and records the payments that it shows as paid.
    /// The same file again writes nothing new.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller keeps the book; `pay-file-…`; `store-statement-faults` where a line cannot be read:
    /// a statement is taken whole or not at all.
    pub async fn read_bank_statement(
        &self,
        scope: &Scope,
        book: &BookId,
        bytes: &[u8],
        desk: &CaseDesk<'_>,
    ) -> Result<Imported> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::SendBatch, Some(&region))?;
        let settings = self.payment_settings(scope, &region).await?;
        let read = read_statement(bytes, &settings.statement).map_err(refused_file)?;
        let mut imported = Imported { lines: read.entries.len(), faults: read.faults, ..Imported::default() };
        if !imported.faults.is_empty() {
            return Ok(imported);
        }
        let file = hash_of(bytes)?;
        let (by, now) = (scope.account_id().as_str(), desk.now);
        imported.known = self
            .retry_taken(|| async {
                let tx = self.begin_within(scope).await?;
                if find(&tx, KNOWN_FILE, values![book.as_str(), file.as_str()]).await?.is_some() {
                    return Ok(true);
                }
                let last = read.entries.iter().map(|entry| entry.day).max();
                let values = values![
                    book.as_str(),
                    file.as_str(),
                    settings.bank.as_str(),
                    read.closing.map(|closing| closing.0),
                    last.map(|day| day.to_string()),
                    i64::try_from(read.entries.len()).unwrap_or(i64::MAX),
                    by,
                    millis(now),
                ];
                execute(&tx, FILE, values).await?;
                let lines = (1..).zip(&read.entries);
                let lines = lines
                    .map(|line| self.line_values((book, &settings.bank, &file), line, (by, now)))
                    .collect::<Result<Vec<_>>>()?;
                insert(&tx, LINE, &lines).await?;
                let object = Object::new("book", book.as_str());
                let act = audit::Act::StatementRead;
                let entry =
                    Entry { account_id: by, act, object, region: Some(&region), fields: file.as_str(), reason: None };
                append(self, &tx, now, entry).await?;
                let keeping = Keeping { account_id: by, region: &region, now };
                for kept in [&kept::STATEMENT, &kept::STATEMENT_LINES] {
                    self.keep(&tx, (kept, values![book.as_str(), file.as_str()]), keeping).await?;
                }
                tx.commit().await?;
                Ok(false)
            })
            .await?;
        imported.matched = self.match_statement(scope, (book, &region), &settings.bank, now).await?;
        imported.paid = self.pay_what_statements_show(scope, book, desk).await?;
        Ok(imported)
    }

    fn line_values(
        &self,
        (book, bank, file): (&BookId, &AccountCode, &ContentHash),
        (number, entry): (i64, &StatementEntry),
        (by, now): (&str, Moment),
    ) -> Result<Vec<Value>> {
        let id = format!("{}-{number}", file.as_str().get(..32).unwrap_or_default());
        let account = entry.account.as_ref().map(|account| account.reveal().trim()).filter(|text| !text.is_empty());
        let other = Other {
            reference: entry.reference.reveal().clone(),
            account_key: account.map(|account| self.account_key(account)).transpose()?,
        };
        let text = serde_json::to_vec(&other).map_err(|_| unreadable())?;
        let cell = self.keys.seal(&self.chance, place("statement_lines", "counterparty", &id), &text)?;
        Ok(values![
            id.as_str(),
            book.as_str(),
            bank.as_str(),
            file.as_str(),
            number,
            entry.day.to_string(),
            entry.amount.0,
            our_number(entry.reference.reveal()),
            cell,
            by,
            millis(now),
        ])
    }

    /// Matches what two rules find beyond doubt; how many lines.
    async fn match_statement(
        &self,
        scope: &Scope,
        (book, region): (&BookId, &RegionCode),
        bank: &AccountCode,
        now: Moment,
    ) -> Result<usize> {
        let by = scope.account_id().as_str();
        self.retry_taken(|| async {
            let tx = self.begin_within(scope).await?;
            let lines = self.open_lines(&tx, book).await?;
            let transfers = self.open_transfers(&tx, book, bank).await?;
            let lines: Vec<BankLine> = lines.into_iter().map(|(line, _)| line).collect();
            let found = match_lines(&lines, &transfers);
            let rows = found.iter().flat_map(|matched| {
                let row = |transfer: &TransferId| {
                    values![matched.line.as_str(), transfer.as_str(), matched.rule.key(), by, millis(now)]
                };
                matched.transfers.iter().map(row)
            });
            insert(&tx, MATCH, &rows.collect::<Vec<_>>()).await?;
            if !found.is_empty() {
                let keeping = Keeping { account_id: by, region, now };
                self.keep(&tx, (&kept::MATCHES, values![by, millis(now)]), keeping).await?;
            }
            tx.commit().await?;
            Ok(found.len())
        })
        .await
    }

    /// Payments that were sent and whose line a statement shows are paid.
    async fn pay_what_statements_show(&self, scope: &Scope, book: &BookId, desk: &CaseDesk<'_>) -> Result<usize> {
        let rows = all(&self.within(scope, Permission::ViewFund), SHOWN, values![book.as_str()]).await?;
        let mut of_batches: BTreeMap<BatchId, Vec<Act>> = BTreeMap::new();
        for row in &rows {
            let text = |column| row.get::<String>(column);
            let file = ContentHash::new(&text("file_hash")?).ok_or_else(unreadable)?;
            let line = u64::try_from(row.get::<i64>("line_number")?).map_err(|_| unreadable())?;
            let act = Act::Pay {
                payment: PaymentId::new(&text("payment_id")?).ok_or_else(unreadable)?,
                on: text("booked_on")?.parse().map_err(|_| unreadable())?,
                evidence: Evidence::Statement { file, row: line },
            };
            of_batches.entry(BatchId::new(&text("batch_id")?).ok_or_else(unreadable)?).or_default().push(act);
        }
        for (batch, acts) in &of_batches {
            let batch = self.batch(scope, batch).await?.batch;
            self.act_in_parts(scope, batch, (acts, "statement", None), desk).await?;
        }
        Ok(of_batches.values().map(Vec::len).sum())
    }

    async fn open_lines(
        &self,
        on: &impl ConnectionTrait,
        book: &BookId,
    ) -> Result<Vec<(BankLine, Option<(Vec<TransferId>, String)>)>> {
        let mut lines = Vec::new();
        for row in all(on, OPEN_LINES, values![book.as_str()]).await? {
            let id: String = row.get("statement_line_id")?;
            let cell: Vec<u8> = row.get("counterparty")?;
            let text = self.keys.open_cell(&self.db, place("statement_lines", "counterparty", &id), &cell).await?;
            let other: Other = serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?;
            let line = BankLine {
                amount: Fen(row.get("amount_fen")?),
                on: row.get::<String>("booked_on")?.parse().map_err(|_| unreadable())?,
                reference: other.reference,
                payee: other.account_key,
                id,
            };
            lines.push((line, proposed(&row)?));
        }
        Ok(lines)
    }

    async fn open_transfers(
        &self,
        on: &impl ConnectionTrait,
        book: &BookId,
        bank: &AccountCode,
    ) -> Result<Vec<BankTransfer>> {
        let mut transfers = Vec::new();
        for row in all(on, OPEN_TRANSFERS, values![book.as_str(), bank.as_str()]).await? {
            let (debit, amount): (String, i64) = (row.get("debit")?, row.get("amount_fen")?);
            let came = debit == bank.as_str();
            let line: Option<String> = row.get("line_id")?;
            let payee = match line.as_deref().and_then(LineId::new) {
                Some(line) => self.account_key_of(on, &line).await?,
                None => None,
            };
            transfers.push(BankTransfer {
                id: TransferId::new(&row.get::<String>("transfer_id")?).ok_or_else(unreadable)?,
                amount: if came { Fen(amount) } else { Fen(-amount) },
                on: row.get::<String>("effective")?.parse().map_err(|_| unreadable())?,
                payment: row.get::<Option<String>>("payment_id")?.as_deref().and_then(PaymentId::new),
                batch: debit.strip_prefix("in-transit:").and_then(BatchId::new),
                payee,
            });
        }
        Ok(transfers)
    }

    /// What neither side explains: lines without transfers, transfers without lines.
    pub async fn unmatched(&self, scope: &Scope, book: &BookId) -> Result<(Vec<StatementRow>, Vec<BankTransfer>)> {
        let region = self.place_of_book(scope, book).await?;
        let settings = self.payment_settings(scope, &region).await?;
        let pass = self.within(scope, Permission::ViewFund);
        let lines = self.open_lines(&pass, book).await?;
        let row = |(line, proposed): (BankLine, _)| StatementRow {
            reference: our_number(&line.reference),
            id: line.id,
            on: line.on,
            amount: line.amount,
            proposed,
        };
        let transfers = self.open_transfers(&pass, book, &settings.bank).await?;
        Ok((lines.into_iter().map(row).collect(), transfers))
    }

    /// How the books and the bank stand against each other; nothing where no statement with a balance was read.
    pub async fn standing(&self, scope: &Scope, book: &BookId) -> Result<Option<Standing>> {
        let region = self.place_of_book(scope, book).await?;
        let settings = self.payment_settings(scope, &region).await?;
        standing_of(&self.within(scope, Permission::ViewFund), book, &settings.bank).await
    }

    /// Proposes that a line is these transfers; another person confirms.
    ///
    /// # Errors
    /// `store-forbidden`; `store-match` where they are not the same amount.
    pub async fn propose_match(
        &self,
        scope: &Scope,
        book: &BookId,
        (line, transfers): (&str, &[TransferId]),
        now: Moment,
    ) -> Result<()> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::KeepBooks, Some(&region))?;
        let (lines, open) = self.unmatched(scope, book).await?;
        let line = lines.iter().find(|row| row.id == line).ok_or_else(StoreError::not_found)?;
        let chosen: Vec<&BankTransfer> = open.iter().filter(|one| transfers.contains(&one.id)).collect();
        let sum: Fen = chosen.iter().map(|one| one.amount).sum();
        if chosen.is_empty() || chosen.len() != transfers.len() || sum != line.amount {
            return Err(not_the_same());
        }
        let ids: Vec<&str> = transfers.iter().map(TransferId::as_str).collect();
        let ids = ids.join(" ");
        self.write_by_hand(scope, (book, &region), (&line.id, ByHand::Proposed(&ids)), now).await
    }

    /// Agrees to a match that somebody else proposed.
    ///
    /// # Errors
    /// `store-forbidden`, `store-step-up`; `store-match-own` for one's own proposal; `store-match` where it is no longer so.
    pub async fn confirm_match(&self, scope: &Scope, book: &BookId, line: &str, desk: &CaseDesk<'_>) -> Result<usize> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::CheckBooks, Some(&region))?;
        let by = scope.account_id().as_str();
        let row = find(&self.within(scope, Permission::ViewFund), PROPOSED, values![line]).await?;
        let (transfers, proposed_by) = proposed(&row.ok_or_else(StoreError::not_found)?)?.ok_or_else(unreadable)?;
        if proposed_by == by {
            return Err(own_match());
        }
        let (lines, open) = self.unmatched(scope, book).await?;
        let is_open = lines.iter().any(|row| row.id == line)
            && transfers.iter().all(|id| open.iter().any(|transfer| transfer.id == *id));
        if !is_open {
            return Err(not_the_same());
        }
        self.write_by_hand(scope, (book, &region), (line, ByHand::Confirmed(&transfers)), desk.now).await?;
        if scope.allows(Permission::SendBatch, Some(&region)) {
            return self.pay_what_statements_show(scope, book, desk).await;
        }
        Ok(0)
    }

    async fn write_by_hand(
        &self,
        scope: &Scope,
        (book, region): (&BookId, &RegionCode),
        (line, what): (&str, ByHand<'_>),
        now: Moment,
    ) -> Result<()> {
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let proposal = || (&kept::PROPOSAL, values![line]);
            self.still_kept(&tx, proposal()).await?;
            match what {
                ByHand::Proposed(ids) => {
                    execute(&tx, PROPOSE, values![line, ids, account_id, millis(now)]).await?;
                }
                ByHand::Confirmed(transfers) => {
                    execute(&tx, CONFIRM, values![line, account_id]).await?;
                    for transfer in transfers {
                        let values = values![line, transfer.as_str(), "by_hand", account_id, millis(now)];
                        execute(&tx, MATCH, values).await?;
                    }
                }
            }
            let (object, act) = (Object::new("book", book.as_str()), audit::Act::StatementMatched);
            append(self, &tx, now, Entry { account_id, act, object, region: Some(region), fields: "", reason: None })
                .await?;
            let keeping = Keeping { account_id, region, now };
            self.keep(&tx, proposal(), keeping).await?;
            if let ByHand::Confirmed(_) = what {
                self.keep(&tx, (&kept::MATCHES, values![account_id, millis(now)]), keeping).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }
}

async fn standing_of(on: &impl ConnectionTrait, book: &BookId, bank: &AccountCode) -> Result<Option<Standing>> {
    let asked = || values![book.as_str(), bank.as_str()];
    let Some(row) = find(on, CLOSING, asked()).await? else { return Ok(None) };
    let statement = Fen(row.get("closing_fen")?);
    let books = fen_of(on, SUMS, asked()).await?;
    let outstanding = fen_of(on, OUTSTANDING, asked()).await?;
    let unexplained = fen_of(on, UNEXPLAINED, asked()).await?;
    Ok(Some(Standing { books, outstanding, unexplained, statement }))
}

async fn fen_of(on: &impl ConnectionTrait, sql: Sql, asked: Vec<Value>) -> Result<Fen> {
    Ok(Fen(find(on, sql, asked).await?.ok_or_else(unreadable)?.get("fen")?))
}

/// Accounts, each with its book, of which a statement with a balance was read and says another balance than the books, less what is
/// outstanding, with what the books do not know of; or of which that cannot be told. For the audit, in the program's own name.
pub(crate) async fn not_reconciled(on: &impl ConnectionTrait) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for row in all(on, WITH_BALANCE, values![]).await? {
        let text = |column| row.get::<String>(column).unwrap_or_default();
        let (book, bank) = (text("book_id"), text("bank_account"));
        let standing = match (BookId::new(&book), AccountCode::new(&bank)) {
            (Some(book), Some(bank)) => readable(standing_of(on, &book, &bank).await)?.flatten(),
            _ => None,
        };
        if standing.is_none_or(|standing| !standing.difference().is_zero()) {
            found.push(format!("{book} {bank}"));
        }
    }
    Ok(found)
}

/// What two people do to match a line.
#[derive(Clone, Copy)]
enum ByHand<'a> {
    Proposed(&'a str),
    Confirmed(&'a [TransferId]),
}

fn proposed(row: &Row) -> Result<Option<(Vec<TransferId>, String)>> {
    let ids: Option<String> = row.get("transfer_ids")?;
    let Some(ids) = ids else { return Ok(None) };
    let ids: Option<Vec<TransferId>> = ids.split(' ').map(TransferId::new).collect();
    Ok(Some((ids.ok_or_else(unreadable)?, row.get("proposed_by")?)))
}

/// The first word that may be a number of ours: what else the bank wrote may name somebody, and stays sealed.
fn our_number(reference: &str) -> String {
    let is_of_id = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    let words = reference.split(|letter: char| !is_of_id(letter));
    let is_ours =
        |word: &&str| (word.starts_with('p') && word.len() == 21 || word.starts_with("b-")) && word.len() <= 64;
    words.into_iter().find(is_ours).unwrap_or_default().to_owned()
}

fn not_the_same() -> StoreError {
    StoreError::refused(
        "store-match",
        "所选的账上款项与这行对账单金额不同，或已对上：请重新选择。",
        "The transfers do not make the amount of the line, or are matched already: choose again.",
    )
}

fn own_match() -> StoreError {
    StoreError::refused(
        "store-match-own",
        "人工对账须由另一人确认。",
        "A match by hand is confirmed by another person.",
    )
}
