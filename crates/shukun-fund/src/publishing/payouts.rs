//! What programmes paid, as it can be shown: a programme of too few households goes together with others, months stand by
//! themselves where each of them can, and places as [`plan_cells`] allows.
//!
//! What all programmes paid together is shown even where it is of few: the accounts of a fund have to add up. Who draws up
//! such a statement is told so and can take a longer period. Start at [`plan_payouts`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use shukun_base::{Fen, words};

use super::cells::{Cell, FEWEST, Given, Part, PublishedSet, cell_of, plan_cells};
use crate::ledger::Month;

shukun_base::text_id! {
    /// The key of a programme, as accounts of relief are called after it: `charity_relief`.
    ProgrammeKey
}

words! {
    /// Why payouts are not shown by place.
    pub enum Hidden {
        TooFew "too_few" "不足11户，或一户占了大半：不列分布" "fewer than 11 households, or one has most of it: no places are shown",
        NotByHousehold "not_by_household" "有不对应到户的分录：不列分布" "some entries belong to no household: no places are shown",
    }
}

/// Payouts of one programme, or of several that are too small to be told apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payouts {
    /// The programmes.
    pub programmes: Vec<ProgrammeKey>,
    /// What they paid in all, less what was taken back from their accounts.
    pub amount: Fen,
    /// By place and month, where it can be shown.
    pub cells: Vec<Cell>,
    /// Why not, where it cannot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hidden: Option<Hidden>,
}

impl Payouts {
    /// Its programmes in one word: `charity_relief+village_pool`.
    pub fn key(&self) -> String {
        self.programmes.iter().map(ProgrammeKey::as_str).collect::<Vec<_>>().join("+")
    }
}

/// What one programme paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammePaid {
    /// The programmes: one to begin with.
    pub programmes: Vec<ProgrammeKey>,
    /// In all, as the accounts say.
    pub amount: Fen,
    /// To whom.
    pub given: Vec<Given>,
}

impl ProgrammePaid {
    fn may_stand(&self) -> bool {
        Part::of(&self.given).may_stand()
    }

    fn take(&mut self, other: ProgrammePaid) {
        self.programmes.extend(other.programmes);
        self.programmes.sort();
        self.amount += other.amount;
        self.given.extend(other.given);
    }
}

/// How many households got anything; none where they are fewer than eleven.
pub fn count_households(paid: &[ProgrammePaid]) -> Option<usize> {
    let all: Vec<Given> = paid.iter().flat_map(|one| one.given.clone()).collect();
    Some(Part::of(&all).households()).filter(|count| *count >= FEWEST)
}

/// What can be shown of it.
pub fn plan_payouts(paid: Vec<ProgrammePaid>) -> Vec<Payouts> {
    together(paid).iter().map(payouts).collect()
}

/// Programmes that cannot stand alone, with the smallest of those that can where they still could not.
fn together(paid: Vec<ProgrammePaid>) -> Vec<ProgrammePaid> {
    let (mut alone, few): (Vec<_>, Vec<_>) = paid.into_iter().partition(ProgrammePaid::may_stand);
    let mut few = few.into_iter();
    let Some(mut rest) = few.next() else { return alone };
    few.for_each(|one| rest.take(one));
    while !rest.may_stand() && !alone.is_empty() {
        let households = |(_, one): &(usize, &ProgrammePaid)| Part::of(&one.given).households();
        if let Some((place, _)) = alone.iter().enumerate().min_by_key(households) {
            rest.take(alone.swap_remove(place));
        }
    }
    alone.push(rest);
    alone.sort_by(|one, two| one.programmes.cmp(&two.programmes));
    alone
}

fn payouts(paid: &ProgrammePaid) -> Payouts {
    let whole: Fen = paid.given.iter().map(|one| one.amount).sum();
    let cells = if whole == paid.amount { plan_months(&paid.given) } else { Vec::new() };
    let hidden = match (cells.is_empty(), whole == paid.amount) {
        (false, _) => None,
        (true, true) => Some(Hidden::TooFew),
        (true, false) => Some(Hidden::NotByHousehold),
    };
    Payouts { programmes: paid.programmes.clone(), amount: paid.amount, cells, hidden }
}

/// Month by month where every month can be shown, else all of the period at once.
fn plan_months(given: &[Given]) -> Vec<Cell> {
    let mut months: BTreeMap<Month, Vec<Given>> = BTreeMap::new();
    for one in given {
        months.entry(one.month).or_default().push(one.clone());
    }
    let plans: Vec<(Month, Vec<Cell>)> =
        months.iter().map(|(month, given)| (*month, plan_cells(given).cells)).collect();
    if plans.iter().any(|(_, cells)| cells.is_empty()) {
        return plan_cells(given).cells;
    }
    let of_month =
        |(month, cells): (Month, Vec<Cell>)| cells.into_iter().map(move |cell| Cell { month: Some(month), ..cell });
    plans.into_iter().flat_map(of_month).collect()
}

/// Every figure of payouts that a statement shows, as the payments it is about: each line, and each of its cells.
pub fn published_sets(payouts: &[Payouts], paid: &[ProgrammePaid]) -> Vec<PublishedSet> {
    let set = |given: &[&Given]| PublishedSet {
        payments: given.iter().map(|one| (one.payment.clone(), one.household.clone())).collect(),
    };
    let mut sets = Vec::new();
    for line in payouts {
        let keys: BTreeSet<&ProgrammeKey> = line.programmes.iter().collect();
        let own = paid.iter().filter(|one| one.programmes.iter().any(|key| keys.contains(key)));
        let given: Vec<&Given> = own.flat_map(|one| &one.given).collect();
        sets.push(set(&given));
        for cell in &line.cells {
            let inside: Vec<&Given> =
                given.iter().copied().filter(|one| cell_of(&line.cells, one) == Some(cell)).collect();
            sets.push(set(&inside));
        }
    }
    sets.retain(|set| !set.payments.is_empty());
    sets
}

#[cfg(test)]
mod tests {
    use shukun_base::RegionCode;

    use super::super::cells::may_follow;
    use super::*;

    fn paid(programme: &str, month: &str, households: std::ops::Range<usize>) -> ProgrammePaid {
        let given: Vec<Given> = households
            .map(|household| Given {
                payment: format!("{programme}-{month}-{household}"),
                household: format!("h{household}"),
                place: RegionCode::new("330381100201").unwrap(),
                month: Month::parse(month).unwrap(),
                amount: Fen(100),
            })
            .collect();
        let amount = given.iter().map(|one| one.amount).sum();
        ProgrammePaid { programmes: vec![ProgrammeKey::new(programme).unwrap()], amount, given }
    }

    fn shown(paid: Vec<ProgrammePaid>) -> Vec<(String, i64, usize)> {
        plan_payouts(paid).iter().map(|one| (one.key(), one.amount.0, one.cells.len())).collect()
    }

    #[test]
    fn a_programme_of_few_is_not_what_is_left_of_a_total() {
        let told = |parts: [usize; 3]| {
            let names = ["a", "b", "c"].iter().zip(parts);
            shown(names.map(|(name, count)| paid(name, "2026-03", 0..count)).collect())
        };
        assert_eq!(told([20, 11, 12]).len(), 3);
        assert_eq!(told([20, 11, 3]), [("a".to_owned(), 2000, 1), ("b+c".to_owned(), 1400, 1)]);
        assert_eq!(told([20, 6, 5]), [("a+b+c".to_owned(), 3100, 1)], "the same six families are in all three");
        let apart = vec![paid("a", "2026-03", 0..20), paid("b", "2026-03", 20..26), paid("c", "2026-03", 26..31)];
        assert_eq!(shown(apart), [("a".to_owned(), 2000, 1), ("b+c".to_owned(), 1100, 1)]);
    }

    #[test]
    fn months_stand_alone_where_each_of_them_can() {
        let mut both = paid("a", "2026-03", 0..11);
        both.take(paid("a", "2026-04", 5..20));
        both.programmes.dedup();
        let lines = plan_payouts(vec![both.clone()]);
        let months: Vec<_> = lines[0].cells.iter().map(|cell| cell.month.map(|month| month.to_string())).collect();
        assert_eq!(months, [Some("2026-03".to_owned()), Some("2026-04".to_owned())]);
        let mut short = paid("a", "2026-03", 0..10);
        short.take(paid("a", "2026-04", 5..20));
        short.programmes.dedup();
        let lines = plan_payouts(vec![short]);
        assert_eq!(lines[0].cells.len(), 1);
        assert_eq!((lines[0].cells[0].month, lines[0].cells[0].households), (None, 20));
        assert_eq!(count_households(&[both]), Some(20));
        assert_eq!(count_households(&[paid("a", "2026-03", 0..10)]), None);
    }

    #[test]
    fn what_belongs_to_no_household_hides_the_places() {
        let mut by_hand = paid("a", "2026-03", 0..30);
        by_hand.amount += Fen(1);
        let lines = plan_payouts(vec![by_hand]);
        assert_eq!((lines[0].cells.len(), lines[0].hidden), (0, Some(Hidden::NotByHousehold)));
        let lines = plan_payouts(vec![paid("a", "2026-03", 0..4)]);
        assert_eq!((lines[0].amount, lines[0].hidden), (Fen(400), Some(Hidden::TooFew)));
    }

    #[test]
    fn every_payment_stands_in_one_line_and_one_cell() {
        let all = vec![paid("a", "2026-03", 0..20), paid("b", "2026-03", 0..3), paid("c", "2026-03", 20..40)];
        let lines = plan_payouts(all.clone());
        let sets = published_sets(&lines, &all);
        let whole: usize = sets.iter().map(|set| set.payments.len()).sum();
        assert_eq!(whole, 2 * 43, "once in a line, once in its cell");
        assert!(sets.iter().all(|set| may_follow(&[], set)));
        let next = vec![paid("a", "2026-04", 0..20)];
        let later = published_sets(&plan_payouts(next.clone()), &next);
        assert!(later.iter().all(|set| may_follow(&sets, set)));
    }
}
