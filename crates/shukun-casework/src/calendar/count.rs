//! Counting days: the day an act falls on is not counted (民法典 201), a term of plain days that ends on a day off
//! ends on the next working day (民法典 203).

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use shukun_base::Day;

use super::Calendar;

/// A figure made with the calendar, and whether a year without a known notice went into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted<T> {
    /// The figure.
    pub value: T,
    /// Plain weekends stood in for a notice that is not known; the figure may move when it is.
    pub is_provisional: bool,
}

/// Days after the first up to the last: `(after, through]`, as terms are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The day of the act; not counted.
    pub after: Day,
    /// The last day; counted.
    pub through: Day,
}

impl Span {
    /// The counted days, in order; none when `through` is not after `after`.
    pub fn days(self) -> impl Iterator<Item = Day> {
        let first = self.after.tomorrow().ok();
        let days = first.into_iter().flat_map(|first| first.series(1.day()));
        days.take_while(move |day| *day <= self.through)
    }
}

impl Calendar {
    /// The last day of a term of `count` working days that an act on `from` sets off; zero is `from` itself.
    /// `None` at the end of the calendar (year 9999).
    pub fn add_working_days(&self, from: Day, count: u32) -> Option<Counted<Day>> {
        let (mut day, mut left) = (from, count);
        while left > 0 {
            day = day.tomorrow().ok()?;
            left -= u32::from(self.is_working(day));
        }
        Some(self.counted(day, from, day))
    }

    /// The last day of a term of `count` plain days, moved to the next working day when it is a day off.
    /// `None` at the end of the calendar.
    pub fn add_days(&self, from: Day, count: u32) -> Option<Counted<Day>> {
        let last = from.checked_add(i64::from(count).days()).ok()?;
        let mut day = last;
        while count > 0 && !self.is_working(day) {
            day = day.tomorrow().ok()?;
        }
        Some(self.counted(day, last, day))
    }

    /// How many working days lie in the span.
    pub fn working_days(&self, span: Span) -> Counted<u32> {
        let count = span.days().filter(|day| self.is_working(*day)).count();
        self.counted(u32::try_from(count).unwrap_or(u32::MAX), span.after, span.through)
    }

    fn counted<T>(&self, value: T, from: Day, to: Day) -> Counted<T> {
        let is_provisional = (from.year()..=to.year()).any(|year| self.notice(year).is_none());
        Counted { value, is_provisional }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn terms_over_known_holidays() {
        let calendar = Calendar::china();
        for (from, count, last) in [
            (date(2025, 1, 24), 1, date(2025, 1, 26)), // the Sunday before Spring Festival is worked
            (date(2025, 1, 24), 5, date(2025, 2, 7)),  // 26, 27 January, then 5, 6, 7 February
            (date(2025, 1, 24), 6, date(2025, 2, 8)),  // the Saturday after is worked
            (date(2025, 9, 26), 4, date(2025, 10, 9)), // 28, 29, 30 September, 9 October
            (date(2025, 10, 8), 3, date(2025, 10, 11)), // 9, 10 and the Saturday
            (date(2024, 2, 8), 2, date(2024, 2, 18)),
            (date(2026, 3, 2), 0, date(2026, 3, 2)),
            (date(2026, 3, 6), 1, date(2026, 3, 9)),
        ] {
            let found = calendar.add_working_days(from, count).unwrap();
            assert_eq!((found.value, found.is_provisional), (last, false), "{from} + {count}");
        }
    }

    #[test]
    fn plain_days_end_on_a_working_day() {
        let calendar = Calendar::china();
        for (from, count, last) in [
            (date(2026, 3, 2), 7, date(2026, 3, 9)),
            (date(2026, 2, 10), 7, date(2026, 2, 24)), // 17 February is in the holiday, which ends on the 23rd
            (date(2026, 3, 2), 5, date(2026, 3, 9)),   // a Saturday
            (date(2026, 3, 7), 0, date(2026, 3, 7)),
        ] {
            assert_eq!(calendar.add_days(from, count).unwrap().value, last, "{from} + {count}");
        }
    }

    #[test]
    fn an_unknown_year_says_so() {
        let calendar = Calendar::china();
        let found = calendar.add_working_days(date(2026, 12, 30), 3).unwrap();
        assert_eq!(found, Counted { value: date(2027, 1, 4), is_provisional: true }); // 31, 1 January as a weekday, 4
        assert!(!calendar.add_working_days(date(2026, 12, 30), 1).unwrap().is_provisional);
        assert!(calendar.working_days(Span { after: date(2023, 12, 29), through: date(2024, 1, 2) }).is_provisional);
    }

    #[test]
    fn nothing_lies_in_a_span_that_has_not_begun() {
        let calendar = Calendar::china();
        for (after, through) in [(date(2026, 3, 2), date(2026, 3, 2)), (date(2026, 3, 3), date(2026, 3, 2))] {
            assert_eq!(calendar.working_days(Span { after, through }).value, 0);
        }
        assert_eq!(calendar.add_working_days(Day::MAX, 1), None);
        assert_eq!(calendar.add_days(Day::MAX, 1), None);
    }

    proptest! {
        #[test]
        fn adding_and_counting_agree(offset in 0_i64..1000, count in 0_u32..120) {
            let calendar = Calendar::china();
            let from = date(2024, 1, 1).checked_add(offset.days()).unwrap();
            let last = calendar.add_working_days(from, count).unwrap().value;
            prop_assert_eq!(calendar.working_days(Span { after: from, through: last }).value, count);
            prop_assert!(count == 0 || calendar.is_working(last));
        }

        #[test]
        fn spans_add_up(offset in 0_i64..1000, first in 0_i64..90, second in 0_i64..90) {
            let calendar = Calendar::china();
            let start = date(2024, 1, 1).checked_add(offset.days()).unwrap();
            let middle = start.checked_add(first.days()).unwrap();
            let end = middle.checked_add(second.days()).unwrap();
            let count = |after, through| calendar.working_days(Span { after, through }).value;
            prop_assert_eq!(count(start, middle) + count(middle, end), count(start, end));
        }
    }
}
