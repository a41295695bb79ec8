//! Who may do what at a place: colleagues to whom a case can be given. Names of colleagues are no secret among those who
//! see cases there.

use shukun_base::RegionCode;
use shukun_casework::authority::{Permission, Role, may};

use crate::accounts::{AccountId, read_region};
use crate::error::{Result, StoreError};
use crate::scope::{Scope, after};
use crate::sql::{Query, Row};
use crate::store::Store;

/// A colleague, by one of the grants that let them do it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    /// The account.
    pub account_id: AccountId,
    /// The name colleagues see.
    pub display_name: String,
    /// The office.
    pub office: String,
    /// In which role.
    pub role: Role,
    /// Where the grant reaches: the place asked for, or one around it, or one in it.
    pub region: RegionCode,
}

/// Which grants are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Those that cover the whole of it.
    Over,
    /// Those for a place in it.
    Within,
}

impl Store {
    /// The accounts whose grants allow it in the whole of `region` today; each once for every grant, the narrowest first.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller sees cases there.
    pub async fn list_workers(
        &self,
        scope: &Scope,
        permission: Permission,
        region: &RegionCode,
    ) -> Result<Vec<Worker>> {
        self.workers(scope, permission, region, Reach::Over).await
    }

    /// The accounts whose grants allow it at some place inside `region` today: the workers of a town's villages.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller sees cases there.
    pub async fn list_workers_within(
        &self,
        scope: &Scope,
        permission: Permission,
        region: &RegionCode,
    ) -> Result<Vec<Worker>> {
        self.workers(scope, permission, region, Reach::Within).await
    }

    async fn workers(
        &self,
        scope: &Scope,
        permission: Permission,
        region: &RegionCode,
        reach: Reach,
    ) -> Result<Vec<Worker>> {
        if !scope.allows(Permission::ViewCases, Some(region)) {
            return Err(StoreError::forbidden());
        }
        workers_query(scope, permission, region, reach).all(&self.db).await?.iter().map(read).collect()
    }
}

pub(crate) fn workers_query(scope: &Scope, permission: Permission, region: &RegionCode, reach: Reach) -> Query {
    let roles = Role::ALL.iter().copied().filter(|role| may(*role, permission));
    let mut query = Query::new(
        "SELECT grants.account_id, display_name, office, role, grants.region AS region FROM grants
            JOIN accounts ON accounts.account_id = grants.account_id
            WHERE revoked_at IS NULL AND closed_at IS NULL AND role IN (",
    );
    query.bind_list(roles.map(|role| role.key().into()));
    query.push(") AND (expires_on IS NULL OR expires_on >= ").bind(scope.today().to_string());
    match reach {
        Reach::Over => {
            let around = [2, 4, 6, 9, 12].into_iter().filter_map(|digits| region.as_str().get(..digits));
            query.push(") AND grants.region IN (").bind_list(around.map(Into::into)).push(")")
        }
        Reach::Within => {
            query.push(") AND grants.region >= ").bind(region.as_str());
            query.push(" AND grants.region < ").bind(after(region))
        }
    };
    query.push(" ORDER BY length(grants.region) DESC, grants.region, display_name, grants.account_id");
    query
}

fn read(row: &Row) -> Result<Worker> {
    let role = Role::find(&row.get::<String>("role")?);
    Ok(Worker {
        account_id: AccountId::new(&row.get::<String>("account_id")?),
        display_name: row.get("display_name")?,
        office: row.get("office")?,
        role: role.ok_or_else(|| StoreError::damaged("有一条授权读不懂。", "A grant cannot be read."))?,
        region: read_region(row)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, id_of, new_account, on_both, region, scopes};
    use shukun_casework::authority::Grant;

    async fn office(store: &Store) -> Vec<Scope> {
        let last_year = Grant { expires_on: "2026-03-01".parse().ok(), ..grant(Role::Village, "330381001201") };
        let accounts = [
            new_account("ca", &[grant(Role::CivilAffairs, "330381")]),
            new_account("ts", &[grant(Role::Township, "330381001")]),
            new_account("vw1", &[grant(Role::Village, "330381001201"), grant(Role::Village, "330381001202")]),
            new_account("vw2", &[grant(Role::Village, "330381001202")]),
            new_account("late", &[last_year]),
            new_account("left", &[grant(Role::Village, "330381001201")]),
            new_account("other", &[grant(Role::Township, "330381002")]),
            new_account("system", &[grant(Role::SystemAdmin, "330381")]),
        ];
        let scopes = scopes(store, &accounts).await;
        store.close_account(&scopes[7], &id_of(&scopes[5]), at(1)).await.unwrap();
        scopes
    }

    fn told(workers: &[Worker]) -> Vec<(&str, &str)> {
        workers.iter().map(|worker| (worker.display_name.as_str(), worker.region.as_str())).collect()
    }

    #[test]
    fn those_whose_grant_is_alive_and_covers_the_place() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            let village = region("330381001201");
            let workers = store.list_workers(&scopes[1], Permission::Verify, &village).await.unwrap();
            assert_eq!(told(&workers), [("测试vw1", "330381001201"), ("测试ts", "330381001")]);
            let workers = store.list_workers(&scopes[0], Permission::Dismiss, &village).await.unwrap();
            assert_eq!(told(&workers), [("测试ca", "330381")]);
            let within = store.list_workers_within(&scopes[1], Permission::Verify, &region("330381001")).await.unwrap();
            let expected = [
                ("测试vw1", "330381001201"),
                ("测试vw1", "330381001202"),
                ("测试vw2", "330381001202"),
                ("测试ts", "330381001"),
            ];
            assert_eq!(told(&within), expected);
        });
    }

    #[test]
    fn a_neighbour_is_told_nobody() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            let asked = store.list_workers(&scopes[6], Permission::Verify, &region("330381001201")).await;
            assert_eq!(asked.unwrap_err().code, "store-forbidden");
            let asked = store.list_workers_within(&scopes[6], Permission::Verify, &region("330381")).await;
            assert_eq!(asked.unwrap_err().code, "store-forbidden");
        });
    }
}
