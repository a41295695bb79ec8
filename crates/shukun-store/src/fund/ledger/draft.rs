//! Vouchers written by hand: one keeper makes it, another checks it, and then it is posted.

use shukun_base::ActorId;
use shukun_casework::authority::Permission;
use shukun_fund::ledger::{LedgerCode, Voucher};
use shukun_fund::{BookId, VoucherId};

use super::post::Posted;
use super::rows::read;
use super::{refused, unreadable};
use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sql::{Query, Row, execute, find, statements, values};
use crate::store::Store;

statements! {
    DRAFT = "INSERT INTO voucher_drafts (voucher_id, book_id, body, maker, made_at, state) VALUES ($1, $2, $3, $4, $5, 'waiting')";
    HOLD_DRAFT = "UPDATE voucher_drafts SET state = state WHERE voucher_id = $1 AND state = 'waiting' RETURNING body, maker";
    CHECKED = "UPDATE voucher_drafts SET state = $2, checker = $3, checked_at = $4 WHERE voucher_id = $1";
}

/// A voucher that waits for its checker, or did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// What would be posted.
    pub voucher: Voucher,
    /// Who made it.
    pub maker: AccountId,
    /// When.
    pub made_at: Moment,
    /// `waiting`, `posted` or `refused`.
    pub state: String,
}

impl Store {
    /// Puts a voucher before a checker. Its maker is the caller; the checker is written in when it is checked.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller keeps each of the books; the ledger's code where a rule refuses it whatever the books
    /// say.
    pub async fn draft_voucher(&self, scope: &Scope, voucher: &Voucher, now: Moment) -> Result<()> {
        let account_id = scope.account_id().as_str();
        if voucher.maker.as_str() != account_id || voucher.checker.is_some() {
            return Err(refused(LedgerCode::SamePerson.at(&voucher.id)));
        }
        voucher.check().map_err(refused)?;
        let mut regions = Vec::new();
        for book in voucher.books() {
            let region = self.place_of_book(scope, book).await?;
            scope.require(Permission::KeepBooks, Some(&region))?;
            regions.push((book.clone(), region));
        }
        let (book, region) = regions.first().ok_or_else(|| refused(LedgerCode::Empty.at(&voucher.id)))?;
        let body = serde_json::to_string(voucher).map_err(|_| unreadable())?;
        let drafted = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let values = values![voucher.id.as_str(), book.as_str(), body.as_str(), account_id, millis(now)];
                execute(&tx, DRAFT, values).await?;
                let object = Object::new("voucher", voucher.id.as_str());
                let (act, fields) = (Act::VoucherDrafted, book.as_str());
                let entry = Entry { account_id, act, object, region: Some(region), fields, reason: None };
                append(self, &tx, now, entry).await?;
                Ok(tx.commit().await?)
            })
            .await;
        let is_taken = |error: &StoreError| error.is_duplicate();
        drafted.map_err(
            |error| {
                if is_taken(&error) { refused(LedgerCode::VoucherTaken.at(&voucher.id)) } else { error }
            },
        )
    }

    /// Checks a waiting voucher: posts it, or refuses it for good. Never by its maker.
    ///
    /// # Errors
    /// `store-not-found` where none waits; `L109` for its maker; the ledger's code where the books refuse it: it goes on waiting.
    pub async fn check_voucher(
        &self,
        scope: &Scope,
        id: &VoucherId,
        is_accepted: bool,
        now: Moment,
    ) -> Result<Option<Posted>> {
        let draft = self.draft(scope, id).await?;
        for book in draft.voucher.books() {
            let region = self.place_of_book(scope, book).await?;
            scope.require(Permission::CheckBooks, Some(&region))?;
        }
        let account_id = scope.account_id().as_str();
        let checker = ActorId::new(account_id).ok_or_else(unreadable)?;
        if checker == draft.voucher.maker {
            return Err(refused(LedgerCode::SamePerson.at(id)));
        }
        let voucher = Voucher { checker: Some(checker), ..draft.voucher };
        let done = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                find(&tx, HOLD_DRAFT, values![id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
                let posted = match is_accepted {
                    true => Some(self.post_within(&tx, scope, &voucher, now).await?),
                    false => None,
                };
                let state = if is_accepted { "posted" } else { "refused" };
                execute(&tx, CHECKED, values![id.as_str(), state, account_id, millis(now)]).await?;
                for book in voucher.books() {
                    let region = super::post::hold_book(&tx, book).await?;
                    let (object, fields) = (Object::new("voucher", id.as_str()), state);
                    let (act, region) = (Act::VoucherChecked, Some(region.region()));
                    append(self, &tx, now, Entry { account_id, act, object, region, fields, reason: None }).await?;
                }
                tx.commit().await?;
                Ok(posted)
            })
            .await;
        match done {
            Err(error) => Err(self.why_refused(scope, &voucher, error).await),
            done => done,
        }
    }

    /// Vouchers that wait for a checker, the oldest first.
    pub async fn drafts(&self, scope: &Scope) -> Result<Vec<DraftRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        drafts_query(scope, None).all(&self.within(scope, Permission::ViewFund)).await?.iter().map(read_draft).collect()
    }

    /// One that somebody made by hand, whatever became of it.
    ///
    /// # Errors
    /// `store-not-found` outside the caller's area.
    pub async fn draft(&self, scope: &Scope, id: &VoucherId) -> Result<DraftRow> {
        scope.require_anywhere(Permission::ViewFund)?;
        let row = drafts_query(scope, Some(id)).find(&self.within(scope, Permission::ViewFund)).await?;
        read_draft(&row.ok_or_else(StoreError::not_found)?)
    }
}

pub(crate) fn drafts_query(scope: &Scope, id: Option<&VoucherId>) -> Query {
    let mut query = Query::new(
        "SELECT body, voucher_drafts.book_id, maker, made_at, state FROM voucher_drafts
            JOIN books ON books.book_id = voucher_drafts.book_id WHERE ",
    );
    scope.push_area(&mut query, "region", Permission::ViewFund);
    match id {
        Some(id) => query.push(" AND voucher_id = ").bind(id.as_str()),
        None => query.push(" AND state = 'waiting' ORDER BY made_at, voucher_id"),
    };
    query
}

fn read_draft(row: &Row) -> Result<DraftRow> {
    read(row, "book_id", BookId::new)?;
    let voucher = serde_json::from_str(&row.get::<String>("body")?).map_err(|_| unreadable())?;
    let maker = AccountId::new(&row.get::<String>("maker")?);
    Ok(DraftRow { voucher, maker, made_at: moment(row.get("made_at")?)?, state: row.get("state")? })
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use crate::Scope;
    use crate::testing::{at, on_both};

    fn by(scope: &Scope, id: &str, amount: i64) -> Voucher {
        let maker = ActorId::new(scope.account_id().as_str()).unwrap();
        let transfers = vec![single(&format!("{id}-1"), "county", "unrestricted", "bank-fee", amount)];
        Voucher { maker, checker: None, ..voucher(id, transfers) }
    }

    #[test]
    fn one_makes_a_voucher_and_another_checks_it() {
        on_both(|db| async move {
            let store = db.open().await;
            let people = keepers(&store).await;
            let (maker, checker) = (&people[0], &people[1]);
            books(&store, maker).await;
            store.post_voucher(maker, &opening(), at(5)).await.unwrap();
            for (id, amount) in [("fee", 5), ("too-much", 5_000), ("no", 5)] {
                store.draft_voucher(maker, &by(maker, id, amount), at(5)).await.unwrap();
            }
            assert_eq!(store.draft_voucher(maker, &by(maker, "fee", 5), at(5)).await.unwrap_err().code, "L116");
            assert_eq!(store.draft_voucher(maker, &by(checker, "x", 5), at(5)).await.unwrap_err().code, "L109");
            assert_eq!(store.drafts(checker).await.unwrap().len(), 3);
            let check = async |who: &Scope, id: &str, accept| {
                let id = VoucherId::new(id).unwrap();
                store.check_voucher(who, &id, accept, at(6)).await.map_err(|error| error.code)
            };
            assert_eq!(check(maker, "fee", true).await, Err("L109"));
            assert_eq!(check(&people[2], "fee", true).await, Err("store-forbidden"));
            assert_eq!(check(&people[4], "fee", true).await, Err("store-not-found"));
            assert!(check(checker, "fee", true).await.unwrap().is_some());
            assert_eq!(check(checker, "fee", true).await, Err("store-not-found"), "it waits no more");
            assert_eq!(check(checker, "too-much", true).await, Err("L117"));
            assert_eq!(check(checker, "no", false).await, Ok(None));
            let waiting = store.drafts(checker).await.unwrap();
            assert_eq!(waiting.iter().map(|row| row.voucher.id.as_str()).collect::<Vec<_>>(), ["too-much"]);
            assert_eq!(store.audit_ledger().await.unwrap(), vec![]);
        });
    }
}
