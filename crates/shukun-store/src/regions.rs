//! What places are called. Public geography: whoever is signed in may read any name, since a case, a visit or a trail
//! names places beside the reader's own.

use std::collections::BTreeMap;

use sea_orm::DatabaseTransaction;
use shukun_base::RegionCode;
use shukun_casework::authority::Permission;

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis};
use crate::scope::Scope;
use crate::sql::{Query, Row, all, execute, statements, values};
use crate::store::Store;

statements! {
    SAVE = "INSERT INTO regions (code, name, saved_at) VALUES ($1, $2, $3)
        ON CONFLICT (code) DO UPDATE SET name = excluded.name, saved_at = excluded.saved_at
        WHERE regions.name <> excluded.name";
    EVERY = "SELECT code, name FROM regions ORDER BY code";
}

/// Longest name, in characters.
const LONGEST: usize = 60;

/// A place and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Its code.
    pub code: RegionCode,
    /// Its name alone, without that of the place it lies in: 飞云街道.
    pub name: String,
}

impl Store {
    /// Writes down what places are called, new or changed; how many were. A place that is not named stays as it is.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller imports in all of them; `store-region-name` where a name is empty, longer than
    /// 60 characters or of several lines.
    pub async fn save_regions(&self, scope: &Scope, regions: &[Region], now: Moment) -> Result<u64> {
        for region in regions {
            scope.require(Permission::Import, Some(&region.code))?;
            if !is_name(&region.name) {
                return Err(wrong_name(&region.code));
            }
        }
        let Some(first) = regions.first() else { return Ok(0) };
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let changed = save(&tx, regions, now).await?;
            let entry = Entry {
                account_id: scope.account_id().as_str(),
                act: Act::RegionsSaved,
                object: Object::new("regions", first.code.as_str()),
                region: Some(&first.code),
                fields: &format!("{changed} of {}", regions.len()),
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            tx.commit().await?;
            Ok(changed)
        })
        .await
    }

    /// The names of these places, and of the town, county, city and province that each lies in; what has no name is left
    /// out. One statement.
    pub async fn region_names(&self, codes: &[RegionCode]) -> Result<BTreeMap<RegionCode, String>> {
        if codes.is_empty() {
            return Ok(BTreeMap::new());
        }
        named(&names_of_regions_query(codes).all(&self.db).await?)
    }

    /// Every name there is, for work on a whole county.
    pub async fn every_region_name(&self) -> Result<BTreeMap<RegionCode, String>> {
        named(&all(&self.db, EVERY, values![]).await?)
    }

    /// The named places in which the caller may do something, in order of their codes.
    pub async fn list_regions(&self, scope: &Scope, permission: Permission) -> Result<Vec<Region>> {
        regions_query(scope, permission).all(&self.db).await?.iter().map(read).collect()
    }
}

async fn save(tx: &DatabaseTransaction, regions: &[Region], now: Moment) -> Result<u64> {
    let mut changed = 0;
    for region in regions {
        changed += execute(tx, SAVE, values![region.code.as_str(), region.name.trim(), millis(now)]).await?;
    }
    Ok(changed)
}

pub(crate) fn names_of_regions_query(codes: &[RegionCode]) -> Query {
    let mut within: Vec<&str> = codes.iter().flat_map(around).collect();
    within.sort_unstable();
    within.dedup();
    let mut query = Query::new("SELECT code, name FROM regions WHERE code IN (");
    query.bind_list(within.into_iter().map(Into::into)).push(")");
    query
}

/// The code itself and the codes of what it lies in.
fn around(code: &RegionCode) -> impl Iterator<Item = &str> {
    [2, 4, 6, 9, 12].into_iter().filter_map(|digits| code.as_str().get(..digits))
}

pub(crate) fn regions_query(scope: &Scope, permission: Permission) -> Query {
    let mut query = Query::new("SELECT code, name FROM regions WHERE ");
    scope.push_area(&mut query, "code", permission);
    query.push(" ORDER BY code");
    query
}

fn named(rows: &[Row]) -> Result<BTreeMap<RegionCode, String>> {
    rows.iter().map(|row| read(row).map(|region| (region.code, region.name))).collect()
}

fn read(row: &Row) -> Result<Region> {
    let code = RegionCode::new(&row.get::<String>("code")?);
    let code = code.ok_or_else(|| StoreError::damaged("有一个区划的代码不对。", "A region's code is wrong."))?;
    Ok(Region { code, name: row.get("name")? })
}

fn is_name(name: &str) -> bool {
    let name = name.trim();
    !name.is_empty() && name.chars().count() <= LONGEST && !name.contains(char::is_control)
}

fn wrong_name(code: &RegionCode) -> StoreError {
    StoreError::refused(
        "store-region-name",
        format!("区划 {code} 的名称不对：写一行，不超过{LONGEST}个字。"),
        format!("The name of region {code} is wrong: one line of {LONGEST} characters at most."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::AuditFilter;
    use crate::testing::{at, grant, new_account, on_both, region, scopes};
    use shukun_casework::authority::Role;

    fn named(code: &str, name: &str) -> Region {
        Region { code: region(code), name: name.to_owned() }
    }

    fn county() -> Vec<Region> {
        vec![
            named("330381", "测试市"),
            named("330381001", "东门街道"),
            named("330381001201", "河头村"),
            named("330381002", "西门镇"),
        ]
    }

    async fn office(store: &Store) -> Vec<Scope> {
        let accounts = [
            new_account("hsa", &[grant(Role::Insurance, "330381")]),
            new_account("ts", &[grant(Role::Township, "330381001")]),
            new_account("au", &[grant(Role::Auditor, "330381")]),
        ];
        scopes(store, &accounts).await
    }

    #[test]
    fn names_are_kept_renamed_and_written_down() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            assert_eq!(store.save_regions(&scopes[0], &county(), at(1)).await.unwrap(), 4);
            let again = [named("330381002", "西门街道"), named("330381001", "东门街道")];
            assert_eq!(store.save_regions(&scopes[0], &again, at(2)).await.unwrap(), 1, "one was renamed");
            let names = store.region_names(&[region("330381001201"), region("330381002999")]).await.unwrap();
            let names: Vec<_> = names.iter().map(|(code, name)| (code.as_str(), name.as_str())).collect();
            let expected = [
                ("330381", "测试市"),
                ("330381001", "东门街道"),
                ("330381001201", "河头村"),
                ("330381002", "西门街道"),
            ];
            assert_eq!(names, expected);
            assert_eq!(store.every_region_name().await.unwrap().len(), 4);
            let filter = AuditFilter { act: Some(Act::RegionsSaved), ..AuditFilter::default() };
            let rows = store.list_audit(&scopes[2], &filter).await.unwrap();
            let fields: Vec<_> = rows.iter().map(|row| row.fields.as_str()).collect();
            assert_eq!(fields, ["1 of 2", "4 of 4"]);
        });
    }

    #[test]
    fn whoever_does_not_import_there_names_nothing() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            let error = store.save_regions(&scopes[1], &county(), at(1)).await.unwrap_err();
            assert_eq!(error.code, "store-forbidden");
            let beside = [named("330381001", "东门街道"), named("330382001", "别处镇")];
            assert_eq!(store.save_regions(&scopes[0], &beside, at(1)).await.unwrap_err().code, "store-forbidden");
            for name in ["", "  ", "两\n行", &"长".repeat(61)] {
                let error = store.save_regions(&scopes[0], &[named("330381001", name)], at(1)).await.unwrap_err();
                assert_eq!(error.code, "store-region-name", "{name:?}");
            }
            assert!(store.every_region_name().await.unwrap().is_empty());
        });
    }

    #[test]
    fn a_list_of_places_ends_where_the_grant_ends() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            store.save_regions(&scopes[0], &county(), at(1)).await.unwrap();
            let codes = async |scope: &Scope, permission| {
                let regions = store.list_regions(scope, permission).await.unwrap();
                regions.into_iter().map(|region| region.code.as_str().to_owned()).collect::<Vec<_>>()
            };
            assert_eq!(codes(&scopes[1], Permission::ViewCases).await, ["330381001", "330381001201"]);
            assert!(codes(&scopes[1], Permission::Import).await.is_empty());
            assert_eq!(codes(&scopes[0], Permission::Import).await.len(), 4);
        });
    }
}
