//! Text packs and households in a table's words.

use shukun_base::Fen;
use shukun_engine::facts::HouseholdFacts;
use shukun_engine::outcome::Settlement;
use shukun_engine::settle;
use shukun_policy::link::{Choices, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::Program;

/// Links one pack of `tests/packs`.
pub fn program(name: &str) -> Program {
    let path = format!("{}/tests/packs/{name}.md", env!("CARGO_MANIFEST_DIR"));
    let rules = std::fs::read(&path).unwrap();
    let toml = format!(
        "id = \"{name}\"\ntitle = \"{name}\"\nregion = \"33\"\nprovenance = \"illustrative\"\nlanguage_version = 1\nbenefits_from = \"2020-01-01\"\n"
    );
    let folder = vec![("pack.toml".to_owned(), toml.into_bytes()), ("rules.md".to_owned(), rules)];
    let (set, read) = PackSet::read(vec![folder]);
    let (program, linked) = link(&set, &Choices::default());
    let errors: Vec<_> = read.iter().chain(&linked).filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
    program.unwrap_or_else(|| panic!("{name} does not link"))
}

/// A bill: person, day, kind, yuan in scope.
pub type Bill = (u64, &'static str, &'static str, i64);

/// Persons 1 and 2 with these bills, numbered from 1, all at hospital H1 of level 2.
pub fn household(bills: &[Bill]) -> HouseholdFacts {
    let person = |id: u64| serde_json::json!({"person_id": id, "household_id": 1, "region_code": "330305001001", "disability_certificate": false});
    let bill = |(number, (person, day, kind, yuan)): (usize, &Bill)| {
        serde_json::json!({
            "claim_id": number + 1, "person_id": person, "settled_on": day, "admitted_on": day, "discharged_on": day,
            "kind": kind, "institution_code": "H1", "hospital_level": 2, "total_fen": yuan * 100, "in_scope_fen": yuan * 100,
            "out_of_catalogue_fen": 0, "over_limit_fen": 0, "pre_selfpay_fen": 0,
        })
    };
    let facts = serde_json::json!({
        "household": {"household_id": 1, "region_code": "330305001001", "annual_income_fen": 4_000_000, "members": 2},
        "persons": [person(1), person(2)],
        "claims": bills.iter().enumerate().map(bill).collect::<Vec<_>>(),
    });
    serde_json::from_value(facts).unwrap()
}

/// What `rule` pays, posting by posting, in fen.
pub fn paid(settlement: &Settlement, rule: &str) -> Vec<i64> {
    settlement.postings.iter().filter(|posting| posting.rule == rule).map(|posting| posting.amount_fen.0).collect()
}

/// Settles and checks that the postings add up to the bills.
pub fn settled(program: &Program, facts: &HouseholdFacts) -> Settlement {
    let settlement = settle(program, facts);
    let bills: Fen = facts.claims.iter().map(|claim| claim.total_fen).sum();
    assert_eq!(settlement.postings.iter().map(|posting| posting.amount_fen).sum::<Fen>(), bills);
    settlement
}
