//! The sealed file of identities: what a commit adds to it, and the one way to read it.
//!
//! `identity/people-N.parquet` (an index: the newest row of a person counts), one row a person by `person_id`: `key_version`, then for each of `name`, `id_number`
//! and `phone` the sealed value and a keyed check value, by which an import sees that a value is on file without
//! opening it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::path::{Path, PathBuf};

use arrow::array::{BinaryArray, RecordBatch, UInt32Array};
use shukun_base::{HouseholdId, Masked, PersonId, normalise_id_number};

use super::code::{self, keyed_hash};
use super::key::{KEY_VERSION, Keys, key_path, load_or_create};
use super::seal::{Place, open, seal};
use crate::Identity;
use crate::lake::columns::{Cells, Column, Rows, counts, ids, optional_bytes, table_of};
use crate::lake::disk::Disk;
use crate::lake::error::{LakeError, foreign_code, key_wrong, same_code, seal_broken};
use crate::lake::manifest::{IDENTITY, Manifest};
use crate::lake::runs::PEOPLE;

/// The columns that hold sealed values, with their check columns.
const COLUMNS: [(&str, &str); 3] = [("name", "name_check"), ("id_number", "id_number_check"), ("phone", "phone_check")];

/// One sealed value and its check value.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sealed {
    value: Vec<u8>,
    check: Vec<u8>,
}

/// A person's sealed values, in the order of [`COLUMNS`].
type SealedRow = [Option<Sealed>; 3];

/// The identity file of a lake and the key that goes with it.
pub struct IdentityVault {
    lake: PathBuf,
    key_path: PathBuf,
    keys: Keys,
}

impl fmt::Debug for IdentityVault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdentityVault").field("lake", &self.lake).finish_non_exhaustive()
    }
}

impl IdentityVault {
    /// Opens the vault of the lake in `lake`, whose key lies beside that folder or where the environment variable
    /// `SHUKUN_IDENTITY_KEY` says. The first call for a lake makes the key.
    ///
    /// # Errors
    /// `identity-key-missing`, `identity-key-open` (others can read it), `identity-key-broken`,
    /// `identity-key-in-lake`, `identity-key-wrong`, `lake-file`.
    pub fn open_or_create(lake: &Path) -> Result<IdentityVault, LakeError> {
        let disk = Disk::default();
        disk.make_folder(lake)?;
        IdentityVault::open_or_create_with_key(lake, &key_path(lake))
    }

    /// The same with the key file named by the caller.
    ///
    /// # Errors
    /// As [`IdentityVault::open_or_create`].
    pub fn open_or_create_with_key(lake: &Path, key: &Path) -> Result<IdentityVault, LakeError> {
        let keys = load_or_create(lake, key, &Disk::default())?;
        Ok(IdentityVault { lake: lake.to_owned(), key_path: key.to_owned(), keys })
    }

    /// Where the key file lies.
    pub fn key_path(&self) -> &Path {
        &self.key_path
    }

    /// The code of a person, from the ID number.
    pub fn person_id(&self, id_number: &str) -> PersonId {
        code::person_id(&self.keys.index, id_number)
    }

    /// The code of a household, from its householder's ID number.
    pub fn household_id(&self, householder_id_number: &str) -> HouseholdId {
        code::household_id(&self.keys.index, householder_id_number)
    }

    /// The names, ID numbers and phones of some persons, **for a report that an officer reads**: nothing else opens
    /// a seal. A person without an identity on file is left out.
    ///
    /// # Errors
    /// `identity-seal-broken`, `identity-key-wrong`, `lake-damaged`, `lake-file`.
    pub fn reveal_for_report(&self, persons: &[PersonId]) -> Result<HashMap<PersonId, Identity>, LakeError> {
        let wanted: BTreeSet<PersonId> = persons.iter().copied().collect();
        let mut rows = BTreeMap::new();
        self.read_rows(&Manifest::load(&self.lake)?, &wanted, |person, row| {
            rows.insert(person, row);
        })?;
        rows.into_iter().map(|(person, row)| Ok((person, self.open_row(person, row)?))).collect()
    }

    fn open_row(&self, person: PersonId, [name, id_number, phone]: SealedRow) -> Result<Identity, LakeError> {
        let open_cell = |column, cell: Option<Sealed>| {
            let place = Place { column, person };
            cell.map(|cell| open(&self.keys.seal, place, &cell.value)).transpose()
        };
        let required = |column, value: Option<Masked<String>>| {
            value.ok_or_else(|| seal_broken(format!("{column} of person {person}")))
        };
        Ok(Identity {
            name: required("name", open_cell("name", name)?)?,
            id_number: required("id_number", open_cell("id_number", id_number)?)?,
            phone: open_cell("phone", phone)?,
        })
    }

    /// The rows of the people in `new`, joined to what `manifest` has of them, where they are others than before: a
    /// value on file stays sealed as it is, a changed name or phone replaces it, an unknown phone does not.
    pub(crate) fn seal_beside(
        &self,
        manifest: &Manifest,
        new: &[&(PersonId, Identity)],
    ) -> Result<RecordBatch, LakeError> {
        let mut before = BTreeMap::new();
        self.read_rows(manifest, &new.iter().map(|(person, _)| *person).collect(), |person, row| {
            before.insert(person, row);
        })?;
        let mut rows = before.clone();
        for (person, identity) in new {
            self.join(*person, identity, rows.entry(*person).or_default())?;
        }
        rows.retain(|person, row| before.get(person) != Some(row));
        table_of(columns_of(&rows), IDENTITY)
    }

    fn join(&self, person: PersonId, new: &Identity, row: &mut SealedRow) -> Result<(), LakeError> {
        let id_number = Masked::new(normalise_id_number(new.id_number.reveal()));
        if self.person_id(id_number.reveal()) != person {
            return Err(foreign_code(person));
        }
        let [name_cell, id_cell, phone_cell] = row;
        let id_check = self.check(person, "id_number", &id_number);
        if id_cell.as_ref().is_some_and(|cell| cell.check != id_check) {
            return Err(same_code(person));
        }
        self.join_cell(Place { column: "id_number", person }, &id_number, id_cell)?;
        self.join_cell(Place { column: "name", person }, &new.name, name_cell)?;
        match &new.phone {
            Some(phone) => self.join_cell(Place { column: "phone", person }, phone, phone_cell),
            None => Ok(()),
        }
    }

    fn join_cell(&self, place: Place, value: &Masked<String>, cell: &mut Option<Sealed>) -> Result<(), LakeError> {
        let check = self.check(place.person, place.column, value);
        if cell.as_ref().is_none_or(|stored| stored.check != check) {
            *cell = Some(Sealed { value: seal(&self.keys.seal, place, value)?, check });
        }
        Ok(())
    }

    fn check(&self, person: PersonId, column: &str, value: &Masked<String>) -> Vec<u8> {
        let parts = [column.as_bytes(), &person.0.to_le_bytes(), value.reveal().as_bytes()];
        keyed_hash(&self.keys.check, &parts).to_vec()
    }

    fn read_rows(
        &self,
        manifest: &Manifest,
        wanted: &BTreeSet<PersonId>,
        mut each: impl FnMut(PersonId, SealedRow),
    ) -> Result<(), LakeError> {
        let keys = wanted.iter().map(|person| person.0).collect();
        PEOPLE.find((&self.lake, manifest), keys, |person, rows, row| {
            let key_version: Cells<UInt32Array> = rows.column("key_version")?;
            if key_version.get(row)? != KEY_VERSION {
                return Err(key_wrong(&self.key_path));
            }
            let mut sealed = SealedRow::default();
            for (cell, names) in sealed.iter_mut().zip(COLUMNS) {
                *cell = SealedCells::new(rows, names)?.cell(row);
            }
            each(PersonId(person), sealed);
            Ok(())
        })
    }
}

/// A sealed column and its check column.
struct SealedCells<'a> {
    value: Cells<'a, BinaryArray>,
    check: Cells<'a, BinaryArray>,
}

impl<'a> SealedCells<'a> {
    fn new(rows: &Rows<'a>, (value, check): (&'a str, &'a str)) -> Result<SealedCells<'a>, LakeError> {
        Ok(SealedCells { value: rows.column(value)?, check: rows.column(check)? })
    }

    fn cell(&self, row: usize) -> Option<Sealed> {
        let (value, check) = (self.value.find(row)?, self.check.find(row)?);
        Some(Sealed { value: value.to_vec(), check: check.to_vec() })
    }
}

fn columns_of(rows: &BTreeMap<PersonId, SealedRow>) -> Vec<Column> {
    let mut columns = vec![
        ids("person_id", rows.keys().map(|person| person.0)),
        counts("key_version", rows.keys().map(|_| KEY_VERSION)),
    ];
    for (at, (value, check)) in COLUMNS.into_iter().enumerate() {
        let cells = || rows.values().map(|row| row.get(at).and_then(Option::as_ref));
        columns.push(optional_bytes(value, cells().map(|cell| cell.map(|cell| cell.value.as_slice()))));
        columns.push(optional_bytes(check, cells().map(|cell| cell.map(|cell| cell.check.as_slice()))));
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lake::arbitrary::{claim_of, empty_batch, stranger};
    use crate::{Batch, Kind, Lake};
    use shukun_engine::facts::Person;
    use std::collections::HashSet;

    const PEOPLE: [(&str, &str, &str); 2] =
        [("测试甲", "11010519491231002X", "13800000001"), ("测试乙", "440524188001010014", "13800000002")];

    fn identity(name: &str, id_number: &str, phone: Option<&str>) -> Identity {
        let masked = |text: &str| Masked::new(text.to_owned());
        Identity { name: masked(name), id_number: masked(id_number), phone: phone.map(masked) }
    }

    /// A file about all [`PEOPLE`], coded by `vault`.
    fn file_of_people(vault: &IdentityVault, file: &str) -> Batch {
        let mut batch = empty_batch(file, Kind::Settlement);
        for (at, (name, id_number, phone)) in (1..).zip(PEOPLE) {
            let (person_id, household_id) = (vault.person_id(id_number), vault.household_id(id_number));
            batch.persons.push(Person { person_id, household_id, ..stranger(0) });
            batch.claims.push(claim_of(person_id.0, at));
            batch.identities.push((person_id, identity(name, id_number, Some(phone))));
        }
        batch
    }

    struct Office {
        dir: tempfile::TempDir,
        vault: IdentityVault,
        lake: Lake,
    }

    fn office() -> Office {
        let dir = tempfile::tempdir().unwrap();
        let lake_dir = dir.path().join("lake");
        let mut lake = Lake::open_or_create(&lake_dir).unwrap();
        let vault = IdentityVault::open_or_create(&lake_dir).unwrap();
        lake.commit(&[file_of_people(&vault, "a.xlsx")], "t").unwrap();
        Office { dir, vault, lake }
    }

    fn files_under(dir: &Path) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
        entries.flat_map(|path| if path.is_dir() { files_under(&path) } else { vec![path] }).collect()
    }

    #[test]
    fn a_report_gets_the_names_back() {
        let Office { vault, dir: _kept, .. } = office();
        let persons: Vec<PersonId> = PEOPLE.iter().map(|(_, id_number, _)| vault.person_id(id_number)).collect();
        let revealed = vault.reveal_for_report(&persons).unwrap();
        for ((name, id_number, phone), person) in PEOPLE.into_iter().zip(&persons) {
            assert_eq!(revealed[person], identity(name, id_number, Some(phone)));
        }
        assert!(vault.reveal_for_report(&[PersonId(1)]).unwrap().is_empty());
        assert_eq!(format!("{:?}", revealed[&persons[0]]).matches("***").count(), 3);
        assert!(!format!("{vault:?}").contains("keys"));
    }

    /// What a file says once nothing is compressed, and as it is.
    fn plain_bytes(path: &Path) -> Vec<u8> {
        use parquet::arrow::ArrowWriter;
        use parquet::file::properties::WriterProperties;
        let mut bytes = std::fs::read(path).unwrap();
        if path.extension().is_some_and(|extension| extension == "parquet") {
            crate::lake::parquet_file::read_tables(path, None, |table| {
                let plain = WriterProperties::builder().set_dictionary_enabled(false).build();
                let mut writer = ArrowWriter::try_new(&mut bytes, table.schema(), Some(plain)).unwrap();
                writer.write(table).unwrap();
                writer.close().unwrap();
                Ok(())
            })
            .unwrap();
        }
        bytes
    }

    /// Which of the planted values occur in the bytes.
    fn found_in(bytes: &[u8], planted: &HashSet<Vec<u8>>) -> Vec<String> {
        let lengths: HashSet<usize> = planted.iter().map(Vec::len).collect();
        let windows = lengths.into_iter().flat_map(|length| bytes.windows(length));
        windows
            .filter(|window| planted.contains(*window))
            .map(|hit| String::from_utf8_lossy(hit).into_owned())
            .collect()
    }

    #[test]
    fn no_file_of_the_lake_holds_a_name_or_a_number() {
        let dir = tempfile::tempdir().unwrap();
        let mut lake = Lake::open_or_create(&dir.path().join("lake")).unwrap();
        let vault = IdentityVault::open_or_create(lake.dir()).unwrap();
        let mut batch = empty_batch("a.xlsx", Kind::Settlement);
        let mut planted: HashSet<Vec<u8>> = HashSet::new();
        for at in 0..300 {
            let id_number = normalise_id_number(&format!("330381{}0101{at:03}", 10 + at % 80));
            let (name, phone) = (format!("测试名{at:03}"), format!("138{at:08}"));
            planted.extend([id_number.as_bytes(), name.as_bytes(), phone.as_bytes()].map(<[u8]>::to_vec));
            let (person_id, household_id) = (vault.person_id(&id_number), vault.household_id(&id_number));
            batch.persons.push(Person { person_id, household_id, ..stranger(0) });
            batch.claims.push(claim_of(person_id.0, at));
            batch.identities.push((person_id, identity(&name, &id_number, Some(&phone))));
        }
        lake.commit(&[batch], "t").unwrap();
        let files = files_under(lake.dir());
        assert!(files.iter().any(|path| path.ends_with("identity/people-1.parquet")), "{files:?}");
        for path in &files {
            assert_eq!(found_in(&plain_bytes(path), &planted), Vec::<String>::new(), "{}", path.display());
        }
        // The search sees what is there: the settlement numbers are.
        let numbers = (0..300).map(|at| format!("JS{at:06}").into_bytes()).collect();
        let seen: usize = files.iter().map(|path| found_in(&plain_bytes(path), &numbers).len()).sum();
        assert!(seen >= 300, "{seen}");
    }

    #[test]
    fn the_key_lies_beside_the_lake_for_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let Office { dir, vault, .. } = office();
        assert_eq!(vault.key_path().file_name().unwrap(), "lake.identity.key");
        assert_eq!(vault.key_path().parent().unwrap(), std::fs::canonicalize(dir.path()).unwrap());
        let about = std::fs::metadata(vault.key_path()).unwrap();
        assert_eq!((about.permissions().mode() & 0o7777, about.len()), (0o600, 32));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let Office { dir, vault, .. } = office();
        for mode in [0o640, 0o604, 0o660, 0o601] {
            std::fs::set_permissions(vault.key_path(), std::fs::Permissions::from_mode(mode)).unwrap();
            let error = IdentityVault::open_or_create(&dir.path().join("lake")).unwrap_err();
            assert_eq!(error.code, "identity-key-open");
            assert!(error.mend.en.contains("chmod 600"), "{}", error.mend);
        }
    }

    #[test]
    fn another_missing_broken_or_misplaced_key_is_refused() {
        let Office { dir, vault, .. } = office();
        let lake = dir.path().join("lake");
        let code = |key: &Path| IdentityVault::open_or_create_with_key(&lake, key).unwrap_err().code;
        let elsewhere = IdentityVault::open_or_create(&dir.path().join("other")).unwrap();
        assert_eq!(code(elsewhere.key_path()), "identity-key-wrong");
        assert_eq!(code(&dir.path().join("nowhere.key")), "identity-key-missing");
        assert_eq!(code(&lake.join("identity/identity.key")), "identity-key-in-lake");
        std::fs::write(vault.key_path(), [0; 31]).unwrap();
        assert_eq!(code(vault.key_path()), "identity-key-broken");
    }

    /// Rewrites the identity file with its rows changed, as someone with write access but no key could.
    fn tamper(office: &Office, change: impl FnOnce(&mut BTreeMap<PersonId, SealedRow>)) {
        let mut manifest = Manifest::load(office.lake.dir()).unwrap();
        let mut rows = BTreeMap::new();
        let persons = PEOPLE.map(|(_, id_number, _)| office.vault.person_id(id_number));
        let note = |person, row| drop(rows.insert(person, row));
        office.vault.read_rows(&manifest, &BTreeSet::from(persons), note).unwrap();
        change(&mut rows);
        let place = (office.lake.dir(), &Disk::default());
        manifest.generation += 1;
        crate::lake::runs::PEOPLE
            .append(place, &mut manifest, &table_of(columns_of(&rows), IDENTITY).unwrap())
            .unwrap();
        manifest.replace(office.lake.dir(), &Disk::default()).unwrap();
    }

    #[test]
    fn two_swapped_seals_do_not_open() {
        for column in 0..COLUMNS.len() {
            let office = office();
            let persons = PEOPLE.map(|(_, id_number, _)| office.vault.person_id(id_number));
            tamper(&office, |rows| {
                let [one, other] = persons.map(|person| rows[&person][column].clone());
                rows.get_mut(&persons[0]).unwrap()[column] = other;
                rows.get_mut(&persons[1]).unwrap()[column] = one;
            });
            assert_eq!(office.vault.reveal_for_report(&persons).unwrap_err().code, "identity-seal-broken");
        }
    }

    #[test]
    fn a_name_in_the_place_of_a_phone_does_not_open() {
        let office = office();
        let person = office.vault.person_id(PEOPLE[0].1);
        tamper(&office, |rows| {
            let row = rows.get_mut(&person).unwrap();
            row[2] = row[0].clone();
        });
        assert_eq!(office.vault.reveal_for_report(&[person]).unwrap_err().code, "identity-seal-broken");
    }

    #[test]
    fn an_edited_identity_file_is_seen_even_before_opening() {
        let office = office();
        let manifest = Manifest::load(office.lake.dir()).unwrap();
        let path = office.lake.dir().join(&crate::lake::runs::PEOPLE.runs(&manifest)[0].path);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[100] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let person = office.vault.person_id(PEOPLE[0].1);
        assert_eq!(office.vault.reveal_for_report(&[person]).unwrap_err().code, "lake-damaged");
    }

    #[test]
    fn the_same_people_again_change_nothing_and_a_new_name_replaces_the_old() {
        let mut office = office();
        let again = file_of_people(&office.vault, "a.xlsx");
        assert_eq!(office.lake.commit(std::slice::from_ref(&again), "t").unwrap().generation, 1);
        let (person, mut renamed) = again.identities[0].clone();
        renamed.name = Masked::new("测试丙".to_owned());
        renamed.phone = None;
        let newer = Batch { identities: vec![(person, renamed)], ..empty_batch("b.xlsx", Kind::Roster) };
        assert_eq!(office.lake.commit(&[newer], "t").unwrap().generation, 2);
        let revealed = office.vault.reveal_for_report(&[person]).unwrap();
        assert_eq!(revealed[&person], identity("测试丙", PEOPLE[0].1, Some(PEOPLE[0].2)));
    }

    #[test]
    fn a_code_that_was_not_made_from_the_number_is_refused() {
        let mut office = office();
        let person = office.vault.person_id(PEOPLE[0].1);
        let foreign = (person, identity("测试丁", PEOPLE[1].1, None));
        let batch = Batch { identities: vec![foreign], ..empty_batch("b.xlsx", Kind::Roster) };
        let error = office.lake.commit(&[batch], "t").unwrap_err();
        assert_eq!(error.code, "identity-foreign-code");
        assert!(!error.to_string().contains(PEOPLE[1].1) && !error.to_string().contains("测试丁"));
    }

    #[test]
    fn two_numbers_on_one_code_are_refused() {
        // No two numbers with one code are known, so the stored check value is made that of another number.
        let mut office = office();
        let person = office.vault.person_id(PEOPLE[0].1);
        let other = office.vault.check(person, "id_number", &Masked::new(PEOPLE[1].1.to_owned()));
        tamper(&office, |rows| rows.get_mut(&person).unwrap()[1].as_mut().unwrap().check = other);
        let batch = file_of_people(&office.vault, "b.xlsx");
        assert_eq!(office.lake.commit(&[batch], "t").unwrap_err().code, "identity-same-code");
    }
}
