//! Imports as objects: a file that came in, how far it is, what was found in it, what became of it; and the office's own words for
//! columns, remembered for each set of headings.
//!
//! Knows neither spreadsheets nor the lake: what a work found is kept as it came, sealed. Whoever may import where the file
//! belongs sees it.

use serde_json::Value as Json;
use shukun_base::{Masked, RegionCode};
use shukun_casework::authority::Permission;

use crate::accounts::read_region;
use crate::audit::{Act, Entry, Object, append};
use crate::error::{ErrorKind, Result, StoreError};
use crate::jobs::JobId;
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    ADD = "INSERT INTO imports (import_id, region, state, bytes, sha256, created_by, created_at, changed_at, file_name)
        VALUES ($1, $2, 'uploaded', $3, $4, $5, $6, $6, $7)";
    // What is not given stays; a state that is no longer the expected one changes nothing.
    CHANGE = "UPDATE imports SET state = $3, kind = COALESCE($4, kind), job_id = COALESCE($5, job_id),
            report = COALESCE($6, report), changed_at = $7
        WHERE import_id = $1 AND state = $2";
    STATES = "SELECT import_id, state FROM imports";
    MAPPING = "SELECT mapping FROM import_mappings WHERE region = $1 AND headings = $2";
    SAVE_MAPPING = "INSERT INTO import_mappings (region, headings, mapping, saved_by, saved_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (region, headings) DO UPDATE SET mapping = excluded.mapping, saved_by = excluded.saved_by,
            saved_at = excluded.saved_at";
}

/// Imports of one page.
const PAGE: u64 = 50;

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// The file is here; nobody looked into it yet.
    Uploaded,
    /// What it would bring is known.
    Checked,
    /// It cannot be read as it is.
    Refused,
    /// Its good rows are in the lake.
    Committed,
    /// They were, and were taken out again.
    Undone,
    /// Nothing of it was taken.
    Discarded,
}

impl ImportState {
    /// Every state and its key.
    pub const ALL: [(&'static str, ImportState); 6] = [
        ("uploaded", ImportState::Uploaded),
        ("checked", ImportState::Checked),
        ("refused", ImportState::Refused),
        ("committed", ImportState::Committed),
        ("undone", ImportState::Undone),
        ("discarded", ImportState::Discarded),
    ];

    /// As it is stored.
    pub fn key(self) -> &'static str {
        ImportState::ALL.iter().find(|(_, state)| *state == self).map_or("", |(key, _)| key)
    }

    /// Whether its file is still needed.
    pub fn keeps_file(self) -> bool {
        matches!(self, ImportState::Uploaded | ImportState::Checked | ImportState::Refused)
    }
}

/// A file that came in.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// Its id, under which the sealed file lies.
    pub import_id: String,
    /// The county it belongs to.
    pub region: RegionCode,
    /// As it was called; sealed, since people name files after people.
    pub file_name: Masked<String>,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// An import as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Import {
    /// Its id.
    pub import_id: String,
    /// The county it belongs to.
    pub region: RegionCode,
    /// How far it is.
    pub state: ImportState,
    /// What the file holds, once that is known: `settlement`, `roster`.
    pub kind: Option<String>,
    /// The file's length.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: String,
    /// Who brought it.
    pub created_by: String,
    /// When.
    pub created_at: Moment,
    /// When its state changed last.
    pub changed_at: Moment,
    /// The latest job about it.
    pub job_id: Option<JobId>,
    /// As the file was called.
    pub file_name: String,
    /// What the works found.
    pub report: Option<Json>,
}

/// A step of an import.
#[derive(Clone, Debug)]
pub struct ImportStep {
    /// The state it has to be in.
    pub from: ImportState,
    /// The state it comes to.
    pub to: ImportState,
    /// What the file holds; `None` = as before.
    pub kind: Option<String>,
    /// The job about it; `None` = as before.
    pub job_id: Option<JobId>,
    /// What was found; `None` = as before.
    pub report: Option<Json>,
}

impl ImportStep {
    /// From one state to another, all else as before.
    pub fn new(from: ImportState, to: ImportState) -> ImportStep {
        ImportStep { from, to, kind: None, job_id: None, report: None }
    }
}

impl Store {
    /// Writes an import down; its sealed file is in its place already.
    pub async fn add_import(&self, scope: &Scope, new: &NewImport, now: Moment) -> Result<()> {
        scope.require(Permission::Import, Some(&new.region))?;
        let name = self.keys.seal_text(&self.chance, place("file_name", &new.import_id), &new.file_name)?;
        let bytes = i64::try_from(new.bytes).unwrap_or(i64::MAX);
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let (id, region) = (new.import_id.as_str(), new.region.as_str());
            execute(&tx, ADD, values![id, region, bytes, new.sha256.as_str(), by, millis(now), name.clone()]).await?;
            append(self, &tx, now, entry(scope, Act::ImportAdded, id, &new.region, &new.sha256)).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// One import of the caller's area.
    pub async fn import(&self, scope: &Scope, import_id: &str) -> Result<Import> {
        let row = imports_query(scope, Some(import_id))
            .find(&self.within(scope, Permission::Import))
            .await?
            .ok_or_else(StoreError::not_found)?;
        self.read_import(&row).await
    }

    /// The imports of the caller's area, newest first, 50 at most.
    pub async fn list_imports(&self, scope: &Scope) -> Result<Vec<Import>> {
        let mut imports = Vec::new();
        for row in imports_query(scope, None).all(&self.within(scope, Permission::Import)).await? {
            imports.push(self.read_import(&row).await?);
        }
        Ok(imports)
    }

    /// For the server's own tidying: how far each import is, and nothing else of it.
    pub async fn import_states(&self) -> Result<Vec<(String, ImportState)>> {
        let rows = all(&self.own(OwnWork::Tidying), STATES, values![]).await?;
        rows.iter().map(|row| Ok((row.get("import_id")?, read_state(row)?))).collect()
    }

    /// Takes an import a step further.
    ///
    /// # Errors
    /// `store-import-moved` where it is no longer in the state the step begins from.
    pub async fn step_import(&self, scope: &Scope, import_id: &str, step: &ImportStep, now: Moment) -> Result<Import> {
        let import = self.import(scope, import_id).await?;
        scope.require(Permission::Import, Some(&import.region))?;
        let seal =
            |report: &Json| self.keys.seal(&self.chance, place("report", import_id), report.to_string().as_bytes());
        let report = step.report.as_ref().map(seal).transpose()?;
        let job_id = step.job_id.as_ref().map(|id| id.as_str().to_owned());
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let values = values![
                import_id,
                step.from.key(),
                step.to.key(),
                step.kind.clone(),
                job_id.clone(),
                report.clone(),
                millis(now)
            ];
            if execute(&tx, CHANGE, values).await? == 0 {
                return Err(moved());
            }
            if step.from != step.to {
                append(self, &tx, now, entry(scope, Act::ImportStepped, import_id, &import.region, step.to.key()))
                    .await?;
            }
            Ok(tx.commit().await?)
        })
        .await?;
        self.import(scope, import_id).await
    }

    /// Writes down that somebody took the rejected rows of an import, which name people.
    pub async fn rejects_taken(&self, scope: &Scope, import_id: &str, now: Moment) -> Result<()> {
        let import = self.import(scope, import_id).await?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            append(self, &tx, now, entry(scope, Act::RejectsTaken, import_id, &import.region, "")).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// What an office calls the columns of files with these headings (their hash), as a mapping file.
    pub async fn find_mapping(&self, scope: &Scope, region: &RegionCode, headings: &str) -> Result<Option<String>> {
        scope.require(Permission::Import, Some(region))?;
        let row = find(&self.within(scope, Permission::Import), MAPPING, values![region.as_str(), headings]).await?;
        row.map(|row| row.get("mapping")).transpose()
    }

    /// Remembers it for the next file with these headings.
    pub async fn save_mapping(
        &self,
        scope: &Scope,
        (region, headings): (&RegionCode, &str),
        mapping: &str,
        now: Moment,
    ) -> Result<()> {
        scope.require(Permission::Import, Some(region))?;
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            execute(&tx, SAVE_MAPPING, values![region.as_str(), headings, mapping, by, millis(now)]).await?;
            append(self, &tx, now, entry(scope, Act::MappingSaved, headings, region, "")).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    async fn read_import(&self, row: &Row) -> Result<Import> {
        let import_id: String = row.get("import_id")?;
        let name: Vec<u8> = row.get("file_name")?;
        let name = self.keys.open_text(&self.db, place("file_name", &import_id), &name).await?;
        let report = match row.get::<Option<Vec<u8>>>("report")? {
            Some(cell) => {
                let text = self.keys.open_cell(&self.db, place("report", &import_id), &cell).await?;
                Some(serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?)
            }
            None => None,
        };
        Ok(Import {
            region: read_region(row)?,
            state: read_state(row)?,
            kind: row.get("kind")?,
            bytes: u64::try_from(row.get::<i64>("bytes")?).unwrap_or(0),
            sha256: row.get("sha256")?,
            created_by: row.get("created_by")?,
            created_at: moment(row.get("created_at")?)?,
            changed_at: moment(row.get("changed_at")?)?,
            job_id: row.get::<Option<String>>("job_id")?.map(|id| JobId::new(&id)),
            file_name: name.reveal().clone(),
            report,
            import_id,
        })
    }
}

pub(crate) fn imports_query(scope: &Scope, import_id: Option<&str>) -> Query {
    let mut query = Query::new(
        "SELECT import_id, region, state, kind, bytes, sha256, created_by, created_at, changed_at, job_id, file_name, report
            FROM imports WHERE ",
    );
    scope.push_area(&mut query, "region", Permission::Import);
    if let Some(import_id) = import_id {
        query.push(" AND import_id = ").bind(import_id);
    }
    query.push(" ORDER BY created_at DESC, import_id LIMIT ").bind(PAGE);
    query
}

fn read_state(row: &Row) -> Result<ImportState> {
    let state: String = row.get("state")?;
    ImportState::ALL.iter().find(|(key, _)| *key == state).map(|(_, state)| *state).ok_or_else(unreadable)
}

fn entry<'a>(scope: &'a Scope, act: Act, id: &str, region: &'a RegionCode, fields: &'a str) -> Entry<'a> {
    let object = Object::new("import", id);
    Entry { account_id: scope.account_id().as_str(), act, object, region: Some(region), fields, reason: None }
}

fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place { table: "imports", column, row }
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一次导入读不懂。", "An import cannot be read.")
}

fn moved() -> StoreError {
    StoreError::new(
        ErrorKind::Stale,
        "store-import-moved",
        "这次导入已到别的步骤。请刷新后再看。",
        "The import has moved on. Reload it and look again.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, new_account, on_both, region, scopes};
    use serde_json::json;
    use shukun_casework::authority::Role;

    fn new_import(id: &str) -> NewImport {
        NewImport {
            import_id: id.to_owned(),
            region: region("330381"),
            file_name: Masked::new("王小明的结算.xlsx".to_owned()),
            bytes: 12,
            sha256: "00".repeat(32),
        }
    }

    async fn bureaus(store: &Store) -> Vec<Scope> {
        let (here, there) = ([grant(Role::Insurance, "330381")], [grant(Role::Insurance, "330305")]);
        let village = [grant(Role::Village, "330381001001")];
        scopes(store, &[new_account("here", &here), new_account("there", &there), new_account("village", &village)])
            .await
    }

    #[test]
    fn an_import_goes_step_by_step_and_once() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = bureaus(&store).await;
            store.add_import(&scopes[0], &new_import("i1"), at(0)).await.unwrap();
            let found = store.list_imports(&scopes[0]).await.unwrap().remove(0);
            assert_eq!((found.state, found.file_name.as_str()), (ImportState::Uploaded, "王小明的结算.xlsx"));
            let step = ImportStep {
                kind: Some("roster".to_owned()),
                job_id: Some(JobId::new("j1")),
                report: Some(json!({"rows": 3})),
                ..ImportStep::new(ImportState::Uploaded, ImportState::Checked)
            };
            let checked = store.step_import(&scopes[0], "i1", &step, at(1)).await.unwrap();
            assert_eq!((checked.state, checked.kind.as_deref()), (ImportState::Checked, Some("roster")));
            assert_eq!(store.step_import(&scopes[0], "i1", &step, at(1)).await.unwrap_err().code, "store-import-moved");
            let step = ImportStep::new(ImportState::Checked, ImportState::Committed);
            let done = store.step_import(&scopes[0], "i1", &step, at(2)).await.unwrap();
            assert_eq!((done.report, done.job_id), (Some(json!({"rows": 3})), Some(JobId::new("j1"))));
        });
    }

    #[test]
    fn nobody_sees_another_countys_imports_and_a_village_none() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = bureaus(&store).await;
            assert_eq!(
                store.add_import(&scopes[1], &new_import("i1"), at(0)).await.unwrap_err().kind,
                ErrorKind::Forbidden
            );
            store.add_import(&scopes[0], &new_import("i1"), at(0)).await.unwrap();
            for other in [&scopes[1], &scopes[2]] {
                assert_eq!(store.list_imports(other).await.unwrap(), []);
                assert_eq!(store.import(other, "i1").await.unwrap_err().kind, ErrorKind::NotFound);
                let step = ImportStep::new(ImportState::Uploaded, ImportState::Discarded);
                assert_eq!(store.step_import(other, "i1", &step, at(0)).await.unwrap_err().kind, ErrorKind::NotFound);
                assert!(store.rejects_taken(other, "i1", at(0)).await.is_err());
                assert!(store.find_mapping(other, &region("330381"), "h").await.is_err());
            }
        });
    }

    #[test]
    fn a_mapping_is_remembered_for_its_headings() {
        on_both(|db| async move {
            let store = db.open().await;
            let scope = bureaus(&store).await.remove(0);
            let county = region("330381");
            assert_eq!(store.find_mapping(&scope, &county, "h").await.unwrap(), None);
            for text in ["a = 1", "b = 2"] {
                store.save_mapping(&scope, (&county, "h"), text, at(0)).await.unwrap();
                assert_eq!(store.find_mapping(&scope, &county, "h").await.unwrap().as_deref(), Some(text));
            }
            assert_eq!(store.find_mapping(&scope, &county, "other").await.unwrap(), None);
        });
    }
}
