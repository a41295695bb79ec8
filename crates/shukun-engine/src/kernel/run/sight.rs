//! Which payers see a bill, as one number for each bill: bit n stands for the n-th payer.
//!
//! Conditions on small codes become a table of such numbers for each column, so that all payers are asked at once;
//! any other condition was answered bill by bill beforehand and is laid over it. Start at [`Sight::fill`].

use super::super::chunk::NO_CODE;
use super::super::plan::{Ix, Plan, Test};
use super::bills::read;
use super::codes::{ByCodes, Column};
use super::each_test;
use super::values::{View, YES};

/// The most payers that one number has bits for.
pub(crate) const MOST: usize = 64;

/// For each of the 256 codes of a column, who may see a bill with it.
type Masks = [u64; 256];

/// How it is found who sees a bill.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sight {
    tables: Vec<(Column, Box<Masks>)>,
    /// Payers in force for some days only: first and last day.
    dated: Vec<(u64, i32, i32)>,
    /// Payers whose condition is answered bill by bill: place of the admission.
    answered: Vec<(u64, Ix)>,
    /// Who there is.
    all: u64,
}

impl Sight {
    /// For payers with these admissions; none = sees everything.
    pub(crate) fn new(admissions: impl Iterator<Item = Option<Ix>>, by_codes: &[Option<ByCodes>]) -> Sight {
        let mut sight = Sight::default();
        for (place, admission) in admissions.enumerate().take(MOST) {
            let bit = 1 << place;
            sight.all |= bit;
            match admission.map(|admission| (admission, by_codes.get(admission))) {
                None => {}
                Some((_, Some(Some(by)))) => sight.add(bit, by),
                Some((admission, _)) => sight.answered.push((bit, admission)),
            }
        }
        sight
    }

    fn add(&mut self, bit: u64, by: &ByCodes) {
        for (column, answers) in &by.parts {
            let masks = self.table(*column);
            for (mask, _) in masks.iter_mut().zip(answers.iter()).filter(|(_, answer)| **answer != YES) {
                *mask &= !bit;
            }
        }
        let (from, to) = by.validity;
        self.dated.push((bit, from, to));
    }

    /// The column's table; nobody is shut out by a column that no condition asks for.
    fn table(&mut self, column: Column) -> &mut Masks {
        let known = self.tables.iter().position(|(known, _)| *known == column);
        let place = known.unwrap_or(self.tables.len());
        if known.is_none() {
            self.tables.push((column, Box::new([u64::MAX; 256])));
        }
        #[expect(clippy::indexing_slicing, reason = "pushed above where it was not known")]
        &mut self.tables[place].1
    }

    /// The admissions that must have been answered bill by bill.
    pub(crate) fn answered(&self) -> impl Iterator<Item = Ix> + '_ {
        self.answered.iter().map(|(_, admission)| *admission)
    }

    /// Who sees each bill; `days` are the first and the last day on which any cost of the chunk arose.
    pub(crate) fn fill(&self, view: &View<'_>, days: (i32, i32), out: &mut Vec<u64>) {
        out.clear();
        out.resize(view.bills.count, self.all);
        for (column, masks) in &self.tables {
            let codes = view.codes(*column);
            if codes.is_empty() {
                let mask = look_up(masks, NO_CODE);
                out.iter_mut().for_each(|seen| *seen &= mask);
            } else {
                out.iter_mut().zip(codes).for_each(|(seen, code)| *seen &= look_up(masks, *code));
            }
        }
        for (bit, from, to) in self.dated.iter().filter(|(_, from, to)| *from > days.0 || *to < days.1) {
            for (seen, day) in out.iter_mut().zip(view.bills.incurred) {
                *seen &= if from <= day && day <= to { u64::MAX } else { !bit };
            }
        }
        for (bit, admission) in &self.answered {
            let answers = view.admissions.get(*admission).map_or(&[][..], Vec::as_slice);
            for (bill, seen) in out.iter_mut().enumerate() {
                *seen &= if read(answers, bill, 0) == YES { u64::MAX } else { !bit };
            }
        }
    }
}

#[inline(always)]
#[expect(clippy::indexing_slicing, reason = "there is a mask for each of the 256 codes")]
fn look_up(masks: &Masks, code: u8) -> u64 {
    masks[usize::from(code)]
}

/// Which admissions must stand as columns beside the payers: for watchers, for suspects, and for one another.
pub(crate) fn needed_as_columns(plan: &Plan, sight: &Sight, by_codes: &[Option<ByCodes>]) -> Vec<bool> {
    let mut needed = vec![false; plan.admissions.len()];
    let need = |needed: &mut Vec<bool>, place: Ix| {
        needed.get_mut(place).into_iter().for_each(|needed| *needed = true);
    };
    let watched = plan.watchers.iter().map(|watcher| watcher.admission);
    for place in watched.chain(plan.suspects.iter().copied()).chain(sight.answered()) {
        need(&mut needed, place);
    }
    // One may only ask for another that stands before it.
    for (place, admission) in plan.admissions.iter().enumerate().rev() {
        let is_by_codes = matches!(by_codes.get(place), Some(Some(_)));
        if needed.get(place) == Some(&true) && !is_by_codes {
            let mut ask = |test: &Test| {
                if let Test::Has(asked) = test {
                    need(&mut needed, *asked);
                }
            };
            each_test(&admission.who, &mut ask);
            admission.only.iter().for_each(|only| each_test(only, &mut ask));
        }
    }
    needed
}
