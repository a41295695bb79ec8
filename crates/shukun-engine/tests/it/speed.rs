//! How long a household takes under the packs of `policies/`. A measurement: run it by hand, optimised.

use std::time::Instant;

use shukun_engine::{Detail, Prepared};
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

use crate::household::household;

fn dongtou() -> Program {
    let folder = |name: &str| {
        let path = format!("{}/../../policies/{name}", env!("CARGO_MANIFEST_DIR"));
        let file = |file: &str| (file.to_owned(), std::fs::read(format!("{path}/{file}")).unwrap());
        vec![file("pack.toml"), file("规则.md")]
    };
    let (set, _) = PackSet::read(["cn-33", "cn-3303-wenzhou", "cn-330305-dongtou"].map(folder).to_vec());
    let (program, findings) = link(&set, &Choices::default());
    program.unwrap_or_else(|| panic!("{findings:#?}"))
}

#[test]
#[ignore = "a measurement, to be run by hand in an optimised build"]
fn a_household_with_five_bills() {
    let program = dongtou();
    let prepared = Prepared::new(&program);
    let days = ["2022-01-10", "2022-02-10", "2022-03-10", "2022-06-10", "2022-12-10"];
    let bills: Vec<_> = days.iter().map(|day| (1, *day, "inpatient", 30_000)).collect();
    let mut facts = household(&bills);
    facts.persons.iter_mut().for_each(|person| person.insurance = Some(shukun_engine::facts::Insurance::Resident));
    let certification = serde_json::json!({"person_id": 1, "category": "dibao", "valid_from": "2022-07-15", "certified_on": "2022-07-15", "due_to_illness": true});
    facts.certifications.push(serde_json::from_value(certification).unwrap());
    let runs = 2_000_u32;
    for detail in [Detail::BRIEF, Detail::default(), Detail::FULL] {
        let begun = Instant::now();
        let postings: usize = (0..runs).map(|_| prepared.settle(&facts, detail).postings.len()).sum();
        let each = begun.elapsed() / runs;
        println!("{} rules, 5 bills, {} postings: {each:?} ({detail:?})", program.rules.len(), postings / 2_000);
    }
}
