//! Taking the latest commit back: the lake as it was is kept beside, as other names of the same files, until it is not needed.
//!
//! A commit replaces files and never changes one, so that keeping a state costs names and, later, the old files. Undoing is a
//! commit of its own: what is restored counts as a later state, and a result that was settled in between is not continued.
//! Start at [`Lake::keep`] before a commit, [`Lake::undo`] after it.

use std::path::Path;

use super::Lake;
use super::error::{LakeError, file_failed, not_the_latest};
use super::manifest::Manifest;

impl Lake {
    /// Keeps this state in the folder `kept`, which is made. A folder that keeps a state already stays as it is: an import that was
    /// stopped midway is begun again with the state before it.
    ///
    /// # Errors
    /// `lake-file`.
    pub fn keep(&self, kept: &Path) -> Result<(), LakeError> {
        if Manifest::exists(kept) {
            return Ok(());
        }
        self.disk.make_folder(kept)?;
        self.link_all((&self.dir, kept), &self.manifest)?;
        self.manifest.replace(kept, &self.disk)
    }

    /// Makes the state in `kept` the lake again, if the commit `generation` followed it and is the latest. Done once, it is
    /// done: once more changes nothing and is refused.
    ///
    /// # Errors
    /// `lake-not-latest` where another commit came in between or after, `lake-busy`, `lake-file`, `lake-damaged`.
    pub fn undo(&mut self, kept: &Path, generation: u64) -> Result<(), LakeError> {
        let _lock = self.lock()?;
        self.manifest = Manifest::load(&self.dir)?;
        let before = Manifest::load(kept)?;
        if self.manifest.generation != generation || before.generation.checked_add(1) != Some(generation) {
            return Err(not_the_latest(&self.dir));
        }
        self.remove_leftovers()?;
        self.link_all((kept, &self.dir), &before)?;
        // Nobody continues from a state that was taken back.
        self.publish(Manifest { generation: generation + 1, recent: Vec::new(), ..before })
    }

    /// The generation of the state in `kept`, if one is kept there.
    ///
    /// # Errors
    /// `lake-damaged`, `lake-file`.
    pub fn find_kept(kept: &Path) -> Result<Option<u64>, LakeError> {
        if !Manifest::exists(kept) {
            return Ok(None);
        }
        Manifest::load(kept).map(|manifest| Some(manifest.generation))
    }

    fn link_all(&self, (from, to): (&Path, &Path), manifest: &Manifest) -> Result<(), LakeError> {
        for entry in manifest.entries() {
            let (source, target) = (from.join(&entry.path), to.join(&entry.path));
            if let Some(folder) = target.parent() {
                self.disk.make_folder(folder)?;
            }
            self.disk.link(&source, &target)?;
        }
        Ok(())
    }
}

/// Takes a kept state away.
///
/// # Errors
/// `lake-file`.
pub fn forget_kept(kept: &Path) -> Result<(), LakeError> {
    match std::fs::remove_dir_all(kept) {
        Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => Err(file_failed(kept, &cause)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Batch;
    use crate::lake::arbitrary::{all, any_files, claim_of, empty_batch, small_lake, stranger};
    use crate::lake::disk::Disk;
    use crate::{IdentityVault, Kind};

    fn settlement(name: &str, person: u64, claims: &[u64]) -> Batch {
        Batch {
            persons: vec![stranger(person)],
            claims: claims.iter().map(|claim| claim_of(person, *claim)).collect(),
            ..empty_batch(name, Kind::Settlement)
        }
    }

    #[test]
    fn only_the_latest_commit_is_taken_back_and_once() {
        let dir = tempfile::tempdir().unwrap();
        let (kept, mut lake) = (dir.path().join("kept"), small_lake(&dir.path().join("lake")));
        lake.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap();
        lake.keep(&kept).unwrap();
        let generation = lake.commit(&[settlement("b.csv", 2, &[21])], "t").unwrap().generation;
        lake.keep(&kept).unwrap();
        assert_eq!(Lake::find_kept(&kept).unwrap(), Some(generation - 1), "what is kept stays as it was");
        let later = lake.commit(&[settlement("c.csv", 3, &[31])], "t").unwrap().generation;
        for wrong in [generation, later] {
            assert_eq!(lake.undo(&kept, wrong).unwrap_err().code, "lake-not-latest");
        }
        let mut lake = small_lake(&dir.path().join("other"));
        lake.commit(&[settlement("a.csv", 1, &[11])], "t").unwrap();
        let (before, history) = ((all(&lake), lake.input_hash()), lake.history_hash(lake.generation()));
        let kept = dir.path().join("kept-other");
        lake.keep(&kept).unwrap();
        let generation = lake.commit(&[settlement("b.csv", 1, &[12])], "t").unwrap().generation;
        let between = lake.history_hash(generation);
        lake.undo(&kept, generation).unwrap();
        assert_eq!((all(&lake), lake.input_hash()), before);
        assert_eq!((lake.generation(), lake.sources().len()), (generation + 1, 1));
        assert_ne!(lake.history_hash(generation), between, "a result of the state in between is not continued");
        assert_eq!(lake.history_hash(generation - 1), history, "one of before is");
        assert_eq!(lake.undo(&kept, generation).unwrap_err().code, "lake-not-latest");
        // And imported again it is there again.
        assert_eq!(lake.commit(&[settlement("b.csv", 1, &[12])], "t").unwrap().claims_new, 1);
        forget_kept(&kept).unwrap();
        forget_kept(&kept).unwrap();
        assert_eq!((Lake::find_kept(&kept).unwrap(), all(&lake).len()), (None, 1));
    }

    #[test]
    fn the_names_that_a_file_brought_go_with_it() {
        const NUMBER: &str = "11010519491231002X";
        let dir = tempfile::tempdir().unwrap();
        let (lake_dir, kept) = (dir.path().join("lake"), dir.path().join("kept"));
        let mut lake = small_lake(&lake_dir);
        let vault = IdentityVault::open_or_create(&lake_dir).unwrap();
        let person = vault.person_id(NUMBER);
        let masked = |text: &str| shukun_base::Masked::new(text.to_owned());
        let identity = crate::Identity { name: masked("王五"), id_number: masked(NUMBER), phone: None };
        let batch = Batch { identities: vec![(person, identity)], ..settlement("a.csv", person.0, &[11]) };
        lake.keep(&kept).unwrap();
        let generation = lake.commit(&[batch], "t").unwrap().generation;
        assert_eq!(vault.reveal_for_report(&[person]).unwrap().len(), 1);
        lake.undo(&kept, generation).unwrap();
        assert_eq!(vault.reveal_for_report(&[person]).unwrap().len(), 0);
    }

    /// Stops the undoing at every single file operation in turn.
    #[test]
    fn a_stop_at_any_operation_leaves_one_state_or_the_other() {
        let dir = tempfile::tempdir().unwrap();
        let mut survived = [0, 0];
        for stop in 0.. {
            let (lake_dir, kept) = (dir.path().join(format!("{stop}/lake")), dir.path().join(format!("{stop}/kept")));
            let mut lake = small_lake(&lake_dir);
            lake.commit(&[settlement("a.csv", 1, &[11]), settlement("b.csv", 2, &[21])], "t").unwrap();
            let before = all(&lake);
            lake.keep(&kept).unwrap();
            let generation = lake.commit(&[settlement("c.csv", 2, &[22])], "t").unwrap().generation;
            let after = all(&lake);
            lake.disk = Disk::stopping_after(stop);
            let is_done = lake.undo(&kept, generation).is_ok() && lake.disk.has_steps_left();
            let mut opened = small_lake(&lake_dir);
            let found = all(&opened);
            assert!(found == before || found == after, "stop {stop}: neither the old state nor the new one");
            survived[usize::from(found == before)] += 1;
            if found == after {
                opened.undo(&kept, generation).unwrap();
            }
            assert_eq!(all(&opened), before, "stop {stop}: the second try");
            if is_done {
                break;
            }
        }
        assert!(survived[0] > 10 && survived[1] > 0, "{survived:?}");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn any_commit_is_taken_back_to_the_byte(files in any_files(), at in any::<prop::sample::Index>()) {
            let dir = tempfile::tempdir().unwrap();
            let mut lake = small_lake(&dir.path().join("lake"));
            let last = at.index(files.len());
            for file in files.iter().take(last) {
                lake.commit(std::slice::from_ref(file), "t").unwrap();
            }
            let before = (all(&lake), lake.input_hash(), lake.sources().to_vec());
            let (kept, generation) = (dir.path().join("kept"), lake.generation());
            lake.keep(&kept).unwrap();
            lake.commit(std::slice::from_ref(&files[last]), "t").unwrap();
            if lake.generation() > generation {
                let made = lake.generation();
                lake.undo(&kept, made).unwrap();
            }
            prop_assert_eq!((all(&lake), lake.input_hash(), lake.sources().to_vec()), before);
        }
    }
}
