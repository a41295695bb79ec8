//! `shukun demo`: the whole road once, with the real parts: files of a synthetic county, imported, settled, screened.

use std::path::{Path, PathBuf};
use std::time::Instant;

use shukun_base::{Lang, PersonId, Text};
use shukun_claims::Lake;
use shukun_claims::synth::{CountyName, CountyPlan, WriteOptions};

use super::explain::stories;
use super::import::{Target, load_settings};
use super::screen::screen_lake;
use super::settle::{Asked, closing, settle_lake, text as settled_text};
use super::synth::write;
use crate::args::DemoArgs;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, seconds};
use crate::runner::Runner;
use crate::screening::Found;
use crate::settling::options::Options;
use crate::words::pick;

/// The county, year and seed of the demo: fixed, so that everybody sees the same.
const COUNTY: CountyName = CountyName::Ruian;
const YEAR: i16 = 2022;
const SEED: u64 = 1;
/// The months after which a screening of the office took place; the last one knew the whole year.
pub const CUT_AFTER: [i8; 2] = [8, 10];
/// The document names three colours and no lines; this reading's lines are invented, and every output says so.
pub const THREE_COLOURS: (&str, &str) = ("cn-330381-ruian:R3", "三线");

/// Runs the command.
pub fn demo(args: &DemoArgs, lang: Lang) -> Result<Exit, CliError> {
    let start = Instant::now();
    start_over(&args.dir)?;
    let packs = find_packs(&args.packs)?;
    let mut runner = Runner::load(&packs, None, &[], lang)?;
    if runner.knows(THREE_COLOURS.0) {
        runner = runner.reading(THREE_COLOURS.0, THREE_COLOURS.1);
    }

    let plan = CountyPlan { county: COUNTY, people: people(args).into(), seed: SEED, years: YEAR..=YEAR };
    let files = timed(
        pick(lang, "一、合成一个县的文件（人员均为虚构）", "1. Files of a synthetic county (nobody in them exists)"),
        || {
            write(
                plan,
                false,
                &args.dir.join("files"),
                WriteOptions { everyone: true, cut_after: &CUT_AFTER, ..WriteOptions::default() },
                lang,
            )
        },
    )?;

    let lake_dir = args.dir.join("lake");
    timed(pick(lang, "二、导入", "2. Import"), || {
        let settings = load_settings(None, regions_of(&files.others))?;
        in_order(&files.to_import).into_iter().enumerate().try_for_each(|(imported, path)| {
            // What a month's screening knew is kept for the office.
            if args.serve && imported > 1 {
                keep_copy(&lake_dir, &earlier(&args.dir, imported - 2))?;
            }
            let done = Target::open(&lake_dir, false)?.import_file(path, None, &settings)?;
            print(&super::import::text(&done, None, lang))
        })
    })?;

    let lake = Lake::open(&lake_dir)?;
    timed(pick(lang, "三、逐户结算", "3. Settle every household"), || {
        let receipt = settle_lake(
            &lake,
            &runner,
            &Asked { options: Some(Options::everything()), previous: None },
            &args.dir.join("result"),
            lang,
        )?;
        print(&settled_text(&receipt, lang))
    })?;

    let alerts = args.dir.join("alerts.xlsx");
    let found = timed(pick(lang, "四、筛查", "4. Screen"), || {
        let found = screen_lake(&lake, &runner, YEAR, None, &alerts, lang)?;
        print(&found.summary.text(lang))?;
        if let Some(first) = found.alerted.first() {
            explain_first(&lake, &runner, first.subject.person_id, &args.dir.join(PAGE), lang)?;
        }
        Ok(found)
    })?;
    print(&format!("\n{}", where_it_lies(&args.dir, lang)))?;
    print(&closing(&args.dir, start, lang))?;
    if args.serve {
        print(&format!("\n── {}\n", pick(lang, "五、办公室", "5. The office")))?;
        office(args, &lake, &runner, &found, &files.others, lang)?;
    }
    Ok(Exit::Done)
}

/// People before their bills: the roster, which is written last, goes first.
fn in_order(files: &[PathBuf]) -> Vec<&Path> {
    let (bills, rosters): (Vec<&Path>, Vec<&Path>) =
        files.iter().map(PathBuf::as_path).partition(|path| name_of(path).starts_with("settlements_"));
    rosters.into_iter().chain(bills).collect()
}

/// Where the lake lies as it was before the last bills came: `earlier/0/lake`, `earlier/1/lake`.
pub fn earlier(dir: &Path, number: usize) -> PathBuf {
    dir.join(EARLIER).join(number.to_string()).join("lake")
}

/// Copies a lake with its key.
fn keep_copy(lake: &Path, to: &Path) -> Result<(), CliError> {
    copy_folder(lake, to).and_then(|()| copy_key(lake, to)).map_err(|error| CliError::unwritable(to, &error))
}

fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// It lies beside the lake, unless the environment says where.
fn copy_key(lake: &Path, to: &Path) -> std::io::Result<()> {
    let key = lake.with_added_extension("identity.key");
    if key.is_file() { std::fs::copy(key, to.with_added_extension("identity.key")).map(|_| ()) } else { Ok(()) }
}

/// The table of towns and villages among the files beside the claims.
fn regions_of(others: &[PathBuf]) -> Option<&Path> {
    others.iter().find(|path| name_of(path).starts_with("regions_")).map(PathBuf::as_path)
}

/// Few people for the road alone; for the office enough that each step of a case holds some.
fn people(args: &DemoArgs) -> u32 {
    args.people.unwrap_or(if args.serve { 20_000 } else { 5_000 })
}

/// The pages, until the program is asked to end.
#[cfg(feature = "server")]
fn office(
    args: &DemoArgs,
    lake: &Lake,
    runner: &Runner,
    found: &Found,
    others: &[PathBuf],
    lang: Lang,
) -> Result<(), CliError> {
    let packs = &found.summary.sources.packs;
    let regions = match regions_of(others) {
        Some(path) => std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?,
        None => String::new(),
    };
    let county = (COUNTY.code(), COUNTY.zh());
    let screened = super::demo_office::Screened {
        lake,
        runner,
        alerted: &found.alerted,
        packs,
        year: YEAR,
        regions: &regions,
        county,
    };
    super::demo_office::serve_office(args, &screened, lang)
}

#[cfg(not(feature = "server"))]
fn office(_: &DemoArgs, _: &Lake, _: &Runner, _: &Found, _: &[PathBuf], _: Lang) -> Result<(), CliError> {
    Err(CliError::without_server())
}

/// The most urgent person's page, as an example of what can be had for everyone.
fn explain_first(lake: &Lake, runner: &Runner, person: PersonId, page: &Path, lang: Lang) -> Result<(), CliError> {
    let Some(facts) = lake.read_household_of(person)? else { return Ok(()) };
    let stories = stories(runner, &facts, &[person], None, Some(YEAR))?;
    std::fs::write(page, crate::page::page(&stories, lang)).map_err(|error| CliError::unwritable(page, &error))
}

/// Where that page is written.
const PAGE: &str = "person.html";

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

/// A second run takes away what the first one made, and nothing else.
fn start_over(dir: &Path) -> Result<(), CliError> {
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
    for name in MADE {
        let path = dir.join(name);
        let gone = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        match gone {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(CliError::unwritable(&path, &error));
            }
            _ => {}
        }
    }
    std::fs::create_dir_all(dir).map_err(|error| CliError::unwritable(dir, &error))?;
    let mark = dir.join(MARK);
    std::fs::write(&mark, MADE.join("\n")).map_err(|error| CliError::unwritable(&mark, &error))
}

/// What a run leaves in its folder.
const MADE: [&str; 10] = [
    "files",
    "lake",
    "lake.identity.key",
    "lake.views.jsonl",
    "result",
    "alerts.xlsx",
    PAGE,
    EARLIER,
    "office",
    "office.keys",
];

/// The lake as it was before; gone once the office is furnished.
pub const EARLIER: &str = "earlier";

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
        (PAGE, "最急的一位：账单怎样一层层付下来", "the most urgent person: how the bill was paid, tier by tier"),
        ("result/postings.parquet", "每一元钱：谁付、依据哪一条", "each yuan: who paid, under which article"),
        ("result/standings.parquet", "每人一年一行", "a person's year in one row"),
        ("result/receipt.json", "制度、读法、输入的指纹", "packs, readings, hash of the input"),
        ("files/", "合成的结算表和花名册", "the synthetic spreadsheets"),
    ];
    let line = |(path, zh, en): (&str, &str, &str)| format!("  {}  {}\n", dir.join(path).display(), pick(lang, zh, en));
    rows.into_iter().map(line).collect()
}
