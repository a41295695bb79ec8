//! Domain words: what the code names with a Chinese word stands in docs/glossary.md under the same identifier.
//!
//! A word is an item whose first doc line is nothing but Chinese (`/// 认定类别`), in the files that give the
//! words their types; the identifier is the item's name in snake case, without its unit.

use super::TreeFile;

const GLOSSARY: &str = "docs/glossary.md";

/// Where domain words become types.
const WORD_FILES: &[&str] = &["crates/shukun-engine/src/facts.rs", "crates/shukun-engine/src/outcome.rs"];

pub fn complaints(tree: &[TreeFile]) -> Vec<String> {
    let Some(glossary) = tree.iter().find(|file| file.path == GLOSSARY) else {
        return vec![format!("{GLOSSARY} is missing")];
    };
    let rows = rows(&glossary.text);
    let words = tree.iter().filter(|file| WORD_FILES.contains(&file.path.as_str())).flat_map(|file| words(&file.text));
    let mut complaints: Vec<String> = words
        .filter(|(_, identifier)| !rows.iter().any(|row| row.1 == *identifier))
        .map(|(word, identifier)| format!("{GLOSSARY} has no row for {word} · {identifier}"))
        .collect();
    complaints.sort();
    complaints.dedup();
    complaints
}

/// 中文 and identifier of each row.
fn rows(text: &str) -> Vec<(String, String)> {
    let cells = |line: &str| -> Option<(String, String)> {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        Some((cells.next()?.to_owned(), cells.next()?.trim_matches('`').to_owned()))
    };
    text.lines().filter_map(cells).collect()
}

/// Items whose first doc line is a Chinese word, with their identifiers.
fn words(text: &str) -> Vec<(String, String)> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let is_first = index == 0 || !lines.get(index - 1).is_some_and(|before| before.starts_with("///"));
        let Some(word) = line.strip_prefix("/// ").filter(|word| is_first && is_chinese_word(word)) else { continue };
        let item = lines.iter().skip(index + 1).find(|line| !line.starts_with("///") && !line.starts_with('#'));
        if let Some(identifier) = item.and_then(|item| identifier(item)) {
            found.push((word.to_owned(), identifier));
        }
    }
    found
}

fn is_chinese_word(text: &str) -> bool {
    text.chars().all(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

/// `pub total_fen: Fen,` → `total`; `DibaoMarginal,` → `dibao_marginal`.
fn identifier(item: &str) -> Option<String> {
    let words = item.split(|letter: char| !letter.is_alphanumeric() && letter != '_').filter(|word| !word.is_empty());
    let name = words.into_iter().find(|word| !matches!(*word, "pub" | "struct" | "enum" | "type" | "fn"))?;
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    Some(snake.strip_suffix("_fen").map(str::to_owned).unwrap_or(snake))
}

#[cfg(test)]
mod tests {
    use super::super::file;
    use super::*;

    const FACTS: &str = "/// 认定类别\npub enum Category {\n    /// 低边\n    DibaoMarginal,\n}\n/// A row: 户\npub struct Row {\n    /// 费用总额\n    #[serde(default)]\n    pub total_fen: Fen,\n}\n";

    #[test]
    fn words_are_read_with_their_identifiers() {
        let found: Vec<String> =
            words(FACTS).into_iter().map(|(word, identifier)| format!("{word} {identifier}")).collect();
        assert_eq!(found, ["认定类别 category", "低边 dibao_marginal", "费用总额 total"]);
    }

    #[test]
    fn a_word_without_a_row_is_found() {
        let glossary = "| 中文 | identifier |\n|---|---|\n| 认定类别 | `category` |\n| 低边 | `dibao_marginal` |\n";
        let found = complaints(&[file(GLOSSARY, glossary), file(WORD_FILES[0], FACTS)]);
        assert_eq!(found, [format!("{GLOSSARY} has no row for 费用总额 · total")]);
    }
}
