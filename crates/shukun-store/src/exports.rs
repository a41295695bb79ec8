//! What leaves the house as a file: the file sealed until it is fetched or its day is over, and a record that stays.
//!
//! Taking data out asks for the second factor, twice: when the export is asked for, and when it is fetched. How many one
//! account makes in a day has a bound.

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use shukun_base::{HouseholdId, Masked, RegionCode};
use shukun_casework::authority::Permission;

use crate::audit::{Act, Entry, Object, append};
use crate::chance::hex;
use crate::error::{ErrorKind, Result, StoreError};
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::people::{By, PersonField, people_query};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    KEEP = "INSERT INTO exports (export_id, account_id, region, query, row_count, with_numbers, sha256, size_bytes, content,
        made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (export_id) DO NOTHING";
    SINCE = "SELECT COUNT(*) AS exports FROM exports WHERE account_id = $1 AND made_at >= $2";
    OWN = "SELECT export_id, region, query, row_count, with_numbers, sha256, size_bytes, made_at, fetched_at,
        content IS NOT NULL AS is_there FROM exports WHERE account_id = $1 ORDER BY made_at DESC, export_id LIMIT 50";
    ONE = "SELECT export_id, region, query, row_count, with_numbers, sha256, size_bytes, made_at, fetched_at,
        content IS NOT NULL AS is_there, content FROM exports WHERE export_id = $1 AND account_id = $2";
    FETCHED = "UPDATE exports SET fetched_at = $2 WHERE export_id = $1";
    EMPTY = "UPDATE exports SET content = NULL WHERE content IS NOT NULL AND made_at < $1";
}

/// How long the file is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Exports of one account in one day.
pub const EXPORTS_A_DAY: u64 = 20;

/// A file that was made.
#[derive(Clone, Debug)]
pub struct NewExport {
    /// Its id; that of the job, so that a job begun again makes it once.
    pub export_id: String,
    /// The narrowest region that holds everything in it.
    pub region: RegionCode,
    /// The filter, as in the list's address.
    pub query: String,
    /// Rows without the heading.
    pub rows: u64,
    /// Whether names and ID numbers stand in it.
    pub with_numbers: bool,
}

/// An export as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub export_id: String,
    /// The filter, as in the list's address.
    pub query: String,
    /// Rows without the heading.
    pub rows: u64,
    /// Whether names and ID numbers stand in it.
    pub with_numbers: bool,
    /// The file's size.
    pub size_bytes: u64,
    /// When it was made.
    pub made_at: Moment,
    /// When it was fetched last.
    pub fetched_at: Option<Moment>,
    /// Whether the file is still there.
    pub is_there: bool,
}

/// Name and ID number of somebody in an export.
#[derive(Clone, Debug)]
pub struct ExportedPerson {
    /// The household.
    pub household_id: HouseholdId,
    /// 姓名
    pub name: Masked<String>,
    /// 证件号码
    pub id_number: Masked<String>,
}

impl Store {
    /// How many exports the caller made today.
    pub async fn exports_today(&self, scope: &Scope, now: Moment) -> Result<u64> {
        let row = find(&self.mine(scope), SINCE, values![scope.account_id().as_str(), millis(midnight(now)?)]).await?;
        let exports = row.map_or(Ok(0), |row| row.get::<i64>("exports"))?;
        Ok(u64::try_from(exports).unwrap_or(0))
    }

    /// Refuses beyond the day's number; to be asked before an export is begun.
    ///
    /// # Errors
    /// `store-export-quota`; `store-forbidden`, `store-step-up`.
    pub async fn require_export(&self, scope: &Scope, now: Moment) -> Result<()> {
        scope.require_anywhere(Permission::Export)?;
        if self.exports_today(scope, now).await? >= EXPORTS_A_DAY { Err(quota()) } else { Ok(()) }
    }

    /// Names and ID numbers of households for an export, where the caller may look behind the mask; which fields of how many
    /// people is written down, with the reason.
    ///
    /// # Errors
    /// `store-step-up` where the second factor was not shown when the export was asked for.
    pub async fn reveal_households(
        &self,
        scope: &Scope,
        ids: &[HouseholdId],
        (export_id, reason): (&str, &Masked<String>),
        now: Moment,
    ) -> Result<Vec<ExportedPerson>> {
        scope.require_anywhere(Permission::Reveal)?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows = people_query(scope, Permission::Reveal, &By::Households(ids))
            .all(&self.within(scope, Permission::Reveal))
            .await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in &rows {
            people.push(self.exported(row).await?);
        }
        let region = rows.first().map(crate::accounts::read_region).transpose()?;
        let fields = format!("name id_number × {}", people.len());
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let object = Object::new("export", export_id);
            let (account_id, region) = (scope.account_id().as_str(), region.as_ref());
            let entry = Entry { account_id, act: Act::Revealed, object, region, fields: &fields, reason: Some(reason) };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(people)
    }

    async fn exported(&self, row: &Row) -> Result<ExportedPerson> {
        let open = async |field| {
            let value = self.open_field(row, field).await?;
            Ok::<_, StoreError>(value.unwrap_or_else(|| Masked::new(String::new())))
        };
        let household: String = row.get("household_id")?;
        Ok(ExportedPerson {
            household_id: HouseholdId(household.parse().map_err(|_| unreadable())?),
            name: open(PersonField::Name).await?,
            id_number: open(PersonField::IdNumber).await?,
        })
    }

    /// Keeps a file that was made; the same id twice is once.
    ///
    /// # Errors
    /// `store-forbidden`, `store-step-up`.
    pub async fn keep_export(&self, scope: &Scope, new: &NewExport, content: &[u8], now: Moment) -> Result<()> {
        scope.require(Permission::Export, Some(&new.region))?;
        let account_id = scope.account_id().as_str();
        let sealed = self.keys.seal(&self.chance, place(&new.export_id), content)?;
        let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let size = i64::try_from(content.len()).unwrap_or(i64::MAX);
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let values = values![
                new.export_id.as_str(),
                account_id,
                new.region.as_str(),
                new.query.as_str(),
                number(new.rows),
                new.with_numbers,
                hex(&Sha256::digest(content)),
                size,
                sealed.clone(),
                millis(now),
            ];
            if execute(&tx, KEEP, values).await? == 1 {
                let numbers = if new.with_numbers { "with numbers" } else { "masked" };
                let fields = format!("{} rows {numbers}", new.rows);
                append(self, &tx, now, entry(account_id, Act::Exported, &new.export_id, &new.region, &fields)).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// The caller's own exports, newest first, 50 at most.
    pub async fn list_exports(&self, scope: &Scope) -> Result<Vec<Export>> {
        all(&self.mine(scope), OWN, values![scope.account_id().as_str()]).await?.iter().map(read).collect()
    }

    /// One of the caller's own exports.
    pub async fn export(&self, scope: &Scope, export_id: &str) -> Result<Export> {
        let row = find(&self.mine(scope), ONE, values![export_id, scope.account_id().as_str()]).await?;
        read(&row.ok_or_else(StoreError::not_found)?)
    }

    /// The file of one of the caller's own exports; that it was fetched is written down first.
    ///
    /// # Errors
    /// `store-export-gone` once its day is over; `store-step-up` without the second factor.
    pub async fn fetch_export(&self, scope: &Scope, export_id: &str, now: Moment) -> Result<(Export, Vec<u8>)> {
        let account_id = scope.account_id().as_str();
        let row =
            find(&self.mine(scope), ONE, values![export_id, account_id]).await?.ok_or_else(StoreError::not_found)?;
        let (export, region) = (read(&row)?, crate::accounts::read_region(&row)?);
        scope.require(Permission::Export, Some(&region))?;
        let cell = row.get::<Option<Vec<u8>>>("content")?.filter(|_| now - KEPT < export.made_at).ok_or_else(gone)?;
        let content = self.keys.open_cell(&self.db, place(export_id), &cell).await?.reveal().clone();
        if hex(&Sha256::digest(&content)) != row.get::<String>("sha256")? {
            return Err(unreadable());
        }
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            execute(&tx, FETCHED, values![export_id, millis(now)]).await?;
            append(self, &tx, now, entry(account_id, Act::ExportFetched, export_id, &region, "")).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok((export, content))
    }

    /// For the server's hourly work: takes away the files whose day is over; the records stay. How many.
    pub async fn drop_old_exports(&self, now: Moment) -> Result<u64> {
        self.retry(|| async { execute(&self.own(OwnWork::Tidying), EMPTY, values![millis(now - KEPT)]).await }).await
    }
}

/// The beginning of the day in China.
fn midnight(now: Moment) -> Result<Moment> {
    let day = today_in_china(now).at(0, 0, 0, 0);
    let zone = jiff::tz::TimeZone::fixed(jiff::tz::Offset::constant(8));
    day.to_zoned(zone).map(|zoned| zoned.timestamp()).map_err(|_| unreadable())
}

fn read(row: &Row) -> Result<Export> {
    let number = |column| row.get::<i64>(column).map(|value| u64::try_from(value).unwrap_or(0));
    Ok(Export {
        export_id: row.get("export_id")?,
        query: row.get("query")?,
        rows: number("row_count")?,
        with_numbers: row.get("with_numbers")?,
        size_bytes: number("size_bytes")?,
        made_at: moment(row.get("made_at")?)?,
        fetched_at: row.get::<Option<i64>>("fetched_at")?.map(moment).transpose()?,
        is_there: row.get("is_there")?,
    })
}

fn place(export_id: &str) -> Place<'_> {
    Place { table: "exports", column: "content", row: export_id }
}

fn entry<'a>(by: &'a str, act: Act, id: &str, region: &'a RegionCode, fields: &'a str) -> Entry<'a> {
    Entry { account_id: by, act, object: Object::new("export", id), region: Some(region), fields, reason: None }
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一份导出读不懂。", "An export cannot be read.")
}

fn gone() -> StoreError {
    StoreError::new(
        ErrorKind::NotFound,
        "store-export-gone",
        "这份导出已过24小时，文件已删除；请重新导出。",
        "The export is older than 24 hours and its file is gone; make it anew.",
    )
}

fn quota() -> StoreError {
    StoreError::refused(
        "store-export-quota",
        format!("今天已导出{EXPORTS_A_DAY}次，请明天再导出，或先缩小范围一次导出。"),
        format!("{EXPORTS_A_DAY} exports were made today. Make the next one tomorrow, or one instead of several."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuditFilter;
    use crate::testing::{at, grant, new_account, on_both, person, region, scopes};
    use shukun_casework::authority::Role;

    async fn office(store: &Store) -> Vec<Scope> {
        let accounts = [
            new_account("hsa", &[grant(Role::Insurance, "330381")]),
            new_account("ts", &[grant(Role::Township, "330381001")]),
            new_account("au", &[grant(Role::Auditor, "330381")]),
            new_account("vw", &[grant(Role::Village, "330381001001")]),
        ];
        let scopes = scopes(store, &accounts).await;
        store.save_people(&scopes[0], &[person(1, "330381001001"), person(2, "330381002001")], at(0)).await.unwrap();
        scopes
    }

    fn export(id: &str, place: &str) -> NewExport {
        NewExport {
            export_id: id.to_owned(),
            region: region(place),
            query: "status=detected".to_owned(),
            rows: 3,
            with_numbers: false,
        }
    }

    #[test]
    fn a_file_is_fetched_by_who_made_it_within_a_day() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            for _ in 0..2 {
                store.keep_export(&scopes[0], &export("one", "330381"), b"the file", at(1)).await.unwrap();
            }
            let (read, content) = store.fetch_export(&scopes[0], "one", at(2)).await.unwrap();
            assert_eq!((read.rows, read.is_there, content.as_slice()), (3, true, b"the file".as_slice()));
            assert_eq!(store.fetch_export(&scopes[1], "one", at(2)).await.unwrap_err().code, "store-not-found");
            let exports = store.list_exports(&scopes[0]).await.unwrap();
            assert_eq!((exports.len(), exports[0].fetched_at), (1, Some(at(2))));
            assert_eq!(store.exports_today(&scopes[0], at(2)).await.unwrap(), 1);
            let next_day = at(1 + 24 * 60);
            assert_eq!(store.fetch_export(&scopes[0], "one", next_day).await.unwrap_err().code, "store-export-gone");
            assert_eq!(store.drop_old_exports(at(2 + 24 * 60)).await.unwrap(), 1);
            assert!(!store.export(&scopes[0], "one").await.unwrap().is_there);
            assert_eq!(store.exports_today(&scopes[0], next_day).await.unwrap(), 0);
            let filter = AuditFilter { act: Some(Act::ExportFetched), ..AuditFilter::default() };
            assert_eq!(store.list_audit(&scopes[2], &filter).await.unwrap().len(), 1);
            let filter = AuditFilter { act: Some(Act::Exported), ..AuditFilter::default() };
            assert_eq!(store.list_audit(&scopes[2], &filter).await.unwrap()[0].fields, "3 rows masked");
        });
    }

    #[test]
    fn nobody_takes_out_what_lies_elsewhere() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            let kept = store.keep_export(&scopes[1], &export("x", "330381"), b"", at(1)).await;
            assert_eq!(kept.unwrap_err().code, "store-forbidden");
            assert_eq!(store.require_export(&scopes[3], at(1)).await.unwrap_err().code, "store-forbidden");
            let reason = Masked::new("年度核对".to_owned());
            let both = [HouseholdId(1), HouseholdId(2)];
            let seen = store.reveal_households(&scopes[1], &both, ("x", &reason), at(1)).await.unwrap();
            assert_eq!(seen.iter().map(|one| one.household_id.0).collect::<Vec<_>>(), [1], "the own town alone");
            assert_eq!(seen[0].id_number, person(1, "330381001001").id_number);
            let filter = AuditFilter { act: Some(Act::Revealed), ..AuditFilter::default() };
            let rows = store.list_audit(&scopes[2], &filter).await.unwrap();
            assert_eq!((rows[0].fields.as_str(), rows[0].reason.as_ref()), ("name id_number × 1", Some(&reason)));
        });
    }

    #[test]
    fn a_day_holds_so_many() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            for number in 0..EXPORTS_A_DAY {
                store.require_export(&scopes[0], at(1)).await.unwrap();
                store.keep_export(&scopes[0], &export(&number.to_string(), "330381"), b"x", at(1)).await.unwrap();
            }
            assert_eq!(store.require_export(&scopes[0], at(2)).await.unwrap_err().code, "store-export-quota");
            store.require_export(&scopes[1], at(2)).await.unwrap();
            store.require_export(&scopes[0], at(24 * 60)).await.unwrap();
        });
    }
}
