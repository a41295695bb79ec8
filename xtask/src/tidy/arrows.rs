//! Which crate may use which: the arrows of ARCHITECTURE.md as a list.

use super::TreeFile;

/// A crate and the crates of this workspace it may depend on. A crate that is not here may use none.
const ALLOWED: &[(&str, &[&str])] = &[
    ("shukun-base", &[]),
    ("shukun-policy", &["shukun-base"]),
    ("shukun-engine", &["shukun-base", "shukun-policy"]),
    ("shukun-claims", &["shukun-base", "shukun-engine"]),
    ("shukun-analysis", &["shukun-base", "shukun-policy", "shukun-engine"]),
    ("shukun-casework", &["shukun-base"]),
    ("shukun-fund", &["shukun-base"]),
    ("shukun-paper", &["shukun-base"]),
    ("shukun-print", &["shukun-base", "shukun-paper"]),
    ("shukun-assets", &[]),
    ("shukun-store", &["shukun-base", "shukun-casework", "shukun-fund"]),
    ("shukun-web", &["shukun-base", "shukun-assets", "shukun-casework", "shukun-fund", "shukun-paper", "shukun-store"]),
    (
        "shukun",
        &[
            "shukun-base",
            "shukun-policy",
            "shukun-engine",
            "shukun-claims",
            "shukun-analysis",
            "shukun-assets",
            "shukun-casework",
            "shukun-fund",
            "shukun-store",
            "shukun-web",
        ],
    ),
    ("shukun-bench", &["shukun-base", "shukun-policy", "shukun-engine", "shukun-claims"]),
    ("xtask", &[]),
];

pub fn complaints(tree: &[TreeFile]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in tree.iter().filter(|file| is_manifest(&file.path)) {
        match file.text.parse::<toml::Table>() {
            Ok(manifest) => complaints.extend(wrong_arrows(&file.path, &manifest)),
            Err(error) => complaints.push(format!("{}: {error}", file.path)),
        }
    }
    complaints
}

fn is_manifest(path: &str) -> bool {
    ["xtask/Cargo.toml", "bench/Cargo.toml"].contains(&path)
        || path.starts_with("crates/") && path.ends_with("/Cargo.toml")
}

fn wrong_arrows(path: &str, manifest: &toml::Table) -> Vec<String> {
    let name = manifest.get("package").and_then(|package| package.get("name")).and_then(toml::Value::as_str);
    let Some(name) = name else { return vec![format!("{path} names no package")] };
    let Some((_, allowed)) = ALLOWED.iter().find(|(listed, _)| *listed == name) else {
        return vec![format!("{name} has no row in the list of allowed arrows (xtask/src/tidy/arrows.rs)")];
    };
    let sections = ["dependencies", "build-dependencies", "dev-dependencies"];
    let used = sections.iter().flat_map(|section| own_crates(manifest, section));
    used.filter(|used| !allowed.contains(used))
        .map(|used| format!("{name} may not use {used}: the arrows go edges → claims → engine → policy → base"))
        .collect()
}

fn own_crates<'a>(manifest: &'a toml::Table, section: &str) -> impl Iterator<Item = &'a str> {
    let table = manifest.get(section).and_then(toml::Value::as_table);
    table.into_iter().flat_map(|table| table.keys()).map(String::as_str).filter(|name| name.starts_with("shukun"))
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn an_arrow_against_the_order_is_found() {
        let upward =
            "[package]\nname = \"shukun-base\"\n[dependencies]\nshukun-engine.workspace = true\nserde = \"1\"\n";
        let found = complaints(&[file("crates/shukun-base/Cargo.toml", upward)]);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("shukun-base may not use shukun-engine"));
    }

    #[test]
    fn a_crate_that_nobody_placed_is_found() {
        let found = complaints(&[file("crates/shukun-moon/Cargo.toml", "[package]\nname = \"shukun-moon\"\n")]);
        assert!(found[0].contains("no row"), "{found:?}");
    }
}
