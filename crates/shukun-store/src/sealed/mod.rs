//! Sealed fields: what names or describes a person is encrypted before it reaches the database.
//!
//! A sealed cell is bound to its table, column, row and key version, so that a cell copied to another place does not
//! open. Each table has data keys of its own, wrapped by a master key from a file outside the database. Start at
//! [`Keyring`]; the ciphers are in `suite`, the file in `key_file`.

mod key_file;
mod keyring;
mod suite;

pub(crate) use key_file::KeyFile;
pub(crate) use keyring::Keyring;
pub use suite::SuiteName;

#[cfg(test)]
pub(crate) use key_file::ALL as KEY_FILE_STATEMENTS;
#[cfg(test)]
pub(crate) use keyring::ALL as KEYRING_STATEMENTS;

use crate::error::{ErrorKind, StoreError};

/// Where a sealed cell belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub table: &'static str,
    pub column: &'static str,
    pub row: &'a str,
}

impl Place<'_> {
    fn bound_data(self, version: u32) -> String {
        format!("{}|{}|{}|{version}", self.table, self.column, self.row)
    }

    fn broken(self) -> StoreError {
        StoreError::new(
            ErrorKind::Damaged,
            "store-seal-broken",
            format!(
                "表 {} 的 {} 字段有一处密文打不开：数据被改动过，或密钥文件不对。请从备份恢复。",
                self.table, self.column
            ),
            format!(
                "A sealed {} of table {} does not open: it was changed, or the key file is another. Restore a backup.",
                self.column, self.table
            ),
        )
    }
}
