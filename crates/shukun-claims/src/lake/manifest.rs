//! `manifest.json`: which files are the lake. A file that is not named here is a leftover and means nothing.
//!
//! Renaming a new manifest over the old one is what makes a commit happen. Start at [`Manifest`].

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::bucket::Table;
use super::content::ContentHash;
use super::disk::{self, Disk};
use super::error::{LakeError, damaged, not_a_lake, older_layout, other_schema};
use super::place::{Partition, Slot};
use super::recent::RecentCommit;
use super::sealed::Seal;
use crate::SourceFile;

/// The layout this program writes.
pub(crate) const SCHEMA: u32 = 2;
/// The folder of the indexes.
pub(crate) const INDEX: &str = "index";
/// The folder of the households that the latest commits touched.
pub(crate) const RECENT: &str = "recent";
/// The folder of the encrypted identities.
pub(crate) const IDENTITY: &str = "identity";

const NAME: &str = "manifest.json";
const NEW_NAME: &str = "manifest.json.new";

/// One file of the lake.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileEntry {
    /// Its path in the lake's folder, with `/`.
    pub path: String,
    /// How many rows it has.
    pub rows: u64,
    /// The commit that wrote it.
    pub generation: u64,
    /// What its bytes are.
    #[serde(flatten)]
    pub seal: Seal,
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
    /// How many buckets each county's households lie in.
    pub counties: BTreeMap<String, u16>,
    /// The hash over all facts.
    pub content: ContentHash,
    /// The files of the tables.
    #[serde(with = "parts")]
    pub parts: BTreeMap<Slot, FileEntry>,
    /// The files of each index, oldest first.
    pub runs: BTreeMap<String, Vec<FileEntry>>,
    pub sources: Vec<ImportedSource>,
    /// The households that the latest commits touched; not there in lakes of earlier versions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recent: Vec<RecentCommit>,
    /// Households by region code; none in lakes of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<BTreeMap<String, u64>>,
}

impl Manifest {
    /// The manifest of a lake without rows.
    pub(crate) fn empty() -> Manifest {
        Manifest {
            schema: SCHEMA,
            generation: 0,
            counties: BTreeMap::new(),
            content: ContentHash::default(),
            parts: BTreeMap::new(),
            runs: BTreeMap::new(),
            sources: vec![],
            recent: vec![],
            regions: Some(BTreeMap::new()),
        }
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
        // Of another layout only the version can be read.
        let unread = match serde_json::from_slice::<Manifest>(&bytes) {
            Ok(manifest) if manifest.schema == SCHEMA => return Ok(manifest),
            Ok(_) => None,
            Err(cause) => Some(cause),
        };
        let version: SchemaOnly = serde_json::from_slice(&bytes).map_err(|cause| damaged(path.display(), cause))?;
        match (version.schema, unread) {
            (SCHEMA, cause) => Err(damaged(path.display(), cause.map(|cause| cause.to_string()).unwrap_or_default())),
            (1, _) => Err(older_layout(dir)),
            (other, _) => Err(other_schema(&path, other, SCHEMA)),
        }
    }

    /// Replaces the manifest: before this the lake is what it was, after it the lake is the new state.
    pub(crate) fn replace(&self, dir: &Path, disk: &Disk) -> Result<(), LakeError> {
        let text = serde_json::to_vec_pretty(self).map_err(|cause| damaged(NAME, cause))?;
        disk.write(&dir.join(NEW_NAME), &text)?;
        disk.rename(&dir.join(NEW_NAME), &dir.join(NAME))
    }

    /// The files of one table in one partition: at most one, or one for each year of the claims.
    pub(crate) fn files_of<'a>(
        &'a self,
        table: Table,
        partition: &Partition,
    ) -> impl Iterator<Item = (&'a Slot, &'a FileEntry)> + use<'a> {
        let slot = |year| Slot { table, partition: partition.clone(), year };
        self.parts.range(slot(None)..=slot(Some(i16::MAX)))
    }

    /// The partitions that hold anything, by county and bucket.
    pub(crate) fn partitions(&self) -> BTreeSet<&Partition> {
        self.parts.keys().filter(|slot| slot.table == Table::Households).map(|slot| &slot.partition).collect()
    }

    /// Rows of a table in a county.
    pub(crate) fn rows_in(&self, table: Table, county: &str) -> u64 {
        let here = self.parts.iter().filter(|(slot, _)| slot.table == table && slot.partition.county == county);
        here.map(|(_, entry)| entry.rows).sum()
    }

    /// Every file that counts.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &FileEntry> {
        let recent = self.recent.iter().flat_map(|commit| commit.lots.iter().flatten()).map(|recent| &recent.file);
        self.parts.values().chain(self.runs.values().flatten()).chain(recent)
    }

    fn paths(&self) -> HashSet<&str> {
        self.entries().map(|entry| entry.path.as_str()).collect()
    }

    /// The paths that this manifest names and `other` does not.
    pub(crate) fn paths_beyond(&self, other: &Manifest) -> BTreeSet<&str> {
        let others = other.paths();
        self.entries().map(|entry| entry.path.as_str()).filter(|path| !others.contains(path)).collect()
    }
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema: u32,
}

/// The files of the tables as a list, each with its table, year, county and bucket.
mod parts {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::super::bucket::Table;
    use super::super::place::{Partition, Slot};
    use super::super::sealed::Seal;
    use super::FileEntry;

    /// Written out rather than flattened: a lake has thousands of them, and flattened fields are read many times slower.
    #[derive(Serialize, Deserialize)]
    struct Part {
        table: Table,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        year: Option<i16>,
        county: String,
        bucket: u16,
        path: String,
        rows: u64,
        generation: u64,
        sha256: String,
        bytes: u64,
        footer_at: u64,
        footer_sha256: String,
    }

    impl From<(&Slot, &FileEntry)> for Part {
        fn from((slot, entry): (&Slot, &FileEntry)) -> Part {
            let Partition { county, bucket } = slot.partition.clone();
            let FileEntry { path, rows, generation, seal } = entry.clone();
            let Seal { sha256, bytes, footer_at, footer_sha256 } = seal;
            let (table, year) = (slot.table, slot.year);
            Part { table, year, county, bucket, path, rows, generation, sha256, bytes, footer_at, footer_sha256 }
        }
    }

    impl From<Part> for (Slot, FileEntry) {
        fn from(part: Part) -> (Slot, FileEntry) {
            let Part { table, year, county, bucket, path, rows, generation, .. } = part;
            let Part { sha256, bytes, footer_at, footer_sha256, .. } = part;
            let seal = Seal { sha256, bytes, footer_at, footer_sha256 };
            (Slot { table, partition: Partition { county, bucket }, year }, FileEntry { path, rows, generation, seal })
        }
    }

    pub(super) fn serialize<S: Serializer>(
        parts: &BTreeMap<Slot, FileEntry>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(parts.iter().map(Part::from))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<Slot, FileEntry>, D::Error> {
        Ok(Vec::<Part>::deserialize(from)?.into_iter().map(<(Slot, FileEntry)>::from).collect())
    }
}

/// Everything that may lie in a lake's folder.
pub(crate) fn is_our_name(name: &str) -> bool {
    folders().any(|folder| folder == name) || matches!(name, NAME | NEW_NAME | super::LOCK)
}

/// The folders of a lake.
pub(crate) fn folders() -> impl Iterator<Item = &'static str> {
    Table::ALL.into_iter().map(Table::folder).chain([INDEX, IDENTITY, RECENT])
}

/// The Parquet files in the lake's folder that the manifest does not name.
pub(crate) fn leftovers(dir: &Path, manifest: &Manifest) -> Vec<PathBuf> {
    let named = manifest.paths();
    let mut found = Vec::new();
    for folder in folders() {
        find_files(&dir.join(folder), folder, &mut |path, name| {
            if name.ends_with(".parquet") && !named.contains(name) {
                found.push(path);
            }
        });
    }
    found.sort();
    found
}

/// Hands every file below a folder to `each`, with its path in the lake.
fn find_files(dir: &Path, name: &str, each: &mut impl FnMut(PathBuf, &str)) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let Ok(file_name) = entry.file_name().into_string() else { continue };
        let (path, name) = (entry.path(), format!("{name}/{file_name}"));
        match entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            true => find_files(&path, &name, each),
            false => each(path, &name),
        }
    }
}
