//! Help, wrong command lines and exit codes, in both languages.

use crate::run::{root, shukun_in, words};

fn both(line: &str) -> String {
    let arguments: Vec<&str> = line.split_whitespace().collect();
    let shown = |locale| shukun_in(locale, &arguments).all();
    format!("$ shukun {line}\n{}\n{}", shown("zh_CN.UTF-8"), shown("en_GB.UTF-8"))
}

#[test]
fn every_help_page() {
    let mut pages = String::new();
    for command in [
        "",
        "pack",
        "pack check",
        "pack fmt",
        "pack test",
        "pack explain",
        "pack diff",
        "pack cliffs",
        "import",
        "settle",
        "settle-file",
        "screen",
        "compare",
        "project",
        "monitor",
        "explain",
        "synth",
        "demo",
        "serve",
        "backup",
        "restore",
        "audit",
        "fund",
        "fund export",
        "verify",
        "checkpoint",
        "checkpoint key",
        "checkpoint sign",
    ] {
        pages.push_str(&both(&format!("{command} --help")));
        pages.push('\n');
    }
    insta::assert_snapshot!(pages);
}

#[test]
fn every_wrong_command_line() {
    let mut pages = String::new();
    for line in [
        "impor a.csv",
        "import --lak x a.csv",
        "import",
        "import --kind foo --lake x a.csv",
        "screen --lake x --packs policies --year 2022 --out a.xlsx --full-ids",
        "monitor --packs policies --lake x --out y",
        "monitor --packs policies --through 2024-13 --lake x --out y",
        "monitor --packs policies --train 2023-2021 --lake x --model y",
        "monitor --packs policies --through 2024-08 --lake nowhere --out y",
        "explain --lake a --case b",
        "explain --case b",
        "settle --lake nowhere --packs policies --as-of 2022-13-01 --out x",
        "settle --lake nowhere --packs policies --reading Y1 --out x",
        "settle --lake nowhere --packs policies/cn-330305-dongtou --reading Y99=整额 --out x",
        "settle --lake nowhere --packs policies --out x",
        "settle-file nowhere.parquet --packs policies --region 330381 --out x",
        "settle-file nowhere.parquet --packs policies/cn-330305-dongtou --region 330381 --out x",
        "settle-file nowhere.parquet --packs policies --region 33O381 --out x",
        "settle-file nowhere.parquet --packs policies --region 330381 --totals --split --out x",
        "pack check nowhere",
        "pack check docs",
        "import --lake x nowhere.xlsx --dry-run",
        "explain --case nowhere.json --packs policies",
        "compare --lake nowhere --baseline policies@2024-13-01 --variant policies --out x",
        "compare --lake nowhere --baseline policies --variant policies#Y1 --out x",
        "compare --lake nowhere --baseline policies --variant policies --near 0 --out x",
        "project --lake nowhere --packs policies --years 0 --out x",
        "serve --data x --listen 8080",
        "serve --listen 127.0.0.1:8080",
        "synth --county atlantis --people 10 --seed 1 --out x",
    ] {
        pages.push_str(&both(line));
        pages.push('\n');
    }
    insta::assert_snapshot!(pages);
}

#[test]
fn the_manual_lists_the_exit_codes_of_the_help() {
    let manual = std::fs::read_to_string(root().join("docs/cli.md")).unwrap();
    let (zh, en) = (words("--help --lang zh").out, words("--help --lang en").out);
    let codes = |help: &str, heading: &str| -> Vec<(String, String)> {
        let list = help.split(heading).nth(1).unwrap();
        let split = |line: &str| line.trim().split_once("  ").map(|(code, words)| (code.to_owned(), words.to_owned()));
        list.lines().filter_map(split).collect()
    };
    let both = codes(&zh, "退出码：").into_iter().zip(codes(&en, "Exit codes:"));
    let rows: Vec<String> = both.map(|((code, zh), (_, en))| format!("| {code} | {zh} · {en} |")).collect();
    assert_eq!(rows.len(), 6);
    for row in rows {
        assert!(manual.contains(&row), "docs/cli.md lacks\n{row}");
    }
}

#[test]
fn the_version_is_told() {
    let said = words("--version");
    assert_eq!((said.out.trim(), said.code), (concat!("shukun ", env!("CARGO_PKG_VERSION")), 0));
}
