//! The colours month by month over a small synthetic county: outputs, verification results, the prediction's file.

use std::path::Path;

use crate::run::{Said, shukun};

const PACKS: [&str; 4] = ["--packs", "policies", "--reading", "R3=三线"];

fn ok(arguments: &[&str]) -> Said {
    let said = shukun(arguments);
    assert_eq!(said.code, 0, "{arguments:?}\n{}", said.all());
    said
}

/// A county of two years in a lake, and its verification file.
fn county(dir: &Path) -> (String, String) {
    let (files, lake) = (dir.join("files"), dir.join("lake"));
    let (files, lake) = (files.to_str().unwrap(), lake.to_str().unwrap());
    let said = ok(&[
        "synth",
        "--county",
        "ruian",
        "--people",
        "2500",
        "--seed",
        "3",
        "--courses",
        "--from",
        "2022",
        "--to",
        "2023",
        "--out",
        files,
        "--format",
        "json",
    ]);
    let paths: Vec<String> =
        said.json()["to_import"].as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect();
    let regions = format!("{files}/regions_ruian.csv");
    let mut arguments = vec!["import", "--lake", lake, "--regions", &regions];
    arguments.extend(paths.iter().map(String::as_str));
    ok(&arguments);
    (lake.to_owned(), format!("{files}/verification.csv"))
}

fn monitor(lake: &str, out: &Path, month: &str, more: &[&str]) -> serde_json::Value {
    let out = out.to_str().unwrap();
    let task = ["monitor", "--lake", lake, "--through", month, "--out", out, "--format", "json"];
    ok(&[&task[..], &PACKS, more].concat()).json()
}

#[test]
fn a_month_is_written_with_its_changes_and_results() {
    let dir = tempfile::tempdir().unwrap();
    let (lake, results) = county(dir.path());
    let out = dir.path().join("2023-12");
    let found = monitor(&lake, &out, "2023-12", &["--results", &results]);

    let months = found["months"].as_array().unwrap();
    assert_eq!(months.len(), 12);
    let count = |month: &serde_json::Value, key: &str| month["colours"][key].as_u64().unwrap();
    let last: u64 = ["yellow", "orange", "red"].iter().map(|key| count(&months[11], key)).sum();
    assert_eq!(last, found["current"].as_array().unwrap().len() as u64);
    assert!(last > 0, "somebody is coloured, or the test shows nothing");
    let all = &found["precision"]["all"];
    let sum: u64 =
        ["confirmed", "not_confirmed", "open", "unverified"].iter().map(|key| all[key].as_u64().unwrap()).sum();
    assert_eq!(all["alerts"].as_u64().unwrap(), sum);
    let read = &found["results"];
    assert_eq!(read["rows"], read["accepted"], "every row of the synthetic file is taken");

    let page = std::fs::read_to_string(out.join("month.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<svg"));
    for outside in ["<script", "http://", "https://", "src=", "<link"] {
        assert!(!page.contains(outside), "{outside} in the page");
    }
    for file in ["month.xlsx", "history.parquet", "month.json"] {
        assert!(out.join(file).is_file(), "{file}");
    }
    let views = std::fs::read_to_string(format!("{lake}.views.jsonl")).unwrap();
    assert_eq!(views.lines().count(), 1, "names that left the vault are logged");

    // A year earlier the end of 2022 was the state that 2023 began with.
    let earlier = monitor(&lake, &dir.path().join("2022-12"), "2022-12", &[]);
    assert_eq!(earlier["month"], "2022-12");
    let again = dir.path().join("again");
    monitor(&lake, &again, "2023-12", &["--results", &results]);
    for file in ["history.parquet", "month.json", "month.html"] {
        assert!(std::fs::read(out.join(file)).unwrap() == std::fs::read(again.join(file)).unwrap(), "{file}");
    }
}

#[test]
fn rejected_results_are_told_and_nothing_of_them_is_repeated() {
    let dir = tempfile::tempdir().unwrap();
    let (lake, _) = county(dir.path());
    let results = dir.path().join("bad.csv");
    std::fs::write(&results, "身份证号,年度,核查结果\n339191199001011231,2023,有风险\n,2023,有风险\n").unwrap();
    let (out, results) = (dir.path().join("out"), results.to_str().unwrap().to_owned());
    let task =
        ["monitor", "--lake", &lake, "--through", "2023-06", "--out", out.to_str().unwrap(), "--results", &results];
    let said = ok(&[&task[..], &PACKS].concat());
    assert!(said.out.contains("核查结果 2 行：接受 0，重复 0，被后一次核查取代 0，退回 2"), "{}", said.out);
    assert!(said.out.contains("[id_checksum]") && said.out.contains("[missing_value]"), "{}", said.out);
    assert!(!said.out.contains("19900101123"), "an ID number is not repeated");

    std::fs::write(&results, "姓名,结果\n某某,好\n").unwrap();
    let refused = shukun(&[&task[..], &PACKS].concat());
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("核查结果"), "{}", refused.err);
}

#[test]
fn a_county_too_small_to_learn_from_is_told_and_a_strange_model_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (lake, _) = county(dir.path());
    let model = dir.path().join("model.json");
    let path = model.to_str().unwrap();
    let said = shukun(&[&["monitor", "--lake", &lake, "--train", "2023", "--model", path][..], &PACKS].concat());
    assert_eq!(said.code, 2);
    assert!(said.err.contains("monitor-no-model"), "{}", said.err);
    assert!(!model.exists());

    std::fs::write(&model, "{}").unwrap();
    let out = dir.path().join("out");
    let task = ["monitor", "--lake", &lake, "--through", "2023-06", "--out", out.to_str().unwrap(), "--model", path];
    let said = shukun(&[&task[..], &PACKS].concat());
    assert_eq!(said.code, 3);
    assert!(said.err.contains("monitor-bad-model"), "{}", said.err);
}
