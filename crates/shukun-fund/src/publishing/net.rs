//! What each household got in a period, so that it can be sealed: what went out less what came back, line by line.
//!
//! A line is one relief, however often its payment was sent. Paid, returned by the bank and issued again within the period
//! it is one payment; returned and not issued again it is none. Where more of an earlier period's payments came back on a
//! line than went out, nothing can be sealed for it (an amount is above zero): that sum stands beside the total as
//! [`Net::earlier`]. Knows no SQL. Start at [`Net::of`].

use std::collections::BTreeMap;

use shukun_base::Fen;

use super::{Movement, is_own};
use crate::LineId;
use crate::ledger::{AccountCode, AccountHead, TransferCode};

/// What is sealed of a period, and how it hangs together with what the statement says was paid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Net {
    /// Each line with what its household had of it in the end; above zero.
    pub paid: Vec<(LineId, Fen)>,
    /// What came back through the bank and did not go out again, and what households gave back.
    pub came_back: Fen,
    /// Of what came back, what belongs to payments of earlier periods: it is in no sealed amount.
    pub earlier: Fen,
}

impl Net {
    /// Adds up a period's movements. None where one of them that counts names no line: then nobody could be given a slip
    /// for it.
    pub fn of<'a>(movements: impl IntoIterator<Item = (Option<LineId>, &'a Movement)>) -> Option<Net> {
        let (mut lines, mut net) = (BTreeMap::<LineId, Fen>::new(), Net::default());
        for (line, movement) in movements {
            let (went, back) = effect(movement);
            net.came_back += back;
            if went != back {
                *lines.entry(line?).or_default() += went - back;
            }
        }
        net.earlier = -lines.values().filter(|amount| **amount < Fen::ZERO).copied().sum::<Fen>();
        net.paid = lines.into_iter().filter(|(_, amount)| *amount > Fen::ZERO).collect();
        Some(net)
    }

    /// What is sealed in all.
    pub fn total(&self) -> Fen {
        self.paid.iter().map(|(_, amount)| *amount).sum()
    }

    /// Whether it is what a statement over the same period says was paid: paid, less what came back, is what is sealed
    /// less what came back of earlier periods.
    pub fn fits(&self, paid: Fen) -> bool {
        paid - self.came_back == self.total() - self.earlier
    }
}

/// What a movement paid to households, and what came back with it; money issued again takes back what came back.
fn effect(movement: &Movement) -> (Fen, Fen) {
    let Movement { debit, credit, code, amount } = movement;
    let is_relief = |account: &AccountCode| account.head() == AccountHead::Relief;
    match code {
        TransferCode::BankReturn if credit.head() == AccountHead::Returned => (Fen::ZERO, *amount),
        TransferCode::Reissue if debit.head() == AccountHead::Returned => (Fen::ZERO, -*amount),
        TransferCode::Recovery if debit.head() == AccountHead::Bank => (Fen::ZERO, *amount),
        _ if is_relief(debit) && !is_own(credit) => (*amount, Fen::ZERO),
        _ if is_relief(credit) && !is_own(debit) => (-*amount, Fen::ZERO),
        _ => (Fen::ZERO, Fen::ZERO),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(debit: &str, credit: &str, code: TransferCode, fen: i64) -> Movement {
        let account = |code: &str| AccountCode::new(code).unwrap();
        Movement { debit: account(debit), credit: account(credit), code, amount: Fen(fen) }
    }

    fn paid(fen: i64) -> Movement {
        moved("relief:charity_relief", "approved-unpaid:charity_relief", TransferCode::Payout, fen)
    }

    fn returned(fen: i64) -> Movement {
        moved("bank:main", "returned:name_differs", TransferCode::BankReturn, fen)
    }

    fn reissued(fen: i64) -> Movement {
        moved("returned:name_differs", "approved-unpaid:charity_relief", TransferCode::Reissue, fen)
    }

    fn line(id: &str) -> Option<LineId> {
        LineId::new(id)
    }

    fn net(rows: &[(&str, Movement)]) -> Net {
        Net::of(rows.iter().map(|(id, movement)| (line(id), movement))).unwrap()
    }

    #[test]
    fn returned_and_issued_again_is_one_payment() {
        let funding = moved("pot:one", "relief:charity_relief", TransferCode::Funding, 300);
        let rows = [("a", paid(300)), ("a", funding), ("a", returned(300)), ("a", reissued(300)), ("b", paid(200))];
        let found = net(&rows);
        assert_eq!(found.paid, [(line("a").unwrap(), Fen(300)), (line("b").unwrap(), Fen(200))]);
        assert_eq!((found.came_back, found.earlier), (Fen::ZERO, Fen::ZERO));
        assert!(found.fits(Fen(500)) && !found.fits(Fen(501)));
    }

    #[test]
    fn what_waits_or_was_given_up_is_no_payment_and_what_was_given_back_in_part_is_the_rest() {
        let given_up = moved("returned:name_differs", "pot:one", TransferCode::Recovery, 300);
        let recovered = moved("bank:main", "unrestricted", TransferCode::Recovery, 50);
        let rows = [("a", paid(300)), ("a", returned(300)), ("a", given_up), ("b", paid(200)), ("b", recovered)];
        let found = net(&rows);
        assert_eq!(found.paid, [(line("b").unwrap(), Fen(150))]);
        assert_eq!((found.came_back, found.earlier), (Fen(350), Fen::ZERO));
        assert!(found.fits(Fen(500)));
    }

    #[test]
    fn what_came_back_of_an_earlier_period_stands_beside_the_total() {
        let found = net(&[("old", returned(300)), ("new", paid(200))]);
        assert_eq!((found.total(), found.came_back, found.earlier), (Fen(200), Fen(300), Fen(300)));
        assert!(found.fits(Fen(200)));
        // In the next period it goes out again: a payment of that period.
        let next = net(&[("old", reissued(300))]);
        assert_eq!((next.total(), next.came_back), (Fen(300), Fen(-300)));
        assert!(next.fits(Fen::ZERO));
    }

    #[test]
    fn money_without_a_line_is_not_sealed() {
        assert_eq!(Net::of([(None, &paid(1))]), None);
        let within = moved("pot:one", "relief:charity_relief", TransferCode::Funding, 1);
        assert_eq!(Net::of([(None, &within)]), Some(Net::default()));
    }
}
