//! Versions of a county's charter: added, never changed.

use shukun_base::{ContentHash, Day, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::charter::{Charter, CharterFault, in_force_on};

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::{Scope, after};
use crate::sql::{Row, all, execute, statements, values};
use crate::store::Store;

statements! {
    ADD = "INSERT INTO charters (region, version, body, hash, added_at, added_by) VALUES ($1, $2, $3, $4, $5, $6)";
    OF_REGION = "SELECT body, hash, added_at FROM charters WHERE region >= $1 AND region < $2 ORDER BY added_at, version";
}

/// A version that a county has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCharter {
    /// What it says.
    pub charter: Charter,
    /// Hash of its text.
    pub sha256: ContentHash,
    /// When it was added.
    pub added_at: Moment,
}

impl Store {
    /// Adds a version of the charter, after checking it and that no two versions would hold on one day.
    ///
    /// # Errors
    /// `store-charter` with what is wrong, `store-charter-twice` where the version is there.
    pub async fn add_charter(&self, scope: &Scope, text: &str, now: Moment) -> Result<()> {
        let charter = Charter::read(text).map_err(|faults| unsound(&faults))?;
        scope.require(Permission::RunMeeting, Some(&charter.region))?;
        let hash = Charter::hash(text).ok_or_else(super::unreadable)?;
        let account_id = scope.account_id().as_str();
        let added = self
            .retry(|| async {
                let tx = self.begin_within(scope).await?;
                let mut versions = load(&tx, &charter.region).await?;
                versions.push(KeptCharter { charter: charter.clone(), sha256: hash.clone(), added_at: now });
                check_days(&versions)?;
                let values = values![
                    charter.region.as_str(),
                    charter.version.as_str(),
                    text,
                    hash.as_str(),
                    millis(now),
                    account_id
                ];
                execute(&tx, ADD, values).await?;
                let (object, region) = (Object::new("charter", charter.version.clone()), Some(&charter.region));
                let fields = hash.as_str();
                append(
                    self,
                    &tx,
                    now,
                    Entry { account_id, act: Act::CharterAdded, object, region, fields, reason: None },
                )
                .await?;
                Ok(tx.commit().await?)
            })
            .await;
        added.map_err(|error| if error.is_duplicate() { there_already() } else { error })
    }

    /// The versions of a county's charter, the oldest first.
    pub async fn charters(&self, scope: &Scope, region: &RegionCode) -> Result<Vec<KeptCharter>> {
        scope.require(Permission::ViewFund, Some(region))?;
        read_all(all(&self.within(scope, Permission::ViewFund), OF_REGION, range(region)).await?)
    }
}

fn range(region: &RegionCode) -> Vec<sea_orm::Value> {
    values![region.as_str(), after(region)]
}

pub(super) fn read_all(rows: Vec<Row>) -> Result<Vec<KeptCharter>> {
    let read = |row: Row| {
        let text: String = row.get("body")?;
        Ok(KeptCharter {
            charter: Charter::read(&text).map_err(|_| super::unreadable())?,
            sha256: ContentHash::new(&row.get::<String>("hash")?).ok_or_else(super::unreadable)?,
            added_at: moment(row.get("added_at")?)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The versions of the region, inside a transaction.
pub(super) async fn load(on: &impl sea_orm::ConnectionTrait, region: &RegionCode) -> Result<Vec<KeptCharter>> {
    let mut kept = read_all(all(on, OF_REGION, range(region)).await?)?;
    // A town in the county may have a charter of its own.
    kept.retain(|version| version.charter.region == *region);
    Ok(kept)
}

/// Two versions meet on the first day of one of them, if anywhere.
fn check_days(versions: &[KeptCharter]) -> Result<()> {
    let charters: Vec<Charter> = versions.iter().map(|version| version.charter.clone()).collect();
    let first_days = charters.iter().filter_map(|charter| charter.slots.in_force_from);
    let fault = |day: Day| in_force_on(&charters, day).err();
    match first_days.into_iter().find_map(fault) {
        Some(fault) => Err(unsound(&[fault])),
        None => Ok(()),
    }
}

fn unsound(faults: &[CharterFault]) -> StoreError {
    let texts: Vec<_> = faults.iter().map(CharterFault::text).collect();
    let zh: Vec<&str> = texts.iter().map(|text| text.zh.as_str()).collect();
    let en: Vec<&str> = texts.iter().map(|text| text.en.as_str()).collect();
    StoreError::refused("store-charter", zh.join(" "), en.join(" "))
}

fn there_already() -> StoreError {
    StoreError::refused(
        "store-charter-twice",
        "这个版本已经有了：请给新版本另起一个名称。",
        "This version is there: give the new one another name.",
    )
}
