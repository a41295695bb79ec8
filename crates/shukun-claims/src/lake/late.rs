//! Tests of what a commit may write: the files in which a row changed, and none beside them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::date;
use shukun_base::{ClaimId, Day, HouseholdId, PersonId, RegionCode};
use shukun_engine::facts::{Claim, Person};

use super::arbitrary::{all, claim_of, empty_batch, small_lake, stranger};
use super::{Disk, Lake};
use crate::{Batch, Kind};

const RUIAN: &str = "330381001";
const DONGTOU: &str = "330305100";

fn region(code: &str) -> RegionCode {
    RegionCode::new(code).unwrap()
}

fn person_in(person: u64, code: &str) -> Person {
    Person { region_code: region(code), ..stranger(person) }
}

fn claim_on(person: u64, claim: u64, day: Day) -> Claim {
    Claim { settled_on: day, ..claim_of(person, claim) }
}

fn batch(name: &str, kind: Kind, persons: Vec<Person>, claims: Vec<Claim>) -> Batch {
    Batch { persons, claims, ..empty_batch(name, kind) }
}

/// Twelve people in two counties with claims of three years.
fn two_counties(dir: &Path) -> Lake {
    let mut lake = small_lake(dir);
    let code = |person: u64| if person.is_multiple_of(3) { DONGTOU } else { RUIAN };
    let persons = (1..=12).map(|person| person_in(person, code(person))).collect();
    let claims = (1..=12).flat_map(|person| {
        [2022, 2023, 2024]
            .map(|year| claim_on(person, person * 10_000 + u64::try_from(year).unwrap(), date(year, 5, 1)))
    });
    lake.commit(&[batch("a.csv", Kind::Settlement, persons, claims.collect())], "t").unwrap();
    lake
}

/// The Parquet files of a lake with their bytes.
fn files(lake: &Lake) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![lake.dir().to_owned()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "parquet") {
                let name = path.strip_prefix(lake.dir()).unwrap().to_str().unwrap().to_owned();
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The folders of the tables in which a commit wrote or removed files; all other files are as they were.
fn folders_written(lake: &mut Lake, batches: &[Batch]) -> BTreeSet<String> {
    let before = files(lake);
    lake.commit(batches, "t").unwrap();
    let after = files(lake);
    let differs = |name: &&String| before.get(*name) != after.get(*name);
    let changed = before.keys().chain(after.keys()).filter(differs).filter(|name| is_of_a_table(name));
    changed.map(|name| name.rsplit_once('/').unwrap().0.to_owned()).collect()
}

/// Not of the indexes, and not of the households that the latest commits touched.
fn is_of_a_table(name: &str) -> bool {
    !name.starts_with("index/") && !name.starts_with("recent/")
}

fn set<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

#[test]
fn a_late_claim_of_an_old_year_writes_that_years_file_of_its_bucket_and_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let mut lake = two_counties(dir.path());
    let before = files(&lake);
    assert!(before.len() > 12, "{:?}", before.keys());
    let late = batch("late.csv", Kind::Settlement, vec![person_in(1, RUIAN)], vec![claim_on(1, 7, date(2022, 12, 9))]);
    assert_eq!(folders_written(&mut lake, &[late]), set(["claims/year=2022/county=330381"]));
    let after = files(&lake);
    let of_year = |files: &BTreeMap<String, Vec<u8>>| {
        files.iter().filter(|(name, _)| name.starts_with("claims/year=2022/county=330381/")).count()
    };
    assert!(of_year(&after) > 1 && of_year(&after) == of_year(&before));
    let kept = before.iter().filter(|(name, bytes)| after.get(*name) == Some(bytes)).count();
    assert_eq!(before.len() - kept, 1 + gone_indexes(&before, &after), "one file was written anew");
    assert_eq!(lake.touched_since(1).unwrap(), BTreeSet::from([HouseholdId(1_001)]));
}

fn gone_indexes(before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> usize {
    before.keys().filter(|name| name.starts_with("index/") && !after.contains_key(*name)).count()
}

#[test]
fn a_claim_belongs_to_the_year_of_the_discharge() {
    let dir = tempfile::tempdir().unwrap();
    let mut lake = two_counties(dir.path());
    let claim = Claim { discharged_on: Some(date(2021, 12, 31)), ..claim_on(1, 7, date(2022, 1, 5)) };
    let late = batch("late.csv", Kind::Settlement, vec![person_in(1, RUIAN)], vec![claim.clone()]);
    assert_eq!(folders_written(&mut lake, &[late]), set(["claims/year=2021/county=330381"]));
    assert_eq!(lake.read_household_of(PersonId(1)).unwrap().unwrap().claims[0], claim);
}

#[test]
fn a_household_takes_all_its_rows_to_another_county() {
    let dir = tempfile::tempdir().unwrap();
    let mut lake = two_counties(dir.path());
    let facts = lake.read_household_of(PersonId(1)).unwrap().unwrap();
    let generation = lake.generation();
    let moved = person_in(1, DONGTOU);
    let written = folders_written(&mut lake, &[batch("r.csv", Kind::Roster, vec![moved], vec![])]);
    for county in ["330381", "330305"] {
        for folder in ["households", "persons", "claims/year=2022", "claims/year=2023", "claims/year=2024"] {
            assert!(written.contains(&format!("{folder}/county={county}")), "{folder} {county} in {written:?}");
        }
    }
    let after = lake.read_household_of(PersonId(1)).unwrap().unwrap();
    assert_eq!((after.claims, after.household.region_code), (facts.claims, region(DONGTOU)));
    assert_eq!(lake.touched_since(generation).unwrap(), BTreeSet::from([HouseholdId(1_001)]));
    assert_eq!(all(&lake).len(), 12);
}

#[test]
fn a_household_whose_county_is_not_known_lies_by_itself_until_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let mut lake = two_counties(dir.path());
    let unknown = batch("u.csv", Kind::Settlement, vec![person_in(20, "3303")], vec![claim_of(20, 8)]);
    let here = ["households/county=3303", "persons/county=3303", "claims/year=2024/county=3303"];
    assert_eq!(folders_written(&mut lake, &[unknown]), set(here));
    assert!(lake.partitions().iter().any(|partition| partition.county == "3303"));
    lake.commit(&[batch("r.csv", Kind::Roster, vec![person_in(20, DONGTOU)], vec![])], "t").unwrap();
    assert!(lake.partitions().iter().all(|partition| partition.county != "3303"));
    assert_eq!(all(&lake).len(), 13);
}

#[test]
fn what_was_touched_is_what_changed() {
    let dir = tempfile::tempdir().unwrap();
    let mut lake = two_counties(dir.path());
    let household = |id: u64| HouseholdId(id + 1_000);
    // The same again, a roster that says nothing new, a roster that takes person 2 into the household of person 3.
    let known = batch("b.csv", Kind::Settlement, vec![person_in(1, RUIAN)], vec![]);
    let agrees = batch("c.csv", Kind::Roster, vec![person_in(4, RUIAN)], vec![]);
    lake.commit(&[known, agrees], "t").unwrap();
    assert_eq!(lake.touched_since(1).unwrap(), BTreeSet::new());
    let joins = Person { household_id: household(3), ..person_in(2, DONGTOU) };
    lake.commit(&[batch("d.csv", Kind::Roster, vec![joins], vec![])], "t").unwrap();
    assert_eq!(lake.generation(), 3);
    let touched = lake.touched_since(2).unwrap();
    assert_eq!(touched, BTreeSet::from([household(2), household(3)]), "the household that is gone is named");
    assert_eq!(lake.read_households(&touched).unwrap().len(), 1);
    assert_eq!(lake.touched_since(3).unwrap(), BTreeSet::new());
    assert_eq!(lake.touched_since(0).unwrap().len(), 12);
}

#[test]
fn a_county_that_grows_gets_more_buckets_and_keeps_its_facts() {
    let dir = tempfile::tempdir().unwrap();
    let mut lake = small_lake(dir.path());
    let mut expected = Vec::new();
    for commit in 0..6_u64 {
        let ids = commit * 10 + 1..commit * 10 + 6;
        let persons: Vec<Person> = ids.clone().map(|person| person_in(person, RUIAN)).collect();
        let claims = ids.map(|person| claim_of(person, person)).collect();
        lake.commit(&[batch(&format!("{commit}.csv"), Kind::Settlement, persons.clone(), claims)], "t").unwrap();
        expected.extend(persons);
        assert_eq!(
            u64::from(lake.manifest.counties["330381"]),
            (expected.len() as u64).div_ceil(4).next_power_of_two()
        );
        assert_eq!(all(&lake).into_iter().flat_map(|facts| facts.persons).collect::<Vec<_>>(), expected);
    }
    assert!(lake.bucket_count() >= 6, "{:?}", lake.partitions());
}

/// The growth of a county is a step of its own: stopped anywhere, the facts are what they were.
#[test]
fn a_stop_while_a_county_grows_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let five = |from: u64| {
        let persons = (from..from + 5).map(|person| person_in(person, RUIAN)).collect();
        let claims = (from..from + 5).map(|person| claim_of(person, person)).collect();
        batch(&format!("{from}.csv"), Kind::Settlement, persons, claims)
    };
    let after = {
        let mut lake = small_lake(&dir.path().join("whole"));
        lake.commit(&[five(1)], "t").unwrap();
        lake.commit(&[five(11)], "t").unwrap();
        lake.input_hash()
    };
    let mut buckets_seen = BTreeSet::new();
    // Every third operation: those of the commit itself are all tried in `commit`.
    for stop in (0..).step_by(3) {
        let path = dir.path().join(format!("stop-{stop}"));
        let mut lake = small_lake(&path);
        lake.commit(&[five(1)], "t").unwrap();
        let before = lake.input_hash();
        lake.disk = Disk::stopping_after(stop);
        let is_done = lake.commit(&[five(11)], "t").is_ok() && lake.disk.has_steps_left();
        let mut opened = small_lake(&path);
        let found = opened.input_hash();
        assert!(found == before || found == after, "stop {stop}");
        assert_eq!(all(&opened).len(), if found == before { 5 } else { 10 });
        if found == before {
            buckets_seen.insert(opened.manifest.counties["330381"]);
        }
        opened.commit(&[five(11)], "t").unwrap();
        assert_eq!(opened.input_hash(), after, "stop {stop}");
        if is_done {
            assert!(stop > 60, "{stop} operations");
            break;
        }
    }
    assert_eq!(buckets_seen, BTreeSet::from([2, 4]), "stops before and after the growth");
}

#[test]
fn many_commits_do_not_cost_more_and_more() {
    let dir = tempfile::tempdir().unwrap();
    let mut lake = Lake::open_or_create_with(dir.path(), 64, Disk::default()).unwrap();
    let mut written = Vec::new();
    for commit in 1..=120_u64 {
        // Each file is of a county of its own, so that only the indexes are shared.
        let code = format!("33{commit:04}");
        let persons = (0..4).map(|at| person_in(commit * 10 + at, &code)).collect();
        let claims = (0..4).map(|at| claim_of(commit * 10 + at, commit * 10 + at)).collect();
        lake.commit(&[batch(&format!("{commit}.csv"), Kind::Settlement, persons, claims)], "t").unwrap();
        let rows = lake.manifest.entries().filter(|entry| entry.generation == commit).map(|entry| entry.rows);
        written.push(rows.sum::<u64>());
        assert!(lake.manifest.runs.values().all(|runs| runs.len() < 10), "{:?}", lake.manifest.runs);
    }
    // 12 rows of tables and 12 of indexes a commit; the indexes' are rewritten as often as their number doubles.
    let total: u64 = written.iter().sum();
    assert!(total < 120 * (12 + 12 * 8), "{total} rows written");
}

#[test]
fn a_batch_that_comes_alone_or_among_others_leaves_the_same_files_readable_by_anybody() {
    let dir = tempfile::tempdir().unwrap();
    let lake = two_counties(dir.path());
    let claims: BTreeSet<ClaimId> =
        all(&lake).into_iter().flat_map(|facts| facts.claims).map(|row| row.claim_id).collect();
    let mut seen = BTreeSet::new();
    for name in files(&lake).into_keys().filter(|name| name.starts_with("claims/")) {
        let rows = super::parquet_file::read_tables(&dir.path().join(&name), Some(&["claim_id"]), |table| {
            let ids = super::columns::Rows { table, place: &name };
            seen.extend(ids.ids("claim_id")?.values().iter().map(|id| ClaimId(*id)));
            Ok(())
        });
        rows.unwrap();
        let year: i16 = name["claims/year=".len()..][..4].parse().unwrap();
        assert!((2022..=2024).contains(&year), "{name}");
    }
    assert_eq!(seen, claims);
}
