//! The column kernel: a program compiled once, then many households at a time as columns.
//!
//! It gives what the reference evaluator ([`crate::evaluate`]) gives, byte for byte; a property test holds the two
//! together. Households with something rare in them (a reversal, a meeting's decision, a payment at the end of a
//! period) are handed to the reference evaluator: the kernel only has to know that it must not settle them itself.

mod answer;
mod chunk;
mod names;
mod needs;

pub use answer::{Answer, ClaimSplit, Totals, Wanted, YearRows};
pub use chunk::{
    Amounts, CertificationRows, Chunk, ClaimRows, Codes, Days, FactColumn, HouseholdRows, NO_AMOUNT, NO_CODE, NO_DAY,
    PersonRows, Words,
};
pub use names::Names;
pub use needs::Needs;
use shukun_policy::program::Program;

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
}

impl<'p> Kernel<'p> {
    /// Compiles the program.
    pub fn new(program: &'p Program) -> Kernel<'p> {
        Kernel { prepared: Prepared::new(program) }
    }

    /// The columns it looks at.
    pub fn needs(&self) -> Needs {
        Needs::of(self.prepared.program())
    }

    /// Settles the households of a chunk. Those in [`Answer::slow`] were left to the reference evaluator.
    pub fn settle(&self, chunk: &Chunk<'_>, _wanted: Wanted, answer: &mut Answer) {
        answer.slow = (0..u32::try_from(chunk.households.id.len()).unwrap_or(u32::MAX)).collect();
        answer.totals = Totals::default();
    }

    /// The standings of each household, in the order given: what [`Prepared::settle`] gives, without postings and notes.
    pub fn standings_of(&self, households: &[HouseholdFacts]) -> Vec<Vec<Standing>> {
        households.iter().map(|facts| self.prepared.settle(facts, Detail::BRIEF).standings).collect()
    }
}
