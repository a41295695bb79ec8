//! How long settling takes, and how long settling again after a small batch: `settle_speed [PEOPLE] [FOLDER]`. A lake that is
//! there already is used as it is; `touch` behind both only adds a batch to it.
//!
//! A lake of a synthetic county is settled whole by the built program (standings alone, what an office looks at,
//! everything), then a batch touches one person in a thousand and each result is continued. Before any time is printed
//! the continued result, made one again, must hold what settling everybody gives. Then one person is explained.
//!
//! `cargo build --release && cargo run --release --example settle_speed -- 200000`

#![expect(clippy::unwrap_used, reason = "a measurement stops where anything is not as it should be")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use shukun_base::{ClaimId, PersonId};
use shukun_claims::lake::{read_notes, read_postings, read_standings};
use shukun_claims::synth::{CountyName, CountyPlan, synthesise};
use shukun_claims::{Batch, IdentityVault, Kind, Lake, SourceFile};
use shukun_engine::facts::{Claim, HouseholdFacts};

const HOUSEHOLDS_IN_BATCH: usize = 50_000;
const TIMES: usize = 3;
const ONE_IN: u64 = 1_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let people = arguments.next().map_or(20_000, |number| number.parse().unwrap());
    let folder = arguments.next().map_or_else(|| std::env::temp_dir().join("settle-speed"), PathBuf::from);
    std::fs::create_dir_all(&folder).unwrap();
    let is_there = folder.join("lake/manifest.json").is_file();
    let mut lake =
        if is_there { Lake::open(&folder.join("lake")).unwrap() } else { fill(&folder.join("lake"), people) };
    if arguments.next().is_some_and(|word| word == "touch") {
        println!("{} people touched", touch(&mut lake, people));
        return;
    }
    println!("{people} people, {} claims, {} partitions", lake.row_count("claims"), lake.partitions().len());
    let ways: [(&str, &[&str]); 3] =
        [("standings", &["--standings"]), ("matching", &[]), ("everything", &["--postings", "all", "--notes", "all"])];
    let settle = |way: &str, out: &str, more: &[&str]| {
        let (lake, out) = (folder.join("lake"), folder.join(format!("{way}-{out}")));
        let paths = ["--lake".into(), lake, "--out".into(), out, "--packs".into(), PathBuf::from("policies")];
        median(|| run(Command::new(program()).arg("settle").args(&paths).args(more)))
    };
    let first: Vec<Took> = ways.iter().map(|(way, options)| settle(way, "first", options)).collect();
    let touched = touch(&mut lake, people);
    println!("then a batch with bills of {touched} people\n");
    println!("{:<12}{:>10}{:>14}{:>10}{:>8}", "", "whole", "peak memory", "again", "share");
    for ((way, options), whole) in ways.iter().zip(first) {
        let earlier = folder.join(format!("{way}-first"));
        let again = settle(way, "again", &["--previous", earlier.to_str().unwrap()]);
        settle(way, "whole", options);
        run(Command::new(program()).args(["settle", "--compact"]).arg(folder.join(format!("{way}-again"))));
        same(&folder.join(format!("{way}-again")), &folder.join(format!("{way}-whole")));
        let permille = again.time.as_micros() * 1_000 / whole.time.as_micros().max(1);
        let share = format!("{}.{} %", permille / 10, permille % 10);
        println!("{way:<12}{:>10}{:>14}{:>10}{share:>8}", ms(whole.time), whole.memory, ms(again.time));
    }
    let someone = someone(&lake);
    let mut explain = Command::new(program());
    explain.args(["explain", "--packs", "policies", "--person", &someone.to_string(), "--lake"]);
    explain.arg(folder.join("lake"));
    let took = median(|| run(&mut explain));
    println!("\none person explained: {}", ms(took.time));
}

/// The built program, which lies beside the examples' folder unless `SHUKUN_PROGRAM` names another.
fn program() -> PathBuf {
    if let Some(path) = std::env::var_os("SHUKUN_PROGRAM") {
        return path.into();
    }
    let here = std::env::current_exe().unwrap();
    let built = here.parent().and_then(Path::parent).unwrap().join("shukun");
    assert!(built.is_file(), "build it first: cargo build --release");
    built
}

struct Took {
    time: Duration,
    memory: String,
}

fn run(command: &mut Command) -> Took {
    let start = Instant::now();
    let output = command.env("LC_ALL", "en_GB.UTF-8").output().unwrap();
    let time = start.elapsed();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let memory = text.rsplit("peak memory ").next().and_then(|rest| rest.split(')').next()).unwrap_or_default();
    Took { time, memory: memory.chars().take(12).collect() }
}

fn median(mut measure: impl FnMut() -> Took) -> Took {
    let mut all: Vec<Took> = (0..TIMES).map(|_| measure()).collect();
    all.sort_by_key(|took| took.time);
    all.swap_remove(TIMES / 2)
}

fn ms(time: Duration) -> String {
    format!("{} ms", time.as_millis())
}

fn fill(path: &Path, people: u64) -> Lake {
    let mut lake = Lake::open_or_create(path).unwrap();
    let vault = IdentityVault::open_or_create(path).unwrap();
    let plan = CountyPlan { county: CountyName::Ruian, people, seed: 1, years: 2022..=2023 };
    for batch in synthesise(plan).unwrap().batches(&vault, HOUSEHOLDS_IN_BATCH) {
        lake.commit(&[batch], "2024-01-31T08:00:00Z").unwrap();
    }
    lake
}

fn families(lake: &Lake) -> Vec<HouseholdFacts> {
    (0..lake.bucket_count()).flat_map(|bucket| lake.read_bucket(bucket).unwrap()).collect()
}

/// A new bill for one person in a thousand.
fn touch(lake: &mut Lake, people: u64) -> u64 {
    let count = people.div_ceil(ONE_IN);
    let batch = lake.generation();
    let name = format!("late-{batch}.csv");
    let source = SourceFile { sha256: format!("{name:0>64}"), name, bytes: 1, kind: Kind::Settlement };
    let first_claim = batch * 1_000_000;
    let mut batch = Batch {
        persons: vec![],
        households: vec![],
        certifications: vec![],
        claims: vec![],
        identities: vec![],
        source,
    };
    let families = families(lake);
    let bills = families.iter().flat_map(|family| &family.claims).filter(|claim| claim.reverses_claim_id.is_none());
    let bills: Vec<&Claim> = bills.collect();
    let step = (families.len() / usize::try_from(count).unwrap()).max(1);
    for (number, family) in
        (1..=count).zip(families.iter().skip(usize::try_from(first_claim / 1_000_000).unwrap() % step).step_by(step))
    {
        let like = bills.get(usize::try_from(number).unwrap() % bills.len()).unwrap();
        let person = family.persons.first().unwrap();
        batch.claims.push(Claim {
            claim_id: ClaimId(first_claim + number),
            settlement_no: Some(format!("L{first_claim}-{number}")),
            person_id: person.person_id,
            ..(*like).clone()
        });
        batch.persons.push(person.clone());
    }
    let touched = u64::try_from(batch.claims.len()).unwrap();
    lake.commit(&[batch], "2024-02-29T08:00:00Z").unwrap();
    touched
}

fn someone(lake: &Lake) -> PersonId {
    let families = lake.read_bucket(0).unwrap();
    families.iter().flat_map(|family| &family.claims).map(|claim| claim.person_id).next().unwrap()
}

/// Two results hold the same rows.
fn same(one: &Path, other: &Path) {
    let sorted = |dir: &Path| {
        let mut standings = read_standings(&dir.join("standings.parquet")).unwrap();
        standings.sort_by_key(|row| (row.person_id, row.year));
        let has = |name: &str| dir.join(name).is_file();
        let mut postings =
            if has("postings.parquet") { read_postings(&dir.join("postings.parquet")).unwrap() } else { vec![] };
        postings.sort_by_key(|row| (row.household_id, row.seq));
        let mut notes = if has("notes.parquet") { read_notes(&dir.join("notes.parquet")).unwrap() } else { vec![] };
        notes.sort_by_key(|row| row.household_id);
        (standings, postings, notes)
    };
    assert!(sorted(one) == sorted(other), "{} and {} differ", one.display(), other.display());
}
