//! Giving a county more buckets when it has grown: its files are split, its facts stay as they are.
//!
//! A step of its own, published before the commit that needs it. It happens each time a county doubles, so a row is
//! rewritten for this as often as the county doubles and not more. Start at [`Lake::grow`].

use std::collections::BTreeMap;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use rayon::prelude::*;
use shukun_base::HouseholdId;

use super::Lake;
use super::columns::Rows;
use super::error::{LakeError, damaged};
use super::manifest::{FileEntry, Manifest};
use super::parquet_file::{Scan, Select, TableFile};
use super::place::{Partition, Slot, bucket_of};

impl Lake {
    /// Splits the files of some counties into so many buckets and makes that the lake. Counties without files need none
    /// of it.
    pub(crate) fn grow(&mut self, counties: &BTreeMap<String, u16>) -> Result<(), LakeError> {
        let mut next = self.manifest.clone();
        let grows = |slot: &Slot| counties.contains_key(&slot.partition.county);
        let old: Vec<(Slot, FileEntry)> = next.parts.extract_if(.., |slot, _| grows(slot)).collect();
        if old.is_empty() {
            return Ok(());
        }
        next.counties.extend(counties.iter().map(|(county, buckets)| (county.clone(), *buckets)));
        let split: Result<Vec<_>, LakeError> =
            old.par_iter().map(|(slot, entry)| self.split(slot, entry, &next)).collect();
        next.parts.extend(split?.into_iter().flatten());
        self.publish(next)
    }

    fn split(&self, slot: &Slot, entry: &FileEntry, next: &Manifest) -> Result<Vec<(Slot, FileEntry)>, LakeError> {
        let buckets = next.counties.get(&slot.partition.county).copied().unwrap_or(1);
        let target = |bucket| {
            let partition = Partition { bucket, ..slot.partition.clone() };
            let slot = Slot { partition, ..slot.clone() };
            let name = slot.path(buckets, next.generation);
            (slot, self.dir.join(&name), name)
        };
        let targets: BTreeMap<u16, _> = (0..buckets).map(|bucket| (bucket, target(bucket))).collect();
        let mut files: BTreeMap<u16, TableFile> = BTreeMap::new();
        for rows in Scan::open(&self.dir, entry, &Select::default())? {
            for (bucket, rows) in by_bucket(&rows?, &entry.path, buckets)? {
                if let (false, Some((_, path, _))) = (files.contains_key(&bucket), targets.get(&bucket)) {
                    files.insert(bucket, TableFile::create(&self.disk, path, &rows.schema())?);
                }
                files.get_mut(&bucket).map_or(Ok(()), |file| file.write(&rows))?;
            }
        }
        let finish = |(bucket, file): (u16, TableFile)| {
            let (slot, _, name) = targets.get(&bucket).cloned().unwrap_or_else(|| target(bucket));
            Ok((slot, file.finish(name, next.generation)?))
        };
        files.into_iter().map(finish).collect()
    }
}

/// The rows of a table by the bucket of their household, in the order in which they stand.
fn by_bucket(table: &RecordBatch, place: &str, buckets: u16) -> Result<BTreeMap<u16, RecordBatch>, LakeError> {
    let rows = Rows { table, place };
    let keys = rows.ids("household_id")?;
    let mut bucket_at: Vec<u16> = Vec::with_capacity(table.num_rows());
    let mut last: Option<(u64, u16)> = None;
    for key in keys.values() {
        let bucket = match last {
            Some((before, bucket)) if before == *key => bucket,
            _ => bucket_of(HouseholdId(*key), buckets),
        };
        last = Some((*key, bucket));
        bucket_at.push(bucket);
    }
    let mut found: BTreeMap<u16, RecordBatch> = BTreeMap::new();
    for bucket in &bucket_at {
        if !found.contains_key(bucket) {
            let mask: BooleanArray = bucket_at.iter().map(|at| Some(at == bucket)).collect();
            let rows = filter_record_batch(table, &mask).map_err(|cause| damaged(place, cause))?;
            found.insert(*bucket, rows);
        }
    }
    Ok(found)
}
