//! Reading: a partition in pieces, some households only, one person's household.
//!
//! Every byte that is used was checked (see `sealed`), every row's order and place too. Start at [`Lake::partitions`].

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use arrow::array::RecordBatch;
use rayon::prelude::*;
use shukun_base::{HouseholdId, PersonId};
use shukun_engine::facts::HouseholdFacts;

use super::bucket::{Assembly, StoredHousehold, Table};
use super::columns::Rows;
use super::error::{LakeError, damaged, no_such_bucket};
use super::manifest::{FileEntry, Manifest};
use super::parquet_file::{Scan, Select};
use super::place::{Partition, bucket_of, county_of};
use super::runs::{HOMES, PLACES};
use super::{Lake, tables};

/// Households in a piece: some thousand people, some ten thousand claims.
const PIECE: usize = 1_024;

impl Lake {
    /// The units that can be settled by themselves, by county and bucket. Those without households are not listed.
    pub fn partitions(&self) -> Vec<Partition> {
        self.manifest.partitions().into_iter().cloned().collect()
    }

    /// Hands the households of a partition to `each`, in pieces of whole households with everything known of them:
    /// households by id, persons by id within them, claims by person, day of cost, day of settlement and id.
    /// What is in memory at a time is one piece, not the partition.
    ///
    /// # Errors
    /// `lake-damaged` where a file is not what the manifest says, or what `each` gives.
    pub fn read_partition<E: From<LakeError>>(
        &self,
        partition: &Partition,
        mut each: impl FnMut(Vec<HouseholdFacts>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_pieces(partition, |piece| each(piece.into_iter().map(|stored| stored.facts).collect()))
    }

    /// The households of some ids with everything known of them, by id, from the parts of the files where they are. An
    /// id that the lake does not know is left out.
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn read_households(&self, wanted: &BTreeSet<HouseholdId>) -> Result<Vec<HouseholdFacts>, LakeError> {
        let mut stored = self.read_stored(&self.places_of(wanted)?, &Table::ALL)?;
        stored.sort_by_key(StoredHousehold::id);
        Ok(stored.into_iter().map(|stored| stored.facts).collect())
    }

    /// The household of one person; none where the lake does not know the person.
    ///
    /// # Errors
    /// As [`Lake::read_households`].
    pub fn read_household_of(&self, person: PersonId) -> Result<Option<HouseholdFacts>, LakeError> {
        let homes = self.homes_of(&BTreeSet::from([person]))?;
        Ok(self.read_households(&homes.into_values().collect())?.pop())
    }

    /// The households whose facts changed after the commit `generation`, those that are gone among them (their members
    /// moved to others). After 0: all that ever were.
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn touched_since(&self, generation: u64) -> Result<BTreeSet<HouseholdId>, LakeError> {
        let mut touched = BTreeSet::new();
        for run in PLACES.runs(&self.manifest).iter().filter(|run| run.generation > generation) {
            let select = Select { columns: Some(&["household_id", "generation"]), keys: None };
            for table in Scan::open(&self.dir, run, &select)? {
                let table = table?;
                let rows = Rows { table: &table, place: &run.path };
                let (household, changed) = (rows.ids("household_id")?, rows.ids("generation")?);
                for row in 0..table.num_rows() {
                    if changed.get(row)? > generation {
                        touched.insert(HouseholdId(household.get(row)?));
                    }
                }
            }
        }
        Ok(touched)
    }

    /// The households of one bucket, in the order of [`Lake::partitions`], all at once.
    ///
    /// # Errors
    /// `lake-bucket`, and as [`Lake::read_partition`].
    pub fn read_bucket(&self, bucket: u16) -> Result<Vec<HouseholdFacts>, LakeError> {
        let partitions = self.partitions();
        let partition = partitions.get(usize::from(bucket));
        let partition = partition.ok_or_else(|| no_such_bucket(bucket, self.bucket_count()))?;
        let mut households = Vec::new();
        self.read_partition(partition, |piece| {
            households.extend(piece);
            Ok::<(), LakeError>(())
        })?;
        Ok(households)
    }

    /// Where some persons live; those that the lake does not know are left out.
    pub(crate) fn homes_of(&self, persons: &BTreeSet<PersonId>) -> Result<BTreeMap<PersonId, HouseholdId>, LakeError> {
        let mut homes = BTreeMap::new();
        HOMES.find(self.place(), persons.iter().map(|id| id.0).collect(), |person, rows, row| {
            homes.insert(PersonId(person), HouseholdId(rows.ids("household_id")?.get(row)?));
            Ok(())
        })?;
        Ok(homes)
    }

    /// Where the rows of some households lie; those that the lake does not know (or no more) are left out.
    pub(crate) fn places_of(
        &self,
        households: &BTreeSet<HouseholdId>,
    ) -> Result<BTreeMap<HouseholdId, Partition>, LakeError> {
        let mut places = BTreeMap::new();
        PLACES.find(self.place(), households.iter().map(|id| id.0).collect(), |household, rows, row| {
            if let Some(county) = rows.words("county")?.find(row) {
                places.insert(HouseholdId(household), partition_of(&self.manifest, HouseholdId(household), county));
            }
            Ok(())
        })?;
        Ok(places)
    }

    /// The folder and the files in it that count.
    pub(crate) fn place(&self) -> (&Path, &Manifest) {
        (&self.dir, &self.manifest)
    }

    /// Some households' rows of some tables (persons go with every other), partition by partition.
    pub(crate) fn read_stored(
        &self,
        places: &BTreeMap<HouseholdId, Partition>,
        of: &[Table],
    ) -> Result<Vec<StoredHousehold>, LakeError> {
        let mut groups: BTreeMap<&Partition, BTreeSet<u64>> = BTreeMap::new();
        for (household, partition) in places {
            groups.entry(partition).or_default().insert(household.0);
        }
        let groups: Vec<(&Partition, BTreeSet<u64>)> = groups.into_iter().collect();
        let read: Result<Vec<Vec<StoredHousehold>>, LakeError> =
            groups.into_par_iter().map(|(partition, keys)| self.read_some(partition, keys, of)).collect();
        Ok(read?.into_iter().flatten().collect())
    }

    pub(crate) fn read_some(
        &self,
        partition: &Partition,
        keys: BTreeSet<u64>,
        of: &[Table],
    ) -> Result<Vec<StoredHousehold>, LakeError> {
        let wanted = keys.len();
        let select = Select { columns: None, keys: Some(("household_id", Arc::new(keys))) };
        let mut assembly = Assembly::default();
        for table in of {
            for (_, entry) in self.manifest.files_of(*table, partition) {
                assembly.next_file();
                for rows in Scan::open(&self.dir, entry, &select)? {
                    tables::add_rows(*table, &rows?, &entry.path, &mut assembly)?;
                }
            }
        }
        let households = self.checked(assembly, partition)?;
        if households.len() == wanted { Ok(households) } else { Err(damaged(partition, "a household is missing")) }
    }

    /// The same as [`Lake::read_partition`], with what the lake remembers beside the facts.
    pub(crate) fn read_pieces<E: From<LakeError>>(
        &self,
        partition: &Partition,
        mut each: impl FnMut(Vec<StoredHousehold>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_lots(
            partition,
            PIECE,
            |_| None,
            |lots| {
                let mut assembly = Assembly::default();
                for lot in lots {
                    assembly.next_file();
                    lot.rows
                        .iter()
                        .try_for_each(|rows| tables::add_rows(lot.table, rows, &lot.place, &mut assembly))?;
                }
                each(self.checked(assembly, partition)?)
            },
        )
    }

    /// The same as columns: what each file of the partition has of about so many whole households, those of the
    /// households' own table first. `columns` says which of a table's columns are read, none for all.
    pub(crate) fn read_lots<E: From<LakeError>>(
        &self,
        partition: &Partition,
        households_at_once: usize,
        columns: impl Fn(Table) -> Option<Vec<&'static str>>,
        mut each: impl FnMut(&[Lot]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut lanes: Vec<Lane> = Vec::new();
        for table in Table::ALL {
            let columns = columns(table);
            for (_, entry) in self.manifest.files_of(table, partition) {
                lanes.push(Lane::open(&self.dir, table, entry, columns.as_deref())?);
            }
        }
        let [households, others @ ..] = lanes.as_mut_slice() else { return Ok(()) };
        let mut last = None;
        loop {
            let (rows, through) = households.take_some(households_at_once)?;
            let Some(through) = through else { break };
            if last.replace(through).is_some_and(|last| last >= through) {
                return Err(damaged(partition, "rows out of order").into());
            }
            let mut lots = vec![households.lot(rows)];
            for lane in &mut *others {
                let rows = lane.take_through(through)?;
                lots.push(lane.lot(rows));
            }
            each(&lots)?;
        }
        match others.iter_mut().find_map(|lane| lane.rest().transpose()) {
            None => Ok(()),
            Some(rest) => Err(damaged(rest?.place, "a household without its row").into()),
        }
    }

    /// The assembled households, each of which must belong to the partition.
    fn checked(&self, assembly: Assembly, partition: &Partition) -> Result<Vec<StoredHousehold>, LakeError> {
        let households = assembly.finish();
        let stray = households.iter().map(|stored| &stored.facts.household).find(|household| {
            partition_of(&self.manifest, household.household_id, county_of(&household.region_code)) != *partition
        });
        match stray.map(|household| household.household_id) {
            None => Ok(households),
            Some(id) => Err(damaged(format!("household {id}"), format!("not of {partition}"))),
        }
    }
}

/// Where a household of a county lies.
pub(crate) fn partition_of(manifest: &Manifest, household: HouseholdId, county: &str) -> Partition {
    let buckets = manifest.counties.get(county).copied().unwrap_or(1);
    Partition { county: county.to_owned(), bucket: bucket_of(household, buckets) }
}

/// What one file has of some households.
#[derive(Debug)]
pub(crate) struct Lot {
    pub table: Table,
    /// The file, for messages.
    pub place: String,
    pub rows: Vec<RecordBatch>,
}

/// One file of a partition while it is read beside the others.
struct Lane {
    table: Table,
    scan: Scan,
    /// Rows that were read and not taken.
    waiting: Option<RecordBatch>,
}

/// What is left in a lane.
struct Rest {
    place: String,
}

impl Lane {
    fn open(dir: &Path, table: Table, entry: &FileEntry, columns: Option<&[&str]>) -> Result<Lane, LakeError> {
        Ok(Lane { table, scan: Scan::open(dir, entry, &Select { columns, keys: None })?, waiting: None })
    }

    fn lot(&self, rows: Vec<RecordBatch>) -> Lot {
        Lot { table: self.table, place: self.scan.place().to_owned(), rows }
    }

    /// The rows that come next, or those that were not taken yet.
    fn head(&mut self) -> Result<Option<RecordBatch>, LakeError> {
        while self.waiting.as_ref().is_none_or(|rows| rows.num_rows() == 0) {
            self.waiting = self.scan.next().transpose()?;
            if self.waiting.is_none() {
                break;
            }
        }
        Ok(self.waiting.take())
    }

    fn rest(&mut self) -> Result<Option<Rest>, LakeError> {
        Ok(self.head()?.map(|_| Rest { place: self.scan.place().to_owned() }))
    }

    /// The next rows, at most so many, and the household of the last of them.
    fn take_some(&mut self, count: usize) -> Result<(Vec<RecordBatch>, Option<u64>), LakeError> {
        let Some(rows) = self.head()? else { return Ok((vec![], None)) };
        let count = count.min(rows.num_rows());
        self.waiting = Some(rows.slice(count, rows.num_rows() - count));
        let taken = rows.slice(0, count);
        let last = self.keys(&taken, |keys| keys.last().copied())?;
        Ok((vec![taken], last))
    }

    /// The rows of the households up to `through`.
    fn take_through(&mut self, through: u64) -> Result<Vec<RecordBatch>, LakeError> {
        let mut taken = Vec::new();
        while let Some(rows) = self.head()? {
            let count = self.keys(&rows, |keys| keys.iter().take_while(|key| **key <= through).count())?;
            taken.push(rows.slice(0, count));
            if count < rows.num_rows() {
                self.waiting = Some(rows.slice(count, rows.num_rows() - count));
                break;
            }
        }
        Ok(taken)
    }

    fn keys<T>(&self, table: &RecordBatch, of: impl FnOnce(&[u64]) -> T) -> Result<T, LakeError> {
        Ok(of(Rows { table, place: self.scan.place() }.ids("household_id")?.values()))
    }
}
