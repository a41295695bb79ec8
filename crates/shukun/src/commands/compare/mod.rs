//! `shukun compare`: two policies over everybody in the lake; what it costs, who gains, who loses.
//!
//! Reads lake and packs, writes `compare.json`, `compare.xlsx` and `compare.html`. The figures are
//! [`shukun_analysis::compare`]'s; what they mean is in docs/compare.md.

pub mod book;
pub mod page;
mod people;
pub mod report;
mod text;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use shukun_analysis::compare::{HELD, Options, finish};
use shukun_base::{Fen, Lang};
use shukun_claims::Lake;

use self::people::{Sides, settle_both};
use self::report::{PolicySide, Report};
use crate::args::{CompareArgs, Format};
use crate::commands::settle::closing;
use crate::error::CliError;
use crate::exit::Exit;
use crate::output::{print, print_json, progress};
use crate::runner::Runner;
use crate::spec::Spec;
use crate::words::pick;

/// Runs the command.
pub fn compare(args: &CompareArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    let baseline = Spec::read("--baseline", &args.baseline, args.as_of)?;
    let variant = Spec::read("--variant", &args.variant, args.as_of)?;
    let runners = (baseline.load(lang)?, variant.load(lang)?);
    let lake = Lake::open(&args.lake)?;
    let options = Options { year: args.year, cliff_within: Fen::yuan(args.near.into()) };
    std::fs::create_dir_all(&args.out).map_err(|error| CliError::unwritable(&args.out, &error))?;
    let report = compare_lake(&lake, (&baseline, &runners.0), (&variant, &runners.1), options, &args.out, lang)?;
    write(&report, &args.out, lang)?;
    match args.format {
        Format::Json => print_json(&report)?,
        Format::Text => {
            print(&text::text(&report, lang))?;
            print(&closing(&args.out, start, lang))?;
        }
    }
    Ok(Exit::Done)
}

fn compare_lake(
    lake: &Lake,
    baseline: (&Spec, &Runner),
    variant: (&Spec, &Runner),
    options: Options,
    out: &Path,
    lang: Lang,
) -> Result<Report, CliError> {
    let bar = progress(lake.bucket_count().into(), pick(lang, "比较", "comparing"));
    let report = compare_along(lake, baseline, variant, options, out, &bar)?;
    bar.finish_and_clear();
    Ok(report)
}

/// The same without a bar; `watch` hears of partitions done and all partitions.
pub fn compare_watched(
    lake: &Lake,
    baseline: (&Spec, &Runner),
    variant: (&Spec, &Runner),
    options: Options,
    out: &Path,
    watch: impl Fn(u64, u64) + Sync,
) -> Result<Report, CliError> {
    let bar = ProgressBar::hidden();
    let (all, is_done) = (lake.bucket_count().into(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                watch(bar.position(), all);
                std::thread::sleep(Duration::from_millis(250));
            }
        });
        let report = compare_along(lake, baseline, variant, options, out, &bar);
        is_done.store(true, Ordering::Relaxed);
        report
    })
}

fn compare_along(
    lake: &Lake,
    baseline: (&Spec, &Runner),
    variant: (&Spec, &Runner),
    options: Options,
    out: &Path,
    bar: &ProgressBar,
) -> Result<Report, CliError> {
    let sides = Sides { baseline: baseline.1, variant: variant.1 };
    let settled = settle_both(lake, &sides, options, bar, out)?;
    let comparison = finish(settled.tally, &settled.rows, options, HELD)?;
    let sides = (PolicySide::of(baseline.0, baseline.1), PolicySide::of(variant.0, variant.1));
    Ok(Report::new(lake, sides, settled.uncovered, comparison))
}

/// Writes the comparison's three files.
pub fn write(report: &Report, out: &Path, lang: Lang) -> Result<(), CliError> {
    let save = |name: &str, text: String| {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| CliError::unwritable(&path, &error))
    };
    let json = serde_json::to_string_pretty(report).map_err(|error| CliError::unwritable(out, &error))?;
    save("compare.json", json + "\n")?;
    book::write_book(report, &out.join("compare.xlsx"), lang)?;
    save("compare.html", page::page(report, lang))
}
