//! Settling again after late, corrected or reversed claims: nothing is edited, what changed is reversed and posted anew.

use std::collections::BTreeMap;

use shukun_base::{ClaimId, PersonId};

use crate::outcome::Posting;

/// What makes two postings the same but for their place in the run.
fn identity(posting: &Posting) -> impl Ord + use<> {
    let Posting { claim_id, person_id, household_id, period, rule, article, reading, .. } = posting;
    let figures = (posting.bracket, posting.base_fen, posting.rate, posting.amount_before_rounding, posting.amount_fen);
    let words = [period, rule, article, reading, &posting.account].map(String::clone);
    (*claim_id, *person_id, *household_id, words, figures, posting.as_settled)
}

/// The entries that lead from `old` to `new`: a reversal of each posting that no longer holds, then each posting that
/// is new. Numbered after the last of `old`; empty when nothing changed.
pub fn resettle(old: &[Posting], new: &[Posting]) -> Vec<Posting> {
    let mut open: BTreeMap<_, Vec<&Posting>> = BTreeMap::new();
    for posting in new {
        open.entry(identity(posting)).or_default().push(posting);
    }
    let is_gone = |posting: &&Posting| open.get_mut(&identity(posting)).and_then(Vec::pop).is_none();
    let gone: Vec<&Posting> = old.iter().filter(is_gone).collect();
    let mut added: Vec<&Posting> = open.into_values().flatten().collect();
    added.sort_by_key(|posting| posting.seq);
    let first_seq = old.iter().map(|posting| posting.seq + 1).max().unwrap_or_default();
    let entries = gone.into_iter().map(reversed).chain(added.into_iter().cloned());
    (first_seq..).zip(entries).map(|(seq, posting)| Posting { seq, ..posting }).collect()
}

fn reversed(posting: &Posting) -> Posting {
    Posting {
        base_fen: -posting.base_fen,
        amount_before_rounding: posting.amount_before_rounding.map(|amount| -amount),
        amount_fen: -posting.amount_fen,
        ..posting.clone()
    }
}

/// What each rule paid of each bill in all, over a series of entries; nothing where it comes to zero.
pub fn balances(entries: &[Posting]) -> BTreeMap<(PersonId, Option<ClaimId>, String, String), shukun_base::Fen> {
    let mut sums = BTreeMap::new();
    for entry in entries {
        let key = (entry.person_id, entry.claim_id, entry.period.clone(), entry.rule.clone());
        *sums.entry(key).or_insert(shukun_base::Fen::ZERO) += entry.amount_fen;
    }
    sums.retain(|_, amount| !amount.is_zero());
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settle;
    use crate::testing::*;
    use jiff::civil::date;

    #[test]
    fn only_what_changed_is_reversed_and_posted_anew() {
        let program = program(vec![limited(rule("甲", rated(50)), 700, A_YEAR, Vec::new())]);
        let bills = vec![claim(1, 1, date(2022, 1, 1), 1_000), claim(3, 1, date(2022, 3, 1), 1_000)];
        let old = settle(&program, &household(bills.clone())).postings;
        assert_eq!(resettle(&old, &old), []);
        // A late bill of February takes what was left for March.
        let mut late = bills;
        late.push(claim(2, 1, date(2022, 2, 1), 1_000));
        let new = settle(&program, &household(late)).postings;
        let delta = resettle(&old, &new);
        let shown: Vec<_> = delta.iter().map(|entry| (entry.claim_id.unwrap().0, entry.amount_fen.0)).collect();
        assert_eq!(shown, [(3, -20_000), (3, -80_000), (2, 20_000), (2, 80_000), (3, 100_000)]);
        assert_eq!(delta.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [4, 5, 6, 7, 8]);
        let all: Vec<Posting> = old.into_iter().chain(delta).collect();
        assert_eq!(balances(&all), balances(&new));
    }
}
