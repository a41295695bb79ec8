//! `cargo xtask tidy`: rules of the whole tree that no compiler knows.
//!
//! Each rule looks at the tracked files and gives complaints; all are shown at once. A list of exceptions is part
//! of its rule, every entry has a reason, and an entry that is no longer needed is a complaint too, so that the
//! lists only shrink. Start at [`RULES`].

mod arrows;
mod glossary;
mod links;
mod sources;
mod words;

use std::path::Path;
use std::process::Command;

use crate::run::{Failure, Outcome, root};

/// A tracked text file.
#[derive(Clone, Debug)]
pub struct TreeFile {
    /// Its path from the root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A rule: its name, and what it complains about.
struct Rule {
    name: &'static str,
    complaints: fn(&[TreeFile]) -> Vec<String>,
}

const RULES: &[Rule] = &[
    Rule { name: "arrows between crates", complaints: arrows::complaints },
    Rule { name: "sources", complaints: sources::complaints },
    Rule { name: "words", complaints: words::complaints },
    Rule { name: "links", complaints: links::complaints },
    Rule { name: "glossary", complaints: glossary::complaints },
];

/// Applies every rule to the tracked files.
pub fn tidy(_: &[String]) -> Outcome {
    let tree = load_tree(&root())?;
    let mut text = String::new();
    for rule in RULES {
        for complaint in (rule.complaints)(&tree) {
            text.push_str(&format!("tidy ({}): {complaint}\n", rule.name));
        }
    }
    if text.is_empty() { Ok(()) } else { Err(Failure(text.trim_end().to_owned())) }
}

/// Tracked and new files that are text; what git ignores is nobody's business.
fn load_tree(root: &Path) -> Result<Vec<TreeFile>, Failure> {
    let mut git = Command::new("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"]).current_dir(root);
    let output = git.output().map_err(|error| Failure(format!("git ls-files: {error}")))?;
    if !output.status.success() {
        return Err(Failure(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr))));
    }
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    let read = |path: &str| {
        let text = std::fs::read_to_string(root.join(path)).ok()?;
        Some(TreeFile { path: path.to_owned(), text })
    };
    Ok(listed.split('\0').filter(|path| !path.is_empty()).filter_map(read).collect())
}

/// Complaints about entries of an exception list that nothing needs any more.
fn stale<'a>(list: impl Iterator<Item = &'a str>, used: &[String], what: &str) -> Vec<String> {
    list.filter(|entry| !used.iter().any(|path| path == entry))
        .map(|entry| format!("{entry} is listed as {what} and no longer needs it: take it off the list"))
        .collect()
}

#[cfg(test)]
fn file(path: &str, text: &str) -> TreeFile {
    TreeFile { path: path.to_owned(), text: text.to_owned() }
}
