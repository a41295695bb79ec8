//! Packs put together: inheritance, overlays, versions, regions, and the packs of this repository.

use shukun_base::{Lang, RegionCode};
use shukun_policy::link::{Choices, check, link};
use shukun_policy::pack::PackSet;
use shukun_policy::program::{Kind, Program, RuleIx};

use crate::gallery_link::{COUNTY, COUNTY_TOML, Folder, PROVINCE, PROVINCE_TOML, folder, read};

fn linked(set: &PackSet) -> Program {
    let (program, findings) = link(set, &Choices::default());
    program.unwrap_or_else(|| panic!("{findings:#?}"))
}

fn names(program: &Program) -> Vec<&str> {
    program.rules.iter().map(|rule| rule.name.as_str()).collect()
}

fn county_with(more: Vec<Folder>) -> PackSet {
    let mut folders = vec![folder(PROVINCE_TOML, PROVINCE), folder(COUNTY_TOML, COUNTY)];
    folders.extend(more);
    read(folders)
}

fn overlay(id: &str, rules: &str) -> Folder {
    let toml = COUNTY_TOML.replace("cn-330305-x", id).replace("parent = \"cn-33-x\"", "overlay_of = \"cn-330305-x\"");
    folder(&toml, rules)
}

#[test]
fn an_overlay_amends_only_what_it_states() {
    let set = county_with(vec![overlay("what-if", "```纾困\n修改 高额化解\n化解至：45,000元\n```\n")]);
    let (before, after) = (linked(&county_with(vec![])), linked(&set));
    assert_eq!(names(&before), names(&after));
    let target = |program: &Program| program.describe_rule(RuleIx(3), Lang::En);
    let differs: Vec<_> = target(&before).into_iter().zip(target(&after)).filter(|(a, b)| a != b).collect();
    let clause = |text: &str| ("bring_down_to".to_owned(), text.to_owned());
    assert_eq!(differs, [(clause("49,500 yuan"), clause("45,000 yuan"))]);
    assert_eq!(after.packs[after.rules[3].pack.0].id, "what-if");
    assert!(matches!(after.rules[3].kind, Kind::BringDown { .. }));
}

#[test]
fn an_amendment_may_bring_its_own_table_and_another_head() {
    let table =
        "```纾困\n修改 追溯救助\n```\n| 基数从（含） | 至（不含） | 比例 |\n|---|---|---|\n| 2万元 | — | 30% |\n";
    let program = linked(&county_with(vec![overlay("table", table)]));
    let lines = program.describe_rule(RuleIx(0), Lang::Zh);
    assert!(lines.contains(&("2万元 至 —".to_owned(), "30%".to_owned())), "{lines:?}");
    let flat = "```纾困\n修改 追溯救助\n比例：25%\n```\n";
    let lines = linked(&county_with(vec![overlay("flat", flat)])).describe_rule(RuleIx(0), Lang::Zh);
    assert!(lines.contains(&("比例".to_owned(), "25%".to_owned())), "{lines:?}");
    assert!(!lines.iter().any(|(key, _)| key == "分段"));
}

#[test]
fn a_repealed_rule_is_gone_and_a_rule_of_the_same_name_replaces() {
    let repeal = "```纾困\n停用 门诊补助\n```\n";
    assert_eq!(names(&linked(&county_with(vec![overlay("repeal", repeal)]))), ["追溯救助", "困难人员", "高额化解"]);
    let town =
        COUNTY_TOML.replace("cn-330305-x", "town").replace("cn-33-x", "cn-330305-x").replace("330305\"", "330305001\"");
    let town = town.replace("parent = \"cn-330305001\"", "parent = \"cn-330305-x\"");
    let rule = "```纾困\n规则 困难人员\n依据：二\n对象：全体\n资格：全镇\n```\n";
    let program = linked(&county_with(vec![folder(&town, rule)]));
    assert_eq!(names(&program), ["追溯救助", "门诊补助", "高额化解", "困难人员"]);
    assert!(matches!(&program.rules[3].kind, Kind::Eligibility { grants } if grants == "全镇"));
}

#[test]
fn a_region_leaves_its_siblings_out() {
    let sibling = COUNTY_TOML.replace("cn-330305-x", "sibling").replace("330305", "330381");
    let rules = "```纾困\n规则 邻县规则\n依据：二\n对象：全体\n资格：邻县\n```\n";
    let set = county_with(vec![folder(&sibling, rules)]);
    assert_eq!(link(&set, &Choices::default()).0, None);
    let at = |code: &str| Choices { readings: Vec::new(), region: RegionCode::new(code) };
    let town = link(&set, &at("330305001")).0.unwrap();
    assert_eq!(names(&town), ["追溯救助", "门诊补助", "困难人员", "高额化解"]);
    assert_eq!(names(&link(&set, &at("330381")).0.unwrap()), ["邻县规则"]);
}

#[test]
fn a_pack_with_its_parents_and_only_what_is_in_force() {
    let set = county_with(vec![]);
    assert_eq!(set.with_parents("cn-330305-x").packs().len(), 2);
    assert_eq!(set.with_parents("cn-33-x").packs().len(), 1);
    let on = |day: &str| set.in_force(day.parse().unwrap()).packs().len();
    assert_eq!((on("2019-12-31"), on("2021-06-01"), on("2025-12-31"), on("2026-01-01")), (0, 1, 2, 1));
}

#[test]
fn the_hash_changes_with_every_file_and_not_with_their_order() {
    let hash = |mut files: Folder, reversed: bool| {
        if reversed {
            files.reverse();
        }
        shukun_policy::pack::read_pack(files).0.unwrap().hash
    };
    let plain = hash(folder(PROVINCE_TOML, PROVINCE), false);
    assert_eq!(plain, hash(folder(PROVINCE_TOML, PROVINCE), true));
    assert_ne!(plain, hash(folder(PROVINCE_TOML, &format!("{PROVINCE}\n")), false));
    assert_eq!(plain.len(), 64);
}

#[test]
fn an_english_pack_links_to_the_same_rule() {
    let english = "```shukun\norder payers\norder: basic (as_settled), high cost relief (computed)\n```\n\
        ```shukun\nvalidity days\nbenefits_from: 2022-01-01\nexpires: 2025-12-31\ndecided_by: incurred_on\n```\n\
        ```shukun\nrule high cost\nbasis: 4\nwho: category one_of [dibao, dibao_marginal] and not local_register\n\
        status_on: period_end\ncollect: claims\nsort: incurred_on, settled_on, claim_number\nbase: left in_scope\n\
        trigger: above 50,000 yuan\nbring_down_to: 49,500 yuan\ntiming: period_end\n\
        accumulate: per_household per_year (by incurred_on)\nrounding: half_up to_fen\nfund: charity fund\n\
        tier: high cost relief\n```\n";
    let chinese = "```纾困\n次序 次序\n次序：basic（已结算）、high cost relief（测算）\n```\n\
        ```纾困\n施行 日期\n待遇自：2022年1月1日\n有效至：2025年12月31日\n适用按：费用发生日\n```\n\
        ```纾困\n规则 high cost\n依据：4\n对象：认定类别 属于【低保、低边】 且 非 本地户籍\n身份：期末\n归集：结算\n\
        排序：费用发生日、结算日、结算编号\n基数：余额 政策范围内费用\n触发：超过 5万元\n化解至：49,500元\n时点：期末\n\
        累计：每户 每自然年（按 费用发生日）\n舍入：四舍五入到分\n资金：charity fund\n层级：high cost relief\n```\n";
    let toml = COUNTY_TOML.replace("parent = \"cn-33-x\"\n", "");
    let [english, chinese] = [english, chinese].map(|rules| linked(&read(vec![folder(&toml, rules)])));
    assert_eq!(english.rules, chinese.rules);
    assert_eq!(english.tiers, chinese.tiers);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 64, ..Default::default() })]

    /// Whatever is done to a pack's text, checking it ends with findings, never with a panic.
    #[test]
    fn a_mangled_pack_is_only_findings(
        cuts in proptest::collection::vec((0usize..10_000, 0usize..40, 0usize..10_000, 0usize..40), 1..6),
    ) {
        let mut letters: Vec<char> = COUNTY.chars().collect();
        for (at, length, from, taken) in cuts {
            let at = at % letters.len();
            let from = from % letters.len();
            let moved: Vec<char> = letters.iter().skip(from).take(taken).copied().collect();
            let end = (at + length).min(letters.len());
            letters.splice(at..end, moved);
            letters.push('\n');
        }
        let text: String = letters.into_iter().collect();
        let (set, mut findings) = PackSet::read(vec![folder(PROVINCE_TOML, PROVINCE), folder(COUNTY_TOML, &text)]);
        findings.extend(check(&set, None));
        let in_text = |place: shukun_policy::document::Span| {
            set.sources.files.get(place.file).is_some_and(|(_, text)| text.get(place.start..place.end).is_some())
        };
        for finding in findings {
            proptest::prop_assert!(finding.place.is_none_or(in_text), "{finding:#?}");
        }
    }
}

fn policies() -> PackSet {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies");
    let files = |folder: std::path::PathBuf| {
        let each = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        each.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
            .collect()
    };
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    read(folders.into_iter().filter(|path| path.is_dir()).map(files).collect())
}

#[test]
fn every_pack_of_this_repository_links_under_every_reading() {
    let set = policies();
    assert!(set.packs().len() >= 5);
    for pack in set.packs() {
        let set = set.with_parents(&pack.meta.id);
        let found = check(&set, Some(&pack.meta.region));
        let errors: Vec<_> = found.iter().filter(|finding| finding.is_error()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", pack.meta.id);
        let choices = Choices { readings: Vec::new(), region: Some(pack.meta.region.clone()) };
        let program = link(&set, &choices).0.unwrap();
        for rule in 0..program.rules.len() {
            for lang in [Lang::Zh, Lang::En] {
                let lines = program.describe_rule(RuleIx(rule), lang);
                assert!(lines.len() > 3 && lines.iter().all(|(_, value)| !value.is_empty()), "{lines:?}");
            }
        }
    }
}
