//! The lake: a folder of Parquet tables that any tool can read, with a manifest that says which files count.
//!
//! ```text
//! lake/manifest.json                        what the lake is, file by file, and what was imported
//! lake/claims/007-3.parquet                 bucket 7 of the claims, written by the third commit
//! lake/{households,persons,certifications,resolutions}/…
//! lake/index/persons-3.parquet              person → household
//! lake/identity/people-3.parquet            names and ID numbers, sealed (see `identity`)
//! ```
//! A bucket holds whole households. A commit writes new files beside the old ones, then renames the manifest: a
//! stop at any point leaves the last good state. The lake knows no rules and no clock.
//!
//! Start at [`Lake`].

#[cfg(test)]
pub(crate) mod arbitrary;
mod bucket;
mod changes;
mod codes;
mod colour_history;
pub(crate) mod columns;
mod commit;
pub(crate) mod disk;
pub(crate) mod error;
#[cfg(test)]
mod gallery;
mod history;
mod known;
pub(crate) mod manifest;
#[cfg(test)]
mod manual;
mod merge;
mod notes;
mod output;
pub(crate) mod parquet_file;
mod pick;
mod postings;
mod regions;
mod roster;
mod standings;
mod tables;
mod touched;

use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use sha2::{Digest as _, Sha256};
use shukun_base::{HouseholdId, PersonId};
use shukun_engine::facts::HouseholdFacts;

pub use changes::{StandingChange, changes_writer, read_changes, read_household_list, write_household_list};
pub use colour_history::{HistoryRow, history_writer, read_history};
pub use error::{LakeError, LakeProblem};
pub use known::LakeKnown;
pub use manifest::ImportedSource;
pub use merge::CommitReport;
pub use notes::{HouseholdNote, notes_part, notes_writer, read_notes, read_wanted_notes, write_notes};
pub use output::{Part, PartBuilder, TableWriter};
pub use pick::{Wanted, copy_wanted};
pub use postings::{as_stored, postings_part, postings_writer, read_postings, read_wanted_postings, write_postings};
pub use standings::{
    StandingColumns, read_standings, read_wanted_standings, standings_part, standings_writer, write_standings,
};

use bucket::{Assembly, StoredHousehold, Table, bucket_of};
use columns::Rows;
use disk::Disk;
use error::{damaged, file_failed, no_such_bucket, not_empty};
use manifest::{FileEntry, INDEX, Manifest};

/// The file that a writer holds locked.
pub(crate) const LOCK: &str = "lake.lock";
/// Buckets of a new lake: enough to keep the cores of an ordinary server busy, and files that are not tiny.
const BUCKETS: u16 = 16;

/// A lake on disk, as of its last commit.
#[derive(Debug)]
pub struct Lake {
    dir: PathBuf,
    manifest: Manifest,
    disk: Disk,
}

impl Lake {
    /// Opens the lake in `dir`, or makes an empty one in a new or empty folder.
    ///
    /// # Errors
    /// `lake-not-empty`, `lake-schema`, `lake-damaged`, `lake-file`.
    pub fn open_or_create(dir: &Path) -> Result<Lake, LakeError> {
        Lake::open_or_create_with(dir, BUCKETS, Disk::default())
    }

    pub(crate) fn open_or_create_with(dir: &Path, buckets: u16, disk: Disk) -> Result<Lake, LakeError> {
        if !Manifest::exists(dir) {
            refuse_foreign_files(dir)?;
            disk.make_folder(dir)?;
            manifest::folders().try_for_each(|folder| disk.make_folder(&dir.join(folder)))?;
            Manifest::empty(buckets).replace(dir, &disk)?;
            disk.sync_folder(dir)?;
        }
        Lake::open_with(dir, disk)
    }

    /// Opens the lake in `dir`.
    ///
    /// # Errors
    /// `lake-not-found`, `lake-schema`, `lake-damaged`, `lake-file`.
    pub fn open(dir: &Path) -> Result<Lake, LakeError> {
        Lake::open_with(dir, Disk::default())
    }

    fn open_with(dir: &Path, disk: Disk) -> Result<Lake, LakeError> {
        Ok(Lake { manifest: Manifest::load(dir)?, dir: dir.to_owned(), disk })
    }

    /// The lake's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// How many buckets there are.
    pub fn bucket_count(&self) -> u16 {
        self.manifest.buckets
    }

    /// How many commits changed the lake.
    pub fn generation(&self) -> u64 {
        self.manifest.generation
    }

    /// The files that were imported, in the order of their import.
    pub fn sources(&self) -> &[ImportedSource] {
        &self.manifest.sources
    }

    /// Rows in a table: `persons`, `households`, `certifications`, `claims` or `resolutions`.
    pub fn row_count(&self, table: &str) -> u64 {
        self.manifest.files.iter().filter(|file| file.table == table).map(|file| file.rows).sum()
    }

    /// A hash over every fact in the lake, for receipts: equal for equal facts, whatever the order or the number of
    /// the commits that brought them.
    pub fn input_hash(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(format!("shukun lake {} {}\n", self.manifest.schema, self.manifest.buckets));
        for content in &self.manifest.contents {
            hash.update(format!("{content}\n"));
        }
        parquet_file::hex(&hash.finalize())
    }

    /// The households of one bucket with everything known of them: households by id, persons by id within them,
    /// claims by person, day of settlement and id.
    ///
    /// # Errors
    /// `lake-bucket`; `lake-damaged` where a file is not what the manifest says; `lake-file`.
    pub fn read_bucket(&self, bucket: u16) -> Result<Vec<HouseholdFacts>, LakeError> {
        Ok(self.read_stored(bucket)?.into_iter().map(|stored| stored.facts).collect())
    }

    /// The household of one person, from one bucket; none where the lake does not know the person.
    ///
    /// # Errors
    /// As [`Lake::read_bucket`].
    pub fn read_household_of(&self, person: PersonId) -> Result<Option<HouseholdFacts>, LakeError> {
        let Some(household) = self.find_household(person)? else { return Ok(None) };
        let facts = self.read_bucket(bucket_of(household, self.manifest.buckets))?;
        Ok(facts.into_iter().find(|facts| facts.household.household_id == household))
    }

    fn find_household(&self, person: PersonId) -> Result<Option<HouseholdId>, LakeError> {
        let mut found = None;
        self.each_home(|of, household| {
            if of == person {
                found = Some(household);
            }
        })?;
        Ok(found)
    }

    /// Hands every person and their household to `each`, by person.
    pub(crate) fn each_home(&self, mut each: impl FnMut(PersonId, HouseholdId)) -> Result<(), LakeError> {
        let Some(entry) = self.manifest.find(INDEX, None) else { return Ok(()) };
        self.read_entry(entry, None, |table| {
            let rows = Rows { table, place: &entry.path };
            let (person_id, household_id) = (rows.ids("person_id")?, rows.ids("household_id")?);
            for row in 0..table.num_rows() {
                each(PersonId(person_id.get(row)?), HouseholdId(household_id.get(row)?));
            }
            Ok(())
        })
    }

    pub(crate) fn read_stored(&self, bucket: u16) -> Result<Vec<StoredHousehold>, LakeError> {
        if bucket >= self.manifest.buckets {
            return Err(no_such_bucket(bucket, self.manifest.buckets));
        }
        let mut assembly = Assembly::default();
        for table in Table::ALL {
            assembly.next_table();
            let Some(entry) = self.manifest.find(table.folder(), Some(bucket)) else { continue };
            self.read_entry(entry, None, |rows| tables::add_rows(table, rows, &entry.path, &mut assembly))?;
        }
        let households = assembly.finish();
        let stray = households.iter().map(|stored| stored.facts.household.household_id);
        match stray.into_iter().find(|id| bucket_of(*id, self.manifest.buckets) != bucket) {
            None => Ok(households),
            Some(id) => Err(damaged(format!("household {id}"), format!("not of bucket {bucket}"))),
        }
    }

    /// Reads a file of the manifest after checking that its bytes are still the ones that were written.
    fn read_entry(
        &self,
        entry: &FileEntry,
        only: Option<&[&str]>,
        each: impl FnMut(&RecordBatch) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        let path = self.dir.join(&entry.path);
        if parquet_file::sha256(&disk::read(&path)?) != entry.sha256 {
            return Err(damaged(path.display(), "SHA-256 ≠ manifest.json"));
        }
        parquet_file::read_tables(&path, only, each)
    }
}

/// A new lake is not made among other people's files.
fn refuse_foreign_files(dir: &Path) -> Result<(), LakeError> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Ok(()) };
    for entry in entries {
        let name = entry.map_err(|cause| file_failed(dir, &cause))?.file_name();
        if !manifest::is_our_name(&name.to_string_lossy()) {
            return Err(not_empty(dir));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::arbitrary::{all, claim_of, empty_batch, small_lake, stranger};
    use super::*;
    use crate::{Batch, Kind};

    fn with_two_persons(dir: &Path) -> Lake {
        let mut lake = small_lake(dir);
        let batch = Batch {
            persons: vec![stranger(1), stranger(2)],
            claims: vec![claim_of(1, 11), claim_of(2, 21)],
            ..empty_batch("a.csv", Kind::Settlement)
        };
        lake.commit(&[batch], "2024-05-01T08:00:00Z").unwrap();
        lake
    }

    #[test]
    fn a_person_is_found_with_their_household() {
        let dir = tempfile::tempdir().unwrap();
        let lake = with_two_persons(dir.path());
        let facts = lake.read_household_of(PersonId(2)).unwrap().unwrap();
        assert_eq!(facts.claims, [claim_of(2, 21)]);
        assert_eq!(facts.persons, [stranger(2)]);
        assert_eq!(facts.household.members, 1);
        assert_eq!(lake.read_household_of(PersonId(3)).unwrap(), None);
    }

    #[test]
    fn another_process_sees_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let lake = with_two_persons(dir.path());
        let again = Lake::open(dir.path()).unwrap();
        assert_eq!(all(&again), all(&lake));
        assert_eq!(again.input_hash(), lake.input_hash());
        assert_eq!(again.bucket_count(), 4);
        assert_eq!(again.row_count("claims"), 2);
        let [source] = again.sources() else { panic!("one source") };
        assert_eq!(
            (source.file.name.as_str(), source.generation, source.at.as_str()),
            ("a.csv", 1, "2024-05-01T08:00:00Z")
        );
    }

    #[test]
    fn a_changed_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let lake = with_two_persons(dir.path());
        for entry in &lake.manifest.files {
            let path = dir.path().join(&entry.path);
            let before = std::fs::read(&path).unwrap();
            let mut after = before.clone();
            after[before.len() / 2] ^= 1;
            std::fs::write(&path, after).unwrap();
            let everything = (0..4).try_for_each(|bucket| lake.read_bucket(bucket).map(|_| ()));
            let found = everything.and_then(|()| lake.find_household(PersonId(1)).map(|_| ()));
            assert_eq!(found.unwrap_err().code, "lake-damaged", "{}", entry.path);
            std::fs::write(&path, before).unwrap();
        }
    }

    #[test]
    fn a_household_in_another_bucket_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = with_two_persons(dir.path());
        let household = lake.find_household(PersonId(1)).unwrap().unwrap();
        let (from, to) = (bucket_of(household, 4), (bucket_of(household, 4) + 1) % 4);
        for table in Table::ALL {
            let moved = lake.manifest.find(table.folder(), Some(from)).cloned();
            lake.manifest.put(table.folder(), Some(to), moved.map(|entry| FileEntry { bucket: Some(to), ..entry }));
        }
        assert!(lake.read_bucket(from).is_ok());
        assert_eq!(lake.read_bucket(to).unwrap_err().code, "lake-damaged");
    }

    #[test]
    fn a_lake_whose_making_was_stopped_is_made_by_the_next_try() {
        let dir = tempfile::tempdir().unwrap();
        for stop in 0.. {
            let path = dir.path().join(format!("lake-{stop}"));
            let made = Lake::open_or_create_with(&path, 4, Disk::stopping_after(stop));
            assert_eq!(all(&small_lake(&path)).concat(), [], "stop {stop}");
            if made.is_ok() {
                assert!(stop > 10, "{stop} operations");
                break;
            }
        }
    }

    #[test]
    fn what_is_no_lake_is_said() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Lake::open(dir.path()).unwrap_err().code, "lake-not-found");
        assert_eq!(small_lake(&dir.path().join("new")).read_bucket(4).unwrap_err().code, "lake-bucket");
        assert_eq!(Lake::open_or_create(dir.path()).unwrap_err().code, "lake-not-empty");
        let manifest = dir.path().join("new/manifest.json");
        std::fs::write(&manifest, r#"{"schema": 99}"#).unwrap();
        assert_eq!(Lake::open(&dir.path().join("new")).unwrap_err().code, "lake-schema");
        std::fs::write(&manifest, "{").unwrap();
        assert_eq!(Lake::open(&dir.path().join("new")).unwrap_err().code, "lake-damaged");
    }
}
