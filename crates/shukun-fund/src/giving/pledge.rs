//! Pledges: what was promised, instalment by instalment, and how each stands on a day.
//!
//! A promise is no money: it stands in memo accounts and in tables of its own, and only a receipt brings money into a pot.

use serde::{Deserialize, Serialize};
use shukun_base::{Day, Fen};

use super::refusal::{GivingCode, Planned, ensure};

/// As many instalments as a pledge may have.
const MOST: usize = 120;

/// One instalment as promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instalment {
    /// By when.
    pub due_on: Day,
    /// How much.
    pub amount: Fen,
}

shukun_base::words! {
    /// How an instalment stands on a day.
    pub enum InstalmentState {
        Promised "promised" "待付" "promised for later",
        Due "due" "将到期" "due soon",
        Overdue "overdue" "逾期" "overdue",
        Received "received" "已到账" "received",
    }
}

impl Instalment {
    /// How it stands when `received` of it has arrived by `today`. What falls due within `remind` days is due.
    pub fn state(&self, received: Fen, today: Day, remind: u16) -> InstalmentState {
        let soon = today.saturating_add(jiff::Span::new().days(i64::from(remind)));
        if received >= self.amount {
            InstalmentState::Received
        } else if self.due_on < today {
            InstalmentState::Overdue
        } else if self.due_on <= soon {
            InstalmentState::Due
        } else {
            InstalmentState::Promised
        }
    }
}

/// Checks that the instalments are the pledge: in order of days, each above nothing, together the total.
///
/// # Errors
/// `G101`, `G111`…`G114`.
pub fn check_instalments(total: Fen, instalments: &[Instalment]) -> Planned<()> {
    ensure(!instalments.is_empty(), GivingCode::NoInstalments)?;
    ensure(instalments.len() <= MOST, GivingCode::TooManyInstalments)?;
    ensure(instalments.iter().all(|one| one.amount > Fen::ZERO), GivingCode::NoAmount)?;
    let days_go_forward = instalments.is_sorted_by(|one, next| one.due_on < next.due_on);
    ensure(days_go_forward, GivingCode::InstalmentsOutOfOrder)?;
    let sum = instalments.iter().try_fold(0_i64, |sum, one| sum.checked_add(one.amount.0));
    ensure(sum == Some(total.0), GivingCode::InstalmentsDiffer)
}

/// Yearly instalments of the same amount, the first on `first`: 3,000,000 as five of 600,000. What does not divide goes
/// into the last one, so that the sum is the total.
pub fn yearly(total: Fen, first: Day, years: u8) -> Vec<Instalment> {
    let count = i64::from(years.max(1));
    let each = total.0 / count;
    (0..count)
        .map(|year| {
            let amount = if year == count - 1 { total.0 - each * (count - 1) } else { each };
            Instalment { due_on: first.saturating_add(jiff::Span::new().years(year)), amount: Fen(amount) }
        })
        .collect()
}

/// Sums over instalments, each in the row of its state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PledgeSums {
    /// All that was promised.
    pub pledged: Fen,
    /// What arrived.
    pub received: Fen,
    /// What lacks of instalments due soon.
    pub due: Fen,
    /// What lacks of instalments whose day is past.
    pub overdue: Fen,
    /// What lacks of later ones.
    pub later: Fen,
}

impl PledgeSums {
    /// Adds an instalment of which `received` arrived.
    pub fn add(&mut self, instalment: &Instalment, received: Fen, today: Day, remind: u16) {
        let lacks = instalment.amount - received;
        self.pledged += instalment.amount;
        self.received += received;
        match instalment.state(received, today, remind) {
            InstalmentState::Received => {}
            InstalmentState::Due => self.due += lacks,
            InstalmentState::Overdue => self.overdue += lacks,
            InstalmentState::Promised => self.later += lacks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn three_million_are_five_of_six_hundred_thousand() {
        let instalments = yearly(Fen::yuan(3_000_000), date(2023, 1, 10), 5);
        assert_eq!(instalments.len(), 5);
        assert!(instalments.iter().all(|one| one.amount == Fen::yuan(600_000)));
        assert_eq!(instalments.last().unwrap().due_on, date(2027, 1, 10));
        assert_eq!(check_instalments(Fen::yuan(3_000_000), &instalments), Ok(()));
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        let one = |day: i8, yuan| Instalment { due_on: date(2026, 1, day), amount: Fen::yuan(yuan) };
        for (total, instalments, code) in [
            (10, vec![], GivingCode::NoInstalments),
            (10, vec![one(1, 10), one(2, 0)], GivingCode::NoAmount),
            (10, vec![one(2, 5), one(1, 5)], GivingCode::InstalmentsOutOfOrder),
            (10, vec![one(1, 5), one(1, 5)], GivingCode::InstalmentsOutOfOrder),
            (10, vec![one(1, 5), one(2, 4)], GivingCode::InstalmentsDiffer),
            (0, yearly(Fen::yuan(1210), date(2026, 1, 1), 121), GivingCode::TooManyInstalments),
        ] {
            assert_eq!(check_instalments(Fen::yuan(total), &instalments).unwrap_err().code, code);
        }
        let beyond =
            [Instalment { amount: Fen(i64::MAX), ..one(1, 1) }, Instalment { amount: Fen(i64::MAX), ..one(2, 1) }];
        assert_eq!(check_instalments(Fen(i64::MAX), &beyond).unwrap_err().code, GivingCode::InstalmentsDiffer);
    }

    #[test]
    fn an_instalment_goes_from_promised_over_due_to_overdue_and_ends_received() {
        let one = Instalment { due_on: date(2026, 3, 31), amount: Fen(100) };
        for (received, day, state) in [
            (0, date(2026, 2, 28), InstalmentState::Promised),
            (0, date(2026, 3, 1), InstalmentState::Due),
            (99, date(2026, 3, 31), InstalmentState::Due),
            (99, date(2026, 4, 1), InstalmentState::Overdue),
            (100, date(2026, 4, 1), InstalmentState::Received),
        ] {
            assert_eq!(one.state(Fen(received), day, 30), state, "{day}");
        }
    }

    proptest! {
        #[test]
        fn each_fen_stands_in_one_column(total in 1_i64..10_000_000, years in 1_u8..20, part in 0_i64..100, day in 0_i64..9000) {
            let instalments = yearly(Fen(total * 100), date(2020, 5, 31), years);
            prop_assert_eq!(check_instalments(Fen(total * 100), &instalments), Ok(()));
            let today = date(2019, 1, 1).saturating_add(jiff::Span::new().days(day));
            let mut sums = PledgeSums::default();
            for one in &instalments {
                sums.add(one, Fen(one.amount.0 * part / 100), today, 30);
            }
            prop_assert_eq!(sums.received + sums.due + sums.overdue + sums.later, sums.pledged);
            prop_assert_eq!(sums.pledged, Fen(total * 100));
        }
    }
}
