//! Months and their closing: one person proposes it, another approves, and from then on nothing is posted into the month.

use std::fmt;

use serde::{Deserialize, Serialize};
use shukun_base::Day;

use super::{AccountCode, Canonical, Hash, LedgerCode, LedgerRefusal};
use crate::BookId;

/// A month of the books, written `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    first: Day,
}

impl Month {
    /// The month of a day.
    pub fn of(day: Day) -> Month {
        Month { first: day.first_of_month() }
    }

    /// Reads `2026-03`.
    pub fn parse(text: &str) -> Option<Month> {
        let is_month = text.len() == 7 && text.is_ascii();
        is_month.then(|| format!("{text}-01").parse().ok()).flatten().map(Month::of)
    }

    /// Its first day.
    pub fn first_day(self) -> Day {
        self.first
    }

    /// Its last day.
    pub fn last_day(self) -> Day {
        self.first.last_of_month()
    }

    /// The month after it; `None` at the end of the calendar.
    pub fn next(self) -> Option<Month> {
        self.last_day().tomorrow().ok().map(Month::of)
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

impl TryFrom<String> for Month {
    type Error = String;

    fn try_from(text: String) -> Result<Month, String> {
        Month::parse(&text).ok_or_else(|| format!("{text:?} is no month like 2026-03"))
    }
}

/// One account's line of a trial balance, in fen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialRow {
    /// The account.
    pub code: AccountCode,
    /// Debits posted.
    pub debits_posted: i64,
    /// Debits held.
    pub debits_pending: i64,
    /// Credits posted.
    pub credits_posted: i64,
    /// Credits held.
    pub credits_pending: i64,
}

/// The hash of a book's trial balance at the end of a month; rows in the order of their codes, accounts without any movement
/// left out.
pub fn trial_hash(book: &BookId, month: Month, rows: &[TrialRow]) -> Hash {
    let mut bytes = Canonical::of("shukun trial balance 1");
    bytes.text(book.as_str()).text(&month.to_string());
    for row in rows {
        let amounts = [row.debits_posted, row.debits_pending, row.credits_posted, row.credits_pending];
        if amounts != [0; 4] {
            bytes.text(row.code.as_str());
            amounts.iter().for_each(|amount| {
                bytes.number(*amount);
            });
        }
    }
    bytes.hash()
}

/// Whether a month can be closed: it is over, and it follows the last closed one.
///
/// # Errors
/// [`LedgerCode::MonthNotOver`], [`LedgerCode::MonthClosed`], [`LedgerCode::NotTheNextMonth`].
pub fn plan_close(closed_through: Option<Day>, month: Month, today: Day) -> Result<(), LedgerRefusal> {
    if today <= month.last_day() {
        return Err(LedgerCode::MonthNotOver.at(month));
    }
    let Some(closed) = closed_through else { return Ok(()) };
    if month.last_day() <= closed {
        Err(LedgerCode::MonthClosed.at(month))
    } else if Month::of(closed).next() != Some(month) {
        Err(LedgerCode::NotTheNextMonth.at(month))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn months_are_closed_in_order_when_they_are_over() {
        let (march, today) = (Month::parse("2026-03").unwrap(), date(2026, 4, 1));
        assert_eq!((march.to_string().as_str(), march.last_day()), ("2026-03", date(2026, 3, 31)));
        assert_eq!(plan_close(None, march, today), Ok(()));
        assert_eq!(plan_close(Some(date(2026, 2, 28)), march, today), Ok(()));
        for (closed, on, code) in [
            (None, date(2026, 3, 31), LedgerCode::MonthNotOver),
            (Some(date(2026, 1, 31)), today, LedgerCode::NotTheNextMonth),
            (Some(date(2026, 3, 31)), today, LedgerCode::MonthClosed),
        ] {
            assert_eq!(plan_close(closed, march, on).unwrap_err().code, code);
        }
        for bad in ["2026-13", "2026-3", "202603", "2026-03-01", ""] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_trial_balance_is_hashed_without_empty_accounts() {
        let row = |code: &str, amount| TrialRow {
            code: AccountCode::new(code).unwrap(),
            debits_posted: amount,
            debits_pending: 0,
            credits_posted: 0,
            credits_pending: 0,
        };
        let (book, month) = (BookId::new("county").unwrap(), Month::parse("2026-03").unwrap());
        let hash = |rows: &[TrialRow]| trial_hash(&book, month, rows);
        assert_eq!(hash(&[row("bank:a", 1), row("bank:b", 0)]), hash(&[row("bank:a", 1)]));
        assert_ne!(hash(&[row("bank:a", 1)]), hash(&[row("bank:a", 2)]));
        assert_ne!(hash(&[row("bank:a", 1)]), hash(&[row("bank:b", 1)]));
    }
}
