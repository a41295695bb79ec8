//! The office's past, day by day: screenings and acts in the order in which they happened, so that a later screening finds
//! what was done by then, and what was done by then is as it would be.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use shukun_base::{HouseholdId, Text};
use shukun_casework::CaseId;
use shukun_casework::case::Status;
use shukun_store::{CaseFilter, CaseOrder, CaseRow, JobState, Scope, Store};

use super::council::{Council, Sitting};
use super::gifts;
use super::hours::in_office;
use super::payday::Payday;
use super::road::{MONTHS, Road, hours};
use super::staff::Staff;
use super::walk::{Step, Walk};
use super::{Burdened, County, Known, refused};
use crate::desk::jobs::runner;
use crate::desk::{Desk, Settings, screening};
use crate::start::StartError;
use crate::works::WorkFailure;

/// The past up to a moment.
pub struct Days<'a> {
    store: &'a Store,
    settings: &'a Settings,
    county: &'a County,
    /// Who works there.
    pub staff: Staff,
    now: Timestamp,
    people: BTreeMap<HouseholdId, &'a Burdened>,
    walks: Vec<Walk<'a>>,
    /// Cases whose road is planned.
    taken: BTreeSet<CaseId>,
    /// What is to come: when, whose, which step.
    ahead: BTreeSet<(Timestamp, usize, usize)>,
    councils: [Council; 3],
    payday: Payday,
}

impl<'a> Days<'a> {
    /// The day before the first screening: everybody is at work.
    pub async fn begin(
        store: &'a Store,
        settings: &'a Settings,
        county: &'a County,
        now: Timestamp,
    ) -> Result<Days<'a>, StartError> {
        let opened = opened(now);
        let staff = Staff::hire(store, county, opened).await?;
        store.save_regions(staff.scope("yibao")?, &county.regions, opened).await?;
        gifts::furnish(store, staff.scope("cishan")?, &county.region, opened).await?;
        let calendar = settings.numbers.watch(now).calendar;
        let councils = Sitting::ALL.map(|sitting| Council::convene(sitting, now, calendar));
        let payday = Payday::plan(now, calendar);
        let people = county.people.iter().map(|one| (one.household, one)).collect();
        let (walks, taken, ahead) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        Ok(Days { store, settings, county, staff, now, people, walks, taken, ahead, councils, payday })
    }

    /// The screening of a month, after everything that was done before it; who was found goes on a road.
    pub async fn screen(&mut self, month: usize) -> Result<(), StartError> {
        let (Some(of), Some(known)) = (MONTHS.get(month), self.county.known.get(month)) else { return Err(refused()) };
        let calendar = self.settings.numbers.watch(self.now).calendar;
        // The first in its hour: nobody acts on what is not found yet.
        let at = in_office(self.now - hours(24 * of.days_ago), 0, calendar);
        self.go_on(at).await?;
        self.run(&known.lake, at).await?;
        let mut found = self.detected().await?;
        found.retain(|row| self.taken.insert(row.case_id.clone()));
        // The one town that has users of its own comes first, so that it holds cases in every step.
        let urgent = |row: &CaseRow| (Reverse(row.colour), Reverse(row.burden_fen), row.household_id);
        found.sort_by_key(|row| (!self.staff.is_home(&row.region), urgent(row)));
        let (mut far, mut near) = (of.far.iter().cycle(), of.near.iter().cycle());
        for row in &found {
            let Some(one) = self.people.get(&row.household_id).copied() else { continue };
            let road = if is_quiet(one, known) { far.next() } else { near.next() };
            self.plan(row, one, (road.copied().unwrap_or_default(), of.is_fresh), at);
        }
        Ok(())
    }

    /// Everything that is to be done before a moment.
    pub async fn go_on(&mut self, until: Timestamp) -> Result<(), StartError> {
        while let Some((at, sitting)) = self.next_sitting(until) {
            self.pay_before(at).await?;
            self.walk_on(at).await?;
            let waiting = self.walks.iter().filter(|walk| walk.waits_for(sitting));
            let cases = waiting.map(|walk| walk.case_id.clone()).collect();
            let step = Step { store: self.store, numbers: &self.settings.numbers, staff: &self.staff, at };
            let council = self.councils.iter_mut().find(|council| council.sitting() == sitting).ok_or_else(refused)?;
            council.go(&step, &self.county.region, &cases).await?;
        }
        self.pay_before(until).await?;
        self.walk_on(until).await
    }

    /// The meeting whose next stage is the first, if that comes before a moment.
    fn next_sitting(&self, until: Timestamp) -> Option<(Timestamp, Sitting)> {
        let next = |council: &Council| Some((council.next_before(until)?, council.sitting()));
        self.councils.iter().filter_map(next).min_by_key(|(at, _)| *at)
    }

    /// What is paid before a moment.
    async fn pay_before(&mut self, until: Timestamp) -> Result<(), StartError> {
        while let Some(at) = self.payday.next_before(until) {
            self.walk_on(at).await?;
            let step = Step { store: self.store, numbers: &self.settings.numbers, staff: &self.staff, at };
            self.payday.go(&step, &self.county.region).await?;
        }
        Ok(())
    }

    /// What is done with the cases before a moment.
    async fn walk_on(&mut self, until: Timestamp) -> Result<(), StartError> {
        while let Some((at, walk, step)) = self.ahead.pop_first() {
            if at >= until {
                self.ahead.insert((at, walk, step));
                break;
            }
            let walk = self.walks.get(walk).ok_or_else(refused)?;
            let numbers = &self.settings.numbers;
            walk.go(&Step { store: self.store, numbers, staff: &self.staff, at }, step).await?;
        }
        Ok(())
    }

    /// The product's own job, at its hour.
    async fn run(&self, lake: &Path, at: Timestamp) -> Result<(), StartError> {
        let desk = self.desk_at(lake, at);
        let scope = self.staff.scope("yibao")?;
        let asked = screening::ask(&desk, scope, &self.county.region, self.county.year, None).await;
        let job = asked.map_err(|error| told(error.what.clone(), error.mend.clone()))?;
        runner::carry_out_waiting(&desk).await;
        let job = self.store.job(scope, &job).await?;
        if job.state == JobState::Done {
            return Ok(());
        }
        let failure = job.result.and_then(|words| serde_json::from_value::<WorkFailure>(words).ok());
        Err(failure.map_or_else(refused, |failure| told(failure.what, failure.mend)))
    }

    /// A desk before that lake whose clock stands at that hour: how long the run takes today says nothing of that day.
    fn desk_at(&self, lake: &Path, at: Timestamp) -> Desk {
        let clock = Arc::new(move || at);
        let folders = self.settings.folders.clone().with_lake(lake);
        Desk::new(self.store.clone(), Settings { clock, folders, ..self.settings.clone() })
    }

    async fn detected(&self) -> Result<Vec<CaseRow>, StartError> {
        let scope: &Scope = self.staff.scope("yibao")?;
        let filter = CaseFilter { statuses: vec![Status::Detected], ..CaseFilter::default() };
        let (mut rows, mut from) = (Vec::new(), None);
        loop {
            let page = self.store.list_cases(scope, &filter, CaseOrder::Number, from.as_ref(), 500).await?;
            rows.extend(page.rows);
            from = page.next;
            if from.is_none() {
                return Ok(rows);
            }
        }
    }

    /// Puts the steps of a road into the days between a screening and now.
    fn plan(&mut self, row: &CaseRow, one: &'a Burdened, (road, is_fresh): (Road, bool), screened: Timestamp) {
        let number = self.walks.len();
        // Cases do not all stand in their step since the same hour.
        let linger = i64::try_from(number % 5).unwrap_or_default() * 7 + 3;
        let length: i64 = road.iter().map(|stop| stop.after_hours).sum();
        let there_are = self.now.duration_since(screened).as_hours() - linger;
        // Nobody hurries, nobody dawdles: a short road ends early, or begins late.
        let slowest = if is_fresh { 100 } else { SLOWEST };
        let percent = (there_are * 100).checked_div(length).unwrap_or(100).clamp(100, slowest);
        let calendar = self.settings.numbers.watch(self.now).calendar;
        let waits = if is_fresh { (there_are - length).max(0) } else { 0 };
        let mut at = screened + hours(waits);
        for (step, stop) in road.iter().enumerate() {
            at = in_office(at + hours(stop.after_hours * percent / 100), number, calendar);
            self.ahead.insert((at, number, step));
        }
        self.walks.push(Walk { one, case_id: row.case_id.clone(), region: row.region.clone(), number, road });
    }
}

/// The day before the first screening.
pub fn opened(now: Timestamp) -> Timestamp {
    now - hours(24 * MONTHS.first().map_or(0, |month| month.days_ago + 1))
}

/// How much longer than usual a step may take, in percent.
const SLOWEST: i64 = 160;

/// Whether no bill comes later than what was known: a determination then stands.
fn is_quiet(one: &Burdened, known: &Known) -> bool {
    one.last_bill_on <= known.until
}

fn told(what: Text, mend: Text) -> StartError {
    StartError::told("demo-screening", what, mend)
}
