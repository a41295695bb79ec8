//! Words that may not stay in the tree: unfinished work, skipped tests, paths of one machine.

use super::TreeFile;

/// Each in two halves, so that this file does not hold them.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("to", "do!(", "finish it"),
    ("unimple", "mented!(", "finish it"),
    ("FIX", "ME", "mend it"),
    ("XX", "X:", "mend it"),
    ("#[ig", "nore]", "a test runs, or says why not: #[ignore = \"…\"]"),
    ("/wo", "rk/", "a path of one machine"),
    ("/ro", "ot/", "a path of one machine"),
    ("/ho", "me/", "a path of one machine"),
    ("/tm", "p/", "use a temporary folder of the test's own"),
];

pub fn complaints(tree: &[TreeFile]) -> Vec<String> {
    tree.iter().filter(|file| is_ours(&file.path)).flat_map(complaints_of).collect()
}

/// Locks and data are written by tools.
fn is_ours(path: &str) -> bool {
    !(path.ends_with(".lock") || path.ends_with(".csv") || path.starts_with("fuzz/seeds/"))
}

fn complaints_of(file: &TreeFile) -> Vec<String> {
    let mut complaints = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        for (front, back, mend) in FORBIDDEN {
            let word = format!("{front}{back}");
            if line.contains(&word) {
                complaints.push(format!("{}:{} has {word:?}: {mend}", file.path, number + 1));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn every_word_is_found_at_its_line() {
        for (front, back, _) in FORBIDDEN {
            let text = format!("fine\nnot {front}{back} fine\n");
            let found = complaints(&[file("docs/a.md", &text)]);
            assert_eq!(found.len(), 1, "{front}{back}");
            assert!(found[0].starts_with("docs/a.md:2 "), "{found:?}");
        }
    }
}
