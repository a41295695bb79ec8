//! The households that the latest commits touched, as they were before and as they are: what settling again reads.
//!
//! A few hundred households of a batch lie scattered over nearly every page of their tables, so that finding them there
//! costs a share of reading everybody. A commit holds them anyway: it writes them beside, in the columns of the five
//! tables. Commits that touch a large share write none, and the oldest go when they are many; whoever asks for more
//! than there is reads the tables. Start at [`Lake::recent_since`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use shukun_base::HouseholdId;
use shukun_engine::facts::HouseholdFacts;

use super::bucket::{Assembly, StoredHousehold, Table};
use super::columns::Rows;
use super::error::LakeError;
use super::manifest::{FileEntry, Manifest, RECENT};
use super::parquet_file::{Scan, Select, TableFile};
use super::{Lake, tables};

/// Fewer households than this are always worth writing.
const ALWAYS: u64 = 1_000;
/// When a commit may touch more than one household in this many, or more than [`MOST`], everybody is settled anyway.
const TOO_MANY: u64 = 5;
const MOST: u64 = 200_000;
/// Commits of which the households are kept.
const COMMITS: usize = 64;

/// Which state of a household a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Side {
    Before,
    Now,
}

/// Rows of one table for the households that a commit touched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecentFile {
    pub table: Table,
    pub side: Side,
    pub file: FileEntry,
}

/// The households that a commit touched, in files of some ten thousand each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecentCommit {
    pub generation: u64,
    /// Rows of households, of both sides.
    pub households: u64,
    /// Each list holds whole households.
    pub lots: Vec<Vec<RecentFile>>,
}

/// A household that later commits touched: as it was before the first of them and as it is; none where it was not
/// there, or is no more.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HouseholdChange {
    /// Before.
    pub before: Option<HouseholdFacts>,
    /// Now.
    pub now: Option<HouseholdFacts>,
}

/// The households that the commits after some generation touched.
#[derive(Debug)]
pub struct RecentChanges<'a> {
    lake: &'a Lake,
    commits: Vec<&'a RecentCommit>,
    touched: BTreeSet<HouseholdId>,
}

/// Whether a commit that touches at most so many households shall write them beside.
pub(crate) fn is_worth_it(touched: usize, manifest: &Manifest) -> bool {
    let touched = u64::try_from(touched).unwrap_or(u64::MAX);
    touched <= ALWAYS || touched <= most(manifest)
}

fn most(manifest: &Manifest) -> u64 {
    let parts = manifest.parts.iter().filter(|(slot, _)| slot.table == Table::Households);
    let households: u64 = parts.map(|(_, entry)| entry.rows).sum();
    (households / TOO_MANY).min(MOST)
}

impl Manifest {
    /// Notes what a commit wrote beside; none where it wrote nothing, so that what came before leads nowhere.
    pub(crate) fn add_recent(&mut self, commit: Option<RecentCommit>) {
        let Some(commit) = commit else { return self.recent.clear() };
        self.recent.push(commit);
        // Both sides of as many as are worth it.
        let most = most(self).max(ALWAYS).saturating_mul(2);
        let is_much = |recent: &[RecentCommit]| {
            recent.len() > COMMITS || recent.iter().map(|commit| commit.households).sum::<u64>() > most
        };
        while self.recent.len() > 1 && is_much(&self.recent) {
            self.recent.remove(0);
        }
    }
}

impl Lake {
    /// Writes some households of a commit beside.
    pub(crate) fn write_recent(
        &self,
        sides: [&BTreeMap<HouseholdId, &StoredHousehold>; 2],
        next: &Manifest,
        to: &mut RecentCommit,
    ) -> Result<(), LakeError> {
        self.disk.make_folder(&self.dir.join(RECENT))?;
        let mut files = Vec::new();
        for (side, households) in [Side::Before, Side::Now].into_iter().zip(sides) {
            let stored: Vec<&StoredHousehold> = households.values().copied().collect();
            for table in Table::ALL {
                let rows = tables::table(table, None, &stored)?;
                if rows.num_rows() == 0 {
                    continue;
                }
                let words = if side == Side::Before { "before" } else { "now" };
                let (generation, lot) = (next.generation, to.lots.len());
                let name = format!("{RECENT}/{generation}-{lot:03}-{words}-{}.parquet", table.folder());
                let path = self.dir.join(&name);
                let mut file = TableFile::create(&self.disk, &path, rows.schema_ref())?;
                file.write(&rows)?;
                files.push(RecentFile { table, side, file: file.finish(name, generation)? });
            }
            to.households += u64::try_from(stored.len()).unwrap_or(u64::MAX);
        }
        to.lots.push(files);
        Ok(())
    }

    /// The households whose facts changed after the commit `generation`; none where the lake does not hold them apart
    /// ([`Lake::touched_since`] and [`Lake::read_households`] then tell what can be told).
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn recent_since(&self, generation: u64) -> Result<Option<RecentChanges<'_>>, LakeError> {
        let later = self.manifest.recent.iter().filter(|commit| commit.generation > generation);
        let commits: Vec<&RecentCommit> = later.collect();
        let found = commits.iter().map(|commit| commit.generation);
        if !found.eq(generation.saturating_add(1)..=self.manifest.generation) {
            return Ok(None);
        }
        let mut touched = BTreeSet::new();
        for file in commits.iter().flat_map(|commit| commit.lots.iter().flatten()) {
            if file.table == Table::Households {
                let select = Select { columns: Some(&["household_id"]), keys: None };
                for table in Scan::open(&self.dir, &file.file, &select)? {
                    let rows = Rows { table: &table?, place: &file.file.path };
                    touched.extend(rows.ids("household_id")?.values().iter().copied().map(HouseholdId));
                }
            }
        }
        Ok(Some(RecentChanges { lake: self, commits, touched }))
    }

    fn read_recent(
        &self,
        lot: &[RecentFile],
        side: Side,
        keys: &Arc<BTreeSet<u64>>,
        is_all: bool,
    ) -> Result<Vec<StoredHousehold>, LakeError> {
        let keys = (!is_all).then(|| ("household_id", Arc::clone(keys)));
        let select = Select { columns: None, keys };
        let mut assembly = Assembly::default();
        for file in lot.iter().filter(|file| file.side == side) {
            assembly.next_file();
            for rows in Scan::open(&self.dir, &file.file, &select)? {
                tables::add_rows(file.table, &rows?, &file.file.path, &mut assembly)?;
            }
        }
        Ok(assembly.finish())
    }
}

impl RecentChanges<'_> {
    /// All of them.
    pub fn touched(&self) -> &BTreeSet<HouseholdId> {
        &self.touched
    }

    /// Some of them, by id.
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn read(&self, some: &BTreeSet<HouseholdId>) -> Result<BTreeMap<HouseholdId, HouseholdChange>, LakeError> {
        let keys: Arc<BTreeSet<u64>> = Arc::new(some.iter().map(|id| id.0).collect());
        let is_all = *some == self.touched;
        let mut found: BTreeMap<HouseholdId, HouseholdChange> = BTreeMap::new();
        for (at, commit) in self.commits.iter().enumerate() {
            let sides: Vec<(&Vec<RecentFile>, Side)> =
                commit.lots.iter().flat_map(|lot| [Side::Before, Side::Now].map(|side| (lot, side))).collect();
            let read =
                |(lot, side): (&Vec<RecentFile>, Side)| Ok((side, self.lake.read_recent(lot, side, &keys, is_all)?));
            let read: Vec<(Side, Vec<StoredHousehold>)> =
                sides.into_par_iter().map(read).collect::<Result<_, LakeError>>()?;
            join(&mut found, at, read);
        }
        Ok(found.into_iter().filter(|(id, _)| some.contains(id)).collect())
    }
}

/// Joins one commit to those before it: the first tells how a household was, the last how it is. A household that moves to
/// another county is gone from one lot and there in another.
fn join(found: &mut BTreeMap<HouseholdId, HouseholdChange>, commit: usize, read: Vec<(Side, Vec<StoredHousehold>)>) {
    let mut own: BTreeMap<HouseholdId, HouseholdChange> = BTreeMap::new();
    for (side, households) in read {
        for stored in households {
            let change = own.entry(stored.id()).or_default();
            match side {
                Side::Before => change.before = Some(stored.facts),
                Side::Now => change.now = Some(stored.facts),
            }
        }
    }
    for (id, change) in own {
        match found.get_mut(&id) {
            Some(known) if commit > 0 => known.now = change.now,
            _ => drop(found.insert(id, change)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::{all, any_files, claim_of, empty_batch, small_lake, stranger};
    use crate::{Batch, Kind};
    use proptest::prelude::*;

    fn by_id(lake: &Lake) -> BTreeMap<HouseholdId, HouseholdFacts> {
        all(lake).into_iter().map(|facts| (facts.household.household_id, facts)).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// After any batches, one by one: what is held beside is the difference between then and now.
        #[test]
        fn the_difference_between_two_states(files in any_files(), from in 0_usize..4) {
            let dir = tempfile::tempdir().unwrap();
            let mut lake = small_lake(dir.path());
            let mut states = vec![(0, by_id(&lake))];
            for file in &files {
                lake.commit(std::slice::from_ref(file), "t").unwrap();
                states.push((lake.generation(), by_id(&lake)));
            }
            let (generation, then) = &states[from.min(states.len() - 1)];
            let now = by_id(&lake);
            let recent = lake.recent_since(*generation).unwrap().expect("small batches are all held");
            prop_assert_eq!(recent.touched(), &lake.touched_since(*generation).unwrap());
            let changes = recent.read(recent.touched()).unwrap();
            prop_assert_eq!(&changes.keys().copied().collect::<BTreeSet<_>>(), recent.touched());
            for id in then.keys().chain(now.keys()) {
                match changes.get(id) {
                    Some(change) => {
                        prop_assert_eq!(change.before.as_ref(), then.get(id));
                        prop_assert_eq!(change.now.as_ref(), now.get(id));
                    }
                    None => prop_assert_eq!(then.get(id), now.get(id)),
                }
            }
            let one: BTreeSet<HouseholdId> = recent.touched().iter().take(1).copied().collect();
            let of_one: BTreeMap<_, _> = changes.into_iter().filter(|(id, _)| one.contains(id)).collect();
            prop_assert_eq!(recent.read(&one).unwrap(), of_one);
        }
    }

    fn bills(name: &str, people: std::ops::Range<u64>, claim: u64) -> Batch {
        Batch {
            persons: people.clone().map(stranger).collect(),
            claims: people.map(|person| claim_of(person, person * 100 + claim)).collect(),
            ..empty_batch(name, Kind::Settlement)
        }
    }

    #[test]
    fn who_touches_many_holds_nothing_beside_and_what_came_before_is_let_go() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        lake.commit(&[bills("a.csv", 0..1_500, 1)], "t").unwrap();
        assert!(lake.recent_since(0).unwrap().is_none());
        lake.commit(&[bills("b.csv", 0..3, 2)], "t").unwrap();
        assert_eq!(lake.recent_since(1).unwrap().unwrap().touched().len(), 3);
        assert!(lake.recent_since(0).unwrap().is_none());
        lake.commit(&[bills("c.csv", 0..1_100, 3)], "t").unwrap();
        assert!(lake.recent_since(1).unwrap().is_none());
        assert!(lake.recent_since(2).unwrap().is_none());
        assert!(lake.recent_since(3).unwrap().unwrap().touched().is_empty());
        let held: Vec<_> = std::fs::read_dir(dir.path().join(RECENT)).unwrap().collect();
        assert!(held.is_empty(), "{held:?}");
    }

    #[test]
    fn the_oldest_go_when_they_are_many() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        for claim in 0..70 {
            lake.commit(&[bills(&format!("{claim}.csv"), 1..2, claim)], "t").unwrap();
        }
        assert!(lake.recent_since(70 - 65).unwrap().is_none());
        assert_eq!(lake.recent_since(70 - 64).unwrap().unwrap().touched().len(), 1);
        assert_eq!(lake.manifest.recent.len(), 64);
    }

    /// An earlier version of the program knows nothing of this and drops it when it commits.
    #[test]
    fn a_lake_without_it_is_read_as_before() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        lake.commit(&[bills("a.csv", 0..9, 1)], "t").unwrap();
        let path = dir.path().join("manifest.json");
        let mut json: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let fields = json.as_object_mut().unwrap();
        assert!(fields.remove("recent").is_some() && fields.remove("regions").is_some());
        std::fs::write(&path, serde_json::to_vec(&json).unwrap()).unwrap();
        let mut older = Lake::open(dir.path()).unwrap();
        assert!(older.recent_since(0).unwrap().is_none());
        assert_eq!((all(&older), older.count_households().unwrap()), (all(&lake), lake.count_households().unwrap()));
        older.commit(&[bills("b.csv", 8..10, 2)], "t").unwrap();
        assert_eq!(older.recent_since(1).unwrap().unwrap().touched().len(), 2);
        assert_eq!(older.count_households().unwrap().values().sum::<u64>(), 10);
        assert!(older.manifest.regions.is_some());
    }
}
