//! `shukun demo --serve`: an office with users of every role, which screened the county three times while its bills came
//! in, with cases in every step; the pages open on it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use jiff::Timestamp;
use shukun_base::{Day, Fen, HouseholdId, Lang, RegionCode, Text};
use shukun_casework::ContentHash;
use shukun_casework::determination::PackUsed;
use shukun_claims::Lake;
use shukun_engine::receipt::PackReceipt;
use shukun_engine::trace::Explanation;
use shukun_web::demo::{Burdened, County, Furnished, Known, SCREENINGS, furnish};
use shukun_web::desk::{Desk, Folders, Region, read_regions};
use shukun_web::http::cookies::Transport;
use shukun_web::start::{Start, StartError, open, serve, settings, with_runtime};

use super::demo::{CUT_AFTER, EARLIER, THREE_COLOURS, earlier};
use super::explain::stories;
use super::serve::{show, stopped};
use crate::args::DemoArgs;
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::{print, seconds};
use crate::runner::Runner;
use crate::screening::Alerted;
use crate::sheet_lines::lines;

/// What the screening left: the lake, how it was read, whom it found.
pub struct Screened<'a> {
    /// The county.
    pub lake: &'a Lake,
    /// Packs and readings.
    pub runner: &'a Runner,
    /// The most urgent first.
    pub alerted: &'a [Alerted],
    /// The packs that ran.
    pub packs: &'a [PackReceipt],
    /// The year.
    pub year: i16,
    /// The table of towns and villages, as CSV.
    pub regions: &'a str,
    /// Code and name of the county.
    pub county: (&'static str, &'static str),
}

/// Furnishes an office in the folder and serves it until the program is asked to end.
pub fn serve_office(args: &DemoArgs, screened: &Screened<'_>, lang: Lang) -> Result<(), CliError> {
    let begun = Instant::now();
    let county = county(&args.dir, screened)?;
    let start = Start {
        data: args.dir.join(OFFICE),
        database_url: None,
        keys: None,
        listen: args.listen,
        transport: Transport::Plain,
        region: None,
        packs: vec![args.packs.clone()],
        oidc: None,
        readings: readings(screened),
    };
    let folders = Folders::of(&start.data, &start.packs).with_lake(screened.lake.dir()).with_readings(&start.readings);
    with_runtime(async {
        let store = open(&start).await?;
        let settings = settings(start.transport, true, folders)?;
        let office = furnish(&store, &settings, &county, Timestamp::now()).await?;
        forget(&args.dir.join(EARLIER));
        let first = office.passwords.iter();
        let lines = first.map(|first| format!("  {:<12}{}\n", first.login, first.password.reveal()));
        say(&format!("   {}\n\n{}\n{}", seconds(begun.elapsed()), heading(&office, lang), lines.collect::<String>()))?;
        serve(Desk::new(store, settings), start.listen, |told| show(&told, lang)).await
    })
    .map_err(|error| stopped(&error))
}

/// The copies were for furnishing; one that stays takes room and harms nobody.
fn forget(earlier: &Path) {
    let _ = std::fs::remove_dir_all(earlier);
}

/// The readings of the demo's own run, so that a run in the office finds the same.
fn readings(screened: &Screened<'_>) -> Vec<String> {
    let (asked, reading) = THREE_COLOURS;
    if screened.runner.knows(asked) { vec![format!("{asked}={reading}")] } else { Vec::new() }
}

/// What the office is furnished with.
fn county(dir: &Path, screened: &Screened<'_>) -> Result<County, CliError> {
    let (code, name) = screened.county;
    let region = RegionCode::new(code).ok_or_else(no_county)?;
    let own = Region { code: region.clone(), name: name.to_owned() };
    let regions = std::iter::once(own).chain(read_regions(screened.regions).0).collect();
    let known = vec![
        Known { lake: earlier(dir, 0), until: end_of(screened.year, CUT_AFTER[0]) },
        Known { lake: earlier(dir, 1), until: end_of(screened.year, CUT_AFTER[1]) },
        Known { lake: screened.lake.dir().to_owned(), until: Day::MAX },
    ];
    Ok(County { region, year: screened.year, regions, known, people: burdened(screened)? })
}

/// The county of the demo is a constant of this program.
fn no_county() -> CliError {
    CliError::from(Problem {
        code: "demo-county",
        what: Text::new("演示的县没有区划代码", "the demo's county has no code"),
        place: None,
        mend: Text::new("请报告给开发者", "report it"),
        exit: Exit::Output,
    })
}

/// The last day of a month.
fn end_of(year: i16, month: i8) -> Day {
    Day::new(year, month, 1).map_or(Day::MAX, Day::last_of_month)
}

/// The folder below the demo's; the keys lie beside it.
const OFFICE: &str = "office";

fn heading(office: &Furnished, lang: Lang) -> String {
    let (screened, cases) = (SCREENINGS, office.cases);
    match lang {
        Lang::Zh => format!("筛查{screened}次，{cases}个案件。用户与一次性口令（首次登录后修改）："),
        Lang::En => format!(
            "Screened {screened} times, {cases} cases. Users and one-time passwords (changed at the first sign-in):"
        ),
    }
}

fn say(text: &str) -> Result<(), StartError> {
    print(text).map_err(|error| StartError::told(error.code, error.what.clone(), error.mend.clone()))
}

/// One person of each household, the most urgent.
fn burdened(screened: &Screened<'_>) -> Result<Vec<Burdened>, CliError> {
    let mut households: BTreeSet<HouseholdId> = BTreeSet::new();
    let first = screened.alerted.iter().filter(|alerted| households.insert(alerted.subject.household_id));
    let people = first.map(|alerted| one(screened, alerted)).collect::<Result<Vec<_>, _>>()?;
    Ok(people.into_iter().flatten().collect())
}

fn one(screened: &Screened<'_>, alerted: &Alerted) -> Result<Option<Burdened>, CliError> {
    let person = alerted.subject.person_id;
    let Some(facts) = screened.lake.read_household_of(person)? else { return Ok(None) };
    let told = stories(screened.runner, &facts, &[person], None, Some(screened.year))?;
    let last_bill_on = facts.claims.iter().map(|claim| claim.settled_on).max();
    let (Some(story), Some(last_bill_on)) = (told.into_iter().next(), last_bill_on) else { return Ok(None) };
    let lines: Vec<_> = lines(&story).into_iter().map(|line| line.line).collect();
    let paid: Fen = lines.iter().map(|line| line.amount_fen).sum();
    Ok(Some(Burdened {
        person,
        household: alerted.subject.household_id,
        region: alerted.subject.region.clone(),
        year: screened.year,
        last_bill_on,
        bill_fen: story.total_fen,
        packs: packs(screened, &story),
        lines,
        left_fen: story.total_fen - paid,
    }))
}

/// Those packs of the run that this person's bills met.
fn packs(screened: &Screened<'_>, story: &Explanation) -> Vec<PackUsed> {
    let used = screened.packs.iter().filter(|pack| story.packs.iter().any(|used| used.id == pack.id));
    let used = used.filter_map(|pack| {
        let version = pack.document_number.clone().unwrap_or_else(|| pack.title.clone());
        Some(PackUsed { id: pack.id.clone(), version, sha256: ContentHash::new(&pack.hash)? })
    });
    used.collect()
}
