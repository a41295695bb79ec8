//! Days to months and back, by a table: the calendar is asked for every bill.

use jiff::civil::{Date, date};
use shukun_base::Day;
use shukun_policy::program::PeriodKind;

use super::super::chunk::NO_DAY;
use crate::evaluate::periods::{PeriodKey, days_of};

const FIRST_YEAR: i16 = 1900;
const LAST_YEAR: i16 = 2199;

/// Month and day of every day from 1900 to 2199.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    /// Months since year 0, by days since `first`.
    months: Vec<u16>,
    first: i32,
}

impl Calendar {
    pub(crate) fn new() -> Calendar {
        let first = super::super::compile::day_number(date(FIRST_YEAR, 1, 1));
        let mut months = Vec::new();
        for year in FIRST_YEAR..=LAST_YEAR {
            for month in 1..=12_i8 {
                let days = date(year, month, 1).days_in_month();
                let number = u16::try_from(i32::from(year) * 12 + i32::from(month) - 1).unwrap_or(u16::MAX);
                months.extend(std::iter::repeat_n(number, usize::try_from(days).unwrap_or(0)));
            }
        }
        Calendar { months, first }
    }

    /// The first and the last day of the period of this kind that a day falls in, as far as that is cheap to say.
    pub(crate) fn days_around(&self, kind: PeriodKind, day: i32) -> (i32, i32) {
        if kind != PeriodKind::Year {
            return (day, day);
        }
        let year = self.year(day);
        (first_day(kind, year), last_day(kind, year))
    }

    /// Months since year 0.
    pub(crate) fn month(&self, day: i32) -> i32 {
        let place = usize::try_from(day.wrapping_sub(self.first)).ok();
        match place.and_then(|place| self.months.get(place)) {
            Some(month) => i32::from(*month),
            None => far_month(day),
        }
    }

    pub(crate) fn year(&self, day: i32) -> i32 {
        self.month(day).div_euclid(12)
    }

    /// The period of this kind that a day falls in, as a number.
    pub(crate) fn key(&self, kind: PeriodKind, day: i32) -> i32 {
        match kind {
            PeriodKind::Month => self.month(day),
            PeriodKind::Year => self.year(day),
            PeriodKind::PolicyYear { month, day: first } => {
                let of = day_of(day);
                let begun = (of.month(), of.day()) >= (month, first);
                i32::from(of.year()) - i32::from(!begun)
            }
            _ => 0,
        }
    }
}

/// The last day of a period.
pub(crate) fn last_day(kind: PeriodKind, key: i32) -> i32 {
    let days = period_key(kind, key).and_then(|key| days_of(kind, key));
    days.map_or(NO_DAY, |(_, last)| super::super::compile::day_number(last))
}

/// First day of a period.
pub(crate) fn first_day(kind: PeriodKind, key: i32) -> i32 {
    let days = period_key(kind, key).and_then(|key| days_of(kind, key));
    days.map_or(NO_DAY, |(first, _)| super::super::compile::day_number(first))
}

/// The period that [`Calendar::key`] gave this number; none where no day decides it.
pub(crate) fn period_key(kind: PeriodKind, key: i32) -> Option<PeriodKey> {
    match kind {
        PeriodKind::Month => Some(PeriodKey::Month(key)),
        PeriodKind::Year | PeriodKind::PolicyYear { .. } => Some(PeriodKey::Year(i16::try_from(key).ok()?)),
        _ => None,
    }
}

/// The day of this number.
pub(crate) fn day_of(day: i32) -> Day {
    use jiff::ToSpan as _;
    date(1970, 1, 1).saturating_add(day.days())
}

fn far_month(day: i32) -> i32 {
    let day: Date = day_of(day);
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

/// Full years from birth to a day.
pub(crate) fn age_on(birth: i32, on: i32) -> i64 {
    crate::evaluate::fields::age_on(day_of(birth), day_of(on))
}
