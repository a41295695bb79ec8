//! Reading: meetings of the caller's area, one meeting; notices where the caller may see the households.

use shukun_base::{Day, Fen, RegionCode};
use shukun_casework::authority::Permission;
use shukun_fund::deciding::{LineRecord, LineState, Meeting, MeetingKind, MeetingState};
use shukun_fund::{CaseId, LineId, MeetingId};

use super::unreadable;
use crate::accounts::read_region;
use crate::error::{Result, StoreError};
use crate::moment::{Moment, moment};
use crate::scope::Scope;
use crate::sql::{Query, Row};
use crate::store::Store;
use crate::wall::OwnWork;

/// A meeting on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeetingRow {
    /// Its id.
    pub id: MeetingId,
    /// Whose council.
    pub region: RegionCode,
    /// How it decides.
    pub kind: MeetingKind,
    /// The day.
    pub held_on: Day,
    /// Where it stands.
    pub state: MeetingState,
    /// Lines that were not taken off.
    pub line_count: i64,
    /// What they come to.
    pub total_fen: Fen,
    /// Lines that are not yet in effect, refused or withdrawn.
    pub waiting_count: i64,
    /// When anything last happened.
    pub last_at: Moment,
}

/// A notice on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// Of which line.
    pub line: LineId,
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Where the household lives.
    pub region: RegionCode,
    /// Which case.
    pub case: CaseId,
    /// The programme's key.
    pub programme: String,
    /// How much.
    pub amount_fen: Fen,
    /// Where the line stands.
    pub state: LineState,
    /// First day on the board.
    pub posted_from: Option<Day>,
    /// Last day.
    pub posted_until: Option<Day>,
    /// When it was taken down.
    pub taken_down_on: Option<Day>,
    /// The last day of its online copy.
    pub online_until: Option<Day>,
    /// Objections that are open, or whose result was not posted.
    pub open_objections: i64,
}

impl NoticeRow {
    /// Whether it hangs although its days are over: it has to come down.
    pub fn is_overdue(&self, today: Day) -> bool {
        self.taken_down_on.is_none() && self.posted_until.is_some_and(|until| until < today)
    }
}

/// Which notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeFilter {
    /// To be posted, hanging, or to be taken down.
    #[default]
    Open,
    /// All.
    All,
}

/// As many rows as a list shows.
const MOST: u64 = 300;

impl Store {
    /// The meetings of the caller's area, the latest first.
    pub async fn meetings(&self, scope: &Scope) -> Result<Vec<MeetingRow>> {
        scope.require_anywhere(Permission::ViewFund)?;
        let rows = meetings_query(scope).all(&self.within(scope, Permission::ViewFund)).await?;
        rows.iter().map(read_meeting).collect()
    }

    /// One meeting of the caller's area.
    pub async fn meeting(&self, scope: &Scope, id: &MeetingId) -> Result<Meeting> {
        let meeting = self.load_meeting(&self.within(scope, Permission::ViewFund), id).await?;
        let meeting = meeting.filter(|meeting| scope.allows(Permission::ViewFund, Some(&meeting.region)));
        meeting.ok_or_else(StoreError::not_found)
    }

    /// Notices of households in the caller's area.
    pub async fn notices(&self, scope: &Scope, filter: NoticeFilter) -> Result<Vec<NoticeRow>> {
        scope.require_anywhere(Permission::ViewCases)?;
        let rows = notices_query(scope, filter, None).all(&self.within(scope, Permission::ViewCases)).await?;
        rows.iter().map(read_notice).collect()
    }

    /// One notice, the record of its line, and the version of its meeting.
    pub async fn notice(&self, scope: &Scope, line: &LineId) -> Result<(NoticeRow, LineRecord, u32)> {
        scope.require_anywhere(Permission::ViewCases)?;
        let query = notices_query(scope, NoticeFilter::All, Some(line));
        let row = query.find(&self.within(scope, Permission::ViewCases)).await?;
        let row = read_notice(&row.ok_or_else(StoreError::not_found)?)?;
        // The household is in the caller's area; of its meeting only this line is given out.
        let meeting = self.load_meeting(&self.own(OwnWork::Meetings), &row.meeting).await?.ok_or_else(unreadable)?;
        let record = meeting.line(line).cloned().ok_or_else(unreadable)?;
        Ok((row, record, meeting.version))
    }
}

pub(crate) fn meetings_query(scope: &Scope) -> Query {
    let mut query = Query::new(
        "SELECT meeting_id, region, kind, held_on, state, line_count, total_fen, waiting_count, last_at FROM meetings WHERE ",
    );
    scope.push_area(&mut query, "region", Permission::ViewFund);
    query.push(" ORDER BY held_on DESC, meeting_id LIMIT ").bind(i64::try_from(MOST).unwrap_or(i64::MAX));
    query
}

pub(crate) fn notices_query(scope: &Scope, filter: NoticeFilter, line: Option<&LineId>) -> Query {
    let mut query = Query::new(
        "SELECT line_id, meeting_id, region, case_id, programme, amount_fen, state, posted_from, posted_until, taken_down_on,
            online_until, open_objections FROM notices WHERE ",
    );
    scope.push_area(&mut query, "region", Permission::ViewCases);
    if let Some(line) = line {
        query.push(" AND line_id = ").bind(line.as_str());
    }
    if filter == NoticeFilter::Open {
        query.push(
            " AND (state IN ('passed', 'on_notice') OR open_objections > 0
                OR (posted_from IS NOT NULL AND taken_down_on IS NULL))",
        );
    }
    query.push(" ORDER BY posted_until, line_id LIMIT ").bind(i64::try_from(MOST).unwrap_or(i64::MAX));
    query
}

fn read_meeting(row: &Row) -> Result<MeetingRow> {
    Ok(MeetingRow {
        id: MeetingId::new(&row.get::<String>("meeting_id")?).ok_or_else(unreadable)?,
        region: read_region(row)?,
        kind: MeetingKind::find(&row.get::<String>("kind")?).ok_or_else(unreadable)?,
        held_on: super::members::read_day(row, "held_on")?,
        state: MeetingState::find(&row.get::<String>("state")?).ok_or_else(unreadable)?,
        line_count: row.get("line_count")?,
        total_fen: Fen(row.get("total_fen")?),
        waiting_count: row.get("waiting_count")?,
        last_at: moment(row.get("last_at")?)?,
    })
}

fn read_notice(row: &Row) -> Result<NoticeRow> {
    let day = |column: &str| -> Result<Option<Day>> {
        let text: Option<String> = row.get(column)?;
        text.map(|text| text.parse().map_err(|_| unreadable())).transpose()
    };
    Ok(NoticeRow {
        line: LineId::new(&row.get::<String>("line_id")?).ok_or_else(unreadable)?,
        meeting: MeetingId::new(&row.get::<String>("meeting_id")?).ok_or_else(unreadable)?,
        region: read_region(row)?,
        case: CaseId::new(&row.get::<String>("case_id")?).ok_or_else(unreadable)?,
        programme: row.get("programme")?,
        amount_fen: Fen(row.get("amount_fen")?),
        state: LineState::find(&row.get::<String>("state")?).ok_or_else(unreadable)?,
        posted_from: day("posted_from")?,
        posted_until: day("posted_until")?,
        taken_down_on: day("taken_down_on")?,
        online_until: day("online_until")?,
        open_objections: row.get("open_objections")?,
    })
}
