//! The codes of errors in docs/store.md are those in the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn codes(text: &str, quote: char) -> BTreeSet<String> {
    let is_code =
        |word: &&str| word.strip_prefix("store-").is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_of_code));
    text.split(quote).filter(is_code).map(str::to_owned).collect()
}

fn is_of_code(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter == '-'
}

fn in_sources(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(in_sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.extend(codes(&fs::read_to_string(&path).unwrap(), '"'));
        }
    }
    found
}

#[test]
fn every_code_is_in_the_document_and_the_other_way_round() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = fs::read_to_string(here.join("../../docs/store.md")).unwrap();
    let sources = in_sources(&here.join("src"));
    assert!(sources.len() > 30, "{sources:?}");
    assert_eq!(codes(&document, '`'), sources);
}
