//! Calendar months, to count by.

use std::fmt;

use serde::{Deserialize, Serialize};
use shukun_base::Day;

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Month {
    /// The year.
    pub year: i16,
    /// 1 to 12.
    pub month: i8,
}

impl Month {
    /// The month of a day.
    pub fn of(day: Day) -> Month {
        Month { year: day.year(), month: day.month() }
    }

    /// The month after it.
    pub fn next(self) -> Month {
        if self.month >= 12 { Month { year: self.year + 1, month: 1 } } else { Month { month: self.month + 1, ..self } }
    }

    /// Months from this one to a later; 0 to an earlier.
    pub fn until(self, later: Month) -> u32 {
        let months = |of: Month| i32::from(of.year) * 12 + i32::from(of.month);
        u32::try_from(months(later) - months(self)).unwrap_or(0)
    }

    /// Reads `2026-03`.
    pub fn parse(text: &str) -> Option<Month> {
        let (year, month) = text.split_once('-')?;
        let found = Month { year: year.parse().ok()?, month: month.parse().ok()? };
        (year.len() == 4 && month.len() == 2 && (1..=12).contains(&found.month)).then_some(found)
    }
}

/// `2026-03`
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_follow_each_other() {
        let december = Month::of(date(2026, 12, 31));
        assert_eq!((december.to_string().as_str(), december.next().to_string().as_str()), ("2026-12", "2027-01"));
        assert_eq!(Month::parse("2026-12"), Some(december));
        assert_eq!((december.until(december.next()), december.next().until(december)), (1, 0));
        assert_eq!((Month::parse("2026-13"), Month::parse("26-12"), Month::parse("2026-1")), (None, None, None));
    }
}
