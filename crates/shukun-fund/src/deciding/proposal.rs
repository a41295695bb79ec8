//! The proposal that goes before a meeting: line by line what it costs and what is left in which pot, before and after.
//!
//! Which pot a line may be taken from is not decided here: the caller gives for each line what its pots would be.

use serde::{Deserialize, Serialize};
use shukun_base::Fen;

use super::act::Line;

/// One pot of money and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Available {
    /// The account.
    pub account: String,
    /// What is free in it.
    pub free_fen: Fen,
}

/// A line, and what it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedLine {
    /// The line.
    pub line: Line,
    /// What is taken from which account.
    pub taken: Vec<Available>,
    /// What no pot has.
    pub lacking_fen: Fen,
    /// What is left in all pots after it.
    pub left_fen: Fen,
}

/// All lines against all pots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What is free before.
    pub before: Vec<Available>,
    /// The lines in their order.
    pub lines: Vec<ProposedLine>,
    /// What is free after.
    pub after: Vec<Available>,
}

impl Proposal {
    /// What the lines come to.
    pub fn total_fen(&self) -> Fen {
        self.lines.iter().map(|line| line.line.amount_fen).sum()
    }

    /// What all pots hold before.
    pub fn available_fen(&self) -> Fen {
        sum(&self.before)
    }

    /// What lacks for all lines.
    pub fn lacking_fen(&self) -> Fen {
        self.lines.iter().map(|line| line.lacking_fen).sum()
    }
}

/// Lines taken from pots in the order given: for each line `order` names the accounts it may be taken from, first one first.
pub fn propose(pots: &[Available], lines: &[Line], order: &dyn Fn(&Line, &[Available]) -> Vec<String>) -> Proposal {
    let mut left = pots.to_vec();
    let taken = lines.iter().map(|line| {
        let accounts = order(line, &left);
        take(line, &accounts, &mut left)
    });
    let lines = taken.collect();
    Proposal { before: pots.to_vec(), lines, after: left }
}

fn take(line: &Line, accounts: &[String], left: &mut [Available]) -> ProposedLine {
    let (mut lacking_fen, mut taken) = (line.amount_fen, Vec::new());
    for account in accounts {
        let Some(pot) = left.iter_mut().find(|pot| pot.account == *account) else { continue };
        let part = pot.free_fen.min(lacking_fen).max(Fen::ZERO);
        if part.is_zero() {
            continue;
        }
        pot.free_fen -= part;
        lacking_fen -= part;
        taken.push(Available { account: account.clone(), free_fen: part });
    }
    ProposedLine { line: line.clone(), taken, lacking_fen, left_fen: sum(left) }
}

fn sum(pots: &[Available]) -> Fen {
    pots.iter().map(|pot| pot.free_fen).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::deciding::tests::line;

    fn pot(account: &str, yuan: i64) -> Available {
        Available { account: account.to_owned(), free_fen: Fen::yuan(yuan) }
    }

    #[test]
    fn lines_are_taken_from_pots_until_they_are_empty() {
        let pots = [pot("pot:children", 300), pot("unrestricted", 500)];
        let any = |_: &Line, _: &[Available]| vec!["pot:children".to_owned(), "unrestricted".to_owned()];
        let proposal = propose(&pots, &[line(1, 400), line(2, 600)], &any);
        assert_eq!((proposal.total_fen(), proposal.available_fen()), (Fen::yuan(1_000), Fen::yuan(800)));
        assert_eq!(proposal.lines[0].taken, [pot("pot:children", 300), pot("unrestricted", 100)]);
        assert_eq!(proposal.lines[0].left_fen, Fen::yuan(400));
        assert_eq!((proposal.lines[1].lacking_fen, proposal.lacking_fen()), (Fen::yuan(200), Fen::yuan(200)));
        assert_eq!(proposal.after, [pot("pot:children", 0), pot("unrestricted", 0)]);
    }

    proptest! {
        #[test]
        fn what_is_taken_and_what_is_left_is_what_there_was(
            pots in prop::collection::vec(0_i64..2_000, 1..5), amounts in prop::collection::vec(1_i64..900, 0..9),
        ) {
            let pots: Vec<Available> = pots.iter().enumerate().map(|(at, yuan)| pot(&format!("p{at}"), *yuan)).collect();
            let lines: Vec<Line> = (1..).zip(&amounts).map(|(at, yuan)| line(at, *yuan)).collect();
            let all = |_: &Line, left: &[Available]| left.iter().map(|pot| pot.account.clone()).collect();
            let proposal = propose(&pots, &lines, &all);
            let taken: Fen = proposal.lines.iter().flat_map(|line| &line.taken).map(|part| part.free_fen).sum();
            prop_assert_eq!(taken + sum(&proposal.after), sum(&proposal.before));
            prop_assert_eq!(taken + proposal.lacking_fen(), proposal.total_fen());
            prop_assert!(proposal.after.iter().all(|pot| pot.free_fen >= Fen::ZERO));
        }
    }
}
