//! The online copy of a notice, for everybody: only while it is switched on, and only what may stand on the net.
//!
//! It asks for no scope, because whoever reads it has none; so it gives out neither case nor household nor resolution, and
//! for a copy that is off, not yet up, taken down or over the same answer as for one that never was.

use shukun_base::{Day, Fen, RegionCode};
use shukun_fund::{LineId, MeetingId};

use super::unreadable;
use crate::accounts::read_region;
use crate::error::{Result, StoreError};
use crate::sql::{find, statements, values};
use crate::store::Store;
use crate::wall::OwnWork;

statements! {
    ONLINE = "SELECT meeting_id, region, programme, amount_fen, posted_from, online_until FROM notices
        WHERE line_id = $1 AND state = 'on_notice' AND taken_down_on IS NULL AND posted_from <= $2 AND online_until >= $3";
}

/// What the net may show of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnlineNotice {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// Where the household lives; only its town is shown.
    pub region: RegionCode,
    /// The programme's key.
    pub programme: String,
    /// How much.
    pub amount_fen: Fen,
    /// The first day.
    pub from: Day,
    /// The last day online.
    pub until: Day,
}

impl Store {
    /// The online copy of a line's notice as it is on a day.
    ///
    /// # Errors
    /// `store-not-found` where there is none that day.
    pub async fn online_notice(&self, line: &LineId, today: Day) -> Result<OnlineNotice> {
        let day = today.to_string();
        let row =
            find(&self.own(OwnWork::Meetings), ONLINE, values![line.as_str(), day.as_str(), day.as_str()]).await?;
        let row = row.ok_or_else(StoreError::not_found)?;
        Ok(OnlineNotice {
            meeting: MeetingId::new(&row.get::<String>("meeting_id")?).ok_or_else(unreadable)?,
            region: read_region(&row)?,
            programme: row.get("programme")?,
            amount_fen: Fen(row.get("amount_fen")?),
            from: super::members::read_day(&row, "posted_from")?,
            until: super::members::read_day(&row, "online_until")?,
        })
    }
}
