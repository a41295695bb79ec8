//! The key file: one line `version suite key` for each master key, in a file only its owner may read.
//!
//! A new database makes its file; an existing one is never given a new file in place of a lost one, since nothing in
//! it would open. To change the master key add a line with the next version ([`KeyFile::add`]) and wrap again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{ErrorKind as ErrorKindOfFile, Write as _};
use std::path::{Path, PathBuf};

use sea_orm::DatabaseConnection;
use zeroize::Zeroizing;

use super::suite::SuiteName;
use crate::chance::{Chance, hex, unhex};
use crate::error::{ErrorKind, Result, StoreError};
use crate::sql::{find, statements, values};

statements! {
    ANY_KEY = "SELECT version FROM data_keys LIMIT 1";
}

/// One key over keys.
#[derive(Clone)]
pub(crate) struct MasterKey {
    pub suite: SuiteName,
    pub bytes: Zeroizing<[u8; 32]>,
}

/// The master keys of a database.
#[derive(Clone)]
pub(crate) struct KeyFile {
    path: PathBuf,
    keys: BTreeMap<u32, MasterKey>,
}

impl KeyFile {
    /// Reads the file; makes it if neither it nor any sealed cell is there yet.
    pub async fn load_or_create(path: &Path, db: &DatabaseConnection, chance: &Chance) -> Result<KeyFile> {
        if path.exists() {
            return KeyFile::read(path);
        }
        if find(db, ANY_KEY, values![]).await?.is_some() {
            // Another program that starts in this moment makes the file first, then what it seals: look again.
            return if path.exists() { KeyFile::read(path) } else { Err(missing(path)) };
        }
        KeyFile::create(path, SuiteName::default(), chance)
    }

    /// Makes a file with a first key of this suite, or reads the one that another program made in the same moment.
    pub fn create(path: &Path, suite: SuiteName, chance: &Chance) -> Result<KeyFile> {
        let key = MasterKey { suite, bytes: Zeroizing::new(chance.bytes()?) };
        let file = KeyFile { path: path.to_owned(), keys: BTreeMap::from([(1, key)]) };
        let unfinished = path.with_added_extension(chance.id()?);
        // A link, not a rename: of two files that are made at once one stays, whole.
        let written = write_secret(&unfinished, file.text().as_bytes()).and_then(|()| fs::hard_link(&unfinished, path));
        let removed = fs::remove_file(&unfinished);
        match written.and(removed) {
            Err(cause) if cause.kind() != ErrorKindOfFile::AlreadyExists => Err(unreadable(path, &cause)),
            _ => KeyFile::read(path),
        }
    }

    fn read(path: &Path) -> Result<KeyFile> {
        refuse_loose_mode(path)?;
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|cause| unreadable(path, &cause))?);
        let keys: Option<BTreeMap<u32, MasterKey>> =
            text.lines().filter(|line| !line.trim().is_empty()).map(read_line).collect();
        let keys = keys.filter(|keys| !keys.is_empty()).ok_or_else(|| not_a_key_file(path))?;
        Ok(KeyFile { path: path.to_owned(), keys })
    }

    /// The file as it is now: another program may have added a key.
    pub fn again(&self) -> Result<KeyFile> {
        KeyFile::read(&self.path)
    }

    /// Adds the next version of the master key and writes the file.
    pub fn add(&mut self, suite: SuiteName, chance: &Chance) -> Result<u32> {
        let version = self.newest().0 + 1;
        self.keys.insert(version, MasterKey { suite, bytes: Zeroizing::new(chance.bytes()?) });
        self.write()?;
        Ok(version)
    }

    /// The key that new data keys are wrapped with.
    pub fn newest(&self) -> (u32, MasterKey) {
        let newest = self.keys.last_key_value().map(|(version, key)| (*version, key.clone()));
        // A file without keys is refused when it is read.
        newest.unwrap_or_else(|| (0, MasterKey { suite: SuiteName::default(), bytes: Zeroizing::new([0; 32]) }))
    }

    pub fn find(&self, version: u32) -> Option<&MasterKey> {
        self.keys.get(&version)
    }

    /// Another master key than the one that wrapped.
    pub fn wrong(&self) -> StoreError {
        let shown = self.path.display();
        StoreError::new(
            ErrorKind::Damaged,
            "store-key-wrong",
            format!("密钥文件 {shown} 打不开这个数据库的密钥：它属于另一个数据库。请放回原来的密钥文件。"),
            format!(
                "The key file {shown} does not open this database's keys: it belongs to another. Put the right one back."
            ),
        )
    }

    fn write(&self) -> Result<()> {
        let unfinished = self.path.with_added_extension("new");
        let written =
            write_secret(&unfinished, self.text().as_bytes()).and_then(|()| fs::rename(&unfinished, &self.path));
        written.map_err(|cause| unreadable(&self.path, &cause))
    }

    fn text(&self) -> Zeroizing<String> {
        let line = |(version, key): (&u32, &MasterKey)| format!("{version} {} {}\n", key.suite.key(), hex(&*key.bytes));
        Zeroizing::new(self.keys.iter().map(line).collect())
    }
}

impl std::fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "KeyFile({})", self.path.display())
    }
}

fn read_line(line: &str) -> Option<(u32, MasterKey)> {
    let mut words = line.split_whitespace();
    let version = words.next()?.parse().ok()?;
    let suite = SuiteName::find(words.next()?)?;
    let bytes: [u8; 32] = unhex(words.next()?)?.try_into().ok()?;
    words.next().is_none().then_some((version, MasterKey { suite, bytes: Zeroizing::new(bytes) }))
}

fn write_secret(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn refuse_loose_mode(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(|cause| unreadable(path, &cause))?.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(open_to_others(path, mode)) }
}

#[cfg(not(unix))]
fn refuse_loose_mode(_path: &Path) -> Result<()> {
    Ok(())
}

fn missing(path: &Path) -> StoreError {
    let shown = path.display();
    StoreError::new(
        ErrorKind::Damaged,
        "store-key-missing",
        format!("缺少密钥文件 {shown}，数据库里的姓名和证件号打不开。请放回建库时生成的文件。"),
        format!(
            "The key file {shown} is missing; names and numbers in the database do not open. Put back the file that was made with it."
        ),
    )
}

fn unreadable(path: &Path, cause: &std::io::Error) -> StoreError {
    let shown = path.display();
    StoreError::new(
        ErrorKind::Unavailable,
        "store-key-unreadable",
        format!("密钥文件 {shown} 无法读写：{cause}。请检查文件夹和权限。"),
        format!("The key file {shown} cannot be read or written: {cause}. Check its folder and rights."),
    )
}

fn not_a_key_file(path: &Path) -> StoreError {
    let shown = path.display();
    StoreError::new(
        ErrorKind::Damaged,
        "store-key-broken",
        format!("{shown} 不是密钥文件：每行应为“版本 算法 64位十六进制”。请放回原来的文件。"),
        format!(
            "{shown} is no key file: each line is a version, a suite and 64 hexadecimal digits. Put the right one back."
        ),
    )
}

#[cfg(unix)]
fn open_to_others(path: &Path, mode: u32) -> StoreError {
    let shown = path.display();
    StoreError::new(
        ErrorKind::Refused,
        "store-key-open-to-others",
        format!("密钥文件 {shown} 的权限是 {mode:o}，别人也能读。请执行 chmod 600。"),
        format!("The key file {shown} has mode {mode:o}, so others can read it. Run chmod 600 on it."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.key");
        let mut made = KeyFile::create(&path, SuiteName::Sm4Gcm, &Chance::system()).unwrap();
        assert_eq!(made.add(SuiteName::Aes256Gcm, &Chance::system()).unwrap(), 2);
        let read = KeyFile::read(&path).unwrap();
        assert_eq!((read.newest().0, read.newest().1.suite), (2, SuiteName::Aes256Gcm));
        assert_eq!(read.find(1).unwrap().bytes, made.find(1).unwrap().bytes);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
        assert!(!format!("{read:?}").contains(&hex(&*read.newest().1.bytes)));
    }

    #[test]
    fn what_is_no_key_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.key");
        let good = format!("1 aes-256-gcm {}", "0".repeat(64));
        for text in ["", "1 aes-256-gcm", "1 rot13 00", &good.replace('0', "00"), &format!("{good} more")] {
            write_secret(&path, text.as_bytes()).unwrap();
            assert_eq!(KeyFile::read(&path).unwrap_err().code, "store-key-broken", "{text}");
        }
        write_secret(&path, good.as_bytes()).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(KeyFile::read(&path).unwrap_err().code, "store-key-open-to-others");
    }
}
