//! The column kernel: a program compiled once, then many households at a time as columns.
//!
//! It gives what the reference evaluator ([`crate::evaluate`]) gives, byte for byte; a property test holds the two
//! together. Households with something rare in them (a reversal, a meeting's decision, a payment at the end of a
//! period) are handed to the reference evaluator: the kernel only has to know that it must not settle them itself.

mod answer;
mod chunk;
mod compile;
mod from_facts;
mod names;
mod needs;
mod plan;
mod postings;
#[cfg(test)]
mod properties;
mod rows;
mod run;

pub use answer::{Answer, ClaimSplit, Totals, Wanted, YearRows};
pub use chunk::{
    Amounts, CertificationRows, Chunk, ClaimRows, Codes, Days, FactColumn, HouseholdRows, NO_AMOUNT, NO_CODE, NO_DAY,
    PersonRows, Words,
};
pub use names::Names;
pub use needs::{LARGEST_FEN, Needs};
pub use plan::Lane;
use shukun_policy::program::Program;

use compile::compile;
use plan::Plan;
use run::Machine;

use crate::evaluate::{Detail, Prepared};
use crate::facts::{Category, ClaimKind, HouseholdFacts};
use crate::outcome::Standing;

/// The code of a 认定类别 in the kernel's columns.
pub fn category_code(category: Category) -> u8 {
    match category {
        Category::Destitute => 0,
        Category::Dibao => 1,
        Category::DibaoMarginal => 2,
        Category::LowIncome => 3,
        Category::ExpenditureType => 4,
        Category::Other => 5,
    }
}

/// The code of a 就医类别 in the kernel's columns.
pub fn kind_code(kind: ClaimKind) -> u8 {
    match kind {
        ClaimKind::Inpatient => 0,
        ClaimKind::Outpatient => 1,
        ClaimKind::SpecialOutpatient => 2,
        ClaimKind::Pharmacy => 3,
        ClaimKind::Emergency => 4,
    }
}

/// A program ready for many households.
#[derive(Clone, Debug)]
pub struct Kernel<'p> {
    prepared: Prepared<'p>,
    plan: Plan,
    needs: Needs,
    machine: Machine,
}

impl<'p> Kernel<'p> {
    /// Compiles the program.
    pub fn new(program: &'p Program) -> Kernel<'p> {
        let prepared = Prepared::new(program);
        let (plan, needs) = compile(&prepared);
        let machine = Machine::new(&plan);
        Kernel { prepared, plan, needs, machine }
    }

    /// The program it was compiled from.
    pub fn program(&self) -> &'p Program {
        self.prepared.program()
    }

    /// The columns it looks at.
    pub fn needs(&self) -> &Needs {
        &self.needs
    }

    /// What it does with each rule of the program.
    pub fn lanes(&self) -> &[Lane] {
        &self.plan.lanes
    }

    /// Whether its payers are gone through bill after bill in one pass.
    #[cfg(test)]
    pub(crate) fn goes_once(&self) -> bool {
        self.machine.goes_once()
    }

    /// Settles the households of a chunk. Those in [`Answer::slow`] were left to the reference evaluator.
    pub fn settle(&self, chunk: &Chunk<'_>, wanted: Wanted, answer: &mut Answer) {
        run::settle(self.program(), &self.plan, &self.machine, chunk, wanted, false, answer);
    }

    /// The standings of each household, in the order given: what [`Prepared::settle`] gives, without postings and notes.
    pub fn standings_of(&self, households: &[HouseholdFacts]) -> Vec<Vec<Standing>> {
        let mut answer = Answer::default();
        let mut standings: Vec<Vec<Standing>> = Vec::with_capacity(households.len());
        for some in households.chunks(HOUSEHOLDS_IN_CHUNK) {
            let chunk = Chunk::from_facts(self.program(), some);
            self.settle(&chunk, Wanted { split: false, years: true }, &mut answer);
            let first = standings.len();
            standings.resize_with(first + some.len(), Vec::new);
            let mut put = |household: usize, standing: Vec<Standing>| {
                standings
                    .get_mut(first + household)
                    .into_iter()
                    .for_each(|place| place.extend(standing.iter().cloned()));
            };
            for household in &answer.slow {
                let facts = some.get(*household as usize).map(|facts| self.prepared.settle(facts, Detail::BRIEF));
                put(*household as usize, facts.map(|settled| settled.standings).unwrap_or_default());
            }
            for (row, person) in answer.years.person.iter().enumerate() {
                let household = chunk.persons.household.get(*person as usize).copied().unwrap_or(u32::MAX);
                put(household as usize, vec![rows::standing(&self.prepared, &chunk, &answer.years, row)]);
            }
        }
        standings
    }

    /// The standing in one row of [`Answer::years`], for the chunk that was settled.
    pub fn standing(&self, chunk: &Chunk<'_>, years: &YearRows, row: usize) -> Standing {
        rows::standing(&self.prepared, chunk, years, row)
    }
}

/// Households that are settled together: their columns fit into a core's own cache.
const HOUSEHOLDS_IN_CHUNK: usize = 4_096;
