//! What the fund has to publish and by when, as duties with a due day and the rule they come from.
//!
//! Knows no clock: today is an argument. The national rule is cited as a whole; its articles are not numbered here. What the
//! rule leaves to the fund (from which amount on a transaction is a large one, how often a statement is published) has no
//! default: [`OwnRules`] are empty until somebody writes them down with their words. Start at [`duties`].

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen, Note, Text, words};

words! {
    /// Something that has to be published.
    pub enum Duty {
        AnnualReport "annual_report" "年度工作报告和财务会计报告" "the annual report and accounts",
        BigTransaction "big_transaction" "重大交易" "a big transaction",
        Leftovers "leftovers" "项目终止后的剩余财产" "what was left when a project ended",
        Regular "regular" "定期收支公开" "the regular statement",
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
            Duty::Regular => None,
        }
    }

    /// Where the duty comes from; the fund's own are by its own words ([`OwnRules::words`]).
    pub fn basis(self) -> Text {
        if self == Duty::Regular {
            return Text::new("本基金的章程或规定", "the fund's own charter or rules");
        }
        Text::new(
            "《慈善组织信息公开办法》（民政部令第81号，2026年1月1日起施行）",
            "Measures for Information Disclosure by Charitable Organisations (Ministry of Civil Affairs, order 81, in force \
             from 1 January 2026)",
        )
    }
}

/// What the fund's own charter or rules say of publishing. An empty slot is no rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnRules {
    /// From which amount on a transaction is a large one, in fen.
    pub large: Option<Fen>,
    /// A statement is published every so many months of the year.
    pub every: Option<Every>,
    /// The words that say so, and where they stand.
    pub words: Note,
    /// Since which day the fund keeps them here.
    pub since: Day,
}

/// How often, and how soon after a period's last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Every {
    /// 1, 3, 6 or 12 months.
    pub months: i8,
    /// Within how many days of the period's end.
    pub within_days: u16,
}

impl Every {
    /// None unless the months part a year evenly, and a year has room for the days.
    pub fn new(months: i8, within_days: u16) -> Option<Every> {
        let is_right = [1, 3, 6, 12].contains(&months) && (1..=366).contains(&within_days);
        is_right.then_some(Every { months, within_days })
    }

    /// The periods' last days from `from` up to `to`.
    fn ends(self, from: Day, to: Day) -> Vec<Day> {
        let firsts = std::iter::successors(Some(from.first_of_month()), |first| first.checked_add(1.month()).ok());
        let lasts = firsts.take_while(|first| *first <= to).map(Day::last_of_month);
        lasts.filter(|last| last.month() % self.months == 0 && *last <= to).collect()
    }
}

/// Something that happened and has to be published: a large transaction, a project that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// Its id in the books: a voucher's, a campaign's.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When.
    pub on: Day,
    /// How much, for a transaction.
    pub amount: Option<Fen>,
}

/// What a fund's duties follow from.
#[derive(Clone, Debug)]
pub struct DutyFacts<'a> {
    /// Since when there is a book.
    pub opened: Day,
    /// The fund's own rules, where somebody wrote them down.
    pub own: Option<&'a OwnRules>,
    /// Movements at the bank that its rules call large.
    pub large: &'a [Happened],
    /// Campaigns with a last day that is over.
    pub ended: &'a [Happened],
}

/// One thing to publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DutyTask {
    /// What.
    pub duty: Duty,
    /// Of what: the year `2026`, a voucher, a campaign, the period's last day.
    pub subject: String,
    /// The same as somebody would say it.
    pub name: String,
    /// How much, for a transaction.
    pub amount: Option<Fen>,
    /// Since when.
    pub since: Day,
    /// By when.
    pub due: Day,
}

impl DutyTask {
    /// How it stands.
    pub fn state(&self, is_done: bool, today: Day) -> DutyState {
        let soon = today.checked_add(14.days()).unwrap_or(Day::MAX);
        match is_done {
            true => DutyState::Done,
            false if self.due < today => DutyState::Overdue,
            false if self.due <= soon => DutyState::Soon,
            false => DutyState::Open,
        }
    }

    fn of(duty: Duty, of: &Happened) -> Option<DutyTask> {
        let (subject, name) = (of.id.clone(), of.name.clone());
        Some(DutyTask { duty, subject, name, amount: of.amount, since: of.on, due: duty.due(of.on)? })
    }
}

/// Everything that a fund has to publish up to `today`, and the report on this year: the first due day first.
pub fn duties(facts: &DutyFacts<'_>, today: Day) -> Vec<DutyTask> {
    let years = facts.opened.year()..=today.year();
    let reports = years.filter_map(|year| {
        let name = year.to_string();
        let since = Day::new(year, 12, 31).ok()?;
        let due = Duty::AnnualReport.due(since)?;
        Some(DutyTask { duty: Duty::AnnualReport, subject: name.clone(), name, amount: None, since, due })
    });
    let large = facts.large.iter().filter_map(|of| DutyTask::of(Duty::BigTransaction, of));
    let ended = facts.ended.iter().filter_map(|of| DutyTask::of(Duty::Leftovers, of));
    let mut tasks: Vec<DutyTask> = reports.chain(large).chain(ended).chain(regular(facts, today)).collect();
    tasks.sort_by(|one, two| (one.due, one.duty, &one.subject).cmp(&(two.due, two.duty, &two.subject)));
    tasks
}

fn regular(facts: &DutyFacts<'_>, today: Day) -> Vec<DutyTask> {
    let Some((own, every)) = facts.own.and_then(|own| Some((own, own.every?))) else { return Vec::new() };
    let task = |end: Day| {
        let due = end.checked_add(i64::from(every.within_days).days()).ok()?;
        let (subject, name) = (end.to_string(), end.to_string());
        Some(DutyTask { duty: Duty::Regular, subject, name, amount: None, since: end, due })
    };
    every.ends(own.since.max(facts.opened), today).into_iter().filter_map(task).collect()
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

    fn happened(id: &str, on: Day) -> Happened {
        Happened { id: id.to_owned(), name: id.to_owned(), on, amount: None }
    }

    #[test]
    fn a_duty_is_open_then_soon_then_overdue_until_it_is_done() {
        let facts = DutyFacts { opened: date(2025, 3, 1), own: None, large: &[], ended: &[] };
        let task = duties(&facts, date(2026, 3, 1)).remove(0);
        assert_eq!((task.subject.as_str(), task.due), ("2025", date(2026, 5, 31)));
        for (today, state) in [
            (date(2026, 5, 16), DutyState::Open),
            (date(2026, 5, 17), DutyState::Soon),
            (date(2026, 5, 31), DutyState::Soon),
            (date(2026, 6, 1), DutyState::Overdue),
        ] {
            assert_eq!(task.state(false, today), state, "{today}");
            assert_eq!(task.state(true, today), DutyState::Done, "{today}");
        }
    }

    #[test]
    fn the_funds_own_periods_begin_when_its_rules_do() {
        let every = Every::new(3, 20);
        let own =
            OwnRules {
                large: None, every, words: Note::new("示例：按季公开").unwrap(), since: date(2026, 2, 10)
            };
        let facts = DutyFacts { opened: date(2024, 1, 1), own: Some(&own), large: &[], ended: &[] };
        let tasks = duties(&facts, date(2026, 10, 5));
        let regular: Vec<_> = tasks.iter().filter(|task| task.duty == Duty::Regular).map(|task| task.due).collect();
        assert_eq!(regular, [date(2026, 4, 20), date(2026, 7, 20), date(2026, 10, 20)]);
        let reports: Vec<_> = tasks.iter().filter(|task| task.duty == Duty::AnnualReport).collect();
        assert_eq!(reports.len(), 3, "one for each year since the book was opened");
        assert_eq!((Every::new(5, 20), Every::new(3, 0)), (None, None));
        let silent = DutyFacts { own: None, ..facts };
        assert!(duties(&silent, date(2026, 10, 5)).iter().all(|task| task.duty == Duty::AnnualReport));
    }

    #[test]
    fn what_happened_is_due_from_its_own_day() {
        let (large, ended) = ([happened("v-1", date(2026, 3, 1))], [happened("c-1", date(2026, 1, 31))]);
        let facts = DutyFacts { opened: date(2026, 1, 1), own: None, large: &large, ended: &ended };
        let tasks: Vec<_> = duties(&facts, date(2026, 4, 1)).iter().map(|task| (task.duty, task.due)).collect();
        assert_eq!(tasks[..2], [(Duty::BigTransaction, date(2026, 3, 31)), (Duty::Leftovers, date(2026, 4, 30))]);
    }
}
