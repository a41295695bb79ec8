//! Packs on disk: which folders a path means, their files, and the parents they need.
//!
//! A path is a pack (it holds pack.toml) or a folder of packs. A named pack's parents are looked for beside it, so
//! that naming a county's pack is enough.

use std::path::{Path, PathBuf};

use shukun_base::{Lang, Text};
use shukun_policy::finding::Finding;
use shukun_policy::pack::{Pack, PackSet};

use crate::error::{CliError, Problem};
use crate::exit::Exit;

const TOML: &str = "pack.toml";

/// What some paths hold.
#[derive(Debug)]
pub struct Loaded {
    /// The named packs and their parents.
    pub set: PackSet,
    /// What is wrong with their files; places are in the set.
    pub findings: Vec<Finding>,
    /// The ids of the packs that were named.
    pub named: Vec<String>,
    /// Their folders.
    folders: Vec<PathBuf>,
}

impl Loaded {
    /// The packs that were named, without parents that were only looked up.
    pub fn named_packs(&self) -> impl Iterator<Item = &Pack> {
        self.set.packs().iter().filter(|pack| self.named.contains(&pack.meta.id))
    }

    /// Whether a finding is about a named pack, or about none in particular.
    pub fn is_about_named(&self, finding: &Finding) -> bool {
        let place = finding.place.and_then(|place| self.set.sources.files.get(place.file));
        place.is_none_or(|(name, _)| is_in(&self.folders, name))
    }
}

/// Whether a file lies in one of these folders.
fn is_in(folders: &[PathBuf], file: &str) -> bool {
    Path::new(file).parent().is_some_and(|parent| folders.iter().any(|folder| folder == parent))
}

/// The folder of a pack.
fn folder_of(pack: &Pack) -> PathBuf {
    let file = pack.sources.files.first().map(|(name, _)| name.as_str()).unwrap_or_default();
    Path::new(file).parent().unwrap_or(Path::new("")).to_path_buf()
}

/// Reads the packs that the paths mean.
pub fn load_packs(paths: &[PathBuf]) -> Result<Loaded, CliError> {
    let mut folders = Vec::new();
    for path in paths {
        folders.extend(find_packs(path)?);
    }
    folders.sort();
    folders.dedup();
    let named = folders.len();
    let beside: Vec<PathBuf> = folders.iter().filter_map(|folder| folder.parent()).flat_map(packs_in).collect();
    for folder in beside {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    let files = folders.iter().map(|folder| read_files(folder)).collect::<Result<Vec<_>, _>>()?;
    let (all, findings) = PackSet::read(files);
    Ok(only_needed(&all, findings, folders.get(..named).unwrap_or(&folders)))
}

/// The named packs, their parents, and the findings about those.
fn only_needed(all: &PackSet, findings: Vec<Finding>, folders: &[PathBuf]) -> Loaded {
    let is_named = |pack: &&Pack| folders.contains(&folder_of(pack));
    let named: Vec<String> = all.packs().iter().filter(is_named).map(|pack| pack.meta.id.clone()).collect();
    let mut needed = folders.to_vec();
    for id in &named {
        needed.extend(all.with_parents(id).packs().iter().map(folder_of));
    }
    let set = all.only(|pack| needed.contains(&folder_of(pack)));
    let is_about_needed = |finding: &Finding| {
        let place = finding.place.and_then(|place| all.sources.files.get(place.file));
        place.is_none_or(|(name, _)| is_in(&needed, name))
    };
    let findings = findings.into_iter().filter(is_about_needed).collect();
    Loaded { set, findings, named, folders: folders.to_vec() }
}

fn find_packs(path: &Path) -> Result<Vec<PathBuf>, CliError> {
    if let Err(error) = std::fs::read_dir(path) {
        return Err(CliError::unreadable(path, &error));
    }
    if path.join(TOML).is_file() {
        return Ok(vec![path.to_owned()]);
    }
    let found = packs_in(path);
    if found.is_empty() { Err(no_pack(path)) } else { Ok(found) }
}

fn packs_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.join(TOML).is_file()).collect();
    found.sort();
    found
}

fn no_pack(path: &Path) -> CliError {
    CliError::from(Problem {
        code: "cli-no-pack",
        what: Text::new("这里没有制度包", "there is no pack here"),
        place: Some(path.display().to_string()),
        mend: Text::new(
            "写制度包的文件夹（里面有 pack.toml），或装着制度包的文件夹，如 policies",
            "name the folder of a pack (it holds pack.toml) or a folder of packs, such as policies",
        ),
        exit: Exit::Input,
    })
}

/// The files of a pack with the paths as the reader gave them, so that findings name them so.
fn read_files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, CliError> {
    let entries = std::fs::read_dir(folder).map_err(|error| CliError::unreadable(folder, &error))?;
    let mut files = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
        let bytes = std::fs::read(&path).map_err(|error| CliError::unreadable(&path, &error))?;
        files.push((path.display().to_string(), bytes));
    }
    Ok(files)
}

/// The findings as the terminal shows them.
pub fn shown(findings: &[Finding], set: &PackSet, lang: Lang) -> String {
    use std::io::IsTerminal as _;
    let colour = std::io::stderr().is_terminal();
    let text = shukun_policy::render::to_text(findings, &set.sources, lang, colour);
    if text.is_empty() { text } else { text + "\n" }
}
