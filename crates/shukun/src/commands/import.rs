//! `shukun import`: spreadsheets into the lake, file by file.
//!
//! Each file is planned, then committed as one step, so that a later file sees what an earlier one brought (a
//! reversal may come in another file than its claim). A file that cannot be read does not stop the others.

use std::path::{Path, PathBuf};

use serde::Serialize;
use shukun_base::{Lang, Text};
use shukun_claims::import::{
    ImportError, ImportReport, Mapping, Regions, Settings, Source, plan_import, rejects_workbook,
};
use shukun_claims::{Batch, CommitReport, IdentityVault, Kind, Lake};

use crate::args::{Format, ImportArgs, KindArg};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, print_line, spinner, table};
use crate::words::pick;

/// How many rejected rows are shown; the workbook holds all.
const SHOWN_REJECTS: usize = 5;

/// Runs the command.
pub fn import(args: &ImportArgs, lang: Lang) -> Result<Exit, CliError> {
    let settings = load_settings(args.mapping.as_deref(), args.regions.as_deref())?;
    let kind = args.kind.map(kind);
    let mut target = Target::open(&args.lake, args.dry_run)?;
    let mut exit = Exit::Done;
    for path in &args.files {
        let rejects = args.rejects.as_deref().map(|rejects| rejects_path(rejects, path, args.files.len()));
        match target.import_file(path, kind, &settings) {
            Ok(done) => {
                let rejects = save_rejects(&done.report, rejects.as_deref(), lang)?;
                show(&done, rejects.as_deref(), args.format, lang)?;
                if args.strict && done.report.rejected > 0 && exit == Exit::Done {
                    exit = Exit::NeedsAttention;
                }
            }
            Err(error) if args.files.len() == 1 => return Err(error),
            Err(error) => {
                eprint!("{}", error.shown(lang));
                exit = error.exit;
            }
        }
    }
    Ok(exit)
}

/// What became of one file.
#[derive(Debug, Serialize)]
pub struct Done {
    /// What the importer says.
    #[serde(flatten)]
    pub report: ImportReport,
    /// What changed in the lake; none on a dry run.
    #[serde(rename = "new_in_lake", serialize_with = "new_in_lake")]
    pub commit: Option<CommitReport>,
}

fn new_in_lake<S: serde::Serializer>(commit: &Option<CommitReport>, serializer: S) -> Result<S::Ok, S::Error> {
    let counts = commit.as_ref().map(|commit| {
        serde_json::json!({
            "persons": commit.persons_new,
            "claims": commit.claims_new,
            "certifications": commit.certifications_new,
            "claims_conflicting": commit.claims_conflicting.len(),
        })
    });
    counts.serialize(serializer)
}

/// What came of one file's bytes: its report and what changed, or why it cannot be judged.
type Outcome = Result<(ImportReport, Option<CommitReport>), ImportError>;

/// The lake that takes the files, and the vault that codes their people.
pub struct Target {
    lake: Lake,
    vault: IdentityVault,
    dry_run: bool,
    /// What the lake shall call the file; none = by its name.
    called: Option<String>,
    /// The time, as the lake shall tell it; none = now.
    at: Option<String>,
    /// A dry run over a lake that is not there yet works on a passing one.
    _passing: Option<tempfile::TempDir>,
}

impl Target {
    /// Opens the lake, making it where it is missing.
    pub fn open(dir: &Path, dry_run: bool) -> Result<Target, CliError> {
        let passing = match dry_run && !dir.exists() {
            true => Some(tempfile::tempdir().map_err(|error| CliError::unwritable(&std::env::temp_dir(), &error))?),
            false => None,
        };
        let dir = passing.as_ref().map_or(dir.to_owned(), |passing| passing.path().join("lake"));
        let lake = Lake::open_or_create(&dir)?;
        let vault = IdentityVault::open_or_create(&dir)?;
        Ok(Target { lake, vault, dry_run, called: None, at: None, _passing: passing })
    }

    /// Reads one file and commits what was accepted.
    pub fn import_file(&mut self, path: &Path, kind: Option<Kind>, settings: &Settings) -> Result<Done, CliError> {
        let bytes = std::fs::read(path).map_err(|error| CliError::unreadable(path, &error))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bar = spinner(&name);
        let outcome = self.import_bytes(&name, &bytes, kind, settings)?;
        bar.finish_and_clear();
        let (report, commit) = outcome.map_err(|error| refused(path, &error))?;
        Ok(Done { report, commit })
    }

    /// Judges a file's bytes and commits what was accepted; none of a dry run. A file that cannot be judged changes nothing.
    pub fn import_bytes(
        &mut self,
        name: &str,
        bytes: &[u8],
        kind: Option<Kind>,
        settings: &Settings,
    ) -> Result<Outcome, CliError> {
        let known = self.lake.known(&self.vault);
        let planned = plan_import(Source { name, bytes }, kind, settings, &known);
        known.finish()?;
        self.take(planned)
    }

    /// Commits what was planned; nothing of a dry run.
    fn take(&mut self, planned: Result<(Batch, ImportReport), ImportError>) -> Result<Outcome, CliError> {
        let (mut batch, report) = match planned {
            Ok(planned) => planned,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(called) = &self.called {
            batch.source.name.clone_from(called);
        }
        let commit = match self.dry_run {
            true => None,
            false => Some(self.lake.commit(&[batch], &self.at.clone().unwrap_or_else(now))?),
        };
        Ok(Ok((report, commit)))
    }
}

#[cfg(feature = "server")]
impl Target {
    /// The time that the lake shall tell.
    pub fn at(&mut self, at: &str) {
        self.at = Some(at.to_owned());
    }

    /// What the lake shall call the file.
    pub fn call(&mut self, name: String) {
        self.called = Some(name);
    }

    /// Judges a file's bytes by what an earlier state of the lake held, and commits what was accepted. A commit that was
    /// made already changes nothing, and its report is the one of then.
    pub fn import_onto(
        &mut self,
        before: &Lake,
        source: Source<'_>,
        kind: Option<Kind>,
        settings: &Settings,
    ) -> Result<Outcome, CliError> {
        let known = before.known(&self.vault);
        let planned = plan_import(source, kind, settings, &known);
        known.finish()?;
        self.take(planned)
    }

    /// The lake.
    pub fn lake(&self) -> &Lake {
        &self.lake
    }

    /// The state of the lake that a file made when it was imported first; none where it never was.
    pub fn generation_of(&self, bytes: &[u8], kind: Option<Kind>) -> Option<u64> {
        let sha256 = shukun_claims::import::sha256(bytes);
        let found =
            self.lake.sources().iter().find(|source| source.file.sha256 == sha256 && Some(source.file.kind) == kind);
        found.map(|source| source.generation)
    }
}

/// A file from which nothing was taken, without its place.
#[cfg(feature = "server")]
pub fn unread(error: &ImportError) -> CliError {
    CliError::from(Problem {
        code: error.code(),
        what: error.text(),
        place: None,
        mend: error.mend(),
        exit: Exit::Input,
    })
}

fn now() -> String {
    let seconds = jiff::Timestamp::now().as_second();
    jiff::Timestamp::from_second(seconds).map(|now| now.to_string()).unwrap_or_default()
}

fn kind(kind: KindArg) -> Kind {
    match kind {
        KindArg::Settlement => Kind::Settlement,
        KindArg::Roster => Kind::Roster,
    }
}

/// The settings with the office's own mapping and table of regions.
pub fn load_settings(mapping: Option<&Path>, regions: Option<&Path>) -> Result<Settings, CliError> {
    let mut settings = Settings::default();
    if let Some(path) = mapping {
        let text = read_text(path)?;
        settings.mapping = Mapping::default().extended(&text).map_err(|error| refused(path, &error))?;
    }
    if let Some(path) = regions {
        settings.regions = Regions::from_csv(&read_text(path)?).map_err(|error| refused(path, &error))?;
    }
    Ok(settings)
}

fn read_text(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))
}

fn refused(path: &Path, error: &ImportError) -> CliError {
    CliError::from(Problem {
        code: error.code(),
        what: error.text(),
        place: Some(path.display().to_string()),
        mend: error.mend(),
        exit: Exit::Input,
    })
}

/// Where the rejected rows of one of several files go: `rejects.xlsx`, or `rejects_<file>.xlsx` for each.
fn rejects_path(rejects: &Path, file: &Path, files: usize) -> PathBuf {
    if files == 1 {
        return rejects.to_owned();
    }
    let stem = |path: &Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    rejects.with_file_name(format!("{}_{}.xlsx", stem(rejects), stem(file)))
}

/// Writes the rejects workbook where one was asked for and there is something to write.
fn save_rejects(report: &ImportReport, path: Option<&Path>, lang: Lang) -> Result<Option<PathBuf>, CliError> {
    let Some(path) = path else { return Ok(None) };
    let Some(bytes) = rejects_workbook(report, lang).map_err(|error| CliError::unwritable(path, &error))? else {
        return Ok(None);
    };
    std::fs::write(path, bytes).map_err(|error| CliError::unwritable(path, &error))?;
    Ok(Some(path.to_owned()))
}

fn show(done: &Done, rejects: Option<&Path>, format: Format, lang: Lang) -> Result<(), CliError> {
    match format {
        Format::Json => print_line(done),
        Format::Text => print(&text(done, rejects, lang)),
    }
}

/// The outcome of one file in words.
pub fn text(done: &Done, rejects: Option<&Path>, lang: Lang) -> String {
    let report = &done.report;
    let mut text = format!("{}  [{}]\n", report.file, kind_word(report.kind).in_lang(lang));
    text.push_str(&counts(report, lang));
    if let Some(commit) = &done.commit {
        text.push_str(&commit_text(commit, lang));
    }
    for warning in &report.warnings {
        text.push_str(&format!("  {} {}\n", pick(lang, "注意：", "note:"), warning.text.in_lang(lang)));
    }
    if !report.unknown_columns.is_empty() {
        let columns = report.unknown_columns.join("、");
        text.push_str(&format!("  {} {columns}\n", pick(lang, "未使用的列：", "columns not used:")));
    }
    text.push_str(&rejects_text(report, rejects, lang));
    text
}

fn kind_word(kind: Kind) -> Text {
    match kind {
        Kind::Settlement => Text::new("结算明细", "settlement"),
        Kind::Roster => Text::new("花名册", "roster"),
    }
}

fn counts(report: &ImportReport, lang: Lang) -> String {
    let ImportReport { rows, accepted, rejected, duplicates, reversals, .. } = report;
    match lang {
        Lang::Zh => {
            format!("  {rows} 行：接受 {accepted}（其中冲正 {reversals}），退回 {rejected}，重复 {duplicates}\n")
        }
        Lang::En => format!(
            "  {rows} rows: {accepted} accepted ({reversals} of them reversals), {rejected} rejected, {duplicates} duplicates\n"
        ),
    }
}

fn commit_text(commit: &CommitReport, lang: Lang) -> String {
    let CommitReport { persons_new, claims_new, certifications_new, .. } = commit;
    let mut text = match lang {
        Lang::Zh => format!("  数据湖新增：人员 {persons_new}，结算 {claims_new}，认定 {certifications_new}\n"),
        Lang::En => {
            format!(
                "  new in the lake: {persons_new} persons, {claims_new} claims, {certifications_new} certifications\n"
            )
        }
    };
    let conflicting = commit.claims_conflicting.len();
    if conflicting > 0 {
        text.push_str(&match lang {
            Lang::Zh => format!("  {conflicting} 笔结算与已有的内容不同，保留原有的；更正请用冲正\n"),
            Lang::En => {
                format!("  {conflicting} claims differ from what is on file, which stays; correct by a reversal\n")
            }
        });
    }
    text
}

fn rejects_text(report: &ImportReport, path: Option<&Path>, lang: Lang) -> String {
    if report.rejects.is_empty() {
        return String::new();
    }
    let place = |column: &str, row: u32| format!("{column}{row}");
    let rows: Vec<Vec<String>> = report
        .rejects
        .iter()
        .take(SHOWN_REJECTS)
        .map(|reject| {
            let what = format!("{} → {}", reject.text.in_lang(lang), reject.mend.in_lang(lang));
            vec![place(&reject.column, reject.row), reject.header.clone(), reject.value.clone(), what]
        })
        .collect();
    let header = [
        pick(lang, "位置", "where"),
        pick(lang, "列", "column"),
        pick(lang, "值", "value"),
        pick(lang, "原因 → 办法", "why → mend"),
    ];
    let mut text = indented(&table(&header, &rows, header.len()));
    let more = report.rejects.len().saturating_sub(SHOWN_REJECTS);
    if more > 0 {
        text.push_str(&match lang {
            Lang::Zh => format!("  …… 另有 {more} 处\n"),
            Lang::En => format!("  … and {more} more\n"),
        });
    }
    text.push_str(&match (path, lang) {
        (Some(path), Lang::Zh) => format!("  退回行在 {}，改好后直接再导入\n", path.display()),
        (Some(path), Lang::En) => format!("  rejected rows are in {}; mend them there and import it\n", path.display()),
        (None, Lang::Zh) => "  加 --rejects 退回.xlsx 可把退回行另存，改好后再导入\n".to_owned(),
        (None, Lang::En) => {
            "  add --rejects rejects.xlsx to have them in a workbook, to be mended and imported\n".to_owned()
        }
    });
    text
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_of_several_files_has_its_own_rejects() {
        let rejects = Path::new("out/bad.xlsx");
        assert_eq!(rejects_path(rejects, Path::new("in/a.csv"), 1), Path::new("out/bad.xlsx"));
        assert_eq!(rejects_path(rejects, Path::new("in/a.csv"), 2), Path::new("out/bad_a.xlsx"));
    }
}
