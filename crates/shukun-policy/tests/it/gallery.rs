//! Every finding code, provoked once and shown in both languages.
//!
//! Snapshots are in `gallery/`, one a code. A part of the crate adds its codes with [`provoke`] or [`show`].

use std::collections::BTreeSet;
use std::path::Path;

use shukun_base::Lang;
use shukun_policy::codes::{CODES, find_code};
use shukun_policy::document::Sources;
use shukun_policy::finding::Finding;
use shukun_policy::lexer::Names;
use shukun_policy::markdown::{decode, read_document};
use shukun_policy::render::to_text;

/// Reads `pack` as 规则.md and shows the finding `code` that it must give.
pub fn provoke(code: &str, pack: &str) {
    let (_, findings) = read_document(0, pack, &Names::new());
    show(code, &[("规则.md", pack)], &findings);
}

/// Shows the finding `code`, which must be among `findings`; `files` are the texts that its places point into.
pub fn show(code: &str, files: &[(&str, &str)], findings: &[Finding]) {
    let finding = findings.iter().find(|finding| finding.code == code);
    let finding = finding.unwrap_or_else(|| panic!("{code} is not among {findings:#?}"));
    assert_eq!(find_code(code).map(|known| known.severity), Some(finding.severity), "{code}");
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let sources = Sources { files };
    let [zh, en] = [Lang::Zh, Lang::En].map(|lang| to_text(std::slice::from_ref(finding), &sources, lang, false));
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("gallery");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(code, format!("{zh}\n\n{en}")));
}

#[test]
fn every_code_is_in_the_gallery() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/gallery");
    let files =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    let shown: BTreeSet<String> = files.filter_map(|name| Some(name.strip_suffix(".snap")?.to_owned())).collect();
    let known: BTreeSet<String> = CODES.iter().map(|code| code.code.to_owned()).collect();
    assert_eq!(shown, known);
}

#[test]
fn reading_the_text() {
    show("P0101", &[("规则.md", "规则")], &[*decode(0, b"\xb9\xe6").unwrap_err()]);
    show("P0102", &[("规则.md", "")], &[*decode(0, &[b'a'; 2 * 1024 * 1024 + 1]).unwrap_err()]);
    provoke("P0103", "## 三、追溯\n\n```纾因\n规则 追溯救助\n```\n");
    provoke("P0104", "## 三、追溯\n\n```纾困\n规则 追溯救助\n依据：三（三）\n");
    provoke("P0105", "```纾困\n```\n");
    provoke("P0106", "```纾困\n规责 追溯救助\n依据：三（三）\n```\n");
    provoke("P0107", "```纾困\n规则\n依据：三（三）\n```\n");
    provoke("P0108", "```纾困\n规则 追溯救助\n触法：超过 5万元\n```\n");
    provoke("P0109", "```纾困\n规则 追溯救助\n对象 全体\n```\n");
    provoke("P0110", "```纾困\n规则 追溯救助\n对象：全体\n依据：三（三）\n对象：全体\n```\n");
    provoke("P0111", "```纾困\n规则 追溯救助\n对象：\n```\n");
    provoke("P0112", "```纾困\n口径 政策内个人负担\n对象：全体\n```\n");
    provoke(
        "P0113",
        "```纾困\n规则 追溯救助\n```\n| 基数从（含） | 至（不含） | 比例 |\n|---|---|---|\n| 3万元 | 10% |\n",
    );
}

#[test]
fn figures() {
    provoke("P0121", "```纾困\n规则 追溯救助\n最低：3.0000001万元\n```\n");
    provoke("P0122", "```纾困\n规则 追溯救助\n比例：99999999999999999999%\n```\n");
    provoke("P0123", "```纾困\n规则 追溯救助\n对象：费用发生日 ≥ 2022年2月30日\n```\n");
    provoke("P0124", "```纾困\n规则 追溯救助\n对象：年龄 不低于 60周岁\n```\n");
}

#[test]
fn ambiguities() {
    let readings = "  分别累进：各段只就落在该段内的部分计算\n  整额：全部基数按所在档的比例计算\n";
    let block = |head: &str, rest: &str| format!("```疑义\n{head}\n{rest}```\n");
    let provisional = "暂定：整额    确认人：（待书面答复）\n";
    provoke("P0131", &block("Y1 分段方式", &format!("  整额：全部基数按所在档的比例计算\n{provisional}")));
    provoke("P0132", &block("Y1 分段方式", readings));
    provoke("P0133", &block("Y1 分段方式", &format!("{readings}暂定：累进    确认人：（待书面答复）\n")));
    let whole = block("Y1 分段方式", &format!("{readings}{provisional}"));
    provoke("P0134", &format!("{whole}\n{whole}"));
    provoke("P0135", &block("分段方式", &format!("{readings}{provisional}")));
    provoke("P0136", &block("Y1 分段方式", &format!("{readings}  整额：又一种\n{provisional}")));
}

#[test]
fn worked_examples() {
    provoke("P0141", "```算例 四种读法\n规则：追溯救助\n```\n");
    provoke("P0142", "```算例 四种读法\n设：认定类别＝低保，因病\n```\n| 情形 | 应付 |\n|---|---|\n| 甲 | 0 |\n");
    provoke("P0143", "```算例 四种读法\n规则：追溯救助\n```\n| 情形 |\n|---|\n| 甲 |\n\n| 情形 |\n|---|\n| 乙 |\n");
}

#[test]
fn pack_toml() {
    let full = "id = \"cn-330305-dongtou\"\ntitle = \"洞头方案\"\nregion = \"330305\"\nprovenance = \"transcribed\"\n\
                language_version = 1\nin_force = \"2022-12-23\"\nexpires = \"2025-12-31\"\n";
    for (code, from, to) in [
        ("P0151", "id = ", "id ： "),
        ("P0152", "in_force", "inforce"),
        ("P0153", "title = \"洞头方案\"\n", ""),
        ("P0154", "\"330305\"", "330305"),
        ("P0155", "2025", "2021"),
    ] {
        let text = full.replace(from, to);
        let (_, findings) = shukun_policy::pack_toml::read(0, &text);
        show(code, &[("pack.toml", &text)], &findings);
    }
}

#[test]
fn figures_of_the_articles() {
    let pack = "## 三、追溯救助\n认定前十二个月内的个人负担，“三万元起”按档救助。\n\n```纾困\n规则 追溯救助\n触发：达到 3万元\n最低：40元\n\
                不计：43：文号\n```\n";
    let (document, _) = read_document(0, pack, &Names::new());
    for (code, findings) in [
        ("P0171", shukun_policy::coverage::check_articles(&document)),
        ("P0172", shukun_policy::coverage::check_articles(&document)),
        ("P0173", shukun_policy::coverage::check_original(&document, "3万元以上的")),
        ("P0174", shukun_policy::coverage::check_original(&document, "3万元以上的")),
    ] {
        show(code, &[("规则.md", pack)], &findings);
    }
}

#[test]
fn json() {
    let form = "{\n  \"language_version\": 1,\n  \"lang\": \"zh\",\n  \"articles\": []\n}\n";
    for (code, from, to) in [("P0161", "1,", "1"), ("P0162", "articles", "article")] {
        let text = form.replace(from, to);
        let (_, findings) = shukun_policy::json::from_json(0, &text, &Names::new());
        show(code, &[("规则.json", &text)], &findings);
    }
}
