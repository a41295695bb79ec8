//! Settling again after later batches: what was settled step by step is what settling everybody gives.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use shukun_base::{ClaimId, Fen, HouseholdId, PersonId};
use shukun_claims::lake::{HouseholdNote, read_changes, read_notes, read_postings, read_standings};
use shukun_claims::synth::{CountyName, CountyPlan, synthesise};
use shukun_claims::{Batch, IdentityVault, Kind, Lake, SourceFile};
use shukun_engine::facts::{Claim, HouseholdFacts, Person};
use shukun_engine::outcome::{Posting, Standing};
use shukun_engine::resettle::balances;

use crate::run::{Said, shukun};

/// A lake of a small synthetic county, and what random batches are made of.
pub struct Office {
    dir: tempfile::TempDir,
    lake: Lake,
    chance: u64,
    files: u64,
}

impl Office {
    /// A county of so many people, with a year's claims.
    pub fn open(people: u64, seed: u64) -> Office {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lake");
        let mut lake = Lake::open_or_create(&path).unwrap();
        let vault = IdentityVault::open_or_create(&path).unwrap();
        let plan = CountyPlan { county: CountyName::Ruian, people, seed, years: 2022..=2022 };
        let batches: Vec<Batch> = synthesise(plan).unwrap().batches(&vault, usize::MAX).collect();
        lake.commit(&batches, "2023-01-31T08:00:00Z").unwrap();
        Office { dir, lake, chance: seed, files: 0 }
    }

    /// A path in its folder.
    pub fn at(&self, name: &str) -> String {
        self.dir.path().join(name).to_str().unwrap().to_owned()
    }

    /// Settles into a folder.
    pub fn settle(&self, out: &str, more: &[&str]) -> Said {
        let (lake, out) = (self.at("lake"), self.at(out));
        let start =
            ["settle", "--lake", &lake, "--packs", "policies", "--out", &out, "--reading", "cn-330381-ruian:R3=三线"];
        shukun(&[&start[..], &["--format", "json"], more].concat())
    }

    fn ok(&self, out: &str, more: &[&str]) -> serde_json::Value {
        let said = self.settle(out, more);
        assert_eq!(said.code, 0, "{more:?}\n{}", said.all());
        said.json()
    }

    /// The lake as an earlier version leaves it holds nobody apart: continuing then reads the tables, and writes the same
    /// files.
    fn continues_alike_where_nothing_is_held_apart(&self, from: &str, to: &str) {
        let manifest = self.dir.path().join("lake/manifest.json");
        let now = std::fs::read(&manifest).unwrap();
        let mut json: serde_json::Value = serde_json::from_slice(&now).unwrap();
        let fields = json.as_object_mut().unwrap();
        assert!(fields.remove("recent").is_some() && fields.remove("regions").is_some());
        std::fs::write(&manifest, serde_json::to_vec(&json).unwrap()).unwrap();
        self.ok("plain", &["--previous", from]);
        std::fs::write(&manifest, now).unwrap();
        let (plain, apart) = (files(Path::new(&self.at("plain"))), files(Path::new(&self.at(to))));
        assert!(plain.keys().eq(apart.keys()) && plain.len() > 5);
        plain.iter().for_each(|(path, bytes)| assert!(apart[path] == *bytes, "{}", path.display()));
    }

    fn draw(&mut self, below: usize) -> usize {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.chance >> 33).unwrap() % below.max(1)
    }

    fn everybody(&self) -> Vec<HouseholdFacts> {
        (0..self.lake.bucket_count()).flat_map(|bucket| self.lake.read_bucket(bucket).unwrap()).collect()
    }

    /// A month's post: new bills, bills taken back, newcomers, a member who moves to another family.
    pub fn next_batch(&mut self) {
        let mut families = self.everybody();
        families.retain(|family| !family.persons.is_empty());
        self.files += 1;
        let mut batch = self.empty(Kind::Settlement);
        for number in 0..4 {
            let pick = self.draw(families.len());
            let person = families[pick].persons[0].clone();
            let mut bill = self.bill(&person, number);
            // Large enough to reach colours, deductibles and caps.
            bill.total_fen = Fen::yuan(i64::try_from(1_000 + self.draw(400_000)).unwrap());
            (bill.in_scope_fen, bill.basic_paid_fen) = (bill.total_fen, Some(Fen(bill.total_fen.0 / 2)));
            batch.claims.push(bill);
            batch.persons.push(person);
        }
        let newcomer = Person {
            person_id: PersonId(900_000 + self.files),
            household_id: HouseholdId(800_000 + self.files),
            ..families[0].persons[0].clone()
        };
        batch.claims.push(self.bill(&newcomer, 9));
        batch.persons.push(newcomer);
        if let Some(back) = self.taken_back(&families) {
            batch.persons.push(back.0);
            batch.claims.push(back.1);
        }
        let mut roster = self.empty(Kind::Roster);
        let (from, to) = (self.draw(families.len()), self.draw(families.len()));
        let with_bills: Vec<&HouseholdFacts> = families.iter().filter(|family| !family.claims.is_empty()).collect();
        let alone: Vec<&HouseholdFacts> =
            with_bills.iter().copied().filter(|family| family.persons.len() == 1).collect();
        let movers = if self.files.is_multiple_of(2) || alone.is_empty() { &with_bills } else { &alone };
        let mover = &movers[from % movers.len()].persons[0];
        let home = families[to].persons[0].household_id;
        roster.persons.push(Person { household_id: home, ..mover.clone() });
        let at = format!("2023-02-{:02}T08:00:00Z", self.files);
        self.lake.commit(&[batch, roster], &at).unwrap();
    }

    fn bill(&self, person: &Person, number: u64) -> Claim {
        let everybody = self.everybody();
        let like = everybody.iter().flat_map(|family| &family.claims).find(|claim| claim.reverses_claim_id.is_none());
        Claim {
            claim_id: ClaimId(700_000 + self.files * 10 + number),
            settlement_no: Some(format!("T{}-{number}", self.files)),
            person_id: person.person_id,
            ..like.unwrap().clone()
        }
    }

    fn taken_back(&mut self, families: &[HouseholdFacts]) -> Option<(Person, Claim)> {
        let reversed: BTreeSet<ClaimId> =
            families.iter().flat_map(|family| &family.claims).filter_map(|claim| claim.reverses_claim_id).collect();
        let whole = |claim: &&Claim| claim.reverses_claim_id.is_none() && !reversed.contains(&claim.claim_id);
        let bills: Vec<&Claim> = families.iter().flat_map(|family| &family.claims).filter(whole).collect();
        let pick = self.draw(bills.len());
        let bill = (*bills.get(pick)?).clone();
        let person = families.iter().flat_map(|family| &family.persons).find(|one| one.person_id == bill.person_id)?;
        let back = |amount: Option<Fen>| amount.map(|fen| -fen);
        let reversal = Claim {
            claim_id: ClaimId(600_000 + self.files),
            settlement_no: Some(format!("R{}", self.files)),
            reverses_claim_id: Some(bill.claim_id),
            total_fen: -bill.total_fen,
            in_scope_fen: -bill.in_scope_fen,
            out_of_catalogue_fen: -bill.out_of_catalogue_fen,
            over_limit_fen: -bill.over_limit_fen,
            pre_selfpay_fen: -bill.pre_selfpay_fen,
            basic_paid_fen: back(bill.basic_paid_fen),
            critical_illness_paid_fen: back(bill.critical_illness_paid_fen),
            medical_assistance_paid_fen: back(bill.medical_assistance_paid_fen),
            account_paid_fen: back(bill.account_paid_fen),
            cash_paid_fen: back(bill.cash_paid_fen),
            ..bill
        };
        Some((person.clone(), reversal))
    }

    fn empty(&self, kind: Kind) -> Batch {
        let name = format!("{kind:?}-{}.csv", self.files);
        let source = SourceFile { sha256: format!("{name:0>64}"), name, bytes: 1, kind };
        Batch {
            persons: vec![],
            households: vec![],
            certifications: vec![],
            claims: vec![],
            identities: vec![],
            source,
        }
    }
}

/// Everything a whole result says, in an order of its own.
#[derive(Debug, PartialEq)]
struct Content {
    standings: Vec<Standing>,
    postings: Vec<Posting>,
    notes: Vec<HouseholdNote>,
}

fn content(dir: &str) -> Content {
    let at = |name: &str| -> PathBuf { Path::new(dir).join(name) };
    let mut content = Content {
        standings: read_standings(&at("standings.parquet")).unwrap(),
        postings: if at("postings.parquet").is_file() {
            read_postings(&at("postings.parquet")).unwrap()
        } else {
            vec![]
        },
        notes: if at("notes.parquet").is_file() { read_notes(&at("notes.parquet")).unwrap() } else { vec![] },
    };
    content.standings.sort_by_key(|row| (row.person_id, row.year));
    content.postings.sort_by_key(|row| (row.household_id, row.seq));
    // The notes of a household keep the order in which they were made.
    content.notes.sort_by_key(|row| row.household_id);
    content
}

fn years(standings: &[Standing]) -> BTreeMap<(PersonId, i16), Standing> {
    standings.iter().map(|row| ((row.person_id, row.year), row.clone())).collect()
}

/// The earlier content with the deltas of a result applied.
fn applied(mut years: BTreeMap<(PersonId, i16), Standing>, result: &str) -> BTreeMap<(PersonId, i16), Standing> {
    read_changes(&Path::new(result).join("delta_standings.parquet"), |changes| {
        for change in changes {
            let key = change.person_year().unwrap();
            assert_eq!(years.remove(&key), change.before, "{key:?}");
            years.extend(change.after.map(|after| (key, after)));
        }
        Ok(())
    })
    .unwrap();
    years
}

fn steps_are_the_whole(people: u64, seed: u64, batches: u64, options: &[&str]) {
    let mut office = Office::open(people, seed);
    office.ok("0", options);
    let mut before = content(&office.at("0"));
    for batch in 1..=batches {
        office.next_batch();
        let (from, to) = (office.at(&format!("{}", batch - 1)), format!("{batch}"));
        let receipt = office.ok(&to, &["--previous", &from]);
        let previous = &receipt["previous"];
        assert!(previous["settled_whole_because"].is_null(), "{previous}");
        assert!(previous["households_settled"].as_u64().unwrap() > 0);
        office.continues_alike_where_nothing_is_held_apart(&from, &to);
        let whole = office.ok("whole", options);
        for key in ["households", "standings", "postings", "notes", "total_fen", "paid_fen", "family_fen", "input_hash"]
        {
            assert_eq!(receipt[key], whole[key], "{key} after batch {batch} of seed {seed}");
        }
        let out = office.at(&to);
        let after = content(&office.at("whole"));
        assert_eq!(applied(years(&before.standings), &out), years(&after.standings), "batch {batch} of seed {seed}");
        let delta = read_postings(&Path::new(&out).join("delta_postings.parquet")).unwrap();
        if options.contains(&"all") {
            assert!(!delta.is_empty());
            let led: Vec<Posting> = before.postings.into_iter().chain(delta).collect();
            assert_eq!(balances(&led), balances(&after.postings));
        }
        // What is one again is what settling everybody gives; the chain goes on from the patched one.
        let (one, kept) = (office.at("one"), office.at("kept"));
        copy_folder(Path::new(&out), Path::new(&kept));
        std::fs::rename(&kept, &one).unwrap();
        assert_eq!(shukun(&["settle", "--compact", &one]).code, 0);
        assert_eq!(content(&one), after, "batch {batch} of seed {seed}");
        std::fs::remove_dir_all(&one).unwrap();
        before = after;
    }
}

/// Every file below a folder with its bytes.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for path in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        let name = PathBuf::from(path.file_name().unwrap());
        match path.is_dir() {
            true => found.extend(files(&path).into_iter().map(|(below, bytes)| (name.join(below), bytes))),
            false => drop(found.insert(name, std::fs::read(&path).unwrap())),
        }
    }
    found
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_folder(&entry.path(), &to),
            false => drop(std::fs::copy(entry.path(), to).unwrap()),
        }
    }
}

#[test]
fn step_by_step_is_the_whole_with_everything_written() {
    steps_are_the_whole(200, 11, 3, &["--postings", "all", "--notes", "all"]);
}

#[test]
fn step_by_step_is_the_whole_for_whom_an_office_looks_at() {
    steps_are_the_whole(150, 12, 2, &["--notes", "acted"]);
    steps_are_the_whole(150, 13, 2, &["--colour", "红,orange"]);
}

#[test]
fn a_filter_picks_whom_it_names_and_standings_stay_whole() {
    let mut office = Office::open(400, 21);
    office.next_batch();
    office.ok("all", &["--postings", "all", "--notes", "all"]);
    let all = content(&office.at("all"));
    let in_colour: BTreeSet<HouseholdId> =
        all.standings.iter().filter(|row| row.colour.is_some()).map(|row| row.household_id).collect();
    let paid: BTreeSet<HouseholdId> = all
        .postings
        .iter()
        .filter(|row| row.rule == "医疗救助" && !row.amount_fen.is_zero())
        .map(|row| row.household_id)
        .collect();
    assert!(!in_colour.is_empty() && !paid.is_empty());
    for (options, households) in [
        (vec!["--colour", "red,orange,yellow", "--notes", "all"], in_colour.clone()),
        (vec!["--paid-by", "医疗救助", "--notes", "all"], paid.clone()),
        (vec!["--paid-by", "医疗救助", "--colour", "红,橙,黄", "--notes", "all"], &in_colour & &paid),
        (vec!["--region", "330305", "--notes", "all"], BTreeSet::new()),
        (vec!["--standings"], BTreeSet::new()),
        (vec!["--region", "330381", "--notes", "all"], all.standings.iter().map(|row| row.household_id).collect()),
    ] {
        office.ok("some", &options);
        let mut expected = content(&office.at("all"));
        expected.postings.retain(|row| households.contains(&row.household_id));
        expected.notes.retain(|row| households.contains(&row.household_id));
        assert_eq!(content(&office.at("some")), expected, "{options:?}");
    }
}

#[test]
fn changed_postings_are_those_of_the_changed_years() {
    let mut office = Office::open(250, 31);
    office.ok("first", &["--standings"]);
    office.next_batch();
    let first = office.at("first");
    let receipt = office.ok("second", &["--previous", &first, "--postings", "changed"]);
    assert_eq!(receipt["previous"]["settled_whole_because"], "options");
    let (old, new) = (content(&first), content(&office.at("second")));
    assert_eq!(applied(years(&old.standings), &office.at("second")), years(&new.standings));
    let mut changed = BTreeSet::new();
    read_changes(&Path::new(&office.at("second")).join("delta_standings.parquet"), |changes| {
        changed.extend(changes.into_iter().filter_map(|change| change.after).map(|after| after.household_id));
        Ok(())
    })
    .unwrap();
    let told: BTreeSet<HouseholdId> = new.postings.iter().map(|row| row.household_id).collect();
    assert_eq!(told, changed);
}

#[test]
fn what_cannot_be_continued_is_settled_whole_and_the_reason_told() {
    let mut office = Office::open(200, 41);
    office.ok("first", &[]);
    let first = office.at("first");
    let because = |receipt: serde_json::Value| receipt["previous"]["settled_whole_because"].clone();
    assert!(because(office.ok("same", &["--previous", &first])).is_null());
    assert_eq!(because(office.ok("other", &["--previous", &first, "--standings"])), "options");
    assert_eq!(because(office.ok("read", &["--previous", &first, "--reading", "cn-330381-ruian:R2=超过"])), "packs");
    office.next_batch();
    office.ok("later", &[]);
    let later = office.at("later");
    let stranger = Office::open(200, 42);
    assert_eq!(because(stranger.ok("result", &["--previous", &first])), "lake");
    assert_eq!(because(stranger.ok("result", &["--previous", &later])), "lake");
    for (arguments, code) in [
        (vec!["--postings", "changed"], "cli-changed-since-what"),
        (vec!["--postings", "all", "--colour", "red"], "cli-idle-filter"),
        (vec!["--region", "瑞安"], "cli-region"),
        (vec!["--paid-by", "天上"], "cli-unknown-payer"),
        (vec!["--previous", "policies"], "cli-not-a-result"),
    ] {
        let said = office.settle("wrong", &arguments);
        assert!(said.err.contains(code), "{arguments:?}\n{}", said.all());
    }
    assert!(!Path::new(&office.at("wrong")).exists());
}
