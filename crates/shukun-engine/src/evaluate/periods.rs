//! Which period a claim falls in, what it is called and when it ends.

use shukun_base::Day;
use shukun_policy::program::PeriodKind;

/// A period of some accumulation. Two keys are only ever compared within one accumulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PeriodKey {
    /// One bill.
    Event(usize),
    /// A month, counted from year 0; also where a rolling period ends.
    Month(i32),
    /// A calendar or policy year by the year it begins in.
    Year(i16),
    /// The window of the certification of this person with this number.
    Window(usize, usize),
    /// All of it.
    Lifetime,
}

/// Months since year 0.
pub(crate) fn month_of(day: Day) -> i32 {
    i32::from(day.year()) * 12 + i32::from(day.month()) - 1
}

/// The period that `day` falls in. Events and windows are not decided by a day.
pub(crate) fn key_on(kind: PeriodKind, day: Day) -> PeriodKey {
    match kind {
        PeriodKind::Month | PeriodKind::Rolling { .. } => PeriodKey::Month(month_of(day)),
        PeriodKind::Year => PeriodKey::Year(day.year()),
        PeriodKind::PolicyYear { month, day: first } => {
            let begun = (day.month(), day.day()) >= (month, first);
            PeriodKey::Year(if begun { day.year() } else { day.year() - 1 })
        }
        PeriodKind::Event | PeriodKind::Window | PeriodKind::Lifetime => PeriodKey::Lifetime,
    }
}

/// The first key of what a rolling period adds up; the key itself for every other kind.
pub(crate) fn first_key(kind: PeriodKind, key: PeriodKey) -> PeriodKey {
    match (kind, key) {
        (PeriodKind::Rolling { months }, PeriodKey::Month(month)) => {
            PeriodKey::Month(month - i32::try_from(months).unwrap_or(i32::MAX).max(1) + 1)
        }
        _ => key,
    }
}

/// First and last day, where the calendar decides them.
pub(crate) fn days_of(kind: PeriodKind, key: PeriodKey) -> Option<(Day, Day)> {
    match (kind, key) {
        (PeriodKind::PolicyYear { month, day }, PeriodKey::Year(year)) => {
            Some((first_of(year, month, day)?, first_of(year + 1, month, day)?.yesterday().ok()?))
        }
        (_, PeriodKey::Year(year)) => Some((Day::new(year, 1, 1).ok()?, Day::new(year, 12, 31).ok()?)),
        (_, PeriodKey::Month(_)) => Some((first_of_month(first_key(kind, key))?, first_of_month(key)?.last_of_month())),
        _ => None,
    }
}

/// A policy year that begins on 29 February begins on 1 March in other years.
fn first_of(year: i16, month: i8, day: i8) -> Option<Day> {
    Day::new(year, month, day).or_else(|_| Day::new(year, month + 1, 1)).ok()
}

fn first_of_month(key: PeriodKey) -> Option<Day> {
    let PeriodKey::Month(month) = key else { return None };
    Day::new(i16::try_from(month.div_euclid(12)).ok()?, i8::try_from(month.rem_euclid(12) + 1).ok()?, 1).ok()
}

/// `2022`, `2022-07`, `2021-08/2022-07` (rolling), `2022-07-01/2023-06-30` (policy year); none where no day decides.
pub(crate) fn label(kind: PeriodKind, key: PeriodKey) -> Option<String> {
    let (first, last) = days_of(kind, key)?;
    let month = |day: Day| format!("{:04}-{:02}", day.year(), day.month());
    Some(match kind {
        PeriodKind::Year => first.year().to_string(),
        PeriodKind::Month => month(first),
        PeriodKind::Rolling { .. } => format!("{}/{}", month(first), month(last)),
        _ => format!("{first}/{last}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_falls_in_its_period() {
        let policy_year = PeriodKind::PolicyYear { month: 7, day: 1 };
        for (kind, day, shown) in [
            (PeriodKind::Year, date(2022, 12, 31), "2022"),
            (PeriodKind::Month, date(2022, 7, 15), "2022-07"),
            (PeriodKind::Month, date(2022, 12, 1), "2022-12"),
            (policy_year, date(2022, 6, 30), "2021-07-01/2022-06-30"),
            (policy_year, date(2022, 7, 1), "2022-07-01/2023-06-30"),
            (PeriodKind::Rolling { months: 12 }, date(2022, 7, 31), "2021-08/2022-07"),
        ] {
            assert_eq!(label(kind, key_on(kind, day)).unwrap(), shown);
        }
        assert_eq!(label(PeriodKind::Lifetime, PeriodKey::Lifetime), None);
    }

    #[test]
    fn a_rolling_period_ends_with_the_claims_month() {
        let kind = PeriodKind::Rolling { months: 3 };
        let key = key_on(kind, date(2023, 1, 5));
        assert_eq!(days_of(kind, key), Some((date(2022, 11, 1), date(2023, 1, 31))));
    }
}
