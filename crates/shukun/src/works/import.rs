//! A file that somebody brought: looked at, judged row by row, taken into the lake, taken out again.
//!
//! The bytes come on standard input and stay in this process, which may die of them. Start at [`read`].

use std::io::Read as _;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use shukun_base::{Lang, Text};
use shukun_claims::import::{
    Caps, Column, ImportError, ImportReport, Mapping, Regions, Settings, Source, examine, rejects_workbook,
};
use shukun_claims::lake::forget_kept;
use shukun_claims::{CommitReport, Kind, Lake};
use shukun_web::works::order::import::{
    Choice, Committed, Found, ImportAnswer, ImportOrder, LARGEST, Reading, UndoOrder,
};

use super::tell::{self, Tell};
use crate::commands::import::{Target, unread};
use crate::error::{CliError, Problem};
use crate::exit::Exit;

/// Defects that a page shows; the workbook holds all.
const SHOWN: usize = 200;
/// How many states of the lake are kept for taking imports back.
const KEPT: usize = 12;

/// Looks at, judges or imports the file.
pub fn read(order: &ImportOrder, tell: &Tell) -> Result<Json, CliError> {
    let steps = if matches!(order.reading, Reading::Commit { .. }) { 4 } else { 3 };
    let bytes = take_bytes(order.bytes)?;
    super::watch_parent();
    tell.step(1, steps);
    let (settings, kind) = (settings(order)?, order.kind.as_deref().and_then(kind_named));
    let source = Source { name: &order.name, bytes: &bytes };
    let examined = examine(source, kind, &settings.mapping, &settings.caps).map_err(|error| unread(&error))?;
    let mut answer = ImportAnswer::default();
    if let Some(examined) = &examined {
        answer.headings = shukun_claims::import::hash_of_headings(examined);
        answer.choices = choices(examined.kind);
        answer.examined = Some(same(examined)?);
    }
    tell.step(2, steps);
    match &order.reading {
        Reading::Look => {}
        Reading::Check => {
            let mut target = Target::open(&order.lake, true)?;
            judge(target.import_bytes(&order.name, &bytes, kind, &settings), &mut answer)?;
        }
        Reading::Commit { kept, at } => {
            commit(order, (source, kind, &settings), (kept, at), &mut answer)?;
        }
    }
    tell.step(steps, steps);
    same(&answer)
}

/// What the lake calls the file, which writes it down in plain words: people name files after people.
fn name_in_lake(source: Source<'_>) -> String {
    let sha256 = shukun_claims::import::sha256(source.bytes);
    let is_workbook = source.bytes.starts_with(b"PK");
    format!("{}.{}", sha256.get(..12).unwrap_or_default(), if is_workbook { "xlsx" } else { "csv" })
}

/// What comes of judging; a file whose rows cannot be judged is an answer too.
fn judge(
    outcome: Result<Result<(ImportReport, Option<CommitReport>), ImportError>, CliError>,
    answer: &mut ImportAnswer,
) -> Result<Option<CommitReport>, CliError> {
    match outcome? {
        Err(error) => {
            answer.refused = Some(tell::failure(&unread(&error)));
            Ok(None)
        }
        Ok((report, commit)) => {
            let workbook = rejects_workbook(&report, Lang::Zh).map_err(|error| broken(&error))?;
            answer.rejects = workbook.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect());
            answer.found = Some(found(&report)?);
            Ok(commit)
        }
    }
}

fn commit(
    order: &ImportOrder,
    (source, kind, settings): (Source<'_>, Option<Kind>, &Settings),
    (kept, at): (&Path, &str),
    answer: &mut ImportAnswer,
) -> Result<(), CliError> {
    let mut target = Target::open(&order.lake, false)?;
    target.at(at);
    target.call(name_in_lake(source));
    target.lake().keep(kept)?;
    // Begun again after a stop, the file is judged by what the lake held before it, and the commit finds its rows on file.
    let before = Lake::open(kept)?;
    let Some(commit) = judge(target.import_onto(&before, source, kind, settings), answer)? else {
        return Ok(forget_kept(kept)?);
    };
    let generation =
        target.generation_of(source.bytes, answer.found.as_ref().and_then(|found| kind_named(&found.kind)));
    let made = generation.filter(|made| before.generation().checked_add(1) == Some(*made));
    if made.is_none() {
        forget_kept(kept)?;
    }
    let brought = brought(&before, target.lake(), made, &commit);
    let conflicting = u64::try_from(commit.claims_conflicting.len()).unwrap_or(u64::MAX);
    answer.committed = Some(Committed { conflicting, generation: made, ..brought });
    forget_oldest(kept)
}

/// What the lake holds more than before, where the file's commit is the latest; else what this commit says of itself.
fn brought(before: &Lake, now: &Lake, made: Option<u64>, commit: &CommitReport) -> Committed {
    let is_latest = made == Some(now.generation());
    let rows =
        |table, said| if is_latest { now.row_count(table).saturating_sub(before.row_count(table)) } else { said };
    Committed {
        persons: rows("persons", commit.persons_new),
        claims: rows("claims", commit.claims_new),
        certifications: rows("certifications", commit.certifications_new),
        ..Committed::default()
    }
}

/// Takes an import back.
pub fn undo(order: &UndoOrder, tell: &Tell) -> Result<Json, CliError> {
    let mut lake = Lake::open(&order.lake)?;
    tell.step(1, 2);
    // Done before a stop, it is done: the lake names no file of that import any more.
    if lake.sources().iter().any(|source| source.generation == order.generation) {
        lake.undo(&order.kept, order.generation)?;
    }
    forget_kept(&order.kept)?;
    tell.step(2, 2);
    Ok(Json::Null)
}

/// The states that were kept longest ago go.
fn forget_oldest(kept: &Path) -> Result<(), CliError> {
    let Some(all) = kept.parent().and_then(|all| std::fs::read_dir(all).ok()) else { return Ok(()) };
    let mut states: Vec<(u64, std::path::PathBuf)> = Vec::new();
    for entry in all.flatten() {
        if let Some(generation) = Lake::find_kept(&entry.path())? {
            states.push((generation, entry.path()));
        }
    }
    states.sort();
    let too_many = states.len().saturating_sub(KEPT);
    states.iter().take(too_many).try_for_each(|(_, path)| Ok(forget_kept(path)?))
}

fn take_bytes(count: u64) -> Result<Vec<u8>, CliError> {
    let mut bytes = Vec::new();
    if count > LARGEST {
        let error = ImportError::TooBig { cap: shukun_claims::import::Cap::BodyBytes, limit: LARGEST };
        return Err(unread(&error));
    }
    let taken = std::io::stdin().lock().take(count).read_to_end(&mut bytes);
    match taken {
        Ok(taken) if taken as u64 == count => Ok(bytes),
        _ => Err(broken(&"the file did not come whole")),
    }
}

fn settings(order: &ImportOrder) -> Result<Settings, CliError> {
    let mut settings = Settings { caps: Caps { body_bytes: LARGEST, ..Caps::for_uploads() }, ..Settings::default() };
    if let Some(toml) = &order.mapping {
        settings.mapping = Mapping::default().extended(toml).map_err(|error| unread(&error))?;
    }
    if let Some(table) = &order.regions {
        settings.regions = Regions::from_csv(table).map_err(|error| unread(&error))?;
    }
    Ok(settings)
}

fn kind_named(name: &str) -> Option<Kind> {
    match name {
        "settlement" => Some(Kind::Settlement),
        "roster" => Some(Kind::Roster),
        _ => None,
    }
}

fn choices(kind: Kind) -> Vec<Choice> {
    let of_kind = Column::ALL.iter().filter(|column| column.is_in(kind));
    of_kind
        .map(|column| Choice {
            name: column.name().to_owned(),
            text: Text::new(column.zh(), column.name().replace('_', " ")),
            is_required: column.is_required_in(kind),
        })
        .collect()
}

fn found(report: &ImportReport) -> Result<Found, CliError> {
    let shown: Vec<_> = report.rejects.iter().take(SHOWN).collect();
    Ok(Found {
        rejects: same(&shown)?,
        reject_count: u64::try_from(report.rejects.len()).unwrap_or(u64::MAX),
        warnings: same(&report.warnings)?,
        kind: same(&report.kind)?,
        rows: report.rows,
        accepted: report.accepted,
        rejected: report.rejected,
        duplicates: report.duplicates,
        reversals: report.reversals,
        unknown_columns: report.unknown_columns.clone(),
    })
}

/// A value in the server's form of it; the two have the same fields.
fn same<T: DeserializeOwned>(value: &impl Serialize) -> Result<T, CliError> {
    serde_json::to_value(value).and_then(serde_json::from_value).map_err(|error| broken(&error))
}

fn broken(error: &dyn std::fmt::Display) -> CliError {
    CliError::from(Problem {
        code: "work-import",
        what: Text::new(format!("文件没有读完（{error}）"), format!("the file was not read to its end ({error})")),
        place: None,
        mend: Text::new("再试一次；仍不行，请报告给开发者", "try again; if it stays, report it"),
        exit: Exit::Input,
    })
}
