//! The identity key: 32 random bytes in a file that only its owner may read, beside the lake and never in it.
//!
//! `identity/key.json` in the lake holds a check value, so that another key is refused before it codes anybody.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::code::keyed_hash;
use crate::lake::disk::{self, Disk};
use crate::lake::error::{
    LakeError, damaged, file_failed, key_broken, key_in_lake, key_missing, key_open_to_others, key_wrong, no_randomness,
};
use crate::lake::manifest::IDENTITY;
use crate::lake::parquet_file::hex;

/// The version that new seals carry.
pub(crate) const KEY_VERSION: u32 = 1;
/// Names another place for the key file.
const KEY_VARIABLE: &str = "SHUKUN_IDENTITY_KEY";

/// The keys derived from the key file, each for one use.
pub(crate) struct Keys {
    /// For the codes of persons and households.
    pub index: [u8; 32],
    /// For sealing names and numbers.
    pub seal: [u8; 32],
    /// For telling equal values without opening them.
    pub check: [u8; 32],
}

impl Drop for Keys {
    fn drop(&mut self) {
        for key in [&mut self.index, &mut self.seal, &mut self.check] {
            *key = [0; 32];
            std::hint::black_box(key);
        }
    }
}

/// What `identity/key.json` says of the key.
#[derive(Serialize, Deserialize)]
struct KeyCheck {
    key_version: u32,
    check: String,
}

/// Where the key of a lake lies: the environment variable, or `<lake>.identity.key` beside the folder.
pub(crate) fn key_path(lake: &Path) -> PathBuf {
    if let Some(path) = std::env::var_os(KEY_VARIABLE).filter(|path| !path.is_empty()) {
        return PathBuf::from(path);
    }
    let whole = fs::canonicalize(lake).unwrap_or_else(|_| lake.to_owned());
    let mut name = whole.file_name().map_or_else(|| "lake".into(), std::ffi::OsStr::to_owned);
    name.push(".identity.key");
    whole.with_file_name(name)
}

/// The keys of the lake in `lake`; makes the key file if no one was coded with one yet.
pub(crate) fn load_or_create(lake: &Path, path: &Path, disk: &Disk) -> Result<Keys, LakeError> {
    disk.make_folder(&lake.join(IDENTITY))?;
    refuse_inside(lake, path)?;
    let check_path = lake.join(IDENTITY).join("key.json");
    if !path.exists() {
        if check_path.exists() {
            return Err(key_missing(path));
        }
        create(path, disk)?;
    }
    let master = read(path)?;
    let expected = hex(&keyed_hash(&master, &[b"shukun identity", b"which key"]));
    if check_path.exists() {
        let check: KeyCheck =
            serde_json::from_slice(&disk::read(&check_path)?).map_err(|cause| damaged(check_path.display(), cause))?;
        if check.check != expected {
            return Err(key_wrong(path));
        }
    } else {
        write_check(&check_path, expected, disk)?;
    }
    Ok(derive(&master))
}

fn derive(master: &[u8; 32]) -> Keys {
    let key = |label: &[u8]| keyed_hash(master, &[b"shukun identity", label]);
    Keys { index: key(b"index"), seal: key(b"seal"), check: key(b"check") }
}

fn refuse_inside(lake: &Path, path: &Path) -> Result<(), LakeError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let whole = |path: &Path| fs::canonicalize(path).map_err(|cause| file_failed(path, &cause));
    if whole(folder)?.starts_with(whole(lake)?) { Err(key_in_lake(path)) } else { Ok(()) }
}

fn create(path: &Path, disk: &Disk) -> Result<(), LakeError> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).map_err(no_randomness)?;
    let unfinished = path.with_added_extension("new");
    if unfinished.exists() {
        disk.remove(&unfinished)?;
    }
    disk.write_secret(&unfinished, &key)?;
    disk.rename(&unfinished, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    disk.sync_folder(folder)
}

fn write_check(path: &Path, check: String, disk: &Disk) -> Result<(), LakeError> {
    let check = KeyCheck { key_version: KEY_VERSION, check };
    let text = serde_json::to_vec_pretty(&check).map_err(|cause| damaged(path.display(), cause))?;
    let unfinished = path.with_added_extension("new");
    disk.write(&unfinished, &text)?;
    disk.rename(&unfinished, path)?;
    path.parent().map_or(Ok(()), |folder| disk.sync_folder(folder))
}

fn read(path: &Path) -> Result<[u8; 32], LakeError> {
    refuse_loose_mode(path)?;
    <[u8; 32]>::try_from(disk::read(path)?).map_err(|_| key_broken(path))
}

#[cfg(unix)]
fn refuse_loose_mode(path: &Path) -> Result<(), LakeError> {
    use std::os::unix::fs::PermissionsExt as _;
    let about = fs::metadata(path).map_err(|cause| file_failed(path, &cause))?;
    let mode = about.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(key_open_to_others(path, mode)) }
}

#[cfg(not(unix))]
fn refuse_loose_mode(_path: &Path) -> Result<(), LakeError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_whose_making_was_stopped_is_made_by_the_next_try() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        for stop in 0.. {
            let (lake, path) = (dir.path().join(format!("lake-{stop}")), dir.path().join(format!("key-{stop}")));
            let made = load_or_create(&lake, &path, &Disk::stopping_after(stop));
            let keys = load_or_create(&lake, &path, &Disk::default()).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600, "stop {stop}");
            assert!(!path.with_added_extension("new").exists(), "stop {stop}");
            if let Ok(made) = made {
                assert_eq!(made.index, keys.index);
                assert!(stop > 10, "{stop} operations");
                break;
            }
        }
    }

    #[test]
    fn each_use_has_a_key_of_its_own() {
        let keys = derive(&[3; 32]);
        assert!(keys.index != keys.seal && keys.seal != keys.check && keys.index != keys.check);
        assert_ne!(derive(&[4; 32]).index, keys.index);
    }

    /// Where the key of `/data/lake` is; run on its own by the test below, with the variable set.
    #[test]
    fn the_key_lies_beside_the_lake_unless_the_variable_says_where() {
        let expected = std::env::var_os(KEY_VARIABLE).unwrap_or_else(|| "/no/such/lake.identity.key".into());
        assert_eq!(key_path(Path::new("/no/such/lake")), PathBuf::from(expected));
    }

    #[test]
    fn the_variable_names_another_place() {
        let test = "identity::key::tests::the_key_lies_beside_the_lake_unless_the_variable_says_where";
        let run = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", test])
            .env(KEY_VARIABLE, "/elsewhere/county.key")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stdout).into_owned();
        assert!(run.status.success() && said.contains("1 passed"), "{said}");
    }
}
