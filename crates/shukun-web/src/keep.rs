//! Backup, restore, the audit trail's proof and the books as open files, for commands on the server's own machine; the server may go on serving.
//!
//! Whoever runs them can read the files anyway, so nobody is asked to sign in. Prints nothing. Start at [`back_up`].

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use shukun_base::Text;
use shukun_fund::BookId;
pub use shukun_fund::ledger::audit::{Finding, Invariant};
use shukun_fund::ledger::open_files::{WholeBook, open_files};
use shukun_store::Store;
pub use shukun_store::{AuditHead, Verified};

use crate::start::{StartError, beside, quietly, unwritable};

/// Which office it is about.
#[derive(Clone, Debug)]
pub struct Office {
    /// Its folder.
    pub data: PathBuf,
    /// Another database than the file in the folder.
    pub database_url: Option<String>,
    /// The file with the keys; beside the folder unless told.
    pub keys: Option<PathBuf>,
}

impl Office {
    fn url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| Store::sqlite_url(&self.data))
    }

    fn keys(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| beside(&self.data))
    }

    /// What is there already: a command that looks makes no empty office.
    async fn open(&self) -> Result<Store, StartError> {
        let file = self.data.join("shukun.db");
        if self.database_url.is_none() && !file.is_file() {
            return Err(no_office(&file));
        }
        Ok(Store::open(&self.url(), &self.keys()).await?)
    }
}

/// Writes a backup of one moment to a new file, while others work; the end of its audit trail. That it was made is
/// written into the trail.
///
/// # Errors
/// There is no such office; `store-backup-exists`.
pub fn back_up(office: &Office, file: &Path) -> Result<AuditHead, StartError> {
    quietly(async {
        let store = office.open().await?;
        let made = store.back_up_here(file, Timestamp::now()).await?;
        store.close().await?;
        Ok(made.head)
    })
}

/// Restores a backup into a folder or database without accounts, under the key file of its time, and proves the trail to
/// its last row, against `kept` where its head was kept.
///
/// # Errors
/// `store-restore-not-empty`, `store-audit-broken`, `store-key-missing`, `store-key-wrong`.
pub fn restore(file: &Path, office: &Office, kept: Option<&AuditHead>) -> Result<AuditHead, StartError> {
    if !file.is_file() {
        return Err(no_backup(file));
    }
    quietly(async {
        std::fs::create_dir_all(&office.data).map_err(|error| unwritable(&office.data, &error))?;
        let store = Store::restore(file, &office.url(), &office.keys(), kept).await?;
        let head = store.audit_head().await?;
        store.close().await?;
        Ok(head)
    })
}

/// Proves the audit trail from its first row to its last, and that it still holds what `kept` saw; and audits the books: what
/// of the invariants does not hold.
///
/// # Errors
/// There is no such office; `store-audit-broken`.
pub fn audit(office: &Office, kept: Option<&AuditHead>) -> Result<(Verified, Vec<Finding>), StartError> {
    quietly(async {
        let store = office.open().await?;
        let verified = store.verify_audit(kept).await?;
        let found = store.audit_ledger().await?;
        store.close().await?;
        Ok((verified, found))
    })
}

/// Writes every book, or the one that is named, as open files into a new folder: a folder for each. Its name appears when all of it
/// is there. Which books they were, and how many transfers each has.
///
/// # Errors
/// There is no such office; `keep-book-exists`; `keep-no-book`; the folder cannot be written.
pub fn write_books(office: &Office, only: Option<&str>, out: &Path) -> Result<Vec<(BookId, usize)>, StartError> {
    if out.exists() {
        return Err(book_exists(out));
    }
    let only = only.map(|id| BookId::new(id).ok_or_else(|| no_book(id))).transpose()?;
    let books = quietly(async {
        let store = office.open().await?;
        let books = store.whole_books(only.as_ref(), Timestamp::now()).await?;
        store.close().await?;
        Ok(books)
    })?;
    if books.is_empty() {
        return Err(no_book(only.as_ref().map_or("", BookId::as_str)));
    }
    let mut partial = out.as_os_str().to_owned();
    partial.push(".part");
    let partial = PathBuf::from(partial);
    write_all(&books, &partial).map_err(|error| unwritable(&partial, &error))?;
    std::fs::rename(&partial, out).map_err(|error| unwritable(out, &error))?;
    Ok(books.into_iter().map(|book| (book.id, book.transfers.len())).collect())
}

fn write_all(books: &[WholeBook], folder: &Path) -> std::io::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    for book in books {
        let folder = folder.join(book.id.as_str());
        std::fs::create_dir_all(&folder)?;
        for (name, text) in open_files(book).map_err(std::io::Error::other)? {
            std::fs::write(folder.join(name), text)?;
        }
    }
    Ok(())
}

/// A head as it is written on a label: `1204:0a1b…`.
pub fn label(head: &AuditHead) -> String {
    let digits: String = head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}:{digits}", head.number)
}

/// The head on a label; `None` if it is none.
pub fn find_head(label: &str) -> Option<AuditHead> {
    let (number, digits) = label.trim().split_once(':')?;
    let is_hex = digits.len().is_multiple_of(2) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let byte = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    let hash = (0..digits.len()).step_by(2).map(byte).collect::<Option<Vec<u8>>>().filter(|_| is_hex)?;
    Some(AuditHead { number: number.parse().ok()?, hash })
}

fn no_office(file: &Path) -> StartError {
    StartError::at_place(
        "keep-no-office",
        Text::new("这里没有数据库", "there is no database here"),
        file.display().to_string(),
        Text::new(
            "检查 --data；用 PostgreSQL 的要写 --database-url",
            "check --data; for PostgreSQL give --database-url",
        ),
    )
}

fn book_exists(out: &Path) -> StartError {
    StartError::at_place(
        "keep-book-exists",
        Text::new("这个名字已被占用", "that name is taken"),
        out.display().to_string(),
        Text::new("换一个还没有的文件夹", "name a folder that is not there yet"),
    )
}

fn no_book(id: &str) -> StartError {
    StartError::at_place(
        "keep-no-book",
        Text::new("没有这本账", "there is no such book"),
        id.to_owned(),
        Text::new(
            "“基金”页列出了各账的编号；还没有建账的先建账",
            "the fund's page lists the books; open one first where there is none",
        ),
    )
}

fn no_backup(file: &Path) -> StartError {
    StartError::at_place(
        "keep-no-backup",
        Text::new("没有这个备份文件", "there is no such backup"),
        file.display().to_string(),
        Text::new("检查文件名", "check the file's name"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_as_it_was_written() {
        let head = AuditHead { number: 1_204, hash: vec![0, 0xff, 0x1b] };
        assert_eq!(label(&head), "1204:00ff1b");
        assert_eq!(find_head(" 1204:00ff1b\n"), Some(head));
        for wrong in ["", "1204", "x:00", "1:0", "1:zz", "1:中文"] {
            assert_eq!(find_head(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_there_is_told_and_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let office = Office { data: dir.path().join("nowhere"), database_url: None, keys: None };
        assert_eq!(back_up(&office, &dir.path().join("b.db")).unwrap_err().code, "keep-no-office");
        assert_eq!(audit(&office, None).unwrap_err().code, "keep-no-office");
        assert_eq!(restore(&dir.path().join("b.db"), &office, None).unwrap_err().code, "keep-no-backup");
        assert!(!dir.path().join("nowhere").exists());
    }
}
