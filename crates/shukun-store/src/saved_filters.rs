//! Filters that somebody keeps under a name: the query of a list's address, whose are they and in which order.
//!
//! What a filter finds is asked anew each time within the scope; a kept filter gives nobody anything.

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    KEEP = "INSERT INTO saved_filters (filter_id, account_id, name, query, saved_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account_id, name) DO UPDATE SET query = excluded.query, saved_at = excluded.saved_at";
    COUNT = "SELECT COUNT(*) AS filters FROM saved_filters WHERE account_id = $1 AND name <> $2";
    OWN = "SELECT filter_id, name, query FROM saved_filters WHERE account_id = $1 ORDER BY name, filter_id";
    DROP = "DELETE FROM saved_filters WHERE filter_id = $1 AND account_id = $2";
}

/// As many as somebody finds again on the start page.
const MOST: i64 = 12;
/// Longest name, in characters.
const LONGEST_NAME: usize = 30;
/// Longest query of an address, in bytes.
const LONGEST_QUERY: usize = 1_000;

/// A filter that somebody keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedFilter {
    /// Its id.
    pub filter_id: String,
    /// What it is called.
    pub name: String,
    /// The query of the list's address, without the question mark.
    pub query: String,
}

impl Store {
    /// Keeps a filter of the caller's own; one of the same name gives way.
    ///
    /// # Errors
    /// `store-filter-name` without a name of one line and 30 characters at most; `store-filter-count` beyond twelve.
    pub async fn keep_filter(&self, scope: &Scope, name: &str, query: &str, now: Moment) -> Result<()> {
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().count() <= LONGEST_NAME && !name.contains(char::is_control);
        if !is_name || query.len() > LONGEST_QUERY {
            return Err(wrong_name());
        }
        let (account_id, filter_id) = (scope.account_id().as_str(), self.chance.id()?);
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let others = find(&tx, COUNT, values![account_id, name]).await?;
            if others.map_or(Ok(0), |row| row.get::<i64>("filters"))? >= MOST {
                return Err(too_many());
            }
            execute(&tx, KEEP, values![filter_id.as_str(), account_id, name, query, millis(now)]).await?;
            append(self, &tx, now, entry(account_id, Act::FilterSaved)).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The caller's own filters, by name.
    pub async fn list_filters(&self, scope: &Scope) -> Result<Vec<SavedFilter>> {
        all(&self.mine(scope), OWN, values![scope.account_id().as_str()]).await?.iter().map(read).collect()
    }

    /// Drops one of the caller's own filters.
    pub async fn drop_filter(&self, scope: &Scope, filter_id: &str, now: Moment) -> Result<()> {
        let account_id = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            if execute(&tx, DROP, values![filter_id, account_id]).await? == 0 {
                return Err(StoreError::not_found());
            }
            append(self, &tx, now, entry(account_id, Act::FilterDropped)).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

fn read(row: &Row) -> Result<SavedFilter> {
    Ok(SavedFilter { filter_id: row.get("filter_id")?, name: row.get("name")?, query: row.get("query")? })
}

fn entry(account_id: &str, act: Act) -> Entry<'_> {
    let object = Object::new("account", account_id);
    Entry { account_id, act, object, region: None, fields: "", reason: None }
}

fn wrong_name() -> StoreError {
    StoreError::refused(
        "store-filter-name",
        format!("请给筛选起一个名字，一行，不超过{LONGEST_NAME}个字。"),
        format!("Give the filter a name of one line, {LONGEST_NAME} characters at most."),
    )
}

fn too_many() -> StoreError {
    StoreError::refused(
        "store-filter-count",
        format!("最多保存{MOST}个筛选。请先删除不用的，或用同一个名字替换。"),
        format!("{MOST} filters can be kept. Drop one that you do not use, or replace one under its name."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, new_account, on_both, scopes};
    use shukun_casework::authority::Role;

    async fn two(store: &Store) -> Vec<Scope> {
        let civil = grant(Role::CivilAffairs, "330381");
        scopes(
            store,
            &[new_account("one", std::slice::from_ref(&civil)), new_account("two", std::slice::from_ref(&civil))],
        )
        .await
    }

    #[test]
    fn everybody_keeps_and_drops_their_own() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two(&store).await;
            store.keep_filter(&scopes[0], " 红色超期 ", "colour=red&level=breached", at(1)).await.unwrap();
            store.keep_filter(&scopes[0], "红色超期", "colour=red", at(2)).await.unwrap();
            store.keep_filter(&scopes[1], "红色超期", "colour=yellow", at(2)).await.unwrap();
            let own = store.list_filters(&scopes[0]).await.unwrap();
            assert_eq!(own.len(), 1);
            assert_eq!((own[0].name.as_str(), own[0].query.as_str()), ("红色超期", "colour=red"));
            let error = store.drop_filter(&scopes[1], &own[0].filter_id, at(3)).await.unwrap_err();
            assert_eq!(error.code, "store-not-found");
            store.drop_filter(&scopes[0], &own[0].filter_id, at(3)).await.unwrap();
            assert_eq!(store.list_filters(&scopes[0]).await.unwrap(), []);
            assert_eq!(store.list_filters(&scopes[1]).await.unwrap().len(), 1);
        });
    }

    #[test]
    fn names_and_numbers_of_filters_have_bounds() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = two(&store).await;
            for name in ["", " ", "两\n行", &"长".repeat(31)] {
                let error = store.keep_filter(&scopes[0], name, "", at(1)).await.unwrap_err();
                assert_eq!(error.code, "store-filter-name", "{name:?}");
            }
            for number in 0..12 {
                store.keep_filter(&scopes[0], &format!("第{number}个"), "", at(1)).await.unwrap();
            }
            assert_eq!(
                store.keep_filter(&scopes[0], "又一个", "", at(1)).await.unwrap_err().code,
                "store-filter-count"
            );
            store.keep_filter(&scopes[0], "第3个", "status=closed", at(1)).await.unwrap();
        });
    }
}
