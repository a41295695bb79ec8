//! The determination sheet as a child of the real program drafts it: the same fen as `shukun explain`, to the bill.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shukun_base::{Fen, PersonId};
use shukun_casework::case::Category;
use shukun_claims::lake::read_standings;
use shukun_web::works::order::{Certified, Proposal, SheetOrder, Worked};
use shukun_web::works::{Order, WorkFailure, Works};

use crate::run::{root, shukun};

const YEAR: i16 = 2022;
const CHARITY: &str = "慈善医疗救助";

fn run(arguments: &[&str]) -> serde_json::Value {
    let said = shukun(arguments);
    assert_eq!(said.code, 0, "{arguments:?}\n{}", said.all());
    said.out.lines().last().map_or(serde_json::Value::Null, |_| serde_json::from_str(&said.out).unwrap_or_default())
}

/// A lake of so many people, and those with the largest bills.
fn county(dir: &Path, people: &str) -> (String, Vec<PersonId>) {
    let path = |name: &str| dir.join(name).to_str().unwrap().to_owned();
    let (files, lake, result) = (path("files"), path("lake"), path("result"));
    let start = ["synth", "--county", "ruian", "--people", people, "--seed", "7", "--out", &files, "--defects", "0"];
    let made = run(&[&start[..], &["--format", "json"]].concat());
    let to_import: Vec<&str> = made["to_import"].as_array().unwrap().iter().filter_map(|one| one.as_str()).collect();
    run(&[&["import", "--lake", &lake, "--format", "json"], &to_import[..]].concat());
    run(&["settle", "--lake", &lake, "--packs", "policies", "--out", &result, "--postings", "all", "--format", "json"]);
    let mut standings = read_standings(&Path::new(&result).join("standings.parquet")).unwrap();
    standings.retain(|row| row.year == YEAR && row.total_fen > Fen::ZERO);
    standings.sort_by_key(|row| std::cmp::Reverse(row.family_fen));
    (lake, standings.iter().take(12).map(|row| row.person_id).collect())
}

fn draft(order: SheetOrder) -> Result<Worked, WorkFailure> {
    let works = Works::child(PathBuf::from(env!("CARGO_BIN_EXE_shukun")));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(works.ask(&Order::Sheet(order), |_, _| {}))
}

fn order(lake: &str, person: PersonId) -> SheetOrder {
    let (lake, packs) = (PathBuf::from(lake), vec![root().join("policies")]);
    SheetOrder { lake, packs, person, years: vec![YEAR], certified: None, proposals: Vec::new(), readings: Vec::new() }
}

fn paid(worked: &Worked, person: PersonId) -> (Fen, Fen, Fen) {
    let sheet = worked.people.iter().find(|one| one.person == person).unwrap();
    (sheet.bill_fen, sheet.lines.iter().map(|one| one.line.amount_fen).sum(), sheet.left_fen)
}

#[test]
fn a_sheet_says_what_explain_says_and_adds_up_to_the_bill() {
    let dir = tempfile::tempdir().unwrap();
    let (lake, people) = county(dir.path(), "400");
    assert_eq!(people.len(), 12);
    let mut tiers: BTreeSet<String> = BTreeSet::new();
    for person in &people {
        let code = person.to_string();
        let start = ["explain", "--lake", &lake, "--packs", "policies", "--person", &code];
        let told = run(&[&start[..], &["--year", "2022", "--format", "json"]].concat());
        let story = &told["persons"][0];
        let worked = draft(order(&lake, *person)).unwrap();
        let (bill, lines, left) = paid(&worked, *person);
        let said = |key: &str| Fen(story[key].as_i64().unwrap());
        assert_eq!((bill, left), (said("total_fen"), said("family_fen")), "{code}");
        assert_eq!(lines + left, bill, "{code}");
        let sheet = worked.people.iter().find(|one| one.person == *person).unwrap();
        let of_bills = story["bills"].as_array().unwrap().iter().flat_map(|bill| bill["lines"].as_array().unwrap());
        let told_lines: Vec<_> = of_bills.chain(story["period_lines"].as_array().unwrap()).collect();
        for one in &sheet.lines {
            let same = told_lines
                .iter()
                .filter(|line| line["rule"] == one.line.rule.as_str() && line["as_settled"] == one.as_settled);
            let sum: i64 = same.map(|line| line["amount_fen"].as_i64().unwrap()).sum();
            let own = sheet
                .lines
                .iter()
                .filter(|other| other.line.rule == one.line.rule && other.as_settled == one.as_settled);
            assert_eq!(Fen(sum), own.map(|other| other.line.amount_fen).sum::<Fen>(), "{code} {}", one.line.rule);
            assert!(!one.line.article.is_empty());
            tiers.insert(one.line.tier.clone());
        }
        assert!(worked.packs.iter().any(|pack| pack.id == "cn-330381-ruian"));
        assert_eq!(worked, draft(order(&lake, *person)).unwrap(), "the same facts give the same sheet");
    }
    assert!(tiers.contains("基本医保"), "{tiers:?}");
}

#[test]
fn what_the_case_found_counts_and_a_proposal_is_held_to_the_rule() {
    let dir = tempfile::tempdir().unwrap();
    let (lake, people) = county(dir.path(), "3000");
    let day = |text: &str| text.parse().unwrap();
    let certified = Certified {
        category: Category::LowIncome,
        valid_from: day("2022-01-01"),
        valid_to: None,
        certified_on: day("2022-06-01"),
        due_to_illness: true,
    };
    let mut seen = 0;
    for person in people.iter().take(4) {
        let plain = draft(order(&lake, *person)).unwrap();
        let proposal = Proposal { person: *person, year: YEAR, rule: CHARITY.to_owned(), amount_fen: Fen::yuan(1_000) };
        let asked = SheetOrder { proposals: vec![proposal], ..order(&lake, *person) };
        let found = SheetOrder { certified: Some(certified.clone()), ..asked.clone() };
        let (without, with) = (draft(asked).unwrap(), draft(found).unwrap());
        assert_ne!(plain.input_sha256, with.input_sha256);
        assert!(with.by_resolution.iter().any(|rule| rule == CHARITY));
        let aid = |worked: &Worked| -> Fen {
            let sheet = worked.people.iter().find(|one| one.person == *person).unwrap();
            sheet.lines.iter().filter(|one| one.line.rule == CHARITY).map(|one| one.line.amount_fen).sum()
        };
        let (bill, lines, left) = paid(&with, *person);
        assert_eq!(lines + left, bill);
        if aid(&with) == Fen::yuan(1_000) && aid(&without).is_zero() {
            seen += 1;
        }
    }
    assert!(seen > 0, "nobody's aid rests on the case's certification");
}

#[test]
fn a_household_without_claims_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let (lake, _) = county(dir.path(), "400");
    assert_eq!(draft(order(&lake, PersonId(42))).unwrap_err().code, "sheet-no-claims");
}
