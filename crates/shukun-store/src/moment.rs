//! Moments as they are stored, and the day they fall on in China.

use jiff::{Timestamp, tz::Offset};
use shukun_base::Day;

use crate::error::{Result, StoreError};

/// A point in time; the store keeps milliseconds.
pub type Moment = Timestamp;

/// The civil day of a moment in China, one time zone without summer time.
pub fn today_in_china(now: Moment) -> Day {
    Offset::constant(8).to_datetime(now).date()
}

/// As stored: milliseconds since 1970 UTC.
pub(crate) fn millis(moment: Moment) -> i64 {
    moment.as_millisecond()
}

/// As it was stored.
pub(crate) fn moment(millis: i64) -> Result<Moment> {
    Timestamp::from_millisecond(millis)
        .map_err(|_| StoreError::damaged("数据库里有一个时间超出范围。", "A moment in the database is out of range."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_sixteen_oclock_utc() {
        for (at, day) in [("2026-03-01T15:59:59Z", "2026-03-01"), ("2026-03-01T16:00:00Z", "2026-03-02")] {
            assert_eq!(today_in_china(at.parse().unwrap()).to_string(), day, "{at}");
        }
    }
}
