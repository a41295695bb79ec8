//! The audit of the books: everything is read, and every invariant is looked at once more.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{ContentHash, Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::ledger::audit::{
    Audited, AuditedAccount, AuditedBook, AuditedMonth, AuditedTransfer, AuditedVoucher, Finding, Invariant, audit,
};
use shukun_fund::ledger::model::CapKey;
use shukun_fund::ledger::{AccountCode, BookKind, Month, PayableLine, PersonKey, ProgrammeKey};
use shukun_fund::{BookId, LineId, VoucherId};

use super::rows::{
    read, read_closed, read_hash, read_line, read_restriction, read_totals, read_transfer, read_voucher,
};
use super::unreadable;
use crate::accounts::read_region;
use crate::audit::{Act, Entry, Object, append};
use crate::error::Result;
use crate::fund::paying::not_reconciled;
use crate::fund::sealing::public_totals;
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::scope::Scope;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    BOOKS = "SELECT book_id, kind, region, sequence, head, closed_through FROM books ORDER BY book_id";
    ACCOUNTS = "SELECT book_accounts.book_id, code, side, floor_zero, debits_posted, debits_pending, credits_posted, credits_pending,
        restrictions.restriction_id, donor_id, purposes, area, classes, valid_from, valid_to, on_expiry, priority
        FROM book_accounts LEFT JOIN restrictions ON restrictions.restriction_id = book_accounts.restriction_id
        WHERE book_accounts.book_id = $1 ORDER BY code";
    VOUCHERS = "SELECT voucher_id, effective, words, maker, checker, request_hash, transfer_count, book_id, recorded_at
        FROM vouchers";
    TRANSFERS = "SELECT * FROM transfers ORDER BY book_id, sequence";
    LINES = "SELECT line_id, book_id, business_key, person_key, programme, amount_fen, area, classes, state FROM resolution_lines";
    MONTHS = "SELECT book_id, month, state, head_sequence, head_hash, trial_hash, proposed_by, approved_by FROM periods";
    KEEP = "INSERT INTO ledger_audits (audit_id, region, ran_at, wrong, report) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT DO NOTHING";
    KEPT = "SELECT audit_id FROM ledger_audits WHERE audit_id = $1";
    CAPS = "SELECT region, person_key, year, programme, used_fen, cap_fen FROM benefit_years";
}

impl Store {
    /// Checks the invariants of the books over every one of them, in the program's own name; what does not hold, in their order. A row
    /// that cannot be read is named, and the others are looked at.
    pub async fn audit_ledger(&self) -> Result<Vec<Finding>> {
        Ok(self.audit_every_book().await?.0)
    }

    /// What does not hold, and the place that all books lie in.
    async fn audit_every_book(&self) -> Result<(Vec<Finding>, Option<RegionCode>)> {
        // One snapshot: a voucher posted meanwhile would be half of it.
        let tx = self.begin_snapshot(OwnWork::Books).await?;
        let found = self.audit_within(&tx).await?;
        tx.rollback().await?;
        Ok(found)
    }

    /// [`Store::audit_ledger`] within a snapshot, and the place that all books lie in.
    pub(crate) async fn audit_within(&self, tx: &DatabaseTransaction) -> Result<(Vec<Finding>, Option<RegionCode>)> {
        let Loaded { audited, unread } = load_audited(tx).await?;
        let mut found: BTreeSet<Finding> = audit(&audited).into_iter().chain(unread).collect();
        found.extend(public_totals(tx).await?);
        let differs = not_reconciled(tx).await?;
        found.extend(differs.into_iter().map(|at| Finding { invariant: Invariant::Reconciled, at }));
        found.extend(self.not_as_written(tx).await?);
        found.extend(self.not_as_acted(tx).await?);
        let regions: Vec<&RegionCode> = audited.books.iter().map(|book| &book.region).collect();
        Ok((found.into_iter().collect(), place_of_all(&regions)))
    }

    /// The audit of the day, kept for the page; how many rules do not hold. None where it ran already, or there is no book.
    ///
    /// # Errors
    /// As [`Store::audit_ledger`].
    pub async fn audit_ledger_daily(&self, now: Moment) -> Result<Option<usize>> {
        let id = today_in_china(now).to_string();
        if find(&self.own(OwnWork::Books), KEPT, values![id.as_str()]).await?.is_some() {
            return Ok(None);
        }
        let (found, Some(region)) = self.audit_every_book().await? else { return Ok(None) };
        let report = serde_json::to_string(&found).map_err(|_| unreadable())?;
        let wrong = i64::try_from(found.len()).unwrap_or(i64::MAX);
        self.retry(|| async {
            let tx = self.begin_own(OwnWork::Books).await?;
            let values = values![id.as_str(), region.as_str(), millis(now), wrong, report.as_str()];
            execute(&tx, KEEP, values).await?;
            let entry = Entry {
                account_id: "program",
                act: Act::LedgerAudited,
                object: Object::new("ledger_audit", id.as_str()),
                region: Some(&region),
                fields: if found.is_empty() { "" } else { "wrong" },
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(Some(found.len()))
    }

    /// The last audit of the day, for whoever may look at every book that it was about.
    pub async fn last_ledger_audit(&self, scope: &Scope) -> Result<Option<LedgerAudit>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let row = audits_query(scope).find(&self.within(scope, Permission::ViewFund)).await?;
        row.map(|row| {
            let found = serde_json::from_str(&row.get::<String>("report")?).map_err(|_| unreadable())?;
            Ok(LedgerAudit { ran_at: moment(row.get("ran_at")?)?, found })
        })
        .transpose()
    }
}

/// An audit that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerAudit {
    /// When it ran.
    pub ran_at: Moment,
    /// What did not hold.
    pub found: Vec<Finding>,
}

pub(crate) fn audits_query(scope: &Scope) -> Query {
    let mut query = Query::new("SELECT ran_at, report FROM ledger_audits WHERE ");
    scope.push_area(&mut query, "region", Permission::ViewFund);
    query.push(" ORDER BY ran_at DESC LIMIT 1");
    query
}

/// The smallest place that holds all of them.
fn place_of_all(regions: &[&RegionCode]) -> Option<RegionCode> {
    let first = regions.first()?;
    let holds = |place: &RegionCode| regions.iter().all(|region| place.contains(region));
    let wider = [12, 9, 6, 4, 2].into_iter().filter_map(|digits| RegionCode::new(first.as_str().get(..digits)?));
    wider.into_iter().find(holds)
}

/// What was read of the books, and the rows that could not be.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    pub audited: Audited,
    pub unread: Vec<Finding>,
}

impl Loaded {
    /// What the row says; of one that says nothing what it is called.
    fn take<T>(&mut self, (table, key): (&str, &[&str]), row: &Row, read: impl Fn(&Row) -> Result<T>) -> Option<T> {
        let found = read(row).ok();
        if found.is_none() {
            let part = |column: &&str| row.get::<String>(column).unwrap_or_else(|_| "?".to_owned());
            let at = format!("{table} {}", key.iter().map(part).collect::<Vec<_>>().join(" "));
            self.unread.push(Finding { invariant: Invariant::AsWritten, at });
        }
        found
    }

    fn take_all<T, C: Extend<T>>(
        &mut self,
        of: (&str, &[&str]),
        rows: &[Row],
        read: impl Fn(&Row) -> Result<T>,
        into: impl Fn(&mut Audited) -> &mut C,
    ) {
        for row in rows {
            let found = self.take(of, row, &read);
            into(&mut self.audited).extend(found);
        }
    }
}

/// Everything that lies in the tables of the books.
pub(crate) async fn load_audited(on: &impl ConnectionTrait) -> Result<Loaded> {
    let mut loaded = Loaded::default();
    for row in all(on, BOOKS, values![]).await? {
        let Some(mut book) = loaded.take(("books", &["book_id"]), &row, read_book) else { continue };
        for row in all(on, ACCOUNTS, values![book.id.as_str()]).await? {
            book.accounts.extend(loaded.take(("book_accounts", &["book_id", "code"]), &row, read_account));
        }
        loaded.audited.books.push(book);
    }
    let rows = all(on, VOUCHERS, values![]).await?;
    loaded.take_all(("vouchers", &["voucher_id"]), &rows, read_sent, |all| &mut all.vouchers);
    let rows = all(on, TRANSFERS, values![]).await?;
    loaded.take_all(("transfers", &["transfer_id"]), &rows, read_audited, |all| &mut all.transfers);
    let rows = all(on, LINES, values![]).await?;
    loaded.take_all(("resolution_lines", &["line_id"]), &rows, read_keyed, |all| &mut all.lines);
    let rows = all(on, MONTHS, values![]).await?;
    loaded.take_all(("periods", &["book_id", "month"]), &rows, read_month, |all| &mut all.months);
    let rows = all(on, CAPS, values![]).await?;
    loaded.take_all(("benefit_years", &["region", "programme"]), &rows, read_cap, |all| &mut all.caps);
    Ok(loaded)
}

fn read_book(row: &Row) -> Result<AuditedBook> {
    Ok(AuditedBook {
        id: read(row, "book_id", BookId::new)?,
        kind: read(row, "kind", BookKind::find)?,
        region: read_region(row)?,
        head: (row.get("sequence")?, read_hash(row, "head")?),
        closed_through: read_closed(row)?,
        accounts: Vec::new(),
    })
}

fn read_account(row: &Row) -> Result<AuditedAccount> {
    Ok(AuditedAccount {
        code: read(row, "code", AccountCode::new)?,
        side_and_floor: (row.get("side")?, row.get::<i64>("floor_zero")? == 1),
        totals: read_totals(row)?,
        restriction: read_restriction(row)?,
    })
}

fn read_sent(row: &Row) -> Result<(VoucherId, AuditedVoucher)> {
    let voucher = read_voucher(row)?;
    let request_hash = read(row, "request_hash", ContentHash::new)?;
    let listed = (read(row, "book_id", BookId::new)?, row.get("recorded_at")?);
    Ok((voucher.id.clone(), AuditedVoucher { voucher, request_hash, count: row.get("transfer_count")?, listed }))
}

/// What the key says of person and programme stands beside it for lists: the two are one. A line has its first issue.
fn read_keyed(row: &Row) -> Result<(LineId, PayableLine)> {
    let line = read_line(row)?;
    let key = &line.business_key;
    let is_as_keyed = row.get::<String>("person_key")? == key.person_key.as_str()
        && row.get::<String>("programme")? == key.programme.as_str()
        && key.issue == 1;
    if is_as_keyed { Ok((line.id.clone(), line)) } else { Err(unreadable()) }
}

fn read_audited(row: &Row) -> Result<AuditedTransfer> {
    let stored = read_transfer(row)?;
    Ok(AuditedTransfer {
        transfer: stored.transfer,
        voucher: read(row, "voucher_id", VoucherId::new)?,
        link: stored.link,
        effective: stored.effective,
        previous: stored.previous,
        hash: stored.hash,
    })
}

fn read_month(row: &Row) -> Result<AuditedMonth> {
    Ok(AuditedMonth {
        book: read(row, "book_id", BookId::new)?,
        month: read(row, "month", Month::parse)?,
        is_closed: row.get::<String>("state")? == "closed",
        head: (row.get("head_sequence")?, read_hash(row, "head_hash")?),
        trial: read_hash(row, "trial_hash")?,
        people: (row.get("proposed_by")?, row.get("approved_by")?),
    })
}

fn read_cap(row: &Row) -> Result<((String, CapKey), (Fen, Fen))> {
    let county: RegionCode = read_region(row)?;
    let year = i16::try_from(row.get::<i64>("year")?).map_err(|_| unreadable())?;
    let key = (read(row, "person_key", PersonKey::new)?, year, read(row, "programme", ProgrammeKey::new)?);
    Ok(((county.as_str().to_owned(), key), (Fen(row.get("used_fen")?), Fen(row.get("cap_fen")?))))
}
