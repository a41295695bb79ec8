//! A row of the workbook, from a row of the list and the people behind it.

use std::collections::BTreeMap;

use shukun_base::{Fen, HouseholdId, Masked};
use shukun_casework::case::Status;
use shukun_store::{AccountId, CaseRow, ExportedPerson, MaskedPerson, Scope, StoreError};

use crate::desk::{Desk, Places};
use crate::format::china_day;
use shukun_base::Day;

/// One row; words are those of the reader's language where the book writes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// The case's number.
    pub case_id: String,
    /// The row as the list has it.
    pub case: CaseRow,
    /// Names, masked or not.
    pub names: String,
    /// ID numbers, masked or not.
    pub numbers: String,
    /// Age of the first person.
    pub age: Option<u16>,
    /// Town and village.
    pub place: String,
    /// In whose hands; empty = nobody's.
    pub assignee: String,
    /// Since which day it stands where it stands.
    pub since: Day,
}

/// Why names and numbers are read in clear: the export, and its reason.
pub type Why<'a> = Option<(&'a str, &'a Masked<String>)>;

/// The rows of one page of the list: people and colleagues in a statement each.
pub async fn read(
    desk: &Desk,
    scope: &Scope,
    cases: &[CaseRow],
    places: &Places,
    why: Why<'_>,
) -> Result<Vec<ExportRow>, StoreError> {
    let households: Vec<HouseholdId> = cases.iter().map(|row| row.household_id).collect();
    let masked = desk.store().list_households(scope, &households).await?;
    let clear = match why {
        Some(why) => desk.store().reveal_households(scope, &households, why, desk.now()).await?,
        None => Vec::new(),
    };
    let mut ids: Vec<AccountId> = cases.iter().filter_map(|row| row.assignee.clone()).collect();
    ids.sort();
    ids.dedup();
    let colleagues: BTreeMap<AccountId, String> = desk.store().display_names(scope, &ids).await?.into_iter().collect();
    let (masked, clear) = (by_household(masked, |one| one.household_id), by_household(clear, |one| one.household_id));
    let row = |case: &CaseRow| {
        let masked = masked.get(&case.household_id).map_or(&[][..], Vec::as_slice);
        let (names, numbers) = told(masked, clear.get(&case.household_id));
        ExportRow {
            case_id: case.case_id.to_string(),
            names,
            numbers,
            age: masked.first().and_then(|one| one.age),
            place: places.name(&case.region),
            assignee: case.assignee.as_ref().and_then(|id| colleagues.get(id)).cloned().unwrap_or_default(),
            since: china_day(case.status_since),
            case: case.clone(),
        }
    };
    Ok(cases.iter().map(row).collect())
}

fn by_household<T>(all: Vec<T>, household: impl Fn(&T) -> HouseholdId) -> BTreeMap<HouseholdId, Vec<T>> {
    let mut grouped: BTreeMap<HouseholdId, Vec<T>> = BTreeMap::new();
    for one in all {
        grouped.entry(household(&one)).or_default().push(one);
    }
    grouped
}

/// Names and numbers of a household: in clear where they were revealed, else masked.
fn told(masked: &[MaskedPerson], clear: Option<&Vec<ExportedPerson>>) -> (String, String) {
    let join = |words: Vec<String>| words.join("、");
    match clear {
        Some(clear) => {
            let names = clear.iter().map(|one| one.name.reveal().clone());
            let numbers = clear.iter().map(|one| one.id_number.reveal().clone());
            (join(names.collect()), join(numbers.collect()))
        }
        None => {
            let names = masked.iter().map(|one| one.name.clone());
            let numbers = masked.iter().map(|one| one.id_number.clone());
            (join(names.collect()), join(numbers.collect()))
        }
    }
}

impl ExportRow {
    /// The burden; none for a household found by hand.
    pub fn burden(&self) -> Option<Fen> {
        (self.case.burden_fen > Fen::ZERO).then_some(self.case.burden_fen)
    }

    /// Whether it is closed.
    pub fn is_closed(&self) -> bool {
        self.case.status == Status::Closed
    }
}
