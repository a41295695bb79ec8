//! The gallery's findings about clauses, linked packs, scales, readings and days: a sound county, one thing changed.

use shukun_policy::link::{Choices, check, link};
use shukun_policy::pack::{PackSet, read_pack};

use crate::gallery::show;

pub const COUNTY: &str = include_str!("gallery_link/county.md");
pub const PROVINCE: &str = include_str!("gallery_link/province.md");
pub const COUNTY_TOML: &str = include_str!("gallery_link/county.toml");
pub const PROVINCE_TOML: &str = include_str!("gallery_link/province.toml");

pub type Folder = Vec<(String, Vec<u8>)>;

pub fn folder(toml: &str, rules: &str) -> Folder {
    vec![("pack.toml".to_owned(), toml.as_bytes().to_vec()), ("规则.md".to_owned(), rules.as_bytes().to_vec())]
}

pub fn read(folders: Vec<Folder>) -> PackSet {
    let (set, findings) = PackSet::read(folders);
    assert_eq!(findings, []);
    set
}

fn show_in(code: &str, set: &PackSet, findings: &[shukun_policy::finding::Finding]) {
    let files: Vec<(&str, &str)> =
        set.sources.files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    show(code, &files, findings);
}

/// The county with `from` replaced by `to` gives that finding.
fn changed(code: &str, from: &str, to: &str) {
    assert!(COUNTY.contains(from), "{code}: {from}");
    let set = read(vec![folder(PROVINCE_TOML, PROVINCE), folder(COUNTY_TOML, &COUNTY.replacen(from, to, 1))]);
    show_in(code, &set, &check(&set, None));
}

/// With other or more packs.
fn with(code: &str, folders: Vec<Folder>) {
    let set = read(folders);
    show_in(code, &set, &check(&set, None));
}

#[test]
fn the_county_itself_is_sound() {
    let set = read(vec![folder(PROVINCE_TOML, PROVINCE), folder(COUNTY_TOML, COUNTY)]);
    assert_eq!(check(&set, None), []);
    let program = link(&set, &Choices::default()).0.unwrap();
    assert_eq!(
        program.rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(),
        ["追溯救助", "门诊补助", "困难人员", "高额化解"]
    );
}

#[test]
fn clauses() {
    changed("P0301", "按 分别累进，", "");
    changed("P0302", "对象：全体", "对象：全体 因病");
    changed("P0303", "已付（基本医保、大病保险）", "已付（基本医疗、大病保险）");
    changed("P0304", "化解至：49,500元", "化解至：49500");
    changed("P0305", "触发：读法Y6 5万元", "触发：读法Y6 5万元\n起付：500元，每人 每次");
    changed("P0306", "舍入：四舍五入到分\n资金：医疗救助基金", "资金：医疗救助基金");
    changed("P0307", "资格：困难人员\n", "");
    changed("P0309", "【低保、低边】 且 因病", "【低保、低边户】 且 因病");
    changed("P0310", "基数：余额 政策范围内费用\n触发", "基数：政策范围内费用\n触发");
    changed("P0311", "身份：费用发生日\n", "");
    changed("P0312", "，月末取前一日", "");
    changed("P0313", "用途：高额医疗费用化解\n层级", "用途：高额医疗费用化姐\n层级");
    changed("P0314", "每人 每自然年（按 费用发生日）\n舍入", "每人 连续12个月（按 费用发生日）\n舍入");
    changed("P0315", "基数：余额 政策范围内费用\n触发", "基数：余额 政策范围内费用 － 已付（基本医保）\n触发");
    changed("P0316", "每人 每自然年（按 费用发生日）\n舍入", "每人 每自然年（按 认定日）\n舍入");
    changed("P0318", "对象：全体", &format!("对象：{}", "非 ".repeat(40) + "参保"));
    changed("P0317", "至 认定日（不含）", "至 认定日 前12个月（不含）");
}

#[test]
fn packs_together() {
    changed("P0402", "层级：高额化解", "层级：高额化姐");
    changed("P0403", "高额化解（测算）", "高额化解（测算）、慈善救助（测算）");
    changed("P0404", "政策范围内费用 － 已付（基本医保、大病保险）", "政策范围内费用 － 已付（基本医保、高额化解）");
    changed("P0405", "金额：费用总额 － 已付（基本医保、大病保险）", "金额：个人负担 － 已付（基本医保）");
    changed("P0406", "对象：认定类别 属于【特困、低保、低边】", "对象：认定类别 属于【特困】 且 具备（困难人员）");
    changed("P0407", "排序：费用发生日、结算日、结算编号\n基数：余额", "排序：结算日、结算编号\n基数：余额");
    changed(
        "P0413",
        "时点：期末\n累计：每人 每自然年（按 费用发生日）\n舍入：四舍五入到分\n资金：慈善基金\n用途：高额医疗费用化解\n层级：高额化解",
        "时点：逐笔\n累计：每人 每自然年（按 费用发生日）\n舍入：四舍五入到分\n资金：慈善基金\n用途：高额医疗费用化解\n层级：高额化解\n```\n\n```纾困\n规则 先行化解\n依据：五\n对象：全体\n归集：结算\n排序：费用发生日、结算日、结算编号\n基数：余额 费用总额\n触发：超过 20万元\n化解至：20万元\n时点：期末\n累计：每人 每自然年（按 费用发生日）\n舍入：四舍五入到分\n资金：慈善基金\n用途：高额医疗费用化解\n层级：追溯救助",
    );
    changed("P0414", "高额化解（测算）", "高额化解（测算）、基本医保（已结算）");
    changed("P0418", "高额化解（测算）", "高额化解（已结算）");
    changed("P0419", "基本医保（已结算）、大病保险（已结算）、", "大病保险（已结算）、基本医保（已结算）、");
    let rules = "```纾困\n修改 追朔救助\n封顶：每人 终身 20万元\n```\n";
    let overlay = format!(
        "{}overlay_of = \"cn-330305-x\"\n",
        COUNTY_TOML.replace("cn-330305-x", "what-if").replace("parent", "# parent")
    );
    with("P0410", vec![folder(PROVINCE_TOML, PROVINCE), folder(COUNTY_TOML, COUNTY), folder(&overlay, rules)]);
    with("P0411", vec![folder(PROVINCE_TOML, PROVINCE), folder(&overlay, "什么也不改\n")]);
    with("P0409", vec![folder(COUNTY_TOML, COUNTY)]);
    with(
        "P0401",
        vec![folder(
            &PROVINCE_TOML.replace("33", "330305"),
            "```纾困\n规则 困难人员\n依据：二\n对象：全体\n资格：困难人员\n```\n",
        )],
    );
    let fund = COUNTY_TOML.replace("cn-330305-x", "charity").replace("parent = \"cn-33-x\"\n", "");
    with(
        "P0412",
        vec![
            folder(PROVINCE_TOML, PROVINCE),
            folder(COUNTY_TOML, COUNTY),
            folder(&fund, "```纾困\n规则 困难人员\n依据：二\n对象：全体\n资格：困难人员\n```\n"),
        ],
    );
    with(
        "P0408",
        vec![
            folder(PROVINCE_TOML, PROVINCE),
            folder(COUNTY_TOML, COUNTY),
            folder(&fund, "```纾困\n次序 慈善次序\n次序：大病保险（已结算）、基本医保（已结算）\n```\n"),
        ],
    );
    with("P0415", vec![folder(&format!("{PROVINCE_TOML}parent = \"cn-33-x\"\n"), PROVINCE)]);
    with(
        "P0417",
        vec![
            folder(COUNTY_TOML, "甲\n"),
            folder(&fund.replace("330305", "330381"), "乙\n"),
            folder(PROVINCE_TOML, PROVINCE),
        ],
    );
    let (_, findings, _) = read_pack(vec![("pack.toml".to_owned(), PROVINCE_TOML.as_bytes().to_vec())]);
    show("P0416", &[("pack.toml", PROVINCE_TOML)], &findings);
}

#[test]
fn scales_and_tables() {
    changed("P0501", "| 10万元 | 15万元 | 15% |\n", "");
    changed("P0502", "| 10万元 | 15万元 | 15% |", "| 9万元 | 15万元 | 15% |");
    changed("P0503", "| 10万元 | 15万元 | 15% |", "| 10万元 | 10万元 | 15% |");
    changed("P0504", "| 15万元 | — | 20% |", "| 15万元 | — | 12% |");
    changed("P0505", "按 分别累进，", "按 整额，");
    changed("P0506", "| 15万元 | — | 20% |", "| 15万元 | — | 200% |");
    changed("P0507", "| 居民 | 2、3 | 50% |", "| 居民 | 1、2、3 | 50% |");
    changed("P0508", "| 居民 | 2、3 | 50% |", "| 居民 | 2 | 50% |");
    changed("P0509", "| 参保类型 | 医院等级 | 比例 |", "| 参保类型 | 医院等级 | 起付 |");
    changed("P0510", "| 参保类型 | 医院等级 | 比例 |", "| 参保类别 | 医院等级 | 比例 |");
    changed("P0511", "| 居民 | 2、3 | 50% |", "| 居民 | 3 至 2 | 50% |");
    let rows = "| 居民 | 2、3 | 50% |\n".repeat(3001);
    changed("P0512", "| 居民 | 2、3 | 50% |\n", &rows);
    changed("P0513", "| 15万元 | — | 20% |", "| 15万元 | 30万元 | 20% |");
    changed(
        "P0514",
        "| 居民 | 2、3 | 50% |\n",
        "| 居民 | 2、3 | 50% |\n\n```纾困\n规则 又一补助\n依据：四\n对象：参保\n身份：费用发生日\n归集：门诊\n排序：费用发生日、结算日、结算编号\n基数：全额 政策范围内费用\n比例：依下表\n时点：逐笔\n累计：每人 每自然年（按 费用发生日）\n舍入：舍去到分\n资金：医疗救助基金\n层级：追溯救助\n```\n| 认定类别 | 比例 |\n|---|---|\n| 低保 | 10% |\n| — | 5% |\n",
    );
    changed(
        "P0515",
        "| 居民 | 2、3 | 50% |\n",
        "| 居民 | 2、3 | 50% |\n\n```纾困\n参数表 比例表\n命中：首行\n```\n| 性别 | 值 |\n|---|---|\n| — | 1 |\n| 男 | 2 |\n",
    );
    let falling = COUNTY.replacen("分别累进", "整额", 1).replacen("20% |", "5% |", 1);
    with("P0516", vec![folder(PROVINCE_TOML, PROVINCE), folder(COUNTY_TOML, &falling)]);
}

#[test]
fn readings_and_examples() {
    changed("P0601", "触发：读法Y6 5万元", "触发：读法Y9 5万元");
    changed("P0603", "触发：读法Y6 5万元", "触发：超过 5万元");
    changed("P0606", "应付（Y6＝达到）", "应付");
    let many: String = (0..301).map(|number| format!("  读法{number} ＝ 超过：又一种\n")).collect();
    changed("P0608", "  达到：正好5万元也化解\n", &format!("  达到：正好5万元也化解\n{many}"));
    changed("P0607", "```算例 门诊\n", "```text\n");
    let set = read(vec![folder(PROVINCE_TOML, PROVINCE), folder(COUNTY_TOML, COUNTY)]);
    let choices = Choices { readings: vec![("Y6".to_owned(), "超".to_owned())], region: None };
    show_in("P0602", &set, &link(&set, &choices).1);
}

#[test]
fn days() {
    changed("P0701", "待遇自：2022年1月1日", "待遇自：2022年1月2日");
    changed("P0705", "适用按：费用发生日\n", "");
    let version =
        |from: &str, to: &str| folder(&COUNTY_TOML.replace("2022-01-01", from).replace("2025-12-31", to), "只有文字\n");
    let province = || folder(PROVINCE_TOML, PROVINCE);
    with("P0702", vec![province(), version("2022-01-01", "2025-12-31"), version("2025-06-01", "2027-12-31")]);
    let in_folder = |name: &str, folder: Folder| -> Folder {
        folder.into_iter().map(|(file, bytes)| (format!("{name}/{file}"), bytes)).collect()
    };
    let county = || folder(COUNTY_TOML, COUNTY);
    let twice = read(vec![province(), in_folder("policies/a", county()), in_folder("policies/b", county())]);
    let [found] = &check(&twice, None)[..] else { panic!("{:#?}", check(&twice, None)) };
    assert_eq!(found.code, "P0702");
    assert!(found.message.en.contains("cn-330305-x") && found.message.en.ends_with("policies/a and policies/b"));
    with("P0703", vec![province(), version("2022-01-01", "2025-12-31"), version("2026-06-01", "2027-12-31")]);
    let (empty, findings) = PackSet::read(vec![folder(COUNTY_TOML, "# 洞头\n\n## 一、总则\n")]);
    show_in("P0420", &empty, &findings);
    let (_, findings) = PackSet::read(vec![folder(COUNTY_TOML, "")]);
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), ["P0420"]);
    let (_, findings) = PackSet::read(vec![folder(COUNTY_TOML, "只有文字\n")]);
    assert_eq!(findings, []);
    let no_days = COUNTY_TOML.replace("benefits_from", "# benefits_from").replace("expires", "# expires");
    let county = COUNTY.replace("待遇自：2022年1月1日\n", "").replace("有效至：2025年12月31日\n", "");
    with("P0704", vec![province(), folder(&no_days, &county)]);
}

#[test]
fn versions_of_a_pack_share_the_ids_of_their_readings() {
    let version = |from: &str, to: &str| {
        let written = |text: &str| text.replace("2022-01-01", from).replace("2025-12-31", to);
        let day = |day: &str| {
            let parts: Vec<&str> = day.split('-').map(|part| part.trim_start_matches('0')).collect();
            format!("{}年{}月{}日", parts[0], parts[1], parts[2])
        };
        let rules = COUNTY.replace("2022年1月1日", &day(from)).replace("2025年12月31日", &day(to));
        folder(&written(COUNTY_TOML), &rules)
    };
    let versions =
        vec![folder(PROVINCE_TOML, PROVINCE), version("2022-01-01", "2025-12-31"), version("2026-01-01", "2027-12-31")];
    let findings = check(&read(versions), None);
    assert!(findings.iter().all(|finding| finding.code != "P0602"), "{findings:#?}");
}
