//! The whole road on a small synthetic county: files, import, settlement, screening, explanation.

use std::path::Path;

use crate::run::{Said, shukun};

const PACKS: &str = "policies";

fn at(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

fn ok(arguments: &[&str]) -> Said {
    let said = shukun(arguments);
    assert_eq!(said.code, 0, "{arguments:?}\n{}", said.all());
    said
}

/// Files of a county of 400 with some defects, and the paths an office would import.
fn county(dir: &Path, defects: &str) -> Vec<String> {
    let out = at(dir, "files");
    let said = ok(&[
        "synth",
        "--county",
        "ruian",
        "--people",
        "400",
        "--seed",
        "7",
        "--out",
        &out,
        "--defects",
        defects,
        "--format",
        "json",
    ]);
    let files = said.json()["to_import"].clone();
    files.as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect()
}

fn import(dir: &Path, files: &[String], more: &[&str]) -> Vec<serde_json::Value> {
    let lake = at(dir, "lake");
    let mut arguments = vec!["import", "--lake", &lake, "--format", "json"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(more);
    let said = ok(&arguments);
    said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn count(report: &serde_json::Value, key: &str) -> u64 {
    report[key].as_u64().unwrap()
}

#[test]
fn every_row_is_accounted_for_and_twice_is_once() {
    let dir = tempfile::tempdir().unwrap();
    let files = county(dir.path(), "9");
    let first = import(dir.path(), &files, &["--rejects", &at(dir.path(), "bad.xlsx")]);
    assert_eq!(first.len(), files.len(), "one line a file");
    for report in &first {
        let sum = count(report, "accepted") + count(report, "rejected") + count(report, "duplicates");
        assert_eq!(sum, count(report, "rows"), "{report}");
    }
    assert!(first.iter().any(|report| count(report, "rejected") > 0), "{first:?}");
    let settlements = first.iter().find(|report| report["kind"] == "settlement").unwrap();
    let name = Path::new(settlements["file"].as_str().unwrap()).file_stem().unwrap().to_str().unwrap().to_owned();
    let rejects = at(dir.path(), &format!("bad_{name}.xlsx"));
    let rejected_again = import(dir.path(), &[rejects], &[]);
    assert_eq!(
        count(&rejected_again[0], "rows"),
        count(settlements, "rejected"),
        "the workbook holds just the bad rows"
    );
    let second = import(dir.path(), &files, &[]);
    for report in second {
        let new = &report["new_in_lake"];
        for what in ["persons", "claims", "certifications", "claims_conflicting"] {
            assert_eq!(count(new, what), 0, "{what}: {report}");
        }
    }
}

#[test]
fn a_dry_run_writes_nothing_and_strict_tells_of_rejects() {
    let dir = tempfile::tempdir().unwrap();
    let files = county(dir.path(), "9");
    let lake = at(dir.path(), "lake");
    ok(&["import", "--lake", &lake, "--dry-run", &files[0]]);
    assert!(!Path::new(&lake).exists());
    assert_eq!(shukun(&["import", "--lake", &lake, "--strict", &files[0]]).code, 1);
}

#[test]
fn a_county_is_settled_screened_and_explained() {
    let dir = tempfile::tempdir().unwrap();
    let files = county(dir.path(), "0");
    import(dir.path(), &files, &[]);
    let (lake, result) = (at(dir.path(), "lake"), at(dir.path(), "result"));
    let settle = |out: &str, more: &[&str]| {
        let everything = ["--postings", "all", "--notes", "all", "--format", "json"];
        let start = ["settle", "--lake", &lake, "--packs", PACKS, "--out", out];
        ok(&[&start[..], &everything, more].concat()).json()
    };
    let settled = settle(&result, &[]);
    let paid: i64 = settled["paid_fen"].as_array().unwrap().iter().map(|tier| tier[1].as_i64().unwrap()).sum();
    let (total, family) = (settled["total_fen"].as_i64().unwrap(), settled["family_fen"].as_i64().unwrap());
    assert!(total > 0 && paid > 0);
    assert_eq!(paid + family, total, "what payers and families bear is the bills");
    for file in ["postings.parquet", "standings.parquet", "notes.parquet", "receipt.json"] {
        assert!(Path::new(&result).join(file).is_file(), "{file}");
    }

    let (again, after) = (at(dir.path(), "again"), at(dir.path(), "after"));
    settle(&again, &[]);
    let bytes = |dir: &str, file: &str| std::fs::read(Path::new(dir).join(file)).unwrap();
    for file in ["postings.parquet", "standings.parquet", "notes.parquet", "receipt.json"] {
        assert!(bytes(&result, file) == bytes(&again, file), "the same lake and packs give the same bytes: {file}");
    }
    let delta = settle(&after, &["--previous", &result]);
    assert_eq!((&delta["delta_postings"], &delta["delta_standings"]), (&0.into(), &0.into()), "and change nothing");

    let alerts = at(dir.path(), "alerts.xlsx");
    let summary =
        ok(&["screen", "--lake", &lake, "--packs", PACKS, "--year", "2022", "--out", &alerts, "--format", "json"]);
    assert!(summary.json()["with_claims"].as_u64().unwrap() > 0);
    assert!(std::fs::metadata(&alerts).unwrap().len() > 5_000);
    let views = std::fs::read_to_string(at(dir.path(), "lake.views.jsonl")).unwrap();
    assert_eq!(views.lines().count(), 1);

    let stranger = shukun(&["explain", "--lake", &lake, "--packs", PACKS, "--person", "42"]);
    assert_eq!(stranger.code, 3);
    assert!(!stranger.err.contains("42"), "a number that may be an ID is not repeated");
}

#[test]
fn the_demo_makes_its_folder_anew_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let county = at(dir.path(), "county");
    for _ in 0..2 {
        let said = ok(&["demo", "--people", "120", "--dir", &county]);
        assert!(said.out.contains("2022 年预警漏斗") && said.out.contains("alerts.xlsx"), "{}", said.out);
    }
    std::fs::write(dir.path().join("precious.txt"), "…").unwrap();
    let refused = shukun(&["demo", "--people", "120", "--dir", dir.path().to_str().unwrap()]);
    assert_eq!(refused.code, 2);
    assert!(dir.path().join("precious.txt").is_file());
}
