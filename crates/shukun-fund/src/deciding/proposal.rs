//! The proposal that goes before a meeting: line by line what it costs, from which pots it would be taken, what is left in
//! them before and after.
//!
//! It promises nothing: the pots are shared again when a line is paid.

use shukun_base::{Day, Fen};

use super::act::Line;
use crate::ledger::{AccountCode, Needed, PotBalance, ProgrammeKey, share_among_pots};

/// A line, and what it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProposedLine {
    /// The line.
    pub line: Line,
    /// What would be taken from which pot; empty where what fits is not enough.
    pub taken: Vec<(AccountCode, Fen)>,
    /// What lacks: the pots that fit have not enough for the line.
    pub lacking_fen: Fen,
    /// What is left in all pots after it.
    pub left_fen: Fen,
}

/// All lines against all pots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// What is free before.
    pub before: Vec<PotBalance>,
    /// The lines in their order.
    pub lines: Vec<ProposedLine>,
    /// What is free after.
    pub after: Vec<PotBalance>,
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

/// Lines taken one after the other from the pots as they are on a day.
pub fn propose(pots: &[PotBalance], lines: &[Line], on: Day) -> Proposal {
    let mut left = pots.to_vec();
    let lines = lines.iter().map(|line| take(line, on, &mut left)).collect();
    Proposal { before: pots.to_vec(), lines, after: left }
}

fn take(line: &Line, on: Day, left: &mut [PotBalance]) -> ProposedLine {
    let taken = needed(line, on).map(|needed| (share_among_pots(left, &needed), needed));
    let (taken, lacking_fen) = match taken {
        Some((Ok(shares), _)) => (shares, Fen::ZERO),
        Some((Err(_), needed)) => (Vec::new(), line.amount_fen - fitting(left, &needed)),
        None => (Vec::new(), line.amount_fen),
    };
    for (account, share) in &taken {
        if let Some(pot) = left.iter_mut().find(|pot| pot.account == *account) {
            pot.free -= *share;
        }
    }
    ProposedLine { line: line.clone(), taken, lacking_fen, left_fen: sum(left) }
}

fn needed(line: &Line, on: Day) -> Option<Needed> {
    let programme = ProgrammeKey::new(&line.programme)?;
    Some(Needed { programme, area: line.place.clone(), classes: line.classes.clone(), on, amount: line.amount_fen })
}

/// What the pots that fit hold.
fn fitting(pots: &[PotBalance], needed: &Needed) -> Fen {
    let fits = |pot: &&PotBalance| {
        pot.free > Fen::ZERO && pot.restriction.as_ref().is_none_or(|restriction| restriction.fits(needed))
    };
    pots.iter().filter(fits).map(|pot| pot.free).sum()
}

fn sum(pots: &[PotBalance]) -> Fen {
    pots.iter().map(|pot| pot.free).sum()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;
    use shukun_base::RegionCode;

    use super::*;
    use crate::RestrictionId;
    use crate::deciding::tests::line;
    use crate::ledger::{OnExpiry, Restriction};

    fn pot(id: &str, area: Option<&str>, yuan: i64) -> PotBalance {
        let restriction = area.map(|area| Restriction {
            id: RestrictionId::new(id).unwrap(),
            donor: None,
            purposes: Vec::new(),
            area: RegionCode::new(area),
            classes: Vec::new(),
            valid_from: date(2026, 1, 1),
            valid_to: None,
            on_expiry: OnExpiry::Release,
            priority: 0,
        });
        let code = if area.is_some() { format!("pot:{id}") } else { "unrestricted".to_owned() };
        PotBalance { account: AccountCode::new(&code).unwrap(), restriction, free: Fen::yuan(yuan) }
    }

    #[test]
    fn the_village_pays_first_and_another_village_never() {
        let pots = [pot("here", Some("330381001001"), 300), pot("there", Some("330381002"), 900), pot("", None, 500)];
        let proposal = propose(&pots, &[line(1, 400), line(2, 600)], date(2026, 3, 2));
        assert_eq!((proposal.total_fen(), proposal.available_fen()), (Fen::yuan(1_000), Fen::yuan(1_700)));
        let taken: Vec<_> =
            proposal.lines[0].taken.iter().map(|(account, share)| (account.to_string(), *share)).collect();
        assert_eq!(taken, [("pot:here".to_owned(), Fen::yuan(300)), ("unrestricted".to_owned(), Fen::yuan(100))]);
        assert_eq!(proposal.lines[0].left_fen, Fen::yuan(1_300));
        assert_eq!((proposal.lines[1].lacking_fen, proposal.lacking_fen()), (Fen::yuan(200), Fen::yuan(200)));
        assert_eq!(proposal.after[2].free, Fen::yuan(400));
    }

    proptest! {
        #[test]
        fn what_is_taken_and_what_is_left_is_what_there_was(
            pots in prop::collection::vec(0_i64..2_000, 1..5), amounts in prop::collection::vec(1_i64..900, 0..9),
        ) {
            let pots: Vec<PotBalance> =
                pots.iter().enumerate().map(|(at, yuan)| pot(&format!("p{at}"), Some("330381"), *yuan)).collect();
            let lines: Vec<Line> = (1..).zip(&amounts).map(|(at, yuan)| line(at, *yuan)).collect();
            let proposal = propose(&pots, &lines, date(2026, 3, 2));
            let taken: Fen = proposal.lines.iter().flat_map(|line| &line.taken).map(|(_, share)| *share).sum();
            prop_assert_eq!(taken + sum(&proposal.after), sum(&proposal.before));
            prop_assert!(proposal.after.iter().all(|pot| pot.free >= Fen::ZERO));
            for line in &proposal.lines {
                let given: Fen = line.taken.iter().map(|(_, share)| *share).sum();
                prop_assert!(given == line.line.amount_fen || given.is_zero() && line.lacking_fen > Fen::ZERO);
            }
        }
    }
}
