//! A county of the wanted size: people, alerts, open cases in the first steps. Nobody in it exists.
//!
//! The product writes a person down here when a run alerts for them or somebody opens a case by hand; everybody else stands
//! in the lake. This county has everybody in the database, three to a household: more than a real one's ever holds.

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use shukun_base::{Fen, HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::alert::{Alert, Colour, Sighting};
use shukun_casework::authority::Role;
use shukun_casework::case::{Command, Dispatch, Screening, ScreeningResult};
use shukun_casework::{ActorId, CaseId, ContentHash, Note, RunId, TransactionId};
use shukun_store::{Person, Region, Scope, Seen, Store};
use shukun_web::desk::Numbers;
use shukun_web::format::china_day;

use crate::Outcome;
use crate::options::Options;
use crate::staff::{self, Worker};

/// The county.
pub const COUNTY: &str = "330381";
const TOWNS: u64 = 20;
const VILLAGES: u64 = 20;
/// People of a household.
const MEMBERS: u64 = 3;
/// Written in one transaction.
const AT_ONCE: u64 = 500;

/// The code of a town.
pub fn town(number: u64) -> String {
    format!("{COUNTY}{:03}", number % TOWNS + 1)
}

/// The code of a village.
pub fn village(number: u64) -> String {
    format!("{}{:03}", town(number), number / TOWNS % VILLAGES + 1)
}

/// Everybody on the register.
pub fn people(options: &Options) -> u64 {
    options.households * MEMBERS
}

/// Furnishes an empty database; an earlier measurement's is used as it stands.
pub async fn furnish(store: &Store, options: &Options) -> Outcome<Vec<Worker>> {
    if !store.is_new().await? {
        return staff::sign_in(store, options.staff).await;
    }
    let staff = staff::hire(store, options.staff).await?;
    let of = |role: Role| staff.iter().filter(|one| one.role == role).map(|one| &one.scope).collect::<Vec<_>>();
    let (insurance, civil) = (of(Role::Insurance), of(Role::CivilAffairs));
    let scope = insurance.first().ok_or("too few staff for every role")?;
    store.save_regions(scope, &places()?, Timestamp::now()).await?;
    register(store, scope, options).await?;
    let numbers = Numbers::defaults(7);
    for first in (0..options.cases).step_by(usize::try_from(AT_ONCE)?) {
        let cases = first..options.cases.min(first + AT_ONCE);
        for (number, alert) in cases.clone().zip(alerts(store, scope, cases).await?) {
            let by = civil.get(usize::try_from(number)? % civil.len().max(1)).ok_or("too few staff for every role")?;
            open(store, (scope, by), &numbers, (number, &alert)).await?;
        }
        eprintln!("{first} cases");
    }
    Ok(staff)
}

/// Towns and villages with names, as every office has them.
fn places() -> Outcome<Vec<Region>> {
    let towns = (0..TOWNS).map(|number| (town(number), format!("第{}街道", number + 1)));
    let villages = (0..TOWNS * VILLAGES).map(|number| (village(number), format!("第{}村", number + 1)));
    towns.chain(villages).map(|(code, name)| Ok(Region { code: region(&code)?, name })).collect()
}

async fn register(store: &Store, scope: &Scope, options: &Options) -> Outcome {
    for first in (0..options.households).step_by(usize::try_from(AT_ONCE)?) {
        let households = first..options.households.min(first + AT_ONCE);
        let people = households.flat_map(|household| (0..MEMBERS).map(move |member| (household, member)));
        let people = people.map(|(household, member)| person(household, member)).collect::<Outcome<Vec<_>>>()?;
        store.save_people(scope, &people, Timestamp::now()).await?;
        if first % (AT_ONCE * 100) == 0 {
            eprintln!("{} people", first * MEMBERS);
        }
    }
    Ok(())
}

/// Name and ID number of a person; the area 990000 does not exist.
pub fn written(id: PersonId) -> (String, String) {
    let name = ["测甲", "测乙", "测丙"].into_iter().nth((id.0 % MEMBERS) as usize).unwrap_or("测丁");
    (name.to_owned(), format!("990000{:012}", id.0))
}

fn person(household: u64, member: u64) -> Outcome<Person> {
    let number = household * MEMBERS + member;
    let (name, id_number) = written(PersonId(number));
    Ok(Person {
        person_id: PersonId(number),
        household_id: HouseholdId(household),
        region: Some(region(&village(household))?),
        name: Masked::new(name),
        id_number: Masked::new(id_number),
        phone: Some(Masked::new(format!("199{number:08}"))),
        address: Some(Masked::new(format!("测试路{household}号"))),
        bank_account: None,
    })
}

fn region(code: &str) -> Outcome<RegionCode> {
    RegionCode::new(code).ok_or_else(|| format!("{code} is no region").into())
}

/// What a run of the screening writes down about one person of each household.
async fn alerts(store: &Store, scope: &Scope, cases: std::ops::Range<u64>) -> Outcome<Vec<Alert>> {
    let run = run()?;
    let seen = cases.map(seen).collect::<Outcome<Vec<Seen>>>()?;
    Ok(store.record_run(scope, &run, &seen, Timestamp::now()).await?)
}

fn run() -> Outcome<RunId> {
    RunId::new("load-run").ok_or_else(|| "the run has no id".into())
}

fn seen(number: u64) -> Outcome<Seen> {
    let colours = [Colour::Yellow, Colour::Yellow, Colour::Orange, Colour::Red];
    let sighting = Sighting {
        on: china_day(opened_at(number)?),
        colour: colours.get(usize::try_from(number % 4)?).copied(),
        burden_fen: Fen::yuan(50_000 + i64::try_from(number)? % 90_000),
        rule: "三色预警".to_owned(),
        pack: "load".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).ok_or("no hash")?,
    };
    let (person, household) = (PersonId(number * MEMBERS), HouseholdId(number));
    Ok(Seen { person, household, region: region(&village(number))?, year: 2026, sighting })
}

/// Within the last two months.
fn opened_at(number: u64) -> Outcome<Timestamp> {
    Ok(Timestamp::now() - SignedDuration::from_hours(i64::try_from(number % 1_400)? + 24))
}

/// The alert's case; three of five are screened, two of five dispatched.
async fn open(
    store: &Store,
    (hsa, civil): (&Scope, &Scope),
    numbers: &Numbers,
    (number, alert): (u64, &Alert),
) -> Outcome {
    let at = opened_at(number)?;
    let case_id = CaseId::new(&format!("load-case-{number}")).ok_or("no case")?;
    let ctx = numbers.context(at, transaction("open", number)?, 0);
    let case = store.place_alert(hsa, &run()?, &alert.id, &case_id, &ctx).await?.ok_or("an alert without a case")?;
    let acts = match number % 5 {
        0 | 1 => return Ok(()),
        2 => vec![take(civil)?, screen()],
        _ => vec![take(civil)?, screen(), dispatch(number, at)?],
    };
    let ctx = numbers.context(at + SignedDuration::from_hours(20), transaction("act", number)?, case.version);
    store.act_on_case(civil, &case_id, &acts, &ctx).await?;
    Ok(())
}

fn transaction(kind: &str, number: u64) -> Outcome<TransactionId> {
    TransactionId::new(&format!("load-{kind}-{number}")).ok_or_else(|| "no transaction id".into())
}

fn take(scope: &Scope) -> Outcome<Command> {
    Ok(Command::Assign { to: ActorId::new(scope.account_id().as_str()).ok_or("no actor")? })
}

fn screen() -> Command {
    Command::Screen(Screening { result: ScreeningResult::Suspected, note: None })
}

fn dispatch(number: u64, at: Timestamp) -> Outcome<Command> {
    let task = Note::new("核实家庭收入和医疗支出").map_err(|_| "no note")?;
    let due_on = china_day(at).checked_add(14.days())?;
    Ok(Command::Dispatch(Dispatch { township: region(&town(number))?, task, due_on }))
}
