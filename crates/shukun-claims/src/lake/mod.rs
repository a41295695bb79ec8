//! The lake: a folder of Parquet tables that any tool can read, with a manifest that says which files count.
//!
//! ```text
//! lake/manifest.json                                         what the lake is, file by file, and what was imported
//! lake/claims/year=2025/county=330305/003-of-008-17.parquet  bucket 3 of 8 of a county's claims of a year, by commit 17
//! lake/{households,persons,certifications,resolutions}/county=330305/…
//! lake/index/{persons,households,claims}-17.parquet          person → household → county; claim → person
//! lake/recent/17-000-{before,now}-claims.parquet              the households that commit 17 touched, where they are few
//! lake/identity/people-17.parquet                            names and ID numbers, sealed (see `identity`)
//! ```
//! A bucket holds whole households. A commit writes the files in which a row changed beside the old ones, then renames
//! the manifest: a stop at any point leaves the last good state. The lake knows no rules and no clock.
//!
//! Start at [`Lake`].

#[cfg(test)]
pub(crate) mod arbitrary;
pub(crate) mod bucket;
mod changes;
mod chosen;
pub(crate) mod codes;
mod colour_history;
pub(crate) mod columns;
mod commit;
mod content;
pub(crate) mod disk;
pub(crate) mod error;
#[cfg(test)]
mod gallery;
mod growth;
mod history;
mod known;
#[cfg(test)]
mod late;
pub(crate) mod manifest;
#[cfg(test)]
mod manual;
mod merge;
mod notes;
mod output;
pub(crate) mod parquet_file;
mod pick;
mod place;
mod plan;
mod postings;
pub(crate) mod read;
mod recent;
mod regions;
mod roster;
mod round;
pub(crate) mod runs;
mod sealed;
pub(crate) mod standings;
mod tables;
mod undo;
mod weave;
mod year_parts;

use std::path::{Path, PathBuf};

pub use changes::{StandingChange, changes_writer, read_changes, read_household_list, write_household_list};
pub use colour_history::{HistoryRow, history_writer, read_history};
pub use error::{LakeError, LakeProblem};
pub use known::LakeKnown;
pub use manifest::ImportedSource;
pub use merge::CommitReport;
pub use notes::{HouseholdNote, notes_part, notes_writer, read_notes, read_wanted_notes, write_notes};
pub use output::{Part, PartBuilder, TableWriter};
pub use pick::{Wanted, copy_wanted};
pub use place::Partition;
pub use postings::{as_stored, postings_part, postings_writer, read_postings, read_wanted_postings, write_postings};
pub use recent::{HouseholdChange, RecentChanges};
pub use standings::{
    StandingColumns, read_standings, read_wanted_standings, standings_part, standings_writer, write_standings,
};
pub use undo::forget_kept;
pub use year_parts::YearParts;

use disk::Disk;
use error::{file_failed, not_empty};
use manifest::Manifest;
use place::PEOPLE_IN_BUCKET;

/// The file that a writer holds locked.
pub(crate) const LOCK: &str = "lake.lock";

/// A lake on disk, as of its last commit.
#[derive(Debug)]
pub struct Lake {
    dir: PathBuf,
    manifest: Manifest,
    disk: Disk,
    /// When a county gets more buckets; a test makes it small.
    people_in_bucket: u64,
}

impl Lake {
    /// Opens the lake in `dir`, or makes an empty one in a new or empty folder.
    ///
    /// # Errors
    /// `lake-not-empty`, `lake-schema`, `lake-layout`, `lake-damaged`, `lake-file`.
    pub fn open_or_create(dir: &Path) -> Result<Lake, LakeError> {
        Lake::open_or_create_with(dir, PEOPLE_IN_BUCKET, Disk::default())
    }

    pub(crate) fn open_or_create_with(dir: &Path, people_in_bucket: u64, disk: Disk) -> Result<Lake, LakeError> {
        if !Manifest::exists(dir) {
            refuse_foreign_files(dir)?;
            disk.make_folder(dir)?;
            manifest::folders().try_for_each(|folder| disk.make_folder(&dir.join(folder)))?;
            Manifest::empty().replace(dir, &disk)?;
            disk.sync_folder(dir)?;
        }
        Ok(Lake { people_in_bucket, ..Lake::open_with(dir, disk)? })
    }

    /// Opens the lake in `dir`.
    ///
    /// # Errors
    /// `lake-not-found`, `lake-schema`, `lake-layout`, `lake-damaged`, `lake-file`.
    pub fn open(dir: &Path) -> Result<Lake, LakeError> {
        Lake::open_with(dir, Disk::default())
    }

    fn open_with(dir: &Path, disk: Disk) -> Result<Lake, LakeError> {
        let manifest = Manifest::load(dir)?;
        Ok(Lake { manifest, dir: dir.to_owned(), disk, people_in_bucket: PEOPLE_IN_BUCKET })
    }

    /// The lake's folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// How many partitions there are.
    pub fn bucket_count(&self) -> u16 {
        u16::try_from(self.manifest.partitions().len()).unwrap_or(u16::MAX)
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
        let parts = self.manifest.parts.iter().filter(|(slot, _)| slot.table.folder() == table);
        parts.map(|(_, entry)| entry.rows).sum()
    }

    /// A hash over every fact in the lake, for receipts: equal for equal facts, whatever the order or the number of
    /// the commits that brought them.
    pub fn input_hash(&self) -> String {
        self.manifest.content.short()
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
    use shukun_base::PersonId;

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
        assert_eq!(again.bucket_count(), 1);
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
        assert!(lake.manifest.entries().count() > 5);
        for entry in lake.manifest.entries() {
            let path = dir.path().join(&entry.path);
            let before = std::fs::read(&path).unwrap();
            for at in [4, before.len() / 3, before.len() / 2, before.len() - 5] {
                let mut after = before.clone();
                after[at] ^= 1;
                std::fs::write(&path, after).unwrap();
                let everything = (0..lake.bucket_count()).try_for_each(|bucket| lake.read_bucket(bucket).map(|_| ()));
                let found = everything.and_then(|()| lake.touched_since(0)).and_then(|_| {
                    let recent = lake.recent_since(0)?.unwrap();
                    recent.read(recent.touched())?;
                    lake.read_household_of(PersonId(1))?;
                    lake.plan(&[], &mut CommitReport::default())?;
                    let vault = crate::IdentityVault::open_or_create(&dir.path().join("other"))?;
                    let known = lake.known(&vault);
                    let _answer = crate::import::Known::claim(&known, shukun_base::ClaimId(11));
                    known.finish()
                });
                assert_eq!(found.unwrap_err().code, "lake-damaged", "{} at {at}", entry.path);
            }
            std::fs::write(&path, before).unwrap();
        }
    }

    #[test]
    fn a_household_in_another_bucket_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = with_two_persons(dir.path());
        let [partition] = lake.partitions().try_into().unwrap();
        assert!(lake.read_bucket(0).is_ok());
        let elsewhere = Partition { county: "330305".to_owned(), ..partition };
        let parts = std::mem::take(&mut lake.manifest.parts);
        let moved = |(slot, entry)| (place::Slot { partition: elsewhere.clone(), ..slot }, entry);
        lake.manifest.parts = parts.into_iter().map(moved).collect();
        assert_eq!(lake.read_bucket(0).unwrap_err().code, "lake-damaged");
    }

    #[test]
    fn a_lake_whose_making_was_stopped_is_made_by_the_next_try() {
        let dir = tempfile::tempdir().unwrap();
        for stop in 0.. {
            let path = dir.path().join(format!("lake-{stop}"));
            let made = Lake::open_or_create_with(&path, 4, Disk::stopping_after(stop));
            assert_eq!(all(&small_lake(&path)), [], "stop {stop}");
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
        std::fs::write(&manifest, r#"{"schema": 1}"#).unwrap();
        assert_eq!(Lake::open(&dir.path().join("new")).unwrap_err().code, "lake-layout");
        std::fs::write(&manifest, "{").unwrap();
        assert_eq!(Lake::open(&dir.path().join("new")).unwrap_err().code, "lake-damaged");
    }
}
