//! The calendar's file: TOML, checked so that a slip of the pen does not become a wrong deadline.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::ToSpan as _;
use serde::Deserialize;
use shukun_base::{Day, Text};

use super::Calendar;

/// The calendar this program comes with.
const CHINA: &str = include_str!("china.toml");

/// Why a calendar file is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CalendarFault {
    /// It is not TOML of this form; what the reader said.
    Form(String),
    /// A year stands there twice.
    YearTwice(i16),
    /// A day is outside its year (a holiday may begin or end in a neighbouring year only by two [[year]]s).
    OutsideYear(i16, Day),
    /// A holiday ends before it begins.
    Reversed(Day),
    /// A day is off and worked, or off twice.
    Contradiction(Day),
    /// A make-up day that is a weekday anyhow.
    NotAWeekend(Day),
}

impl CalendarFault {
    /// What is wrong and where.
    pub fn text(&self) -> Text {
        match self {
            CalendarFault::Form(said) => {
                Text::new(format!("日历文件读不懂：{said}"), format!("unreadable calendar: {said}"))
            }
            CalendarFault::YearTwice(year) => {
                Text::new(format!("{year}年写了两次：请只留一处。"), format!("{year} stands twice: keep one."))
            }
            CalendarFault::OutsideYear(year, day) => Text::new(
                format!("{day}不在{year}年：请移到它自己的年份。"),
                format!("{day} is not in {year}: move it to its own year."),
            ),
            CalendarFault::Reversed(day) => Text::new(
                format!("{day}起的假期先止后起：请核对起止日。"),
                format!("The holiday from {day} ends before it begins: check its days."),
            ),
            CalendarFault::Contradiction(day) => Text::new(
                format!("{day}写了两次：请核对通知。"),
                format!("{day} stands twice, as off or as worked: check the notice."),
            ),
            CalendarFault::NotAWeekend(day) => Text::new(
                format!("调休上班日{day}不是周末：请核对通知。"),
                format!("The make-up day {day} is no weekend: check the notice."),
            ),
        }
    }
}

impl fmt::Display for CalendarFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text().fmt(f)
    }
}

impl std::error::Error for CalendarFault {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    year: Vec<YearRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct YearRow {
    year: i16,
    notice: String,
    off: Vec<OffRow>,
    work: Vec<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OffRow {
    name: String,
    first: Day,
    last: Day,
}

impl Calendar {
    /// The calendar this program comes with: the notices for 2024, 2025 and 2026.
    pub fn china() -> Calendar {
        #[expect(clippy::expect_used, reason = "the embedded file is read by this crate's tests")]
        Calendar::read(CHINA).expect("the embedded calendar is sound")
    }

    /// Reads a calendar file.
    pub fn read(text: &str) -> Result<Calendar, CalendarFault> {
        let file: File = toml::from_str(text).map_err(|error| CalendarFault::Form(error.message().to_owned()))?;
        let mut calendar = Calendar { notices: BTreeMap::new(), off: BTreeMap::new(), work: BTreeSet::new() };
        for year in file.year {
            calendar.add_year(year)?;
        }
        Ok(calendar)
    }

    fn add_year(&mut self, row: YearRow) -> Result<(), CalendarFault> {
        for off in &row.off {
            self.add_holiday(row.year, off)?;
        }
        for day in &row.work {
            self.add_make_up(row.year, *day)?;
        }
        match self.notices.insert(row.year, row.notice) {
            Some(_) => Err(CalendarFault::YearTwice(row.year)),
            None => Ok(()),
        }
    }

    fn add_holiday(&mut self, year: i16, row: &OffRow) -> Result<(), CalendarFault> {
        if row.last < row.first {
            return Err(CalendarFault::Reversed(row.first));
        }
        for day in row.first.series(1.day()).take_while(|day| *day <= row.last) {
            in_year(year, day)?;
            if self.off.insert(day, row.name.clone()).is_some() || self.work.contains(&day) {
                return Err(CalendarFault::Contradiction(day));
            }
        }
        Ok(())
    }

    fn add_make_up(&mut self, year: i16, day: Day) -> Result<(), CalendarFault> {
        in_year(year, day)?;
        if self.off.contains_key(&day) {
            return Err(CalendarFault::Contradiction(day));
        }
        if self.is_working(day) {
            return Err(CalendarFault::NotAWeekend(day));
        }
        self.work.insert(day);
        Ok(())
    }
}

fn in_year(year: i16, day: Day) -> Result<(), CalendarFault> {
    if day.year() == year { Ok(()) } else { Err(CalendarFault::OutsideYear(year, day)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn year(off: &str, work: &str) -> String {
        format!("[[year]]\nyear = 2025\nnotice = \"n\"\noff = [{off}]\nwork = [{work}]\n")
    }

    fn holiday(first: &str, last: &str) -> String {
        format!("{{ name = \"节\", first = \"{first}\", last = \"{last}\" }},")
    }

    #[test]
    fn the_embedded_file_is_sound() {
        assert_eq!(Calendar::china().years().collect::<Vec<_>>(), [2024, 2025, 2026]);
    }

    #[test]
    fn slips_of_the_pen_are_found() {
        let day = date(2025, 5, 1);
        let first = holiday("2025-05-01", "2025-05-01");
        for (text, fault) in [
            (year(&holiday("2025-05-05", "2025-05-01"), ""), CalendarFault::Reversed(date(2025, 5, 5))),
            (year(&holiday("2025-12-31", "2026-01-01"), ""), CalendarFault::OutsideYear(2025, date(2026, 1, 1))),
            (year(&format!("{first}{first}"), ""), CalendarFault::Contradiction(day)),
            (year(&first, "\"2025-05-01\""), CalendarFault::Contradiction(day)),
            (year("", "\"2025-05-02\""), CalendarFault::NotAWeekend(date(2025, 5, 2))),
            (year("", "\"2024-05-04\""), CalendarFault::OutsideYear(2025, date(2024, 5, 4))),
            (year("", "") + &year("", ""), CalendarFault::YearTwice(2025)),
        ] {
            let found = Calendar::read(&text).unwrap_err();
            assert_eq!(found, fault);
            assert!(!found.to_string().is_empty());
        }
        assert!(matches!(Calendar::read("years = 1"), Err(CalendarFault::Form(_))));
    }
}
