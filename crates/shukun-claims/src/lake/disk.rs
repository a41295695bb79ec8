//! The few file operations a commit is made of, counted so that a test can stop at each of them.
//!
//! Knows nothing of tables. Start at [`Disk`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
#[cfg(test)]
use std::sync::atomic::{AtomicUsize, Ordering};

use super::error::{LakeError, file_failed};

/// The file system, as a commit sees it.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    /// How many operations are left before the process "is killed"; a test sets it.
    #[cfg(test)]
    left: Option<AtomicUsize>,
}

impl Disk {
    /// A disk on which operation number `after` (from 0) and all later ones fail, as after a kill.
    #[cfg(test)]
    pub(crate) fn stopping_after(after: usize) -> Disk {
        Disk { left: Some(AtomicUsize::new(after)) }
    }

    /// Whether the count was never used up.
    #[cfg(test)]
    pub(crate) fn has_steps_left(&self) -> bool {
        self.left.as_ref().is_none_or(|left| left.load(Ordering::SeqCst) > 0)
    }

    #[cfg(test)]
    fn step(&self) -> io::Result<()> {
        let Some(left) = &self.left else { return Ok(()) };
        let had = left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        had.map(|_| ()).map_err(|_| io::Error::other("stopped here"))
    }

    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "the counting twin is built for tests only")]
    fn step(&self) -> io::Result<()> {
        Ok(())
    }

    fn run<T>(&self, path: &Path, operation: impl FnOnce() -> io::Result<T>) -> Result<T, LakeError> {
        self.step().and_then(|()| operation()).map_err(|cause| file_failed(path, &cause))
    }

    pub(crate) fn make_folder(&self, path: &Path) -> Result<(), LakeError> {
        self.run(path, || fs::create_dir_all(path))
    }

    /// Begins a new file, whose bytes come one after the other.
    pub(crate) fn create<'a>(&'a self, path: &'a Path) -> Result<DiskFile<'a>, LakeError> {
        let file = self.run(path, || File::create(path))?;
        Ok(DiskFile { disk: self, path, file })
    }

    /// Writes a new file and makes it durable. The bytes go in two halves so that a stop can tear the file.
    pub(crate) fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        self.write_with(path, bytes, &options)
    }

    /// The same with a new file that only its owner may read; it must not exist yet.
    pub(crate) fn write_secret(&self, path: &Path, bytes: &[u8]) -> Result<(), LakeError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        self.write_with(path, bytes, &options)
    }

    fn write_with(&self, path: &Path, bytes: &[u8], options: &OpenOptions) -> Result<(), LakeError> {
        let (first, rest) = bytes.split_at(bytes.len() / 2);
        let mut file = self.run(path, || options.open(path))?;
        self.run(path, || file.write_all(first))?;
        self.run(path, || file.write_all(rest))?;
        self.run(path, || make_durable(&file))
    }

    /// Gives a file a second name; a copy where the file system has no such thing. One that is there already stays.
    pub(crate) fn link(&self, file: &Path, also: &Path) -> Result<(), LakeError> {
        self.run(also, || match fs::hard_link(file, also) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
            Err(_) => fs::copy(file, also).map(|_| ()),
            Ok(()) => Ok(()),
        })
    }

    /// Gives a file its final name, replacing what had it, and makes the name durable.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<(), LakeError> {
        self.run(to, || fs::rename(from, to))
    }

    /// Makes the names in a folder durable.
    pub(crate) fn sync_folder(&self, path: &Path) -> Result<(), LakeError> {
        self.run(path, || make_durable(&File::open(path)?))
    }

    pub(crate) fn remove(&self, path: &Path) -> Result<(), LakeError> {
        self.run(path, || fs::remove_file(path))
    }
}

/// A file that is being written; every write is an operation at which a test can stop.
pub(crate) struct DiskFile<'a> {
    disk: &'a Disk,
    path: &'a Path,
    file: File,
}

impl DiskFile<'_> {
    /// Waits until the disk has all of it.
    pub(crate) fn make_durable(self) -> Result<(), LakeError> {
        self.disk.run(self.path, || make_durable(&self.file))
    }
}

impl io::Write for DiskFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.step()?;
        // A test gets its bytes in smaller pieces, so that a stop between them can tear the file.
        let count = if cfg!(test) && bytes.len() > 1_024 { bytes.len() / 2 } else { bytes.len() };
        self.file.write(bytes.get(..count).unwrap_or(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Waits until the disk has it. Tests count the operation but do not wait: what they stop is a process, not a machine.
fn make_durable(file: &File) -> io::Result<()> {
    if cfg!(test) { Ok(()) } else { file.sync_all() }
}

/// The whole of a file.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LakeError> {
    fs::read(path).map_err(|cause| file_failed(path, &cause))
}
