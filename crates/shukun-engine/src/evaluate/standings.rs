//! A person's year in one row.

use std::collections::{BTreeMap, BTreeSet};

use shukun_base::Fen;
use shukun_policy::program::PeriodKind;

use super::number::{add, to_fen, zero};
use super::{Run, Scope, unit_id};
use crate::outcome::Standing;

impl Run<'_> {
    /// One row for each person and calendar year of cost.
    pub(crate) fn compute_standings(&mut self) {
        let rows: BTreeSet<(usize, i16)> =
            (0..self.events.len()).map(|event| (self.person_of(event), self.year_of(event))).collect();
        self.out.standings = rows.into_iter().filter_map(|(person, year)| self.standing(person, year)).collect();
    }

    fn standing(&self, person: usize, year: i16) -> Option<Standing> {
        let of = self.people.get(person)?;
        let is_own = |event: &usize| self.person_of(*event) == person && self.year_of(*event) == year;
        let bills: Vec<usize> = (0..self.events.len()).filter(is_own).collect();
        let sum = |column: usize| -> Fen {
            bills.iter().filter_map(|event| self.events.get(*event)?.money.get(column).copied()).sum()
        };
        let paid_by = |tier: usize| bills.iter().map(|event| self.books.paid_by_tier(tier, *event)).sum();
        let colours = self.colours.iter().filter(|(of, in_year, _)| *of == person && *in_year == year);
        Some(Standing {
            person_id: of.person_id,
            household_id: of.household_id,
            year,
            total_fen: sum(0),
            in_scope_fen: sum(1),
            out_of_catalogue_fen: sum(2),
            over_limit_fen: sum(3),
            pre_selfpay_fen: sum(4),
            paid_fen: self
                .program
                .tiers
                .iter()
                .enumerate()
                .map(|(tier, of)| (of.name.clone(), paid_by(tier)))
                .collect(),
            family_fen: bills.iter().map(|event| self.books.left(*event)).sum(),
            burden_fen: self.burdens(person, &bills),
            colour: colours.map(|(_, _, colour)| *colour).max(),
            cap_left_fen: self.caps_left(person, year),
        })
    }

    /// Each 口径 added up over the bills; one that needs a value that is not known is left out.
    fn burdens(&self, person: usize, bills: &[usize]) -> BTreeMap<String, Fen> {
        let mut burdens = BTreeMap::new();
        for measure in &self.program.measures {
            let sum = bills.iter().try_fold(zero(), |sum, event| {
                self.amount(&measure.amount, Scope::of_bill(person, *event)).map(|amount| add(sum, amount))
            });
            if let Ok(sum) = sum {
                burdens.insert(measure.name.clone(), to_fen(sum));
            }
        }
        burdens
    }

    /// What is left under each rule's tightest limit that was met in the year. A limit on each bill is used up or
    /// not with that bill: nothing of it is left for others.
    fn caps_left(&self, person: usize, year: i16) -> BTreeMap<String, Fen> {
        let mut left: BTreeMap<String, Fen> = BTreeMap::new();
        for ((in_year, number, limit, unit, key), cap) in &self.books.caps_seen {
            let Some(rule) = self.program.rules.get(*number).filter(|_| *in_year == year) else { continue };
            let Some(over) = rule.limits.get(*limit).map(|limit| limit.over) else { continue };
            if over.period.kind == PeriodKind::Event || *unit != unit_id(over.unit, self.people.get(person).copied()) {
                continue;
            }
            let first = super::periods::first_key(over.period.kind, *key);
            let room = (*cap - self.books.used(*number, *limit, *unit, first, *key)).or_zero();
            let tightest = left.entry(rule.name.clone()).or_insert(room);
            *tightest = (*tightest).min(room);
        }
        left
    }
}
