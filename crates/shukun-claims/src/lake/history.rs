//! What became of the lake up to some commit, as one hash: two results of one lake know each other by it.

use sha2::{Digest as _, Sha256};

use super::Lake;
use super::parquet_file::hex;

impl Lake {
    /// A hash over the files that were imported up to `generation` and when. A lake that was thrown away and made
    /// anew has another, even where its generations are the same.
    pub fn history_hash(&self, generation: u64) -> String {
        let mut hash = Sha256::new();
        for source in self.sources().iter().filter(|source| source.generation <= generation) {
            hash.update(format!("{} {} {}\n", source.generation, source.at, source.file.sha256));
        }
        hex(&hash.finalize())
    }
}

#[cfg(test)]
mod tests {
    use crate::Kind;
    use crate::lake::arbitrary::{empty_batch, small_lake, stranger};

    #[test]
    fn what_comes_later_does_not_change_what_was() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = small_lake(dir.path());
        let file =
            |name: &str, person| crate::Batch { persons: vec![stranger(person)], ..empty_batch(name, Kind::Roster) };
        lake.commit(&[file("a.csv", 1)], "t1").unwrap();
        let first = lake.history_hash(1);
        lake.commit(&[file("b.csv", 2)], "t2").unwrap();
        assert_eq!(lake.history_hash(1), first);
        assert_ne!(lake.history_hash(2), first);
        let other = tempfile::tempdir().unwrap();
        let mut other = small_lake(other.path());
        other.commit(&[file("a.csv", 1)], "t3").unwrap();
        assert_ne!(other.history_hash(1), first);
    }
}
