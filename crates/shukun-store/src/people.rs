//! People: who is behind a code. Sealed in the database, masked in lists, opened one by one with a reason.
//!
//! INVARIANT: a name or number leaves this module masked, or through [`Store::reveal`], which writes who looked at which
//! fields of whom, and why.

use sea_orm::{DatabaseTransaction, Value};
use shukun_base::{Day, HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::authority::Permission;

use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    SAVE = "INSERT INTO people (person_id, household_id, region, name, id_number, id_number_index, phone, address,
            bank_account, sealed_version, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (person_id) DO UPDATE SET household_id = excluded.household_id, region = excluded.region,
            name = excluded.name, id_number = excluded.id_number, id_number_index = excluded.id_number_index,
            phone = excluded.phone, address = excluded.address, bank_account = excluded.bank_account,
            sealed_version = excluded.sealed_version, updated_at = excluded.updated_at";
    OLD_SEALS = "SELECT person_id FROM people WHERE sealed_version < $1 ORDER BY sealed_version, person_id LIMIT $2";
    // Reads the row and holds it: nobody changes it before it is written again.
    HOLD = "UPDATE people SET sealed_version = sealed_version WHERE person_id = $1
        RETURNING person_id, household_id, region, name, id_number, phone, address, bank_account, updated_at";
}

/// Shortest reason that says anything, in characters.
const REASON: usize = 4;

/// A person as it comes from an import or a form.
#[derive(Clone, Debug)]
pub struct Person {
    /// The code of the person in the lake.
    pub person_id: PersonId,
    /// The code of the household.
    pub household_id: HouseholdId,
    /// The village, town or county the person lives in; `None` is seen by nobody.
    pub region: Option<RegionCode>,
    /// 姓名
    pub name: Masked<String>,
    /// 证件号码
    pub id_number: Masked<String>,
    /// 电话
    pub phone: Option<Masked<String>>,
    /// 住址
    pub address: Option<Masked<String>>,
    /// 银行账号
    pub bank_account: Option<Masked<String>>,
}

/// A person as lists show it: nothing here tells who it is without the reveal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MaskedPerson {
    /// The code of the person.
    pub person_id: PersonId,
    /// The code of the household.
    pub household_id: HouseholdId,
    /// Where the person lives.
    pub region: RegionCode,
    /// The family name and stars: 张*.
    pub name: String,
    /// Stars and the last four.
    pub id_number: String,
    /// The first three and the last four.
    pub phone: Option<String>,
    /// Whole years on the day of the look, where the ID number tells.
    pub age: Option<u16>,
}

macro_rules! fields {
    ($($field:ident $column:literal $zh:literal,)+) => {
        /// A sealed field of a person.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum PersonField {
            $(#[doc = $zh] $field,)+
        }

        impl PersonField {
            /// Every field.
            pub const ALL: &'static [PersonField] = &[$(PersonField::$field),+];

            /// The column, and its word in forms and trails.
            pub fn key(self) -> &'static str {
                match self { $(PersonField::$field => $column,)+ }
            }
        }
    };
}

fields! {
    Name "name" "姓名",
    IdNumber "id_number" "证件号码",
    Phone "phone" "电话",
    Address "address" "住址",
    BankAccount "bank_account" "银行账号",
}

impl PersonField {
    /// The field of this key.
    pub fn find(key: &str) -> Option<PersonField> {
        PersonField::ALL.iter().copied().find(|field| field.key() == key)
    }
}

/// What [`Store::reveal`] opened, in the order asked for; a field that is not known is left out.
pub type Revealed = Vec<(PersonField, Masked<String>)>;

impl Store {
    /// Writes people down, new or changed, in one transaction. Twice the same is once.
    ///
    /// # Errors
    /// `store-forbidden` unless the caller imports, or opens cases by hand, where each of them lives.
    pub async fn save_people(&self, scope: &Scope, people: &[Person], now: Moment) -> Result<()> {
        for person in people {
            let place = person.region.as_ref();
            let may = |permission| scope.allows(permission, place);
            let nowhere = place.is_none() && scope.allows_anywhere(Permission::Import);
            if !(may(Permission::Import) || may(Permission::DiscoverByHand) || nowhere) {
                return Err(StoreError::forbidden());
            }
        }
        self.retry(|| async {
            let tx = self.begin_saving(scope, people).await?;
            for person in people {
                self.save_person(&tx, person, now).await?;
            }
            let fields = people.len().to_string();
            let object =
                Object::new("people", people.first().map_or_else(String::new, |one| one.person_id.to_string()));
            let region = people.first().and_then(|one| one.region.as_ref());
            let by = scope.account_id().as_str();
            let entry = Entry { account_id: by, act: Act::PeopleSaved, object, region, fields: &fields, reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// Whoever imports takes over people who lived elsewhere before, and those whose place is not known.
    async fn begin_saving(&self, scope: &Scope, people: &[Person]) -> Result<DatabaseTransaction> {
        let imports = |person: &Person| match &person.region {
            None => true,
            place => scope.allows(Permission::Import, place.as_ref()),
        };
        if people.iter().all(imports) { self.begin_own(OwnWork::Import).await } else { self.begin_within(scope).await }
    }

    async fn save_person(&self, tx: &DatabaseTransaction, person: &Person, now: Moment) -> Result<()> {
        let row_id = person.person_id.to_string();
        let seal = |column, value: &Masked<String>| self.keys.seal_text(&self.chance, place(column, &row_id), value);
        let seal_some = |column, value: &Option<Masked<String>>| -> Result<Option<Vec<u8>>> {
            value.as_ref().map(|value| seal(column, value)).transpose()
        };
        let values = values![
            row_id.as_str(),
            person.household_id.to_string(),
            person.region.as_ref().map(|region| region.as_str().to_owned()),
            seal("name", &person.name)?,
            seal("id_number", &person.id_number)?,
            self.keys.index_of_number(&person.id_number)?,
            seal_some("phone", &person.phone)?,
            seal_some("address", &person.address)?,
            seal_some("bank_account", &person.bank_account)?,
            i64::from(self.keys.newest_version("people")),
            millis(now),
        ];
        execute(tx, SAVE, values).await?;
        Ok(())
    }

    /// The people of several households in the caller's area, masked. One statement for a whole page.
    pub async fn list_households(&self, scope: &Scope, ids: &[HouseholdId]) -> Result<Vec<MaskedPerson>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.masked(scope, people_query(scope, Permission::ViewCases, &By::Households(ids))).await
    }

    /// People by their codes, masked; those outside the caller's area are left out. One statement for a whole page.
    pub async fn list_people(&self, scope: &Scope, ids: &[PersonId]) -> Result<Vec<MaskedPerson>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        self.masked(scope, people_query(scope, Permission::ViewCases, &By::Ids(ids))).await
    }

    /// The person with this ID number, however it is written, if in the caller's area. The search is written down.
    pub async fn find_by_number(
        &self,
        scope: &Scope,
        id_number: &Masked<String>,
        now: Moment,
    ) -> Result<Vec<MaskedPerson>> {
        let index = self.keys.index_of_number(id_number)?;
        let found = self.masked(scope, people_query(scope, Permission::ViewCases, &By::Number(index))).await?;
        let object = Object::new("people", found.first().map_or_else(String::new, |one| one.person_id.to_string()));
        let region = found.first().map(|one| one.region.clone());
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let (object, region) = (object.clone(), region.as_ref());
            let entry =
                Entry { account_id: by, act: Act::PersonSearched, object, region, fields: "id_number", reason: None };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(found)
    }

    /// Opens fields of one person. Who looked, at which fields and why is written down before anything is returned.
    ///
    /// # Errors
    /// `store-not-found` outside the area, `store-forbidden`, `store-step-up` without the second factor,
    /// `store-reason-missing` without a reason of at least four characters.
    pub async fn reveal(
        &self,
        scope: &Scope,
        person_id: PersonId,
        fields: &[PersonField],
        reason: &Masked<String>,
        now: Moment,
    ) -> Result<Revealed> {
        scope.require_anywhere(Permission::Reveal)?;
        if reason.reveal().trim().chars().count() < REASON {
            return Err(reason_missing());
        }
        let query = people_query(scope, Permission::Reveal, &By::Ids(&[person_id]));
        let row = query.find(&self.within(scope, Permission::Reveal)).await?.ok_or_else(StoreError::not_found)?;
        let region = crate::accounts::read_region(&row)?;
        let mut revealed = Vec::new();
        for field in fields {
            if let Some(value) = self.open_field(&row, *field).await? {
                revealed.push((*field, value));
            }
        }
        let looked_at: Vec<&str> = fields.iter().map(|field| field.key()).collect();
        let looked_at = looked_at.join(" ");
        let by = scope.account_id().as_str();
        self.retry(|| async {
            let tx = self.begin_write().await?;
            let object = Object::new("person", person_id.to_string());
            let (region, reason) = (Some(&region), Some(reason));
            append(
                self,
                &tx,
                now,
                Entry { account_id: by, act: Act::Revealed, object, region, fields: &looked_at, reason },
            )
            .await?;
            Ok(tx.commit().await?)
        })
        .await?;
        Ok(revealed)
    }

    /// Seals up to `at_most` people again under the newest key of the table; how many it did. 0 = none is left.
    pub(crate) async fn reseal_people(&self, at_most: u32) -> Result<usize> {
        let newest = i64::from(self.keys.newest_version("people"));
        let rows = all(&self.own(OwnWork::Keys), OLD_SEALS, values![newest, i64::from(at_most)]).await?;
        for row in &rows {
            let person_id: String = row.get("person_id")?;
            self.retry(|| async {
                let tx = self.begin_own(OwnWork::Keys).await?;
                if let Some(row) = find(&tx, HOLD, values![person_id.as_str()]).await? {
                    let person = self.open_person(&row).await?;
                    self.save_person(&tx, &person, moment(row.get("updated_at")?)?).await?;
                }
                Ok(tx.commit().await?)
            })
            .await?;
        }
        Ok(rows.len())
    }

    async fn open_person(&self, row: &Row) -> Result<Person> {
        let needed = async |field| self.open_field(row, field).await?.ok_or_else(not_a_code);
        let region: Option<String> = row.get("region")?;
        Ok(Person {
            person_id: PersonId(code(row, "person_id")?),
            household_id: HouseholdId(code(row, "household_id")?),
            region: region.and_then(|region| RegionCode::new(&region)),
            name: needed(PersonField::Name).await?,
            id_number: needed(PersonField::IdNumber).await?,
            phone: self.open_field(row, PersonField::Phone).await?,
            address: self.open_field(row, PersonField::Address).await?,
            bank_account: self.open_field(row, PersonField::BankAccount).await?,
        })
    }

    pub(crate) async fn open_field(&self, row: &Row, field: PersonField) -> Result<Option<Masked<String>>> {
        let row_id: String = row.get("person_id")?;
        match row.get::<Option<Vec<u8>>>(field.key())? {
            Some(cell) => self.keys.open_text(&self.db, place(field.key(), &row_id), &cell).await.map(Some),
            None => Ok(None),
        }
    }

    async fn masked(&self, scope: &Scope, query: Query) -> Result<Vec<MaskedPerson>> {
        let mut people = Vec::new();
        for row in query.all(&self.within(scope, Permission::ViewCases)).await? {
            let open = async |field| self.open_field(&row, field).await;
            let number = open(PersonField::IdNumber).await?;
            people.push(MaskedPerson {
                person_id: PersonId(code(&row, "person_id")?),
                household_id: HouseholdId(code(&row, "household_id")?),
                region: crate::accounts::read_region(&row)?,
                name: open(PersonField::Name).await?.map_or_else(String::new, |name| covered(&name, 1, 0)),
                age: number.as_ref().and_then(|number| age(number, scope.today())),
                id_number: number.map_or_else(String::new, |number| covered(&number, 0, 4)),
                phone: open(PersonField::Phone).await?.map(|phone| covered(&phone, 3, 4)),
            });
        }
        Ok(people)
    }
}

/// Whom a list is about.
pub(crate) enum By<'a> {
    Households(&'a [HouseholdId]),
    Ids(&'a [PersonId]),
    Number(Vec<u8>),
}

pub(crate) fn people_query(scope: &Scope, permission: Permission, by: &By<'_>) -> Query {
    let mut query = Query::new(
        "SELECT person_id, household_id, region, name, id_number, phone, address, bank_account FROM people WHERE ",
    );
    match by {
        By::Households(ids) => {
            query.push("household_id IN (").bind_list(ids.iter().map(|id| Value::from(id.to_string()))).push(")")
        }
        By::Number(index) => query.push("id_number_index = ").bind(index.clone()),
        By::Ids(ids) => {
            query.push("person_id IN (").bind_list(ids.iter().map(|id| Value::from(id.to_string()))).push(")")
        }
    };
    query.push(" AND ");
    scope.push_area(&mut query, "region", permission);
    query.push(" ORDER BY person_id");
    query
}

fn place<'a>(column: &'static str, row: &'a str) -> Place<'a> {
    Place { table: "people", column, row }
}

fn code(row: &Row, column: &str) -> Result<u64> {
    row.get::<String>(column)?.parse().map_err(|_| not_a_code())
}

fn not_a_code() -> StoreError {
    StoreError::damaged("有一条人员记录读不懂。", "A person's record cannot be read.")
}

/// Whole years on `today`, from the day of birth in an ID number of 18 places.
fn age(number: &Masked<String>, today: Day) -> Option<u16> {
    let digits: String = number.reveal().trim().to_owned();
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let month_and_day = |at: usize| part(at, at + 2).and_then(|part| i8::try_from(part).ok());
    if digits.len() != 18 {
        return None;
    }
    let born = Day::new(part(6, 10)?, month_and_day(10)?, month_and_day(12)?).ok()?;
    let had_birthday = (today.month(), today.day()) >= (born.month(), born.day());
    let years = today.year() - born.year() - i16::from(!had_birthday);
    u16::try_from(years).ok().filter(|years| *years < 130)
}

/// Stars for all but the first and the last characters; all stars where little would be left to cover.
fn covered(value: &Masked<String>, first: usize, last: usize) -> String {
    let characters: Vec<char> = value.reveal().chars().collect();
    let shows = |index| characters.len() > first + last && (index < first || index >= characters.len() - last);
    characters.iter().enumerate().map(|(index, c)| if shows(index) { *c } else { '*' }).collect()
}

fn reason_missing() -> StoreError {
    StoreError::refused(
        "store-reason-missing",
        "请写明查看的理由，至少四个字。",
        "Say why you need to see it, in at least four characters.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AuditFilter;
    use crate::error::ErrorKind;
    use crate::testing::{at, grant, new_account, on_both, person, region, scopes};
    use shukun_casework::authority::Role;

    async fn bureau_town_auditor(store: &Store) -> Vec<Scope> {
        let bureau = grant(Role::Insurance, "330381");
        let (town, auditor) = (grant(Role::Township, "330381001"), grant(Role::Auditor, "330381"));
        let accounts =
            [new_account("bureau", &[bureau]), new_account("town", &[town]), new_account("auditor", &[auditor])];
        let scopes = scopes(store, &accounts).await;
        let people =
            [person(1, "330381001001"), person(2, "330381002001"), Person { region: None, ..person(3, "330381") }];
        store.save_people(&scopes[0], &people, at(0)).await.unwrap();
        scopes
    }

    #[test]
    fn lists_are_masked_and_within_the_area() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = bureau_town_auditor(&store).await;
            let all = [PersonId(1), PersonId(2), PersonId(3)];
            let seen = store.list_people(&scopes[0], &all).await.unwrap();
            assert_eq!(seen.iter().map(|one| one.person_id.0).collect::<Vec<_>>(), [1, 2], "no place = nobody");
            let one = &seen[0];
            let shown = (one.name.as_str(), one.id_number.as_str(), one.phone.as_deref());
            assert_eq!(shown, ("测**", "**************0001", Some("138****0001")));
            let seen = store.list_people(&scopes[1], &all).await.unwrap();
            assert_eq!(seen.iter().map(|one| one.person_id.0).collect::<Vec<_>>(), [1]);
            assert_eq!(store.list_households(&scopes[1], &[HouseholdId(2)]).await.unwrap(), []);
        });
    }

    #[test]
    fn an_age_is_told_by_the_number_alone() {
        let today: Day = "2026-03-02".parse().unwrap();
        for (number, expected) in [
            ("990000197001010001", Some(56)),
            ("990000197003020001", Some(56)),
            ("990000197003030001", Some(55)),
            ("990000202603020001", Some(0)),
            ("990000202612310001", None),
            ("990000197013010001", None),
            ("99000019700101000", None),
            ("护照E1234567", None),
        ] {
            assert_eq!(age(&Masked::new(number.to_owned()), today), expected, "{number}");
        }
    }

    #[test]
    fn a_number_is_found_however_it_is_written_and_only_in_the_area() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = bureau_town_auditor(&store).await;
            let spaced = Masked::new(format!(" {} ", person(2, "330381").id_number.reveal().to_lowercase()));
            assert_eq!(store.find_by_number(&scopes[0], &spaced, at(1)).await.unwrap()[0].person_id, PersonId(2));
            assert_eq!(store.find_by_number(&scopes[1], &spaced, at(1)).await.unwrap(), []);
            let filter = AuditFilter { act: Some(Act::PersonSearched), ..AuditFilter::default() };
            assert_eq!(store.list_audit(&scopes[2], &filter).await.unwrap().len(), 2);
        });
    }

    #[test]
    fn a_reveal_needs_a_reason_and_the_area_and_is_written_down() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = bureau_town_auditor(&store).await;
            let (fields, why) =
                ([PersonField::IdNumber, PersonField::Address], Masked::new("核对银行卡户名".to_owned()));
            let reveal = async |scope, id, why| store.reveal(scope, PersonId(id), &fields, why, at(1)).await;
            let revealed = reveal(&scopes[1], 1, &why).await.unwrap();
            assert_eq!(revealed[0].1, person(1, "330381").id_number);
            let short = Masked::new(" 看看 ".to_owned());
            assert_eq!(reveal(&scopes[1], 1, &short).await.unwrap_err().code, "store-reason-missing");
            assert_eq!(reveal(&scopes[1], 2, &why).await.unwrap_err().kind, ErrorKind::NotFound);
            assert_eq!(reveal(&scopes[0], 3, &why).await.unwrap_err().kind, ErrorKind::NotFound);
            let filter = AuditFilter { act: Some(Act::Revealed), ..AuditFilter::default() };
            let rows = store.list_audit(&scopes[2], &filter).await.unwrap();
            assert_eq!(rows.len(), 1);
            let row = &rows[0];
            assert_eq!(
                (row.object_id.as_str(), row.fields.as_str(), row.reason.as_ref()),
                ("1", "id_number address", Some(&why))
            );
            assert_eq!(row.account_id, scopes[1].account_id().as_str());
        });
    }

    #[test]
    fn nobody_writes_people_of_another_area() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = bureau_town_auditor(&store).await;
            let error = store.save_people(&scopes[1], &[person(4, "330381002001")], at(1)).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Forbidden);
            let error = store.save_people(&scopes[2], &[person(4, "330381001001")], at(1)).await.unwrap_err();
            assert_eq!(error.kind, ErrorKind::Forbidden);
            assert_eq!(region("330381001").to_string(), "330381001");
        });
    }
}
