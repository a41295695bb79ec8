//! A county's office for looking around: users of every role, three months' screenings, cases in every step. Nobody in it
//! exists.
//!
//! Everything goes the way that officers go: signed in, screened by a job, through the store, past every guard of casework;
//! the papers are real files that say of themselves what they are. How each bill was paid comes in from the engine; the
//! charity line is invented and says so. Start at [`furnish`].

pub mod authenticator;
mod command;
mod council;
mod days;
mod gifts;
mod hours;
mod papers;
mod payday;
mod publishing;
mod road;
mod staff;
mod walk;

use std::path::PathBuf;

use jiff::Timestamp;
use shukun_base::{Day, Fen, HouseholdId, PersonId, RegionCode};
use shukun_casework::ContentHash;
use shukun_casework::determination::{Line, PackUsed};
use shukun_store::{CaseFilter, CountBy, FirstPassword, Region, Store};

use crate::desk::Settings;
use crate::start::StartError;
use days::Days;
#[cfg(test)]
pub(crate) use papers::specimen;
use road::MONTHS;

/// How often the county of the demo was screened.
pub const SCREENINGS: usize = MONTHS.len();

/// A county to be furnished.
#[derive(Clone, Debug)]
pub struct County {
    /// Its code.
    pub region: RegionCode,
    /// The year that is screened.
    pub year: i16,
    /// Its own name, and those of its towns and villages.
    pub regions: Vec<Region>,
    /// What was known when it was screened, the earliest first; [`SCREENINGS`] at most. Without any there is no case yet.
    pub known: Vec<Known>,
    /// Whom the bills of the whole year burden, one of each household.
    pub people: Vec<Burdened>,
}

/// What the county knew on the day of a screening.
#[derive(Clone, Debug)]
pub struct Known {
    /// The lake as it was then.
    pub lake: PathBuf,
    /// The last day of which bills are in it.
    pub until: Day,
}

/// Somebody whom the bills of the whole year burden, with how they were paid.
#[derive(Clone, Debug)]
pub struct Burdened {
    /// The person.
    pub person: PersonId,
    /// The household.
    pub household: HouseholdId,
    /// The village.
    pub region: RegionCode,
    /// The year of the bills.
    pub year: i16,
    /// The day of the household's last bill: whoever determines earlier has to do it again.
    pub last_bill_on: Day,
    /// The bills.
    pub bill_fen: Fen,
    /// Who paid them; they and `left_fen` add up to `bill_fen`.
    pub lines: Vec<Line>,
    /// What stayed with the family.
    pub left_fen: Fen,
    /// The packs that were run.
    pub packs: Vec<PackUsed>,
}

/// A furnished office.
#[derive(Debug)]
pub struct Furnished {
    /// The passwords for one use, in the order of the work.
    pub passwords: Vec<FirstPassword>,
    /// How many cases there are.
    pub cases: u64,
}

/// Makes the accounts, the names of places and the cases of an empty database, as if the office had worked until now.
///
/// # Errors
/// The store's own; a screening's; the database is not empty.
pub async fn furnish(
    store: &Store,
    settings: &Settings,
    county: &County,
    now: Timestamp,
) -> Result<Furnished, StartError> {
    let mut days = Days::begin(store, settings, county, now).await?;
    for month in 0..county.known.len() {
        days.screen(month).await?;
    }
    days.go_on(now).await?;
    let staff = &days.staff;
    let hands = publishing::Hands {
        maker: staff.scope("cishan")?,
        publisher: staff.scope("cishan2")?,
        approver: staff.scope("caizheng")?,
        insurer: staff.scope("yibao")?,
    };
    let calendar = settings.numbers.watch(now).calendar;
    let paid = payday::Payday::plan(now, calendar).span().ok_or_else(refused)?;
    let spring = gifts::spring(days::opened(now));
    publishing::furnish(store, &hands, (&county.region, spring, paid), now).await?;
    let counts = store.count_cases(days.staff.scope("yibao")?, &CaseFilter::default(), CountBy::Status).await?;
    let passwords = days.staff.leave(store, now).await?;
    Ok(Furnished { passwords, cases: counts.iter().map(|count| count.cases).sum() })
}

/// An id such as `demo-act-7-3`.
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
