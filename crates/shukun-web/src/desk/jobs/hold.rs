//! Whose jobs are whose: each data folder has a name of its own, and one server holds it.
//!
//! A server that got the lock knows that whoever worked for the folder before is dead, and takes its jobs back at once. One
//! that did not get it (a second server on the same folder) works under a passing name, and what it loses is found by its
//! silence, as between servers on several machines.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

/// The file with the folder's name.
const NAME: &str = "office.id";

/// A server's hold on its folder; let go when dropped.
#[derive(Debug)]
pub struct Hold {
    name: String,
    lock: Option<File>,
}

impl Hold {
    /// Takes hold of `data`. `chance` makes a name where there is none.
    ///
    /// # Errors
    /// The folder cannot be written to.
    pub fn take(data: &Path, chance: &str) -> std::io::Result<Hold> {
        let file = OpenOptions::new().create(true).append(true).open(data.join("office.lock"))?;
        let is_alone = file.try_lock().is_ok();
        let known = read(&data.join(NAME))?;
        Ok(match (known, is_alone) {
            (Some(name), true) => Hold { name, lock: Some(file) },
            (None, true) => Hold { name: give(data, chance)?, lock: Some(file) },
            (Some(name), false) => Hold { name: format!("{name}-{chance}"), lock: None },
            (None, false) => Hold { name: chance.to_owned(), lock: None },
        })
    }

    /// What its jobs are marked with.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether nobody else works under the name.
    pub fn is_alone(&self) -> bool {
        self.lock.is_some()
    }
}

/// The folder's name; none before the first start.
fn read(path: &Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(name) => Ok(Some(name).filter(|name| !name.is_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Names the folder, whole or not at all: a server killed in the middle of it leaves a folder without a name, not one
/// whose name is cut short.
fn give(data: &Path, name: &str) -> std::io::Result<String> {
    let new = data.join(format!("{NAME}.new"));
    let mut file = File::create(&new)?;
    file.write_all(name.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(new, data.join(NAME))?;
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_name_and_one_server_holds_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = Hold::take(dir.path(), "one").unwrap();
        assert_eq!((first.name(), first.is_alone()), ("one", true));
        let beside = Hold::take(dir.path(), "two").unwrap();
        assert_eq!((beside.name(), beside.is_alone()), ("one-two", false));
        drop(first);
        let after = Hold::take(dir.path(), "three").unwrap();
        assert_eq!((after.name(), after.is_alone()), ("one", true));
    }

    #[test]
    fn a_folder_that_a_crash_left_without_a_name_gets_one_that_stays() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(NAME), "").unwrap();
        for chance in ["one", "two"] {
            assert_eq!(Hold::take(dir.path(), chance).unwrap().name(), "one");
        }
        assert!(!dir.path().join("office.id.new").exists());
    }
}
