//! The import centre without its pages: a file comes in sealed, is looked at, imported, taken back.
//!
//! Everything that reads the file is a work; what is kept of it (counts, defects, masked samples) is a report on the import.
//! The sealed file goes when the import is over. Start at [`receive`] and at the three kinds of job.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use shukun_base::{Masked, RegionCode};
use shukun_casework::authority::Permission;
use shukun_store::{FileSealer, Import, ImportState, ImportStep, Job, JobId, NewImport, Scope};

use super::Desk;
use super::jobs::{self, Doing, Kind};
use crate::error::PageError;
use crate::words;
use crate::works::order::import::{ImportAnswer, LARGEST, Reading};
use crate::works::order::{ImportOrder, UndoOrder};
use crate::works::{Order, WorkFailure};

/// Looks at a file and judges every row.
pub const CHECK: Kind = Kind {
    key: "import-check",
    name: words::JOB_IMPORT_CHECK,
    permission: Permission::Import,
    run: |doing| Box::pin(check(doing)),
    leads_to,
};

/// Takes the good rows.
pub const COMMIT: Kind = Kind {
    key: "import-commit",
    name: words::JOB_IMPORT_COMMIT,
    permission: Permission::Import,
    run: |doing| Box::pin(commit(doing)),
    leads_to,
};

/// Takes an import back.
pub const UNDO: Kind = Kind {
    key: "import-undo",
    name: words::JOB_IMPORT_UNDO,
    permission: Permission::Import,
    run: |doing| Box::pin(undo(doing)),
    leads_to,
};

fn leads_to(job: &Job) -> Option<String> {
    let id = job.result.as_ref()?.get("import_id")?.as_str()?;
    Some(format!("/imports/{id}"))
}

/// What a job of an import is asked for with.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct About {
    import_id: String,
    /// What the file is said to hold; none = recognised.
    #[serde(default)]
    kind: Option<String>,
    /// The meaning of its columns as told on the page; none = what is remembered.
    #[serde(default)]
    mapping: Option<String>,
}

/// What an import's page knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// What the works found.
    #[serde(flatten)]
    pub answer: ImportAnswer,
    /// What the file was said to hold.
    pub kind_told: Option<String>,
    /// The meaning of columns that was used.
    pub mapping: Option<String>,
    /// Whether the rejected rows can be fetched.
    pub has_rejects: bool,
}

/// The report of an import.
pub fn report(import: &Import) -> Report {
    import.report.clone().and_then(|report| serde_json::from_value(report).ok()).unwrap_or_default()
}

/// A file on its way in.
pub struct Receiving {
    id: String,
    path: PathBuf,
    sealer: FileSealer,
}

impl Receiving {
    /// Begins a file.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn begin(desk: &Desk) -> Result<Receiving, PageError> {
        let id: String = desk.random_word()?.chars().take(32).collect();
        let folder = desk.folders().uploads();
        std::fs::create_dir_all(&folder).map_err(|error| unwritable(&error))?;
        let path = file_of(desk, &id);
        let sealer = desk.store().seal_file(&path, &id)?;
        Ok(Receiving { id, path, sealer })
    }

    /// More of it.
    ///
    /// # Errors
    /// `web-upload-size` above the limit: nothing of it stays.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), PageError> {
        if self.sealer.bytes() + bytes.len() as u64 > LARGEST {
            return Err(too_large());
        }
        Ok(self.sealer.push(bytes)?)
    }

    /// All of it is here: an import is written down, and a job looks at it.
    ///
    /// # Errors
    /// The store's; not allowed in that county.
    pub async fn finish(
        self,
        desk: &Desk,
        scope: &Scope,
        region: &RegionCode,
        name: &str,
    ) -> Result<String, PageError> {
        let sealed = self.sealer.finish()?;
        let new = NewImport {
            import_id: self.id.clone(),
            region: region.clone(),
            file_name: Masked::new(name.chars().filter(|letter| !letter.is_control()).take(120).collect()),
            bytes: sealed.bytes,
            sha256: sealed.sha256,
        };
        if let Err(error) = desk.store().add_import(scope, &new, desk.now()).await {
            remove(&self.path);
            return Err(error.into());
        }
        look(desk, scope, &self.id, None, None).await?;
        Ok(self.id)
    }

    /// It does not come to its end: nothing of it stays.
    pub fn abandon(self) {
        remove(&self.path);
    }
}

/// Has the file looked at anew; `mapping` is what the page told about its columns. Nothing where the import is over.
///
/// # Errors
/// The store's.
pub async fn look(
    desk: &Desk,
    scope: &Scope,
    import_id: &str,
    kind: Option<String>,
    mapping: Option<String>,
) -> Result<(), PageError> {
    let about = About { import_id: import_id.to_owned(), kind, mapping };
    let state = desk.store().import(scope, import_id).await?.state;
    if !state.keeps_file() {
        return Ok(());
    }
    ask(desk, scope, &CHECK, &about, state).await
}

/// Has the good rows imported.
///
/// # Errors
/// The store's.
pub async fn take(desk: &Desk, scope: &Scope, import_id: &str) -> Result<(), PageError> {
    let about = About { import_id: import_id.to_owned(), kind: None, mapping: None };
    ask(desk, scope, &COMMIT, &about, ImportState::Checked).await
}

/// Has an import taken back.
///
/// # Errors
/// The store's.
pub async fn take_back(desk: &Desk, scope: &Scope, import_id: &str) -> Result<(), PageError> {
    let about = About { import_id: import_id.to_owned(), kind: None, mapping: None };
    ask(desk, scope, &UNDO, &about, ImportState::Committed).await
}

async fn ask(
    desk: &Desk,
    scope: &Scope,
    kind: &'static Kind,
    about: &About,
    state: ImportState,
) -> Result<(), PageError> {
    let import = desk.store().import(scope, &about.import_id).await?;
    // The import went on since the page was shown: pressed twice, or by somebody else. Its page says how far it is.
    if import.state != state {
        return Ok(());
    }
    let job_id = jobs::ask(desk, scope, kind, &import.region, json!(about), None).await?;
    let step = ImportStep { job_id: Some(job_id), ..ImportStep::new(state, state) };
    match desk.store().step_import(scope, &about.import_id, &step, desk.now()).await {
        // The job was quicker than we are: it is done.
        Err(error) if error.code == MOVED => Ok(()),
        stepped => stepped.map(|_| ()).map_err(PageError::from),
    }
}

/// What the store says where an import is no longer where a step begins.
const MOVED: &str = "store-import-moved";

/// Nothing of the file is taken; it goes.
///
/// # Errors
/// The store's.
pub async fn discard(desk: &Desk, scope: &Scope, import_id: &str) -> Result<(), PageError> {
    let import = desk.store().import(scope, import_id).await?;
    // Of what is over nothing is cancelled: its job may be taking it back.
    if !import.state.keeps_file() {
        return Ok(());
    }
    if let Some(job_id) = &import.job_id {
        // A job of another person's, or one that is over, is no reason to keep the file.
        let _ = desk.store().cancel_job(scope, job_id, desk.now()).await;
    }
    let step = ImportStep::new(import.state, ImportState::Discarded);
    desk.store().step_import(scope, import_id, &step, desk.now()).await?;
    remove(&file_of(desk, import_id));
    remove(&rejects_of(desk, import_id));
    Ok(())
}

/// The rejected rows as a workbook; that they were taken is written down.
///
/// # Errors
/// `web-not-found` where there are none any more.
pub async fn rejects(desk: &Desk, scope: &Scope, import_id: &str) -> Result<Vec<u8>, PageError> {
    let import = desk.store().import(scope, import_id).await?;
    if !report(&import).has_rejects {
        return Err(PageError::not_found());
    }
    let name = rejects_name(import_id);
    let file =
        desk.store().open_sealed_file(&rejects_of(desk, import_id), &name).map_err(|_| PageError::not_found())?;
    let bytes = file.whole().await?;
    desk.store().rejects_taken(scope, import_id, desk.now()).await?;
    Ok(bytes)
}

async fn check(doing: &Doing) -> Result<Json, WorkFailure> {
    let (about, scope) = (doing.input::<About>()?, doing.scope().await?);
    let store = doing.desk.store();
    let import = store.import(&scope, &about.import_id).await?;
    let over = json!({ "import_id": about.import_id });
    if !import.state.keeps_file() {
        return Ok(over);
    }
    let told = Told { kind: about.kind.clone(), mapping: about.mapping.clone() };
    let looked = match read(doing, &import, &told, Reading::Look).await {
        Ok(looked) => looked,
        Err(failure) => return refuse(doing, &scope, &import, failure).await,
    };
    let mapping = match &told.mapping {
        Some(mapping) if !looked.headings.is_empty() => {
            store.save_mapping(&scope, (&import.region, &looked.headings), mapping, doing.desk.now()).await?;
            Some(mapping.clone())
        }
        _ => store.find_mapping(&scope, &import.region, &looked.headings).await?,
    };
    let told = Told { mapping, ..told };
    let answer = match read(doing, &import, &told, Reading::Check).await {
        Ok(answer) => answer,
        Err(failure) => return refuse(doing, &scope, &import, failure).await,
    };
    let to = if answer.found.is_some() { ImportState::Checked } else { ImportState::Refused };
    let kind = answer.examined.as_ref().map(|examined| examined.kind.clone());
    let report = keep(&doing.desk, &import.import_id, answer, told)?;
    step(doing, &scope, &import, ImportStep { kind, report: Some(report), ..ImportStep::new(import.state, to) })
        .await?;
    Ok(over)
}

/// A file that cannot be read stays until it is discarded, with the reason; the work itself was done.
async fn refuse(doing: &Doing, scope: &Scope, import: &Import, failure: WorkFailure) -> Result<Json, WorkFailure> {
    if failure.code == "work-start" {
        return Err(failure);
    }
    let report =
        Report { answer: ImportAnswer { refused: Some(failure), ..ImportAnswer::default() }, ..Report::default() };
    let report = Some(json!(report));
    step(doing, scope, import, ImportStep { report, ..ImportStep::new(import.state, ImportState::Refused) }).await?;
    Ok(json!({ "import_id": import.import_id }))
}

async fn commit(doing: &Doing) -> Result<Json, WorkFailure> {
    let (about, scope) = (doing.input::<About>()?, doing.scope().await?);
    let import = doing.desk.store().import(&scope, &about.import_id).await?;
    let over = json!({ "import_id": about.import_id });
    if import.state != ImportState::Checked {
        return Ok(over);
    }
    let before = report(&import);
    let told = Told { kind: before.kind_told, mapping: before.mapping };
    let kept = doing.desk.folders().kept().join(&import.import_id);
    let reading = Reading::Commit { kept, at: doing.desk.now().to_string() };
    let answer = match read(doing, &import, &told, reading).await {
        Ok(answer) => answer,
        // Asked for twice: the other job took the rows, and the file is gone.
        Err(_) if is_in(doing, &scope, &import, ImportState::Committed).await? => return Ok(over),
        Err(failure) => return Err(failure),
    };
    if answer.committed.is_none() {
        return Err(answer.refused.unwrap_or_else(WorkFailure::answer));
    }
    let report = Some(keep(&doing.desk, &import.import_id, answer, told)?);
    step(doing, &scope, &import, ImportStep { report, ..ImportStep::new(import.state, ImportState::Committed) })
        .await?;
    remove(&file_of(&doing.desk, &import.import_id));
    Ok(over)
}

async fn undo(doing: &Doing) -> Result<Json, WorkFailure> {
    let (about, scope) = (doing.input::<About>()?, doing.scope().await?);
    let import = doing.desk.store().import(&scope, &about.import_id).await?;
    let generation = report(&import).answer.committed.and_then(|committed| committed.generation);
    let over = json!({ "import_id": about.import_id });
    let Some(generation) = generation.filter(|_| import.state == ImportState::Committed) else { return Ok(over) };
    let folders = doing.desk.folders();
    let (lake, kept) = (folders.lake().to_owned(), folders.kept().join(&import.import_id));
    doing.work(&Order::Undo(UndoOrder { lake, kept, generation })).await?;
    step(doing, &scope, &import, ImportStep::new(import.state, ImportState::Undone)).await?;
    remove(&rejects_of(&doing.desk, &import.import_id));
    Ok(over)
}

/// What was told about a file.
#[derive(Clone, Debug, Default)]
struct Told {
    kind: Option<String>,
    mapping: Option<String>,
}

/// Has the file read.
async fn read(doing: &Doing, import: &Import, told: &Told, reading: Reading) -> Result<ImportAnswer, WorkFailure> {
    let desk = &doing.desk;
    let order = Order::Import(ImportOrder {
        reading,
        name: import.file_name.clone(),
        bytes: import.bytes,
        kind: told.kind.clone(),
        mapping: told.mapping.clone(),
        regions: regions(desk).await?,
        lake: desk.folders().lake().to_owned(),
    });
    let file = desk.store().open_sealed_file(&file_of(desk, &import.import_id), &import.import_id)?;
    let answer = desk.works().run_over(&order, file, |done, total| doing.step(done, total)).await?;
    serde_json::from_value(answer).map_err(|_| WorkFailure::answer())
}

/// The office's towns and villages as the importer reads them; none where no name of a town is known.
async fn regions(desk: &Desk) -> Result<Option<String>, WorkFailure> {
    let names = desk.store().every_region_name().await?;
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let mut table = "county,town_code,town,village_code,village\n".to_owned();
    let mut has_towns = false;
    for (code, name) in &names {
        let text = code.as_str();
        match text.len() {
            9 => {
                has_towns = true;
                table.push_str(&format!("{},{text},{}\n", text.get(..6).unwrap_or_default(), quoted(name)));
            }
            12 => {
                let town = text.get(..9).unwrap_or_default();
                let Some(of) = RegionCode::new(town).and_then(|town| names.get(&town)) else { continue };
                let county = text.get(..6).unwrap_or_default();
                table.push_str(&format!("{county},{town},{},{text},{}\n", quoted(of), quoted(name)));
            }
            _ => {}
        }
    }
    Ok(has_towns.then_some(table))
}

async fn step(doing: &Doing, scope: &Scope, import: &Import, step: ImportStep) -> Result<(), WorkFailure> {
    match doing.desk.store().step_import(scope, &import.import_id, &step, doing.desk.now()).await {
        // Asked for twice: the other job made the step.
        Err(error) if error.code == MOVED && is_in(doing, scope, import, step.to).await? => Ok(()),
        stepped => stepped.map(|_| ()).map_err(WorkFailure::from),
    }
}

async fn is_in(doing: &Doing, scope: &Scope, import: &Import, state: ImportState) -> Result<bool, WorkFailure> {
    Ok(doing.desk.store().import(scope, &import.import_id).await?.state == state)
}

/// The rejected rows go into a sealed file of their own, the rest becomes the report.
fn keep(desk: &Desk, import_id: &str, mut answer: ImportAnswer, told: Told) -> Result<Json, WorkFailure> {
    let path = rejects_of(desk, import_id);
    let rejects = answer.rejects.take().and_then(|text| unhex(&text));
    let has_rejects = rejects.is_some();
    match rejects {
        Some(bytes) => {
            let mut sealer = desk.store().seal_file(&path, &rejects_name(import_id))?;
            sealer.push(&bytes)?;
            sealer.finish()?;
        }
        None => remove(&path),
    }
    Ok(json!(Report { answer, kind_told: told.kind, mapping: told.mapping, has_rejects }))
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |letter: &u8| char::from(*letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits: Option<Vec<u8>> = text.as_bytes().iter().map(digit).collect();
    let (pairs, rest) = digits.as_deref()?.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Sealed files that no import needs go: what a stop left behind, and rejected rows after a week. A file of no import may be one
/// that is coming in, until it is older than `coming_in`.
///
/// # Errors
/// The store's.
pub async fn sweep(desk: &Desk, coming_in: Duration) -> Result<u64, PageError> {
    let states = desk.store().import_states().await?;
    let mut gone = 0;
    let Ok(entries) = std::fs::read_dir(desk.folders().uploads()) else { return Ok(0) };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let (id, is_rejects) = name.strip_suffix(REJECTS).map_or((name.as_str(), false), |id| (id, true));
        let state = states.iter().find(|(known, _)| known == id).map(|(_, state)| state);
        let changed = entry.metadata().and_then(|known| known.modified());
        let age = changed.ok().and_then(|at| at.elapsed().ok()).unwrap_or_default();
        let is_needed = match state {
            Some(state) if is_rejects => state.keeps_file() || age < WEEK,
            Some(state) => state.keeps_file(),
            None => age < coming_in,
        };
        if !is_needed {
            remove(&entry.path());
            gone += 1;
        }
    }
    Ok(gone)
}

/// No file takes longer to come in.
pub const DAY: Duration = Duration::from_secs(86_400);
const WEEK: Duration = Duration::from_secs(7 * 86_400);
const REJECTS: &str = ".rejects";

fn file_of(desk: &Desk, import_id: &str) -> PathBuf {
    desk.folders().uploads().join(import_id)
}

fn rejects_of(desk: &Desk, import_id: &str) -> PathBuf {
    desk.folders().uploads().join(rejects_name(import_id))
}

fn rejects_name(import_id: &str) -> String {
    format!("{import_id}{REJECTS}")
}

/// What is gone already is no error.
fn remove(path: &Path) {
    if let Err(error) = std::fs::remove_file(path)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        tracing::error!(kind = ?error.kind(), "a sealed file could not be removed");
    }
}

/// The job under way about an import, if there is one.
pub fn is_under_way(job: Option<&Job>) -> bool {
    use shukun_store::JobState;
    job.is_some_and(|job| matches!(job.state, JobState::Waiting | JobState::Running))
}

/// The latest job about an import, where it is the reader's own.
///
/// # Errors
/// The store's.
pub async fn job_of(desk: &Desk, scope: &Scope, job_id: Option<&JobId>) -> Result<Option<Job>, PageError> {
    let Some(job_id) = job_id else { return Ok(None) };
    match desk.store().job(scope, job_id).await {
        Ok(job) => Ok(Some(job)),
        Err(error) if error.kind == shukun_store::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn unwritable(error: &std::io::Error) -> PageError {
    tracing::error!(kind = ?error.kind(), "the folder of uploads cannot be made");
    PageError::broken()
}

/// Larger than any upload may be.
pub fn too_large() -> PageError {
    PageError::upload_too_large()
}
