//! What a lake of some size costs: committing it, a late batch, one person, a thousandth of the households, all of them.
//!
//! `cargo run --release -p shukun-claims --example lookups -- DIR [PEOPLE]` makes a synthetic county in DIR (kept there and
//! used again by the next call) and prints for each step the time that passed, the processor time (all cores, in steps of
//! 10 ms), and the most memory the process had. On a machine that others use too, the processor time is the one to look at.

#![expect(clippy::unwrap_used, reason = "a measurement ends where it cannot go on")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use shukun_base::{HouseholdId, PersonId};
use shukun_claims::synth::{CountyName, CountyPlan, synthesise};
use shukun_claims::{Batch, IdentityVault, Kind, Lake, LakeError, SourceFile};

const LOOKUPS: usize = 200;
const HOUSEHOLDS_IN_BATCH: usize = 50_000;

/// A step that is timed: time passed, and processor time of all threads.
struct Step(Instant, Duration);

impl Step {
    fn begin() -> Step {
        Step(Instant::now(), processor_time())
    }

    fn end(&self) -> String {
        format!("{:.2?}, processor {:.2?}", self.0.elapsed(), self.processor())
    }

    fn processor(&self) -> Duration {
        processor_time().saturating_sub(self.1)
    }
}

/// User and system time of the process; Linux counts it in hundredths of a second.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks: u64 = stat.split(' ').skip(13).take(2).filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(dir) = arguments.next().map(PathBuf::from) else { return eprintln!("lookups DIR [PEOPLE]") };
    let people = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(1_000_000);
    let mut lake = match Lake::open(&dir) {
        Ok(lake) => lake,
        Err(_) => made(&dir, people),
    };
    println!(
        "{} people, {} claims, {} partitions",
        lake.row_count("persons"),
        lake.row_count("claims"),
        lake.bucket_count()
    );
    let (sample, whole) = read_all(&lake);
    look_up(&dir, &sample);
    read_some(&lake, &sample, whole);
    late_batch(&mut lake, &sample);
    println!("{}", most_memory());
}

/// The county as a lake: its people and claims in batches as `County::batches` makes them.
fn made(dir: &Path, people: u64) -> Lake {
    let mut lake = Lake::open_or_create(dir).unwrap();
    let vault = IdentityVault::open_or_create(dir).unwrap();
    let plan = CountyPlan { county: CountyName::Ruian, people, seed: 5, years: 2023..=2025 };
    let county = synthesise(plan).unwrap();
    for batch in county.batches(&vault, HOUSEHOLDS_IN_BATCH) {
        let start = Instant::now();
        let report = lake.commit(&[batch], "measured").unwrap();
        let memory = most_memory();
        println!(
            "commit of {} people, {} claims: {:.1?}, {memory}",
            report.persons_new,
            report.claims_new,
            start.elapsed()
        );
    }
    lake
}

/// Every thousandth household's id with its first member, and how long reading everything takes.
fn read_all(lake: &Lake) -> (Vec<(HouseholdId, PersonId)>, Duration) {
    let (mut sample, mut count) = (Vec::new(), 0_u64);
    let step = Step::begin();
    for partition in lake.partitions() {
        let each = |piece: Vec<shukun_engine::facts::HouseholdFacts>| {
            for facts in piece {
                count += 1;
                if let (true, Some(person)) = (count.is_multiple_of(1_000), facts.persons.first()) {
                    sample.push((facts.household.household_id, person.person_id));
                }
            }
            Ok::<(), LakeError>(())
        };
        lake.read_partition(&partition, each).unwrap();
    }
    println!("all {count} households, one after the other: {}; {}", step.end(), most_memory());
    (sample, step.processor())
}

fn look_up(dir: &Path, sample: &[(HouseholdId, PersonId)]) {
    let mut times: Vec<Duration> = Vec::new();
    let all = Step::begin();
    for (_, person) in sample.iter().cycle().take(LOOKUPS) {
        let start = Instant::now();
        // As the command line does it: with the opening of the lake.
        let lake = Lake::open(dir).unwrap();
        assert!(lake.read_household_of(*person).unwrap().is_some());
        times.push(start.elapsed());
    }
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    let each = all.processor() / u32::try_from(LOOKUPS).unwrap();
    println!(
        "one person's household, lake opened anew: {:.2?}, 99 of 100 within {:.2?}, processor {each:.2?}",
        at(50),
        at(99)
    );
}

fn read_some(lake: &Lake, sample: &[(HouseholdId, PersonId)], whole: Duration) {
    let wanted: BTreeSet<HouseholdId> = sample.iter().map(|(household, _)| *household).collect();
    let step = Step::begin();
    assert_eq!(lake.read_households(&wanted).unwrap().len(), wanted.len());
    let share = step.processor().as_micros() * 1_000 / whole.as_micros().max(1);
    println!("{} households by id: {}, {share} thousandths of the whole", wanted.len(), step.end());
}

/// A late batch that brings one claim more to every thousandth household.
fn late_batch(lake: &mut Lake, sample: &[(HouseholdId, PersonId)]) {
    let wanted: BTreeSet<HouseholdId> = sample.iter().map(|(household, _)| *household).collect();
    let families = lake.read_households(&wanted).unwrap();
    let generation = lake.generation();
    let claims = families.iter().filter_map(|facts| {
        let claim = facts.claims.first()?.clone();
        let claim_id = shukun_base::ClaimId(claim.claim_id.0 ^ (generation << 1 | 1));
        Some(shukun_engine::facts::Claim { claim_id, reverses_claim_id: None, ..claim })
    });
    let source =
        SourceFile { name: "late".to_owned(), sha256: format!("{generation:064x}"), bytes: 1, kind: Kind::Settlement };
    let persons = families.iter().flat_map(|facts| facts.persons.clone()).collect();
    let claims: Vec<_> = claims.collect();
    let late = Batch { persons, households: vec![], certifications: vec![], claims, identities: vec![], source };
    let step = Step::begin();
    let report = lake.commit(&[late], "measured").unwrap();
    println!("a late batch of {} claims: {}", report.claims_new, step.end());
    let step = Step::begin();
    let touched = lake.touched_since(generation).unwrap();
    println!("touched since: {} households, {}", touched.len(), step.end());
}

fn most_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(|| "memory not known here".to_owned(), |line| format!("most memory {}", line.trim()))
}
