//! How a case stands against its time limits: read from its actions, the calendar and the moment, kept for lists.
//!
//! It depends on the day, so it is no part of the row that follows from the actions alone. It is read at each act, and
//! for all open cases by [`Store::refresh_clocks`], which the server calls every hour.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use shukun_base::Day;
use shukun_casework::CaseId;
use shukun_casework::case::{Case, Flag, Status, Step};
use shukun_casework::timers::{Level, Watch, flags, running};

use super::row::unreadable;
use crate::error::Result;
use crate::figures;
use crate::moment::{Moment, millis, moment};
use crate::sql::{Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    WRITE_CLOCK = "INSERT INTO case_clocks (clock_of, step, due_on, level, recert_due, read_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (clock_of) DO UPDATE SET step = excluded.step, due_on = excluded.due_on, level = excluded.level,
            recert_due = excluded.recert_due, read_at = excluded.read_at";
    // The row of the case, for lists in this order; a row that would stay as it is is not written.
    ORDER = "UPDATE cases SET due_number = $2 WHERE case_id = $1 AND due_number <> $2";
    STOP_CLOCK = "DELETE FROM case_clocks WHERE clock_of = $1";
    // A closed case without figures comes from a database that is older than they are.
    OPEN_IDS = "SELECT case_id FROM cases LEFT JOIN case_figures ON figures_of = case_id
        WHERE (status <> 'closed' OR figures_of IS NULL) AND case_id > $1 ORDER BY case_id LIMIT 20";
    HOLD = "UPDATE cases SET version = version WHERE case_id = $1 RETURNING case_id";
}

/// How a case stands against its limits, as read at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseClock {
    /// The step it is in.
    pub step: Step,
    /// The last day of the step that is still in time; none without a limit in days, or while the clock stands.
    pub due_on: Option<Day>,
    /// The worst level of all its clocks: its step, the whole case, what runs beside it.
    pub level: Level,
    /// Whether its certification is to be looked at again.
    pub recert_due: bool,
    /// When this was read.
    pub read_at: Moment,
}

/// Reads the clock of a case and keeps it, and its stays in each step; a closed case has no clock.
pub(super) async fn write(on: &impl ConnectionTrait, case: &Case, watch: Watch<'_>) -> Result<()> {
    figures::keep::write_stays(on, case, watch).await?;
    let readings = running(case, watch);
    let Some(first) = readings.first().filter(|_| case.status != Status::Closed) else {
        execute(on, ORDER, values![case.id.as_str(), NEVER_DUE]).await?;
        execute(on, STOP_CLOCK, values![case.id.as_str()]).await?;
        return Ok(());
    };
    let due_number = first.due_on.as_ref().map_or(NEVER_DUE, |due| day_number(due.value));
    execute(on, ORDER, values![case.id.as_str(), due_number]).await?;
    let level = readings.iter().map(|reading| reading.level).max().unwrap_or(first.level);
    let values = values![
        case.id.as_str(),
        first.step.key(),
        first.due_on.as_ref().map(|due| due.value.to_string()),
        level.key(),
        flags(case, watch).contains(&Flag::RecertDue),
        millis(watch.now),
    ];
    execute(on, WRITE_CLOCK, values).await?;
    Ok(())
}

/// After every day.
pub(super) const NEVER_DUE: i64 = 99_999_999;

/// A day as a number that orders like it: 20261231.
pub(super) fn day_number(day: Day) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// From a row of a list; `None` for a case without a clock.
pub(super) fn read(row: &Row) -> Result<Option<CaseClock>> {
    let Some(step) = row.get::<Option<String>>("step")? else { return Ok(None) };
    let due_on: Option<String> = row.get("due_on")?;
    Ok(Some(CaseClock {
        step: Step::find(&step).ok_or_else(unreadable)?,
        due_on: due_on.map(|day| day.parse().map_err(|_| unreadable())).transpose()?,
        level: Level::find(&row.get::<String>("level")?).ok_or_else(unreadable)?,
        recert_due: row.get("recert_due")?,
        read_at: moment(row.get("read_at")?)?,
    }))
}

impl Store {
    /// For the server's nightly job: reads the clocks of all open cases anew, while others work; how many.
    pub async fn refresh_clocks(&self, watch: Watch<'_>) -> Result<u64> {
        let (mut after, mut refreshed) = (String::new(), 0);
        loop {
            let ids: Vec<String> = all(&self.own(OwnWork::Clocks), OPEN_IDS, values![after.as_str()])
                .await?
                .iter()
                .map(|row| row.get("case_id"))
                .collect::<Result<_>>()?;
            let Some(last) = ids.last() else { return Ok(refreshed) };
            self.retry(|| async {
                let tx = self.begin_own(OwnWork::Clocks).await?;
                for id in &ids {
                    self.refresh_clock(&tx, id, watch).await?;
                }
                Ok(tx.commit().await?)
            })
            .await?;
            refreshed += u64::try_from(ids.len()).unwrap_or(0);
            after = last.clone();
        }
    }

    async fn refresh_clock(&self, tx: &DatabaseTransaction, id: &str, watch: Watch<'_>) -> Result<()> {
        if find(tx, HOLD, values![id]).await?.is_none() {
            return Ok(());
        }
        let id = CaseId::new(id).ok_or_else(unreadable)?;
        let case = Case::replay(&self.load_actions(tx, &id).await?).map_err(|_| unreadable())?;
        figures::keep::write(tx, &case).await?;
        write(tx, &case, watch).await
    }
}
