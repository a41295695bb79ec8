//! A county of the wanted size: its register of people, and open cases in the first steps. Nobody in it exists.

use jiff::{SignedDuration, Timestamp, ToSpan as _};
use shukun_base::{Fen, HouseholdId, Masked, PersonId, RegionCode};
use shukun_casework::alert::Colour;
use shukun_casework::authority::Role;
use shukun_casework::case::{Case, Command, Detection, Discovery, Dispatch, Opening, Screening, ScreeningResult};
use shukun_casework::{ActorId, AlertId, CaseId, ContentHash, Note, RunId, TransactionId};
use shukun_store::{Person, Scope, Store};
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
    let of = |role: Role| staff.iter().find(|one| one.role == role).ok_or("too few staff for every role");
    register(store, &of(Role::Insurance)?.scope, options).await?;
    let numbers = Numbers::defaults(7);
    for number in 0..options.cases {
        open(store, (&of(Role::Insurance)?.scope, &of(Role::CivilAffairs)?.scope), &numbers, number).await?;
        if number % 2_000 == 0 {
            eprintln!("{number} cases");
        }
    }
    Ok(staff)
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

/// The area 990000 of the ID number does not exist.
fn person(household: u64, member: u64) -> Outcome<Person> {
    let number = household * MEMBERS + member;
    Ok(Person {
        person_id: PersonId(number),
        household_id: HouseholdId(household),
        region: Some(region(&village(household))?),
        name: Masked::new(format!("测{}", ["甲", "乙", "丙"].get(usize::try_from(member)?).unwrap_or(&"丁"))),
        id_number: Masked::new(format!("990000{number:012}")),
        phone: Some(Masked::new(format!("199{number:08}"))),
        address: Some(Masked::new(format!("测试路{household}号"))),
        bank_account: None,
    })
}

fn region(code: &str) -> Outcome<RegionCode> {
    RegionCode::new(code).ok_or_else(|| format!("{code} is no region").into())
}

/// A case of the last two months; three of five are screened, two of five dispatched.
async fn open(store: &Store, (hsa, ca): (&Scope, &Scope), numbers: &Numbers, number: u64) -> Outcome {
    let at = Timestamp::now() - SignedDuration::from_hours(i64::try_from(number % 1_400)? + 24);
    let opening = opening(number)?;
    let run = RunId::new("load-run").ok_or("the run has no id")?;
    let ctx = numbers.context(at, transaction("open", number)?, 0);
    let case = store.open_in_run(hsa, &run, &opening, &ctx).await?;
    let acts = match number % 5 {
        0 | 1 => return Ok(()),
        2 => vec![take(ca)?, screen()],
        _ => vec![take(ca)?, screen(), dispatch(number, at)?],
    };
    let ctx = numbers.context(at + SignedDuration::from_hours(20), transaction("act", number)?, version(&case));
    store.act_on_case(ca, &opening.case, &acts, &ctx).await?;
    Ok(())
}

fn version(case: &Case) -> u32 {
    case.version
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

fn opening(number: u64) -> Outcome<Opening> {
    let detection = Detection {
        alert: AlertId::new(&format!("load-alert-{number}")).ok_or("no alert")?,
        person: PersonId(number * MEMBERS),
        year: 2026,
        rule: "三色预警".to_owned(),
        pack: "load".to_owned(),
        claims_sha256: ContentHash::new(&"0a".repeat(32)).ok_or("no hash")?,
        burden_fen: Fen::yuan(50_000 + i64::try_from(number)? % 90_000),
        colour: [Colour::Yellow, Colour::Yellow, Colour::Orange, Colour::Red]
            .get(usize::try_from(number % 4)?)
            .copied()
            .unwrap_or(Colour::Red),
    };
    Ok(Opening {
        case: CaseId::new(&format!("load-case-{number}")).ok_or("no case")?,
        household: HouseholdId(number),
        region: region(&village(number))?,
        discovery: Discovery::Alert(detection),
    })
}
