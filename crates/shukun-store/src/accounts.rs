//! Accounts of staff: made with a one-time first password, closed, never deleted.

use std::fmt;

use sea_orm::DatabaseTransaction;
use shukun_base::{Masked, RegionCode};
use shukun_casework::authority::{Grant, Permission};

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::grants;
use crate::moment::{Moment, millis};
use crate::password::first_password;
use crate::scope::Scope;
use crate::sql::{Query, Row, execute, find, statements, values};
use crate::store::Store;

statements! {
    ANYBODY = "SELECT account_id FROM accounts LIMIT 1";
    ADD = "INSERT INTO accounts (account_id, login, display_name, office, region, password_hash, must_change_password,
        grants_version, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, TRUE, 0, $7, $8)";
    PLACE = "SELECT login, region FROM accounts WHERE account_id = $1 AND closed_at IS NULL";
    CLOSE = "UPDATE accounts SET closed_at = $2 WHERE account_id = $1 AND closed_at IS NULL";
    RESET = "UPDATE accounts SET password_hash = $2, must_change_password = TRUE, totp_secret = NULL, totp_pending = NULL
        WHERE account_id = $1";
    END_SESSIONS = "DELETE FROM sessions WHERE account_id = $1";
    END_TOKENS = "UPDATE api_tokens SET revoked_at = $2 WHERE account_id = $1 AND revoked_at IS NULL";
}

/// The id of an account: 32 hexadecimal digits, by chance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AccountId(String);

impl AccountId {
    /// An id from a URL or a form; whether there is such an account is told by what it is used for.
    pub fn new(id: &str) -> AccountId {
        AccountId(id.to_owned())
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// What is typed to sign in: 2 to 64 letters, digits, `.`, `-`, `_`; lower and upper case are the same.
    pub login: String,
    /// The name colleagues see.
    pub display_name: String,
    /// The office the person works in, as shown.
    pub office: String,
    /// Where the account belongs: it decides which administrator keeps it.
    pub region: RegionCode,
    /// What it may do. Only [`Store::set_up`] gives them at once; afterwards the security administrator does.
    pub grants: Vec<Grant>,
}

/// A new account's password for one use. It is shown once and is nowhere stored.
#[derive(Clone, Debug)]
pub struct FirstPassword {
    /// Whose.
    pub account_id: AccountId,
    /// The login it belongs to.
    pub login: String,
    /// The password; it has to be changed at the first sign-in.
    pub password: Masked<String>,
}

/// An account as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub account_id: AccountId,
    /// What is typed to sign in.
    pub login: String,
    /// The name colleagues see.
    pub display_name: String,
    /// The office.
    pub office: String,
    /// Where it belongs.
    pub region: RegionCode,
    /// Whether the first password was not changed yet.
    pub must_change_password: bool,
    /// Whether it has a second factor.
    pub has_second_factor: bool,
    /// Whether it was closed.
    pub is_closed: bool,
}

impl Store {
    /// Whether there is no account yet, so that [`Store::set_up`] is the next step.
    pub async fn is_new(&self) -> Result<bool> {
        Ok(find(&self.db, ANYBODY, values![]).await?.is_none())
    }

    /// Makes the first accounts of an empty database, with their grants: at least the three administrators.
    ///
    /// # Errors
    /// `store-set-up-done` once there is any account.
    pub async fn set_up(&self, accounts: &[NewAccount], now: Moment) -> Result<Vec<FirstPassword>> {
        let prepared = self.prepare(accounts).await?;
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let entry = Entry {
                account_id: "",
                act: Act::SetUp,
                object: Object::new("office", ""),
                region: None,
                fields: &format!("{}", accounts.len()),
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            if find(&tx, ANYBODY, values![]).await?.is_some() {
                return Err(set_up_done());
            }
            for (new, (first, hash)) in accounts.iter().zip(&prepared) {
                add(&tx, new, first, hash, "", now).await?;
                for grant in &new.grants {
                    grants::give(self, &tx, &first.account_id, grant, "", now).await?;
                }
            }
            tx.commit().await?;
            Ok(prepared.iter().map(|(first, _)| first.clone()).collect())
        })
        .await
    }

    /// Makes one account without grants; the security administrator gives them.
    ///
    /// # Errors
    /// `store-login-taken`, `store-login-refused`, `store-grant-refused` if it comes with grants.
    pub async fn add_account(&self, scope: &Scope, new: &NewAccount, now: Moment) -> Result<FirstPassword> {
        scope.require(Permission::ManageAccounts, Some(&new.region))?;
        if !new.grants.is_empty() {
            return Err(grants_apart());
        }
        let (first, hash) = self.prepare_one(new).await?;
        self.retry(|| async {
            let tx = self.begin_write().await?;
            add(&tx, new, &first, &hash, scope.account_id().as_str(), now).await?;
            append(self, &tx, now, entry(scope, Act::AccountAdded, &first.account_id, &new.region)).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(first)
    }

    /// Closes an account; its session ends at once. Its grants stay as they were, for the record.
    pub async fn close_account(&self, scope: &Scope, account_id: &AccountId, now: Moment) -> Result<()> {
        let (_, region) = self.kept_account(scope, account_id).await?;
        self.retry(|| async {
            let tx = self.begin_write().await?;
            execute(&tx, CLOSE, values![account_id.as_str(), millis(now)]).await?;
            execute(&tx, END_SESSIONS, values![account_id.as_str()]).await?;
            execute(&tx, END_TOKENS, values![account_id.as_str(), millis(now)]).await?;
            append(self, &tx, now, entry(scope, Act::AccountClosed, account_id, &region)).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Gives an account a new first password; its session and its second factor end at once.
    pub async fn reset_password(&self, scope: &Scope, account_id: &AccountId, now: Moment) -> Result<FirstPassword> {
        let (login, region) = self.kept_account(scope, account_id).await?;
        let password = first_password(&self.chance)?;
        let hash = self.passwords.hash(&self.chance, &password).await?;
        self.retry(|| async {
            let tx = self.begin_write().await?;
            execute(&tx, RESET, values![account_id.as_str(), hash.as_str()]).await?;
            execute(&tx, END_SESSIONS, values![account_id.as_str()]).await?;
            execute(&tx, END_TOKENS, values![account_id.as_str(), millis(now)]).await?;
            append(self, &tx, now, entry(scope, Act::PasswordReset, account_id, &region)).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(FirstPassword { account_id: account_id.clone(), login, password })
    }

    /// The accounts in the caller's area, by login; for both administrators of accounts and grants.
    pub async fn list_accounts(&self, scope: &Scope) -> Result<Vec<Account>> {
        let permission = match scope.allows_anywhere(Permission::ManageAccounts) {
            true => Permission::ManageAccounts,
            false => Permission::ManageGrants,
        };
        if !scope.allows_anywhere(permission) {
            return Err(StoreError::forbidden());
        }
        accounts_query(scope, permission).all(&self.db).await?.iter().map(read).collect()
    }

    /// Names of colleagues for ids in lists and trails; whoever is signed in may know them.
    pub async fn display_names(&self, _scope: &Scope, ids: &[AccountId]) -> Result<Vec<(AccountId, String)>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = names_query(ids).all(&self.db).await?;
        rows.iter().map(|row| Ok((AccountId(row.get("account_id")?), row.get("display_name")?))).collect()
    }

    /// An open account that the caller keeps: its login and place.
    pub(crate) async fn kept_account(&self, scope: &Scope, account_id: &AccountId) -> Result<(String, RegionCode)> {
        let row = find(&self.db, PLACE, values![account_id.as_str()]).await?.ok_or_else(StoreError::not_found)?;
        let region = read_region(&row)?;
        scope.require(Permission::ManageAccounts, Some(&region))?;
        Ok((row.get("login")?, region))
    }

    async fn prepare(&self, accounts: &[NewAccount]) -> Result<Vec<(FirstPassword, String)>> {
        let mut prepared = Vec::with_capacity(accounts.len());
        for new in accounts {
            prepared.push(self.prepare_one(new).await?);
        }
        Ok(prepared)
    }

    async fn prepare_one(&self, new: &NewAccount) -> Result<(FirstPassword, String)> {
        let login = normal_login(&new.login).ok_or_else(login_refused)?;
        let password = first_password(&self.chance)?;
        let hash = self.passwords.hash(&self.chance, &password).await?;
        Ok((FirstPassword { account_id: AccountId(self.chance.id()?), login, password }, hash))
    }
}

pub(crate) fn accounts_query(scope: &Scope, permission: Permission) -> Query {
    let mut query = Query::new(
        "SELECT account_id, login, display_name, office, region, must_change_password, closed_at,
            totp_secret IS NOT NULL AS has_second_factor FROM accounts WHERE ",
    );
    scope.push_area(&mut query, "region", permission);
    query.push(" ORDER BY login");
    query
}

pub(crate) fn names_query(ids: &[AccountId]) -> Query {
    let mut query = Query::new("SELECT account_id, display_name FROM accounts WHERE account_id IN (");
    query.bind_list(ids.iter().map(|id| id.as_str().into())).push(")");
    query
}

fn read(row: &Row) -> Result<Account> {
    Ok(Account {
        account_id: AccountId(row.get("account_id")?),
        login: row.get("login")?,
        display_name: row.get("display_name")?,
        office: row.get("office")?,
        region: read_region(row)?,
        must_change_password: row.get("must_change_password")?,
        has_second_factor: row.get("has_second_factor")?,
        is_closed: row.get::<Option<i64>>("closed_at")?.is_some(),
    })
}

pub(crate) fn read_region(row: &Row) -> Result<RegionCode> {
    RegionCode::new(&row.get::<String>("region")?)
        .ok_or_else(|| StoreError::damaged("有一条记录的区划代码不对。", "A record's region code is wrong."))
}

async fn add(
    tx: &DatabaseTransaction,
    new: &NewAccount,
    first: &FirstPassword,
    hash: &str,
    by: &str,
    now: Moment,
) -> Result<()> {
    let values = values![
        first.account_id.as_str(),
        first.login.as_str(),
        new.display_name.as_str(),
        new.office.as_str(),
        new.region.as_str(),
        hash,
        millis(now),
        by,
    ];
    let added = execute(tx, ADD, values).await;
    added.map(|_| ()).map_err(|error| if error.is_duplicate() { login_taken() } else { error })
}

fn entry<'a>(scope: &'a Scope, act: Act, account_id: &AccountId, region: &'a RegionCode) -> Entry<'a> {
    let object = Object::new("account", account_id.as_str());
    Entry { account_id: scope.account_id().as_str(), act, object, region: Some(region), fields: "", reason: None }
}

/// Lower case, without surrounding blanks; `None` if it is no login.
pub(crate) fn normal_login(login: &str) -> Option<String> {
    let login = login.trim().to_lowercase();
    let is_plain = |c: char| c.is_alphanumeric() || ".-_".contains(c);
    ((2..=64).contains(&login.chars().count()) && login.chars().all(is_plain)).then_some(login)
}

fn login_refused() -> StoreError {
    StoreError::refused(
        "store-login-refused",
        "登录名为2至64个字母、数字或“.”“-”“_”。",
        "A login is 2 to 64 letters, digits, dots, dashes or underscores.",
    )
}

fn login_taken() -> StoreError {
    StoreError::refused("store-login-taken", "这个登录名已有人用，请换一个。", "This login is taken. Choose another.")
}

fn set_up_done() -> StoreError {
    StoreError::refused(
        "store-set-up-done",
        "已经有账号了：请由系统管理员新增账号，由安全管理员授权。",
        "There are accounts already: the system administrator adds more, the security administrator grants.",
    )
}

fn grants_apart() -> StoreError {
    StoreError::refused(
        "store-grant-refused",
        "新增账号时不能同时授权：请由安全管理员另行授权。",
        "An account is added without grants: the security administrator gives them.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::testing::{at, grant, id_of, new_account, on_both, scopes, staff};
    use shukun_casework::authority::Role;

    #[test]
    fn the_office_is_set_up_once() {
        on_both(|db| async move {
            let store = db.open().await;
            assert!(store.is_new().await.unwrap());
            let (one, other) = ([new_account("one", &[])], [new_account("other", &[])]);
            let (one, other) = tokio::join!(store.set_up(&one, at(0)), store.set_up(&other, at(0)));
            assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
            assert!(!store.is_new().await.unwrap());
            assert_eq!(one.or(other).unwrap().len(), 1);
        });
    }

    #[test]
    fn accounts_are_added_listed_and_closed_within_the_area() {
        on_both(|db| async move {
            let store = db.open().await;
            let system = grant(Role::SystemAdmin, "330381");
            let keeper = scopes(&store, &[new_account("system", &[system])]).await.remove(0);
            let added = store.add_account(&keeper, &new_account("New.Clerk", &[]), at(1)).await.unwrap();
            assert_eq!(added.login, "new.clerk");
            let error = store.add_account(&keeper, &new_account("new.CLERK", &[]), at(1)).await.unwrap_err();
            assert_eq!(error.code, "store-login-taken");
            let elsewhere = NewAccount { region: crate::testing::region("330305"), ..new_account("far", &[]) };
            let error = store.add_account(&keeper, &elsewhere, at(1)).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Forbidden);
            let accounts = store.list_accounts(&keeper).await.unwrap();
            let shown: Vec<_> =
                accounts.iter().map(|account| (account.login.as_str(), account.must_change_password)).collect();
            assert_eq!(shown, [("new.clerk", true), ("system", false)]);
            let (_, session) = store.sign_in("new.clerk", &added.password, at(2)).await.unwrap();
            store.close_account(&keeper, session.account_id(), at(3)).await.unwrap();
            assert!(store.sign_in("new.clerk", &added.password, at(4)).await.is_err());
            assert!(store.list_accounts(&keeper).await.unwrap()[0].is_closed);
            let names = store.display_names(&keeper, &[id_of(&keeper), AccountId::new("nobody")]).await.unwrap();
            assert_eq!(names, [(id_of(&keeper), "测试system".to_owned())]);
        });
    }

    #[test]
    fn a_reset_password_ends_the_session_and_the_second_factor() {
        on_both(|db| async move {
            let store = db.open().await;
            let system = grant(Role::SystemAdmin, "330381");
            let sessions = staff(&store, &[new_account("system", &[system]), new_account("clerk", &[])]).await;
            let (token, clerk) = &sessions[1];
            let keeper = sessions[0].1.scope(at(0));
            let first = store.reset_password(&keeper, clerk.account_id(), at(1)).await.unwrap();
            assert_eq!(store.session(token, at(1)).await.unwrap_err().kind, ErrorKind::SignedOut);
            let (_, again) = store.sign_in("clerk", &first.password, at(2)).await.unwrap();
            assert!(again.must_change_password() && !again.has_second_factor());
        });
    }

    #[test]
    fn logins_are_plain_words() {
        for (login, normal) in [
            (" Wang.Li ", Some("wang.li")),
            ("王莉", Some("王莉")),
            ("a", None),
            ("a b", None),
            ("a'b", None),
            ("", None),
        ] {
            assert_eq!(normal_login(login).as_deref(), normal, "{login:?}");
        }
    }
}
