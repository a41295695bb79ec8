//! Screening runs as objects: when, over which county and year, what was found, and what each run did to which alert; and the day
//! of the month on which one is asked for by itself.
//!
//! Knows no lake and no pack: what a run found is kept as it came, sealed. Start at [`Store::begin_run`].

use sea_orm::DatabaseTransaction;
use serde_json::{Value as Json, json};
use shukun_base::{Day, RegionCode};
use shukun_casework::alert::{Alert, AlertStatus};
use shukun_casework::authority::Permission;
use shukun_casework::{AlertId, RunId};

use crate::accounts::{AccountId, read_region};
use crate::audit::{Act, Entry, Object, append};
use crate::error::{Result, StoreError};
use crate::moment::{Moment, millis, moment, today_in_china};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Query, Row, all, execute, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    BEGIN = "INSERT INTO screening_runs (run_id, region, year, state, asked_by, asked_at)
        VALUES ($1, $2, $3, 'running', $4, $5) ON CONFLICT (run_id) DO NOTHING";
    FINISH = "UPDATE screening_runs SET state = 'done', finished_at = $2, report = $3
        WHERE run_id = $1 AND state = 'running'";
    // The first word on what a run did to an alert stands: the run begun again finds it done.
    CHANGED = "INSERT INTO run_changes (run_id, alert_id, change) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    CHANGES = "SELECT change, COUNT(*) AS alerts FROM run_changes WHERE run_id = $1 GROUP BY change ORDER BY change";
    IN_CASES = "SELECT DISTINCT alerts.case_id AS case_id FROM run_changes
        JOIN alerts ON alerts.alert_id = run_changes.alert_id
        WHERE run_changes.run_id = $1 AND alerts.case_id IS NOT NULL ORDER BY alerts.case_id";
    SET_DAY = "INSERT INTO schedules (name, region, day_of_month, set_by, set_at, last_on) VALUES ('screening', $1, $2, $3, $4, $5)
        ON CONFLICT (name, region) DO UPDATE SET day_of_month = excluded.day_of_month, set_by = excluded.set_by,
            set_at = excluded.set_at, last_on = excluded.last_on";
    UNSET_DAY = "DELETE FROM schedules WHERE name = 'screening' AND region = $1";
    DAYS = "SELECT region, day_of_month, set_by, last_on FROM schedules WHERE name = 'screening' ORDER BY region";
    TAKE_DAY = "UPDATE schedules SET last_on = $2 WHERE name = 'screening' AND region = $1
        AND (last_on IS NULL OR last_on < $3)";
    ADD_JOB = "INSERT INTO jobs (job_id, kind, region, once_key, input, state, created_by, created_at, stepped_up, tries,
        steps_done, steps_total) VALUES ($1, $2, $3, NULL, $4, 'waiting', $5, $6, FALSE, 0, 0, 0)";
}

/// Runs of one page.
const PAGE: u64 = 50;

/// What a run did to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AlertChange {
    /// It was not there, or was cleared.
    New,
    /// It is more pressing.
    Risen,
    /// It is less pressing, and still above a line.
    Fallen,
    /// It is below every line.
    Cleared,
    /// The colour is the same, the bills are others.
    Claims,
}

impl AlertChange {
    /// Every change and its key.
    pub const ALL: [(&'static str, AlertChange); 5] = [
        ("new", AlertChange::New),
        ("risen", AlertChange::Risen),
        ("fallen", AlertChange::Fallen),
        ("cleared", AlertChange::Cleared),
        ("claims", AlertChange::Claims),
    ];

    /// As it is stored.
    pub fn key(self) -> &'static str {
        AlertChange::ALL.iter().find(|(_, change)| *change == self).map_or("", |(key, _)| key)
    }

    /// The change of this key.
    pub fn find(key: &str) -> Option<AlertChange> {
        AlertChange::ALL.iter().find(|(known, _)| *known == key).map(|(_, change)| *change)
    }

    /// What became of an alert; `None` = nothing.
    pub(crate) fn between(before: Option<&Alert>, after: &Alert) -> Option<AlertChange> {
        let Some(before) = before else { return Some(AlertChange::New) };
        let is_over = before.state.status() == AlertStatus::Cleared;
        if is_over && after.state.status() == AlertStatus::Cleared {
            return None;
        }
        match (before.colour(), after.colour()) {
            (_, Some(_)) if is_over => Some(AlertChange::New),
            (None, Some(_)) => Some(AlertChange::Risen),
            (Some(_), None) => Some(AlertChange::Cleared),
            (Some(was), Some(is)) if is > was => Some(AlertChange::Risen),
            (Some(was), Some(is)) if is < was => Some(AlertChange::Fallen),
            _ => (before.last.claims_sha256 != after.last.claims_sha256).then_some(AlertChange::Claims),
        }
    }
}

/// A run as its page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreeningRun {
    /// Its id.
    pub run_id: RunId,
    /// The county.
    pub region: RegionCode,
    /// The year of the bills.
    pub year: i16,
    /// Who asked for it.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Moment,
    /// When it was over; `None` = it is under way, or was stopped.
    pub finished_at: Option<Moment>,
    /// What was found.
    pub report: Option<Json>,
}

/// The day of the month on which a county is screened by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScreeningDay {
    /// The county.
    pub region: RegionCode,
    /// From 1 to 28.
    pub day_of_month: i8,
    /// Who set it: the run may do what this person may.
    pub set_by: AccountId,
    /// The day of the latest run by itself.
    pub last_on: Option<Day>,
}

impl Store {
    /// Writes down that a run begins; begun again it is the same run. Whether it begins for the first time.
    pub async fn begin_run(
        &self,
        scope: &Scope,
        run: &RunId,
        (region, year): (&RegionCode, i16),
        now: Moment,
    ) -> Result<bool> {
        scope.require(Permission::RunScreening, Some(region))?;
        let by = scope.account_id().as_str();
        let values = values![run.as_str(), region.as_str(), i64::from(year), by, millis(now)];
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            let is_first = execute(&tx, BEGIN, values.clone()).await? > 0;
            if is_first {
                append(self, &tx, now, entry(scope, run.as_str(), region, "begun")).await?;
            }
            tx.commit().await?;
            Ok(is_first)
        })
        .await
    }

    /// Writes down what a run found; done once, it stays.
    pub async fn finish_run(&self, scope: &Scope, run: &RunId, report: &Json, now: Moment) -> Result<()> {
        let known = self.screening_run(scope, run).await?;
        scope.require(Permission::RunScreening, Some(&known.region))?;
        let sealed = self.keys.seal(&self.chance, place(run.as_str()), report.to_string().as_bytes())?;
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            if execute(&tx, FINISH, values![run.as_str(), millis(now), sealed.clone()]).await? > 0 {
                append(self, &tx, now, entry(scope, run.as_str(), &known.region, "done")).await?;
            }
            Ok(tx.commit().await?)
        })
        .await
    }

    /// A run of the caller's area.
    pub async fn screening_run(&self, scope: &Scope, run: &RunId) -> Result<ScreeningRun> {
        let row = runs_query(scope, Some(run))
            .find(&self.within(scope, Permission::ViewCases))
            .await?
            .ok_or_else(StoreError::not_found)?;
        self.read_run(&row).await
    }

    /// The runs of the caller's area, newest first, 50 at most.
    pub async fn list_screening_runs(&self, scope: &Scope) -> Result<Vec<ScreeningRun>> {
        let mut runs = Vec::new();
        for row in runs_query(scope, None).all(&self.within(scope, Permission::ViewCases)).await? {
            runs.push(self.read_run(&row).await?);
        }
        Ok(runs)
    }

    /// How many alerts a run of the caller's area changed, by what became of them.
    pub async fn count_run_changes(&self, scope: &Scope, run: &RunId) -> Result<Vec<(AlertChange, u64)>> {
        self.screening_run(scope, run).await?;
        let mut counts = Vec::new();
        for row in all(&self.within(scope, Permission::ViewCases), CHANGES, values![run.as_str()]).await? {
            let change = AlertChange::find(&row.get::<String>("change")?).ok_or_else(unreadable)?;
            counts.push((change, u64::try_from(row.get::<i64>("alerts")?).map_err(|_| unreadable())?));
        }
        Ok(counts)
    }

    /// The cases in which alerts stand that a run changed: what was determined in them may no longer hold.
    pub async fn cases_of_run(&self, scope: &Scope, run: &RunId) -> Result<Vec<shukun_casework::CaseId>> {
        self.screening_run(scope, run).await?;
        let rows = all(&self.within(scope, Permission::ViewCases), IN_CASES, values![run.as_str()]).await?;
        let id = |row: &Row| shukun_casework::CaseId::new(&row.get::<String>("case_id")?).ok_or_else(unreadable);
        rows.iter().map(id).collect()
    }

    /// The days that are set where the caller may run the screening.
    pub async fn screening_days(&self, scope: &Scope) -> Result<Vec<ScreeningDay>> {
        let days: Vec<ScreeningDay> = all(&self.within(scope, Permission::RunScreening), DAYS, values![])
            .await?
            .iter()
            .map(read_day)
            .collect::<Result<_>>()?;
        Ok(days.into_iter().filter(|day| scope.allows(Permission::RunScreening, Some(&day.region))).collect())
    }

    /// Sets the day of the month on which the county is screened by itself, from now on; `None` = not at all. The run will
    /// do what the caller may do then.
    ///
    /// # Errors
    /// `store-forbidden`; `store-screening-day` where the day is not one from 1 to 28, which every month has.
    pub async fn set_screening_day(
        &self,
        scope: &Scope,
        region: &RegionCode,
        day: Option<i8>,
        now: Moment,
    ) -> Result<()> {
        scope.require(Permission::RunScreening, Some(region))?;
        if day.is_some_and(|day| !(1..=28).contains(&day)) {
            return Err(wrong_day());
        }
        let (by, today) = (scope.account_id().as_str(), today_in_china(now));
        // A day of this month that is past, or today, means the next month.
        let last_on = day.filter(|day| *day <= today.day()).map(|_| today.to_string());
        self.retry(|| async {
            let tx = self.begin_within(scope).await?;
            match day {
                Some(day) => {
                    let values = values![region.as_str(), i64::from(day), by, millis(now), last_on.clone()];
                    execute(&tx, SET_DAY, values).await?
                }
                None => execute(&tx, UNSET_DAY, values![region.as_str()]).await?,
            };
            let fields = day.map_or_else(|| "off".to_owned(), |day| day.to_string());
            let object = Object::new("schedule", "screening");
            let entry = Entry {
                account_id: by,
                act: Act::ScheduleSet,
                object,
                region: Some(region),
                fields: &fields,
                reason: None,
            };
            append(self, &tx, now, entry).await?;
            Ok(tx.commit().await?)
        })
        .await
    }

    /// For the server: asks for the runs whose day has come, each in the name of who set the day; how many.
    pub async fn ask_for_screening_due(&self, kind: &'static str, now: Moment) -> Result<u64> {
        let today = today_in_china(now);
        let mut asked = 0;
        for row in all(&self.own(OwnWork::Jobs), DAYS, values![]).await? {
            let day = read_day(&row)?;
            let is_due = today.day() >= day.day_of_month
                && day.last_on.is_none_or(|last| (last.year(), last.month()) < (today.year(), today.month()));
            if is_due {
                asked += self.retry(|| async { self.ask_for(kind, &day, today, now).await }).await?;
            }
        }
        Ok(asked)
    }

    /// One of two servers that see the day gets it.
    async fn ask_for(&self, kind: &'static str, day: &ScreeningDay, today: Day, now: Moment) -> Result<u64> {
        let tx = self.begin_own(OwnWork::Jobs).await?;
        let first = today.first_of_month().to_string();
        let region = day.region.as_str();
        if execute(&tx, TAKE_DAY, values![region, today.to_string(), first]).await? == 0 {
            return Ok(0);
        }
        let job_id = self.chance.id()?;
        // Of a month that begins a year the year before is of interest: its bills are all there.
        let year = if today.month() == 1 { today.year() - 1 } else { today.year() };
        let input = json!({ "run_id": self.chance.id()?, "year": year, "on": today.to_string() });
        let input_place = Place { table: "jobs", column: "input", row: &job_id };
        let input = self.keys.seal(&self.chance, input_place, input.to_string().as_bytes())?;
        let by = day.set_by.as_str();
        execute(&tx, ADD_JOB, values![job_id.as_str(), kind, region, input, by, millis(now)]).await?;
        let object = Object::new("job", job_id.as_str());
        let region = Some(&day.region);
        let entry = Entry { account_id: by, act: Act::JobAdded, object, region, fields: kind, reason: None };
        append(self, &tx, now, entry).await?;
        tx.commit().await?;
        Ok(1)
    }

    async fn read_run(&self, row: &Row) -> Result<ScreeningRun> {
        let run_id: String = row.get("run_id")?;
        let report = match row.get::<Option<Vec<u8>>>("report")? {
            Some(cell) => {
                let text = self.keys.open_cell(&self.db, place(&run_id), &cell).await?;
                Some(serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?)
            }
            None => None,
        };
        Ok(ScreeningRun {
            run_id: RunId::new(&run_id).ok_or_else(unreadable)?,
            region: read_region(row)?,
            year: i16::try_from(row.get::<i64>("year")?).map_err(|_| unreadable())?,
            asked_by: AccountId::new(&row.get::<String>("asked_by")?),
            asked_at: moment(row.get("asked_at")?)?,
            finished_at: row.get::<Option<i64>>("finished_at")?.map(moment).transpose()?,
            report,
        })
    }
}

/// Writes down what a run did to an alert, in the transaction in which it did it.
pub(crate) async fn note_change(
    tx: &DatabaseTransaction,
    run: &RunId,
    alert: &AlertId,
    change: AlertChange,
) -> Result<()> {
    execute(tx, CHANGED, values![run.as_str(), alert.as_str(), change.key()]).await?;
    Ok(())
}

pub(crate) fn runs_query(scope: &Scope, run: Option<&RunId>) -> Query {
    let mut query =
        Query::new("SELECT run_id, region, year, asked_by, asked_at, finished_at, report FROM screening_runs WHERE ");
    scope.push_area(&mut query, "region", Permission::ViewCases);
    if let Some(run) = run {
        query.push(" AND run_id = ").bind(run.as_str());
    }
    query.push(" ORDER BY asked_at DESC, run_id LIMIT ").bind(PAGE);
    query
}

fn read_day(row: &Row) -> Result<ScreeningDay> {
    let last_on: Option<String> = row.get("last_on")?;
    Ok(ScreeningDay {
        region: read_region(row)?,
        day_of_month: i8::try_from(row.get::<i64>("day_of_month")?).map_err(|_| unreadable())?,
        set_by: AccountId::new(&row.get::<String>("set_by")?),
        last_on: last_on.map(|day| day.parse().map_err(|_| unreadable())).transpose()?,
    })
}

fn entry<'a>(scope: &'a Scope, run: &str, region: &'a RegionCode, fields: &'a str) -> Entry<'a> {
    let object = Object::new("run", run);
    Entry {
        account_id: scope.account_id().as_str(),
        act: Act::RunRecorded,
        object,
        region: Some(region),
        fields,
        reason: None,
    }
}

fn place(row: &str) -> Place<'_> {
    Place { table: "screening_runs", column: "report", row }
}

fn unreadable() -> StoreError {
    StoreError::damaged("有一次筛查读不懂。", "A screening run cannot be read.")
}

fn wrong_day() -> StoreError {
    StoreError::refused(
        "store-screening-day",
        "筛查日应为每月1日至28日。请重新填写。",
        "The day is from 1 to 28, which every month has. Give another.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{at, grant, new_account, on_both, region, scopes};
    use shukun_casework::authority::Role;

    async fn office(store: &Store) -> Vec<Scope> {
        let (here, there) = ([grant(Role::Insurance, "330381")], [grant(Role::Insurance, "330305")]);
        let town = [grant(Role::Township, "330381001")];
        scopes(store, &[new_account("here", &here), new_account("there", &there), new_account("town", &town)]).await
    }

    #[test]
    fn a_run_is_written_down_once_and_seen_in_its_county() {
        on_both(|db| async move {
            let store = db.open().await;
            let scopes = office(&store).await;
            let (run, county) = (RunId::new("run-1").unwrap(), region("330381"));
            for (minute, is_first) in [(0, true), (1, false)] {
                let begun = store.begin_run(&scopes[0], &run, (&county, 2022), at(minute)).await;
                assert_eq!(begun.unwrap(), is_first);
            }
            assert_eq!(store.list_screening_runs(&scopes[0]).await.unwrap().len(), 1);
            for report in [json!({"alerted": 3}), json!({"alerted": 4})] {
                store.finish_run(&scopes[0], &run, &report, at(2)).await.unwrap();
            }
            let found = store.screening_run(&scopes[0], &run).await.unwrap();
            assert_eq!((found.report, found.finished_at), (Some(json!({"alerted": 3})), Some(at(2))));
            for other in &scopes[1..] {
                assert!(store.screening_run(other, &run).await.is_err());
                assert!(store.begin_run(other, &RunId::new("run-2").unwrap(), (&county, 2022), at(0)).await.is_err());
                assert!(store.set_screening_day(other, &county, Some(5), at(0)).await.is_err());
            }
        });
    }

    #[test]
    fn the_day_asks_once_a_month_and_in_the_name_of_who_set_it() {
        on_both(|db| async move {
            let store = db.open().await;
            let scope = office(&store).await.remove(0);
            let county = region("330381");
            let day = |days: i64| at(days * 24 * 60);
            assert_eq!(
                store.set_screening_day(&scope, &county, Some(29), at(0)).await.unwrap_err().code,
                "store-screening-day"
            );
            // The second of March: the fifth is ahead, the first means April.
            store.set_screening_day(&scope, &county, Some(5), at(0)).await.unwrap();
            for (days, asked) in [(0, 0), (2, 0), (3, 1), (3, 0), (20, 0), (32, 0), (34, 1), (35, 0)] {
                assert_eq!(store.ask_for_screening_due("screening", day(days)).await.unwrap(), asked, "day {days}");
            }
            let job = store.claim_job("a", day(35)).await.unwrap().unwrap();
            assert_eq!((job.kind.as_str(), job.created_by.as_str()), ("screening", scope.account_id().as_str()));
            assert_eq!((&job.input["year"], &job.input["on"]), (&json!(2026), &json!("2026-03-05")));
            assert_eq!(store.screening_days(&scope).await.unwrap()[0].day_of_month, 5);
            store.set_screening_day(&scope, &county, Some(1), at(0)).await.unwrap();
            assert_eq!(store.ask_for_screening_due("screening", at(1)).await.unwrap(), 0);
            store.set_screening_day(&scope, &county, None, at(0)).await.unwrap();
            assert_eq!(store.ask_for_screening_due("screening", day(100)).await.unwrap(), 0);
        });
    }
}
