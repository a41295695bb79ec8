//! Books, accounts and pots: opened once, never taken away. Posting is `post`, months are `period`.
//!
//! INVARIANT: a balance changes only with a transfer, in its transaction (`post`).

pub(crate) mod check;
pub(crate) mod draft;
pub(crate) mod expire;
pub(crate) mod open_files;
pub(crate) mod period;
pub(crate) mod post;
pub(crate) mod read;
pub(crate) mod rows;
pub(crate) mod why;

#[cfg(test)]
mod against_model;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use rows::StoredTransfer;

use sea_orm::DatabaseTransaction;
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;
use shukun_fund::BookId;
use shukun_fund::ledger::{AccountCode, AccountHead, LedgerCode, LedgerRefusal, NewBook, Restriction, first_head};

use crate::accounts::read_region;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{ErrorKind, Result, StoreError};
use crate::fund::kept::{self, Keeping};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{execute, find, statements, values};
use crate::store::Store;

statements! {
    OPEN_BOOK = "INSERT INTO books (book_id, name, owner, kind, region, sequence, head, closed_through, opened_by, opened_at)
        VALUES ($1, $2, $3, $4, $5, 0, $6, '', $7, $8)";
    OPEN_ACCOUNT = "INSERT INTO book_accounts (book_id, code, side, floor_zero, restriction_id, opened_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING";
    RESTRICT = "INSERT INTO restrictions (restriction_id, book_id, donor_id, purposes, area, classes, valid_from, valid_to,
        on_expiry, priority, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    PLACE_OF_BOOK = "SELECT region FROM books WHERE book_id = $1";
}

/// What is opened in a book.
#[derive(Clone, Copy)]
enum ToOpen<'a> {
    Account(&'a AccountCode),
    Pot(&'a Restriction),
}

impl Store {
    /// Opens a book with the accounts that every book has.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller keeps books there; `store-book` without a name or an owner, or where the id is
    /// taken.
    pub async fn open_book(&self, scope: &Scope, book: &NewBook, now: Moment) -> Result<()> {
        scope.require(Permission::KeepBooks, Some(&book.region))?;
        let is_line = |text: &str| !text.trim().is_empty() && text.chars().count() <= 100;
        if !is_line(&book.name) || !is_line(&book.owner) {
            return Err(no_such_book());
        }
        let account_id = scope.account_id().as_str();
        let opened = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let (id, region) = (book.id.as_str(), book.region.as_str());
                let head = first_head(&book.id).to_vec();
                let (name, owner) = (book.name.trim(), book.owner.trim());
                let values = values![id, name, owner, book.kind.key(), region, head, account_id, millis(now)];
                execute(&tx, OPEN_BOOK, values).await?;
                let keeping = Keeping { account_id, region: &book.region, now };
                self.keep(&tx, (&kept::BOOK, values![id]), keeping).await?;
                for code in NewBook::first_accounts() {
                    self.open_account_within(&tx, (&book.id, &code), keeping).await?;
                }
                let entry = Entry {
                    account_id,
                    act: Act::BookOpened,
                    object: Object::new("book", id),
                    region: Some(&book.region),
                    fields: book.kind.key(),
                    reason: None,
                };
                append(self, &tx, now, entry).await?;
                Ok(tx.commit().await?)
            })
            .await;
        opened.map_err(|error| if error.is_duplicate() { no_such_book() } else { error })
    }

    /// Opens an account of a book; opened twice it is one. A pot is opened by [`Store::open_pot`].
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `store-book` for a pot.
    pub async fn open_account(&self, scope: &Scope, book: &BookId, code: &AccountCode, now: Moment) -> Result<()> {
        if code.head() == AccountHead::Pot {
            return Err(no_such_book());
        }
        self.with_book(scope, book, ToOpen::Account(code), now).await
    }

    /// Writes a donor's restriction down and opens its pot; the account's code comes back. A restriction never changes.
    ///
    /// # Errors
    /// `store-forbidden`, `store-not-found`; `store-book` where the id is taken.
    pub async fn open_pot(
        &self,
        scope: &Scope,
        book: &BookId,
        restriction: &Restriction,
        now: Moment,
    ) -> Result<AccountCode> {
        let done = self.with_book(scope, book, ToOpen::Pot(restriction), now).await;
        done.map_err(|error| if error.is_duplicate() { no_such_book() } else { error })?;
        pot_of(restriction)
    }

    /// One act of keeping a book, with its row in the trail.
    async fn with_book(&self, scope: &Scope, book: &BookId, to_open: ToOpen<'_>, now: Moment) -> Result<()> {
        let region = self.place_of_book(scope, book).await?;
        scope.require(Permission::KeepBooks, Some(&region))?;
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let keeping = Keeping { account_id, region: &region, now };
            let fields = match to_open {
                ToOpen::Account(code) => {
                    self.open_account_within(&tx, (book, code), keeping).await?;
                    code.as_str()
                }
                ToOpen::Pot(restriction) => {
                    self.open_pot_within(&tx, (book, restriction), keeping).await?;
                    restriction.id.as_str()
                }
            };
            let (object, region) = (Object::new("book", book.as_str()), Some(&region));
            let entry = Entry { account_id, act: Act::BookAccountOpened, object, region, fields, reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Where a book lies that the caller may look at.
    pub(crate) async fn place_of_book(&self, scope: &Scope, book: &BookId) -> Result<RegionCode> {
        let row = find(&self.within(scope, Permission::ViewFund), PLACE_OF_BOOK, values![book.as_str()]).await?;
        let region = read_region(&row.ok_or_else(StoreError::not_found)?)?;
        if scope.allows(Permission::ViewFund, Some(&region)) { Ok(region) } else { Err(StoreError::not_found()) }
    }
}

impl Store {
    /// Opens an account within an act of its own; opened twice it is one.
    pub(crate) async fn open_account_within(
        &self,
        tx: &DatabaseTransaction,
        (book, code): (&BookId, &AccountCode),
        keeping: Keeping<'_>,
    ) -> Result<()> {
        self.open_under(tx, book, (code, None), keeping).await
    }

    /// [`Store::open_pot`] within an act of its own.
    pub(crate) async fn open_pot_within(
        &self,
        tx: &DatabaseTransaction,
        (book, restriction): (&BookId, &Restriction),
        keeping: Keeping<'_>,
    ) -> Result<AccountCode> {
        let pot = pot_of(restriction)?;
        let purposes: Vec<&str> = restriction.purposes.iter().map(|purpose| purpose.as_str()).collect();
        let values = values![
            restriction.id.as_str(),
            book.as_str(),
            restriction.donor.as_ref().map(|donor| donor.as_str()),
            purposes.join(" "),
            restriction.area.as_ref().map(RegionCode::as_str),
            restriction.classes.join(" "),
            restriction.valid_from.to_string(),
            restriction.valid_to.map(|day| day.to_string()),
            restriction.on_expiry.key(),
            restriction.priority,
            keeping.account_id,
            millis(keeping.now),
        ];
        execute(tx, RESTRICT, values).await?;
        self.keep(tx, (&kept::RESTRICTION, values![restriction.id.as_str()]), keeping).await?;
        self.open_under(tx, book, (&pot, Some(restriction.id.as_str())), keeping).await?;
        Ok(pot)
    }

    async fn open_under(
        &self,
        tx: &DatabaseTransaction,
        book: &BookId,
        (code, restriction): (&AccountCode, Option<&str>),
        keeping: Keeping<'_>,
    ) -> Result<()> {
        let (floor, at) = (i64::from(code.has_floor()), millis(keeping.now));
        let values = values![book.as_str(), code.as_str(), code.side().key(), floor, restriction, at];
        if execute(tx, OPEN_ACCOUNT, values).await? == 1 {
            self.keep(tx, (&kept::ACCOUNT, values![book.as_str(), code.as_str()]), keeping).await?;
        }
        Ok(())
    }
}

fn pot_of(restriction: &Restriction) -> Result<AccountCode> {
    AccountCode::of(AccountHead::Pot, restriction.id.as_str()).ok_or_else(no_such_book)
}

/// A refusal of the ledger under its own code.
pub(crate) fn refused(refusal: LedgerRefusal) -> StoreError {
    let kind = match refusal.code {
        LedgerCode::PaidAlready
        | LedgerCode::HoldResolved
        | LedgerCode::VoucherTaken
        | LedgerCode::TransferTaken
        | LedgerCode::BooksChanged => ErrorKind::Stale,
        _ => ErrorKind::Refused,
    };
    let text = refusal.text();
    StoreError::new(kind, refusal.code.key(), text.zh, text.en)
}

fn no_such_book() -> StoreError {
    StoreError::refused(
        "store-book",
        "账册、科目或资金池没有写完整，或编号已被使用：写明名称和所属单位（各100字以内），换一个编号；资金池要有限定用途。",
        "The book, account or pot is not whole, or its id is taken: give a name and an owner (100 characters at most) and another id; a pot needs its restriction.",
    )
}

pub(crate) fn unreadable() -> StoreError {
    StoreError::damaged(
        "账里有一行读不懂。请运行 shukun audit。",
        "A row of the books cannot be read. Run shukun audit.",
    )
}
