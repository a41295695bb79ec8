//! `shukun demo --serve`: the people whom the screening found become cases in every step, with users of every role, and
//! the pages open on them.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use shukun_base::{Fen, HouseholdId, Lang, RegionCode};
use shukun_casework::ContentHash;
use shukun_casework::alert::Colour;
use shukun_casework::determination::PackUsed;
use shukun_claims::{IdentityVault, Lake};
use shukun_engine::outcome::Colour as Found;
use shukun_engine::receipt::PackReceipt;
use shukun_engine::trace::Explanation;
use shukun_web::demo::{Burdened, furnish};
use shukun_web::desk::{Desk, Folders, Region, read_regions};
use shukun_web::http::cookies::Transport;
use shukun_web::start::{Start, StartError, open, serve, settings, with_runtime};

use super::demo::THREE_COLOURS;
use super::explain::stories;
use super::screen::{View, log_view};
use super::serve::{show, stopped};
use crate::args::DemoArgs;
use crate::error::CliError;
use crate::output::print;
use crate::runner::Runner;
use crate::screening::Alerted;
use crate::sheet_lines::lines;
use crate::words::pick;

/// As many cases as a person looks through.
const CASES: usize = 100;

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
    let people = burdened(screened, lang)?;
    let regions = regions(screened);
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
        let first = furnish(&store, &settings.numbers, (&people, &regions), Timestamp::now()).await?;
        let lines = first.iter().map(|first| format!("  {:<12}{}\n", first.login, first.password.reveal()));
        say(&format!("{}\n{}", heading(people.len(), lang), lines.collect::<String>()))?;
        serve(Desk::new(store, settings), start.listen, |told| show(&told, lang)).await
    })
    .map_err(|error| stopped(&error))
}

/// The readings of the demo's own run, so that a run in the office finds the same.
fn readings(screened: &Screened<'_>) -> Vec<String> {
    let (asked, reading) = THREE_COLOURS;
    if screened.runner.knows(asked) { vec![format!("{asked}={reading}")] } else { Vec::new() }
}

/// The county, its towns and villages by name.
fn regions(screened: &Screened<'_>) -> Vec<Region> {
    let (code, name) = screened.county;
    let county = RegionCode::new(code).map(|code| Region { code, name: name.to_owned() });
    county.into_iter().chain(read_regions(screened.regions).0).collect()
}

/// The folder below the demo's; the keys lie beside it.
const OFFICE: &str = "office";

fn heading(cases: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("{cases}个案件。用户与一次性口令（首次登录后修改）："),
        Lang::En => {
            format!("{cases} cases. Users and one-time passwords (changed at the first sign-in):")
        }
    }
}

fn say(text: &str) -> Result<(), StartError> {
    print(text).map_err(|error| StartError::told(error.code, error.what.clone(), error.mend.clone()))
}

/// One person of each household, spread over the list, with their names; that they left the vault is written down.
fn burdened(screened: &Screened<'_>, lang: Lang) -> Result<Vec<Burdened>, CliError> {
    let step = screened.alerted.len().div_ceil(CASES).max(1);
    let mut households: BTreeSet<HouseholdId> = BTreeSet::new();
    let mut people = Vec::new();
    let vault = IdentityVault::open_or_create(screened.lake.dir())?;
    for alerted in screened.alerted.iter().step_by(step) {
        if households.insert(alerted.subject.household_id)
            && let Some(one) = one(screened, &vault, alerted)?
        {
            people.push(one);
        }
    }
    let out = Path::new(pick(lang, "演示", "demo"));
    log_view(screened.lake.dir(), &View { persons: people.len(), full_ids: None, out })?;
    Ok(people)
}

fn one(screened: &Screened<'_>, vault: &IdentityVault, alerted: &Alerted) -> Result<Option<Burdened>, CliError> {
    let person = alerted.subject.person_id;
    let Some(facts) = screened.lake.read_household_of(person)? else { return Ok(None) };
    let told = stories(screened.runner, &facts, &[person], None, Some(screened.year))?;
    let identity = vault.reveal_for_report(&[person])?.remove(&person);
    let (Some(story), Some(identity)) = (told.into_iter().next(), identity) else { return Ok(None) };
    let lines: Vec<_> = lines(&story).into_iter().map(|line| line.line).collect();
    let paid: Fen = lines.iter().map(|line| line.amount_fen).sum();
    let packs = packs(screened, &story);
    Ok(Some(Burdened {
        person,
        household: alerted.subject.household_id,
        region: alerted.subject.region.clone(),
        name: identity.name,
        id_number: identity.id_number,
        phone: identity.phone,
        year: screened.year,
        rule: alerted.rule.clone(),
        pack: packs.first().map(|pack| pack.id.clone()).unwrap_or_default(),
        burden_fen: alerted.burden,
        colour: colour(alerted.colour),
        bill_fen: story.total_fen,
        lines,
        left_fen: story.total_fen - paid,
        packs,
    }))
}

const fn colour(found: Found) -> Colour {
    match found {
        Found::Red => Colour::Red,
        Found::Orange => Colour::Orange,
        Found::Yellow => Colour::Yellow,
    }
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
