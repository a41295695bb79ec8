//! A calendar month, the step of the stream. Knows nothing of claims. Start at [`Month`].

use std::fmt;

use serde::{Deserialize, Serialize};
use shukun_base::Day;

/// A calendar month, written `2024-08`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    year: i16,
    month: i8,
}

impl Month {
    /// Month 1 to 12 of a year the calendar has; `None` for anything else.
    pub fn new(year: i16, month: i8) -> Option<Month> {
        Day::new(year, month, 1).is_ok().then_some(Month { year, month })
    }

    /// The month a day lies in.
    pub fn of(day: Day) -> Month {
        Month { year: day.year(), month: day.month() }
    }

    /// Its year.
    pub fn year(self) -> i16 {
        self.year
    }

    /// 1 to 12.
    pub fn number(self) -> i8 {
        self.month
    }

    /// Its last day: what was settled by then is known at the month's end.
    pub fn last_day(self) -> Day {
        Day::new(self.year, self.month, 1).map(Day::last_of_month).unwrap_or(Day::MAX)
    }

    /// The month after it.
    pub fn next(self) -> Month {
        match self.month {
            12 => Month { year: self.year + 1, month: 1 },
            month => Month { year: self.year, month: month + 1 },
        }
    }

    /// The month before it.
    pub fn previous(self) -> Month {
        match self.month {
            1 => Month { year: self.year - 1, month: 12 },
            month => Month { year: self.year, month: month - 1 },
        }
    }

    /// How many months from `earlier` to this one; negative where that is later.
    pub fn months_since(self, earlier: Month) -> i32 {
        let count = |month: Month| i32::from(month.year) * 12 + i32::from(month.month);
        count(self) - count(earlier)
    }

    /// All months from this one to `last`, both included.
    pub fn through(self, last: Month) -> impl Iterator<Item = Month> {
        std::iter::successors(Some(self), |month| Some(month.next())).take_while(move |month| *month <= last)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year, self.month))
    }
}

impl std::str::FromStr for Month {
    type Err = String;

    fn from_str(text: &str) -> Result<Month, String> {
        let wrong = || format!("{text:?} is not a month such as 2024-08");
        let (year, month) =
            text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2).ok_or_else(wrong)?;
        let month = Month::new(year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
        month.filter(|month| month.year > 0).ok_or_else(wrong)
    }
}

impl TryFrom<String> for Month {
    type Error = String;

    fn try_from(text: String) -> Result<Month, String> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_read_and_written() {
        assert_eq!(month("2024-08").to_string(), "2024-08");
        for wrong in ["2024", "2024-8", "2024-13", "2024-00", "24-08", "2024/08", "-024-08", ""] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn months_follow_one_another_over_the_year() {
        assert_eq!(month("2023-12").next(), month("2024-01"));
        assert_eq!(month("2024-01").previous(), month("2023-12"));
        assert_eq!(month("2024-02").last_day(), date(2024, 2, 29));
        assert_eq!(month("2024-02").months_since(month("2023-11")), 3);
        let shown: Vec<String> = month("2023-11").through(month("2024-02")).map(|month| month.to_string()).collect();
        assert_eq!(shown, ["2023-11", "2023-12", "2024-01", "2024-02"]);
        assert_eq!(month("2024-02").through(month("2024-01")).count(), 0);
    }
}
