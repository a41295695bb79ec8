//! Office hours: nobody in the demo acts at night or on a day off.

use jiff::civil::Time;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use shukun_casework::calendar::Calendar;

/// China has one time zone and no summer time.
const CHINA: TimeZone = TimeZone::fixed(Offset::constant(8));
const OPENS: Time = Time::constant(8, 30, 0, 0);
const CLOSES: Time = Time::constant(16, 40, 0, 0);
/// Nobody looks further back for a working day: the longest holidays have nine days.
const LONGEST: usize = 30;

/// The moment itself if an office is open then, else shortly before it closed the last time; `number` spreads the cases
/// over that last hour. A later moment never becomes an earlier one.
pub fn in_office(moment: Timestamp, number: usize, calendar: &Calendar) -> Timestamp {
    let local = moment.to_zoned(CHINA).datetime();
    let minutes = i64::try_from(number % 50).unwrap_or_default();
    let closes = CLOSES.saturating_add(SignedDuration::from_mins(minutes));
    if calendar.is_working(local.date()) && local.time() >= OPENS {
        return at(local.date().to_datetime(local.time().min(closes)), moment);
    }
    let mut day = local.date();
    for _ in 0..LONGEST {
        day = day.saturating_sub(1.day());
        if calendar.is_working(day) {
            break;
        }
    }
    at(day.to_datetime(closes), moment)
}

/// A civil moment in China; what lies outside of time stays where it was.
fn at(civil: jiff::civil::DateTime, otherwise: Timestamp) -> Timestamp {
    civil.to_zoned(CHINA).map_or(otherwise, |zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(moment: &str) -> String {
        let moment: Timestamp = moment.parse().unwrap();
        in_office(moment, 7, &Calendar::china()).to_zoned(CHINA).datetime().to_string()
    }

    #[test]
    fn night_weekend_and_holiday_become_the_last_afternoon() {
        // Sunday morning, Saturday night, Monday before dawn: Friday's afternoon.
        for moment in ["2026-11-22T02:00:00Z", "2026-11-21T15:00:00Z", "2026-11-22T19:00:00Z"] {
            assert_eq!(moved(moment), "2026-11-20T16:47:00", "{moment}");
        }
        assert_eq!(moved("2026-11-20T02:15:00Z"), "2026-11-20T10:15:00");
        assert_eq!(moved("2026-11-20T13:00:00Z"), "2026-11-20T16:47:00");
        // The first days of October are off, and the 30th of September is not.
        assert_eq!(moved("2026-10-05T04:00:00Z"), "2026-09-30T16:47:00");
    }

    #[test]
    fn a_later_moment_is_never_moved_before_an_earlier_one() {
        let begin: Timestamp = "2026-09-20T00:00:00Z".parse().unwrap();
        let moments = (0..1_200).map(|half_hours| begin + SignedDuration::from_mins(30 * half_hours));
        let moved: Vec<Timestamp> = moments.map(|moment| in_office(moment, 3, &Calendar::china())).collect();
        assert!(moved.is_sorted());
    }
}
