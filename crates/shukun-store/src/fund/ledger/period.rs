//! Closing a month: one keeper proposes it, another approves; from then on nothing is posted into it.

use sea_orm::{DatabaseTransaction, Value};
use shukun_base::Day;
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::ledger::audit::trial_balance;
use shukun_fund::ledger::{Hash, LedgerCode, Month, TrialRow, plan_close, trial_hash};

use super::post::hold_book;
use super::rows::{StoredTransfer, read, read_hash, read_transfer, shown};
use super::{refused, unreadable};
use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::error::Result;
use crate::fund::kept::{self, Keeping, Kept};
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::scope::Scope;
use crate::sql::{Row, all, commit, execute, find, statements, values};
use crate::store::Store;

statements! {
    UNTIL = "SELECT * FROM transfers WHERE book_id = $1 AND effective <= $2 ORDER BY sequence";
    PROPOSE = "INSERT INTO periods (book_id, month, state, head_sequence, head_hash, trial_hash, proposed_by, proposed_at)
        VALUES ($1, $2, 'proposed', $3, $4, $5, $6, $7) ON CONFLICT (book_id, month) DO UPDATE SET
        head_sequence = excluded.head_sequence, head_hash = excluded.head_hash, trial_hash = excluded.trial_hash,
        proposed_by = excluded.proposed_by, proposed_at = excluded.proposed_at";
    PROPOSED = "SELECT trial_hash, proposed_by FROM periods WHERE book_id = $1 AND month = $2 AND state = 'proposed'";
    APPROVED = "SELECT month FROM periods WHERE book_id = $1 AND month = $2 AND state = 'closed' AND approved_by = $3";
    APPROVE = "UPDATE periods SET state = 'closed', head_sequence = $3, head_hash = $4, approved_by = $5, approved_at = $6
        WHERE book_id = $1 AND month = $2";
    SHUT = "UPDATE books SET closed_through = $2 WHERE book_id = $1";
    OF_BOOK = "SELECT month, state, head_sequence, head_hash, trial_hash, proposed_by, proposed_at, approved_by, approved_at
        FROM periods WHERE book_id = $1 ORDER BY month DESC";
}

/// A month of a book that is proposed for closing, or closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodRow {
    /// Which month.
    pub month: Month,
    /// Whether it is closed, or waits for somebody's approval.
    pub is_closed: bool,
    /// The number of the book's last transfer at that moment.
    pub head_sequence: i64,
    /// Its hash.
    pub head_hash: String,
    /// The hash of the trial balance.
    pub trial_hash: String,
    /// Who proposed it, and when.
    pub proposed: (AccountId, Moment),
    /// Who approved it, and when.
    pub approved: Option<(AccountId, Moment)>,
}

impl Store {
    /// Proposes to close a month of a book; proposed again it is the later one's proposal.
    ///
    /// # Errors
    /// `store-not-found`, `store-forbidden`; `L128` where the month is not over, `L129` where it is not the next one, `L115` where
    /// it is closed.
    pub async fn propose_close(&self, scope: &Scope, book: &BookId, month: Month, now: Moment) -> Result<()> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::KeepBooks, Some(&region))?;
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let held = hold_book(&tx, book).await?;
            plan_close(held.closed_through(), month, today_in_china(now)).map_err(refused)?;
            self.still_kept(&tx, record(book, month)).await?;
            let trial = trial_at(&tx, book, month).await?.to_vec();
            let (sequence, head) = held.head();
            let values =
                values![book.as_str(), month.to_string(), sequence, head.to_vec(), trial, account_id, millis(now)];
            execute(&tx, PROPOSE, values).await?;
            self.note_month(&tx, (scope, Act::MonthProposed), (book, month), now).await?;
            commit(tx).await
        })
        .await
    }

    /// Approves a proposed closing, by somebody else. Sent again after it was done it is answered as the first time.
    ///
    /// # Errors
    /// `store-not-found`, `store-forbidden`; `L131` where nothing was proposed, `L109` where the caller proposed it, `L130` where
    /// the month's books changed since.
    pub async fn approve_close(&self, scope: &Scope, book: &BookId, month: Month, now: Moment) -> Result<()> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::CheckBooks, Some(&region))?;
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let held = hold_book(&tx, book).await?;
            if find(&tx, APPROVED, values![book.as_str(), month.to_string(), account_id]).await?.is_some() {
                return Ok(());
            }
            self.still_kept(&tx, record(book, month)).await?;
            let proposed = find(&tx, PROPOSED, values![book.as_str(), month.to_string()]).await?;
            let proposed = proposed.ok_or_else(|| refused(LedgerCode::NotProposed.at(month)))?;
            plan_close(held.closed_through(), month, today_in_china(now)).map_err(refused)?;
            if proposed.get::<String>("proposed_by")? == account_id {
                return Err(refused(LedgerCode::SamePerson.at(month)));
            }
            if trial_at(&tx, book, month).await? != read_hash(&proposed, "trial_hash")? {
                return Err(refused(LedgerCode::BooksChanged.at(month)));
            }
            let (sequence, head) = held.head();
            let values = values![book.as_str(), month.to_string(), sequence, head.to_vec(), account_id, millis(now)];
            execute(&tx, APPROVE, values).await?;
            execute(&tx, SHUT, values![book.as_str(), month.last_day().to_string()]).await?;
            self.note_month(&tx, (scope, Act::MonthClosed), (book, month), now).await?;
            commit(tx).await
        })
        .await
    }

    async fn note_month(
        &self,
        tx: &DatabaseTransaction,
        (scope, act): (&Scope, Act),
        (book, month): (&BookId, Month),
        now: Moment,
    ) -> Result<()> {
        let held = hold_book(tx, book).await?;
        let (object, fields) = (Object::new("book", book.as_str()), month.to_string());
        let account_id = scope.account_id().as_str();
        let entry = Entry { account_id, act, object, region: Some(held.region()), fields: &fields, reason: None };
        append(self, tx, now, entry).await?;
        self.keep(tx, record(book, month), Keeping { account_id, region: held.region(), now }).await
    }

    /// The months of a book that are closed or proposed, the latest first.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn periods(&self, scope: &Scope, book: &BookId) -> Result<Vec<PeriodRow>> {
        self.place_of_book(scope, book).await?;
        let pass = self.within(scope, Permission::ViewFund);
        all(&pass, OF_BOOK, values![book.as_str()]).await?.iter().map(read_period).collect()
    }

    /// The trial balance of a book at the end of a day.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn trial_balance(&self, scope: &Scope, book: &BookId, until: Day) -> Result<Vec<TrialRow>> {
        let rows = self.transfers_until(scope, book, until).await?;
        Ok(trial_balance(rows.iter().map(|row| (&row.transfer, row.effective)), until))
    }

    /// Every transfer of a book up to a day, in the order of their numbers: for exports.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn transfers_until(&self, scope: &Scope, book: &BookId, until: Day) -> Result<Vec<StoredTransfer>> {
        self.place_of_book(scope, book).await?;
        let pass = self.within(scope, Permission::ViewFund);
        all(&pass, UNTIL, values![book.as_str(), until.to_string()]).await?.iter().map(read_transfer).collect()
    }
}

fn record(book: &BookId, month: Month) -> (&'static Kept, Vec<Value>) {
    (&kept::MONTH, values![book.as_str(), month.to_string()])
}

async fn trial_at(tx: &DatabaseTransaction, book: &BookId, month: Month) -> Result<Hash> {
    let until = month.last_day();
    let rows = all(tx, UNTIL, values![book.as_str(), until.to_string()]).await?;
    let rows: Vec<StoredTransfer> = rows.iter().map(read_transfer).collect::<Result<_>>()?;
    let trial = trial_balance(rows.iter().map(|row| (&row.transfer, row.effective)), until);
    Ok(trial_hash(book, month, &trial))
}

fn read_period(row: &Row) -> Result<PeriodRow> {
    let who = |column| row.get::<String>(column).map(|id| AccountId::new(&id));
    let approved: Option<String> = row.get("approved_by")?;
    let approved = match approved {
        Some(id) => {
            let at: Option<i64> = row.get("approved_at")?;
            Some((AccountId::new(&id), moment(at.ok_or_else(unreadable)?)?))
        }
        None => None,
    };
    Ok(PeriodRow {
        month: read(row, "month", Month::parse)?,
        is_closed: row.get::<String>("state")? == "closed",
        head_sequence: row.get("head_sequence")?,
        head_hash: shown(&read_hash(row, "head_hash")?).as_str().to_owned(),
        trial_hash: shown(&read_hash(row, "trial_hash")?).as_str().to_owned(),
        proposed: (who("proposed_by")?, moment(row.get("proposed_at")?)?),
        approved,
    })
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::testing::{at, on_both};
    use shukun_base::Day;
    use shukun_fund::ledger::Voucher;

    #[test]
    fn a_month_is_closed_by_two_people_and_stays_closed() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = keepers(&store).await;
            let (maker, checker) = (&people[0], &people[1]);
            books(&store, maker).await;
            let february = Day::constant(2026, 2, 27);
            store.post_voucher(maker, &Voucher { effective: february, ..opening() }, at(5)).await.unwrap();
            let (book, month) = (book("county"), Month::parse("2026-02").unwrap());
            let code = |done: Result<()>| done.map_err(|error| error.code);
            let march = Month::parse("2026-03").unwrap();
            assert_eq!(code(store.propose_close(maker, &book, march, at(6)).await), Err("L128"));
            assert_eq!(code(store.approve_close(checker, &book, month, at(6)).await), Err("L131"));
            store.propose_close(maker, &book, month, at(6)).await.unwrap();
            assert_eq!(code(store.approve_close(maker, &book, month, at(6)).await), Err("L109"));
            let late = voucher("late", vec![single("late-1", "county", "bank:main", "donation", 7)]);
            store.post_voucher(maker, &Voucher { effective: february, ..late }, at(6)).await.unwrap();
            assert_eq!(code(store.approve_close(checker, &book, month, at(6)).await), Err("L130"));
            store.propose_close(maker, &book, month, at(7)).await.unwrap();
            let later = voucher("later", vec![single("later-1", "county", "bank:main", "donation", 8)]);
            store.post_voucher(maker, &later, at(7)).await.unwrap();
            store.approve_close(checker, &book, month, at(8)).await.unwrap();
            store.approve_close(checker, &book, month, at(9)).await.unwrap();
            assert_eq!(code(store.approve_close(maker, &book, month, at(9)).await), Err("L131"));
            let closed = voucher("closed", vec![single("closed-1", "county", "bank:main", "donation", 9)]);
            let closed = Voucher { effective: february, ..closed };
            assert_eq!(store.post_voucher(maker, &closed, at(9)).await.unwrap_err().code, "L115");
            assert_eq!(code(store.propose_close(maker, &book, month, at(9)).await), Err("L115"));
            let periods = store.periods(&people[2], &book).await.unwrap();
            assert!(periods.len() == 1 && periods[0].is_closed && periods[0].approved.is_some());
            assert_eq!(store.audit_ledger().await.unwrap(), vec![]);
            store.verify_audit(None).await.unwrap();
        });
    }
}
