//! Where the office's files lie: the lake, the packs, what runs write, what was uploaded.

use std::path::{Path, PathBuf};

/// The folders of one office.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    data: PathBuf,
    lake: PathBuf,
    packs: Vec<PathBuf>,
    readings: Vec<String>,
}

impl Folders {
    /// The office in `data`. `packs` are those named at the start; `data/packs` goes before them where it is there.
    pub fn of(data: &Path, packs: &[PathBuf]) -> Folders {
        let own = data.join("packs");
        let packs = if own.is_dir() { vec![own] } else { packs.to_vec() };
        Folders { data: data.to_owned(), lake: data.join("lake"), packs, readings: Vec::new() }
    }

    /// The same with a lake that lies elsewhere.
    pub fn with_lake(self, lake: &Path) -> Folders {
        Folders { lake: lake.to_owned(), ..self }
    }

    /// The same with readings of ambiguities that the office follows, as `Y1=整额`.
    pub fn with_readings(self, readings: &[String]) -> Folders {
        Folders { readings: readings.to_vec(), ..self }
    }

    /// Readings of ambiguities that are not the packs' own.
    pub fn readings(&self) -> &[String] {
        &self.readings
    }

    /// The office's own folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The claims lake; its vault lies in it. It is made by the first import.
    pub fn lake(&self) -> &Path {
        &self.lake
    }

    /// The lake as it was before the latest imports, so that they can be taken back.
    pub fn kept(&self) -> PathBuf {
        self.lake.with_added_extension("kept")
    }

    /// Packs, or folders of packs. Empty = nobody said which.
    pub fn packs(&self) -> &[PathBuf] {
        &self.packs
    }

    /// What runs write: `results/<what>/…`.
    pub fn results(&self) -> PathBuf {
        self.data.join("results")
    }

    /// What was uploaded and is not finished: sealed, one file each.
    pub fn uploads(&self) -> PathBuf {
        self.data.join("uploads")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_in_the_folder_go_before_those_that_were_named() {
        let dir = tempfile::tempdir().unwrap();
        let named = [PathBuf::from("policies")];
        assert_eq!(Folders::of(dir.path(), &named).packs(), named);
        std::fs::create_dir(dir.path().join("packs")).unwrap();
        assert_eq!(Folders::of(dir.path(), &named).packs(), [dir.path().join("packs")]);
    }
}
