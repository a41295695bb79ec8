//! What the fund has to publish and by when, as duties with a due day and the rule they come from.
//!
//! Knows no clock: today is an argument. The rule is cited as a whole; its articles are not numbered here. Start at
//! [`Duty::due`].

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use shukun_base::{Day, Text, words};

words! {
    /// Something that has to be published.
    pub enum Duty {
        AnnualReport "annual_report" "年度工作报告和财务会计报告" "the annual report and accounts",
        BigTransaction "big_transaction" "重大交易" "a big transaction",
        Leftovers "leftovers" "项目终止后的剩余财产" "what was left when a project ended",
    }
}

words! {
    /// How a duty stands today.
    pub enum DutyState {
        Done "done" "已公布" "published",
        Open "open" "未到期" "not due yet",
        Soon "soon" "两周内到期" "due within two weeks",
        Overdue "overdue" "已过期" "overdue",
    }
}

impl Duty {
    /// The last day on which it is in time. `since` is the last day of the year reported on, the day of the transaction,
    /// or the day on which the project ended; none outside the calendar.
    pub fn due(self, since: Day) -> Option<Day> {
        match self {
            Duty::AnnualReport => Day::new(since.year().checked_add(1)?, 5, 31).ok(),
            Duty::BigTransaction => since.checked_add(30.days()).ok(),
            Duty::Leftovers => since.checked_add(3.months()).ok(),
        }
    }

    /// Where the duty comes from.
    pub fn basis(self) -> Text {
        Text::new(
            "《慈善组织信息公开办法》（民政部令第81号，2026年1月1日起施行）",
            "Measures for Information Disclosure by Charitable Organisations (Ministry of Civil Affairs, order 81, in force \
             from 1 January 2026)",
        )
    }
}

/// One thing to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DutyTask {
    /// What.
    pub duty: Duty,
    /// Since when.
    pub since: Day,
    /// By when.
    pub due: Day,
    /// When it was published.
    pub done: Option<Day>,
}

impl DutyTask {
    /// A duty that began on `since`; none outside the calendar.
    pub fn new(duty: Duty, since: Day) -> Option<DutyTask> {
        Some(DutyTask { duty, since, due: duty.due(since)?, done: None })
    }

    /// How it stands.
    pub fn state(&self, today: Day) -> DutyState {
        let soon = today.checked_add(14.days()).unwrap_or(Day::MAX);
        match self.done {
            Some(_) => DutyState::Done,
            None if self.due < today => DutyState::Overdue,
            None if self.due <= soon => DutyState::Soon,
            None => DutyState::Open,
        }
    }
}

/// The duties that come by themselves: the report on last year and on this one.
pub fn yearly_duties(today: Day) -> Vec<DutyTask> {
    let year_end = |year: i16| Day::new(year, 12, 31).ok();
    let years = [today.year().checked_sub(1), Some(today.year())];
    let ends = years.into_iter().flatten().filter_map(year_end);
    ends.filter_map(|end| DutyTask::new(Duty::AnnualReport, end)).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn due_days_are_those_of_the_rule() {
        for (duty, since, due) in [
            (Duty::AnnualReport, date(2025, 12, 31), date(2026, 5, 31)),
            (Duty::BigTransaction, date(2026, 1, 20), date(2026, 2, 19)),
            (Duty::Leftovers, date(2026, 11, 30), date(2027, 2, 28)),
        ] {
            assert_eq!(duty.due(since), Some(due), "{duty}");
        }
    }

    #[test]
    fn a_duty_is_open_then_soon_then_overdue_until_it_is_done() {
        let task = DutyTask::new(Duty::AnnualReport, date(2025, 12, 31)).unwrap();
        for (today, state) in [
            (date(2026, 5, 16), DutyState::Open),
            (date(2026, 5, 17), DutyState::Soon),
            (date(2026, 5, 31), DutyState::Soon),
            (date(2026, 6, 1), DutyState::Overdue),
        ] {
            assert_eq!(task.state(today), state, "{today}");
        }
        let done = DutyTask { done: Some(date(2026, 5, 20)), ..task };
        assert_eq!(done.state(date(2027, 1, 1)), DutyState::Done);
        assert_eq!(yearly_duties(date(2026, 3, 1)).len(), 2);
    }
}
