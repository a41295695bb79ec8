//! What is written is what was made: the importer reads every row back.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use shukun_base::ClaimId;
use shukun_engine::facts::{Certification, Claim, Person};

use super::*;
use crate::Batch;
use crate::import::{ImportReport, Regions, Settings, Source, plan_import};
use crate::{IdentityVault, Lake};

fn county(people: u64) -> County {
    synthesise(CountyPlan { county: CountyName::Ruian, people, seed: 11, years: 2022..=2022 }).unwrap()
}

fn write(county: &County, options: WriteOptions) -> (tempfile::TempDir, Written) {
    let dir = tempfile::tempdir().unwrap();
    let written = write_county(county, dir.path(), options, &mut |_| {}).unwrap();
    (dir, written)
}

fn read(path: &Path, dir: &Path) -> (Batch, ImportReport) {
    let regions = std::fs::read_to_string(dir.join("regions_ruian.csv")).unwrap();
    let settings = Settings { regions: Regions::from_csv(&regions).unwrap(), ..Settings::default() };
    let bytes = std::fs::read(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let (lake, vault) = open_lake(dir);
    plan_import(Source { name, bytes: &bytes }, None, &settings, &lake.known(&vault)).unwrap()
}

/// A lake beside the files; opened again it gives the same codes.
fn open_lake(dir: &Path) -> (Lake, IdentityVault) {
    let at = dir.join("lake");
    (Lake::open_or_create(&at).unwrap(), IdentityVault::open_or_create(&at).unwrap())
}

fn digests(written: &Written) -> BTreeMap<String, Vec<u8>> {
    let all = [&written.to_import, &written.national, &written.others].into_iter().flatten();
    let digest = |path: &PathBuf| Sha256::digest(std::fs::read(path).unwrap()).to_vec();
    all.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), digest(path))).collect()
}

/// Everything the county's batches hold, in one.
fn made(county: &County, dir: &Path) -> Batch {
    county.batches(&open_lake(dir).1, usize::MAX).next().unwrap()
}

fn by_id(claims: &[Claim]) -> BTreeMap<ClaimId, Claim> {
    claims.iter().map(|claim| (claim.claim_id, claim.clone())).collect()
}

#[test]
fn the_same_plan_writes_the_same_bytes() {
    let options = WriteOptions { defects: 5, ..WriteOptions::default() };
    let (_first_dir, first) = write(&county(800), options);
    let (_second_dir, second) = write(&county(800), options);
    assert_eq!(digests(&first), digests(&second));
    assert_eq!(digests(&first).len(), 7, "{:?}", digests(&first).keys());
}

#[test]
fn the_importer_takes_every_row_and_finds_the_claims_that_were_made() {
    let county = county(4_000);
    let (dir, written) = write(&county, WriteOptions::default());
    let (batch, report) = read(&written.to_import[0], dir.path());
    assert_eq!((report.rejected, report.duplicates), (0, 0), "{:?}", report.rejects.first());
    assert_eq!(report.rows, written.settlements[&2022].rows);
    assert_eq!(report.reversals, written.settlements[&2022].reversals);
    assert!(report.warnings.is_empty() && report.unknown_columns.is_empty(), "{:?}", report.warnings);
    assert_eq!(by_id(&batch.claims), by_id(&made(&county, dir.path()).claims));
}

#[test]
fn the_national_form_holds_the_same_claims() {
    let county = county(4_000);
    let (dir, written) = write(&county, WriteOptions::default());
    let (batch, report) = read(&written.national[0], dir.path());
    assert_eq!((report.rejected, report.duplicates), (0, 0), "{:?}", report.rejects.first());
    assert!(report.unknown_columns.is_empty(), "{:?}", report.unknown_columns);
    let as_national = |claim: Claim| Claim {
        settled_category: None,
        out_of_area: None,
        drg_code: None,
        other_paid_fen: None,
        ..claim
    };
    let found: Vec<Claim> = batch.claims.into_iter().map(as_national).collect();
    let expected: Vec<Claim> = made(&county, dir.path()).claims.into_iter().map(as_national).collect();
    assert_eq!(by_id(&found), by_id(&expected));
}

#[test]
fn a_roster_of_everybody_tells_all_the_facts_of_people_and_households() {
    let county = county(4_000);
    let (dir, written) = write(&county, WriteOptions { everyone: true, ..WriteOptions::default() });
    let (mut batch, report) = read(&written.to_import[1], dir.path());
    assert_eq!((report.rejected, report.duplicates), (0, 0), "{:?}", report.rejects.first());
    assert!(report.warnings.is_empty() && report.unknown_columns.is_empty(), "{:?}", report.warnings);
    let mut made = made(&county, dir.path());
    let person_key = |person: &Person| person.person_id;
    batch.persons.sort_by_key(person_key);
    made.persons.sort_by_key(person_key);
    assert_eq!(batch.persons, made.persons);
    batch.households.sort_by_key(|household| household.household_id);
    made.households.sort_by_key(|household| household.household_id);
    assert_eq!(batch.households, made.households);
    let certification_key = |one: &Certification| (one.person_id, one.valid_from);
    batch.certifications.sort_by_key(certification_key);
    made.certifications.sort_by_key(certification_key);
    assert_eq!(batch.certifications, made.certifications);
}

#[test]
fn the_usual_roster_lists_hardship_and_disability_only() {
    let county = county(3_000);
    let (dir, written) = write(&county, WriteOptions::default());
    let (batch, report) = read(&written.to_import[1], dir.path());
    assert_eq!((report.rejected, report.duplicates), (0, 0), "{:?}", report.rejects.first());
    assert_eq!(report.rows, written.roster_rows);
    let listed = county.households().flat_map(|household| household.members).filter(Member::is_on_roster).count();
    assert_eq!(batch.persons.len(), listed);
    assert!(listed > 100 && listed < 600, "{listed}");
}

#[test]
fn exactly_the_planted_defects_are_rejected_in_both_forms() {
    let county = county(4_000);
    let (dir, written) = write(&county, WriteOptions { defects: 60, ..WriteOptions::default() });
    let planted = &written.settlements[&2022];
    assert_eq!(planted.defects(), 60);
    for path in [&written.to_import[0], &written.national[0]] {
        let (_, report) = read(path, dir.path());
        assert_eq!(report.rows, planted.rows);
        assert_eq!((report.rejected, report.duplicates), (50, 10), "{:?}", report.by_reason);
        for (defect, count) in &planted.planted {
            let code = serde_json::to_value(defect).unwrap();
            let found = match defect {
                Defect::DuplicateRow => report.duplicates,
                _ => report.by_reason[code.as_str().unwrap()],
            };
            assert_eq!(found, *count, "{defect:?}");
        }
    }
    let json = std::fs::read_to_string(dir.path().join("planted.json")).unwrap();
    assert!(json.contains("\"id_checksum\": 10"), "{json}");
}

#[test]
fn long_years_are_cut_into_several_workbooks() {
    let county = county(3_000);
    let (dir, written) = write(&county, WriteOptions { rows_per_file: 300, ..WriteOptions::default() });
    let sheets = &written.to_import[..written.to_import.len() - 1];
    assert!(sheets.len() >= 3 && sheets[1].ends_with("settlements_ruian_2022_2.xlsx"));
    let reports: Vec<ImportReport> = sheets.iter().map(|path| read(path, dir.path()).1).collect();
    assert!(reports.iter().all(|report| report.rows <= 300));
    assert_eq!(reports.iter().map(|report| report.rows).sum::<u64>(), written.settlements[&2022].rows);
}

#[test]
fn a_year_cut_by_months_fills_the_same_lake() {
    let county = county(2_000);
    let keys = tempfile::tempdir().unwrap();
    let key = open_lake(keys.path()).1.key_path().to_owned();
    let filled = |cut_after| {
        let (dir, written) = write(&county, WriteOptions { cut_after, ..WriteOptions::default() });
        // The same key everywhere, so that the same people get the same codes.
        std::fs::copy(&key, dir.path().join("lake.identity.key")).unwrap();
        let mut lake = open_lake(dir.path()).0;
        for path in &written.to_import {
            let (batch, report) = read(path, dir.path());
            assert_eq!(report.rejected, 0, "{:?}", report.rejects.first());
            lake.commit(&[batch], "2023-06-15T08:00:00+08:00").unwrap();
        }
        let name = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().to_owned();
        (lake.input_hash(), written.to_import.iter().map(name).collect::<Vec<_>>())
    };
    let (whole, names) = filled(&[]);
    assert_eq!(names.len(), 2);
    let (cut, names) = filled(&[6, 9]);
    let months = ["01-06", "07-09", "10-12"].map(|span| format!("settlements_ruian_2022_{span}.xlsx"));
    assert_eq!(names[..3], months);
    assert_eq!(cut, whole);
}

#[test]
fn the_readme_says_that_nobody_is_real_and_the_verification_has_a_line_for_each_case() {
    let county = county(4_000);
    let (dir, _) = write(&county, WriteOptions::default());
    let readme = std::fs::read_to_string(dir.path().join("README.txt")).unwrap();
    assert!(readme.contains("虚构") && readme.contains("invented") && readme.contains("种子 11"));
    let verification = std::fs::read_to_string(dir.path().join("verification.csv")).unwrap();
    let tally = Tally::of(&county, 2022);
    assert_eq!(verification.lines().count() as u64, 1 + tally.burden_above_line);
    assert_eq!(verification.matches("有致贫风险").count() as u64, tally.at_risk);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("occupied");
    std::fs::write(&file, "x").unwrap();
    let error = write_county(&county(10), &file, WriteOptions::default(), &mut |_| {}).unwrap_err();
    assert!(error.text().zh.contains("occupied") && error.text().en.contains("Check"));
}

#[test]
fn a_lake_filled_without_files_is_the_lake_filled_from_them() {
    let county = county(2_000);
    let (dir, written) = write(&county, WriteOptions { everyone: true, ..WriteOptions::default() });
    let at = "2023-06-15T08:00:00+08:00";
    let (mut from_files, _) = open_lake(dir.path());
    for path in &written.to_import {
        from_files.commit(&[read(path, dir.path()).0], at).unwrap();
    }
    // Another folder, the same key.
    let other = dir.path().join("other");
    std::fs::copy(open_lake(dir.path()).1.key_path(), dir.path().join("other.identity.key")).unwrap();
    let mut without_files = Lake::open_or_create(&other).unwrap();
    let vault = IdentityVault::open_or_create(&other).unwrap();
    for batch in county.batches(&vault, 400) {
        without_files.commit(&[batch], at).unwrap();
    }
    assert_eq!(without_files.input_hash(), from_files.input_hash());
    assert_eq!(without_files.row_count("persons"), written.people);
    assert_eq!(without_files.row_count("households"), county.household_count());
}
