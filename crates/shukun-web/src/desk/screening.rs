//! A screening run as a job: the work finds whom the packs put above a line; people, alerts and cases follow from it in the store.
//!
//! Every step is safe to be done again under the run's own id: begun again after a stop it finds what was done and goes on. A
//! second run over the same lake and packs changes nothing. Start at [`ask`] and [`SCREENING`].

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use shukun_base::{Day, Masked, PersonId, RegionCode};
use shukun_casework::alert::{Alert, AlertState, AlertStatus, Sighting};
use shukun_casework::authority::Permission;
use shukun_casework::case::{Command, RecalculationCause, Status};
use shukun_casework::{CaseId, RunId, TransactionId};
use shukun_store::{AlertFilter, ErrorKind, Job, JobId, Person, Scope, ScreeningRun, Seen};

use super::Desk;
use super::jobs::{self, Doing, Kind};
use crate::error::PageError;
use crate::format::china_day;
use crate::words;
use crate::works::order::ScreenOrder;
use crate::works::order::screen::{Above, Below, Screened, Summary};
use crate::works::{Order, WorkFailure};

/// The run.
pub const SCREENING: Kind = Kind {
    key: "screening",
    name: words::JOB_SCREENING,
    permission: Permission::RunScreening,
    run: |doing| Box::pin(screen(doing)),
    leads_to,
};

fn leads_to(job: &Job) -> Option<String> {
    let id = job.result.as_ref()?.get("run_id")?.as_str()?;
    Some(format!("/runs/{id}"))
}

/// What a run is asked for with.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct About {
    run_id: String,
    year: i16,
    /// The day that the alerts tell; it stays when the run is begun again.
    on: Day,
}

/// What a run's page knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// What the work told.
    #[serde(flatten)]
    pub summary: Summary,
    /// Cases that were opened.
    pub opened: u64,
    /// Alerts that went into open cases.
    pub linked: u64,
    /// Cases whose determination is to be made again.
    pub recalculated: u64,
}

/// The report of a run; `None` while it is under way.
pub fn report(run: &ScreeningRun) -> Option<Report> {
    serde_json::from_value(run.report.clone()?).ok()
}

/// Asks for a run over a county. Asked for twice under the name `once` (of the form that asks) it is one run.
///
/// # Errors
/// The store's.
pub async fn ask(
    desk: &Desk,
    scope: &Scope,
    region: &RegionCode,
    year: i16,
    once: Option<&str>,
) -> Result<JobId, PageError> {
    let run_id: String = desk.random_word()?.chars().take(32).collect();
    let about = About { run_id, year, on: china_day(desk.now()) };
    let once = once.map(|once| format!("screening-{}-{once}", scope.account_id()));
    jobs::ask(desk, scope, &SCREENING, region, json!(about), once).await
}

async fn screen(doing: &Doing) -> Result<Json, WorkFailure> {
    let (about, scope) = (doing.input::<About>()?, doing.scope().await?);
    let (desk, region) = (&doing.desk, &doing.job.region);
    let run = RunId::new(&about.run_id).ok_or_else(WorkFailure::answer)?;
    let is_first = desk.store().begin_run(&scope, &run, (region, about.year), desk.now()).await?;
    let known = known(desk, &scope, region, about.year).await?;
    let order = order(desk, region, &about, known.clone());
    let answer = doing.work(&order).await?;
    let found: Screened = serde_json::from_value(answer).map_err(|_| WorkFailure::answer())?;
    let mut at = At { doing, scope: &scope, run: &run, about: &about, is_first, done: 0, total: 0 };
    at.total = (found.above.len() * 3 + known.len()) as u64;
    at.save_people(&found.above).await?;
    let alerts = at.record(&found, &known).await?;
    let mut report = Report { summary: found.summary, ..Report::default() };
    at.place(&alerts, &mut report).await?;
    at.recalculate(&mut report).await?;
    desk.store().finish_run(&scope, &run, &json!(report), desk.now()).await?;
    Ok(json!({ "run_id": about.run_id }))
}

fn order(desk: &Desk, region: &RegionCode, about: &About, known: Vec<PersonId>) -> Order {
    let folders = desk.folders();
    Order::Screen(ScreenOrder {
        lake: folders.lake().to_owned(),
        packs: folders.packs().to_vec(),
        readings: folders.readings().to_vec(),
        region: region.clone(),
        year: about.year,
        known,
        results: folders.results().join("settled"),
        name: format!("{}-{}", about.on, about.run_id),
    })
}

/// Rows of a page of the store.
const ROWS: u16 = 500;

/// Everybody with an alert of the year that is not over.
async fn known(desk: &Desk, scope: &Scope, region: &RegionCode, year: i16) -> Result<Vec<PersonId>, WorkFailure> {
    let statuses = vec![AlertStatus::Raised, AlertStatus::Suppressed, AlertStatus::Linked];
    let filter = AlertFilter { statuses, region: Some(region.clone()), year: Some(year), ..AlertFilter::default() };
    let (mut people, mut from) = (Vec::new(), None);
    loop {
        let page = desk.store().list_alerts(scope, &filter, from.as_ref(), ROWS).await?;
        people.extend(page.rows.iter().map(|row| row.person_id));
        from = page.next;
        if from.is_none() {
            people.sort_unstable();
            return Ok(people);
        }
    }
}

/// As many people as one transaction takes: others wait for it.
const AT_ONCE: usize = 100;

/// A run in hand.
struct At<'a> {
    doing: &'a Doing,
    scope: &'a Scope,
    run: &'a RunId,
    about: &'a About,
    /// Not begun again after a stop.
    is_first: bool,
    done: u64,
    total: u64,
}

impl At<'_> {
    fn step(&mut self, count: usize) {
        self.done += count as u64;
        self.doing.step(self.done.min(self.total), self.total);
    }

    fn now(&self) -> Timestamp {
        self.doing.desk.now()
    }

    async fn save_people(&mut self, above: &[Above]) -> Result<(), WorkFailure> {
        for some in above.chunks(AT_ONCE) {
            let people: Vec<Person> = some.iter().map(person).collect();
            self.doing.desk.store().save_people(self.scope, &people, self.now()).await?;
            self.step(some.len());
        }
        Ok(())
    }

    /// Those above a line, those who were, and those whom the lake no longer knows: nothing is left of them to alert for.
    async fn record(&mut self, found: &Screened, known: &[PersonId]) -> Result<Vec<Alert>, WorkFailure> {
        let pack = found.summary.packs.last().map(|pack| pack.id.clone()).unwrap_or_default();
        let mut seen: Vec<Seen> = found.above.iter().map(|one| self.seen_above(one)).collect();
        seen.extend(found.below.iter().map(|one| self.seen_below(one, &pack)));
        let store = self.doing.desk.store();
        for person in
            known.iter().filter(|person| !seen.iter().any(|one| one.person == **person)).copied().collect::<Vec<_>>()
        {
            if let Some(alert) = store.alert_of(self.scope, person, self.about.year).await? {
                seen.push(self.gone(&alert));
            }
        }
        let mut alerts = Vec::new();
        for some in seen.chunks(AT_ONCE) {
            alerts.extend(store.record_run(self.scope, self.run, some, self.now()).await?);
            self.step(some.len());
        }
        Ok(alerts)
    }

    fn seen_above(&self, one: &Above) -> Seen {
        let sighting = Sighting {
            on: self.about.on,
            colour: Some(one.colour),
            burden_fen: one.measured.burden_fen,
            rule: one.rule.clone(),
            pack: one.pack.clone(),
            claims_sha256: one.measured.claims_sha256.clone(),
        };
        self.seen(&one.measured, sighting)
    }

    fn seen_below(&self, one: &Below, pack: &str) -> Seen {
        let sighting = Sighting {
            on: self.about.on,
            colour: None,
            burden_fen: one.burden_fen,
            rule: String::new(),
            pack: pack.to_owned(),
            claims_sha256: one.claims_sha256.clone(),
        };
        self.seen(one, sighting)
    }

    fn seen(&self, one: &Below, sighting: Sighting) -> Seen {
        Seen {
            person: one.person,
            household: one.household,
            region: one.region.clone(),
            year: self.about.year,
            sighting,
        }
    }

    fn gone(&self, alert: &Alert) -> Seen {
        let (on, burden_fen) = (self.about.on, shukun_base::Fen::ZERO);
        let sighting = Sighting { on, colour: None, burden_fen, ..alert.last.clone() };
        Seen {
            person: alert.person,
            household: alert.household,
            region: alert.region.clone(),
            year: alert.year,
            sighting,
        }
    }

    /// Every alert that waits goes into its household's open case, or into a new one.
    async fn place(&mut self, alerts: &[Alert], report: &mut Report) -> Result<(), WorkFailure> {
        for alert in alerts {
            self.step(1);
            let case_id = CaseId::new(&self.id_for(alert.id.as_str())).ok_or_else(WorkFailure::answer)?;
            let transaction = self.transaction("place", alert.id.as_str())?;
            let placed = match &alert.state {
                AlertState::Raised => {
                    let ctx = self.doing.desk.numbers().context(self.now(), transaction, 0);
                    let store = self.doing.desk.store();
                    store.place_alert(self.scope, self.run, &alert.id, &case_id, &ctx).await?.map(|case| case.id)
                }
                AlertState::Linked { case } => self.placed_before(case, &transaction).await?,
                _ => None,
            };
            match placed {
                Some(case) if case == case_id => report.opened += 1,
                Some(_) => report.linked += 1,
                None => {}
            }
        }
        Ok(())
    }

    /// The case, if this run took an alert into it before it was stopped.
    async fn placed_before(&self, case: &CaseId, by: &TransactionId) -> Result<Option<CaseId>, WorkFailure> {
        if self.is_first {
            return Ok(None);
        }
        let is_own = self.doing.desk.store().case(self.scope, case).await?.transactions.contains_key(by);
        Ok(is_own.then(|| case.clone()))
    }

    /// What was determined on other bills, or under a colour that changed, is to be determined again.
    async fn recalculate(&self, report: &mut Report) -> Result<(), WorkFailure> {
        let (store, numbers) = (self.doing.desk.store(), self.doing.desk.numbers());
        for case_id in store.cases_of_run(self.scope, self.run).await? {
            let case = match store.case(self.scope, &case_id).await {
                Ok(case) => case,
                Err(error) if error.kind == ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            let transaction = self.transaction("again", case_id.as_str())?;
            if case.transactions.contains_key(&transaction) {
                report.recalculated += 1;
                continue;
            }
            let is_determined = (Status::Applying..=Status::Settled).contains(&case.status);
            if !is_determined || case.determinations.is_empty() || case.recalculation.is_some() {
                continue;
            }
            let ctx = numbers.context(self.now(), transaction, case.version);
            let command = Command::AskRecalculation { cause: RecalculationCause::LateClaims };
            match store.act_in_run(self.scope, self.run, &case_id, &[command], &ctx).await {
                Ok(_) => report.recalculated += 1,
                // Somebody acted on it in between: whoever does sees the flag at the next run.
                Err(error) if matches!(error.kind, ErrorKind::Stale | ErrorKind::Refused) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    fn transaction(&self, what: &str, of: &str) -> Result<TransactionId, WorkFailure> {
        TransactionId::new(&format!("{what}-{}", self.id_for(of))).ok_or_else(WorkFailure::answer)
    }

    /// The same for the same run and thing, and nobody guesses it: the run's own id is random.
    fn id_for(&self, of: &str) -> String {
        let digest = Sha256::digest(format!("{}|{of}", self.run.as_str()));
        digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

fn person(one: &Above) -> Person {
    Person {
        person_id: one.measured.person,
        household_id: one.measured.household,
        region: Some(one.measured.region.clone()),
        name: Masked::new(one.name.clone()),
        id_number: Masked::new(one.id_number.clone()),
        phone: one.phone.clone().map(Masked::new),
        address: None,
        bank_account: None,
    }
}
