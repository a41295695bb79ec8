//! `shukun compare` and `shukun project` on a small synthetic county, with packs made for the test.

use std::path::Path;

use crate::run::{Said, shukun};

const TOML: &str = r#"id = "relief"
title = "纾困补助（示例）"
title_en = "Relief (illustrative)"
region = "330381"
provenance = "illustrative"
language_version = 1
in_force = "2020-01-01"
benefits_from = "2020-01-01"
"#;

/// A pack that pays `first` percent from `line` yuan and 40 percent from 50,000, with two readings of the scale.
fn write_pack(dir: &Path, line: &str, first: &str) {
    let pack = dir.join("relief");
    std::fs::create_dir_all(&pack).unwrap();
    std::fs::write(pack.join("pack.toml"), TOML).unwrap();
    let rules = format!(
        "# 纾困补助（示例）\n\n数是编的。\n\n## 第一条　付费次序\n\n```纾困\n次序 付费次序\n\
         次序：基本医保（已结算）、大病保险（已结算）、医疗救助（已结算）、纾困（测算）\n```\n\n## 第二条　补助\n\n按比例补助，一年最高五万元。\n\n\
         ```纾困\n规则 纾困补助\n依据：第二条\n对象：全体\n归集：结算\n排序：费用发生日、结算日、结算编号\n\
         基数：全额 费用总额 － 已付（基本医保、大病保险、医疗救助）\n分段：按 读法Y1，依下表\n时点：期末\n\
         累计：每人 每自然年（按 费用发生日），封顶 5万元\n舍入：四舍五入到分\n资金：纾困资金\n层级：纾困\n适用按：费用发生日\n```\n\
         | 基数从（含） | 至（不含） | 比例 |\n|---|---|---|\n| {line} | 5万元 | {first} |\n| 5万元 | — | 40% |\n\n\
         ```疑义\nY1 分段方式\n  分别累进：各段分别算\n  整额：全部按所在一档算\n暂定：分别累进    确认人：（示例）\n```\n"
    );
    std::fs::write(pack.join("规则.md"), rules).unwrap();
}

fn ok(arguments: &[&str]) -> Said {
    let said = shukun(arguments);
    assert_eq!(said.code, 0, "{arguments:?}\n{}", said.all());
    said
}

fn at(dir: &Path, name: &str) -> String {
    dir.join(name).to_str().unwrap().to_owned()
}

/// A lake of 400 people, the packs `old` and `new` beside it.
fn prepare(dir: &Path, people: &str) -> String {
    write_pack(&dir.join("old"), "2万元", "10%");
    write_pack(&dir.join("new"), "1万元", "20%");
    let (files, lake) = (at(dir, "files"), at(dir, "lake"));
    let said = ok(&[
        "synth", "--county", "ruian", "--people", people, "--seed", "7", "--from", "2021", "--to", "2022", "--out",
        &files, "--format", "json",
    ]);
    let paths = said.json()["to_import"].clone();
    let paths: Vec<String> = paths.as_array().unwrap().iter().map(|path| path.as_str().unwrap().to_owned()).collect();
    let mut arguments = vec!["import", "--lake", &lake];
    arguments.extend(paths.iter().map(String::as_str));
    ok(&arguments);
    lake
}

fn amount(value: &serde_json::Value) -> i64 {
    value.as_i64().unwrap()
}

#[test]
fn two_packs_over_a_county() {
    let dir = tempfile::tempdir().unwrap();
    let lake = prepare(dir.path(), "400");
    let (old, new, out) = (at(dir.path(), "old"), at(dir.path(), "new"), at(dir.path(), "out"));
    let found =
        ok(&["compare", "--lake", &lake, "--baseline", &old, "--variant", &new, "--out", &out, "--format", "json"]);
    let report = found.json();
    assert_eq!(report["schema"], "shukun.compare/1");
    assert_eq!(report["illustrative"], true);
    let family = &report["family"];
    let gained = &report["change"][0];
    assert!(amount(&gained["gaining"]) > 0, "{gained}");
    assert_eq!(amount(&gained["losing"]), 0, "the new pack only pays more");
    assert_eq!(amount(&gained["gained_fen"]), -amount(&family["difference_fen"]));
    let funds = report["funds"].as_array().unwrap();
    let fund = funds.iter().find(|fund| fund["name"] == "纾困资金").unwrap();
    assert_eq!(amount(&fund["difference_fen"]), -amount(&family["difference_fen"]), "what families gain the fund pays");
    assert_eq!(funds[0]["name"], "基本医保", "payers first to last");

    let settled = at(dir.path(), "settled");
    let receipt = ok(&["settle", "--lake", &lake, "--packs", &old, "--out", &settled, "--format", "json"]).json();
    assert_eq!(family["baseline_fen"], receipt["family_fen"], "the baseline is what settling gives, to the fen");

    let page = std::fs::read_to_string(Path::new(&out).join("compare.html")).unwrap();
    for outside in ["<script", "http://", "https://", "src=", "<link"] {
        assert!(!page.contains(outside), "{outside} in the page");
    }
    assert!(page.contains("示例") && page.contains("【不公开】") && page.contains("<polyline"));
    assert!(std::fs::metadata(Path::new(&out).join("compare.xlsx")).unwrap().len() > 10_000);
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 3, "nothing else is left behind");

    let again = at(dir.path(), "again");
    ok(&["compare", "--lake", &lake, "--baseline", &old, "--variant", &new, "--out", &again]);
    let bytes = |dir: &str| std::fs::read(Path::new(dir).join("compare.json")).unwrap();
    assert!(bytes(&out) == bytes(&again), "the same lake and packs give the same figures");
}

#[test]
fn readings_of_one_pack_and_one_year() {
    let dir = tempfile::tempdir().unwrap();
    let lake = prepare(dir.path(), "200");
    let (old, out) = (at(dir.path(), "old"), at(dir.path(), "out"));
    let (same, whole) = (format!("{old}#Y1=分别累进"), format!("{old}＃Y1＝整额"));
    let arguments = [
        "compare",
        "--lake",
        &lake,
        "--baseline",
        &same,
        "--variant",
        &whole,
        "--year",
        "2022",
        "--near",
        "1000",
        "--out",
        &out,
    ];
    let said = ok(&[&arguments[..], &["--lang", "en"]].concat());
    assert!(said.out.contains("who gains, who loses") && !said.out.contains("谁"), "{}", said.out);
    let text = std::fs::read_to_string(Path::new(&out).join("compare.json")).unwrap();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["population"]["years"], serde_json::json!([2022]));
    assert_eq!(report["cliff_within_fen"], 100_000);
    assert!(report["cliffs"]["baseline"].as_array().unwrap().is_empty());
    assert_eq!(report["cliffs"]["variant"].as_array().unwrap().len(), 2);
}

#[test]
fn nobody_to_compare_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let lake = prepare(dir.path(), "40");
    let (old, out) = (at(dir.path(), "old"), at(dir.path(), "out"));
    let said =
        ok(&["compare", "--lake", &lake, "--baseline", &old, "--variant", "policies/cn-330305-dongtou", "--out", &out]);
    assert!(said.out.contains("没有比较"), "{}", said.out);
    let page = std::fs::read_to_string(Path::new(&out).join("compare.html")).unwrap();
    assert!(page.contains("导入结算表"));
}

const GROWTH: &str = "[claimants]\ngrowth = \"0\"\nlow = \"0\"\nhigh = \"0\"\nsource = \"试验\"\n\
                      [cost]\ngrowth = \"0\"\nlow = \"0\"\nhigh = \"0\"\nsource = \"试验\"\n";

#[test]
fn without_growth_the_coming_years_are_the_settled_one() {
    let dir = tempfile::tempdir().unwrap();
    let lake = prepare(dir.path(), "400");
    let (old, new, out) = (at(dir.path(), "old"), at(dir.path(), "new"), at(dir.path(), "out"));
    let growth = at(dir.path(), "growth.toml");
    std::fs::write(&growth, GROWTH).unwrap();
    let arguments = [
        "project",
        "--lake",
        &lake,
        "--packs",
        &old,
        "--variant",
        &new,
        "--years",
        "2",
        "--base-year",
        "2022",
        "--growth",
        &growth,
        "--out",
        &out,
        "--format",
        "json",
    ];
    let report = ok(&arguments).json();
    assert_eq!(report["schema"], "shukun.project/1");
    let compared = at(dir.path(), "compared");
    let known = ok(&[
        "compare",
        "--lake",
        &lake,
        "--baseline",
        &old,
        "--variant",
        &new,
        "--year",
        "2022",
        "--out",
        &compared,
        "--format",
        "json",
    ])
    .json();
    let lines = report["lines"].as_array().unwrap();
    let of = |kind: &str, name: &str| lines.iter().find(|line| line["kind"] == kind && line["name"] == name).unwrap();
    let fund = known["funds"].as_array().unwrap().iter().find(|fund| fund["name"] == "纾困资金").unwrap();
    let pairs = [(of("family", ""), &known["family"]), (of("fund", "纾困资金"), fund)];
    for (line, known) in pairs {
        for year in [0, 1] {
            assert_eq!(line["baseline"]["years"][year]["middle_fen"], known["baseline_fen"], "to the fen");
            assert_eq!(line["variant"]["years"][year]["middle_fen"], known["variant_fen"]);
            assert_eq!(line["difference"]["years"][year]["middle_fen"], known["difference_fen"]);
        }
        let year = &line["baseline"]["years"][0];
        assert!(amount(&year["p10_fen"]) < amount(&year["middle_fen"]), "{year}");
        assert!(amount(&year["middle_fen"]) < amount(&year["p90_fen"]), "{year}");
    }
    let page = std::fs::read_to_string(Path::new(&out).join("project.html")).unwrap();
    for outside in ["<script", "http://", "https://", "src=", "<link"] {
        assert!(!page.contains(outside), "{outside} in the page");
    }
    assert!(page.contains("<polygon") && page.contains("来源：试验"));
    assert!(std::fs::metadata(Path::new(&out).join("project.xlsx")).unwrap().len() > 5_000);
    let bytes = || std::fs::read(Path::new(&out).join("project.json")).unwrap();
    let first = bytes();
    ok(&arguments);
    assert!(first == bytes(), "the same seed gives the same bytes");
}

#[test]
fn growth_that_is_not_known_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let lake = prepare(dir.path(), "40");
    let (old, out) = (at(dir.path(), "old"), at(dir.path(), "out"));
    let said =
        shukun(&["project", "--lake", &lake, "--packs", &old, "--years", "2", "--base-year", "2022", "--out", &out]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("cli-project-growth-unknown") && said.err.contains("source ="), "{}", said.err);
    assert!(!Path::new(&out).exists(), "nothing is written");
}
