//! Every error of the lake and the identity file, in both languages, as one snapshot.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use shukun_base::{ClaimId, PersonId};

use super::error::{self, LakeError};

/// One of each.
fn errors() -> Vec<LakeError> {
    let (lake, key) = (Path::new("洞头/lake"), Path::new("洞头/lake.identity.key"));
    let (person, full) = (PersonId(7), std::io::Error::other("No space left on device"));
    vec![
        error::file_failed(lake, &full),
        error::not_a_lake(lake),
        error::not_empty(lake),
        error::other_schema(lake, 3, 2),
        error::older_layout(lake),
        error::damaged("claims/year=2025/county=330305/003-of-008-17.parquet", "SHA-256 ≠ manifest.json"),
        error::busy(lake),
        error::no_such_bucket(16, 16),
        error::not_the_latest(lake),
        error::person_missing(person, "claims"),
        error::out_of_range("bracket", "rule 大病保险"),
        error::column_missing("paid_慈善救助_fen", "standings"),
        error::claims_differ(ClaimId(8)),
        error::key_missing(key),
        error::key_open_to_others(key, 0o644),
        error::key_broken(key),
        error::key_in_lake(key),
        error::key_wrong(key),
        error::seal_broken("name of person 7"),
        error::same_code(person),
        error::foreign_code(person),
        error::no_randomness("none"),
    ]
}

#[test]
fn every_error_in_both_languages() {
    let mut page = String::new();
    for error in errors() {
        writeln!(page, "{} · {}", error.code, error.place).unwrap();
        for line in [&error.what.zh, &error.mend.zh, &error.what.en, &error.mend.en] {
            writeln!(page, "  {line}").unwrap();
        }
    }
    insta::assert_snapshot!(page);
}

#[test]
fn the_gallery_has_every_code_once() {
    let shown: Vec<&str> = errors().iter().map(|error| error.code).collect();
    let codes: BTreeSet<&str> = shown.iter().copied().collect();
    assert_eq!(codes.len(), shown.len());
    let source = include_str!("error.rs");
    let written =
        source.lines().map(str::trim).filter(|line| line.starts_with("\"lake-") || line.starts_with("\"identity-"));
    let written: BTreeSet<&str> = written.map(|line| line.trim_matches(|c| c == '"' || c == ',')).collect();
    assert_eq!(written, codes);
}

#[test]
fn a_file_in_the_way_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let error = super::Lake::open_or_create(&file.join("lake")).unwrap_err();
    assert_eq!(error.code, "lake-file");
    assert!(error.place.ends_with("file/lake"), "{error}");
}
