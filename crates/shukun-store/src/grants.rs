//! Grants in the database: given and taken back by the security administrator, never deleted.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::{Day, RegionCode};
use shukun_casework::authority::{Grant, GrantFault, Permission, Programme, Role, check_grants, clashing_roles};

use crate::accounts::AccountId;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;

statements! {
    HELD = "SELECT grant_id, role, region, programme, expires_on FROM grants
        WHERE account_id = $1 AND revoked_at IS NULL ORDER BY granted_at, grant_id";
    GIVE = "INSERT INTO grants (grant_id, account_id, role, region, programme, expires_on, granted_at, granted_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    TAKE_BACK = "UPDATE grants SET revoked_at = $2, revoked_by = $3 WHERE grant_id = $1 AND revoked_at IS NULL";
    OF_GRANT = "SELECT account_id, role, region FROM grants WHERE grant_id = $1 AND revoked_at IS NULL";
    // Held until the end of the transaction: two grants to one account are given one after the other.
    TOUCH = "UPDATE accounts SET grants_version = grants_version + 1 WHERE account_id = $1 AND closed_at IS NULL";
}

/// A grant and the id it is taken back by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldGrant {
    /// Its id.
    pub grant_id: String,
    /// What was given.
    pub grant: Grant,
}

/// Every two roles that one person may not hold, in both orders.
pub(crate) fn clashing_pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    let others = |one: Role| Role::ALL.iter().filter(move |other| clashing_roles(one, **other));
    Role::ALL.iter().flat_map(move |one| others(*one).map(|other| (one.key(), other.key())))
}

/// What an account holds now, expired grants too.
pub(crate) async fn held(on: &impl ConnectionTrait, account_id: &AccountId) -> Result<Vec<HeldGrant>> {
    all(on, HELD, values![account_id.as_str()]).await?.iter().map(read).collect()
}

fn read(row: &Row) -> Result<HeldGrant> {
    let (role, region): (String, String) = (row.get("role")?, row.get("region")?);
    let programme: Option<String> = row.get("programme")?;
    let expires_on: Option<String> = row.get("expires_on")?;
    let grant = Grant {
        role: Role::find(&role).ok_or_else(unreadable)?,
        region: RegionCode::new(&region).ok_or_else(unreadable)?,
        programme: programme.map(|key| Programme::find(&key).ok_or_else(unreadable)).transpose()?,
        expires_on: expires_on.map(|day| day.parse::<Day>().map_err(|_| unreadable())).transpose()?,
    };
    Ok(HeldGrant { grant_id: row.get("grant_id")?, grant })
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一条授权读不懂。", "A grant cannot be read.")
}

/// Gives a grant inside a transaction, after all checks.
pub(crate) async fn give(
    store: &Store,
    tx: &DatabaseTransaction,
    account_id: &AccountId,
    grant: &Grant,
    by: &str,
    now: Moment,
) -> Result<String> {
    if execute(tx, TOUCH, values![account_id.as_str()]).await? == 0 {
        return Err(StoreError::not_found());
    }
    let mut grants: Vec<Grant> = held(tx, account_id).await?.into_iter().map(|held| held.grant).collect();
    grants.push(grant.clone());
    refuse_faults(&grants)?;
    let grant_id = store.chance.id()?;
    let values = values![
        grant_id.as_str(),
        account_id.as_str(),
        grant.role.key(),
        grant.region.as_str(),
        grant.programme.map(Programme::key),
        grant.expires_on.map(|day| day.to_string()),
        millis(now),
        by,
    ];
    execute(tx, GIVE, values).await.map_err(|error| if error.is_trigger() { clash() } else { error })?;
    Ok(grant_id)
}

/// Also of grants that have run out: they are taken back before something that clashes is given.
fn refuse_faults(grants: &[Grant]) -> Result<()> {
    let mut lasting = grants.to_vec();
    lasting.iter_mut().for_each(|grant| grant.expires_on = None);
    let faults = check_grants(&lasting, Day::default());
    faults.first().map_or(Ok(()), |fault| Err(refused(fault)))
}

fn refused(fault: &GrantFault) -> StoreError {
    let text = fault.text();
    StoreError::refused("store-grant-refused", text.zh, text.en)
}

fn clash() -> StoreError {
    StoreError::refused(
        "store-grant-refused",
        "该账号已有的角色与此角色不得由同一人担任：请授予另一个人。",
        "This account holds a role that excludes this one: grant it to somebody else.",
    )
}

impl Store {
    /// What an account holds, for the security administrator's page.
    pub async fn list_grants(&self, scope: &Scope, account_id: &AccountId) -> Result<Vec<HeldGrant>> {
        let may = |permission| scope.allows_anywhere(permission);
        if !(may(Permission::ManageGrants) || may(Permission::ManageAccounts) || scope.account_id() == account_id) {
            return Err(StoreError::forbidden());
        }
        held(&self.db, account_id).await
    }

    /// Gives an account a grant. Nobody gives one to himself.
    ///
    /// # Errors
    /// `store-grant-refused` where the roles exclude each other or the region is too wide for the role.
    pub async fn grant(&self, scope: &Scope, account_id: &AccountId, grant: &Grant, now: Moment) -> Result<String> {
        scope.require(Permission::ManageGrants, Some(&grant.region))?;
        refuse_own(scope, account_id)?;
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let grant_id = give(self, &tx, account_id, grant, scope.account_id().as_str(), now).await?;
            let entry = Entry {
                account_id: scope.account_id().as_str(),
                act: Act::Granted,
                object: Object::new("account", account_id.as_str()),
                region: Some(&grant.region),
                fields: &format!("{grant_id} {} {}", grant.role.key(), grant.region),
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            tx.commit().await?;
            Ok(grant_id)
        })
        .await
    }

    /// Takes a grant back; it reaches nowhere from the next request on.
    pub async fn revoke(&self, scope: &Scope, grant_id: &str, now: Moment) -> Result<()> {
        let row = find(&self.db, OF_GRANT, values![grant_id]).await?.ok_or_else(StoreError::not_found)?;
        let (account_id, role): (String, String) = (row.get("account_id")?, row.get("role")?);
        let region = RegionCode::new(&row.get::<String>("region")?).ok_or_else(unreadable)?;
        scope.require(Permission::ManageGrants, Some(&region))?;
        refuse_own(scope, &AccountId::new(&account_id))?;
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let by = scope.account_id().as_str();
            if execute(&tx, TAKE_BACK, values![grant_id, millis(now), by]).await? == 0 {
                return Err(StoreError::not_found());
            }
            let entry = Entry {
                account_id: by,
                act: Act::Revoked,
                object: Object::new("account", account_id.as_str()),
                region: Some(&region),
                fields: &format!("{grant_id} {role} {region}"),
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

fn refuse_own(scope: &Scope, account_id: &AccountId) -> Result<()> {
    let own = || {
        StoreError::refused(
            "store-own-grant",
            "不能给自己授权或收回自己的授权：请由另一位安全管理员办理。",
            "Nobody gives himself a grant or takes his own back: ask another security administrator.",
        )
    };
    if scope.account_id() == account_id { Err(own()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::testing::{at, grant, id_of, new_account, on_both, region, scopes};

    async fn security_and_clerk(store: &Store) -> (Scope, Scope) {
        let (security, clerk) = (grant(Role::SecurityAdmin, "330381"), grant(Role::Insurance, "330381"));
        let mut scopes = scopes(store, &[new_account("security", &[security]), new_account("clerk", &[clerk])]).await;
        (scopes.remove(0), scopes.remove(0))
    }

    #[test]
    fn grants_are_given_and_taken_back() {
        on_both(|db| async move {
            let store = db.open().await;
            let (security, clerk) = security_and_clerk(&store).await;
            let id = id_of(&clerk);
            let more = Grant {
                expires_on: Some(jiff::civil::date(2026, 5, 1)),
                programme: Some(Programme::CharityRelief),
                ..grant(Role::CivilAffairs, "330381")
            };
            let grant_id = store.grant(&security, &id, &more, at(1)).await.unwrap();
            let held = store.list_grants(&security, &id).await.unwrap();
            assert_eq!(held[1], HeldGrant { grant_id: grant_id.clone(), grant: more });
            store.revoke(&security, &grant_id, at(2)).await.unwrap();
            assert_eq!(store.list_grants(&security, &id).await.unwrap().len(), 1);
            assert_eq!(store.revoke(&security, &grant_id, at(3)).await.unwrap_err().kind, ErrorKind::NotFound);
        });
    }

    #[test]
    fn nobody_grants_to_himself_outside_his_area_or_without_the_role() {
        on_both(|db| async move {
            let store = db.open().await;
            let (security, clerk) = security_and_clerk(&store).await;
            let more = grant(Role::CivilAffairs, "330381");
            let refused = |result: Result<String>| result.unwrap_err().code;
            assert_eq!(refused(store.grant(&security, &id_of(&security), &more, at(1)).await), "store-own-grant");
            assert_eq!(refused(store.grant(&clerk, &id_of(&security), &more, at(1)).await), "store-forbidden");
            let elsewhere = grant(Role::CivilAffairs, "330305");
            assert_eq!(refused(store.grant(&security, &id_of(&clerk), &elsewhere, at(1)).await), "store-forbidden");
            let wide = grant(Role::Township, "330381");
            assert_eq!(refused(store.grant(&security, &id_of(&clerk), &wide, at(1)).await), "store-grant-refused");
            let admin = grant(Role::SystemAdmin, "330381");
            assert_eq!(refused(store.grant(&security, &id_of(&clerk), &admin, at(1)).await), "store-grant-refused");
        });
    }

    #[test]
    fn the_database_itself_keeps_the_administrators_apart() {
        on_both(|db| async move {
            let store = db.open().await;
            let (security, _) = security_and_clerk(&store).await;
            for role in Role::ALL.iter().filter(|role| clashing_roles(Role::SecurityAdmin, **role)) {
                let insert = format!(
                    "INSERT INTO grants (grant_id, account_id, role, region, granted_at, granted_by)
                     VALUES ('{role}', '{}', '{role}', '330381', 0, '')",
                    security.account_id()
                );
                let error = StoreError::from(store.db.execute_unprepared(&insert).await.unwrap_err());
                assert!(error.is_trigger(), "{role}: {error}");
            }
            let widen = "UPDATE grants SET region = '33'";
            assert!(StoreError::from(store.db.execute_unprepared(widen).await.unwrap_err()).is_trigger());
            let delete = "DELETE FROM grants";
            assert!(StoreError::from(store.db.execute_unprepared(delete).await.unwrap_err()).is_trigger());
        });
    }

    #[test]
    fn two_clashing_grants_at_the_same_moment_give_one() {
        on_both(|db| async move {
            let store = db.open().await;
            let security = grant(Role::SecurityAdmin, "330381");
            let found = scopes(&store, &[new_account("security", &[security]), new_account("new", &[])]).await;
            let id = id_of(&found[1]);
            let (one, other) = (grant(Role::SystemAdmin, "330381"), grant(Role::Finance, "330381"));
            let (one, other) =
                tokio::join!(store.grant(&found[0], &id, &one, at(1)), store.grant(&found[0], &id, &other, at(1)));
            assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
            assert_eq!(region("330381"), store.list_grants(&found[0], &id).await.unwrap()[0].grant.region);
        });
    }
}
