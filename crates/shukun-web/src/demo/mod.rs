//! A county's office for looking around: users of every role, cases in every step. Nobody in it exists.
//!
//! Everything goes the way that officers go: signed in, through the store, past every guard of casework. What was found
//! and how each bill was paid comes in from the engine; the charity line is invented and says so. Start at [`furnish`].

pub mod authenticator;
mod command;
mod hours;
mod road;
mod staff;

use jiff::Timestamp;
use shukun_base::{Fen, HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::case::{Detection, Discovery, Opening};
use shukun_casework::determination::{Line, PackUsed};
use shukun_casework::{AlertId, CaseId, ContentHash, RunId, TransactionId};
use shukun_store::{FirstPassword, Person, Region, Store};

use crate::desk::Numbers;
use crate::start::StartError;
use road::{ROADS, Walk};
use staff::Staff;

/// Somebody whom the screening found, with how the bills were paid.
#[derive(Clone, Debug)]
pub struct Burdened {
    /// The person.
    pub person: PersonId,
    /// The household.
    pub household: HouseholdId,
    /// The village.
    pub region: RegionCode,
    /// The name.
    pub name: Masked<String>,
    /// The ID number.
    pub id_number: Masked<String>,
    /// The phone.
    pub phone: Option<Masked<String>>,
    /// The year of the bills.
    pub year: i16,
    /// The rule that raised the alert.
    pub rule: String,
    /// The pack it stands in.
    pub pack: String,
    /// The burden that was measured.
    pub burden_fen: Fen,
    /// The colour.
    pub colour: Colour,
    /// The bills.
    pub bill_fen: Fen,
    /// Who paid them; they and `left_fen` add up to `bill_fen`.
    pub lines: Vec<Line>,
    /// What stayed with the family.
    pub left_fen: Fen,
    /// The packs that were run.
    pub packs: Vec<PackUsed>,
}

/// Makes the accounts, the names of places and the cases of an empty database; the passwords for one use, in the order of the work.
///
/// # Errors
/// The store's own; the database is not empty.
pub async fn furnish(
    store: &Store,
    numbers: &Numbers,
    (people, regions): (&[Burdened], &[Region]),
    now: Timestamp,
) -> Result<Vec<FirstPassword>, StartError> {
    let staff = Staff::hire(store, people, now).await?;
    store.save_regions(staff.scope("yibao")?, regions, now).await?;
    save(store, &staff, people, now).await?;
    // The one town that has users of its own comes first, so that it holds cases in every step.
    let (home, elsewhere): (Vec<_>, Vec<_>) = people.iter().partition(|one| staff.is_home(&one.region));
    for (number, (one, road)) in home.into_iter().chain(elsewhere).zip(ROADS.iter().cycle()).enumerate() {
        // Cases do not all stand in their step since the same hour.
        let linger = i64::try_from(number % 9).unwrap_or_default() * 26 + 3;
        let length: i64 = road.iter().map(|stop| stop.after_hours).sum();
        let start = hours::in_office(now - road::hours(length + linger), number, numbers.watch(now).calendar);
        let case = open(store, numbers, &staff, (number, one), start).await?;
        let mut walk = Walk { store, numbers, staff: &staff, one, number, case, at: start };
        for stop in *road {
            walk.go(stop).await?;
        }
    }
    staff.leave(store, now).await
}

async fn save(store: &Store, staff: &Staff, people: &[Burdened], now: Timestamp) -> Result<(), StartError> {
    let person = |one: &Burdened| Person {
        person_id: one.person,
        household_id: one.household,
        region: Some(one.region.clone()),
        name: one.name.clone(),
        id_number: one.id_number.clone(),
        phone: one.phone.clone(),
        address: None,
        bank_account: None,
    };
    let people: Vec<Person> = people.iter().map(person).collect();
    Ok(store.save_people(staff.scope("yibao")?, &people, now).await?)
}

async fn open(
    store: &Store,
    numbers: &Numbers,
    staff: &Staff,
    (number, one): (usize, &Burdened),
    at: Timestamp,
) -> Result<shukun_casework::case::Case, StartError> {
    let detection = Detection {
        alert: text_id(AlertId::new, "demo-alert", number)?,
        person: one.person,
        year: one.year,
        rule: one.rule.clone(),
        pack: one.pack.clone(),
        claims_sha256: hash(&format!("{} {}", one.person, one.year))?,
        burden_fen: one.burden_fen,
        colour: one.colour,
    };
    let opening = Opening {
        case: text_id(CaseId::new, "demo-case", number)?,
        household: one.household,
        region: one.region.clone(),
        discovery: Discovery::Alert(detection),
    };
    let ctx = numbers.context(at, text_id(TransactionId::new, "demo-open", number)?, 0);
    let run = text_id(RunId::new, "demo-run", 1)?;
    Ok(store.open_in_run(staff.scope("yibao")?, &run, &opening, &ctx).await?)
}

/// An id such as `demo-case-7`.
fn text_id<T>(new: impl Fn(&str) -> Option<T>, kind: &str, number: usize) -> Result<T, StartError> {
    new(&format!("{kind}-{number}")).ok_or_else(refused)
}

/// SHA-256 of a text, as casework writes it.
fn hash(text: &str) -> Result<ContentHash, StartError> {
    use sha2::{Digest as _, Sha256};
    let hex: String = Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    ContentHash::new(&hex).ok_or_else(refused)
}

/// What the demo itself puts together wrongly.
fn refused() -> StartError {
    StartError::broken(&"the demonstration cannot be put together")
}

#[cfg(test)]
pub(crate) mod tests;
