//! `manifest.json`: which files are the lake. A file that is not named here is a leftover and means nothing.
//!
//! Renaming a new manifest over the old one is what makes a commit happen. Start at [`Manifest`].

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::bucket::Table;
use super::disk::{self, Disk};
use super::error::{LakeError, damaged, not_a_lake, other_schema};
use super::parquet_file::hex;
use crate::SourceFile;

/// The layout this program writes.
pub(crate) const SCHEMA: u32 = 1;
/// The folder of the index from person to household.
pub(crate) const INDEX: &str = "index";
/// The folder of the encrypted identities.
pub(crate) const IDENTITY: &str = "identity";

const NAME: &str = "manifest.json";
const NEW_NAME: &str = "manifest.json.new";

/// One file of the lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    /// Its path in the lake's folder, with `/`.
    pub path: String,
    /// The table it is a part of: also its folder.
    pub table: String,
    /// Its bucket; none for a table that is one file.
    pub bucket: Option<u16>,
    /// How many rows it has.
    pub rows: u64,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

/// A file that was imported, and by which commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedSource {
    /// The file.
    #[serde(flatten)]
    pub file: SourceFile,
    /// When it was imported, as the caller told the time.
    pub at: String,
    /// The generation of the lake that the import made.
    pub generation: u64,
}

/// The state of a lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub schema: u32,
    /// How many commits changed the lake.
    pub generation: u64,
    /// How many buckets there are; never changes.
    pub buckets: u16,
    /// The hash over the facts of each bucket.
    pub contents: Vec<String>,
    pub files: Vec<FileEntry>,
    pub sources: Vec<ImportedSource>,
}

impl Manifest {
    /// The manifest of a lake without rows.
    pub(crate) fn empty(buckets: u16) -> Manifest {
        let nothing = hex(&Sha256::digest(b""));
        let contents = vec![nothing; usize::from(buckets)];
        Manifest { schema: SCHEMA, generation: 0, buckets, contents, files: vec![], sources: vec![] }
    }

    pub(crate) fn exists(dir: &Path) -> bool {
        dir.join(NAME).is_file()
    }

    pub(crate) fn load(dir: &Path) -> Result<Manifest, LakeError> {
        let path = dir.join(NAME);
        if !path.is_file() {
            return Err(not_a_lake(dir));
        }
        let bytes = disk::read(&path)?;
        let version: SchemaOnly = serde_json::from_slice(&bytes).map_err(|cause| damaged(path.display(), cause))?;
        if version.schema != SCHEMA {
            return Err(other_schema(&path, version.schema, SCHEMA));
        }
        serde_json::from_slice(&bytes).map_err(|cause| damaged(path.display(), cause))
    }

    /// Replaces the manifest: before this the lake is what it was, after it the lake is the new state.
    pub(crate) fn replace(&self, dir: &Path, disk: &Disk) -> Result<(), LakeError> {
        let text = serde_json::to_vec_pretty(self).map_err(|cause| damaged(NAME, cause))?;
        disk.write(&dir.join(NEW_NAME), &text)?;
        disk.rename(&dir.join(NEW_NAME), &dir.join(NAME))
    }

    /// The file of a table, or of one bucket of it.
    pub(crate) fn find(&self, table: &str, bucket: Option<u16>) -> Option<&FileEntry> {
        self.files.iter().find(|file| file.table == table && file.bucket == bucket)
    }

    /// Puts `entry` in the place of the table's file for this bucket; none takes it away.
    pub(crate) fn put(&mut self, table: &str, bucket: Option<u16>, entry: Option<FileEntry>) {
        self.files.retain(|file| !(file.table == table && file.bucket == bucket));
        self.files.extend(entry);
        self.files.sort_by(|one, other| (&one.table, one.bucket).cmp(&(&other.table, other.bucket)));
    }

    pub(crate) fn names(&self, path: &str) -> bool {
        self.files.iter().any(|file| file.path == path)
    }
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema: u32,
}

/// Everything that may lie in a lake's folder.
pub(crate) fn is_our_name(name: &str) -> bool {
    folders().any(|folder| folder == name) || matches!(name, NAME | NEW_NAME | super::LOCK)
}

/// The folders of a lake.
pub(crate) fn folders() -> impl Iterator<Item = &'static str> {
    Table::ALL.into_iter().map(Table::folder).chain([INDEX, IDENTITY])
}

/// The Parquet files in the lake's folder that the manifest does not name.
pub(crate) fn leftovers(dir: &Path, manifest: &Manifest) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in folders() {
        let Ok(entries) = std::fs::read_dir(dir.join(folder)) else { continue };
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let stray = names.filter(|name| name.ends_with(".parquet") && !manifest.names(&format!("{folder}/{name}")));
        found.extend(stray.map(|name| dir.join(folder).join(name)));
    }
    found.sort();
    found
}
