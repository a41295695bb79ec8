//! The working-day calendar (工作日): which days are worked, and counting them.
//!
//! Holidays and make-up days are data (`china.toml`, or a county's newer file); a year whose notice is not known is
//! counted with plain weekends and the figure says that it is provisional. Knows no clock. Start at [`Calendar`].

mod count;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};
use shukun_base::Day;

pub use count::{Counted, Span};
pub use read::CalendarFault;

/// What sort of day it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// 工作日, an ordinary one.
    Working,
    /// 调休上班: a weekend day that is worked.
    MakeUp,
    /// 周末.
    Weekend,
    /// 法定节假日, with the days moved to it.
    Holiday,
}

impl DayKind {
    /// Whether work is done on it.
    pub const fn is_working(self) -> bool {
        matches!(self, DayKind::Working | DayKind::MakeUp)
    }
}

/// Which days are worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Year → number of its notice.
    notices: BTreeMap<i16, String>,
    /// Day off → name of the holiday.
    off: BTreeMap<Day, String>,
    work: BTreeSet<Day>,
}

impl Calendar {
    /// What sort of day `day` is; in a year whose notice is not known, a weekday is worked and a weekend is not.
    pub fn kind(&self, day: Day) -> DayKind {
        if self.work.contains(&day) {
            DayKind::MakeUp
        } else if self.off.contains_key(&day) {
            DayKind::Holiday
        } else if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
            DayKind::Weekend
        } else {
            DayKind::Working
        }
    }

    /// Whether `day` is worked.
    pub fn is_working(&self, day: Day) -> bool {
        self.kind(day).is_working()
    }

    /// The holiday that `day` belongs to, in Chinese as the notice names it.
    pub fn holiday(&self, day: Day) -> Option<&str> {
        self.off.get(&day).map(String::as_str)
    }

    /// The number of the notice that sets the year; `None` = not published, or not known to this file.
    pub fn notice(&self, year: i16) -> Option<&str> {
        self.notices.get(&year).map(String::as_str)
    }

    /// The years whose notice is known, in order.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.notices.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_of_the_notices() {
        let calendar = Calendar::china();
        for (day, kind) in [
            (date(2024, 2, 9), DayKind::Working), // New Year's Eve was no holiday in 2024
            (date(2024, 2, 10), DayKind::Holiday),
            (date(2024, 2, 17), DayKind::Holiday),
            (date(2024, 2, 18), DayKind::MakeUp),
            (date(2025, 1, 26), DayKind::MakeUp),
            (date(2025, 1, 27), DayKind::Working),
            (date(2025, 1, 28), DayKind::Holiday),
            (date(2025, 2, 4), DayKind::Holiday),
            (date(2025, 2, 5), DayKind::Working),
            (date(2025, 2, 8), DayKind::MakeUp),
            (date(2025, 2, 9), DayKind::Weekend),
            (date(2025, 9, 28), DayKind::MakeUp),
            (date(2025, 10, 8), DayKind::Holiday),
            (date(2025, 10, 9), DayKind::Working),
            (date(2025, 10, 11), DayKind::MakeUp),
            (date(2026, 1, 4), DayKind::MakeUp),
            (date(2026, 2, 23), DayKind::Holiday),
            (date(2026, 2, 28), DayKind::MakeUp),
            (date(2026, 9, 20), DayKind::MakeUp),
            (date(2026, 10, 7), DayKind::Holiday),
        ] {
            assert_eq!(calendar.kind(day), kind, "{day}");
        }
        assert_eq!(calendar.holiday(date(2025, 10, 6)), Some("国庆节、中秋节"));
    }

    #[test]
    fn working_days_of_whole_years() {
        // Weekdays, less weekdays off, plus make-up days: counted by hand from the notices.
        let calendar = Calendar::china();
        for (year, working) in [(2024, 251), (2025, 248), (2026, 248)] {
            let counted = date(year, 1, 1).series(jiff::ToSpan::days(1)).take_while(|day| day.year() == year);
            assert_eq!(counted.filter(|day| calendar.is_working(*day)).count(), working, "{year}");
            assert!(calendar.notice(year).is_some_and(|notice| notice.starts_with("国办发明电")), "{year}");
        }
        assert_eq!(calendar.notice(2023), None);
    }
}
