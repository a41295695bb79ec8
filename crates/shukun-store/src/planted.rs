//! Nobody's name or number is found in what lies on the disk: planted values are searched for in every byte.
//!
//! `SHUKUN_PLANTED` asks for more people than a test run plants.

use std::collections::HashSet;

use sea_orm::Value;
use shukun_base::{HouseholdId, Masked, PersonId};
use shukun_casework::authority::{Permission, Role};

use crate::testing::{TestDb, at, grant, new_account, on_both, region, scopes};
use crate::wall::OwnWork;
use crate::{NewJob, Person, PersonField, Scope, Store};

const USUAL: u64 = 1_000;

/// Values of one kind, all of the same number of bytes.
struct Planted {
    values: HashSet<Vec<u8>>,
    length: usize,
}

impl Planted {
    fn of(people: &[Person], value: impl Fn(&Person) -> Option<Masked<String>>) -> Planted {
        let values: HashSet<Vec<u8>> =
            people.iter().filter_map(value).map(|value| value.reveal().clone().into_bytes()).collect();
        let length = values.iter().next().unwrap().len();
        assert!(values.len() > people.len() / 2 && values.iter().all(|value| value.len() == length));
        Planted { values, length }
    }

    fn found_in(&self, bytes: &[u8]) -> usize {
        bytes.windows(self.length).filter(|window| self.values.contains(*window)).count()
    }
}

fn person(number: u64) -> Person {
    let letter = |shift: u64| char::from_u32(0x5000 + u32::try_from((number >> shift) & 0xff).unwrap()).unwrap();
    Person {
        person_id: PersonId(number),
        household_id: HouseholdId(number / 3),
        region: Some(region("330381001001")),
        name: Masked::new(format!("测{}{}", letter(8), letter(0))),
        id_number: Masked::new(format!("9999991970{number:08}")),
        phone: Some(Masked::new(format!("199{number:08}"))),
        address: Some(Masked::new(format!("测试路第{number:08}号楼"))),
        bank_account: Some(Masked::new(format!("62220000000{number:08}"))),
    }
}

async fn plant(store: &Store, scope: &Scope, people: &[Person]) {
    for some in people.chunks(500) {
        store.save_people(scope, some, at(0)).await.unwrap();
    }
    // Numbers also go where somebody types them: a search, a reason, a job.
    for one in people.iter().take(20) {
        let number = &one.id_number;
        assert_eq!(store.find_by_number(scope, number, at(1)).await.unwrap().len(), 1);
        let reason = Masked::new(format!("核对 {} {}", one.name.reveal(), number.reveal()));
        let fields = [PersonField::Name, PersonField::Phone];
        assert_eq!(store.reveal(scope, one.person_id, &fields, &reason, at(1)).await.unwrap()[0].1, one.name);
        let input = serde_json::json!({ "search": number.reveal() });
        let job = NewJob { kind: "export", region: region("330381"), input, once_key: None };
        store.add_job(scope, Permission::Export, &job, at(1)).await.unwrap();
        let typed = store.sign_in(number.reveal(), one.phone.as_ref().unwrap(), at(1)).await;
        assert!(!format!("{typed:?}").contains(number.reveal().as_str()));
    }
}

/// Every byte of the database, as its files or its tables have it.
async fn bytes_of(store: &Store, db: &TestDb) -> Vec<u8> {
    if let Some(folder) = db.url().strip_prefix("sqlite://").and_then(|path| path.rsplit_once('/')) {
        let files = std::fs::read_dir(folder.0).unwrap().map(|entry| entry.unwrap().path());
        return files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect();
    }
    let backup = db.key_file().with_file_name("model.db");
    let mut bytes = Vec::new();
    store.write_backup(&backup).await.unwrap();
    let model = sea_orm::Database::connect(format!("sqlite://{}", backup.display())).await.unwrap();
    let tx = store.begin_own(OwnWork::Backup).await.unwrap();
    for table in crate::copy::tables(&model).await.unwrap() {
        table
            .each_row(&tx, |row| {
                for value in row {
                    match value {
                        Value::String(Some(text)) => bytes.extend_from_slice(text.as_bytes()),
                        Value::Bytes(Some(cell)) => bytes.extend_from_slice(cell),
                        other => bytes.extend_from_slice(format!("{other:?}").as_bytes()),
                    }
                    bytes.push(b'|');
                }
            })
            .await
            .unwrap();
    }
    bytes
}

#[test]
fn no_planted_value_is_in_a_database_or_its_backup() {
    let count = std::env::var("SHUKUN_PLANTED").map_or(USUAL, |count| count.parse().unwrap());
    on_both(|db| async move {
        let store = db.open().await;
        let scope = scopes(&store, &[new_account("bureau", &[grant(Role::Insurance, "330381")])]).await.remove(0);
        let people: Vec<Person> = (0..count).map(person).collect();
        plant(&store, &scope, &people).await;
        let planted = [
            Planted::of(&people, |one| Some(one.name.clone())),
            Planted::of(&people, |one| Some(one.id_number.clone())),
            Planted::of(&people, |one| one.phone.clone()),
            Planted::of(&people, |one| one.address.clone()),
            Planted::of(&people, |one| one.bank_account.clone()),
        ];
        let backup = db.key_file().with_file_name("backup.db");
        store.write_backup(&backup).await.unwrap();
        let (here, kept) = (bytes_of(&store, &db).await, std::fs::read(&backup).unwrap());
        assert!(here.len() > people.len() * 300 && kept.len() > people.len() * 300);
        for (kind, values) in planted.iter().enumerate() {
            assert_eq!((values.found_in(&here), values.found_in(&kept)), (0, 0), "values of kind {kind}");
        }
        let one = person(7);
        let lying_open = [one.name.reveal(), one.id_number.reveal()].map(|value| value.as_bytes()).concat();
        assert_eq!(planted.iter().map(|values| values.found_in(&lying_open)).sum::<usize>(), 2, "the search finds");
    });
}
