//! What the documentation promises of files: the schema, the example case, the explanation of it.

use crate::run::{root, shukun, words};

const CASE: &str = "docs/examples/dongtou-case.json";
const PACK: &str = "policies/cn-330305-dongtou";

#[test]
fn the_published_schema_is_the_one_in_force() {
    let published = std::fs::read_to_string(root().join("docs/case.schema.json")).unwrap();
    let printed = words("explain --case-schema").out;
    assert_eq!(published, printed, "write it anew: shukun explain --case-schema > docs/case.schema.json");
}

#[test]
fn the_example_adds_up_and_every_reading_is_told() {
    let said = words(&format!("explain --case {CASE} --packs {PACK} --year 2022 --format json"));
    assert_eq!(said.code, 0, "{}", said.err);
    let person = &said.json()["persons"][0];
    let amount = |value: &serde_json::Value| value.as_i64().unwrap();
    let bills = person["bills"].as_array().unwrap();
    let lines = bills.iter().flat_map(|bill| bill["lines"].as_array().unwrap());
    let paid: i64 = lines.map(|line| amount(&line["amount_fen"])).sum();
    assert_eq!(paid, amount(&person["total_fen"]), "the lines add up to the bill");
    // 120,000 and 4,200 yuan in two claims: 7,000 + 3,000, then 630
    assert_eq!(amount(&person["family_fen"]), 12_857_000);
    let whole = person["readings"].as_array().unwrap().iter().find(|row| row["ambiguity"] == "Y1").unwrap();
    let effect = whole["effects"].as_array().unwrap().iter().find(|effect| effect["reading"] == "整额").unwrap();
    assert_eq!(amount(&effect["difference_fen"]), -800_000);
    let under = words(&format!("explain --case {CASE} --packs {PACK} --year 2022 --reading Y1=整额 --format json"));
    assert_eq!(amount(&under.json()["persons"][0]["family_fen"]), amount(&effect["family_fen"]));
}

#[test]
fn the_page_stands_alone() {
    for lang in ["zh", "en"] {
        let page = words(&format!("explain --case {CASE} --packs {PACK} --lang {lang} --format html")).out;
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg") && page.contains("128,570.00"));
        for outside in ["<script", "http://", "https://", "src=", "<link"] {
            assert!(!page.contains(outside), "{outside} in the page");
        }
    }
}

#[test]
fn every_problem_of_a_case_is_listed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad.json");
    std::fs::write(&path, r#"{"person": {"region_code": "3"}, "claims": [{"settled_on": "2022-01-01"}], "clams": []}"#)
        .unwrap();
    let said = shukun(&["explain", "--packs", PACK, "--case", path.to_str().unwrap()]);
    assert_eq!(said.code, 3);
    for place in ["clams", "person.region_code", "claims[0].kind", "cli-bad-case"] {
        assert!(said.err.contains(place), "{place} in\n{}", said.err);
    }
}

#[test]
fn a_region_without_a_pack_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("far.json");
    // Another province; the neighbour county, whom only the parents of the named pack cover.
    for region in ["110101", "330381"] {
        std::fs::write(&path, format!(r#"{{"person": {{"region_code": "{region}"}}}}"#)).unwrap();
        let said = shukun(&["explain", "--packs", PACK, "--case", path.to_str().unwrap()]);
        assert_eq!(said.code, 3);
        assert!(said.err.contains("cli-no-pack-for-region"), "{}", said.err);
    }
}
