//! What comes out of settling a run of whole households, as columns, and who takes it.

use shukun_engine::kernel::{Answer, Chunk, Totals, Wanted};

use super::slow::add_each;
use crate::lake::LakeError;

/// The answer for a run of whole households, with the ids that its rows stand for.
#[derive(Debug, Default)]
pub struct Settled {
    /// Claim by claim: its id and the person's, where splits are wanted.
    pub claim_id: Vec<u64>,
    /// The person of each claim, where splits are wanted.
    pub person_id: Vec<u64>,
    /// Person-year by person-year: the person's id, where standings are wanted.
    pub year_person_id: Vec<u64>,
    /// The household of each person-year, where standings are wanted.
    pub year_household_id: Vec<u64>,
    /// What the kernel and, in the slow lane, the reference evaluator gave.
    pub answer: Answer,
    /// Rows of claims.
    pub rows: u64,
    /// Households.
    pub households: u64,
}

/// Who takes the answers: run by run, in the order of the file.
pub trait Take {
    /// One run of whole households. Buffers may be taken out of it; those left are used again.
    ///
    /// # Errors
    /// What writing gives; the run stops.
    fn take(&mut self, settled: &mut Settled) -> Result<(), LakeError>;
}

/// Takes nothing: for totals.
#[derive(Clone, Copy, Debug, Default)]
pub struct TotalsOnly;

impl Take for TotalsOnly {
    fn take(&mut self, _settled: &mut Settled) -> Result<(), LakeError> {
        Ok(())
    }
}

/// What a whole run came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows read.
    pub rows: u64,
    /// Households settled.
    pub households: u64,
    /// Of these, how many the reference evaluator settled.
    pub slow_households: u64,
    /// The sums.
    pub totals: Totals,
}

impl Outcome {
    /// Adds one run of households.
    pub(crate) fn add(&mut self, settled: &Settled) {
        self.rows += settled.rows;
        self.households += settled.households;
        self.slow_households += u64::try_from(settled.answer.slow.len()).unwrap_or_default();
        add_totals(&mut self.totals, &settled.answer.totals);
    }
}

fn add_totals(sum: &mut Totals, more: &Totals) {
    sum.claims += more.claims;
    sum.total_fen += more.total_fen;
    sum.family_fen += more.family_fen;
    add_each(&mut sum.paid_fen, more.paid_fen.iter().copied());
    add_each(&mut sum.rule_fen, more.rule_fen.iter().copied());
}

impl Settled {
    /// Empties what the last run left, keeping the room.
    pub(crate) fn clear(&mut self) {
        self.claim_id.clear();
        self.person_id.clear();
        self.year_person_id.clear();
        self.year_household_id.clear();
        (self.rows, self.households) = (0, 0);
        let Answer { slow, split, years, totals, .. } = &mut self.answer;
        slow.clear();
        *totals = Totals::default();
        split.paid_fen.iter_mut().for_each(Vec::clear);
        split.family_fen.clear();
        years.person.clear();
        years.year.clear();
        years.colour.clear();
        years.family_fen.clear();
        let columns = years.money.iter_mut().chain(&mut years.paid_fen).chain(&mut years.burden_fen);
        columns.chain(&mut years.cap_left_fen).for_each(Vec::clear);
    }

    /// Notes whose rows these are.
    pub(crate) fn name_rows(&mut self, chunk: &Chunk<'_>, wanted: Wanted) {
        let count = |rows: usize| u64::try_from(rows).unwrap_or_default();
        (self.rows, self.households) = (count(chunk.claims.person.len()), count(chunk.households.id.len()));
        let id = |ids: &[u64], place: u32| usize::try_from(place).ok().and_then(|at| ids.get(at)).copied();
        let person = |place: &u32| id(&chunk.persons.id, *place).unwrap_or_default();
        if wanted.split {
            self.claim_id.extend_from_slice(&chunk.claims.id);
            self.person_id.extend(chunk.claims.person.iter().map(person));
        }
        if wanted.years {
            let home = |place: &u32| {
                let home = usize::try_from(*place).ok().and_then(|at| chunk.persons.household.get(at));
                home.and_then(|home| id(&chunk.households.id, *home)).unwrap_or_default()
            };
            self.year_person_id.extend(self.answer.years.person.iter().map(person));
            self.year_household_id.extend(self.answer.years.person.iter().map(home));
        }
    }
}
