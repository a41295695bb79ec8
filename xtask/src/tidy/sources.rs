//! Rust sources: every file says at its head what it is for, none grows without a reason, every crate takes the
//! workspace's lints, and what is allowed against them says why.

use super::{TreeFile, stale};

const LINES: usize = 700;

/// Files that are longer, and why. A list of types or of words may be long; logic is not.
/// Path and reason.
type LongFile = (&'static str, &'static str);
const LONG: &[LongFile] = &[];

pub fn complaints(tree: &[TreeFile]) -> Vec<String> {
    let rust = || tree.iter().filter(|file| file.path.ends_with(".rs"));
    let mut complaints: Vec<String> = rust().filter_map(without_head).collect();
    complaints.extend(rust().filter(|file| lines(file) > LINES && !is_listed(file)).map(|file| {
        format!(
            "{} has {} lines (more than {LINES}): split it by feature, or list it with a reason",
            file.path,
            lines(file)
        )
    }));
    complaints.extend(rust().flat_map(allowed_without_reason));
    complaints.extend(tree.iter().filter_map(without_lints));
    let long: Vec<String> = rust().filter(|file| lines(file) > LINES).map(|file| file.path.clone()).collect();
    complaints.extend(stale(LONG.iter().map(|(path, _)| *path), &long, "long"));
    complaints
}

fn lines(file: &TreeFile) -> usize {
    file.text.lines().count()
}

fn is_listed(file: &TreeFile) -> bool {
    LONG.iter().any(|(path, _)| *path == file.path)
}

/// Every file needs one, also tests from outside and fuzz targets; only `tests.rs` stands beside the module it tests.
fn without_head(file: &TreeFile) -> Option<String> {
    if file.path.ends_with("/tests.rs") {
        return None;
    }
    let first = file.text.lines().find(|line| !line.trim().is_empty() && !line.starts_with("#!["));
    let has_head = first.is_some_and(|line| line.starts_with("//! ") && line.len() > "//! ".len());
    (!has_head).then(|| format!("{} has no head (`//!`): say what it is for and where to start", file.path))
}

fn allowed_without_reason(file: &TreeFile) -> Vec<String> {
    let plain_allow = concat!("#[al", "low(");
    let whole_file = concat!("#![al", "low(");
    let complain = |number: usize| format!("{}:{number} allows a lint: use #[expect(…, reason = \"…\")]", file.path);
    let numbered = file.text.lines().enumerate();
    numbered
        .filter(|(_, line)| line.contains(plain_allow) || line.contains(whole_file))
        .map(|(index, _)| complain(index + 1))
        .collect()
}

fn without_lints(file: &TreeFile) -> Option<String> {
    let is_member = file.path.starts_with("crates/") || file.path.starts_with("xtask/");
    let is_manifest = file.path.ends_with("/Cargo.toml");
    let takes_lints = file.text.contains("[lints]\nworkspace = true");
    (is_member && is_manifest && !takes_lints).then(|| format!("{} lacks `[lints] workspace = true`", file.path))
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    fn about(complaints: &[String], path: &str) -> usize {
        complaints.iter().filter(|text| text.starts_with(path)).count()
    }

    #[test]
    fn a_head_a_length_and_a_reason_are_asked_for() {
        let long = format!("//! Long.\n{}", "fn f() {}\n".repeat(LINES));
        let allowing = format!("//! Head.\n{}dead_code)]\nfn f() {{}}\n", concat!("#[al", "low("));
        let tree = [
            file("a.rs", "fn main() {}\n"),
            file("b.rs", "//! What b is for.\nfn main() {}\n"),
            file("c.rs", &long),
            file("d.rs", &allowing),
            file("crates/e/Cargo.toml", "[package]\nname = \"e\"\n"),
        ];
        let found = complaints(&tree);
        for (path, count) in [("a.rs", 1), ("b.rs", 0), ("c.rs", 1), ("d.rs", 1), ("crates/e/Cargo.toml", 1)] {
            assert_eq!(about(&found, path), count, "{path}: {found:?}");
        }
    }

    #[test]
    fn an_exception_that_nothing_needs_is_found() {
        let long = ["still_long.rs".to_owned()];
        let found = stale(["still_long.rs", "short_now.rs"].into_iter(), &long, "long");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("short_now.rs is listed as long"), "{found:?}");
    }
}
