//! Every error of tables that are settled as columns, in both languages, as one snapshot.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use super::error::{self, Place};
use crate::lake::LakeError;

fn errors() -> Vec<LakeError> {
    let place = Place { file: "结算.parquet", first_row: 1_000 };
    vec![
        error::not_parquet(Path::new("结算.parquet"), "Invalid Parquet file. Corrupt footer"),
        error::other_compression("SNAPPY", place.file),
        error::missing_column("settled_on", place.file),
        error::wrong_type("total_fen", "Float64", "Int64", place.file),
        error::empty_cell("person_id", 6, place),
        error::unknown_value("kind", 6, "inpatient, outpatient", place),
        error::unsorted("person_id", 6, place),
        error::stray_row("claims", 6, place),
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
    let codes: BTreeSet<&str> = errors().iter().map(|error| error.code).collect();
    let written = include_str!("error.rs").lines().map(str::trim).filter(|line| line.starts_with("\"columns-"));
    let written: BTreeSet<&str> = written.map(|line| line.trim_matches(|c| c == '"' || c == ',')).collect();
    assert_eq!((codes.len(), written), (errors().len(), codes));
}
