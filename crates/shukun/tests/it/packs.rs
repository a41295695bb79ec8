//! The pack commands on the packs of this repository and on broken copies of them.

use std::path::Path;

use crate::run::{root, shukun, words};

fn copy_pack(name: &str, to: &Path, change: impl Fn(String) -> String) {
    let folder = to.join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for entry in std::fs::read_dir(root().join("policies").join(name)).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let is_rules = path.extension().is_some_and(|extension| extension == "md");
        let text = if is_rules { change(text) } else { text };
        std::fs::write(folder.join(path.file_name().unwrap()), text).unwrap();
    }
}

/// The Dongtou pack with its parents, its text changed.
fn changed_dongtou(change: impl Fn(String) -> String) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy_pack("cn-33", dir.path(), |text| text);
    copy_pack("cn-3303-wenzhou", dir.path(), |text| text);
    copy_pack("cn-330305-dongtou", dir.path(), change);
    dir
}

fn on(dir: &tempfile::TempDir, command: &[&str]) -> crate::run::Said {
    let pack = dir.path().join("cn-330305-dongtou");
    let mut arguments = command.to_vec();
    arguments.push(pack.to_str().unwrap());
    shukun(&arguments)
}

#[test]
fn the_packs_of_the_repository_are_sound() {
    let check = words("pack check policies --format json");
    assert_eq!((check.code, check.json()["errors"].as_u64()), (0, Some(0)), "{}", check.out);
    let test = words("pack test policies --format json");
    assert_eq!((test.code, test.json()["failed"].as_u64()), (0, Some(0)));
    assert!(test.json()["passed"].as_u64().unwrap() > 300, "{}", test.json()["passed"]);
}

#[test]
fn a_changed_rate_fails_its_examples() {
    let change_row =
        |line: &str| if line.starts_with("| 3万元") { line.replace("10%", "11%") } else { line.to_owned() };
    let dir = changed_dongtou(|text| text.lines().map(|line| change_row(line) + "\n").collect());
    let said = on(&dir, &["pack", "test"]);
    assert_eq!(said.code, 1, "{}", said.all());
    assert!(said.out.contains("P09"), "{}", said.out);
}

#[test]
fn a_misspelt_word_is_shown_in_its_place_and_nothing_runs() {
    let dir = changed_dongtou(|text| text.replacen("依据：", "依剧：", 1));
    let check = on(&dir, &["pack", "check"]);
    assert_eq!(check.code, 1);
    assert!(check.out.contains("依剧") && check.out.contains("规则.md:"), "{}", check.out);
    let run = on(&dir, &["explain", "--case", "docs/examples/dongtou-case.json", "--packs"]);
    assert_eq!(run.code, 4, "{}", run.all());
    assert!(run.err.contains("cli-pack-errors") && run.out.is_empty(), "{}", run.all());
}

#[test]
fn formatting_is_checked_done_and_then_done_with() {
    let dir = changed_dongtou(|text| text.replace("依据：", "依据:").replace("｜", "|"));
    assert_eq!(on(&dir, &["pack", "fmt", "--check"]).code, 1);
    assert_eq!(on(&dir, &["pack", "fmt"]).code, 0);
    let again = on(&dir, &["pack", "fmt", "--check"]);
    assert_eq!((again.code, again.out.as_str()), (0, ""));
    let test = on(&dir, &["pack", "test"]);
    assert_eq!(test.code, 0, "{}", test.all());
}

#[test]
fn a_difference_is_told_by_clause() {
    let dir = changed_dongtou(|text| text.replace("49,500元", "49,400元"));
    let new = dir.path().join("cn-330305-dongtou");
    let said = shukun(&["pack", "diff", "policies/cn-330305-dongtou", new.to_str().unwrap(), "--format", "json"]);
    let changes = said.json();
    let bring_down = changes.as_array().unwrap().iter().find(|change| change["clause"] == "化解至").unwrap();
    assert_eq!((bring_down["old"].as_str(), bring_down["new"].as_str()), (Some("49,500元"), Some("49,400元")));
    let same = words("pack diff policies/cn-330305-dongtou policies/cn-330305-dongtou");
    assert_eq!((same.code, same.out.as_str()), (0, "没有改动\n"));
}

#[test]
fn cliffs_and_explanations_name_rules_and_readings() {
    let cliffs = words("pack cliffs policies/cn-330305-dongtou --reading Y1=整额 --format json").json();
    let drops: Vec<i64> = cliffs
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["rule"] == "追溯救助")
        .map(|row| row["drop_fen"].as_i64().unwrap())
        .collect();
    // one fen over 30,000, 100,000 and 150,000 yuan, each less the fen itself
    assert_eq!(drops, [299_999, 499_999, 749_999]);
    let said = words("pack explain policies/cn-330305-dongtou").out;
    for words in ["规则 追溯救助", "→ 分别累进", "需要的资料", "精神障碍"] {
        assert!(said.contains(words), "{words} in\n{said}");
    }
    let english = words("pack explain policies/cn-330305-dongtou --lang en").out;
    assert!(english.contains("bring_down_to") && english.contains("What has to be known"), "{english}");
}

#[test]
fn json_goes_back_to_markdown() {
    let pack = "policies/cn-330305-dongtou";
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("dongtou.json");
    std::fs::write(&file, words(&format!("pack fmt {pack} --to json")).out).unwrap();
    let back = shukun(&["pack", "fmt", file.to_str().unwrap(), "--to", "md"]);
    assert_eq!((back.code, back.out.as_str()), (0, words(&format!("pack fmt {pack} --to md")).out.as_str()));
    std::fs::write(&file, "{").unwrap();
    let broken = shukun(&["pack", "fmt", file.to_str().unwrap(), "--to", "md"]);
    assert!(broken.code != 0 && broken.all().contains("P0161"), "{}", broken.all());
}

#[test]
fn a_folder_may_hold_its_rules_as_json() {
    let dir = changed_dongtou(|text| text);
    let folder = dir.path().join("cn-330305-dongtou");
    let as_markdown = on(&dir, &["pack", "test"]);
    std::fs::write(folder.join("rules.json"), on(&dir, &["pack", "fmt", "--to", "json"]).out).unwrap();
    std::fs::remove_file(folder.join("规则.md")).unwrap();
    let as_json = on(&dir, &["pack", "test"]);
    assert_eq!((as_json.code, as_json.out), (0, as_markdown.out), "{}", as_json.err);
}

#[test]
fn a_charter_is_checked_in_its_place() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["cn-33", "cn-3303-wenzhou", "cn-330381-ruian"] {
        copy_pack(name, dir.path(), |text| text);
    }
    let pack = dir.path().join("cn-330381-ruian");
    let check = || shukun(&["pack", "check", pack.to_str().unwrap()]);
    let open = check();
    assert!(open.code == 0 && open.out.contains("H201") && open.out.contains("charter.toml:9:"), "{}", open.all());
    assert!(open.out.contains("公示天数、日常会商能否表决"), "{}", open.out);
    let file = pack.join("charter.toml");
    let charter = std::fs::read_to_string(&file).unwrap();
    for (from, to, code) in [
        ("title = ", "titel = ", "H101"),
        (", \"notice_days\"", "", "H102"),
        ("\n[[article]]", "\n[rule]\nnotice_days = 7\n\n[[article]]", "H103"),
        ("region = \"330381\"", "region = \"330381\"\nin_force_to = 2", "H101"),
    ] {
        std::fs::write(&file, charter.replacen(from, to, 1)).unwrap();
        let said = check();
        assert!(
            said.code == 1 && said.out.contains(code) && said.out.contains("charter.toml:"),
            "{code}: {}",
            said.all()
        );
    }
}
