//! Pages of docs/ that are made from tables of this crate. `SHUKUN_BLESS=1` writes them.

use std::path::Path;

/// Holds the file `name` of docs/ equal to `made`.
pub fn hold_equal(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    if std::env::var_os("SHUKUN_BLESS").is_some() {
        std::fs::write(&path, made).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(kept, made, "docs/{name} is out of date: run this test with SHUKUN_BLESS=1");
}

#[test]
fn words() {
    hold_equal("words.md", &shukun_policy::registry::word_list());
}

#[test]
fn errors() {
    hold_equal("errors.md", &shukun_policy::codes::manual());
}

#[test]
fn schema() {
    hold_equal("pack.schema.json", &shukun_policy::json::schema());
}
