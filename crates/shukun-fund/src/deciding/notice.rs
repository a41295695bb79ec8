//! Days of a public notice (公示) and of the answer to an objection. What may stand on the sheet is in
//! [`publishing`](crate::publishing).

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::tz::{Offset, TimeZone};
use shukun_base::Day;

/// The day in China at a moment.
pub(crate) fn china_day(at: Timestamp) -> Day {
    at.to_zoned(TimeZone::fixed(Offset::constant(8))).date()
}

/// The last day of a notice that hangs `days` days from the day after it was posted: the day of posting does not count.
pub fn last_day(from: Day, days: u16) -> Option<Day> {
    from.checked_add(i64::from(days).days()).ok()
}

/// The last day on which an objection is answered: so many working days after it came, the day itself not counted.
/// `None` at the end of the calendar.
pub fn answer_due(came_at: Timestamp, working_days: u32, is_worked: &dyn Fn(Day) -> bool) -> Option<Day> {
    let (mut day, mut left) = (china_day(came_at), working_days);
    while left > 0 {
        day = day.tomorrow().ok()?;
        left -= u32::from(is_worked(day));
    }
    Some(day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, date};

    use super::*;

    #[test]
    fn a_notice_and_an_answer_have_their_days() {
        assert_eq!(last_day(date(2026, 3, 2), 7), Some(date(2026, 3, 9)));
        assert_eq!(last_day(Day::MAX, 1), None);
        let is_weekday = |day: Day| !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        // 22:00 on Friday the 6th in China: ten weekdays later is Friday the 20th.
        let came: Timestamp = "2026-03-06T14:00:00Z".parse().unwrap();
        assert_eq!(answer_due(came, 10, &is_weekday), Some(date(2026, 3, 20)));
        assert_eq!(answer_due(came, 0, &is_weekday), Some(date(2026, 3, 6)));
    }
}
