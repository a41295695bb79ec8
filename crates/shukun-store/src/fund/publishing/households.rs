//! Which household a payment went to, for counting and nothing else.
//!
//! A case is one household, and so are two cases of one household. A line without a case names a person by a keyed code:
//! where that person is known here, it is the household the person lives in, so that two members of it count once; where
//! nobody of that code is known, the person counts as a household. Start at [`Households::of`].

use std::collections::BTreeMap;

use sea_orm::DatabaseTransaction;

use super::figures::Span;
use crate::chance::hex;
use crate::error::Result;
use crate::scope::after;
use crate::sql::{Row, all, statements, values};
use crate::store::Store;

statements! {
    PEOPLE = "SELECT person_id, household_id FROM people WHERE region >= $1 AND region < $2";
}

/// Looks people up once, and only where a line has no case.
pub(super) struct Households<'a> {
    store: &'a Store,
    on: &'a DatabaseTransaction,
    span: &'a Span,
    /// Keyed code of a person → household.
    people: Option<BTreeMap<String, String>>,
}

impl<'a> Households<'a> {
    pub(super) fn new(store: &'a Store, on: &'a DatabaseTransaction, span: &'a Span) -> Households<'a> {
        Households { store, on, span, people: None }
    }

    /// The household of a row with `household_id` and `case_id` (of its case) and `person_key`; none where it has neither.
    pub(super) async fn of(&mut self, row: &Row) -> Result<Option<String>> {
        let of_case: Option<String> = row.get("household_id")?;
        if let Some(household) = of_case {
            return Ok(Some(format!("household-{household}")));
        }
        let case: Option<String> = row.get("case_id")?;
        if let Some(case) = case {
            return Ok(Some(format!("case-{case}")));
        }
        let person: Option<String> = row.get("person_key")?;
        let Some(person) = person else { return Ok(None) };
        let known = self.people().await?.get(&person);
        Ok(Some(known.map_or_else(|| format!("person-{person}"), |household| format!("household-{household}"))))
    }

    async fn people(&mut self) -> Result<&BTreeMap<String, String>> {
        let people = match self.people.take() {
            Some(people) => people,
            None => self.load().await?,
        };
        Ok(self.people.insert(people))
    }

    async fn load(&self) -> Result<BTreeMap<String, String>> {
        let region = &self.span.region;
        let rows = all(self.on, PEOPLE, values![region.as_str(), after(region)]).await?;
        let read = |row: &Row| {
            let person: String = row.get("person_id")?;
            Ok((hex(&self.store.keys.index("fund_person", person.as_bytes())?), row.get("household_id")?))
        };
        rows.iter().map(read).collect()
    }
}
