//! A result folder that is whole or not there: written beside its place and moved in at the end.
//!
//! `county/result` is made in `county/.result.unfinished`; its receipt is written last, everything is made durable, and
//! only then does the folder take its name. Where an earlier result has the name, the two change places in one step
//! (where the system has no such step: the old one is set aside first, and put back by the next run should this one
//! be killed in between). What a killed run left is taken away by the next. Start at [`Unfinished::begin`].

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use shukun_base::Text;

use super::receipt::RECEIPT;
use crate::error::{CliError, Problem};
use crate::exit::Exit;

/// The file that a writer holds locked.
const LOCK: &str = "settling.lock";
/// Where a patched result keeps the tables it stands on.
pub const BASE: &str = "base";
/// Where a patched result keeps what replaces some of their rows.
pub const PATCH: &str = "patch";

/// Everything that may lie in a result folder.
const OURS: [&str; 10] = [
    RECEIPT,
    LOCK,
    "standings.parquet",
    "postings.parquet",
    "notes.parquet",
    "delta_postings.parquet",
    "delta_standings.parquet",
    // As earlier versions named it.
    "delta.parquet",
    BASE,
    PATCH,
];

/// A result that is being written. Without [`Unfinished::finish`] nothing of it stays.
#[derive(Debug)]
pub struct Unfinished {
    out: PathBuf,
    dir: PathBuf,
    /// Held until the end; none once the result has its name.
    lock: Option<File>,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.lock.take().is_some() {
            let _gone = fs::remove_dir_all(&self.dir);
        }
    }
}

impl Unfinished {
    /// Begins a result that shall take the name `out`. What is there keeps it until then.
    pub fn begin(out: &Path) -> Result<Unfinished, CliError> {
        let (dir, aside) = (beside(out, "unfinished")?, beside(out, "aside")?);
        refuse_foreign_files(out)?;
        let failed = |error: io::Error| CliError::unwritable(&dir, &error);
        fs::create_dir_all(&dir).map_err(failed)?;
        let lock = File::create(dir.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(busy(out)),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        mend(out, &aside).map_err(|error| CliError::unwritable(out, &error))?;
        remove_leftovers(&dir).map_err(failed)?;
        Ok(Unfinished { out: out.to_owned(), dir, lock: Some(lock) })
    }

    /// Takes away what a killed run left beside `out`, where there is anything.
    pub fn tidy(out: &Path) -> Result<(), CliError> {
        if beside(out, "unfinished")?.exists() || beside(out, "aside")?.exists() {
            drop(Unfinished::begin(out)?);
        }
        Ok(())
    }

    /// Where its files are written.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Gives it its name. Everything must be written.
    pub fn finish(mut self) -> Result<(), CliError> {
        let failed = |error: io::Error| CliError::unwritable(&self.out, &error);
        make_durable(&self.dir).map_err(failed)?;
        fs::remove_file(self.dir.join(LOCK)).map_err(failed)?;
        move_in(&self.dir, &self.out).map_err(failed)?;
        sync_folder(&parent(&self.out)).map_err(failed)?;
        self.lock = None;
        Ok(())
    }
}

/// A file of the same content in another folder, without copying where the disk can do without.
pub fn link(from: &Path, to: &Path) -> Result<(), CliError> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(()),
        Err(_) => fs::copy(from, to).map(|_| ()).map_err(|error| CliError::unwritable(to, &error)),
    }
}

/// `.result.unfinished` beside `result`.
fn beside(out: &Path, what: &str) -> Result<PathBuf, CliError> {
    let whole = std::path::absolute(out).map_err(|error| CliError::unwritable(out, &error))?;
    match whole.file_name() {
        Some(name) => Ok(whole.with_file_name(format!(".{}.{what}", name.to_string_lossy()))),
        None => Err(foreign(out)),
    }
}

fn parent(path: &Path) -> PathBuf {
    std::path::absolute(path).ok().and_then(|path| path.parent().map(Path::to_path_buf)).unwrap_or_else(|| ".".into())
}

/// Puts an earlier result back that a killed run had set aside.
fn mend(out: &Path, aside: &Path) -> io::Result<()> {
    match (out.exists(), aside.exists()) {
        (false, true) => fs::rename(aside, out),
        (true, true) => fs::remove_dir_all(aside),
        _ => Ok(()),
    }
}

fn remove_leftovers(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        match path.is_dir() {
            true => fs::remove_dir_all(&path)?,
            false if name != LOCK => fs::remove_file(&path)?,
            false => {}
        }
    }
    Ok(())
}

/// Waits until the disk has every file and every name.
fn make_durable(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        match path.is_dir() {
            true => make_durable(&path)?,
            false => File::open(&path)?.sync_all()?,
        }
    }
    sync_folder(dir)
}

fn sync_folder(dir: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(dir)?.sync_all() } else { Ok(()) }
}

fn move_in(from: &Path, to: &Path) -> io::Result<()> {
    if !to.exists() {
        return fs::rename(from, to);
    }
    if change_places(from, to).is_err() {
        let aside = from.with_extension("aside");
        fs::rename(to, &aside)?;
        fs::rename(from, to)?;
        return fs::remove_dir_all(aside);
    }
    fs::remove_dir_all(from)
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn change_places(one: &Path, other: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn change_places(_one: &Path, _other: &Path) -> io::Result<()> {
    Err(io::Error::from(io::ErrorKind::Unsupported))
}

/// A folder with other things in it is not replaced.
fn refuse_foreign_files(out: &Path) -> Result<(), CliError> {
    let Ok(entries) = fs::read_dir(out) else {
        return if out.exists() { Err(foreign(out)) } else { Ok(()) };
    };
    let is_ours = |name: &str| OURS.contains(&name) || OURS.iter().any(|ours| name == format!("{ours}.new"));
    let mut names = entries.flatten().map(|entry| entry.file_name());
    if names.all(|name| is_ours(&name.to_string_lossy())) { Ok(()) } else { Err(foreign(out)) }
}

fn foreign(out: &Path) -> CliError {
    CliError::usage(
        "cli-result-folder",
        Text::new("文件夹里有别的东西，不能放结算结果", "the folder holds other things, so no result is put there"),
        Some(out.display().to_string()),
        Text::new("用 --out 换一个新文件夹", "name a new folder with --out"),
    )
}

fn busy(out: &Path) -> CliError {
    CliError::from(Problem {
        code: "cli-result-busy",
        what: Text::new("另一个程序正在写这个结果", "another program is writing this result"),
        place: Some(out.display().to_string()),
        mend: Text::new(
            "等它结束，或用 --out 换一个文件夹",
            "wait until it has ended, or name another folder with --out",
        ),
        exit: Exit::Output,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(out: &Path, word: &str) {
        let unfinished = Unfinished::begin(out).unwrap();
        fs::create_dir(unfinished.dir().join(BASE)).unwrap();
        fs::write(unfinished.dir().join(RECEIPT), word).unwrap();
        unfinished.finish().unwrap();
    }

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_result_takes_the_place_of_the_one_before_and_nothing_is_left() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("result");
        for word in ["first", "second"] {
            write(&out, word);
            assert_eq!(fs::read_to_string(out.join(RECEIPT)).unwrap(), word);
            assert_eq!(names(dir.path()), ["result"]);
            assert_eq!(names(&out), [BASE, RECEIPT]);
        }
    }

    #[test]
    fn a_result_that_is_not_finished_changes_nothing_and_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("result");
        write(&out, "first");
        let unfinished = Unfinished::begin(&out).unwrap();
        fs::write(unfinished.dir().join("standings.parquet"), "half").unwrap();
        drop(unfinished);
        assert_eq!(names(dir.path()), ["result"]);
        // As a killed run leaves it.
        fs::create_dir_all(dir.path().join(".result.unfinished").join(PATCH)).unwrap();
        fs::write(dir.path().join(".result.unfinished/standings.parquet"), "half").unwrap();
        assert_eq!(fs::read_to_string(out.join(RECEIPT)).unwrap(), "first");
        write(&out, "second");
        assert_eq!(names(dir.path()), ["result"]);
        assert_eq!(names(&out), [BASE, RECEIPT]);
    }

    #[test]
    fn a_result_that_was_set_aside_is_put_back() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("result");
        write(&out, "first");
        fs::rename(&out, dir.path().join(".result.aside")).unwrap();
        drop(Unfinished::begin(&out).unwrap());
        assert_eq!(fs::read_to_string(out.join(RECEIPT)).unwrap(), "first");
    }

    #[test]
    fn one_writer_at_a_time_and_no_other_things_are_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("result");
        let _first = Unfinished::begin(&out).unwrap();
        assert_eq!(Unfinished::begin(&out).unwrap_err().code, "cli-result-busy");
        fs::write(dir.path().join("precious.txt"), "…").unwrap();
        assert_eq!(Unfinished::begin(dir.path()).unwrap_err().code, "cli-result-folder");
        assert_eq!(Unfinished::begin(&dir.path().join("precious.txt")).unwrap_err().code, "cli-result-folder");
    }
}
