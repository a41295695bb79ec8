//! The column kernel on the project's own packs: what it settles of a synthetic county is what the reference evaluator
//! settles, under every reading of every pack, posting by posting.

use std::path::{Path, PathBuf};

use shukun_base::{ClaimId, HouseholdId, PersonId};
use shukun_claims::synth::{Codes, CountyName, CountyPlan, synthesise};
use shukun_engine::facts::HouseholdFacts;
use shukun_engine::kernel::{Answer, Chunk, Kernel, Lane, Wanted};
use shukun_engine::{Detail, Prepared};
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

/// Codes that are the numbers themselves.
struct Digits;

fn digits(number: &str) -> u64 {
    number.bytes().fold(14_695_981_039_346_656_037, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(1_099_511_628_211))
}

impl Codes for Digits {
    fn person_id(&self, id_number: &str) -> PersonId {
        PersonId(digits(id_number))
    }

    fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        HouseholdId(digits(householder_id_number))
    }

    fn claim_id(&self, settlement_no: &str) -> ClaimId {
        ClaimId(digits(settlement_no))
    }
}

fn all_packs() -> PackSet {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("pack.toml").is_file());
    folders.sort();
    let file = |folder: &Path, file: &str| {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        Some((format!("{name}/{file}"), std::fs::read(folder.join(file)).ok()?))
    };
    let files =
        |folder: &PathBuf| ["pack.toml", "规则.md", "原文.md"].iter().filter_map(|name| file(folder, name)).collect();
    PackSet::read(folders.iter().map(files).collect()).0
}

fn people(seed: u64) -> Vec<HouseholdFacts> {
    let county = CountyName::find("dongtou").unwrap();
    let county = synthesise(CountyPlan { county, people: 700, seed, years: 2022..=2023 }).unwrap().with_courses();
    county.households().map(|household| household.facts(&Digits).0).collect()
}

/// Fails unless the kernel settles everybody as the reference evaluator does; gives how many it settled from columns.
fn check(program: &Program, households: &[HouseholdFacts]) -> usize {
    let (prepared, kernel) = (Prepared::new(program), Kernel::new(program));
    for (facts, (postings, standings)) in households.iter().zip(kernel.settlements_of(households)) {
        let expected = prepared.settle(facts, Detail::BRIEF);
        assert_eq!(postings, expected.postings);
        assert_eq!(standings, expected.standings);
    }
    let chunk = Chunk::from_facts(program, households);
    let mut answer = Answer::default();
    kernel.settle(&chunk, Wanted::default(), &mut answer);
    let standings = kernel.standings_of(households);
    let expected: Vec<_> = households.iter().map(|facts| prepared.settle_split(facts).standings).collect();
    assert_eq!(standings, expected);
    households.len() - answer.slow.len()
}

/// The rules that the kernel leaves to the reference evaluator, with the reason.
fn left(program: &Program) -> Vec<String> {
    let kernel = Kernel::new(program);
    let of_rule = |(rule, lane): (&shukun_policy::program::Rule, &Lane)| match lane {
        Lane::Reference(why) => Some(format!("{}: {why}", rule.name)),
        _ => None,
    };
    program.rules.iter().zip(kernel.lanes()).filter_map(of_rule).collect()
}

#[test]
fn every_reading_of_every_pack_settles_a_county_as_the_reference_does() {
    let set = all_packs();
    let households = people(7);
    let mut told = String::new();
    let mut is_shared = true;
    for pack in set.packs() {
        let own = set.with_parents(&pack.meta.id);
        let choices = |readings| Choices { readings, region: Some(pack.meta.region.clone()) };
        let program = link(&own, &choices(Vec::new())).0.unwrap();
        let fast = check(&program, &households);
        told += &format!("{}: {fast} of {} by columns; {:?}\n", pack.meta.id, households.len(), left(&program));
        is_shared &= fast * 2 > households.len();
        for ambiguity in own.packs().iter().flat_map(|pack| pack.ambiguities()) {
            for reading in &ambiguity.readings {
                let program = link(&own, &choices(vec![(ambiguity.id.clone(), reading.name.clone())])).0;
                program.iter().for_each(|program| {
                    check(program, &households);
                });
            }
        }
    }
    println!("{told}");
    assert!(is_shared, "the kernel leaves most households of a pack to the reference evaluator:\n{told}");
}
