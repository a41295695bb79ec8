//! Pages: every relative link leads to a file, and every decision record is linked from the architecture.

use super::TreeFile;

const ARCHITECTURE: &str = "ARCHITECTURE.md";
const DECISIONS: &str = "docs/decisions/";

pub fn complaints(tree: &[TreeFile]) -> Vec<String> {
    let mut complaints: Vec<String> =
        tree.iter().filter(|file| is_page(&file.path)).flat_map(|page| broken_links(page, tree)).collect();
    complaints.extend(unlinked_decisions(tree));
    complaints
}

/// Packs are read by officials beside the document they restate and link nowhere.
fn is_page(path: &str) -> bool {
    path.ends_with(".md") && !path.starts_with("policies/") && !path.starts_with("fuzz/") && !path.contains("/tests/")
}

fn broken_links(page: &TreeFile, tree: &[TreeFile]) -> Vec<String> {
    link_targets(&page.text)
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .filter_map(|target| {
            let path = resolve(&page.path, target.split('#').next().unwrap_or_default());
            (!exists(&path, tree)).then(|| format!("{} links to {target}, which is not there", page.path))
        })
        .collect()
}

/// The targets of `[words](target)`.
fn link_targets(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

fn resolve(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn exists(path: &str, tree: &[TreeFile]) -> bool {
    let folder = format!("{path}/");
    tree.iter().any(|file| file.path == path || file.path.starts_with(&folder))
}

fn unlinked_decisions(tree: &[TreeFile]) -> Vec<String> {
    let text = tree.iter().find(|file| file.path == ARCHITECTURE).map(|file| file.text.as_str()).unwrap_or_default();
    tree.iter()
        .filter(|file| file.path.starts_with(DECISIONS) && !text.contains(&format!("({})", file.path)))
        .map(|file| format!("{} is not linked from {ARCHITECTURE}", file.path))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    #[test]
    fn dead_links_and_lost_decisions_are_found() {
        let tree = [
            file("ARCHITECTURE.md", "see [one](docs/decisions/0001-a.md#why) and [out](https://example.org)\n"),
            file("docs/cli.md", "[up](../ARCHITECTURE.md) [folder](decisions) [gone](gone.md)\n"),
            file("docs/decisions/0001-a.md", "…"),
            file("docs/decisions/0002-b.md", "…"),
        ];
        let found = complaints(&tree);
        assert!(found.iter().any(|text| text.contains("gone.md, which is not there")), "{found:?}");
        assert!(found.iter().any(|text| text.starts_with("docs/decisions/0002-b.md is not linked")), "{found:?}");
        assert!(!found.iter().any(|text| text.contains("links to ../ARCHITECTURE.md")), "{found:?}");
        assert!(!found.iter().any(|text| text.contains("links to docs/decisions/0001-a.md")), "{found:?}");
    }
}
