//! A file whose bytes are checked wherever they are read, a few or all of them.
//!
//! While a file is written, its rows are hashed in blocks of 32 KiB. The hashes of the blocks go into the file's own
//! footer, and the hash of the footer into the manifest. So a look-up of one person reads the footer and some blocks
//! and knows that they are what was written, without reading the whole file; and a reader of the whole file reads it
//! once. Knows nothing of tables: start at [`Sealing`] (writing) and [`SealedFile`] (reading).

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::error::{LakeError, damaged, file_failed};
use super::parquet_file::hex;

/// Bytes that are hashed together.
const BLOCK: usize = 32 * 1024;
/// Hex digits kept of a block's SHA-256.
const DIGITS: usize = 32;
/// Blocks that are kept after they were checked: a table's columns are read side by side, each from its own block.
const KEPT: usize = 64;

/// What the manifest remembers of a file's bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seal {
    /// SHA-256 of the whole file.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Where the rows end and the footer begins.
    pub footer_at: u64,
    /// SHA-256 of the footer, which holds the hashes of the blocks before it.
    pub footer_sha256: String,
}

/// Hashes what is written through it.
pub(crate) struct Sealing<W> {
    to: W,
    whole: Sha256,
    part: Sha256,
    filled: usize,
    blocks: String,
    bytes: u64,
    footer_at: Option<u64>,
}

impl<W: Write> Sealing<W> {
    pub(crate) fn new(to: W) -> Sealing<W> {
        let hash = Sha256::new;
        Sealing { to, whole: hash(), part: hash(), filled: 0, blocks: String::new(), bytes: 0, footer_at: None }
    }

    /// The rows are all written: gives the hashes of their blocks, for the footer that follows.
    pub(crate) fn end_of_rows(&mut self) -> String {
        if self.filled > 0 {
            self.end_of_block();
        }
        self.footer_at = Some(self.bytes);
        self.blocks.clone()
    }

    /// The seal, and what was written to.
    pub(crate) fn finish(self) -> (Seal, W) {
        let seal = Seal {
            sha256: hex(&self.whole.finalize()),
            bytes: self.bytes,
            footer_at: self.footer_at.unwrap_or(0),
            footer_sha256: hex(&self.part.finalize()),
        };
        (seal, self.to)
    }

    fn end_of_block(&mut self) {
        let digits = hex(&self.part.finalize_reset());
        self.blocks.extend(digits.chars().take(DIGITS));
        self.filled = 0;
    }

    fn note(&mut self, mut bytes: &[u8]) {
        self.whole.update(bytes);
        self.bytes += bytes.len() as u64;
        if self.footer_at.is_some() {
            return self.part.update(bytes);
        }
        while !bytes.is_empty() {
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.part.update(now);
            self.filled += now.len();
            if self.filled == BLOCK {
                self.end_of_block();
            }
            bytes = later;
        }
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.note(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A sealed file, open for reading. Copies share the open file.
#[derive(Clone)]
pub(crate) struct SealedFile(Arc<Parts>);

struct Parts {
    name: String,
    file: Mutex<OpenFile>,
    length: u64,
    footer_at: u64,
    footer: Bytes,
    blocks: String,
}

struct OpenFile {
    file: File,
    /// Blocks that were checked, latest last.
    checked: VecDeque<(u64, Bytes)>,
}

impl SealedFile {
    /// Opens the file and checks its footer. Only the footer can be read until [`SealedFile::with_blocks`].
    pub(crate) fn open(path: &Path, seal: &Seal) -> Result<SealedFile, LakeError> {
        let changed = || damaged(path.display(), "SHA-256 ≠ manifest.json");
        let mut file = File::open(path).map_err(|cause| file_failed(path, &cause))?;
        let length = file.metadata().map_err(|cause| file_failed(path, &cause))?.len();
        let footer_length = seal.bytes.checked_sub(seal.footer_at).and_then(|length| usize::try_from(length).ok());
        let footer_length = footer_length.filter(|_| length == seal.bytes).ok_or_else(changed)?;
        let footer = read_at(&mut file, seal.footer_at, footer_length).map_err(|cause| file_failed(path, &cause))?;
        if hex(&Sha256::digest(&footer)) != seal.footer_sha256 {
            return Err(changed());
        }
        let file = Mutex::new(OpenFile { file, checked: VecDeque::new() });
        let name = path.display().to_string();
        Ok(SealedFile(Arc::new(Parts { name, file, length, footer_at: seal.footer_at, footer, blocks: String::new() })))
    }

    /// The same file with the hashes that its footer holds.
    pub(crate) fn with_blocks(self, blocks: &str) -> SealedFile {
        match Arc::try_unwrap(self.0) {
            Ok(parts) => SealedFile(Arc::new(Parts { blocks: blocks.to_owned(), ..parts })),
            Err(shared) => SealedFile(shared),
        }
    }
}

impl Parts {
    fn changed(&self) -> ParquetError {
        ParquetError::General(format!("{}: SHA-256 ≠ footer", self.name))
    }

    /// A block of the rows, checked.
    fn block(&self, number: u64) -> Result<Bytes, ParquetError> {
        let mut open = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, bytes)) = open.checked.iter().find(|(kept, _)| *kept == number) {
            return Ok(bytes.clone());
        }
        let start = number.saturating_mul(BLOCK as u64);
        let length = usize::try_from(self.footer_at.saturating_sub(start)).unwrap_or(BLOCK).min(BLOCK);
        let bytes = read_at(&mut open.file, start, length)?;
        let digits = usize::try_from(number).ok().and_then(|number| number.checked_mul(DIGITS));
        let known = digits.and_then(|from| self.blocks.get(from..from.checked_add(DIGITS)?));
        if known.is_none_or(|known| !hex(&Sha256::digest(&bytes)).starts_with(known)) {
            return Err(self.changed());
        }
        if open.checked.len() >= KEPT {
            open.checked.pop_front();
        }
        open.checked.push_back((number, bytes.clone()));
        Ok(bytes)
    }

    /// Some bytes from `start` to the end of their block or of the file.
    fn from(&self, start: u64) -> Result<Bytes, ParquetError> {
        let (bytes, at) = if start >= self.footer_at {
            (self.footer.clone(), start - self.footer_at)
        } else {
            (self.block(start / BLOCK as u64)?, start % BLOCK as u64)
        };
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
        Ok(bytes.slice(at..))
    }
}

fn read_at(file: &mut File, start: u64, length: usize) -> io::Result<Bytes> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut bytes)?;
    Ok(Bytes::from(bytes))
}

impl Length for SealedFile {
    fn len(&self) -> u64 {
        self.0.length
    }
}

impl ChunkReader for SealedFile {
    type T = Reading;

    fn get_read(&self, start: u64) -> parquet::errors::Result<Reading> {
        Ok(Reading { file: self.clone(), at: start })
    }

    fn get_bytes(&self, start: u64, length: usize) -> parquet::errors::Result<Bytes> {
        let first = self.0.from(start)?;
        if first.len() >= length {
            return Ok(first.slice(..length));
        }
        let mut bytes = Vec::with_capacity(length);
        let mut next = first;
        while !next.is_empty() && bytes.len() < length {
            bytes.extend_from_slice(next.get(..next.len().min(length - bytes.len())).unwrap_or_default());
            next = self.0.from(start.saturating_add(bytes.len() as u64))?;
        }
        if bytes.len() == length { Ok(Bytes::from(bytes)) } else { Err(self.0.changed()) }
    }
}

/// Reads a sealed file from some place on.
pub(crate) struct Reading {
    file: SealedFile,
    at: u64,
}

impl Read for Reading {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let bytes = self.file.0.from(self.at).map_err(io::Error::other)?;
        let count = bytes.len().min(to.len());
        for (to, byte) in to.iter_mut().zip(bytes.iter()) {
            *to = *byte;
        }
        self.at = self.at.saturating_add(count as u64);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(rows: &[u8], footer: &[u8], path: &Path) -> (Seal, String) {
        let mut sealing = Sealing::new(Vec::new());
        rows.chunks(7_000).for_each(|some| sealing.write_all(some).unwrap());
        let blocks = sealing.end_of_rows();
        sealing.write_all(footer).unwrap();
        let (seal, bytes) = sealing.finish();
        std::fs::write(path, bytes).unwrap();
        (seal, blocks)
    }

    fn rows(length: usize) -> Vec<u8> {
        (0..length).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn any_piece_is_read_as_it_was_written(length in 0_usize..100_000, start in 0_usize..100_000, count in 0_usize..70_000) {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("f");
            let all = [rows(length), b"footer".to_vec()].concat();
            let (seal, blocks) = written(&rows(length), b"footer", &path);
            let file = SealedFile::open(&path, &seal).unwrap().with_blocks(&blocks);
            let start = start.min(all.len());
            let count = count.min(all.len() - start);
            let piece = &all[start..start + count];
            prop_assert_eq!(&file.get_bytes(start as u64, count).unwrap()[..], piece);
            let mut read = vec![0; count];
            file.get_read(start as u64).unwrap().read_exact(&mut read).unwrap();
            prop_assert_eq!(&read[..], piece);
        }
    }

    #[test]
    fn a_changed_byte_is_noticed_where_it_is_read_and_only_there() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let (seal, blocks) = written(&rows(100_000), b"footer", &path);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[40_000] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        let file = SealedFile::open(&path, &seal).unwrap().with_blocks(&blocks);
        assert!(file.get_bytes(0, 20_000).is_ok());
        assert!(file.get_bytes(70_000, 10_000).is_ok());
        assert!(file.get_bytes(33_000, 10).is_err());
        assert!(file.get_bytes(0, 50_000).is_err());
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(SealedFile::open(&path, &seal).map(|_| ()).unwrap_err().code, "lake-damaged");
        std::fs::write(&path, &bytes[..last]).unwrap();
        assert_eq!(SealedFile::open(&path, &seal).map(|_| ()).unwrap_err().code, "lake-damaged");
    }
}
