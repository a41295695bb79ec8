//! `shukun screen`: a year's alert list as a workbook for the officers who verify it.

use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

use shukun_base::Lang;
use shukun_claims::{IdentityVault, Lake};
use shukun_engine::Detail;

use crate::args::{Format, ScreenArgs};
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json, progress};
use crate::run::run;
use crate::runner::Runner;
use crate::screening::{Found, Screening};
use crate::screening_book::{Names, write_book};
use crate::words::pick;

use super::settle::closing;

/// Runs the command.
pub fn screen(args: &ScreenArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    let runner = Runner::load(&args.run.packs, args.run.as_of, &args.run.reading, lang)?;
    let lake = Lake::open(&args.lake)?;
    let full_ids = args.purpose.as_deref().filter(|_| args.full_ids);
    let found = screen_lake(&lake, &runner, args.year, full_ids, &args.out, lang)?;
    match args.format {
        Format::Json => print_json(&found.summary)?,
        Format::Text => {
            print(&found.summary.text(lang))?;
            print(&closing(&args.out, start, lang))?;
        }
    }
    Ok(Exit::Done)
}

/// Screens a year and writes the workbook. `full_ids` is the purpose for which whole ID numbers are written.
pub fn screen_lake(
    lake: &Lake,
    runner: &Runner,
    year: i16,
    full_ids: Option<&str>,
    out: &Path,
    lang: Lang,
) -> Result<Found, CliError> {
    let bar = progress(lake.bucket_count().into(), pick(lang, "筛查", "screening"));
    let mut screening = Screening::new(year);
    let uncovered = run(lake, runner, Detail::BRIEF, &bar, &mut screening)?;
    bar.finish_and_clear();
    let found = screening.finish(runner, uncovered);
    let vault = IdentityVault::open_or_create(lake.dir())?;
    let identities = vault.reveal_for_report(&found.persons())?;
    let names = Names { identities: &identities, full_ids };
    write_book(&found, &names, out, lang)?;
    log_view(lake.dir(), &View { persons: names.identities.len(), full_ids, out })?;
    Ok(found)
}

/// Names left the vault: what for, how many, whither.
pub struct View<'a> {
    /// How many.
    pub persons: usize,
    /// The purpose for which whole ID numbers were written.
    pub full_ids: Option<&'a str>,
    /// Into which file.
    pub out: &'a Path,
}

/// Adds a line to `<lake>.views.jsonl` beside the lake.
pub fn log_view(lake: &Path, view: &View<'_>) -> Result<(), CliError> {
    let path = lake.with_added_extension("views.jsonl");
    let line = serde_json::json!({
        "at": jiff::Timestamp::now().to_string(),
        "persons": view.persons,
        "full_ids": view.full_ids.is_some(),
        "purpose": view.full_ids,
        "out": view.out.display().to_string(),
    });
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(|error| CliError::unwritable(&path, &error))?;
    writeln!(file, "{line}").map_err(|error| CliError::unwritable(&path, &error))
}
