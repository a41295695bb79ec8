//! An index: what a key stands for, in a few sorted files (runs), newest first.
//!
//! A commit writes its own keys as one new run and weaves it with the runs before it as long as those are at most
//! twice its size. So there are never more runs than the logarithm of the keys, a key is rewritten that often at most
//! however many commits there are, and no commit holds the index in memory. Knows nothing of what the rows mean, only
//! their key. Start at [`Index`].

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;

use super::columns::Rows;
use super::disk::Disk;
use super::error::LakeError;
use super::manifest::{FileEntry, IDENTITY, INDEX, Manifest};
use super::parquet_file::{Scan, Select, TableFile};
use super::weave::{Sorted, weave};

/// An index by its name, its folder and its key column.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Index {
    pub name: &'static str,
    pub folder: &'static str,
    pub key: &'static str,
}

/// Person → household.
pub(crate) const HOMES: Index = Index { name: "persons", folder: INDEX, key: "person_id" };
/// Household → county, and the last commit that changed its facts.
pub(crate) const PLACES: Index = Index { name: "households", folder: INDEX, key: "household_id" };
/// Claim → person.
pub(crate) const CLAIMS: Index = Index { name: "claims", folder: INDEX, key: "claim_id" };
/// Person → sealed names and numbers.
pub(crate) const PEOPLE: Index = Index { name: "people", folder: IDENTITY, key: "person_id" };

impl Index {
    /// The runs that count, oldest first.
    pub(crate) fn runs(self, manifest: &Manifest) -> &[FileEntry] {
        manifest.runs.get(self.name).map(Vec::as_slice).unwrap_or_default()
    }

    /// Hands the row of each of the keys to `each`, in any order; a key that is not there is left out.
    pub(crate) fn find(
        self,
        (dir, manifest): (&Path, &Manifest),
        mut keys: BTreeSet<u64>,
        mut each: impl FnMut(u64, &Rows, usize) -> Result<(), LakeError>,
    ) -> Result<(), LakeError> {
        for run in self.runs(manifest).iter().rev() {
            if keys.is_empty() {
                break;
            }
            let mut found: Vec<u64> = Vec::new();
            let select = Select { columns: None, keys: Some((self.key, Arc::new(keys.clone()))) };
            for table in Scan::open(dir, run, &select)? {
                let table = table?;
                let rows = Rows { table: &table, place: &run.path };
                let key = rows.ids(self.key)?;
                for row in 0..table.num_rows() {
                    each(key.get(row)?, &rows, row)?;
                    found.push(key.get(row)?);
                }
            }
            for key in found {
                keys.remove(&key);
            }
        }
        Ok(())
    }

    /// Adds the rows of `new`, which are in the order of their keys, as a run of `next`.
    pub(crate) fn append(
        self,
        (dir, disk): (&Path, &Disk),
        next: &mut Manifest,
        new: &RecordBatch,
    ) -> Result<(), LakeError> {
        if new.num_rows() == 0 {
            return Ok(());
        }
        let generation = next.generation;
        let runs = next.runs.entry(self.name.to_owned()).or_default();
        let mut rows = new.num_rows() as u64;
        let mut woven: Vec<FileEntry> = Vec::new();
        while let Some(last) = runs.pop_if(|last| last.rows <= rows.saturating_mul(2)) {
            rows = rows.saturating_add(last.rows);
            woven.insert(0, last);
        }
        let open = |run: &FileEntry| {
            Scan::open(dir, run, &Select::default()).map(|scan| Sorted::new(scan, &run.path, self.key))
        };
        let mut tables: Vec<Sorted> = woven.iter().map(open).collect::<Result<_, _>>()?;
        tables.push(Sorted::new(std::iter::once(Ok(new.clone())), self.name, self.key));
        let name = format!("{}/{}-{generation}.parquet", self.folder, self.name);
        let path = dir.join(&name);
        let mut file = TableFile::create(disk, &path, new.schema_ref())?;
        weave(tables, &BTreeSet::new(), |table| file.write(table))?;
        runs.push(file.finish(name, generation)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::columns::{ids, table_of};
    use std::collections::BTreeMap;

    fn run_of(rows: &BTreeMap<u64, u64>) -> RecordBatch {
        table_of(vec![ids("claim_id", rows.keys().copied()), ids("person_id", rows.values().copied())], "t").unwrap()
    }

    fn found(dir: &Path, manifest: &Manifest, keys: BTreeSet<u64>) -> BTreeMap<u64, u64> {
        let mut found = BTreeMap::new();
        let note = |key, rows: &Rows, row| {
            assert_eq!(found.insert(key, rows.ids("person_id")?.get(row)?), None, "key {key} twice");
            Ok(())
        };
        CLAIMS.find((dir, manifest), keys, note).unwrap();
        found
    }

    #[test]
    fn the_newest_value_is_found_among_few_runs_and_little_is_rewritten() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join(INDEX)).unwrap();
        let (disk, mut manifest) = (Disk::default(), Manifest::empty());
        let mut expected: BTreeMap<u64, u64> = BTreeMap::new();
        let mut written = 0;
        for commit in 1..=300_u64 {
            // Some keys are new, some were there before.
            let rows: BTreeMap<u64, u64> = (0..10).map(|at| ((commit * 7 + at * 13) % 2_000, commit)).collect();
            expected.extend(&rows);
            manifest.generation = commit;
            CLAIMS.append((dir.path(), &disk), &mut manifest, &run_of(&rows)).unwrap();
            let runs = CLAIMS.runs(&manifest);
            assert!(runs.len() <= 9, "{} runs", runs.len());
            written += runs.last().unwrap().rows;
        }
        assert_eq!(found(dir.path(), &manifest, (0..3_000).collect()), expected);
        assert_eq!(found(dir.path(), &manifest, BTreeSet::from([2_500])), BTreeMap::new());
        // 3,000 rows were brought; rewriting everything each time would have been 300,000 or so.
        assert!(written < 30_000, "{written} rows written");
    }
}
