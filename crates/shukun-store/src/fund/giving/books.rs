//! What giving asks of the books: where one lies, its names, its pots; opening the accounts that a voucher needs.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{RegionCode, Text};
use shukun_casework::authority::Permission;
use shukun_fund::ledger::{AccountCode, AccountHead, OnExpiry, ProgrammeKey, Restriction};
use shukun_fund::{BookId, RestrictionId};

use super::{maybe_day, read_day, read_region, unreadable};
use crate::error::{Result, StoreError};
use crate::fund::kept::Keeping;
use crate::moment::Moment;
use crate::scope::Scope;
use crate::sql::{Row, all, find, statements, values};
use crate::store::Store;

statements! {
    BOOK = "SELECT region, name, owner FROM books WHERE book_id = $1";
    RESTRICTION = "SELECT restriction_id, purposes, area, classes, valid_from, valid_to, on_expiry, priority
        FROM restrictions WHERE book_id = $1 AND restriction_id = $2";
    POTS = "SELECT restriction_id, purposes, area, classes, valid_from, valid_to, on_expiry, priority
        FROM restrictions WHERE book_id = $1 ORDER BY valid_from, restriction_id LIMIT 500";
    BANKS = "SELECT code FROM book_accounts WHERE book_id = $1 AND substr(code, 1, 5) = 'bank:' ORDER BY code";
}

/// Where a book lies.
pub(super) async fn region_of(on: &impl ConnectionTrait, book: &BookId) -> Result<RegionCode> {
    let row = find(on, BOOK, values![book.as_str()]).await?.ok_or_else(StoreError::not_found)?;
    read_region(&row)
}

/// A book's name and its owner.
pub(super) async fn book_names(on: &impl ConnectionTrait, book: &BookId) -> Result<(String, String)> {
    let row = find(on, BOOK, values![book.as_str()]).await?.ok_or_else(StoreError::not_found)?;
    Ok((row.get("name")?, row.get("owner")?))
}

/// The restriction of a pot that is there.
pub(super) async fn restriction_of_account(
    on: &impl ConnectionTrait,
    book: &BookId,
    id: &RestrictionId,
) -> Result<Restriction> {
    let row = find(on, RESTRICTION, values![book.as_str(), id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
    read_restriction(&row)
}

/// The restriction of the account, if it is a pot.
pub(super) async fn maybe_restriction(
    on: &impl ConnectionTrait,
    book: &BookId,
    account: &AccountCode,
) -> Result<Option<Restriction>> {
    let id = account.part().and_then(RestrictionId::new).filter(|_| account.head() == AccountHead::Pot);
    match id {
        Some(id) => Ok(Some(restriction_of_account(on, book, &id).await?)),
        None => Ok(None),
    }
}

fn read_restriction(row: &Row) -> Result<Restriction> {
    let words = |column| -> Result<Vec<String>> {
        Ok(row.get::<String>(column)?.split_whitespace().map(str::to_owned).collect())
    };
    let purposes = words("purposes")?;
    let purposes: Option<Vec<ProgrammeKey>> = purposes.iter().map(|purpose| ProgrammeKey::new(purpose)).collect();
    let area: Option<String> = row.get("area")?;
    Ok(Restriction {
        id: RestrictionId::new(&row.get::<String>("restriction_id")?).ok_or_else(unreadable)?,
        donor: None,
        purposes: purposes.ok_or_else(unreadable)?,
        area: area.map(|area| RegionCode::new(&area).ok_or_else(unreadable)).transpose()?,
        classes: words("classes")?,
        valid_from: read_day(row, "valid_from")?,
        valid_to: maybe_day(row, "valid_to")?,
        on_expiry: OnExpiry::find(&row.get::<String>("on_expiry")?).ok_or_else(unreadable)?,
        priority: row.get("priority")?,
    })
}

impl Store {
    /// Opens what is not there yet: the pot of a new restriction, and any other account; a pot is never opened without one.
    pub(super) async fn open_accounts(
        &self,
        scope: &Scope,
        tx: &DatabaseTransaction,
        (book, accounts, restriction): (&BookId, &[AccountCode], Option<&Restriction>),
        now: Moment,
    ) -> Result<()> {
        let region = region_of(tx, book).await?;
        let keeping = Keeping { account_id: scope.account_id().as_str(), region: &region, now };
        if let Some(restriction) = restriction {
            self.open_pot_within(tx, (book, restriction), keeping).await?;
        }
        for account in accounts.iter().filter(|account| account.head() != AccountHead::Pot) {
            self.open_account_within(tx, (book, account), keeping).await?;
        }
        Ok(())
    }

    /// The restrictions of a book that the caller may look at, oldest first.
    ///
    /// # Errors
    /// `store-not-found`.
    pub async fn restrictions_of_book(&self, scope: &Scope, book: &BookId) -> Result<Vec<Restriction>> {
        self.place_of_book(scope, book).await?;
        let rows = all(&self.within(scope, Permission::ViewFund), POTS, values![book.as_str()]).await?;
        rows.iter().map(read_restriction).collect()
    }

    /// The bank accounts of a book that the caller may look at.
    ///
    /// # Errors
    /// `store-not-found`.
    pub async fn banks_of_book(&self, scope: &Scope, book: &BookId) -> Result<Vec<AccountCode>> {
        self.place_of_book(scope, book).await?;
        let rows = all(&self.within(scope, Permission::ViewFund), BANKS, values![book.as_str()]).await?;
        rows.iter().map(|row| AccountCode::new(&row.get::<String>("code")?).ok_or_else(unreadable)).collect()
    }

    /// What a gift in this account is for, in words.
    ///
    /// # Errors
    /// `store-not-found`.
    pub async fn purpose_of(
        &self,
        scope: &Scope,
        book: &BookId,
        account: &AccountCode,
        name: &(dyn Fn(&str) -> Text + Sync),
    ) -> Result<Text> {
        self.place_of_book(scope, book).await?;
        let within = self.within(scope, Permission::ViewFund);
        let restriction = maybe_restriction(&within, book, account).await?;
        Ok(shukun_fund::giving::earmark_text(restriction.as_ref(), &|key| name(key)))
    }
}
