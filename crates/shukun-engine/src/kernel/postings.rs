//! Postings out of the kernel: only for households that somebody wants to see line by line.
//!
//! Standings and sums need no postings; they are made after a chunk is settled, for chosen households only.

use super::answer::{Answer, Wanted};
use super::chunk::Chunk;
use super::run::postings::Teller;
use super::{HOUSEHOLDS_IN_CHUNK, Kernel, rows};
use crate::evaluate::Detail;
use crate::facts::HouseholdFacts;
use crate::outcome::{Posting, Standing};

impl Kernel<'_> {
    /// Settles the households of a chunk and hands out the postings of the chosen ones, in the chunk's order, as the
    /// reference evaluator posts them.
    ///
    /// `is_chosen` gets the answer (with what `wanted` asks for) and the household's place in the chunk; `each` gets
    /// that place and the postings. Households in [`Answer::slow`] are not asked for: they are the caller's to settle.
    pub fn settle_postings(
        &self,
        chunk: &Chunk<'_>,
        wanted: Wanted,
        answer: &mut Answer,
        is_chosen: impl Fn(&Answer, u32) -> bool,
        mut each: impl FnMut(u32, Vec<Posting>),
    ) {
        super::run::settle(self.program(), &self.plan, &self.machine, chunk, wanted, true, answer);
        let teller = Teller { prepared: &self.prepared, plan: &self.plan, chunk, work: &answer.work };
        for (household, is_slow) in (0_u32..).zip(&answer.work.slow) {
            if !is_slow && is_chosen(answer, household) {
                each(household, teller.postings_of(household));
            }
        }
    }

    /// Postings and standings of each household, in the order given: what [`crate::Prepared::settle`] gives, without
    /// notes.
    pub fn settlements_of(&self, households: &[HouseholdFacts]) -> Vec<(Vec<Posting>, Vec<Standing>)> {
        let mut answer = Answer::default();
        let settled =
            |some: &[HouseholdFacts]| self.settlements_in(&Chunk::from_facts(self.program(), some), some, &mut answer);
        households.chunks(HOUSEHOLDS_IN_CHUNK).flat_map(settled).collect()
    }

    /// The same of one chunk, and of the household documents it was made of.
    pub(crate) fn settlements_in(
        &self,
        chunk: &Chunk<'_>,
        households: &[HouseholdFacts],
        answer: &mut Answer,
    ) -> Vec<(Vec<Posting>, Vec<Standing>)> {
        let mut settlements = vec![(Vec::new(), Vec::new()); households.len()];
        let put = |household: u32, postings: Vec<Posting>| {
            if let Some((place, _)) = settlements.get_mut(household as usize) {
                *place = postings;
            }
        };
        self.settle_postings(chunk, Wanted { split: false, years: true }, answer, |_, _| true, put);
        for (row, person) in answer.years.person.iter().enumerate() {
            let household = chunk.persons.household.get(*person as usize).copied().unwrap_or(u32::MAX);
            if let Some((_, standings)) = settlements.get_mut(household as usize) {
                standings.push(rows::standing(&self.prepared, chunk, &answer.years, row));
            }
        }
        for household in &answer.slow {
            let facts = households.get(*household as usize);
            if let Some((facts, place)) = facts.zip(settlements.get_mut(*household as usize)) {
                let settled = self.prepared.settle(facts, Detail::BRIEF);
                *place = (settled.postings, settled.standings);
            }
        }
        settlements
    }
}
