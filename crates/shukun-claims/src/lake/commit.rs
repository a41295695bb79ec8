//! One commit: join the new rows to the households they touch, write the files in which a row changed, rename the
//! manifest.
//!
//! A stop before the rename leaves files that no manifest names; the next commit takes them away. A stop after it
//! leaves the old files, which go the same way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, TryLockError};
use std::path::PathBuf;

use shukun_base::PersonId;
use shukun_engine::facts::Resolution;

use super::columns::{ids, optional_words, table_of};
use super::error::{LakeError, busy, file_failed};
use super::manifest::{self, INDEX, ImportedSource, Manifest};
use super::merge::{Addition, CommitReport};
use super::place::Partition;
use super::plan::{Plan, Work};
use super::recent::{RecentCommit, is_worth_it};
use super::round::Changes;
use super::runs::{CLAIMS, HOMES, PEOPLE, PLACES};
use super::{LOCK, Lake};
use crate::identity::IdentityVault;
use crate::{Batch, Identity};

/// Households whose claims are held in memory together while a commit joins them.
const HOUSEHOLDS_IN_ROUND: usize = 32_768;

impl Lake {
    /// Joins what some files bring, as one step: all of it is in the lake afterwards, or nothing. Rows that are
    /// there already change nothing. `at` is the time of the import, as the manifest shall tell it.
    ///
    /// In memory are the batches, the people they name, and the claims of some ten thousand households at a time.
    ///
    /// # Errors
    /// `lake-busy`, `lake-person-missing`, `lake-claims-differ`, `lake-damaged`, `lake-file`, and the
    /// `identity-…` ones. After any error the lake holds what it held and the commit may be run again.
    pub fn commit(&mut self, batches: &[Batch], at: &str) -> Result<CommitReport, LakeError> {
        let additions: Vec<Addition> =
            batches.iter().map(|batch| Addition { batch: Some(batch), resolutions: &[] }).collect();
        self.apply(&additions, at)
    }

    /// Records what meetings decided, for persons that the lake knows.
    ///
    /// # Errors
    /// As [`Lake::commit`].
    pub fn record_resolutions(&mut self, resolutions: &[Resolution], at: &str) -> Result<CommitReport, LakeError> {
        self.apply(&[Addition { batch: None, resolutions }], at)
    }

    fn apply(&mut self, additions: &[Addition], at: &str) -> Result<CommitReport, LakeError> {
        let _lock = self.lock()?;
        self.manifest = Manifest::load(&self.dir)?;
        self.remove_leftovers()?;
        let mut report = CommitReport::default();
        let mut plan = self.plan(additions, &mut report)?;
        let buckets = plan.buckets(&self.manifest, self.people_in_bucket);
        if !buckets.is_empty() {
            self.grow(&buckets)?;
            plan.was = self.places_of(&plan.was.into_keys().collect())?;
        }
        let mut next = self.manifest.clone();
        next.generation += 1;
        next.counties.extend(buckets);
        if next.regions.is_none() {
            next.regions = Some(self.count_regions()?);
        }
        self.write_changes(plan, additions, &mut next, &mut report)?;
        self.write_identities(additions, &mut next)?;
        add_sources(additions, at, &mut next);
        if next.parts != self.manifest.parts || next.runs != self.manifest.runs || next.sources != self.manifest.sources
        {
            self.publish(next)?;
        }
        report.generation = self.manifest.generation;
        Ok(report)
    }

    pub(crate) fn lock(&self) -> Result<File, LakeError> {
        let path = self.dir.join(LOCK);
        let file = File::create(&path).map_err(|cause| file_failed(&path, &cause))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => Err(busy(&path)),
            Err(TryLockError::Error(cause)) => Err(file_failed(&path, &cause)),
        }
    }

    pub(crate) fn remove_leftovers(&self) -> Result<(), LakeError> {
        manifest::leftovers(&self.dir, &self.manifest).iter().try_for_each(|path| self.disk.remove(path))
    }

    fn write_changes(
        &self,
        mut plan: Plan,
        additions: &[Addition],
        next: &mut Manifest,
        report: &mut CommitReport,
    ) -> Result<(), LakeError> {
        let moves = plan.moves();
        let (generation, households, lots) = (next.generation, 0, Vec::new());
        let recent = is_worth_it(plan.families.len(), next).then_some(RecentCommit { generation, households, lots });
        let mut changes = Changes { recent, ..Changes::default() };
        for round in rounds(plan.work(next)) {
            self.run_round(&round, (&mut plan, additions), next, (&mut changes, report))?;
        }
        let homes =
            vec![ids("person_id", moves.keys().map(|id| id.0)), ids("household_id", moves.values().map(|id| id.0))];
        let touched = || changes.touched.iter();
        let places = vec![
            ids("household_id", touched().map(|(id, _)| id.0)),
            optional_words("county", touched().map(|(_, county)| county.as_deref())),
            ids("generation", touched().map(|_| next.generation)),
        ];
        let claims = vec![
            ids("claim_id", changes.claims.keys().map(|id| id.0)),
            ids("person_id", changes.claims.values().map(|id| id.0)),
        ];
        for (index, columns) in [(HOMES, homes), (PLACES, places), (CLAIMS, claims)] {
            index.append((&self.dir, &self.disk), next, &table_of(columns, INDEX)?)?;
        }
        next.add_recent(changes.recent);
        Ok(())
    }

    fn write_identities(&self, additions: &[Addition], next: &mut Manifest) -> Result<(), LakeError> {
        let batches = additions.iter().filter_map(|addition| addition.batch);
        let new: Vec<&(PersonId, Identity)> = batches.flat_map(|batch| &batch.identities).collect();
        if new.is_empty() {
            return Ok(());
        }
        let sealed = IdentityVault::open_or_create(&self.dir)?.seal_beside(&self.manifest, &new)?;
        PEOPLE.append((&self.dir, &self.disk), next, &sealed)
    }

    /// Makes `next` the lake.
    pub(crate) fn publish(&mut self, next: Manifest) -> Result<(), LakeError> {
        let new = next.paths_beyond(&self.manifest);
        folders_of(new).iter().try_for_each(|folder| self.disk.sync_folder(&self.dir.join(folder)))?;
        next.replace(&self.dir, &self.disk)?;
        let before = std::mem::replace(&mut self.manifest, next);
        self.disk.sync_folder(&self.dir)?;
        // The new state is safe; what cannot be tidied now is tidied by the next commit.
        for path in before.paths_beyond(&self.manifest) {
            let _untidy = self.disk.remove(&self.dir.join(path));
        }
        Ok(())
    }
}

/// The folders in which some files lie, and those in which the folders lie.
fn folders_of(paths: BTreeSet<&str>) -> BTreeSet<PathBuf> {
    let folders = |path: &str| {
        let above: Vec<PathBuf> = PathBuf::from(path).ancestors().skip(1).map(PathBuf::from).collect();
        above.into_iter().filter(|folder| !folder.as_os_str().is_empty())
    };
    paths.into_iter().flat_map(folders).collect()
}

/// The work in parts that are done one after the other.
fn rounds(work: BTreeMap<Partition, Work>) -> Vec<Vec<(Partition, Work)>> {
    let mut rounds: Vec<Vec<(Partition, Work)>> = vec![];
    let mut households = HOUSEHOLDS_IN_ROUND;
    for (partition, work) in work {
        if households >= HOUSEHOLDS_IN_ROUND {
            rounds.push(vec![]);
            households = 0;
        }
        households += work.were.len().max(work.will_be.len());
        if let Some(round) = rounds.last_mut() {
            round.push((partition, work));
        }
    }
    rounds
}

/// Notes the files in the manifest; one that was imported before keeps its first entry.
fn add_sources(additions: &[Addition], at: &str, next: &mut Manifest) {
    let generation = next.generation;
    for batch in additions.iter().filter_map(|addition| addition.batch) {
        let is_known = |source: &ImportedSource| {
            source.file.sha256 == batch.source.sha256 && source.file.kind == batch.source.kind
        };
        if !next.sources.iter().any(is_known) {
            next.sources.push(ImportedSource { file: batch.source.clone(), at: at.to_owned(), generation });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::{all, any_files, claim_of, empty_batch, small_lake, stranger};
    use crate::lake::disk::Disk;
    use crate::{Kind, SourceFile};
    use proptest::prelude::*;
    use shukun_base::{ClaimId, Fen, HouseholdId};
    use shukun_engine::facts::Person;

    fn settlement(name: &str, person: u64, claims: &[u64]) -> Batch {
        Batch {
            persons: vec![stranger(person)],
            claims: claims.iter().map(|claim| claim_of(person, *claim)).collect(),
            ..empty_batch(name, Kind::Settlement)
        }
    }

    fn roster(name: &str, person: u64, household: u64) -> Batch {
        let row = Person { household_id: HouseholdId(household), ..stranger(person) };
        Batch { persons: vec![row], ..empty_batch(name, Kind::Roster) }
    }

    #[test]
    fn twice_is_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        let file = settlement("a.csv", 1, &[11, 12]);
        let first = lake.commit(std::slice::from_ref(&file), "t1").unwrap();
        let bytes = std::fs::read(dir.path().join("manifest.json")).unwrap();
        let second = lake.commit(&[file], "t2").unwrap();
        assert_eq!((first.claims_new, first.claims_known, first.generation), (2, 0, 1));
        assert_eq!((second.claims_new, second.claims_known, second.generation), (0, 2, 1));
        assert_eq!(std::fs::read(dir.path().join("manifest.json")).unwrap(), bytes);
    }

    #[test]
    fn a_roster_moves_a_person_with_all_claims_and_a_settlement_never_moves_them_back() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        lake.commit(&[settlement("a.csv", 1, &[11]), settlement("b.csv", 2, &[21])], "t").unwrap();
        let report = lake.commit(&[roster("r.csv", 1, 77), roster("s.csv", 2, 77)], "t").unwrap();
        assert_eq!(report.persons_moved, 2);
        lake.commit(&[settlement("c.csv", 1, &[12])], "t").unwrap();
        let [family] = all(&lake).try_into().unwrap();
        assert_eq!(family.household.household_id, HouseholdId(77));
        assert_eq!(family.household.members, 2);
        assert_eq!(family.claims, [claim_of(1, 11), claim_of(1, 12), claim_of(2, 21)]);
        assert_eq!(lake.read_household_of(PersonId(2)).unwrap().unwrap(), family);
    }

    #[test]
    fn a_later_roster_corrects_an_earlier_one() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        lake.commit(&[roster("2023.csv", 1, 77)], "t").unwrap();
        lake.commit(&[roster("2024.csv", 1, 88)], "t").unwrap();
        let [family] = all(&lake).try_into().unwrap();
        assert_eq!(family.household.household_id, HouseholdId(88));
    }

    #[test]
    fn a_claim_on_file_is_not_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        lake.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap();
        let mut other = settlement("b.csv", 1, &[11]);
        other.claims[0].total_fen = Fen(1);
        assert_eq!(lake.commit(&[other], "t").unwrap().claims_conflicting, [ClaimId(11)]);
        assert_eq!(all(&lake)[0].claims, [claim_of(1, 11)]);
    }

    #[test]
    fn a_refused_batch_leaves_the_lake_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        lake.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap();
        let before = (all(&lake), lake.generation());
        let mut nobody = settlement("b.csv", 2, &[21]);
        nobody.claims.push(claim_of(3, 31));
        assert_eq!(lake.commit(&[nobody], "t").unwrap_err().code, "lake-person-missing");
        let mut two_in_one = settlement("c.csv", 2, &[21, 21]);
        two_in_one.claims[1].total_fen = Fen(1);
        assert_eq!(lake.commit(&[two_in_one], "t").unwrap_err().code, "lake-claims-differ");
        assert_eq!((all(&lake), lake.generation()), before);
    }

    #[test]
    fn resolutions_are_recorded_once_for_known_persons() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        lake.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap();
        let granted = Resolution {
            person_id: PersonId(1),
            rule: "议定救助".to_owned(),
            year: 2024,
            amount_fen: Fen::yuan(50_000),
            document: "会议纪要〔2024〕3号".to_owned(),
        };
        for new in [1, 0] {
            let report = lake.record_resolutions(std::slice::from_ref(&granted), "t").unwrap();
            assert_eq!((report.resolutions_new, report.generation), (new, 2));
        }
        assert_eq!(all(&lake)[0].resolutions, std::slice::from_ref(&granted));
        let unknown = Resolution { person_id: PersonId(9), ..granted };
        assert_eq!(lake.record_resolutions(&[unknown], "t").unwrap_err().code, "lake-person-missing");
    }

    #[test]
    fn one_writer_at_a_time() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        let other = Lake::open(dir.path()).unwrap();
        let held = other.lock().unwrap();
        assert_eq!(lake.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap_err().code, "lake-busy");
        drop(held);
        lake.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap();
    }

    #[test]
    fn a_writer_sees_what_another_wrote_since() {
        let dir = tempfile::tempdir().unwrap();
        let (mut one, mut other) = (small_lake(dir.path()), small_lake(dir.path()));
        one.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap();
        other.commit(&[settlement("b.csv", 1, &[12])], "t").unwrap();
        assert_eq!(all(&other)[0].claims.len(), 2);
    }

    #[test]
    fn the_manifest_names_each_source_once() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        let file = settlement("a.csv", 1, &[11]);
        let copy = Batch { source: SourceFile { name: "copy.csv".to_owned(), ..file.source.clone() }, ..file.clone() };
        lake.commit(&[file, copy], "t").unwrap();
        assert_eq!(lake.sources().len(), 1);
    }

    /// Stops the commit at every single file operation in turn.
    #[test]
    fn a_stop_at_any_operation_leaves_the_last_good_state() {
        let first = [settlement("a.csv", 1, &[11]), settlement("b.csv", 2, &[21])];
        let second = [roster("r.csv", 1, 77), settlement("c.csv", 2, &[22])];
        let dir = tempfile::tempdir().unwrap();
        let (before, after) = {
            let mut lake = small_lake(&dir.path().join("whole"));
            lake.commit(&first, "t").unwrap();
            let before = (all(&lake), lake.input_hash());
            lake.commit(&second, "t").unwrap();
            (before, (all(&lake), lake.input_hash()))
        };
        assert_ne!(before, after);
        let mut stops = 0;
        let mut survived = [0, 0];
        loop {
            let lake_dir = dir.path().join(format!("stop-{stops}"));
            small_lake(&lake_dir).commit(&first, "t").unwrap();
            let mut lake = small_lake(&lake_dir);
            lake.disk = Disk::stopping_after(stops);
            let is_done = lake.commit(&second, "t").is_ok() && lake.disk.has_steps_left();
            drop(lake);
            let mut opened = small_lake(&lake_dir);
            let found = (all(&opened), opened.input_hash());
            assert!(found == before || found == after, "stop {stops}: neither the old state nor the new one");
            survived[usize::from(found == after)] += 1;
            opened.commit(&second, "t").unwrap();
            assert_eq!((all(&opened), opened.input_hash()), after, "stop {stops}: the second try");
            assert_eq!(manifest::leftovers(&lake_dir, &opened.manifest), Vec::<PathBuf>::new());
            if is_done {
                break;
            }
            stops += 1;
        }
        // Both halves are seen, or the test proved nothing.
        assert!(survived[0] > 30 && survived[1] > 1, "{survived:?} after {stops} stops");
    }

    /// The same for the identity file: the names that open belong to the rows that are there.
    #[test]
    fn names_and_rows_are_committed_together() {
        const NUMBER: &str = "11010519491231002X";
        let dir = tempfile::tempdir().unwrap();
        let key = dir.path().join("key");
        for stop in 0.. {
            let lake_dir = dir.path().join(format!("stop-{stop}"));
            let mut lake = small_lake(&lake_dir);
            let vault = IdentityVault::open_or_create_with_key(&lake_dir, &key).unwrap();
            std::fs::copy(&key, crate::identity::key_path(&lake_dir)).unwrap();
            let person = vault.person_id(NUMBER);
            let named = |name: &str| {
                let masked = |text: &str| shukun_base::Masked::new(text.to_owned());
                let identity = Identity { name: masked(name), id_number: masked(NUMBER), phone: None };
                Batch { identities: vec![(person, identity)], ..roster(name, person.0, 77) }
            };
            lake.commit(&[named("旧名")], "t").unwrap();
            lake.disk = Disk::stopping_after(stop);
            let newer = Batch { claims: vec![claim_of(person.0, 1)], ..named("新名") };
            let is_done = lake.commit(std::slice::from_ref(&newer), "t").is_ok() && lake.disk.has_steps_left();
            let name = || vault.reveal_for_report(&[person]).unwrap()[&person].name.reveal().clone();
            let has_claim = Lake::open(&lake_dir).unwrap().row_count("claims") == 1;
            assert_eq!(name(), if has_claim { "新名" } else { "旧名" }, "stop {stop}");
            Lake::open(&lake_dir).unwrap().commit(&[newer], "t").unwrap();
            assert_eq!(name(), "新名");
            if is_done {
                assert!(stop > 15, "{stop} operations");
                break;
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn any_order_and_any_split_give_the_same_lake(
            files in any_files(),
            order in prop::collection::vec((any::<u32>(), 0_usize..4), 24),
        ) {
            let dir = tempfile::tempdir().unwrap();
            let mut at_once = small_lake(&dir.path().join("at-once"));
            at_once.commit(&files, "t").unwrap();
            let mut shuffled: Vec<(u32, usize, &Batch)> =
                files.iter().zip(&order).map(|(file, (key, commit))| (*key, *commit, file)).collect();
            shuffled.sort_by_key(|(key, commit, _)| (*commit, *key));
            let mut in_parts = small_lake(&dir.path().join("in-parts"));
            for commit in shuffled.chunk_by(|one, other| one.1 == other.1) {
                let batches: Vec<Batch> = commit.iter().map(|(_, _, file)| (*file).clone()).collect();
                in_parts.commit(&batches, "t").unwrap();
            }
            prop_assert_eq!(all(&in_parts), all(&at_once));
            prop_assert_eq!(in_parts.input_hash(), at_once.input_hash());
        }
    }
}
