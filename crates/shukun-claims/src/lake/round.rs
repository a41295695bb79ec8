//! One round of a commit: some partitions, read where the commit touches them, joined, and written anew where a row
//! changed.
//!
//! A file whose rows stay as they are is not written, and one whose rows change is woven from the old file and the
//! households that changed; the others pass through unread. Start at [`Lake::run_round`].

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use shukun_base::{ClaimId, HouseholdId, PersonId};

use super::bucket::{StoredHousehold, Table, year_of};
use super::content::ContentHash;
use super::error::LakeError;
use super::manifest::{FileEntry, Manifest};
use super::merge::{Addition, CommitReport, PersonRows};
use super::parquet_file::{Scan, Select, TableFile};
use super::place::{Partition, Slot};
use super::plan::{Plan, Work};
use super::recent::RecentCommit;
use super::weave::{Sorted, weave};
use super::{Lake, tables};

/// What the rounds of a commit leave for its indexes.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Households whose facts changed, with their county; none for those that are gone.
    pub touched: BTreeMap<HouseholdId, Option<String>>,
    /// Claims that were not on file.
    pub claims: BTreeMap<ClaimId, PersonId>,
    /// The touched households themselves, where they are written beside.
    pub recent: Option<RecentCommit>,
}

type Households = BTreeMap<HouseholdId, StoredHousehold>;
/// What became of the files of a partition; none where no row is left.
type Written = Vec<(Slot, Option<FileEntry>)>;
/// The work of a round and what came of it, partition by partition.
type Done<'a> = (&'a [(Partition, Work)], &'a [(Touched, Written)]);

impl Lake {
    /// Does the work of some partitions and notes their new files in `next`.
    pub(crate) fn run_round(
        &self,
        round: &[(Partition, Work)],
        (plan, additions): (&mut Plan, &[Addition]),
        next: &mut Manifest,
        (changes, report): (&mut Changes, &mut CommitReport),
    ) -> Result<(), LakeError> {
        let will_be: BTreeSet<HouseholdId> = round.iter().flat_map(|(_, work)| &work.will_be).copied().collect();
        let stored = self.read_round(round, &will_be, plan)?;
        let mut rows = PersonRows::default();
        let is_of = |person: PersonId| plan.homes.get(&person).is_some_and(|home| will_be.contains(home));
        stored.values().for_each(|household| rows.load(household.facts.clone(), is_of));
        additions.iter().for_each(|addition| rows.add(addition, is_of, &plan.owners, report));
        changes.claims.extend(rows.new_claims());
        let taken = will_be.iter().filter_map(|id| plan.families.remove_entry(id));
        let mut families: Households = taken.collect();
        rows.give_to(&mut families, &plan.homes);
        let write = |(partition, work): &(Partition, Work)| {
            let pairs: Vec<Pair> =
                work.were.union(&work.will_be).map(|id| Pair::new(*id, work, &stored, &families)).collect();
            Ok((touched(&pairs)?, self.write_partition(partition, &pairs, next)?))
        };
        let written: Result<Vec<(Touched, Written)>, LakeError> = round.par_iter().map(write).collect();
        let written = written?;
        self.note_households((round, &written), (&stored, &families), next, changes)?;
        for ((partition, _), (touched, files)) in round.iter().zip(written) {
            changes.note(partition, touched, &mut next.content);
            for (slot, entry) in files {
                match entry {
                    Some(entry) => next.parts.insert(slot, entry),
                    None => next.parts.remove(&slot),
                };
            }
        }
        Ok(())
    }

    /// Counts the touched households where they live and writes them beside.
    fn note_households(
        &self,
        (round, written): Done<'_>,
        (stored, families): (&Households, &Households),
        next: &mut Manifest,
        changes: &mut Changes,
    ) -> Result<(), LakeError> {
        let (mut before, mut now) = (BTreeMap::new(), BTreeMap::new());
        for ((_, work), (touched, _)) in round.iter().zip(written) {
            for (id, _) in &touched.households {
                let pair = Pair::new(*id, work, stored, families);
                before.extend(pair.before.map(|household| (*id, household)));
                now.extend(pair.now.map(|household| (*id, household)));
            }
        }
        if let Some(regions) = &mut next.regions {
            count(regions, now.values().copied(), before.values().copied());
        }
        match &mut changes.recent {
            Some(recent) if !(before.is_empty() && now.is_empty()) => self.write_recent([&before, &now], next, recent),
            _ => Ok(()),
        }
    }

    /// The stored households of the round and those that its people come from.
    fn read_round(
        &self,
        round: &[(Partition, Work)],
        will_be: &BTreeSet<HouseholdId>,
        plan: &Plan,
    ) -> Result<Households, LakeError> {
        let members = will_be.iter().filter_map(|id| plan.families.get(id)).flat_map(|family| &family.facts.persons);
        let before = members.filter_map(|person| plan.came_from.get(&person.person_id));
        let needed: BTreeSet<&HouseholdId> = round.iter().flat_map(|(_, work)| &work.were).chain(before).collect();
        let places = needed.into_iter().filter_map(|id| Some((*id, plan.was.get(id)?.clone()))).collect();
        Ok(self.read_stored(&places, &Table::ALL)?.into_iter().map(|stored| (stored.id(), stored)).collect())
    }

    fn write_partition(&self, partition: &Partition, pairs: &[Pair], next: &Manifest) -> Result<Written, LakeError> {
        let mut written = Vec::new();
        for table in Table::ALL {
            for year in years(table, pairs) {
                let changed: Vec<&Pair> = pairs.iter().filter(|pair| pair.differs_in(table, year)).collect();
                if !changed.is_empty() {
                    let slot = Slot { table, partition: partition.clone(), year };
                    let entry = self.write_slot(&slot, &changed, next)?;
                    written.push((slot, entry));
                }
            }
        }
        Ok(written)
    }

    /// Weaves the changed households into the file of a slot. A slot without rows has no file.
    fn write_slot(&self, slot: &Slot, changed: &[&Pair], next: &Manifest) -> Result<Option<FileEntry>, LakeError> {
        let dropped: BTreeSet<u64> = changed.iter().map(|pair| pair.id.0).collect();
        let now: Vec<&StoredHousehold> = changed.iter().filter_map(|pair| pair.now).collect();
        let new = tables::table(slot.table, slot.year, &now)?;
        let schema = new.schema();
        let mut sorted = Vec::new();
        if let Some(old) = self.manifest.parts.get(slot) {
            let scan = Scan::open(&self.dir, old, &Select::default())?;
            sorted.push(Sorted::new(scan, &old.path, "household_id"));
        }
        sorted.push(Sorted::new(std::iter::once(Ok(new)), slot.table.folder(), "household_id"));
        let name = slot.path(next.counties.get(&slot.partition.county).copied().unwrap_or(1), next.generation);
        let path = self.dir.join(&name);
        let mut file: Option<TableFile> = None;
        weave(sorted, &dropped, |rows| {
            if file.is_none() {
                self.disk.make_folder(&self.dir.join(slot.folder()))?;
                file = Some(TableFile::create(&self.disk, &path, &schema)?);
            }
            file.as_mut().map_or(Ok(()), |file| file.write(rows))
        })?;
        file.map(|file| file.finish(name, next.generation)).transpose()
    }
}

/// Adds households to those that live in their regions and takes others away.
fn count<'a>(
    regions: &mut BTreeMap<String, u64>,
    more: impl Iterator<Item = &'a StoredHousehold>,
    fewer: impl Iterator<Item = &'a StoredHousehold>,
) {
    let region = |household: &'a StoredHousehold| household.facts.household.region_code.as_str().to_owned();
    more.for_each(|household| *regions.entry(region(household)).or_default() += 1);
    for household in fewer {
        let count = regions.entry(region(household)).or_default();
        *count = count.saturating_sub(1);
    }
    regions.retain(|_, count| *count > 0);
}

/// A household of a partition before and after; none where it has no rows there.
struct Pair<'a> {
    id: HouseholdId,
    before: Option<&'a StoredHousehold>,
    now: Option<&'a StoredHousehold>,
}

impl<'a> Pair<'a> {
    fn new(id: HouseholdId, work: &Work, stored: &'a Households, families: &'a Households) -> Pair<'a> {
        let before = stored.get(&id).filter(|_| work.were.contains(&id));
        Pair { id, before, now: families.get(&id).filter(|_| work.will_be.contains(&id)) }
    }

    fn differs_in(&self, table: Table, year: Option<i16>) -> bool {
        match (self.before, self.now) {
            (Some(before), Some(now)) => !before.is_same_in(now, table, year),
            (before, now) => before.is_some() != now.is_some(),
        }
    }
}

/// The files of a table: one, or one for each year in which a household has claims, before or after.
fn years(table: Table, pairs: &[Pair]) -> BTreeSet<Option<i16>> {
    if table != Table::Claims {
        return BTreeSet::from([None]);
    }
    let households = pairs.iter().flat_map(|pair| pair.before.into_iter().chain(pair.now));
    households.flat_map(|household| &household.facts.claims).map(|claim| Some(year_of(claim))).collect()
}

/// The households of a partition whose facts changed: the hashes of what they were and of what they are, and whether they
/// (still) lie here.
#[derive(Debug, Default)]
struct Touched {
    before: ContentHash,
    now: ContentHash,
    households: Vec<(HouseholdId, bool)>,
}

fn touched(pairs: &[Pair]) -> Result<Touched, LakeError> {
    let mut touched = Touched::default();
    for pair in pairs {
        let [before, now] = [pair.before, pair.now].map(|household| household.map(|household| &household.facts));
        if before == now {
            continue;
        }
        before.map_or(Ok(()), |facts| ContentHash::of(facts).map(|hash| touched.before.add(&hash)))?;
        now.map_or(Ok(()), |facts| ContentHash::of(facts).map(|hash| touched.now.add(&hash)))?;
        touched.households.push((pair.id, now.is_some()));
    }
    Ok(touched)
}

impl Changes {
    fn note(&mut self, partition: &Partition, touched: Touched, content: &mut ContentHash) {
        content.take_away(&touched.before);
        content.add(&touched.now);
        for (id, lies_here) in touched.households {
            match lies_here {
                true => drop(self.touched.insert(id, Some(partition.county.clone()))),
                // One that went to another partition may have been noted there already.
                false => drop(self.touched.entry(id).or_insert(None)),
            }
        }
    }
}
