//! `shukun demo`: the whole road once, with the real parts: files of a synthetic county, imported, settled, screened.

use std::path::{Path, PathBuf};
use std::time::Instant;

use shukun_base::{Lang, Text};
use shukun_claims::Lake;
use shukun_claims::synth::{CountyName, CountyPlan, WriteOptions};

use super::import::{Target, load_settings};
use super::screen::screen_lake;
use super::settle::{closing, settle_lake, text as settled_text};
use super::synth::write;
use crate::args::DemoArgs;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, seconds};
use crate::runner::Runner;
use crate::words::pick;

/// The county, year and seed of the demo: fixed, so that everybody sees the same.
const COUNTY: CountyName = CountyName::Ruian;
const YEAR: i16 = 2022;
const SEED: u64 = 1;

/// Runs the command.
pub fn demo(args: &DemoArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    refuse_full_folder(&args.dir)?;
    let packs = find_packs(&args.packs)?;
    let runner = Runner::load(&packs, None, &[], lang)?;

    let plan = CountyPlan { county: COUNTY, people: args.people.into(), seed: SEED, years: YEAR..=YEAR };
    let files = timed(
        pick(lang, "一、合成一个县的文件（人员均为虚构）", "1. Files of a synthetic county (nobody in them exists)"),
        || write(plan, &args.dir.join("files"), WriteOptions { everyone: true, ..WriteOptions::default() }, lang),
    )?;

    let lake_dir = args.dir.join("lake");
    timed(pick(lang, "二、导入", "2. Import"), || {
        let regions = files.others.iter().find(|path| name_of(path).starts_with("regions_"));
        let settings = load_settings(None, regions.map(PathBuf::as_path))?;
        let mut target = Target::open(&lake_dir, false)?;
        files.to_import.iter().try_for_each(|path| {
            let done = target.import_file(path, None, &settings)?;
            print(&super::import::text(&done, None, lang))
        })
    })?;

    let lake = Lake::open(&lake_dir)?;
    timed(pick(lang, "三、逐户结算", "3. Settle every household"), || {
        let receipt = settle_lake(&lake, &runner, None, &args.dir.join("result"), lang)?;
        print(&settled_text(&receipt, lang))
    })?;

    let alerts = args.dir.join("alerts.xlsx");
    timed(pick(lang, "四、筛查", "4. Screen"), || {
        let summary = screen_lake(&lake, &runner, YEAR, None, &alerts, lang)?;
        print(&summary.text(lang))
    })?;
    print(&format!("\n{}", where_it_lies(&args.dir, lang)))?;
    print(&closing(&args.dir, start, lang))?;
    Ok(Exit::Done)
}

fn timed<T>(heading: &str, step: impl FnOnce() -> Result<T, CliError>) -> Result<T, CliError> {
    let start = Instant::now();
    print(&format!("\n── {heading}\n"))?;
    let outcome = step()?;
    print(&format!("   {}\n", seconds(start.elapsed())))?;
    Ok(outcome)
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A second run starts over in a folder that a first one made, and never touches any other.
fn refuse_full_folder(dir: &Path) -> Result<(), CliError> {
    const OURS: [&str; 5] = ["files", "lake", "result", "alerts.xlsx", MARK];
    let is_ours = dir.join(MARK).is_file();
    let is_empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !is_ours && !is_empty {
        return Err(CliError::usage(
            "demo-folder",
            Text::new("文件夹里已有别的东西", "the folder holds other things"),
            Some(dir.display().to_string()),
            Text::new("用 --dir 换一个空文件夹", "choose an empty folder with --dir"),
        ));
    }
    if is_ours {
        std::fs::remove_dir_all(dir).map_err(|error| CliError::unwritable(dir, &error))?;
    }
    std::fs::create_dir_all(dir).map_err(|error| CliError::unwritable(dir, &error))?;
    let mark = dir.join(MARK);
    let text = format!("{}\n", OURS.join(" "));
    std::fs::write(&mark, text).map_err(|error| CliError::unwritable(&mark, &error))
}

/// The file that says a folder was made by the demo.
const MARK: &str = "made-by-shukun-demo.txt";

/// The packs of the working folder, else those of the source tree the program was built from.
fn find_packs(asked: &Path) -> Result<Vec<PathBuf>, CliError> {
    if asked.is_dir() {
        return Ok(vec![asked.to_owned()]);
    }
    Err(CliError::from(Problem {
        code: "demo-packs",
        what: Text::new("找不到制度包", "the packs are not there"),
        place: Some(asked.display().to_string()),
        mend: Text::new(
            "在仓库根目录运行，或用 --packs 指定制度包文件夹",
            "run it at the root of the repository, or name the folder with --packs",
        ),
        exit: Exit::Input,
    }))
}

fn where_it_lies(dir: &Path, lang: Lang) -> String {
    let rows = [
        (
            "alerts.xlsx",
            "三色预警名单、待议、资料不足、汇总、说明",
            "the alert list, what awaits decision, what is missing, summary, sources",
        ),
        ("result/postings.parquet", "每一元钱：谁付、依据哪一条", "each yuan: who paid, under which article"),
        ("result/standings.parquet", "每人一年一行", "a person's year in one row"),
        ("result/receipt.json", "制度、读法、输入的指纹", "packs, readings, hash of the input"),
        ("files/", "合成的结算表和花名册", "the synthetic spreadsheets"),
    ];
    let line = |(path, zh, en): (&str, &str, &str)| format!("  {}  {}\n", dir.join(path).display(), pick(lang, zh, en));
    rows.into_iter().map(line).collect()
}
