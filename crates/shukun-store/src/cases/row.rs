//! The row of a case for lists, and reading the case itself from its actions.

use std::collections::BTreeSet;

use sea_orm::ConnectionTrait;
use shukun_base::{Fen, HouseholdId, RegionCode};
use shukun_casework::CaseId;
use shukun_casework::alert::Colour;
use shukun_casework::authority::Permission;
use shukun_casework::case::{Action, Case, Flag, Sample, Status};
use shukun_casework::outcome::OutcomeCode;

use super::clock::{self, CaseClock};
use crate::accounts::{AccountId, read_region};
use crate::error::{Result, StoreError};
use crate::figures;
use crate::moment::{Moment, millis, moment};
use crate::scope::Scope;
use crate::sealed::Place;
use crate::sql::{Query, Row, all, execute, find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    ACTIONS = "SELECT sequence, action FROM case_actions WHERE case_id = $1 ORDER BY sequence";
    WRITE_ROW = "INSERT INTO cases (case_id, household_id, region, version, round, status, colour, flags, assignee,
            burden_fen, returns, outcome, sample, opened_at, status_since, last_at, years, rule)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
        ON CONFLICT (case_id) DO UPDATE SET household_id = excluded.household_id, region = excluded.region,
            version = excluded.version, round = excluded.round, status = excluded.status, colour = excluded.colour,
            flags = excluded.flags, assignee = excluded.assignee, burden_fen = excluded.burden_fen,
            returns = excluded.returns, outcome = excluded.outcome, sample = excluded.sample,
            opened_at = excluded.opened_at, status_since = excluded.status_since, last_at = excluded.last_at,
            years = excluded.years, rule = excluded.rule";
    OLD_ROWS = "SELECT case_id FROM cases WHERE years IS NULL ORDER BY case_id LIMIT 200";
    IDS = "SELECT DISTINCT case_id FROM case_actions WHERE case_id > $1 ORDER BY case_id LIMIT 500";
    HOLD = "UPDATE cases SET version = version WHERE case_id = $1 RETURNING case_id";
}

/// The columns that [`read`] reads.
pub(super) const COLUMNS: &str =
    "SELECT case_id, household_id, region, version, round, status, colour, flags, assignee,
    burden_fen, returns, outcome, sample, opened_at, status_since, last_at, years, rule, step, due_on, level, recert_due, read_at ";

/// What is written beside a case, where a statement asks for it: each joined table is looked up for every case.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Beside {
    /// How it stands against its time limits.
    pub clocks: bool,
    /// What is counted.
    pub figures: bool,
}

impl Beside {
    /// `FROM` cases and what is beside them, up to the conditions.
    pub fn push(self, query: &mut Query) {
        query.push("FROM cases");
        query.push(if self.clocks { " LEFT JOIN case_clocks ON clock_of = case_id" } else { "" });
        query.push(if self.figures { " LEFT JOIN case_figures ON figures_of = case_id" } else { "" });
        query.push(" WHERE ");
    }
}

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Its id.
    pub case_id: CaseId,
    /// The household; its people are [`Store::list_households`].
    pub household_id: HouseholdId,
    /// Where it lives, as exactly as is known.
    pub region: RegionCode,
    /// What a writer says it has read.
    pub version: u32,
    /// 1, then one more at each reopening.
    pub round: u16,
    /// How far it is.
    pub status: Status,
    /// The most pressing of its alerts; none for a household found by hand.
    pub colour: Option<Colour>,
    /// What else is to be known; those of the day (overdue, recertification due) are not among them.
    pub flags: Vec<Flag>,
    /// Who is to see to it.
    pub assignee: Option<AccountId>,
    /// The largest burden of its alerts.
    pub burden_fen: Fen,
    /// The years of its alerts, each once, in order; none for a household found by hand.
    pub years: Vec<i16>,
    /// The rule of its most pressing alert.
    pub rule: Option<String>,
    /// How often it went back.
    pub returns: u32,
    /// How the last round ended.
    pub outcome: Option<OutcomeCode>,
    /// Whether its closing waits for a second person's look.
    pub sample_waits: bool,
    /// When the first round began.
    pub opened_at: Moment,
    /// Since when it stands where it stands.
    pub status_since: Moment,
    /// When anything last happened.
    pub last_at: Moment,
    /// How it stands against its time limits; none once it is closed.
    pub clock: Option<CaseClock>,
}

/// Writes the row that follows from a case.
pub(super) async fn write(on: &impl ConnectionTrait, case: &Case) -> Result<()> {
    // Every flag between blanks, so that one is found in the text without being part of another.
    let flags: String = case.flags().iter().map(|flag| format!(" {} ", flag.key())).collect();
    let burden_fen = case.detections.iter().map(|detection| detection.burden_fen.0).max().unwrap_or(0);
    let values = values![
        case.id.as_str(),
        case.household.to_string(),
        case.region.as_str(),
        i64::from(case.version),
        i64::from(case.round),
        case.status.key(),
        case.colour().map(Colour::key),
        flags,
        case.assignee.as_ref().map(|assignee| assignee.as_str().to_owned()),
        burden_fen,
        i64::from(case.returns),
        case.closed.as_ref().map(|closed| closed.outcome.code.key()),
        (case.sample == Some(Sample::Waiting)).then_some("waiting"),
        millis(case.opened_at),
        millis(case.status_since),
        millis(case.last_at),
        years(case),
        rule(case),
    ];
    execute(on, WRITE_ROW, values).await?;
    figures::keep::write(on, case).await
}

/// Every year between blanks, so that one is found in the text without being part of another.
fn years(case: &Case) -> String {
    let years: BTreeSet<i16> = case.detections.iter().map(|detection| detection.year).collect();
    years.iter().map(|year| format!(" {year} ")).collect()
}

fn rule(case: &Case) -> Option<&str> {
    let most_pressing = case.detections.iter().max_by_key(|detection| (detection.colour, detection.burden_fen));
    most_pressing.map(|detection| detection.rule.as_str())
}

pub(super) fn read(row: &Row) -> Result<CaseRow> {
    let word = |column| row.get::<Option<String>>(column);
    let number = |column| row.get::<i64>(column);
    let flags: String = row.get("flags")?;
    let household: String = row.get("household_id")?;
    let years = word("years")?.unwrap_or_default();
    Ok(CaseRow {
        case_id: CaseId::new(&row.get::<String>("case_id")?).ok_or_else(unreadable)?,
        household_id: HouseholdId(household.parse().map_err(|_| unreadable())?),
        region: read_region(row)?,
        version: u32::try_from(number("version")?).map_err(|_| unreadable())?,
        round: u16::try_from(number("round")?).map_err(|_| unreadable())?,
        status: Status::find(&row.get::<String>("status")?).ok_or_else(unreadable)?,
        colour: word("colour")?.map(|key| Colour::find(&key).ok_or_else(unreadable)).transpose()?,
        flags: flags.split_whitespace().map(|key| Flag::find(key).ok_or_else(unreadable)).collect::<Result<_>>()?,
        assignee: word("assignee")?.map(|id| AccountId::new(&id)),
        burden_fen: Fen(number("burden_fen")?),
        years: years.split_whitespace().map(|year| year.parse().map_err(|_| unreadable())).collect::<Result<_>>()?,
        rule: word("rule")?,
        returns: u32::try_from(number("returns")?).map_err(|_| unreadable())?,
        outcome: word("outcome")?.map(|key| OutcomeCode::find(&key).ok_or_else(unreadable)).transpose()?,
        sample_waits: word("sample")?.is_some(),
        opened_at: moment(number("opened_at")?)?,
        status_since: moment(number("status_since")?)?,
        last_at: moment(number("last_at")?)?,
        clock: clock::read(row)?,
    })
}

pub(super) fn place(row_id: &str) -> Place<'_> {
    Place { table: "case_actions", column: "action", row: row_id }
}

/// A cell's row: the case and the number of the action.
pub(super) fn row_id(case: &str, sequence: i64) -> String {
    format!("{case}/{sequence}")
}

pub(super) fn unreadable() -> StoreError {
    StoreError::damaged(
        "有一个案件的记录读不懂：请从备份核对。",
        "A case's record cannot be read: compare it with a backup.",
    )
}

impl Store {
    /// The row of a case in the caller's area.
    pub async fn case_row(&self, scope: &Scope, case_id: &CaseId) -> Result<CaseRow> {
        let mut query = Query::new(COLUMNS);
        Beside { clocks: true, figures: false }.push(&mut query);
        query.push("case_id = ").bind(case_id.as_str()).push(" AND ");
        scope.push_area(&mut query, "region", Permission::ViewCases);
        read(&query.find(&self.within(scope, Permission::ViewCases)).await?.ok_or_else(StoreError::not_found)?)
    }

    /// Everything that happened in a case of the caller's area, in order.
    pub async fn case_actions(&self, scope: &Scope, case_id: &CaseId) -> Result<Vec<Action>> {
        self.case_row(scope, case_id).await?;
        self.load_actions(&self.within(scope, Permission::ViewCases), case_id).await
    }

    /// A case of the caller's area: what its actions add up to. For planning; a page that shows it to somebody asks
    /// [`Store::view_case`], which writes down who looked.
    pub async fn case(&self, scope: &Scope, case_id: &CaseId) -> Result<Case> {
        let actions = self.case_actions(scope, case_id).await?;
        Case::replay(&actions).map_err(|_| unreadable())
    }

    pub(super) async fn load_actions(&self, on: &impl ConnectionTrait, case_id: &CaseId) -> Result<Vec<Action>> {
        let mut actions = Vec::new();
        for row in all(on, ACTIONS, values![case_id.as_str()]).await? {
            let row_id = row_id(case_id.as_str(), row.get("sequence")?);
            let cell: Vec<u8> = row.get("action")?;
            let text = self.keys.open_cell(&self.db, place(&row_id), &cell).await?;
            actions.push(serde_json::from_slice(text.reveal()).map_err(|_| unreadable())?);
        }
        Ok(actions)
    }

    /// Makes the rows of all cases again from their actions; how many cases there are. For the system administrator,
    /// while others work.
    pub async fn rebuild_cases(&self, scope: &Scope) -> Result<u64> {
        scope.require_anywhere(Permission::ManageSystem)?;
        let (mut after, mut rebuilt) = (String::new(), 0);
        loop {
            let ids = all(&self.own(OwnWork::Rows), IDS, values![after.as_str()]).await?;
            for row in &ids {
                after = row.get("case_id")?;
                self.rebuild_case(&CaseId::new(&after).ok_or_else(unreadable)?).await?;
                rebuilt += 1;
            }
            if ids.is_empty() {
                return Ok(rebuilt);
            }
        }
    }

    /// Makes those rows again that an earlier version wrote, which knew fewer columns; how many. For the server when it
    /// starts.
    pub async fn renew_old_rows(&self) -> Result<u64> {
        let mut renewed = 0;
        loop {
            let ids = all(&self.own(OwnWork::Rows), OLD_ROWS, values![]).await?;
            for row in &ids {
                self.rebuild_case(&CaseId::new(&row.get::<String>("case_id")?).ok_or_else(unreadable)?).await?;
                renewed += 1;
            }
            if ids.is_empty() {
                return Ok(renewed);
            }
        }
    }

    async fn rebuild_case(&self, case_id: &CaseId) -> Result<()> {
        self.retry(|| async {
            let tx = self.begin_own(OwnWork::Rows).await?;
            find(&tx, HOLD, values![case_id.as_str()]).await?;
            let actions = self.load_actions(&tx, case_id).await?;
            write(&tx, &Case::replay(&actions).map_err(|_| unreadable())?).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}
