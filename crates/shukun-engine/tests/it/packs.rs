//! The packs of this repository: every one checks without errors, its warnings are explained beside it, its examples
//! hold to the fen.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shukun_base::Lang;
use shukun_engine::cliffs::cliffs;
use shukun_engine::examples::run_examples;
use shukun_policy::finding::{Finding, Severity};
use shukun_policy::format::format_text;
use shukun_policy::lexer::Names;
use shukun_policy::link::{Choices, check, link};
use shukun_policy::pack::PackSet;
use shukun_policy::render::to_text;

/// The files of one pack's folder: names as a reader would show them, and bytes.
pub type Files = Vec<(String, Vec<u8>)>;

/// Every pack's folder, by name.
pub fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.retain(|folder| folder.join("pack.toml").is_file());
    folders.sort();
    folders
}

/// The files of one pack that the checker reads.
pub fn files(folder: &Path) -> Files {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let file = |file: &str| Some((format!("{name}/{file}"), std::fs::read(folder.join(file)).ok()?));
    ["pack.toml", "规则.md", "原文.md"].into_iter().filter_map(file).collect()
}

/// All packs; none of them has a finding when read by itself.
pub fn all() -> PackSet {
    let (set, findings) = PackSet::read(folders().iter().map(|folder| files(folder)).collect());
    assert!(findings.is_empty(), "{}", to_text(&findings, &set.sources, Lang::Zh, false));
    set
}

/// Codes of warnings that a pack may have: the first column of 说明.md beside it, each with its reason.
fn explained(id: &str) -> BTreeSet<String> {
    let folder = folders().into_iter().find(|folder| folder.ends_with(id)).unwrap();
    let text = std::fs::read_to_string(folder.join("说明.md")).unwrap_or_default();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| P"));
    let rows: Vec<Vec<&str>> = rows.map(|row| row.split('|').map(str::trim).collect()).collect();
    assert!(rows.iter().all(|row| row.len() >= 2 && row[1].chars().count() > 8), "{id}: a warning without a reason");
    rows.into_iter().map(|row| format!("P{}", row[0])).collect()
}

#[test]
fn every_pack_checks_without_errors_and_every_warning_is_explained() {
    let set = all();
    let mut wrong = Vec::new();
    for pack in set.packs() {
        let own = set.with_parents(&pack.meta.id);
        let files = own_files(&set, &pack.meta.id);
        let findings = check(&own, Some(&pack.meta.region));
        let about_it = |finding: &&Finding| {
            let mut places = finding.place.iter().chain(finding.related.iter().map(|(place, _)| place)).peekable();
            places.peek().is_none() || places.any(|place| files.contains(&place.file))
        };
        let allowed = explained(&pack.meta.id);
        let mut seen = BTreeSet::new();
        for finding in findings.iter().filter(about_it) {
            seen.insert(finding.code.to_owned());
            let is_fine = finding.severity == Severity::Advice
                || (finding.severity == Severity::Warning && allowed.contains(finding.code));
            if !is_fine {
                wrong.push(finding.clone());
            }
        }
        assert!(allowed.is_subset(&seen), "{}: explains warnings it does not have: {allowed:?}", pack.meta.id);
    }
    assert!(wrong.is_empty(), "{}", to_text(&wrong, &set.sources, Lang::Zh, false));
}

/// Numbers of the files that belong to one pack within the set.
pub fn own_files(set: &PackSet, id: &str) -> BTreeSet<usize> {
    let of_pack = |name: &str| Path::new(name).starts_with(id);
    (0..set.sources.files.len()).filter(|file| of_pack(&set.sources.files[*file].0)).collect()
}

#[test]
fn every_example_holds_to_the_fen() {
    let set = all();
    let report = run_examples(&set);
    let shown = to_text(&report.findings, &set.sources, Lang::Zh, false);
    assert!(report.failed == 0, "{} of {} fail\n{shown}", report.failed, report.failed + report.passed);
    assert!(report.passed > 330, "only {} cells were compared", report.passed);
}

#[test]
fn every_pack_is_formatted() {
    for folder in folders() {
        let text = std::fs::read_to_string(folder.join("规则.md")).unwrap();
        let formatted = format_text(0, &text, &Names::new()).unwrap();
        assert!(formatted == text, "{}: run `shukun pack fmt policies`", folder.display());
    }
}

/// The published amounts stand in the packs' examples: a slip of the pen in both would not be seen otherwise.
#[test]
fn the_four_readings_pay_what_the_design_says() {
    let set = all();
    let report = run_examples(&set.only(|pack| pack.meta.id != "cn-3301-hangzhou"));
    let due = |row: &str, column: &str| {
        let cells = report.cells.iter().filter(|cell| cell.example == "四种读法，逐个界点" && cell.row == row);
        cells.filter(|cell| cell.column.contains(column)).map(|cell| cell.got.clone()).next().unwrap()
    };
    for (reading, paid) in
        [("分别累进", "10,000.00"), ("达线累进", "13,000.00"), ("＝扣起付整额", "13,500.00"), ("＝整额", "18,000.00")]
    {
        assert_eq!(due("十二万", reading), paid, "{reading}");
    }
    let case = report.cells.iter().find(|cell| cell.example == "公开的案例" && cell.column == "应付").unwrap();
    assert_eq!(case.got, "50,000.00");
}

/// Where one fen more of cost leaves a Dongtou family with less to bear.
#[test]
fn the_cliffs_of_dongtou() {
    let set = all().with_parents("cn-330305-dongtou");
    let region = set.find("cn-330305-dongtou").unwrap().meta.region.clone();
    let drops = |choice: Option<(&str, &str)>| {
        let readings = choice.iter().map(|(id, reading)| ((*id).to_owned(), (*reading).to_owned())).collect();
        let (program, _) = link(&set, &Choices { readings, region: Some(region.clone()) });
        let own = cliffs(&program.unwrap()).into_iter().filter(|cliff| cliff.article.starts_with("三（"));
        own.map(|cliff| format!("{} {} {}", cliff.rule, cliff.below_fen, cliff.drop_fen)).collect::<Vec<_>>()
    };
    assert_eq!(drops(None), ["高额化解 50,000.00 500.00"]);
    let whole = ["追溯救助 29,999.99 2,999.99", "追溯救助 99,999.99 4,999.99", "追溯救助 149,999.99 7,499.99"];
    assert_eq!(drops(Some(("Y1", "整额")))[..3], whole);
    assert_eq!(drops(Some(("Y6", "达到"))), ["高额化解 49,999.99 499.99"]);
}
