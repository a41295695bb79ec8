//! A case as programs see it: the row of lists, the case with its requests and clocks, its actions.

use jiff::Timestamp;
use serde::Serialize;
use shukun_casework::case::{Action, Case, Who};
use shukun_casework::request::AidRequest;
use shukun_casework::timers::{Reading, Unit, Watch, running};
use shukun_store::{CaseRow, MaskedPerson};
use utoipa::ToSchema;

use super::answer::WordDto;

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CaseRow)]
pub struct CaseRowDto {
    /// Its id.
    case_id: String,
    /// The household; its people are at `/api/v1/people?household=`.
    household_id: String,
    /// Where it lives: a code of 6, 9 or 12 digits.
    #[schema(example = "330381001002")]
    region: String,
    /// What a writer says it has read.
    version: u32,
    /// 1, then one more at each reopening.
    round: u16,
    /// How far it is.
    status: WordDto,
    /// The most pressing of its alerts; none for a household found by hand.
    colour: Option<WordDto>,
    /// What else is to be known.
    flags: Vec<WordDto>,
    /// The account that is to see to it.
    assignee: Option<String>,
    /// The largest burden of its alerts, in fen.
    burden_fen: i64,
    /// How often it went back.
    returns: u32,
    /// How the last round ended.
    outcome: Option<WordDto>,
    /// Whether its closing waits for a second person's look.
    sample_waits: bool,
    /// When the first round began.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
    /// Since when it stands where it stands.
    #[schema(value_type = String, format = DateTime)]
    status_since: Timestamp,
    /// When anything last happened.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// How it stands against its time limits; none once it is closed.
    clock: Option<ClockDto>,
}

/// How a case stands against its limits, as last read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Clock)]
struct ClockDto {
    /// The step whose clock runs.
    step: WordDto,
    /// The last day that is still in time.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<jiff::civil::Date>,
    /// The worst level of all its clocks.
    level: WordDto,
    /// Whether its certification is to be looked at again.
    recert_due: bool,
    /// When this was read.
    #[schema(value_type = String, format = DateTime)]
    read_at: Timestamp,
}

impl CaseRowDto {
    /// From the store's row.
    pub fn new(row: &CaseRow) -> CaseRowDto {
        CaseRowDto {
            case_id: row.case_id.to_string(),
            household_id: row.household_id.to_string(),
            region: row.region.to_string(),
            version: row.version,
            round: row.round,
            status: WordDto::new(row.status.key(), row.status.text()),
            colour: row.colour.map(|colour| WordDto::new(colour.key(), colour.text())),
            flags: row.flags.iter().map(|flag| WordDto::new(flag.key(), flag.text())).collect(),
            assignee: row.assignee.as_ref().map(ToString::to_string),
            burden_fen: row.burden_fen.0,
            returns: row.returns,
            outcome: row.outcome.map(|outcome| WordDto::new(outcome.key(), outcome.text())),
            sample_waits: row.sample_waits,
            opened_at: row.opened_at,
            status_since: row.status_since,
            last_at: row.last_at,
            clock: row.clock.as_ref().map(|clock| ClockDto {
                step: WordDto::new(clock.step.key(), clock.step.text()),
                due_on: clock.due_on,
                level: WordDto::new(clock.level.key(), clock.level.text()),
                recert_due: clock.recert_due,
                read_at: clock.read_at,
            }),
        }
    }
}

/// One page of cases.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CasePage)]
pub struct CasePageDto {
    /// Its rows.
    pub rows: Vec<CaseRowDto>,
    /// `from` of the next page; none on the last.
    pub next: Option<String>,
}

/// A case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Case)]
pub struct CaseDto {
    /// Its id.
    case_id: String,
    /// The household.
    household_id: String,
    /// Where it lives.
    region: String,
    /// What a writer says it has read.
    version: u32,
    /// 1, then one more at each reopening.
    round: u16,
    /// How far it is.
    status: WordDto,
    /// The most pressing of its alerts.
    colour: Option<WordDto>,
    /// What else is to be known.
    flags: Vec<WordDto>,
    /// The account that is to see to it.
    assignee: Option<String>,
    /// Since when it stands where it stands.
    #[schema(value_type = String, format = DateTime)]
    status_since: Timestamp,
    /// Who lives there, masked; empty where nobody was written down.
    people: Vec<PersonDto>,
    /// What was asked for under each programme.
    requests: Vec<RequestDto>,
    /// Its clocks at this moment.
    clocks: Vec<ReadingDto>,
    /// Papers that the application still lacks.
    missing_documents: Vec<WordDto>,
}

/// What was asked for under one programme.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AidRequest)]
struct RequestDto {
    /// Its id.
    request_id: String,
    /// Its programme.
    programme: WordDto,
    /// How far it is.
    status: WordDto,
    /// What was determined, and once approved what is owed, in fen.
    amount_fen: i64,
    /// What was paid so far, in fen.
    paid_fen: i64,
    /// What has to come back and has not, in fen.
    to_recover_fen: i64,
}

/// One clock.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reading)]
struct ReadingDto {
    /// What is timed.
    step: WordDto,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    from: Timestamp,
    /// The limit in `unit`; none of its own.
    limit: Option<u32>,
    /// What was used, in `unit`.
    used: u32,
    /// `working_days`, `days` or `hours`.
    unit: &'static str,
    /// The last day that is still in time.
    #[schema(value_type = Option<String>, format = Date)]
    due_on: Option<jiff::civil::Date>,
    /// How it stands.
    level: WordDto,
    /// Whether it stands still.
    is_paused: bool,
}

/// Somebody, masked: nothing here tells who it is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub struct PersonDto {
    /// The code of the person.
    person_id: String,
    /// The code of the household.
    household_id: String,
    /// Where the person lives.
    region: String,
    /// The family name and stars.
    name: String,
    /// Stars and the last four.
    id_number: String,
    /// The first three and the last four.
    phone: Option<String>,
}

impl PersonDto {
    /// From the store's masked person.
    pub fn new(person: &MaskedPerson) -> PersonDto {
        PersonDto {
            person_id: person.person_id.to_string(),
            household_id: person.household_id.to_string(),
            region: person.region.to_string(),
            name: person.name.clone(),
            id_number: person.id_number.clone(),
            phone: person.phone.clone(),
        }
    }
}

impl CaseDto {
    /// From the case as its actions add up to, at a moment.
    pub fn new(case: &Case, people: &[MaskedPerson], watch: Watch<'_>) -> CaseDto {
        CaseDto {
            case_id: case.id.to_string(),
            household_id: case.household.to_string(),
            region: case.region.to_string(),
            version: case.version,
            round: case.round,
            status: WordDto::new(case.status.key(), case.status.text()),
            colour: case.colour().map(|colour| WordDto::new(colour.key(), colour.text())),
            flags: case.flags().iter().map(|flag| WordDto::new(flag.key(), flag.text())).collect(),
            assignee: case.assignee.as_ref().map(ToString::to_string),
            status_since: case.status_since,
            people: people.iter().map(PersonDto::new).collect(),
            requests: case.requests.iter().map(RequestDto::new).collect(),
            clocks: running(case, watch).iter().map(ReadingDto::new).collect(),
            missing_documents: case
                .missing_documents()
                .iter()
                .map(|kind| WordDto::new(kind.key(), kind.text()))
                .collect(),
        }
    }
}

impl RequestDto {
    fn new(request: &AidRequest) -> RequestDto {
        RequestDto {
            request_id: request.id.to_string(),
            programme: WordDto::new(request.programme.key(), request.programme.text()),
            status: WordDto::new(request.status.key(), request.status.text()),
            amount_fen: request.amount_fen.0,
            paid_fen: request.paid_fen.0,
            to_recover_fen: request.to_recover_fen.0.saturating_sub(request.recovered_fen.0),
        }
    }
}

impl ReadingDto {
    fn new(reading: &Reading) -> ReadingDto {
        ReadingDto {
            step: WordDto::new(reading.step.key(), reading.step.text()),
            from: reading.from,
            limit: reading.limit,
            used: reading.used.value,
            unit: unit(reading.unit),
            due_on: reading.due_on.as_ref().map(|due| due.value),
            level: WordDto::new(reading.level.key(), reading.level.text()),
            is_paused: reading.is_paused,
        }
    }
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::WorkingDays => "working_days",
        Unit::Days => "days",
        Unit::Hours => "hours",
    }
}

/// One thing that happened in a case.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Action)]
pub struct ActionDto {
    /// 1, 2, 3 … within the case; the case's version after it.
    sequence: u32,
    /// Under which name it was sent; actions of one act share it.
    transaction: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The account that did it; none = the program.
    account_id: Option<String>,
    /// In which role.
    role: Option<WordDto>,
    /// The run of the program that did it.
    run: Option<String>,
    /// What happened, as stored in form 1: `kind` and its details in `of`.
    #[schema(value_type = Object)]
    content: serde_json::Value,
}

impl ActionDto {
    /// From an action of the record.
    pub fn new(action: &Action) -> ActionDto {
        let run = match &action.who {
            Who::Program { run } => Some(run.to_string()),
            Who::Person { .. } => None,
        };
        ActionDto {
            sequence: action.sequence,
            transaction: action.transaction.to_string(),
            at: action.at,
            account_id: action.who.actor().map(ToString::to_string),
            role: action.who.role().map(|role| WordDto::new(role.key(), role.text())),
            run,
            content: serde_json::to_value(&action.content).unwrap_or_default(),
        }
    }
}
