//! Files beside the database that name people: sealed piece by piece, so that no file is ever whole in memory.
//!
//! A file is a row of pieces, each its length (4 bytes) and a sealed cell that is bound to the file's name and the piece's
//! number; the last piece is empty and says that it is the last, so that a file that was cut short does not open. Start at
//! [`Store::seal_file`] and [`Store::open_sealed_file`].

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, ErrorKind as IoKind, Read as _, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

use crate::chance::hex;
use crate::error::{ErrorKind, Result, StoreError};
use crate::sealed::Place;
use crate::store::Store;

/// Bytes sealed together.
const PIECE: usize = 1 << 20;
/// A sealed piece is a little longer.
const LONGEST: usize = PIECE + 1_024;

/// What was sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedFile {
    /// Bytes of the file as it came.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
}

/// A file on its way to the disk.
pub struct FileSealer {
    store: Store,
    name: String,
    out: BufWriter<File>,
    waiting: Vec<u8>,
    pieces: u64,
    bytes: u64,
    hash: Sha256,
}

/// A sealed file that is read.
pub struct FileOpener {
    store: Store,
    name: String,
    from: BufReader<File>,
    pieces: u64,
    is_over: bool,
}

impl Store {
    /// Begins a sealed file at `path`, in place of one that is there. It opens under the same `name` only.
    ///
    /// # Errors
    /// `store-file`.
    pub fn seal_file(&self, path: &Path, name: &str) -> Result<FileSealer> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let out = BufWriter::new(options.open(path).map_err(|error| failed(&error))?);
        let (store, name) = (self.clone(), name.to_owned());
        Ok(FileSealer { store, name, out, waiting: Vec::new(), pieces: 0, bytes: 0, hash: Sha256::new() })
    }

    /// Opens a sealed file to be read piece by piece.
    ///
    /// # Errors
    /// `store-file`; each piece answers for itself.
    pub fn open_sealed_file(&self, path: &Path, name: &str) -> Result<FileOpener> {
        let from = BufReader::new(File::open(path).map_err(|error| failed(&error))?);
        Ok(FileOpener { store: self.clone(), name: name.to_owned(), from, pieces: 0, is_over: false })
    }
}

impl FileSealer {
    /// More of the file.
    ///
    /// # Errors
    /// `store-file`.
    pub fn push(&mut self, bytes: &[u8]) -> Result<()> {
        self.hash.update(bytes);
        self.bytes += bytes.len() as u64;
        self.waiting.extend_from_slice(bytes);
        while self.waiting.len() >= PIECE {
            let rest = self.waiting.split_off(PIECE);
            let piece = std::mem::replace(&mut self.waiting, rest);
            self.write(&piece)?;
        }
        Ok(())
    }

    /// Bytes so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes the end and waits until the disk has it.
    ///
    /// # Errors
    /// `store-file`.
    pub fn finish(mut self) -> Result<SealedFile> {
        let last = std::mem::take(&mut self.waiting);
        if !last.is_empty() {
            self.write(&last)?;
        }
        self.write(&[])?;
        let file = self.out.into_inner().map_err(|error| failed(error.error()))?;
        file.sync_all().map_err(|error| failed(&error))?;
        Ok(SealedFile { bytes: self.bytes, sha256: hex(&self.hash.finalize()) })
    }

    fn write(&mut self, piece: &[u8]) -> Result<()> {
        let row = row(&self.name, self.pieces);
        let cell = self.store.keys.seal(&self.store.chance, place(&row), piece)?;
        let length = u32::try_from(cell.len()).unwrap_or(u32::MAX);
        let written = self.out.write_all(&length.to_be_bytes()).and_then(|()| self.out.write_all(&cell));
        self.pieces += 1;
        written.map_err(|error| failed(&error))
    }
}

impl FileOpener {
    /// The next piece; `None` after the last.
    ///
    /// # Errors
    /// `store-seal-broken` where the file was changed or cut, `store-file`.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if self.is_over {
            return Ok(None);
        }
        let cell = self.read()?;
        let row = row(&self.name, self.pieces);
        let piece = self.store.keys.open_cell(&self.store.db, place(&row), &cell).await?;
        self.pieces += 1;
        self.is_over = piece.reveal().is_empty();
        Ok(Some(piece.reveal().clone()).filter(|piece| !piece.is_empty()))
    }

    /// The whole of it, for files that are known to be small.
    ///
    /// # Errors
    /// As [`FileOpener::next`].
    pub async fn whole(mut self) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        while let Some(piece) = self.next().await? {
            all.extend_from_slice(&piece);
        }
        Ok(all)
    }

    fn read(&mut self) -> Result<Vec<u8>> {
        let cut = |error: std::io::Error| match error.kind() {
            IoKind::UnexpectedEof => broken(),
            _ => failed(&error),
        };
        let mut length = [0; 4];
        self.from.read_exact(&mut length).map_err(cut)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > LONGEST {
            return Err(broken());
        }
        let mut cell = vec![0; length];
        self.from.read_exact(&mut cell).map_err(cut)?;
        Ok(cell)
    }
}

fn row(name: &str, piece: u64) -> String {
    format!("{name}|{piece}")
}

fn place(row: &str) -> Place<'_> {
    Place { table: "files", column: "piece", row }
}

fn broken() -> StoreError {
    StoreError::new(
        ErrorKind::Damaged,
        "store-seal-broken",
        "一个加密文件不完整或被改动过。请重新上传。",
        "A sealed file was cut short or changed. Upload it again.",
    )
}

/// The system's reason is a kind, never a path.
fn failed(error: &std::io::Error) -> StoreError {
    StoreError::new(
        ErrorKind::Unavailable,
        "store-file",
        format!("服务器读写文件时出错（{}）。请重试；仍不行，请系统管理员检查磁盘。", error.kind()),
        format!(
            "The server could not read or write a file ({}). Try again; if it stays, ask the system administrator to look at the disk.",
            error.kind()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both;

    #[test]
    fn what_was_sealed_comes_back_and_stands_nowhere_in_the_file() {
        on_both(|db| async move {
            let store = db.open().await;
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("a");
            for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + 7] {
                let text: Vec<u8> = b"11010519491231002X,".iter().copied().cycle().take(length).collect();
                let mut sealer = store.seal_file(&path, "a").unwrap();
                text.chunks(70_001).for_each(|some| sealer.push(some).unwrap());
                assert_eq!(sealer.bytes(), length as u64);
                let sealed = sealer.finish().unwrap();
                assert_eq!((sealed.bytes, sealed.sha256), (length as u64, hex(&Sha256::digest(&text))));
                assert_eq!(store.open_sealed_file(&path, "a").unwrap().whole().await.unwrap(), text);
                let on_disk = std::fs::read(&path).unwrap();
                assert!(!on_disk.windows(18).any(|some| some == b"11010519491231002X"));
                if length > 1 {
                    let other = store.open_sealed_file(&path, "b").unwrap().whole().await;
                    assert_eq!(other.unwrap_err().code, "store-seal-broken");
                }
            }
        });
    }

    #[test]
    fn a_file_that_was_cut_or_changed_does_not_open() {
        on_both(|db| async move {
            let store = db.open().await;
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("a");
            let mut sealer = store.seal_file(&path, "a").unwrap();
            sealer.push(&vec![7; PIECE + 100]).unwrap();
            sealer.finish().unwrap();
            let whole = std::fs::read(&path).unwrap();
            let opened = async |bytes: &[u8]| {
                std::fs::write(&path, bytes).unwrap();
                store.open_sealed_file(&path, "a").unwrap().whole().await.map_err(|error| error.code)
            };
            assert!(opened(&whole).await.is_ok());
            for cut in [0, 3, 4, 100, PIECE + 40, whole.len() - 1] {
                assert_eq!(opened(&whole[..cut]).await, Err("store-seal-broken"), "{cut}");
            }
            for at in [1, 50, PIECE, whole.len() - 1] {
                let mut changed = whole.clone();
                changed[at] ^= 1;
                assert_eq!(opened(&changed).await, Err("store-seal-broken"), "{at}");
            }
        });
    }
}
