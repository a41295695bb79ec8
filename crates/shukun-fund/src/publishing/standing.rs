//! Two figures of a statement that are not sums: the last day up to which the bank agrees, and how long households waited.
//!
//! Start at [`reconciled_to`] and [`days_to_pay`].

use std::collections::BTreeMap;

use shukun_base::Day;

use super::cells::FEWEST;
use super::statement::DaysToPay;

/// How far one bank account of a book is compared with the bank's statements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BankStanding {
    /// The last day of the newest statement that was read.
    pub read_to: Option<Day>,
    /// The day of the first movement in the books that no line of the bank explains.
    pub open_transfer: Option<Day>,
    /// The day of the first line of the bank that no movement in the books explains.
    pub open_line: Option<Day>,
}

/// The last day, at most `to`, up to which every account agrees; none where an account has no statement at all, and where
/// the fund has no account.
pub fn reconciled_to(banks: &[BankStanding], to: Day) -> Option<Day> {
    let of_one = |bank: &BankStanding| {
        let read = bank.read_to?;
        let before = |day: Option<Day>| day.map_or(Some(Day::MAX), |day| day.yesterday().ok());
        Some(read.min(before(bank.open_transfer)?).min(before(bank.open_line)?))
    };
    let days: Option<Vec<Day>> = banks.iter().map(of_one).collect();
    days?.into_iter().min().map(|day| day.min(to))
}

/// From how many days each household waited (the longest of its payments), by nearest rank; none where they are fewer than
/// eleven households.
pub fn days_to_pay(waited: &BTreeMap<String, u32>) -> Option<DaysToPay> {
    let mut days: Vec<u32> = waited.values().copied().collect();
    days.sort_unstable();
    let rank = |hundredths: usize| days.get((days.len() * hundredths).div_ceil(100).checked_sub(1)?).copied();
    (days.len() >= FEWEST).then(|| Some(DaysToPay { p50: rank(50)?, p90: rank(90)? })).flatten()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_first_open_movement_or_line_of_any_account_bounds_the_day() {
        let (end, to) = (date(2026, 4, 5), date(2026, 3, 31));
        let whole = BankStanding { read_to: Some(end), ..BankStanding::default() };
        assert_eq!(reconciled_to(&[], to), None);
        assert_eq!(reconciled_to(&[whole], to), Some(to));
        assert_eq!(reconciled_to(&[whole, BankStanding::default()], to), None);
        let short = BankStanding { read_to: Some(date(2026, 3, 20)), ..whole };
        assert_eq!(reconciled_to(&[whole, short], to), Some(date(2026, 3, 20)));
        let open = BankStanding { open_transfer: Some(date(2026, 3, 10)), ..whole };
        assert_eq!(reconciled_to(&[open, short], to), Some(date(2026, 3, 9)));
        let line = BankStanding { open_line: Some(date(2026, 3, 1)), ..whole };
        assert_eq!(reconciled_to(&[open, line], to), Some(date(2026, 2, 28)));
    }

    #[test]
    fn half_and_nine_of_ten_by_nearest_rank() {
        let waited = |days: &[u32]| days.iter().enumerate().map(|(at, days)| (format!("h{at}"), *days)).collect();
        assert_eq!(days_to_pay(&waited(&[3; 10])), None);
        let eleven = [20, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        // Sorted 1…10, 20: the sixth of eleven, and the tenth.
        assert_eq!(days_to_pay(&waited(&eleven)), Some(DaysToPay { p50: 6, p90: 10 }));
        let twenty: Vec<u32> = (1..=20).collect();
        assert_eq!(days_to_pay(&waited(&twenty)), Some(DaysToPay { p50: 10, p90: 18 }));
    }
}
