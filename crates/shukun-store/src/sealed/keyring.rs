//! The open data keys, and sealing and opening with them.
//!
//! A cell is its key's version (4 bytes), the nonce (12), the encrypted value and the tag (16). Keys of other programs
//! that rotate while this one runs are found when a cell names a version that is not known yet.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use sea_orm::{ConnectionTrait, DatabaseConnection};
use shukun_base::{Masked, normalise_id_number};
use zeroize::Zeroizing;

use super::Place;
use super::key_file::{KeyFile, MasterKey};
use super::suite::{SuiteName, named};
use crate::chance::Chance;
use crate::error::{Result, StoreError};
use crate::sql::{Row, all, execute, statements, values};

statements! {
    ALL_KEYS = "SELECT table_name, version, suite, master_version, wrapped FROM data_keys ORDER BY table_name, version";
    ADD_KEY = "INSERT INTO data_keys (table_name, version, suite, master_version, wrapped) VALUES ($1, $2, $3, $4, $5)";
    WRAP_AGAIN = "UPDATE data_keys SET suite = $3, master_version = $4, wrapped = $5 WHERE table_name = $1 AND version = $2";
}

/// Tables with sealed columns; `index` is the key of keyed hashes.
const TABLES: &[&str] = &[
    "accounts",
    "alerts",
    "audit",
    "bank_files",
    "batch_acts",
    "case_actions",
    "documents",
    "donor_links",
    "donors",
    "exports",
    "files",
    "gift_refunds",
    "imports",
    "index",
    "jobs",
    "measure_acts",
    "meeting_acts",
    "payee_accounts",
    "people",
    "receipt_openings",
    "request_answers",
    "screening_runs",
    "sign_key_secrets",
    "statement_lines",
];

#[derive(Clone)]
struct DataKey {
    suite: SuiteName,
    bytes: Zeroizing<[u8; 32]>,
}

type Keys = BTreeMap<(String, u32), DataKey>;

/// The data keys of an open database.
pub(crate) struct Keyring {
    file: RwLock<KeyFile>,
    keys: RwLock<Keys>,
}

impl Keyring {
    /// Opens every data key, and makes those of tables that have none.
    pub async fn open(file: KeyFile, db: &DatabaseConnection, chance: &Chance) -> Result<Keyring> {
        let mut keys = load(&file, db).await?;
        for table in TABLES {
            if newest(&keys, table).is_none() {
                make_first(&file, db, chance, table).await?;
                keys = load(&file, db).await?;
            }
        }
        Ok(Keyring { file: RwLock::new(file), keys: RwLock::new(keys) })
    }

    /// Seals a value for its place.
    pub fn seal(&self, chance: &Chance, place: Place<'_>, value: &[u8]) -> Result<Vec<u8>> {
        let (version, key) = self.newest(place.table).ok_or_else(|| place.broken())?;
        let nonce: [u8; 12] = chance.bytes()?;
        let bound = place.bound_data(version);
        let sealed =
            key.suite.suite().seal(&key.bytes, nonce, bound.as_bytes(), value).ok_or_else(|| place.broken())?;
        Ok([version.to_be_bytes().as_slice(), &nonce, &sealed].concat())
    }

    /// [`Keyring::seal`] for text.
    pub fn seal_text(&self, chance: &Chance, place: Place<'_>, value: &Masked<String>) -> Result<Vec<u8>> {
        self.seal(chance, place, value.reveal().as_bytes())
    }

    /// Opens a cell of this place; `db` is asked where the cell's key is not known yet.
    pub async fn open_cell(&self, db: &impl ConnectionTrait, place: Place<'_>, cell: &[u8]) -> Result<Masked<Vec<u8>>> {
        let (version, _) = cell.split_first_chunk::<4>().ok_or_else(|| place.broken())?;
        if self.find(place.table, u32::from_be_bytes(*version)).is_none() {
            self.reload(db).await?;
        }
        self.open_known(place, cell)
    }

    /// [`Keyring::open_cell`] for text.
    pub async fn open_text(&self, db: &impl ConnectionTrait, place: Place<'_>, cell: &[u8]) -> Result<Masked<String>> {
        let value = self.open_cell(db, place, cell).await?;
        String::from_utf8(value.reveal().clone()).map(Masked::new).map_err(|_| place.broken())
    }

    fn open_known(&self, place: Place<'_>, cell: &[u8]) -> Result<Masked<Vec<u8>>> {
        let (version, rest) = cell.split_first_chunk::<4>().ok_or_else(|| place.broken())?;
        let (nonce, sealed) = rest.split_first_chunk::<12>().ok_or_else(|| place.broken())?;
        let version = u32::from_be_bytes(*version);
        let key = self.find(place.table, version).ok_or_else(|| place.broken())?;
        let bound = place.bound_data(version);
        let value = key.suite.suite().open(&key.bytes, *nonce, bound.as_bytes(), sealed);
        value.map(Masked::new).ok_or_else(|| place.broken())
    }

    /// The keyed hash of an ID number, however it is written. A county has some 10⁸ possible numbers: the hash protects a
    /// stolen database, not a stolen key.
    pub fn index_of_number(&self, id_number: &Masked<String>) -> Result<Vec<u8>> {
        self.index("id_number", normalise_id_number(id_number.reveal()).as_bytes())
    }

    /// A keyed hash, separate for each use.
    pub fn index(&self, what_for: &'static str, value: &[u8]) -> Result<Vec<u8>> {
        let place = Place { table: "index", column: what_for, row: "" };
        let (_, key) = self.newest("index").ok_or_else(|| place.broken())?;
        let parted = [what_for.as_bytes(), b"|", value].concat();
        Ok(key.suite.suite().index(&key.bytes, &parted).to_vec())
    }

    /// The version that new cells of a table are sealed with.
    pub fn newest_version(&self, table: &str) -> u32 {
        self.newest(table).map_or(0, |(version, _)| version)
    }

    /// Gives a table a new data key: what is written from now on is sealed with it, older cells still open.
    pub async fn add_key(&self, db: &impl ConnectionTrait, chance: &Chance, table: &'static str) -> Result<u32> {
        let file = self.file();
        let version = self.newest(table).map_or(1, |(version, _)| version + 1);
        add(&file, db, chance, table, version).await?;
        self.reload(db).await?;
        Ok(version)
    }

    /// Makes a new master key of `suite` and wraps every data key with it. The index key keeps its value: what was
    /// looked up before is found after.
    pub async fn change_master(&self, db: &impl ConnectionTrait, chance: &Chance, suite: SuiteName) -> Result<()> {
        let mut file = self.file();
        file.add(suite, chance)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner).clone();
        for ((table, version), key) in &keys {
            let (master, wrapped) = wrap(&file, chance, table, *version, key)?;
            let values = values![table.as_str(), i64::from(*version), key.suite.key(), i64::from(master), wrapped];
            execute(db, WRAP_AGAIN, values).await?;
        }
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = file;
        Ok(())
    }

    async fn reload(&self, db: &impl ConnectionTrait) -> Result<()> {
        let file = self.file().again()?;
        let keys = load(&file, db).await?;
        *self.file.write().unwrap_or_else(PoisonError::into_inner) = file;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    fn file(&self) -> KeyFile {
        self.file.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn newest(&self, table: &str) -> Option<(u32, DataKey)> {
        newest(&self.keys.read().unwrap_or_else(PoisonError::into_inner), table)
    }

    fn find(&self, table: &str, version: u32) -> Option<DataKey> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(&(table.to_owned(), version)).cloned()
    }
}

fn newest(keys: &Keys, table: &str) -> Option<(u32, DataKey)> {
    let of_table = keys.range((table.to_owned(), 0)..=(table.to_owned(), u32::MAX));
    of_table.last().map(|((_, version), key)| (*version, key.clone()))
}

async fn make_first(file: &KeyFile, db: &DatabaseConnection, chance: &Chance, table: &str) -> Result<()> {
    match add(file, db, chance, table, 1).await {
        // Another program that opens the same new database was quicker.
        Err(error) if error.is_duplicate() => Ok(()),
        added => added,
    }
}

async fn add(file: &KeyFile, db: &impl ConnectionTrait, chance: &Chance, table: &str, version: u32) -> Result<()> {
    let key = DataKey { suite: file.newest().1.suite, bytes: Zeroizing::new(chance.bytes()?) };
    let (master, wrapped) = wrap(file, chance, table, version, &key)?;
    let values = values![table, i64::from(version), key.suite.key(), i64::from(master), wrapped];
    execute(db, ADD_KEY, values).await?;
    Ok(())
}

fn bound_data(table: &str, version: u32, suite: SuiteName, master: u32) -> String {
    format!("data_keys|wrapped|{table}|{version}|{}|{master}", suite.key())
}

/// The master key's version, and the data key under it.
fn wrap(file: &KeyFile, chance: &Chance, table: &str, version: u32, key: &DataKey) -> Result<(u32, Vec<u8>)> {
    let (master_version, master) = file.newest();
    let nonce: [u8; 12] = chance.bytes()?;
    let bound = bound_data(table, version, key.suite, master_version);
    let wrapped = master.suite.suite().seal(&master.bytes, nonce, bound.as_bytes(), &*key.bytes);
    let wrapped = wrapped.ok_or_else(|| file.wrong())?;
    Ok((master_version, [nonce.as_slice(), &wrapped].concat()))
}

async fn load(file: &KeyFile, db: &impl ConnectionTrait) -> Result<Keys> {
    all(db, ALL_KEYS, values![]).await?.iter().map(|row| unwrap_row(file, row)).collect()
}

fn unwrap_row(file: &KeyFile, row: &Row) -> Result<((String, u32), DataKey)> {
    let (table, suite): (String, String) = (row.get("table_name")?, row.get("suite")?);
    let (version, master_version) = (number(row, "version")?, number(row, "master_version")?);
    let suite = named(&suite)?;
    let master = file.find(master_version).ok_or_else(|| file.wrong())?;
    let bound = bound_data(&table, version, suite, master_version);
    let bytes = unwrapped(master, &bound, &row.get::<Vec<u8>>("wrapped")?).ok_or_else(|| file.wrong())?;
    Ok(((table, version), DataKey { suite, bytes }))
}

fn unwrapped(master: &MasterKey, bound: &str, wrapped: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let (nonce, sealed) = wrapped.split_first_chunk::<12>()?;
    let bytes = Zeroizing::new(master.suite.suite().open(&master.bytes, *nonce, bound.as_bytes(), sealed)?);
    <[u8; 32]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

fn number(row: &Row, column: &str) -> Result<u32> {
    u32::try_from(row.get::<i64>(column)?)
        .map_err(|_| StoreError::damaged("密钥的版本号不对。", "A key's version is out of range."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on_both;
    use std::fs;

    const NAME: Place<'static> = Place { table: "accounts", column: "totp_secret", row: "1" };

    #[test]
    fn a_cell_opens_in_its_own_place_only() {
        on_both(|db| async move {
            let store = db.open().await;
            let sealed = store.keys.seal(&store.chance, NAME, b"value").unwrap();
            assert_eq!(store.keys.open_cell(&store.db, NAME, &sealed).await.unwrap().reveal(), b"value");
            for wrong in
                [Place { table: "audit", ..NAME }, Place { column: "totp_pending", ..NAME }, Place { row: "2", ..NAME }]
            {
                let error = store.keys.open_cell(&store.db, wrong, &sealed).await.unwrap_err();
                assert_eq!(error.code, "store-seal-broken", "{wrong:?}");
            }
        });
    }

    #[test]
    fn old_cells_open_after_both_rotations_and_in_a_program_that_runs_on() {
        on_both(|db| async move {
            let (store, running) = (db.open().await, db.open().await);
            let old = store.keys.seal(&store.chance, NAME, b"old").unwrap();
            let index = store.keys.index_of_number(&Masked::new("11010519491231002X".to_owned())).unwrap();
            store.keys.add_key(&store.db, &store.chance, "accounts").await.unwrap();
            let new = store.keys.seal(&store.chance, NAME, b"new").unwrap();
            assert_ne!(old[..4], new[..4]);
            assert_eq!(running.keys.open_cell(&running.db, NAME, &new).await.unwrap().reveal(), b"new");
            store.keys.change_master(&store.db, &store.chance, SuiteName::Sm4Gcm).await.unwrap();
            store.keys.add_key(&store.db, &store.chance, "accounts").await.unwrap();
            let sm4 = store.keys.seal(&store.chance, NAME, b"sm4").unwrap();
            let again = db.open().await;
            for (cell, value) in [(&old, b"old"), (&new, b"new"), (&sm4, b"sm4")] {
                assert_eq!(again.keys.open_cell(&again.db, NAME, cell).await.unwrap().reveal(), value);
            }
            let number = Masked::new("110105491231002".to_owned());
            assert_eq!(again.keys.index_of_number(&number).unwrap(), index);
        });
    }

    #[test]
    fn another_key_file_and_a_lost_one_are_refused() {
        on_both(|db| async move {
            drop(db.open().await);
            let other = format!("1 aes-256-gcm {}", "0".repeat(64));
            fs::write(db.key_file(), other).unwrap();
            assert_eq!(db.try_open().await.unwrap_err().code, "store-key-wrong");
            fs::remove_file(db.key_file()).unwrap();
            assert_eq!(db.try_open().await.unwrap_err().code, "store-key-missing");
            assert!(!db.key_file().exists());
        });
    }
}
