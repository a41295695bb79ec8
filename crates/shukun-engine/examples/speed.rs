//! How long one household takes under the packs of `policies/`:
//! `cargo run --release -p shukun-engine --example speed`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a measurement run by hand fails loudly")]

use std::time::Instant;

use shukun_engine::facts::HouseholdFacts;
use shukun_engine::{Detail, Prepared};
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

const RUNS: u32 = 2_000;

fn main() {
    let (program, facts) = (dongtou(), five_bills());
    let prepared = Prepared::new(&program);
    for detail in [Detail::BRIEF, Detail::default(), Detail::FULL] {
        let begun = Instant::now();
        let postings: usize = (0..RUNS).map(|_| prepared.settle(&facts, detail).postings.len()).sum();
        let each = begun.elapsed() / RUNS;
        println!(
            "{} rules, 5 bills, {} postings: {each:?} ({detail:?})",
            program.rules.len(),
            postings / RUNS as usize
        );
    }
}

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

/// Five stays of 30,000 yuan in one year; the person is certified in the middle of it.
fn five_bills() -> HouseholdFacts {
    let days = ["2022-01-10", "2022-02-10", "2022-03-10", "2022-06-10", "2022-12-10"];
    let bill = |(number, day): (usize, &&str)| {
        serde_json::json!({
            "claim_id": number + 1, "person_id": 1, "settled_on": day, "admitted_on": day, "discharged_on": day,
            "kind": "inpatient", "institution_code": "H1", "hospital_level": 2, "total_fen": 3_000_000,
            "in_scope_fen": 3_000_000, "out_of_catalogue_fen": 0, "over_limit_fen": 0, "pre_selfpay_fen": 0,
        })
    };
    let facts = serde_json::json!({
        "household": {"household_id": 1, "region_code": "330305001001", "members": 1},
        "persons": [{
            "person_id": 1, "household_id": 1, "region_code": "330305001001", "insurance": "resident",
            "disability_certificate": false,
        }],
        "certifications": [{
            "person_id": 1, "category": "dibao", "valid_from": "2022-07-15", "certified_on": "2022-07-15",
            "due_to_illness": true,
        }],
        "claims": days.iter().enumerate().map(bill).collect::<Vec<_>>(),
    });
    serde_json::from_value(facts).unwrap()
}
