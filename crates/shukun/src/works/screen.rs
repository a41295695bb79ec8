//! A screening run: the county settled (only whom later imports touched, where an earlier result is there), then the year
//! screened, and the names of whom it found read from the vault; that they left it is written down beside the lake.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};
use shukun_base::{Fen, Lang, PersonId, RegionCode, Text};
use shukun_casework::ContentHash;
use shukun_casework::alert::Colour;
use shukun_claims::{IdentityVault, Lake};
use shukun_engine::Detail;
use shukun_engine::facts::HouseholdFacts;
use shukun_engine::outcome::NoteKind;
use shukun_web::works::order::screen::{Above, Below, ScreenOrder, Screened, Summary, UsedPack};

use super::tell::Tell;
use crate::commands::screen::{View, log_view};
use crate::commands::settle::{Asked, settle_lake};
use crate::error::{CliError, Problem};
use crate::exit::Exit;
use crate::output::progress;
use crate::run::{Settled, Sink, run};
use crate::runner::Runner;
use crate::screening::{Alerted, Found, Screening};
use crate::settling::earlier::EarlierResult;
use crate::settling::folder::Unfinished;
use crate::settling::receipt::RECEIPT;

/// Results that are kept: the latest, and the one it came from.
const RESULTS: usize = 2;

/// Carries the order out.
pub fn carry_out(order: &ScreenOrder, tell: &Tell) -> Result<Json, CliError> {
    if order.packs.is_empty() {
        return Err(no_packs());
    }
    let runner = Runner::load(&order.packs, None, &order.readings, Lang::Zh)?;
    let lake = Lake::open(&order.lake)?;
    tell.step(0, 3);
    let settled = settle(order, &lake, &runner)?;
    tell.step(1, 3);
    let mut watched = Watched::new(order);
    let bar = progress(u64::from(lake.bucket_count()), "");
    let uncovered = run(&lake, &runner, Detail::BRIEF, &bar, &mut watched)?;
    tell.step(2, 3);
    let Watched { screening, measured, .. } = watched;
    let found = screening.finish(&runner, uncovered);
    let screened = screened(order, &lake, &found, &measured)?;
    let summary = Summary { input_hash: lake.input_hash(), generation: lake.generation(), settled, ..summary(&found) };
    tell.step(3, 3);
    serde_json::to_value(Screened { summary, ..screened }).map_err(|error| broken(&error))
}

/// Settles into a folder of its own beside the earlier result; how many households were settled anew.
fn settle(order: &ScreenOrder, lake: &Lake, runner: &Runner) -> Result<u64, CliError> {
    std::fs::create_dir_all(&order.results).map_err(|error| CliError::unwritable(&order.results, &error))?;
    let out = order.results.join(&order.name);
    tidy(&order.results);
    let mut earlier = results(&order.results);
    earlier.retain(|path| *path != out);
    // One that is not whole is of no use, and no reason to stop.
    let previous = earlier.last().filter(|path| EarlierResult::open(path).is_ok());
    let asked = Asked { options: None, previous: previous.map(PathBuf::as_path) };
    let receipt = settle_lake(lake, runner, &asked, &out, Lang::Zh)?;
    let too_many = (earlier.len() + 1).saturating_sub(RESULTS);
    for old in earlier.iter().take(too_many) {
        std::fs::remove_dir_all(old).map_err(|error| CliError::unwritable(old, &error))?;
    }
    let continued = receipt.previous.as_ref().filter(|previous| previous.settled_whole_because.is_none());
    Ok(continued.map_or(receipt.households, |previous| previous.households_settled))
}

/// What killed runs left half-written or half-removed goes: nobody comes back for a run that was given up.
fn tidy(results: &Path) {
    for entry in std::fs::read_dir(results).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // What another server is writing stays; what does not go is no reason to stop.
        let _left = match name.strip_prefix('.').and_then(|name| name.rsplit_once('.')) {
            Some((name, _)) => Unfinished::tidy(&results.join(name)).is_ok(),
            None if !entry.path().join(RECEIPT).is_file() => std::fs::remove_dir_all(entry.path()).is_ok(),
            None => true,
        };
    }
}

/// The folders of results, oldest first.
fn results(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let receipt = |path: &PathBuf| path.join(RECEIPT).metadata().and_then(|receipt| receipt.modified()).ok();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| receipt(path).is_some()).collect();
    found.sort_by_cached_key(receipt);
    found
}

/// A screening that also remembers what was measured of each person who matters.
struct Watched<'a> {
    screening: Screening,
    region: &'a RegionCode,
    year: i16,
    known: BTreeSet<PersonId>,
    measured: BTreeMap<PersonId, Below>,
}

impl<'a> Watched<'a> {
    fn new(order: &'a ScreenOrder) -> Watched<'a> {
        Watched {
            screening: Screening::new(order.year),
            region: &order.region,
            year: order.year,
            known: order.known.iter().copied().collect(),
            measured: BTreeMap::new(),
        }
    }

    fn measure(&mut self, facts: &HouseholdFacts, person: PersonId, burden: Fen) {
        let Some(known) = facts.persons.iter().find(|known| known.person_id == person) else { return };
        let Some(claims_sha256) = hash_of_claims(facts, person, self.year) else { return };
        let below = Below {
            person,
            household: known.household_id,
            region: known.region_code.clone(),
            burden_fen: burden,
            claims_sha256,
        };
        self.measured.insert(person, below);
    }
}

impl Sink for Watched<'_> {
    fn take(&mut self, settled: Settled) -> Result<(), CliError> {
        if !self.region.contains(&settled.facts.household.region_code) {
            return Ok(());
        }
        let year = self.year.to_string();
        let alerted: BTreeSet<PersonId> = settled
            .settlement
            .notes
            .iter()
            .filter(|note| matches!(note.outcome, NoteKind::Alert { .. }) && note.period.starts_with(&year))
            .map(|note| note.person_id)
            .collect();
        for person in settled.facts.persons.iter().map(|person| person.person_id).collect::<Vec<_>>() {
            if alerted.contains(&person) || self.known.contains(&person) {
                let standings = settled.settlement.standings.iter();
                let of = standings.into_iter().find(|row| row.person_id == person && row.year == self.year);
                self.measure(&settled.facts, person, of.map(|row| row.family_fen).unwrap_or_default());
            }
        }
        self.screening.take(settled)
    }
}

/// Of the claims that fall into the year, in the order of their ids: when they change, what was determined may.
fn hash_of_claims(facts: &HouseholdFacts, person: PersonId, year: i16) -> Option<ContentHash> {
    let mut claims: Vec<_> =
        facts.claims.iter().filter(|claim| claim.person_id == person && claim.settled_on.year() == year).collect();
    claims.sort_by_key(|claim| claim.claim_id);
    let text = serde_json::to_vec(&claims).ok()?;
    let hex: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
    ContentHash::new(&hex)
}

fn screened(
    order: &ScreenOrder,
    lake: &Lake,
    found: &Found,
    measured: &BTreeMap<PersonId, Below>,
) -> Result<Screened, CliError> {
    // The list is sorted by colour: a person's first row is the most pressing.
    let mut worst: BTreeMap<PersonId, &Alerted> = BTreeMap::new();
    let mut order_of: Vec<PersonId> = Vec::new();
    for row in &found.alerted {
        if let btree_map::Entry::Vacant(free) = worst.entry(row.subject.person_id) {
            free.insert(row);
            order_of.push(row.subject.person_id);
        }
    }
    let vault = IdentityVault::open_or_create(lake.dir())?;
    let identities = vault.reveal_for_report(&order_of)?;
    let mut above = Vec::new();
    for person in &order_of {
        let (Some(row), Some(measured), Some(identity)) =
            (worst.get(person), measured.get(person), identities.get(person))
        else {
            continue;
        };
        above.push(Above {
            measured: Below { burden_fen: row.burden, ..measured.clone() },
            colour: colour(row.colour),
            rule: row.rule.clone(),
            pack: pack_of(found, row),
            name: identity.name.reveal().clone(),
            id_number: identity.id_number.reveal().clone(),
            phone: identity.phone.as_ref().map(|phone| phone.reveal().clone()),
        });
    }
    log_view(lake.dir(), &View { persons: above.len(), full_ids: None, out: Path::new("screening") })?;
    let is_below = |person: &&PersonId| !worst.contains_key(person);
    let below = order.known.iter().filter(is_below).filter_map(|person| measured.get(person).cloned()).collect();
    Ok(Screened { above, below, summary: Summary::default() })
}

/// The pack whose rule it is, with the first digits of its hash as its version.
fn pack_of(found: &Found, row: &Alerted) -> String {
    let packs = &found.summary.sources.packs;
    let pack = packs.iter().find(|pack| pack.id == row.pack).or_else(|| packs.last());
    pack.map(|pack| format!("{} {}", pack.id, pack.hash.get(..12).unwrap_or_default())).unwrap_or_default()
}

fn colour(found: shukun_engine::outcome::Colour) -> Colour {
    match found {
        shukun_engine::outcome::Colour::Red => Colour::Red,
        shukun_engine::outcome::Colour::Orange => Colour::Orange,
        shukun_engine::outcome::Colour::Yellow => Colour::Yellow,
    }
}

fn summary(found: &Found) -> Summary {
    let of = &found.summary;
    let both = of.rows(Lang::Zh).into_iter().zip(of.rows(Lang::En));
    let mut unknown: BTreeMap<(String, String), BTreeSet<PersonId>> = BTreeMap::new();
    for row in &found.unknown {
        if let NoteKind::Unknown { missing } = &row.note.outcome {
            unknown.entry((row.rule.clone(), missing.clone())).or_default().insert(row.subject.person_id);
        }
    }
    Summary {
        funnel: both.map(|((zh, count), (en, _))| (Text::new(zh.trim(), en.trim()), count)).collect(),
        by_town: of.by_town.iter().filter_map(|(town, count)| Some((RegionCode::new(town)?, *count))).collect(),
        unknown: unknown.into_iter().map(|((rule, missing), people)| (rule, missing, people.len() as u64)).collect(),
        households_without_pack: of.households_without_pack.values().sum(),
        packs: of.sources.packs.iter().map(used).collect(),
        readings: of
            .sources
            .readings
            .iter()
            .map(|row| (row.pack.clone(), format!("{} {}", row.ambiguity, row.question), row.reading.clone()))
            .collect(),
        is_illustrative: of.sources.illustrative,
        ..Summary::default()
    }
}

fn used(pack: &shukun_engine::receipt::PackReceipt) -> UsedPack {
    UsedPack {
        id: pack.id.clone(),
        title: pack.title.clone(),
        document_number: pack.document_number.clone(),
        hash: pack.hash.clone(),
    }
}

fn no_packs() -> CliError {
    CliError::from(Problem {
        code: "work-no-packs",
        what: Text::new("没有指定本县用的制度包", "nobody said which packs are in force here"),
        place: None,
        mend: Text::new(
            "请系统管理员把制度包放进数据文件夹的 packs，或启动时加 --packs",
            "ask the system administrator to put the packs into the folder packs, or to start the server with --packs",
        ),
        exit: Exit::Pack,
    })
}

fn broken(error: &dyn std::fmt::Display) -> CliError {
    CliError::from(Problem {
        code: "work-answer",
        what: Text::new(format!("结果写不出来（{error}）"), format!("the answer cannot be written ({error})")),
        place: None,
        mend: Text::new("再试一次；仍不行，请报告给开发者", "try again; if it stays, report it"),
        exit: Exit::Output,
    })
}
