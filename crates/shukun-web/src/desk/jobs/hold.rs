//! Whose jobs are whose: each data folder has a name of its own, and one server holds it.
//!
//! A server that got the lock knows that whoever worked for the folder before is dead, and takes its jobs back at once. One
//! that did not get it (a second server on the same folder) works under a passing name, and what it loses is found by its
//! silence, as between servers on several machines.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

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
        let name = name(data, chance)?;
        Ok(match file.try_lock() {
            Ok(()) => Hold { name, lock: Some(file) },
            Err(_) => Hold { name: format!("{name}-{chance}"), lock: None },
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

fn name(data: &Path, chance: &str) -> std::io::Result<String> {
    let path = data.join("office.id");
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => {
            file.write_all(chance.as_bytes())?;
            file.sync_all()?;
            Ok(chance.to_owned())
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let name = std::fs::read_to_string(&path)?;
            // Cut short by a crash it is nobody's name.
            if name.is_empty() { Ok(chance.to_owned()) } else { Ok(name) }
        }
        Err(error) => Err(error),
    }
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
}
