//! Reading the books: balances, pots, vouchers, the transfers of an account.

use sea_orm::ConnectionTrait;
use shukun_base::{Day, Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::ledger::model::Totals;
use shukun_fund::ledger::{AccountClass, AccountCode, AccountHead, BookKind, PotBalance, Restriction, Voucher};
use shukun_fund::{BookId, VoucherId};

use super::rows::{
    StoredTransfer, TRANSFER_COLUMNS, read, read_closed, read_hash, read_restriction, read_totals, read_transfer,
    read_voucher, shown,
};
use crate::accounts::read_region;
use crate::error::{Result, StoreError};
use crate::moment::{Moment, moment};
use crate::scope::Scope;
use crate::sql::{Query, Row, all, find, statements, values};
use crate::store::Store;

statements! {
    BALANCES = "SELECT code, debits_posted, debits_pending, credits_posted, credits_pending, restrictions.restriction_id,
        donor_id, purposes, area, classes, valid_from, valid_to, on_expiry, priority
        FROM book_accounts LEFT JOIN restrictions ON restrictions.restriction_id = book_accounts.restriction_id
        WHERE book_accounts.book_id = $1 ORDER BY code";
    VOUCHER = "SELECT voucher_id, book_id, effective, words, maker, checker, recorded_at FROM vouchers WHERE voucher_id = $1";
    OF_VOUCHER = "SELECT * FROM transfers WHERE voucher_id = $1 ORDER BY position";
}

/// A book as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookRow {
    /// Its id.
    pub id: BookId,
    /// Its name.
    pub name: String,
    /// The organisation it belongs to.
    pub owner: String,
    /// Whose money.
    pub kind: BookKind,
    /// Where it lies.
    pub region: RegionCode,
    /// The number of its last transfer.
    pub sequence: i64,
    /// The hash of its last transfer.
    pub head: String,
    /// The last day of the last closed month.
    pub closed_through: Option<Day>,
}

/// An account as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRow {
    /// Its code.
    pub code: AccountCode,
    /// What was debited and credited.
    pub totals: Totals,
    /// The restriction of a pot.
    pub restriction: Option<Restriction>,
}

impl AccountRow {
    /// The balance on its side.
    pub fn balance(&self) -> Fen {
        self.totals.balance(self.code.side())
    }

    /// What is held of it.
    pub fn held(&self) -> Fen {
        self.totals.held(self.code.side())
    }

    /// The balance less what is held.
    pub fn free(&self) -> Fen {
        self.totals.free(self.code.side())
    }
}

/// A voucher that was posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoucherRow {
    /// The voucher, its transfers in their order.
    pub voucher: Voucher,
    /// When it was written down.
    pub recorded_at: Moment,
    /// Its transfers with their places in the chain.
    pub stored: Vec<StoredTransfer>,
}

impl Store {
    /// The books that the caller may look at, by their place.
    pub async fn books(&self, scope: &Scope) -> Result<Vec<BookRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let pass = self.within(scope, Permission::ViewFund);
        books_query(scope, None).all(&pass).await?.iter().map(read_book).collect()
    }

    /// The books that the caller may look at with their accounts, asked for in two statements however many they are.
    pub async fn books_with_accounts(&self, scope: &Scope) -> Result<Vec<(BookRow, Vec<AccountRow>)>> {
        let mut books: Vec<(BookRow, Vec<AccountRow>)> =
            self.books(scope).await?.into_iter().map(|book| (book, Vec::new())).collect();
        for row in book_accounts_query(scope).all(&self.within(scope, Permission::ViewFund)).await? {
            let (of, account) = (read(&row, "of_book", BookId::new)?, read_account(&row)?);
            if let Some((_, accounts)) = books.iter_mut().find(|(book, _)| book.id == of) {
                accounts.push(account);
            }
        }
        Ok(books)
    }

    /// One of them.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn book(&self, scope: &Scope, book: &BookId) -> Result<BookRow> {
        scope.require_anywhere(Permission::ViewFund)?;
        let pass = self.within(scope, Permission::ViewFund);
        let row = books_query(scope, Some(book)).find(&pass).await?.ok_or_else(StoreError::not_found)?;
        read_book(&row)
    }

    /// Every account of a book, by its code.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn balances(&self, scope: &Scope, book: &BookId) -> Result<Vec<AccountRow>> {
        self.place_of_book(scope, book).await?;
        accounts_of(&self.within(scope, Permission::ViewFund), book).await
    }

    /// The pots of a book with what is free in them, for
    /// [`share_among_pots`](shukun_fund::ledger::share_among_pots).
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn pots(&self, scope: &Scope, book: &BookId) -> Result<Vec<PotBalance>> {
        Ok(self.balances(scope, book).await?.into_iter().filter_map(as_pot).collect())
    }

    /// The newest transfers of an account, before a number of the book.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn account_transfers(
        &self,
        scope: &Scope,
        (book, code): (&BookId, &AccountCode),
        before: Option<i64>,
        most: i64,
    ) -> Result<Vec<StoredTransfer>> {
        self.place_of_book(scope, book).await?;
        let query = transfers_query(book, code, before, most);
        query.all(&self.within(scope, Permission::ViewFund)).await?.iter().map(read_transfer).collect()
    }

    /// A posted voucher.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn voucher(&self, scope: &Scope, id: &VoucherId) -> Result<VoucherRow> {
        scope.require_anywhere(Permission::ViewFund)?;
        let pass = self.within(scope, Permission::ViewFund);
        let row = find(&pass, VOUCHER, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        self.place_of_book(scope, &read(&row, "book_id", BookId::new)?).await?;
        let stored = all(&pass, OF_VOUCHER, values![id.as_str()]).await?;
        let stored: Vec<StoredTransfer> = stored.iter().map(read_transfer).collect::<Result<_>>()?;
        let transfers = stored.iter().map(|stored| stored.transfer.clone()).collect();
        let voucher = Voucher { transfers, ..read_voucher(&row)? };
        Ok(VoucherRow { voucher, recorded_at: moment(row.get("recorded_at")?)?, stored })
    }
}

/// Inside a transaction it is what is there now, before anybody else takes it.
pub(crate) async fn accounts_of(on: &impl ConnectionTrait, book: &BookId) -> Result<Vec<AccountRow>> {
    all(on, BALANCES, values![book.as_str()]).await?.iter().map(read_account).collect()
}

/// A pot with what is free in it. Pots, units' money and what is free of restriction; a reserve pays only by resolution.
pub(crate) fn as_pot(account: AccountRow) -> Option<PotBalance> {
    let is_pot = account.code.class() == AccountClass::NetAssets && account.code.head() != AccountHead::Reserve;
    let free = account.free();
    is_pot.then_some(PotBalance { account: account.code, restriction: account.restriction, free })
}

pub(crate) fn books_query(scope: &Scope, book: Option<&BookId>) -> Query {
    let mut query =
        Query::new("SELECT book_id, name, owner, kind, region, sequence, head, closed_through FROM books WHERE ");
    scope.push_area(&mut query, "region", Permission::ViewFund);
    if let Some(book) = book {
        query.push(" AND book_id = ").bind(book.as_str());
    }
    query.push(" ORDER BY region, book_id");
    query
}

pub(crate) fn book_accounts_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT books.book_id AS of_book, code, debits_posted, debits_pending, credits_posted, credits_pending,
            restrictions.restriction_id, donor_id, purposes, area, classes, valid_from, valid_to, on_expiry, priority
            FROM books JOIN book_accounts ON book_accounts.book_id = books.book_id
            LEFT JOIN restrictions ON restrictions.restriction_id = book_accounts.restriction_id WHERE ",
    );
    scope.push_area(&mut query, "books.region", Permission::ViewFund);
    query.push(" ORDER BY of_book, code");
    query
}

pub(crate) fn transfers_query(book: &BookId, code: &AccountCode, before: Option<i64>, most: i64) -> Query {
    let mut query = Query::new("SELECT ");
    query.push(TRANSFER_COLUMNS).push(" FROM transfers WHERE book_id = ").bind(book.as_str());
    query.push(" AND (debit = ").bind(code.as_str()).push(" OR credit = ").bind(code.as_str()).push(")");
    if let Some(before) = before {
        query.push(" AND sequence < ").bind(before);
    }
    query.push(" ORDER BY sequence DESC LIMIT ").bind(most);
    query
}

fn read_book(row: &Row) -> Result<BookRow> {
    Ok(BookRow {
        id: read(row, "book_id", BookId::new)?,
        name: row.get("name")?,
        owner: row.get("owner")?,
        kind: read(row, "kind", BookKind::find)?,
        region: read_region(row)?,
        sequence: row.get("sequence")?,
        head: shown(&read_hash(row, "head")?).as_str().to_owned(),
        closed_through: read_closed(row)?,
    })
}

fn read_account(row: &Row) -> Result<AccountRow> {
    let code = read(row, "code", AccountCode::new)?;
    Ok(AccountRow { code, totals: read_totals(row)?, restriction: read_restriction(row)? })
}
