//! Days, and counting months back from one.

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};

/// A civil day; no time of day, no time zone.
pub type Day = jiff::civil::Date;

/// What "N months before" means when that month has no such day (three months before 31 May).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MonthEnd {
    /// 月末取前一日: the last day that month does have (28 February).
    PreviousDay,
    /// 月末取次日: the first day of the month after it (1 March).
    NextDay,
}

/// The day `months` months before `day`, or `None` outside the calendar.
pub fn months_before(day: Day, months: u32, month_end: MonthEnd) -> Option<Day> {
    let clamped = day.checked_sub(i64::from(months).months()).ok()?;
    let was_clamped = clamped.day() != day.day();
    match month_end {
        MonthEnd::NextDay if was_clamped => clamped.tomorrow().ok(),
        MonthEnd::NextDay | MonthEnd::PreviousDay => Some(clamped),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn month_end_is_the_packs_choice() {
        for (from, months, previous, next) in [
            (date(2022, 7, 15), 12, date(2021, 7, 15), date(2021, 7, 15)),
            (date(2022, 5, 31), 3, date(2022, 2, 28), date(2022, 3, 1)),
            (date(2024, 2, 29), 12, date(2023, 2, 28), date(2023, 3, 1)),
            (date(2024, 5, 31), 3, date(2024, 2, 29), date(2024, 3, 1)),
        ] {
            assert_eq!(months_before(from, months, MonthEnd::PreviousDay), Some(previous));
            assert_eq!(months_before(from, months, MonthEnd::NextDay), Some(next));
        }
    }
}
